"""Work that would keep the window from painting, done in a thread of its own."""

import asyncio
import gc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

ResultT = TypeVar("ResultT")

_POLL_S = 0.02


class _Running:
    count = 0


async def in_thread(work: Callable[[], ResultT]) -> ResultT:
    """What the work returns or raises; it may touch nothing of Qt's.

    The loop looks now and then whether it is done, so that no thread but its own has to do with the loop, which is
    one of Qt's.
    """
    with _no_collection(), ThreadPoolExecutor(1) as threads:
        done = threads.submit(work)
        while not done.done():  # noqa: ASYNC110  # see above
            await asyncio.sleep(_POLL_S)
        return done.result()


@contextmanager
def _no_collection() -> Iterator[None]:
    """Garbage is collected by whichever thread happens to allocate, and widgets must end in theirs: else Qt crashes."""
    _Running.count += 1
    gc.disable()
    try:
        yield
    finally:
        _Running.count -= 1
        if not _Running.count:
            gc.enable()
