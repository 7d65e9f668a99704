"""What has to stand in the kernel so that applications keep to trusted paths as their rules demand."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import reduce
from itertools import takewhile
from pathlib import PurePosixPath

from mpmanager.core.scopes import chain, is_within
from mpmanager.model.connection import Endpoint
from mpmanager.model.enforcement import (
    CgroupPath,
    CgroupPolicy,
    ClassNumber,
    ClassWayOut,
    EnforcementPlan,
    PathClass,
    Restriction,
)
from mpmanager.model.path import Path, PathState
from mpmanager.model.policy import NOTHING_DEMANDED, PROTECTED_HANDSHAKE, PolicyRule, TrustDemand, TrustPolicy
from mpmanager.model.selector import EVERYBODY, Selector, SelectorKind
from mpmanager.model.trust import TrustReason

LENIENT, STRICT = ClassNumber(1), ClassNumber(2)
"""Both are the trusted paths; where there is none, the first lets handshakes go."""

PEOPLES_SLICES = ("user.slice", "machine.slice")
"""Below the root: what people run, and their containers. Who demands `only` of everybody does not mean the services
that bring the network up (DHCP): they could not do so any more."""

_SORTS = (".slice", ".scope", ".service")
"""How cgroups of systemd end."""

_STRICT_HANDSHAKE = TrustPolicy(demand=TrustDemand.HANDSHAKE, is_strict=True)
_RESTRICTIONS = {
    TrustDemand.ANY: Restriction.ANY,
    TrustDemand.HANDSHAKE: Restriction.HANDSHAKE,
    TrustDemand.FIRST: Restriction.HANDSHAKE,
    TrustDemand.ONLY: Restriction.ONLY,
}

Demands = Mapping[CgroupPath, TrustPolicy]
"""What holds for the processes of each cgroup and of those below it."""


def root_of(own: CgroupPath) -> CgroupPath:
    """The cgroup of everybody, for a daemon in this one: whatever is around systemd's, such as a container's."""
    parts = takewhile(lambda part: not part.endswith(_SORTS), PurePosixPath(own).parts)
    return CgroupPath(str(PurePosixPath(*parts)))


def demands_of(
    rules: Iterable[PolicyRule],
    *,
    root: CgroupPath,
    places: Mapping[Selector, Collection[CgroupPath]],
    scopes: Demands,
) -> dict[CgroupPath, TrustPolicy]:
    """Which cgroup stands under which demand.

    Args:
        rules: what was said, the most specific first.
        root: the cgroup in which is all that the rules are about.
        places: the cgroups that belong to the programs of rules, by selector; see `core.rule_places`.
        scopes: what was demanded of single programs as they were started.
    """
    said = list(_first_of_each(rules))
    lasting = [(rule.selector, trust) for rule, trust in said if rule.owner_uid is None and not rule.origin]
    own = [(rule.selector, trust) for rule, trust in said if rule.owner_uid is not None]
    mandated = [(rule.selector, trust) for rule, trust in said if rule.origin]
    demands = dict(_default_demands(_default_of(lasting), root))
    adding = []
    for selector, trust in lasting:
        for cgroup in places.get(selector, ()):
            if _may_be_feigned(selector, cgroup):
                adding.append((cgroup, trust))
            else:
                demands[cgroup] = trust.strictest(demands[cgroup]) if cgroup in demands else trust
    adding += [(cgroup, trust) for selector, trust in own for cgroup in places.get(selector, ())]
    # Outer ones first, so that nothing in them is freer than they are.
    for cgroup, trust in sorted([*adding, *scopes.items()], key=lambda each: len(each[0])):
        demands[cgroup] = trust.strictest(demand_at(cgroup, demands))
    _raise_to(demands, [*_mandated_defaults(mandated, root), *_placed(mandated, places)])
    return demands


def _mandated_defaults(
    mandated: Collection[tuple[Selector, TrustPolicy]], root: CgroupPath
) -> Iterator[tuple[CgroupPath, TrustPolicy]]:
    if any(_is_about_everybody(selector) for selector, _trust in mandated):
        yield from _default_demands(_default_of(mandated), root)


def _placed(
    said: Iterable[tuple[Selector, TrustPolicy]], places: Mapping[Selector, Collection[CgroupPath]]
) -> Iterator[tuple[CgroupPath, TrustPolicy]]:
    return ((cgroup, trust) for selector, trust in said for cgroup in places.get(selector, ()))


def _raise_to(demands: dict[CgroupPath, TrustPolicy], floor: Iterable[tuple[CgroupPath, TrustPolicy]]) -> None:
    """Nothing is demanded less than that, there and further in, whatever others have said of it."""
    for cgroup, trust in sorted(floor, key=lambda each: len(each[0])):
        demands[cgroup] = trust.strictest(demand_at(cgroup, demands))
        demands |= {inner: trust.strictest(said) for inner, said in demands.items() if is_within(inner, cgroup)}


def _is_about_everybody(selector: Selector) -> bool:
    """But for a network in use."""
    return selector == replace(EVERYBODY, on_network=selector.on_network)


def _default_of(said: Collection[tuple[Selector, TrustPolicy]]) -> TrustPolicy:
    """What holds for everybody; rules that are about nothing but a network in use add to it."""
    default = next((trust for selector, trust in said if selector.is_default), PROTECTED_HANDSHAKE)
    here = [trust for selector, trust in said if _is_about_everybody(selector)]
    return reduce(TrustPolicy.strictest, here, default)


def _may_be_feigned(selector: Selector, cgroup: CgroupPath) -> bool:
    """Whether users give such names themselves to what is in their own services and scopes."""
    is_by_name = selector.kind in {SelectorKind.APP, SelectorKind.UNIT}
    return is_by_name and not selector.user and "/user@" in cgroup


def _first_of_each(rules: Iterable[PolicyRule]) -> Iterator[tuple[PolicyRule, TrustPolicy]]:
    """A temporary rule counts before the lasting one with its selector."""
    seen = set()
    for rule in rules:
        whose = (rule.selector, rule.owner_uid, rule.origin)
        if rule.trust is not None and whose not in seen:
            seen.add(whose)
            yield rule, rule.trust


def _default_demands(default: TrustPolicy, root: CgroupPath) -> Iterator[tuple[CgroupPath, TrustPolicy]]:
    if default.demand is not TrustDemand.ONLY:
        yield root, default
        return
    yield root, _STRICT_HANDSHAKE
    for each in PEOPLES_SLICES:
        yield CgroupPath(str(PurePosixPath(root) / each)), default


def demand_at(cgroup: CgroupPath, demands: Demands) -> TrustPolicy:
    """What the kernel holds a process in this cgroup to: the nearest demand, but `only` from wherever above."""
    said = [demands[each] for each in chain(cgroup) if each in demands]
    if any(each.demand is TrustDemand.ONLY for each in said):
        return TrustPolicy(demand=TrustDemand.ONLY)
    return said[-1] if said else NOTHING_DEMANDED


def plan_of(
    paths: Iterable[Path],
    demands: Demands,
    *,
    plain_destinations: Iterable[Endpoint] = (),
    is_unattended: bool = False,
    keeps_others: bool = False,
) -> EnforcementPlan:
    """The demands, in terms of interfaces and marks.

    Args:
        paths: all there are.
        demands: as of `demands_of`.
        plain_destinations: speak no Multipath TCP, so that there is no key to protect.
        is_unattended: nobody will follow the network from now on.
        keeps_others: there may be other demands, of which nobody knows any more.
    """
    # What has no address yet may be in another network by the time it gets one, and is judged then.
    usable = [path for path in paths if path.state.is_usable]
    policies = frozenset(_policy(cgroup, trust) for cgroup, trust in demands.items())
    return EnforcementPlan(
        classes=frozenset(
            _class(number, [path for path in usable if _is_in(path, number)], is_unattended=is_unattended)
            for number in {each.path_class for each in policies}
        ),
        policies=policies,
        keeps_others=keeps_others,
        plain_destinations=frozenset(plain_destinations),
    )


def _is_in(path: Path, number: ClassNumber) -> bool:
    """Handshakes, let go where no path is trusted, do better with one that is trusted by its nature than with any."""
    is_probable = path.trust.reason is TrustReason.DECISIONS_LOST
    return path.is_trusted or (number == LENIENT and is_probable)


def _class(number: ClassNumber, paths: Iterable[Path], *, is_unattended: bool) -> PathClass:
    allowed = tuple(paths)
    return PathClass(
        number=number,
        interfaces=frozenset(path.index for path in allowed),
        addresses=frozenset(each.address for path in allowed for each in path.addresses),
        ways_out=_ways_out(allowed),
        is_lenient=number == LENIENT,
        is_unattended=is_unattended,
    )


def _policy(cgroup: CgroupPath, trust: TrustPolicy) -> CgroupPolicy:
    return CgroupPolicy(
        cgroup=cgroup,
        restriction=_RESTRICTIONS[trust.demand],
        path_class=STRICT if trust.is_strict or trust.demand is TrustDemand.ONLY else LENIENT,
        first_bytes=trust.first_bytes,
    )


def _ways_out(trusted: Iterable[Path]) -> tuple[ClassWayOut, ...]:
    """In the order of the main table: what it prefers and is trusted keeps being preferred, a VPN above all."""
    found = [
        (way.metric, path.index, way.version, way.gateway, source)
        for path in trusted
        if path.state is PathState.UP
        for way in path.ways_out
        if (source := path.source_address(way.version)) is not None
    ]
    return tuple(
        ClassWayOut(link_index=index, version=version, gateway=gateway, source=source)
        for _metric, index, version, gateway, source in sorted(found, key=lambda each: each[:3])
    )
