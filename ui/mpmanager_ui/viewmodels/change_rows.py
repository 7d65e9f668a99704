"""The time line of changes, and what the bar says of one that is taken back unless somebody keeps it."""

import os
import pwd
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from mpmanager.api.structures import ChangeInfo, ChangePartInfo, PathInfo
from mpmanager.model.change import AspectKind
from mpmanager.model.path import PathKind, PathState, Tier
from mpmanager.model.trust import Trust
from mpmanager_ui.viewmodels.traffic_record import date_words
from mpmanager_ui.viewmodels.translation import Spoken, labelled, tr, tr_count, tr_later
from mpmanager_ui.viewmodels.trust import LEVELS
from mpmanager_ui.viewmodels.wording import KIND_WORDS, TIER_WORDS

_ICONS = {
    AspectKind.TIER: "tier-changed",
    AspectKind.ROLE_TIERS: "tier-changed",
    AspectKind.KIND: "information",
    AspectKind.METERED: "information",
    AspectKind.CAP: "information",
    AspectKind.NETWORK_TRUST: "trust-changed",
    AspectKind.INTERFACE_TRUST: "trust-changed",
    AspectKind.WIRES_NEED_LOGIN: "trust-changed",
    AspectKind.TRUST_LOST: "trust-changed",
    AspectKind.RULE: "policy-changed",
    AspectKind.RULES_LOST: "policy-changed",
    AspectKind.PROFILE: "person",
    AspectKind.PROFILE_BY_HAND: "person",
    AspectKind.FOLLOWS: "person",
    AspectKind.MANDATE: "policy-changed",
}
_LOGIN = Spoken(
    {
        True: tr_later("Cables are trusted only with a login"),
        False: tr_later("Cables are trusted also without a login"),
    }
)
_DOT = " \N{MIDDLE DOT} "


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One change as it is shown."""

    id: int
    day: str
    """Under which heading."""
    icon: str
    text: str
    details: str
    """When, by whom, and what became of it."""
    is_taken_back: bool
    later: int
    """How many later changes would have to be taken back with it."""
    is_pending: bool
    """Whether it goes by itself unless it is kept."""

    @property
    def action(self) -> str:
        """What the button at its end does."""
        if self.is_taken_back:
            return tr("Redo")
        if not self.later:
            return tr("Undo")
        return tr_count("Undo, with {count} later", "Undo, with {count} later", count=self.later)


def change_rows(changes: Iterable[ChangeInfo], titles: Mapping[str, str], *, now: float) -> tuple[ChangeRow, ...]:
    """The time line in the order of `changes`; `now` is Unix time, and `titles` are those of the paths."""
    today = _day(now)
    return tuple(_row(each, titles, today) for each in changes)


def _row(change: ChangeInfo, titles: Mapping[str, str], today: date) -> ChangeRow:
    return ChangeRow(
        id=change.id,
        day=_day_words(_day(change.time), today),
        icon=_ICONS[_leading(change).kind] if change.parts else "information",
        text=change_text(change, titles),
        details=_details(change),
        is_taken_back=change.taken_back is not None,
        later=len(change.later),
        is_pending=change.keep_until is not None,
    )


def _day(unix_time: float) -> date:
    return datetime.fromtimestamp(unix_time).astimezone().date()


def _day_words(day: date, today: date) -> str:
    if day == today:
        return tr("Today")
    return tr("Yesterday") if day == today - timedelta(days=1) else f"{date_words(day)} {day.year}"


def _leading(change: ChangeInfo) -> ChangePartInfo:
    return next((each for each in change.parts if each.kind is AspectKind.PROFILE), change.parts[0])


def change_text(change: ChangeInfo, titles: Mapping[str, str]) -> str:
    """What was changed, paths by their titles; what this window has no words for as the daemon says it."""
    if not change.parts:
        return change.text
    part = _leading(change)
    if part.kind is AspectKind.PROFILE and part.after is not None:
        return tr("Profile {name} is in force", name=part.after)
    return (_part_text(part, titles) if len(change.parts) == 1 else None) or change.text


def _part_text(part: ChangePartInfo, titles: Mapping[str, str]) -> str | None:
    words = _WORDS.get(part.kind)
    return None if words is None else words(part, titles.get(part.about, part.about))


def _tier_words(part: ChangePartInfo, title: str) -> str:
    return _became(title, _tier(part.before), _tier(part.after))


def _kind_words(part: ChangePartInfo, _title: str) -> str:
    return _became(part.about, _kind(part.before), _kind(part.after))


def _network_words(part: ChangePartInfo, _title: str) -> str:
    name = tr("Network {network}", network=_network(part.about))
    return _became(name, _trust(part.before), _trust(part.after))


def _interface_words(part: ChangePartInfo, _title: str) -> str:
    name = tr("Interface {name}", name=part.about)
    return _became(name, _trust(part.before), _trust(part.after))


def _login_words(part: ChangePartInfo, _title: str) -> str:
    return _LOGIN[part.after is not None]


def _follow_words(part: ChangePartInfo, _title: str) -> str:
    network = _network(part.about)
    if part.after is None:
        return tr("No profile goes with {network} any more", network=network)
    return tr("Profile {name} goes with {network}", name=part.after, network=network)


_WORDS: Mapping[AspectKind, Callable[[ChangePartInfo, str], str]] = {
    AspectKind.TIER: _tier_words,
    AspectKind.KIND: _kind_words,
    AspectKind.NETWORK_TRUST: _network_words,
    AspectKind.INTERFACE_TRUST: _interface_words,
    AspectKind.WIRES_NEED_LOGIN: _login_words,
    AspectKind.FOLLOWS: _follow_words,
}


def _became(what: str, before: str, after: str) -> str:
    return labelled(what, f"{before} \N{RIGHTWARDS ARROW}\N{NO-BREAK SPACE}{after}")


def _tier(text: str | None) -> str:
    return tr("automatic") if text is None else TIER_WORDS[Tier(text)]


def _kind(text: str | None) -> str:
    return tr("as detected") if text is None else KIND_WORDS[PathKind(text)]


def _trust(text: str | None) -> str:
    return tr("automatic") if text is None else LEVELS[Trust(text)]


def _network(network_id: str) -> str:
    """A Wi-Fi by its name; other networks by what names them."""
    kind, _, name = network_id.partition(":")
    return name.rpartition("/")[0] or name if kind == "wifi" else network_id


def _details(change: ChangeInfo) -> str:
    parts = [_minute(change.time), _author(change.uid), change.program]
    if change.keep_until is not None:
        parts.append(tr("waits to be kept"))
    elif change.taken_back is not None:
        parts.append(tr("taken back at {time}", time=_minute(change.taken_back)))
    return _DOT.join(each for each in parts if each)


def _minute(unix_time: float) -> str:
    return f"{datetime.fromtimestamp(unix_time).astimezone():%H:%M}"


def _author(uid: int | None) -> str:
    if uid is None:
        return tr("by the network in use")
    if uid == os.getuid():
        return tr("you")
    with suppress(KeyError):
        return pwd.getpwuid(uid).pw_name
    return str(uid)


def pending_change(changes: Sequence[ChangeInfo]) -> ChangeInfo | None:
    """The one that goes first unless somebody keeps it."""
    waiting = [each for each in changes if each.keep_until is not None]
    return min(waiting, key=lambda each: each.keep_until or 0.0, default=None)


def keep_sentence(change: ChangeInfo, titles: Mapping[str, str], paths: Iterable[PathInfo], *, left_s: float) -> str:
    """What happens when, unless somebody does something."""
    text = change_text(change, titles)
    seconds = max(0, ceil(left_s))
    if change.taken_back is not None:
        said = tr_count(
            "Taken back: {change}. It is made again in {count} second.",
            "Taken back: {change}. It is made again in {count} seconds.",
            count=seconds,
            change=text,
        )
    else:
        said = tr_count(
            "{change}. It is taken back in {count} second.",
            "{change}. It is taken back in {count} seconds.",
            count=seconds,
            change=text,
        )
    has_path = any(each.state is PathState.UP and each.tier is not Tier.NEVER for each in paths)
    return said if has_path else tr("{sentence} No path is left now.", sentence=said)
