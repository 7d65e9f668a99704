"""Playing a scenario: programs start, links change, and at the end the expectations are checked."""

import asyncio
import subprocess
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum, unique

from mpmanager.lab.control import LinkState
from mpmanager.lab.errors import LabError, ProgramFailedError
from mpmanager.lab.instance import Lab
from mpmanager.lab.programs import Measures, ProgramSpec, complaint, error_file, is_listening, measures, output_file
from mpmanager.lab.report import LinkResult, ProgramResult, Report, check_all, measures_words
from mpmanager.lab.scenario import Scenario

SETTLING_S = 20.0
"""What programs get to finish after the scenario's duration."""

_READY_TIMEOUT_S = 10.0
_END_TIMEOUT_S = 5.0
_POLL_S = 0.02


@unique
class StepKind(StrEnum):
    """What a step is about."""

    PROGRAM_STARTED = "program-started"
    PROGRAM_ENDED = "program-ended"
    LINK_CHANGED = "link-changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that has just happened."""

    at_s: float
    """Since the scenario began."""
    kind: StepKind
    subject: str
    """The program's or the link's name."""
    text: str
    """A sentence for people."""


OnStep = Callable[[Step], None]


async def play(scenario: Scenario, lab: Lab, *, on_step: OnStep | None = None, is_managed: bool = False) -> Report:
    """Play a scenario in a lab of its topology, in real time. Cancelled, it ends all programs it has started.

    Args:
        scenario: what to play.
        lab: where; its links are left as the last event set them.
        on_step: called for everything that happens, in the order of time.
        is_managed: whether mpmanagerd manages the laptop, so that expectations about that are asked too.

    Raises:
        LabError: a server did not start, or a link could not be changed.
    """
    performance = _Performance(scenario, lab, on_step or (lambda _: None))
    before = _link_states(lab)
    async with AsyncExitStack() as servers:
        for program in scenario.programs:
            if program.listening_port is not None:
                await servers.enter_async_context(performance.serving(program))
        programs = await performance.run()
    links = tuple(_carried(name, before[name], state) for name, state in _link_states(lab).items())
    checks = check_all(scenario.expectations, programs, links, is_managed=is_managed)
    return Report(scenario=scenario.name, is_managed=is_managed, programs=programs, links=links, checks=checks)


class _Performance:
    """One run of a scenario."""

    def __init__(self, scenario: Scenario, lab: Lab, on_step: OnStep) -> None:
        self._scenario = scenario
        self._lab = lab
        self._on_step = on_step
        self._clock = asyncio.get_running_loop().time
        self._began = self._clock()

    @asynccontextmanager
    async def serving(self, program: ProgramSpec) -> AsyncIterator[None]:
        """A server that listens during the block."""
        async with self._process(program) as process:
            await self._listening(program, process)
            yield

    async def run(self) -> tuple[ProgramResult, ...]:
        """From the first to the last moment."""
        self._began = self._clock()
        ending = [program for program in self._scenario.programs if program.listening_port is None]
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._follow_time_line())
                clients = [group.create_task(self._run_client(program)) for program in ending]
        except* LabError as failures:
            raise failures.exceptions[0] from failures
        return tuple(client.result() for client in clients)

    async def _follow_time_line(self) -> None:
        for event in self._scenario.events:
            await self._until(event.at)
            await asyncio.to_thread(self._lab.change_link, event.link, event)
            self._tell(StepKind.LINK_CHANGED, event.link, event.say)
        await self._until(self._scenario.duration_s)

    async def _run_client(self, program: ProgramSpec) -> ProgramResult:
        await self._until(program.start)
        async with self._process(program) as process:
            self._tell(StepKind.PROGRAM_STARTED, program.name, f"{program.name} starts")
            with suppress(TimeoutError):
                async with asyncio.timeout(self._left_s()):
                    await process.wait()
            exit_code = process.returncode
        result = self._result(program, exit_code)
        self._tell(StepKind.PROGRAM_ENDED, program.name, _ending(result))
        return result

    def _result(self, program: ProgramSpec, exit_code: int | None) -> ProgramResult:
        found: Measures = {}
        said = None if exit_code == 0 else complaint(self._lab, program)
        try:
            found = measures(self._lab, program)
        except ProgramFailedError as error:
            said = said or str(error)
        return ProgramResult(name=program.name, exit_code=exit_code, measures=found, complaint=said)

    @asynccontextmanager
    async def _process(self, program: ProgramSpec) -> AsyncIterator[Process]:
        command = program.prepare(self._lab)
        with output_file(self._lab, program).open("wb") as output, error_file(self._lab, program).open("wb") as errors:
            process = await self._lab.spawn(
                command,
                place=program.place,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,  # Ctrl-C in a terminal is for who plays, not for the programs
            )
        try:
            yield process
        finally:
            await _end(process)

    async def _listening(self, program: ProgramSpec, process: Process) -> None:
        deadline = self._clock() + _READY_TIMEOUT_S
        port = program.listening_port
        while port is not None and not is_listening(self._lab, program.place, port):
            if process.returncode is not None or self._clock() > deadline:
                reason = complaint(self._lab, program)
                raise ProgramFailedError(f"{program.name} does not listen on port {port}: {reason}")
            await asyncio.sleep(_POLL_S)

    async def _until(self, at_s: float) -> None:
        await asyncio.sleep(max(0.0, self._began + at_s - self._clock()))

    def _left_s(self) -> float:
        return self._began + self._scenario.duration_s + SETTLING_S - self._clock()

    def _tell(self, kind: StepKind, subject: str, text: str) -> None:
        self._on_step(Step(at_s=self._clock() - self._began, kind=kind, subject=subject, text=text))


async def _end(process: Process) -> None:
    """End a process that may have ended already: politely, then not."""
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(_END_TIMEOUT_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _ending(result: ProgramResult) -> str:
    if result.exit_code is None:
        return f"{result.name} did not finish and was ended"
    if result.exit_code != 0:
        return f"{result.name} failed: {result.complaint}"
    numbers = measures_words(result.measures)
    return f"{result.name} has finished" + (f": {numbers}" if numbers else "")


def _link_states(lab: Lab) -> dict[str, LinkState]:
    return {name: lab.link_state(name) for name in lab.topology.links}


def _carried(name: str, before: LinkState, after: LinkState) -> LinkResult:
    return LinkResult(
        name=name, up_bytes=after.up.bytes - before.up.bytes, down_bytes=after.down.bytes - before.down.bytes
    )
