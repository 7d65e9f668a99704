"""The Overview page: one sentence on the state, and a card for each path in its lane."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from mpmanager.api.structures import ConnectionInfo, Frame, PathInfo
from mpmanager.client.quantities import (
    count_of,
    enumerate_words,
    format_bytes,
    format_rate,
    format_rtt,
)
from mpmanager.model.expiration import ExpirationState
from mpmanager.model.path import PathKind, PathState, Tier
from mpmanager.model.trust import Hold, TrustDecisions
from mpmanager_ui.viewmodels.lateness import late_path
from mpmanager_ui.viewmodels.live_rows import RowState, subflow_state
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
STILL_IN_USE = "still in use"
_STILL = "is set to Never, still in use"


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
            state_words=STILL_IN_USE if is_against_tier else STATE_WORDS[path.state],
            is_usable=path.state.is_usable,
            is_in_use_against_tier=is_against_tier,
            down=format_rate(path.rx_bit_s),
            up=format_rate(path.tx_bit_s),
            rtt=format_rtt(rtt_ms),
            total=format_bytes(path.rx_bytes + path.tx_bytes),
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
        return (
            f"{what}, interface {self.name}: {self.state_words}; download {self.down}, "
            f"upload {self.up}, round trip {self.rtt}, {self.total} since the interface came up; "
            f"lane {TIER_WORDS[self.tier]}; {self.shield.summary}"
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
    world = [path for path in paths if path.kind is not PathKind.VIRTUAL]
    if not world:
        return "No network path was found on this machine"
    titles = path_titles(world)
    usable = [path for path in world if path.state.is_usable]
    if not usable:
        return f"Nothing is connected: {_missing(world, titles)}"
    known = list(connections)
    against = [each for each in usable if each.tier is Tier.NEVER and each.name in carrying_paths(known)]
    helped = _helped(known)
    parts = [
        _carrying(usable, world, titles, against, left={path for path, _, is_left in helped if is_left}),
        *(_help_words(*each, applications, titles) for each, applications in helped.items()),
        _standing_by([each for each in usable if each.name not in {helper for _, helper, _ in helped}], usable, titles),
        _missing(world, titles),
    ]
    return "; ".join(part for part in parts if part)


def traffic_sentence(frame: Frame) -> str:
    """The connections in numbers; without any path, what to do."""
    if all(path.kind is PathKind.VIRTUAL for path in frame.paths):
        return "Join a Wi-Fi, plug in a cable or start the modem: it appears here by itself."
    if not frame.connections:
        return "No program uses Multipath TCP at the moment."
    applications = {each.app.id for each in frame.connections}
    fallen = sum(each.fallback for each in frame.connections)
    subflows = sum(len(each.subflows) for each in frame.connections)
    text = (
        f"{count_of(len(applications), 'application')} with "
        f"{count_of(len(frame.connections), 'connection')} over {count_of(subflows, 'subflow')}"
    )
    held = len({each.app.id for each in frame.connections if is_held(each)})
    parts = [
        text,
        *([f"{fallen} fell back to plain TCP"] if fallen else []),
        *([f"{held} held to trusted paths"] if held else []),
    ]
    return f"{'; '.join(parts)}."


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
    verb = "carries instead of" if is_left else "helps"
    return f"{titles.get(helper, helper)} {verb} {titles.get(path, path)} for {count_of(applications, 'application')}"


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
            return f"{titles[first.name]} carries everything although it is set to Never{_no_other(usable)}"
        return f"{titles[first.name]} carries everything{_because(first, world, titles, left)}"
    shares = [f"{titles[first.name]} carries {_rate(first) / total:.0%}"]
    shares += [f"{titles[each.name]} {_rate(each) / total:.0%}" for each in carriers[1:]]
    return "; ".join([enumerate_words(shares), *(f"{titles[each.name]} {_STILL}" for each in against)])


def _no_other(usable: Sequence[PathInfo]) -> str:
    """Why connections stay on a path that is set to Never, where that is certain."""
    is_alone = all(each.tier is Tier.NEVER for each in usable)
    return ": there is no other path" if is_alone else ""


def _quiet(usable: Sequence[PathInfo], titles: Mapping[str, str]) -> str:
    ready = [titles[each.name] for each in usable if each.tier is Tier.ALWAYS]
    if not ready:
        return "Nothing moves at the moment"
    return f"Nothing moves at the moment; {enumerate_words(ready)} {_verb(ready, 'is', 'are')} ready"


def _because(carrier: PathInfo, world: Sequence[PathInfo], titles: Mapping[str, str], left: Collection[str]) -> str:
    """Why a path carries alone that should not have to; of those that were left, the sentence tells by itself."""
    if not carrier.tier.is_backup:
        return ""
    first_choice = [each for each in world if each.tier is Tier.ALWAYS]
    if left and all(each.name in left for each in first_choice if each.state.is_usable):
        return ""
    if not first_choice:
        return ", as no path is in the lane Always"
    if any(each.state.is_usable for each in first_choice):
        return f"; {_idle(first_choice, titles)}"
    return ", in place of what is not connected"


def _idle(first_choice: Sequence[PathInfo], titles: Mapping[str, str]) -> str:
    """The paths that should carry and do not. Whether they are dead or unwanted, nobody knows yet."""
    idle = [each for each in first_choice if each.state.is_usable]
    names = [titles[each.name] for each in idle]
    little = "next to nothing" if any(_rate(each) for each in idle) else "nothing"
    verbs = "is connected but carries" if len(names) == 1 else "are connected but carry"
    return f"{enumerate_words(names)} {verbs} {little}"


def _standing_by(unused: Sequence[PathInfo], usable: Sequence[PathInfo], titles: Mapping[str, str]) -> str:
    """`unused` are those of the usable ones that help nobody."""
    total = sum(_rate(path) for path in usable)
    waiting = [
        titles[each.name]
        for each in unused
        if each.tier.is_backup and (total < QUIET_BIT_S or _rate(each) < _SOMETHING * total)
    ]
    return f"{enumerate_words(waiting)} {_verb(waiting, 'stands', 'stand')} by" if waiting else ""


def _missing(world: Sequence[PathInfo], titles: Mapping[str, str]) -> str:
    """The paths that are wanted and cannot be used, each with its reason."""
    missing = [each for each in world if not each.state.is_usable and each.tier is not Tier.NEVER]
    if not missing:
        missing = [] if any(each.state.is_usable for each in world) else list(world)
    return enumerate_words([f"{titles[each.name]} {_plight(each.state)}" for each in missing])


def _plight(state: PathState) -> str:
    words = STATE_WORDS[state]
    return f"has {words}" if state is PathState.NO_ADDRESS else f"is {words}"


def _verb(subjects: Sequence[str], singular: str, plural: str) -> str:
    return singular if len(subjects) == 1 else plural
