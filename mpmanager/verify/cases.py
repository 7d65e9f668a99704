"""What has to be tried, derived from what is in force: for each demand and path, and what may be seen of it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, product

from msgspec import structs

from mpmanager.api.structures import PathInfo
from mpmanager.core.restrictions import PEOPLES_SLICES, demand_at
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.policy import TrustDemand, TrustPolicy
from mpmanager.model.selector import Selector, SelectorKind
from mpmanager.model.trust import Trust
from mpmanager.verify.attempts import PORTS, Attempt, Manner, Traffic
from mpmanager.verify.packets import Packet
from mpmanager.verify.places import FREE_PREFIX
from mpmanager.verify.situation import Situation, address_of, versions_of
from mpmanager.verify.verdict import Verdict

MOST_FIRST_BYTES = 65_536
"""Of more, so many are sent: all of them are among the first."""

_KINDS = {
    TrustDemand.ANY: (),
    TrustDemand.HANDSHAKE: (Traffic.MPTCP,),
    TrustDemand.FIRST: (Traffic.MPTCP, Traffic.FIRST_BYTES),
    TrustDemand.ONLY: (Traffic.TCP, Traffic.MPTCP, Traffic.UDP, Traffic.UDP_CONNECTED, Traffic.DNS, Traffic.PING),
}
_MANNERS: Mapping[Traffic, tuple[Manner, ...]] = {Traffic.FIRST_BYTES: (Manner.UNBOUND,)}
"""Of the others all. A connection that is bound elsewhere never comes to its first bytes."""
_EVERYBODY = "default"
_RUN = "mpm run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What is known without trying."""

    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One kind of traffic on one path: attempts, or what is settled without any."""

    path: str | None
    """None: about all of them."""
    traffic: Traffic | None = None
    attempts: tuple[Attempt, ...] = ()
    settled: Settled | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One demand."""

    rule: str
    """Who demands it: `default`, the selector of a rule, or `mpm run`."""
    cgroup: str | None
    """In which it is in force; None: in none."""
    demand: TrustPolicy
    checks: tuple[Check, ...]

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """All of them."""
        return tuple(attempt for check in self.checks for attempt in check.attempts)


def derive(situation: Situation) -> tuple[Case, ...]:
    """A case for each demand that is in force, and for each rule that is not."""
    numbers = count()
    in_force = [_in_force(situation, cgroup, numbers) for cgroup in situation.demands]
    return (*in_force, *_out_of_force(situation))


def _in_force(situation: Situation, cgroup: CgroupPath, numbers: Iterator[int]) -> Case:
    demand = demand_at(cgroup, situation.demands)
    paths = [check for path in situation.paths for check in _checks(situation, demand, path, numbers)]
    if demand.demand is TrustDemand.ANY:
        paths = [_settled(None, Verdict.NOT_RESTRICTED, "it may use every path")]
    return Case(rule=_who(situation, cgroup), cgroup=cgroup, demand=demand, checks=tuple(paths))


def _who(situation: Situation, cgroup: CgroupPath) -> str:
    """Whose word it is. Of what is demanded of a program's own cgroup, the rules about the programs that run there."""
    restriction = next(each for each in situation.trust.restrictions if each.cgroup == cgroup)
    if restriction.is_scope:
        return _RUN
    root = situation.trust.root.rstrip("/")
    is_everybodys = cgroup in {root or "/", *(f"{root}/{each}" for each in PEOPLES_SLICES)}
    return ", ".join(restriction.rules) or (_EVERYBODY if is_everybodys else "rules")


def _settled(path: str | None, verdict: Verdict, reason: str, traffic: Traffic | None = None) -> Check:
    return Check(path=path, traffic=traffic, settled=Settled(verdict=verdict, reason=reason))


def _checks(situation: Situation, demand: TrustPolicy, path: PathInfo, numbers: Iterator[int]) -> Iterator[Check]:
    if path.trust is Trust.TRUSTED:
        yield _settled(path.name, Verdict.NOT_RESTRICTED, "trusted: all may leave there")
        return
    if not versions_of(path):
        yield _settled(path.name, Verdict.NOTHING_TO_TRY, "no way out: nothing could leave there now")
        return
    is_lenient = demand.demand is not TrustDemand.ONLY and not demand.is_strict
    held = [each for each in versions_of(path) if situation.has_trusted_way(each) or not is_lenient]
    for traffic in _KINDS[demand.demand]:
        if not held:
            reason = "no path is trusted: connections are let go, as the rule says"
            yield _settled(path.name, Verdict.NOT_RESTRICTED, reason, traffic)
            continue
        can_be_tried = [each for each in held if traffic is not Traffic.FIRST_BYTES or each in situation.sinks]
        if can_be_tried:
            attempts = _attempts(situation, path, traffic, can_be_tried, numbers)
            yield Check(path=path.name, traffic=traffic, attempts=tuple(_sized(each, demand) for each in attempts))
        for each in held:
            if each not in can_be_tried:
                reason = f"IPv{each}: a connection has to stand for that, so it needs a peer that answers (--sink)"
                yield _settled(path.name, Verdict.NOT_VERIFIED, reason, traffic)


def _attempts(
    situation: Situation, path: PathInfo, traffic: Traffic, versions: Iterable[int], numbers: Iterator[int]
) -> Iterator[Attempt]:
    for version, manner in product(versions, _MANNERS.get(traffic, tuple(Manner))):
        yield Attempt(
            number=next(numbers),
            traffic=traffic,
            manner=manner,
            version=version,
            destination=situation.destination(version),
            interface=path.name,
            address=address_of(path, version) or "",
        )


def _sized(attempt: Attempt, demand: TrustPolicy) -> Attempt:
    if attempt.traffic is not Traffic.FIRST_BYTES:
        return attempt
    return structs.replace(attempt, payload_bytes=min(demand.first_bytes, MOST_FIRST_BYTES))


def _out_of_force(situation: Situation) -> Iterator[Case]:
    demands = situation.demands
    for policy in situation.policies:
        if policy.trust is None or FREE_PREFIX in policy.selector:
            continue
        selector, demand = Selector.parse(policy.selector), TrustPolicy.parse(policy.trust)
        settled = _why_not_in_force(situation, selector, demand, demands)
        if settled is not None:
            check = Check(path=None, settled=settled)
            yield Case(rule=str(selector), cgroup=None, demand=demand, checks=(check,))


def _why_not_in_force(
    situation: Situation, selector: Selector, demand: TrustPolicy, demands: Mapping[CgroupPath, TrustPolicy]
) -> Settled | None:
    """None: it is in force, and among the others."""
    if demand.demand is TrustDemand.ANY:
        return None
    if not situation.trust.enforced:
        return _open(f"not enforced: {'; '.join(situation.trust.limits) or 'this machine cannot'}")
    if selector.is_default:
        return None if demands else _open("not in force yet")
    return _why_not_held_to(situation, selector, demand, demands)


def _why_not_held_to(
    situation: Situation, selector: Selector, demand: TrustPolicy, demands: Mapping[CgroupPath, TrustPolicy]
) -> Settled | None:
    if selector.has_destination:
        return _open("best effort: the kernel holds whole programs, and this is about some of their destinations")
    if selector.kind is SelectorKind.EXE:
        return _why_not_held(situation.running.get(selector.value, ()), demand, demands)
    is_held = any(str(selector) in each.rules for each in situation.trust.restrictions)
    return (
        None
        if is_held
        else _idle("there is no such cgroup now" if selector.kind is SelectorKind.CGROUP else "it does not run now")
    )


def _why_not_held(
    cgroups: Collection[str], demand: TrustPolicy, demands: Mapping[CgroupPath, TrustPolicy]
) -> Settled | None:
    if not cgroups:
        return _idle("it does not run now")
    held = {each: demand_at(CgroupPath(each), demands) for each in cgroups}
    shared = sorted(each for each, has in held.items() if has.strictest(demand) != has)
    if not shared:
        return None
    return _open(
        f"best effort: it shares {', '.join(shared)} with other programs; mpm run gives it a cgroup of its own"
    )


def _open(reason: str) -> Settled:
    return Settled(verdict=Verdict.NOT_VERIFIED, reason=reason)


def _idle(reason: str) -> Settled:
    return Settled(verdict=Verdict.NOTHING_TO_TRY, reason=reason)


def controls_of(cases: Iterable[Case]) -> tuple[Attempt, ...]:
    """What has to be seen where nothing is restricted: of each kind and IP version on each path, one attempt."""
    attempts = [attempt for case in cases for attempt in case.attempts]
    first: dict[tuple[str, Traffic, int], Attempt] = {}
    for each in attempts:
        first.setdefault((each.interface, each.traffic, each.version), each)
    # Made after all others, they may have the same ports.
    return tuple(
        structs.replace(each, number=number, manner=Manner.DEVICE) for number, each in enumerate(first.values())
    )


def rounds_of(cases: Sequence[Case]) -> Iterator[list[tuple[Case, tuple[Attempt, ...]]]]:
    """What can be tried at once, as each attempt needs a port to itself."""
    flat = [(case, attempt) for case in cases for attempt in case.attempts]
    for begin in range(0, len(flat), PORTS):
        members = flat[begin : begin + PORTS]
        yield [
            (case, attempts)
            for case in cases
            if (attempts := tuple(attempt for owner, attempt in members if owner is case))
        ]


def is_leak(demand: TrustPolicy, traffic: Traffic, packet: Packet) -> bool:
    """Whether a packet of an attempt must not be on an untrusted path."""
    if demand.demand is TrustDemand.ONLY:
        return True
    return packet.is_capable or (traffic is Traffic.FIRST_BYTES and packet.payload_bytes > 0)


def is_evidence(traffic: Traffic, packet: Packet) -> bool:
    """Whether a packet of a control shows that such a leak would be seen."""
    match traffic:
        case Traffic.MPTCP:
            return packet.is_capable
        case Traffic.FIRST_BYTES:
            return packet.payload_bytes > 0
        case _:
            return True
