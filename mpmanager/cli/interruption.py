"""Ctrl-C: the first one ends what runs, none disturbs the cleaning up."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType

_NUMBERS = (signal.SIGINT, signal.SIGTERM)


def cancel_once_told() -> None:
    """Let the first Ctrl-C (or SIGTERM) cancel the current task. Further ones are ignored, then on and for good."""
    task = asyncio.current_task()

    def tell() -> None:
        for number in _NUMBERS:
            asyncio.get_running_loop().remove_signal_handler(number)
        ignore()
        if task is not None:
            task.cancel()

    for number in _NUMBERS:
        asyncio.get_running_loop().add_signal_handler(number, tell)


def ignore() -> None:
    """Neither this process nor the programs it starts from now on are ended by Ctrl-C."""
    for number in _NUMBERS:
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def held_back() -> Iterator[None]:
    """Let Ctrl-C wait until the end of the block; the programs that the block starts never notice it.

    A terminal sends it to all of them, and one that died of it would look like a failure.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_as_by_ctrl_c() -> None:
    """Ended by SIGTERM, clean up just as well."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def end_once_told() -> None:
    """Let the first Ctrl-C (or SIGTERM) end a program that cleans up by itself. Further ones are ignored."""

    def end(_number: int, _frame: FrameType | None) -> None:
        ignore()
        raise KeyboardInterrupt

    for number in _NUMBERS:
        signal.signal(number, end)


def noted_once_told() -> Event:
    """Let the first Ctrl-C (or SIGTERM) set what is returned; further ones are ignored. The program ends by itself."""
    told = Event()

    def note(_number: int, _frame: FrameType | None) -> None:
        ignore()
        told.set()

    for number in _NUMBERS:
        signal.signal(number, note)
    return told
