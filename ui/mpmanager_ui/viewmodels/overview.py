"""The Overview page: one sentence on the state, and a card for each path in its lane."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from mpmanager.api.structures import ConnectionInfo, Frame, PathInfo
from mpmanager.model.caps import CapState
from mpmanager.model.expiration import ExpirationState
from mpmanager.model.path import PathKind, PathState, Tier
from mpmanager.model.trust import Hold, TrustDecisions
from mpmanager_ui.viewmodels.caps import carried_words
from mpmanager_ui.viewmodels.lateness import late_path
from mpmanager_ui.viewmodels.live_rows import RowState, subflow_state
from mpmanager_ui.viewmodels.quantities import (
    format_bytes,
    format_rate,
    format_rtt,
)
from mpmanager_ui.viewmodels.translation import Spoken, enumerated, joined, tr, tr_count, tr_later, tr_literal
from mpmanager_ui.viewmodels.trust import Shield, TrustWishes
from mpmanager_ui.viewmodels.wishes import TierWishes
from mpmanager_ui.viewmodels.wording import (
    KIND_WORDS,
    SECURITY_WORDS,
    STATE_WORDS,
    TIER_WORDS,
    in_order,
    path_titles,
)

QUIET_BIT_S = 10_000.0
"""Below this a machine chatters, it does not transfer."""
_EVERYTHING = 0.95
_SOMETHING = 0.05
STILL_IN_USE = tr_later("still in use")


@dataclass(frozen=True, slots=True, kw_only=True)
class PathCard:
    """One path as its card shows it."""

    name: str
    kind: PathKind
    title: str
    network: str
    """The network's name; empty when nobody told."""
    security: str
    """Empty when nobody told."""
    tier: Tier
    state: PathState
    state_words: str
    is_usable: bool
    is_in_use_against_tier: bool
    """Whether connections still carry data here although no new subflow may be made."""
    down: str
    up: str
    rtt: str
    total: str
    carried: str
    """Against the cap that is used up further, else today."""
    cap_state: CapState
    addresses: tuple[str, ...]
    gateways: tuple[str, ...]
    shield: Shield

    @classmethod
    def of(
        cls, path: PathInfo, *, rtt_ms: float | None, tier: Tier, said: TrustDecisions, is_carrying: bool = False
    ) -> "PathCard":
        """The card of a path; `tier` is where it belongs, `said` of its trust: both may be wishes on their way."""
        is_against_tier = is_carrying and tier is Tier.NEVER
        return cls(
            name=path.name,
            kind=path.kind,
            title=KIND_WORDS[path.kind],
            network=path.network or "",
            security=SECURITY_WORDS[path.security] if path.security else "",
            tier=tier,
            state=path.state,
            state_words=tr_literal(STILL_IN_USE) if is_against_tier else STATE_WORDS[path.state],
            is_usable=path.state.is_usable,
            is_in_use_against_tier=is_against_tier,
            down=format_rate(path.rx_bit_s),
            up=format_rate(path.tx_bit_s),
            rtt=format_rtt(rtt_ms),
            total=format_bytes(path.rx_bytes + path.tx_bytes),
            carried=carried_words(path),
            cap_state=path.usage.state if path.usage else CapState.UNLIMITED,
            addresses=tuple(path.addresses),
            gateways=tuple(path.gateways),
            shield=Shield.of(path, said),
        )

    @property
    def full_title(self) -> str:
        """Kind and network: `xDSL (Telephone line)`."""
        return f"{self.title} ({self.network})" if self.network else self.title

    @property
    def summary(self) -> str:
        """The card in one sentence, for who hears it instead of seeing it."""
        what = ", ".join(each for each in (self.full_title, self.security) if each)
        return tr(
            "{what}, interface {name}: {state}; download {down}, upload {up}, round trip {rtt}, {total} since the "
            "interface came up; lane {lane}; {trust}",
            what=what,
            name=self.name,
            state=self.state_words,
            down=self.down,
            up=self.up,
            rtt=self.rtt,
            total=self.total,
            lane=TIER_WORDS[self.tier],
            trust=self.shield.summary,
        )


def lanes(frame: Frame, wishes: TierWishes, trust_wishes: TrustWishes) -> dict[Tier, tuple[PathCard, ...]]:
    """The cards by lane, links to the world first; every lane is there."""
    rtts = median_rtts(frame.connections)
    carrying = carrying_paths(frame.connections)
    cards = [
        PathCard.of(
            path,
            rtt_ms=rtts.get(path.name),
            tier=wishes.tier_of(path),
            said=trust_wishes.decisions_on(path),
            is_carrying=path.name in carrying,
        )
        for path in in_order(frame.paths)
    ]
    return {tier: tuple(card for card in cards if card.tier is tier) for tier in Tier}


def carrying_paths(connections: Iterable[ConnectionInfo]) -> frozenset[str]:
    """The paths on which some subflow carries data now."""
    subflows = (subflow for connection in connections for subflow in connection.subflows)
    return frozenset(each.path for each in subflows if each.path and subflow_state(each) is RowState.CARRYING)


def median_rtts(connections: Iterable[ConnectionInfo]) -> dict[str, float]:
    """The median round-trip time of the subflows on each path that has any."""
    values: dict[str, list[float]] = {}
    for connection in connections:
        for subflow in connection.subflows:
            if subflow.path is not None and subflow.rtt_ms is not None:
                values.setdefault(subflow.path, []).append(subflow.rtt_ms)
    return {path: median(each) for path, each in values.items()}


def state_sentence(paths: Sequence[PathInfo], connections: Iterable[ConnectionInfo] = ()) -> str:
    """What carries, what stands by and what is missing, in one sentence."""
    return joined(state_clauses(paths, connections))


def state_clauses(paths: Sequence[PathInfo], connections: Iterable[ConnectionInfo] = ()) -> tuple[str, ...]:
    """The clauses of that sentence, the most important first; at least one."""
    world = [path for path in paths if path.kind is not PathKind.VIRTUAL]
    if not world:
        return (tr("No network path was found on this machine"),)
    titles = path_titles(world)
    usable = [path for path in world if path.state.is_usable]
    if not usable:
        return (tr("Nothing is connected: {missing}", missing=_missing(world, titles)),)
    known = list(connections)
    against = [each for each in usable if each.tier is Tier.NEVER and each.name in carrying_paths(known)]
    helped = _helped(known)
    parts = [
        _carrying(usable, world, titles, against, left={path for path, _, is_left in helped if is_left}),
        *(_help_words(*each, applications, titles) for each, applications in helped.items()),
        _standing_by([each for each in usable if each.name not in {helper for _, helper, _ in helped}], usable, titles),
        _missing(world, titles),
    ]
    return tuple(part for part in parts if part)


def traffic_sentence(frame: Frame) -> str:
    """The connections in numbers; without any path, what to do."""
    if all(path.kind is PathKind.VIRTUAL for path in frame.paths):
        return tr("Join a Wi-Fi, plug in a cable or start the modem: it appears here by itself.")
    if not frame.connections:
        return tr("No program uses Multipath TCP at the moment.")
    applications = {each.app.id for each in frame.connections}
    fallen = sum(each.fallback for each in frame.connections)
    subflows = sum(len(each.subflows) for each in frame.connections)
    text = tr(
        "{applications} with {connections} over {subflows}",
        applications=tr_count("{count} application", "{count} applications", len(applications)),
        connections=tr_count("{count} connection", "{count} connections", len(frame.connections)),
        subflows=tr_count("{count} subflow", "{count} subflows", subflows),
    )
    held = len({each.app.id for each in frame.connections if is_held(each)})
    parts = [
        text,
        *([tr("{number} fell back to plain TCP", number=fallen)] if fallen else []),
        *([tr("{number} held to trusted paths", number=held)] if held else []),
    ]
    return f"{joined(parts)}."


def is_held(connection: ConnectionInfo) -> bool:
    """Whether a connection keeps to trusted paths."""
    return connection.protection is not None and connection.protection.hold in {Hold.FENCED, Hold.TRUSTED}


def _rate(path: PathInfo) -> float:
    return path.rx_bit_s + path.tx_bit_s


def _helped(connections: Iterable[ConnectionInfo]) -> dict[tuple[str, str, bool], int]:
    """Path, helper and whether the path was left; with the number of applications for which it is so."""
    applications: dict[tuple[str, str, bool], set[str]] = {}
    for connection in connections:
        late = connection.expiration
        path = late_path(late) if late is not None else None
        if late is None or path is None or late.helper is None or late.state not in _WITH_HELPER:
            continue
        key = (path, late.helper, late.state is not ExpirationState.AGGREGATE)
        applications.setdefault(key, set()).add(connection.app.id)
    return {key: len(ids) for key, ids in sorted(applications.items(), key=lambda each: not each[0][2])}


_WITH_HELPER = frozenset(
    {ExpirationState.AGGREGATE, ExpirationState.STEERED, ExpirationState.FAILED_OVER, ExpirationState.PROBING}
)


def _help_words(path: str, helper: str, is_left: bool, applications: int, titles: Mapping[str, str]) -> str:  # noqa: FBT001  # see `_helped`
    whom = tr_count("{count} application", "{count} applications", applications)
    names = {"helper": titles.get(helper, helper), "path": titles.get(path, path), "applications": whom}
    if is_left:
        return tr("{helper} carries instead of {path} for {applications}", **names)
    return tr("{helper} helps {path} for {applications}", **names)


def _percent(share: float) -> str:
    return tr("{percent}%", percent=round(share * 100))


def _carrying(
    usable: Sequence[PathInfo],
    world: Sequence[PathInfo],
    titles: Mapping[str, str],
    against: Sequence[PathInfo],
    *,
    left: Collection[str] = (),
) -> str:
    """`against` are the paths that carry connections although they are set to Never, `left` those that were left."""
    total = sum(_rate(path) for path in usable)
    if total < QUIET_BIT_S:
        return _quiet(usable, titles)
    carriers = sorted((path for path in usable if _rate(path) >= _SOMETHING * total), key=_rate, reverse=True)
    first = carriers[0]
    if _rate(first) >= _EVERYTHING * total:
        if first in against:
            return _against_its_tier(titles[first.name], usable)
        everything = tr("{path} carries everything", path=titles[first.name])
        return f"{everything}{_because(first, world, titles, left)}"
    shares = [tr("{path} carries {share}", path=titles[first.name], share=_percent(_rate(first) / total))]
    shares += [f"{titles[each.name]} {_percent(_rate(each) / total)}" for each in carriers[1:]]
    still = (tr("{path} is set to Never, still in use", path=titles[each.name]) for each in against)
    return joined([enumerated(shares), *still])


def _against_its_tier(path: str, usable: Sequence[PathInfo]) -> str:
    """With the reason, where that is certain."""
    if all(each.tier is Tier.NEVER for each in usable):
        return tr("{path} carries everything although it is set to Never: there is no other path", path=path)
    return tr("{path} carries everything although it is set to Never", path=path)


def _quiet(usable: Sequence[PathInfo], titles: Mapping[str, str]) -> str:
    ready = [titles[each.name] for each in usable if each.tier is Tier.ALWAYS]
    if not ready:
        return tr("Nothing moves at the moment")
    if len(ready) == 1:
        return tr("Nothing moves at the moment; {path} is ready", path=ready[0])
    return tr("Nothing moves at the moment; {paths} are ready", paths=enumerated(ready))


def _because(carrier: PathInfo, world: Sequence[PathInfo], titles: Mapping[str, str], left: Collection[str]) -> str:
    """Why a path carries alone that should not have to; of those that were left, the sentence tells by itself."""
    if not carrier.tier.is_backup:
        return ""
    first_choice = [each for each in world if each.tier is Tier.ALWAYS]
    if left and all(each.name in left for each in first_choice if each.state.is_usable):
        return ""
    if not first_choice:
        return tr(", as no path is in the lane Always")
    if any(each.state.is_usable for each in first_choice):
        return tr("; ") + _idle(first_choice, titles)
    return tr(", in place of what is not connected")


def _idle(first_choice: Sequence[PathInfo], titles: Mapping[str, str]) -> str:
    """The paths that should carry and do not. Whether they are dead or unwanted, nobody knows yet."""
    idle = [each for each in first_choice if each.state.is_usable]
    names = [titles[each.name] for each in idle]
    is_something = any(_rate(each) for each in idle)
    match len(names) == 1, is_something:
        case True, True:
            return tr("{path} is connected but carries next to nothing", path=names[0])
        case True, False:
            return tr("{path} is connected but carries nothing", path=names[0])
        case False, True:
            return tr("{paths} are connected but carry next to nothing", paths=enumerated(names))
        case _:
            return tr("{paths} are connected but carry nothing", paths=enumerated(names))


def _standing_by(unused: Sequence[PathInfo], usable: Sequence[PathInfo], titles: Mapping[str, str]) -> str:
    """`unused` are those of the usable ones that help nobody."""
    total = sum(_rate(path) for path in usable)
    waiting = [
        titles[each.name]
        for each in unused
        if each.tier.is_backup and (total < QUIET_BIT_S or _rate(each) < _SOMETHING * total)
    ]
    if len(waiting) == 1:
        return tr("{path} stands by", path=waiting[0])
    return tr("{paths} stand by", paths=enumerated(waiting)) if waiting else ""


def _missing(world: Sequence[PathInfo], titles: Mapping[str, str]) -> str:
    """The paths that are wanted and cannot be used, each with its reason."""
    missing = [each for each in world if not each.state.is_usable and each.tier is not Tier.NEVER]
    if not missing:
        missing = [] if any(each.state.is_usable for each in world) else list(world)
    return enumerated([_PLIGHTS[each.state].format(path=titles[each.name]) for each in missing])


_PLIGHTS = Spoken(
    {
        PathState.UP: tr_later("{path} is connected"),
        PathState.LOCAL_ONLY: tr_later("{path} is local network only"),
        PathState.NO_ADDRESS: tr_later("{path} has no address"),
        PathState.NO_CARRIER: tr_later("{path} is not connected"),
        PathState.DOWN: tr_later("{path} is switched off"),
    }
)
