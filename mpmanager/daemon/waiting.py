"""Waiting for something, but not for ever."""

import asyncio
from contextlib import suppress


async def wait(event: asyncio.Event, longest_s: float | None) -> None:
    """Wait for an event, but not longer than that; None: however long it takes."""
    with suppress(TimeoutError):
        async with asyncio.timeout(longest_s):
            await event.wait()
