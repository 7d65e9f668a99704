"""From links, addresses and routes to network paths."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TypeVar

from mpmanager.core.trust import Evidence, TrustPreferences, automatic_verdict_on, decisions_on, network_ids, verdict_on
from mpmanager.model.caps import PathCap
from mpmanager.model.facts import NO_FACTS, Facts, LinkFacts
from mpmanager.model.names import LinkName
from mpmanager.model.network import DefaultRoute, Link, LinkHint, LinkHints, NetworkState
from mpmanager.model.path import (
    InterfaceAddress,
    KindSource,
    Path,
    PathKind,
    PathState,
    Tier,
    WayOut,
)
from mpmanager.model.policy import TierChoice

DEFAULT_TIERS: Mapping[PathKind, Tier] = {
    PathKind.WIFI: Tier.ALWAYS,
    PathKind.XDSL: Tier.ALWAYS,
    PathKind.ETHERNET: Tier.ALWAYS,
    PathKind.VPN: Tier.ALWAYS,
    PathKind.UNKNOWN: Tier.ALWAYS,
    # These cost money or drain a phone: they stand by unless somebody says otherwise.
    PathKind.LTE: Tier.BACKUP,
    PathKind.TETHERING: Tier.BACKUP,
    PathKind.BLUETOOTH: Tier.BACKUP,
    PathKind.VIRTUAL: Tier.NEVER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PathPreferences:
    """What the user has decided about paths; kept across restarts."""

    tiers: Mapping[LinkName, Tier] = field(default_factory=dict)
    role_tiers: tuple[TierChoice, ...] = ()
    """Of kinds and roles of paths, for those of which `tiers` says nothing; the first that is about a path counts."""
    kinds: Mapping[LinkName, PathKind] = field(default_factory=dict)
    trust: TrustPreferences = field(default_factory=TrustPreferences)
    metered: Mapping[LinkName, bool] = field(default_factory=dict)
    """Whether what they carry costs something, where somebody has said so."""
    caps: Mapping[LinkName, PathCap] = field(default_factory=dict)


ValueT = TypeVar("ValueT")

_LAST_METRIC = 0xFFFFFFFF
_NOBODY = LinkHint(source=KindSource.NOBODY, kind=PathKind.UNKNOWN)
_CREDIBILITY = tuple(KindSource)


def derive_paths(
    network: NetworkState,
    *,
    hints: LinkHints | None = None,
    facts: Facts = NO_FACTS,
    preferences: PathPreferences | None = None,
    tier_limits: Mapping[LinkName, Tier] = MappingProxyType({}),
    ceiling: Callable[[Path], Tier | None] = lambda _path: None,
) -> tuple[Path, ...]:
    """The paths that the network offers, in the order of the links' indexes.

    A link is a path when it is not part of another one (a bridge's or bond's port). Links that never had anything to
    do with the outside (no address, no default route, nothing known about their kind) are left out. `tier_limits` are
    those of paths whose caps are reached; `ceiling` tells how much a path may be used at most.
    """
    preferences = preferences or PathPreferences()
    hints = hints or {}
    paths = (
        _path(
            link,
            network,
            facts=facts.get(link.name, LinkFacts()),
            hints=_ranked(hints.get(link.name, ()), facts.get(link.name), preferences.kinds.get(link.name)),
            preferences=preferences,
            tier_limit=tier_limits.get(link.name),
            ceiling=ceiling,
        )
        for link in sorted(network.links, key=lambda link: link.index)
        if link.master_index is None
    )
    return tuple(path for path in paths if _is_worth_showing(path))


def _ranked(hints: Sequence[LinkHint], facts: LinkFacts | None, chosen_kind: PathKind | None) -> tuple[LinkHint, ...]:
    stated = []
    if chosen_kind:
        stated.append(LinkHint(source=KindSource.USER, kind=chosen_kind))
    if facts:
        stated.append(
            LinkHint(source=KindSource.FACTS, kind=facts.kind, network=facts.network, security=facts.security)
        )
    return tuple(sorted((*stated, *hints, _NOBODY), key=lambda hint: _CREDIBILITY.index(hint.source)))


def _path(
    link: Link,
    network: NetworkState,
    *,
    facts: LinkFacts,
    hints: Sequence[LinkHint],
    preferences: PathPreferences,
    tier_limit: Tier | None,
    ceiling: Callable[[Path], Tier | None],
) -> Path:
    addresses = _source_addresses(link, network)
    routes = [route for route in network.default_routes if route.link_index == link.index]
    kind_hint = next(hint for hint in hints if hint.kind is not None)
    kind = kind_hint.kind or PathKind.UNKNOWN
    ways_out = _ways_out(routes, facts)
    evidence = _evidence(link, network, kind, hints, ways_out)
    path = Path(
        name=link.name,
        index=link.index,
        kind=kind,
        kind_source=kind_hint.source,
        network=_first(hint.network for hint in hints),
        security=evidence.security,
        trust=verdict_on(evidence, preferences.trust),
        automatic_trust=automatic_verdict_on(evidence, preferences.trust),
        trust_decisions=decisions_on(evidence, preferences.trust),
        network_ids=tuple(evidence.network_ids),
        tier=DEFAULT_TIERS[kind],
        tier_limit=tier_limit,
        metered_said=preferences.metered.get(link.name),
        metered_detected=_first(hint.is_metered for hint in hints),
        state=_state(link, addresses, ways_out),
        addresses=addresses,
        ways_out=ways_out,
    )
    chosen = preferences.tiers.get(link.name) or _tier_by_role(path, preferences.role_tiers)
    most = ceiling(path)
    tier = path.tier if chosen is None else chosen
    return replace(path, tier=tier.at_most(most), is_tier_chosen=chosen is not None, tier_ceiling=most)


def _tier_by_role(path: Path, choices: Iterable[TierChoice]) -> Tier | None:
    return next((each.tier for each in choices if each.is_about(path)), None)


def _evidence(
    link: Link, network: NetworkState, kind: PathKind, hints: Sequence[LinkHint], ways_out: Sequence[WayOut]
) -> Evidence:
    """What tells how far the link's network can be trusted."""
    security = _first(hint.security for hint in hints)
    gateways = {way.gateway for way in ways_out if way.gateway is not None}
    heard = [each for each in network.neighbours if each.link_index == link.index and each.address in gateways]
    return Evidence(
        name=link.name,
        kind=kind,
        security=security,
        validates_certificate=_first(hint.validates_certificate for hint in hints),
        has_login=bool(_first(hint.has_login for hint in hints)),
        network_ids=network_ids(
            kind=kind,
            network=_first(hint.network for hint in hints),
            security=security,
            connection=_first(hint.connection for hint in hints),
            gateways={each.link_address for each in heard},
        ),
        is_gateway_known=bool(heard) or not (gateways and link.resolves_neighbours and kind is not PathKind.WIFI),
        is_named=_is_named(kind, hints),
    )


def _is_named(kind: PathKind, hints: Sequence[LinkHint]) -> bool:
    """NetworkManager is late at the start and away now and then; a cable's profile names no network."""
    if kind is PathKind.WIFI:
        return any(hint.network is not None for hint in hints)
    return kind is PathKind.ETHERNET or any(hint.source is KindSource.NETWORK_MANAGER for hint in hints)


def _first(values: Iterable[ValueT | None]) -> ValueT | None:
    return next((value for value in values if value is not None), None)


def _source_addresses(link: Link, network: NetworkState) -> tuple[InterfaceAddress, ...]:
    """Temporary IPv6 addresses before others and deprecated ones last, as RFC 6724 (rules 7 and 3) prefers them."""
    mine = [each for each in network.addresses if each.link_index == link.index]
    mine.sort(key=lambda each: (each.address.is_deprecated, not each.is_temporary))
    return tuple(each.address for each in mine)


def _ways_out(routes: Sequence[DefaultRoute], facts: LinkFacts) -> tuple[WayOut, ...]:
    """The first route of the lowest metric for each IP version; a stated gateway comes before all."""
    by_version: dict[int, WayOut] = {}
    for route in sorted(routes, key=lambda route: route.metric):
        by_version.setdefault(route.version, WayOut(version=route.version, gateway=route.gateway, metric=route.metric))
    if facts.gateway is not None:
        version = facts.gateway.version
        metric = by_version[version].metric if version in by_version else _LAST_METRIC
        by_version[version] = WayOut(version=version, gateway=facts.gateway, metric=metric)
    return tuple(by_version[version] for version in sorted(by_version))


def _state(link: Link, addresses: Sequence[InterfaceAddress], ways_out: Sequence[WayOut]) -> PathState:
    """A way out counts only where there is an address of its IP version to leave from."""
    if not link.is_enabled:
        return PathState.DOWN
    if not link.has_carrier:
        return PathState.NO_CARRIER
    versions = {each.address.version for each in addresses if not each.is_deprecated}
    if not versions:
        return PathState.NO_ADDRESS
    return PathState.UP if any(way.version in versions for way in ways_out) else PathState.LOCAL_ONLY


def _is_worth_showing(path: Path) -> bool:
    return path.state.is_usable or path.kind not in {PathKind.UNKNOWN, PathKind.VIRTUAL}
