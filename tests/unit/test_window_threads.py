"""Work of the window in a thread of its own."""

import asyncio
import gc
import threading

import pytest

from mpmanager_ui.threads import in_thread


def test_work_is_done_in_another_thread_without_collecting_garbage():
    async def both():
        return await asyncio.gather(*(in_thread(lambda: (threading.current_thread(), gc.isenabled())) for _ in "ab"))

    found = asyncio.run(both())
    assert threading.main_thread() not in {thread for thread, _ in found}
    assert not any(is_collecting for _, is_collecting in found)
    assert gc.isenabled()


def test_what_work_raises_is_raised_and_garbage_is_collected_again():
    with pytest.raises(ZeroDivisionError):
        asyncio.run(in_thread(lambda: 1 / 0))
    assert gc.isenabled()
