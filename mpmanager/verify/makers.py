"""The programs that make attempts: started, put into a cgroup, told what to do, and ended."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import msgspec

from mpmanager.model.errors import CommandRefusedError
from mpmanager.verify import places
from mpmanager.verify.attempts import Attempt, Outcome
from mpmanager.verify.traffic import READY

_START_TIMEOUT_S = 15.0
_OUTCOME_TIMEOUT_S = 5.0
_END_TIMEOUT_S = 3.0
_LONGEST_LINE_BYTES = 1 << 22
_COMMAND = (sys.executable, "-P", "-m", "mpmanager.verify.traffic")


class Maker:
    """The program that makes some attempts."""

    def __init__(self, attempts: tuple[Attempt, ...]) -> None:
        self.attempts = attempts
        self.outcomes: dict[int, Outcome] = {}
        self.trouble = ""
        self._process: Process | None = None

    @asynccontextmanager
    async def running(self, directory: Path) -> AsyncIterator[None]:
        """It runs in a cgroup for as long as the block, and is ready.

        Raises:
            CommandRefusedError: it does not come there.
        """
        # In a session of its own Ctrl-C does not reach it: it ends when its input does.
        process = await asyncio.create_subprocess_exec(
            *_COMMAND, stdin=PIPE, stdout=PIPE, limit=_LONGEST_LINE_BYTES, start_new_session=True
        )
        try:
            line = await _line(process, _START_TIMEOUT_S)
            if line.strip() != READY:
                raise CommandRefusedError("the program that makes the attempts does not start", errno=0)
            places.enter(directory, process.pid)
            self._process = process
            yield
        finally:
            self._process = None
            await undisturbed(_end(process))

    async def make(self) -> None:
        """Have the attempts made, and take what came of them."""
        process = self._process
        if process is None or process.stdin is None:
            return
        process.stdin.write(msgspec.json.encode(self.attempts) + b"\n")
        try:
            outcomes = msgspec.json.decode(await _line(process, _OUTCOME_TIMEOUT_S), type=list[Outcome])
        except msgspec.DecodeError:
            self.trouble = "the program that makes the attempts does not tell what became of them"
        else:
            self.outcomes = {each.number: each for each in outcomes}


async def _line(process: Process, timeout_s: float) -> str:
    """What it says next; empty when it says nothing in time."""
    if process.stdout is None:
        return ""
    with suppress(TimeoutError, ValueError):
        return (await asyncio.wait_for(process.stdout.readline(), timeout_s)).decode()
    return ""


async def _end(process: Process) -> None:
    """With its input it ends by itself."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), _END_TIMEOUT_S)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def undisturbed(cleaning: Coroutine[object, object, None]) -> None:
    """Clean up to the end, also when that is cancelled."""
    task = asyncio.create_task(cleaning)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise
