"""The Overview page: one sentence on the state, and a card for each path in its lane."""

from collections.abc import Iterable, Mapping, Sequence
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
from mpmanager.model.path import PathKind, PathState, Tier
from mpmanager_ui.viewmodels.wording import KIND_WORDS, SECURITY_WORDS, STATE_WORDS, TIER_WORDS, path_titles

QUIET_BIT_S = 10_000.0
"""Below this a machine chatters, it does not transfer."""
_EVERYTHING = 0.95
_SOMETHING = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class PathCard:
    """One path as its card shows it."""

    name: str
    kind: PathKind
    title: str
    network: str
    """Network name and security; empty when nobody told."""
    tier: Tier
    state: PathState
    state_words: str
    is_usable: bool
    down: str
    up: str
    rtt: str
    total: str
    addresses: tuple[str, ...]
    gateways: tuple[str, ...]

    @classmethod
    def of(cls, path: PathInfo, *, rtt_ms: float | None, tier: Tier) -> "PathCard":
        """The card of a path; `tier` is where it belongs, which may be a wish still on its way."""
        return cls(
            name=path.name,
            kind=path.kind,
            title=KIND_WORDS[path.kind],
            network=_network(path),
            tier=tier,
            state=path.state,
            state_words=STATE_WORDS[path.state],
            is_usable=path.state.is_usable,
            down=format_rate(path.rx_bit_s),
            up=format_rate(path.tx_bit_s),
            rtt=format_rtt(rtt_ms),
            total=format_bytes(path.rx_bytes + path.tx_bytes),
            addresses=tuple(path.addresses),
            gateways=tuple(path.gateways),
        )

    @property
    def summary(self) -> str:
        """The card in one sentence, for who hears it instead of seeing it."""
        network = f" {self.network}," if self.network else ""
        return (
            f"{self.title},{network} interface {self.name}: {self.state_words}; download {self.down}, "
            f"upload {self.up}, round trip {self.rtt}, {self.total} since the interface came up; "
            f"lane {TIER_WORDS[self.tier]}"
        )


def _network(path: PathInfo) -> str:
    security = SECURITY_WORDS[path.security] if path.security else None
    return " · ".join(each for each in (path.network, security) if each)


class TierWishes:
    """Tiers that were asked for and that the daemon has not shown yet."""

    def __init__(self) -> None:
        self._wishes: dict[str, Tier] = {}

    def add(self, path: str, tier: Tier) -> None:
        """The person wants that path there."""
        self._wishes[path] = tier

    def drop(self, path: str) -> None:
        """It was done, or it failed: what the daemon says counts."""
        self._wishes.pop(path, None)

    def tier_of(self, path: PathInfo) -> Tier:
        """Where the card belongs."""
        return self._wishes.get(path.name, path.tier)


def lanes(frame: Frame, wishes: TierWishes) -> dict[Tier, tuple[PathCard, ...]]:
    """The cards by lane, links to the world first; every lane is there."""
    rtts = median_rtts(frame.connections)
    ordered = sorted(frame.paths, key=lambda each: (each.kind is PathKind.VIRTUAL, each.index))
    cards = [PathCard.of(path, rtt_ms=rtts.get(path.name), tier=wishes.tier_of(path)) for path in ordered]
    return {tier: tuple(card for card in cards if card.tier is tier) for tier in Tier}


def median_rtts(connections: Iterable[ConnectionInfo]) -> dict[str, float]:
    """The median round-trip time of the subflows on each path that has any."""
    values: dict[str, list[float]] = {}
    for connection in connections:
        for subflow in connection.subflows:
            if subflow.path is not None and subflow.rtt_ms is not None:
                values.setdefault(subflow.path, []).append(subflow.rtt_ms)
    return {path: median(each) for path, each in values.items()}


def state_sentence(paths: Sequence[PathInfo]) -> str:
    """What carries, what stands by and what is missing, in one sentence."""
    world = [path for path in paths if path.kind is not PathKind.VIRTUAL]
    if not world:
        return "No network path was found on this machine"
    titles = path_titles(world)
    usable = [path for path in world if path.state.is_usable]
    if not usable:
        return f"Nothing is connected: {_missing(world, titles)}"
    parts = [_carrying(usable, world, titles), _standing_by(usable, titles), _missing(world, titles)]
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
    return f"{text}; {fallen} fell back to plain TCP." if fallen else f"{text}."


def _rate(path: PathInfo) -> float:
    return path.rx_bit_s + path.tx_bit_s


def _carrying(usable: Sequence[PathInfo], world: Sequence[PathInfo], titles: Mapping[str, str]) -> str:
    total = sum(_rate(path) for path in usable)
    if total < QUIET_BIT_S:
        return _quiet(usable, titles)
    carriers = sorted((path for path in usable if _rate(path) >= _SOMETHING * total), key=_rate, reverse=True)
    first = carriers[0]
    if _rate(first) >= _EVERYTHING * total:
        return f"{titles[first.name]} carries everything{_because(first, world, titles)}"
    shares = [f"{titles[each.name]} carries {_rate(each) / total:.0%}" for each in carriers]
    return enumerate_words([shares[0], *(each.replace(" carries", "") for each in shares[1:])])


def _quiet(usable: Sequence[PathInfo], titles: Mapping[str, str]) -> str:
    ready = [titles[each.name] for each in usable if each.tier is Tier.ALWAYS]
    if not ready:
        return "Nothing moves at the moment"
    return f"Nothing moves at the moment; {enumerate_words(ready)} {_verb(ready, 'is', 'are')} ready"


def _because(carrier: PathInfo, world: Sequence[PathInfo], titles: Mapping[str, str]) -> str:
    """Why a path carries alone that should not have to."""
    if not carrier.tier.is_backup:
        return ""
    first_choice = [each for each in world if each.tier is Tier.ALWAYS]
    if not first_choice:
        return ", as no path is in the lane Always"
    if any(each.state.is_usable for each in first_choice):
        up = [titles[each.name] for each in first_choice if each.state.is_usable]
        return f" although {enumerate_words(up)} {_verb(up, 'is', 'are')} up"
    return ", in place of what is down"


def _standing_by(usable: Sequence[PathInfo], titles: Mapping[str, str]) -> str:
    total = sum(_rate(path) for path in usable)
    waiting = [
        titles[each.name]
        for each in usable
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
