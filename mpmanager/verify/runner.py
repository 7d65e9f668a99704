"""Carries out a proof: makes the attempts, listens, makes the same where nothing is restricted, and judges."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial

from mpmanager.api.structures import PathInfo, PolicyInfo
from mpmanager.client.manager import ManagerClient
from mpmanager.model.errors import CommandRefusedError, NotSupportedError
from mpmanager.model.selector import SelectorKind
from mpmanager.model.trust import Trust
from mpmanager.verify import places
from mpmanager.verify.attempts import DNS_PORT, Attempt, Traffic
from mpmanager.verify.capture import Capture, Sighting
from mpmanager.verify.cases import Case, controls_of, derive, rounds_of
from mpmanager.verify.judgement import Evidence, Result, cases_of
from mpmanager.verify.makers import Maker, undisturbed
from mpmanager.verify.report import ProofInfo, is_proven
from mpmanager.verify.situation import DOCUMENTATION, Situation, executables_of, require_enforcing
from mpmanager.verify.verdict import worst

HOLD_S = 1.3
"""After the attempts: TCP tries a second time after one second."""

_QUIET_S = 0.1
"""For what leaves when the sockets are closed."""

_CHANGED = "paths or rules became others meanwhile: once more, please"

Tell = Callable[[str, float], None]
"""Takes what is being done, and which part of all is done."""
Progress = Callable[[float], None]
"""Takes which part of a step is done."""


async def prove(client: ManagerClient, sinks: dict[int, str], *, tell: Tell) -> ProofInfo:
    """Prove what is in force now. All that was made for it is removed, also when it is cancelled.

    Raises:
        NotAuthorizedError: this process may not listen on all interfaces.
        NotSupportedError: there is nothing that could be proven here.
        MpmanagerError: the daemon cannot be asked.
    """
    began, monotonic = time.time(), time.monotonic()
    destinations = sorted((DOCUMENTATION | sinks).values())
    evidence = Evidence()
    with Capture(destinations) as capture:
        situation = await _situation(client, sinks)
        cases = derive(situation)
        if any(each.attempts for each in cases):
            _require_paths(situation.paths)
            evidence = await _evidence(client, situation, cases, _Listening(capture), tell)
    found = cases_of(cases, evidence)
    return ProofInfo(
        proven=is_proven(found),
        verdict=worst(each.verdict for each in found),
        destinations=destinations,
        sinks=sorted(set(sinks.values())),
        began=began,
        took_s=round(time.monotonic() - monotonic, 3),
        notes=list(situation.trust.limits),
        cases=found,
    )


async def _situation(client: ManagerClient, sinks: Mapping[int, str]) -> Situation:
    if (await client.status()).simulated:
        raise NotSupportedError("the daemon simulates everything: there is nothing that could be proven")
    await _remove_abandoned(client)
    policies = await client.policies()
    trust = await client.trust()
    require_enforcing(trust)
    return Situation(
        trust=trust,
        paths=await client.paths(),
        policies=policies,
        running=places.cgroups_of(executables_of(policies)),
        sinks=sinks,
    )


async def _remove_abandoned(client: ManagerClient) -> None:
    """What a proof has left that was killed before it could clean up."""
    for each in await client.policies():
        kind, _colon, cgroup = each.selector.partition(":")
        if kind == SelectorKind.CGROUP and places.is_abandoned(cgroup):
            await client.set_policy(PolicyInfo(selector=each.selector))
    trust = await client.trust()
    for beneath in {trust.root, *(each.cgroup for each in trust.restrictions)}:
        places.remove_abandoned(beneath)


def _require_paths(paths: Iterable[PathInfo]) -> None:
    """Interfaces are looked for by their names: those of the daemon's network namespace, so it has to be ours.

    Raises:
        NotSupportedError: it is not.
    """
    here = places.interfaces()
    missing = [each.name for each in paths if (each.index, each.name) not in here]
    if missing:
        raise NotSupportedError(
            f"{', '.join(missing)} cannot be seen from here: the daemon is in another network namespace, "
            "and the proof has to be made there"
        )


class _Listening:
    """Takes in what the capture sees, all the time."""

    def __init__(self, capture: Capture) -> None:
        self.capture = capture
        self._seen: list[Sighting] = []

    @asynccontextmanager
    async def going_on(self) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        loop.add_reader(self.capture.fileno(), self._take)
        try:
            yield
        finally:
            loop.remove_reader(self.capture.fileno())

    def _take(self) -> None:
        self._seen += self.capture.take()

    def seen(self) -> list[Sighting]:
        """Since the last time."""
        self._take()
        seen, self._seen = self._seen, []
        return seen


async def _evidence(
    client: ManagerClient, situation: Situation, cases: Sequence[Case], listening: _Listening, tell: Tell
) -> Evidence:
    """The controls come last: to set a cgroup free the daemon renews all restrictions, and would mend what broke."""
    results: dict[int, Result] = {}
    rounds = list(rounds_of(cases))
    steps = len(rounds) + 1
    async with listening.going_on():
        for number, each in enumerate(rounds):
            results |= await _carry_out(each, listening, partial(_tell_part, tell, "trying to get past", number, steps))
        after = await _again(client, situation)
        control = partial(_tell_part, tell, "the same, unrestricted", len(rounds), steps)
        controls = await _control(client, situation, controls_of(cases), listening, control)
    return Evidence(
        results=results,
        controls=controls,
        tolerated=_tolerated(situation.paths),
        doubt="" if _essence(situation) == _essence(after) else _CHANGED,
        gap=f"the capture has lost {lost} packets" if (lost := listening.capture.lost()) else "",
    )


def _tell_part(tell: Tell, words: str, step: int, steps: int, part: float) -> None:
    tell(words, (step + part) / steps)


async def _again(client: ManagerClient, situation: Situation) -> Situation:
    return replace(situation, trust=await client.trust(), paths=await client.paths())


def _essence(situation: Situation) -> object:
    """What must not change while it is proven. Scopes come and go."""
    paths = [(each.name, each.index, each.trust, each.state, sorted(each.addresses)) for each in situation.paths]
    demands = [(each.cgroup, each.demand) for each in situation.trust.restrictions if not each.is_scope]
    return sorted(paths), sorted(demands)


def _tolerated(paths: Iterable[PathInfo]) -> frozenset[str]:
    """The trusted paths, and interfaces that are no path and carry such a one, as a bridge's ports do."""
    known = {each.name for each in paths}
    trusted = {each.name for each in paths if each.trust is Trust.TRUSTED}
    carriers = {lower for each in trusted for lower in places.lower_interfaces(each)}
    return frozenset(trusted | (carriers - known))


async def _carry_out(
    members: Sequence[tuple[Case, tuple[Attempt, ...]]], listening: _Listening, progress: Progress
) -> dict[int, Result]:
    listening.seen()  # what is late is of nobody
    async with AsyncExitStack() as stack:
        makers = [await _start(stack, number, case, attempts) for number, (case, attempts) in enumerate(members)]
        await asyncio.gather(*(each.make() for each in makers))
        await _hold(progress)
    await asyncio.sleep(_QUIET_S)
    return _results(makers, listening.seen())


async def _hold(progress: Progress) -> None:
    """Leave time for what follows."""
    for tenth in range(10):
        progress(tenth / 10)
        await asyncio.sleep(HOLD_S / 10)


async def _start(stack: AsyncExitStack, number: int, case: Case, attempts: tuple[Attempt, ...]) -> "Maker":
    """In a cgroup beneath the very one that is held: what is proven is what holds there, not what would elsewhere."""
    beneath = f"{(case.cgroup or '/').rstrip('/')}/{places.own_name(number)}"
    maker = Maker(attempts)
    try:
        directory = stack.enter_context(places.throwaway(beneath))
        await stack.enter_async_context(maker.running(directory))
    except CommandRefusedError as error:
        maker.trouble = str(error)
    return maker


async def _control(
    client: ManagerClient,
    situation: Situation,
    attempts: tuple[Attempt, ...],
    listening: _Listening,
    progress: Progress,
) -> dict[tuple[str, Traffic, int], Result]:
    listening.seen()
    cgroup = places.free_cgroup(situation.trust.root)
    maker = Maker(attempts)
    async with AsyncExitStack() as stack:
        directory = stack.enter_context(places.throwaway(cgroup))
        await stack.enter_async_context(_freed(client, cgroup))
        await stack.enter_async_context(maker.running(directory))
        await maker.make()
        await _hold(progress)
    await asyncio.sleep(_QUIET_S)
    results = _results([maker], listening.seen())
    return {(each.interface, each.traffic, each.version): results[each.number] for each in attempts}


@asynccontextmanager
async def _freed(client: ManagerClient, cgroup: str) -> AsyncIterator[None]:
    """A rule that nothing is demanded of a cgroup, for as long as the block."""
    selector = f"cgroup:{cgroup}"
    try:
        await client.set_policy(PolicyInfo(selector=selector, trust="any"))
        yield
    finally:
        await undisturbed(client.set_policy(PolicyInfo(selector=selector)))


def _results(makers: Iterable[Maker], sightings: Iterable[Sighting]) -> dict[int, Result]:
    by_port: dict[int, list[Sighting]] = {}
    for each in sightings:
        if (port := _port_of(each)) is not None:
            by_port.setdefault(port, []).append(each)
    return {attempt.number: result for maker in makers for attempt, result in _each_result(maker, by_port)}


def _port_of(sighting: Sighting) -> int | None:
    packet = sighting.packet
    return packet.source_port if packet.destination_port == DNS_PORT else packet.destination_port


def _each_result(maker: Maker, by_port: Mapping[int, Sequence[Sighting]]) -> Iterator[tuple[Attempt, Result]]:
    for each in maker.attempts:
        seen = [one for one in by_port.get(each.port, ()) if str(one.packet.destination) == each.destination]
        yield each, Result(outcome=maker.outcomes.get(each.number), trouble=maker.trouble, sightings=seen)
