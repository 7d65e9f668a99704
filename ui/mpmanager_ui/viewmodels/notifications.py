"""Which event is worth a notification, what that says, and how a flood of them becomes a few."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace

from mpmanager.api.structures import EventInfo, EventKind
from mpmanager_ui.viewmodels.lateness import Titles
from mpmanager_ui.viewmodels.notification_kinds import NotificationKind
from mpmanager_ui.viewmodels.page_names import PageName
from mpmanager_ui.viewmodels.proofs import Names, event_text
from mpmanager_ui.viewmodels.translation import tr, tr_count, tr_later, tr_literal

QUIET_S = 5.0
"""Of each kind one comes in this time at most; the others are summed up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One notification; a later one of its kind takes its place."""

    kind: NotificationKind
    title: str
    text: str
    page: PageName
    """What its action shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    kind: NotificationKind
    title: str
    """With `{path}` and `{helper}`."""
    page: PageName = PageName.OVERVIEW


TABLE: Mapping[EventKind, _Entry] = {
    EventKind.PATH_ADDED: _Entry(kind=NotificationKind.PATH, title=tr_later("{path} has come")),
    EventKind.PATH_UP: _Entry(kind=NotificationKind.PATH, title=tr_later("{path} is connected")),
    EventKind.PATH_DOWN: _Entry(kind=NotificationKind.PATH, title=tr_later("{path} is lost")),
    EventKind.PATH_REMOVED: _Entry(kind=NotificationKind.PATH, title=tr_later("{path} is gone")),
    EventKind.BACKUP_OPENED: _Entry(
        kind=NotificationKind.BACKUP, title=tr_later("{helper} helps {path}"), page=PageName.LIVE
    ),
    EventKind.STEERED: _Entry(
        kind=NotificationKind.BACKUP, title=tr_later("{helper} carries instead of {path}"), page=PageName.LIVE
    ),
    EventKind.FAILED_OVER: _Entry(
        kind=NotificationKind.BACKUP, title=tr_later("{helper} carries instead of {path}"), page=PageName.LIVE
    ),
    EventKind.STEERED_BACK: _Entry(
        kind=NotificationKind.BACKUP, title=tr_later("{path} carries again"), page=PageName.LIVE
    ),
    EventKind.RETURNED: _Entry(
        kind=NotificationKind.BACKUP, title=tr_later("{path} carries again"), page=PageName.LIVE
    ),
    EventKind.TRUST_CHANGED: _Entry(
        kind=NotificationKind.TRUST, title=tr_later("{path}: trust has changed"), page=PageName.PATHS
    ),
    EventKind.HANDSHAKE_UNPROTECTED: _Entry(
        kind=NotificationKind.TRUST, title=tr_later("Connections open unprotected"), page=PageName.LIVE
    ),
    EventKind.ENFORCEMENT_FAILED: _Entry(
        kind=NotificationKind.TRUST, title=tr_later("Trust is not enforced as it should be")
    ),
    EventKind.ENFORCING_PAUSED: _Entry(kind=NotificationKind.TRUST, title=tr_later("Enforcing is paused")),
    EventKind.ENFORCING_RESUMED: _Entry(kind=NotificationKind.TRUST, title=tr_later("Policies are enforced again")),
    EventKind.CAP_WARNING: _Entry(
        kind=NotificationKind.CAP, title=tr_later("{path} has used most of its data"), page=PageName.PATHS
    ),
    EventKind.CAP_REACHED: _Entry(
        kind=NotificationKind.CAP, title=tr_later("{path} has used all of its data"), page=PageName.PATHS
    ),
    EventKind.CAP_LIFTED: _Entry(
        kind=NotificationKind.CAP, title=tr_later("{path} may carry again"), page=PageName.PATHS
    ),
    EventKind.POLICY_CHANGED: _Entry(
        kind=NotificationKind.RULE, title=tr_later("A rule has changed"), page=PageName.APPLICATIONS
    ),
    EventKind.PROFILE_CHANGED: _Entry(kind=NotificationKind.RULE, title=tr_later("Profiles"), page=PageName.PROFILES),
    EventKind.CHANGE_TAKEN_BACK: _Entry(kind=NotificationKind.RULE, title=tr_later("A change was taken back")),
}
"""All others are nobody's business outside the window."""


def notification_of(
    event: EventInfo, titles: Titles, names: Names, *, virtual: Container[str] = frozenset()
) -> Notification | None:
    """What to say of an event, in the words of the window; None: nothing, as of paths that lead nowhere (`virtual`)."""
    entry = TABLE.get(event.kind)
    if entry is None or event.path in virtual:
        return None
    path, helper = (_name(each, titles) for each in (event.path, event.helper))
    return Notification(
        kind=entry.kind,
        title=tr_literal(entry.title, path=path, helper=helper),
        text=event_text(event, titles, names),
        page=entry.page,
    )


def _name(path: str | None, titles: Titles) -> str:
    return tr("Another path") if path is None else titles.get(path, path)


def daemon_gone() -> Notification:
    """The daemon went away while the window looked."""
    return Notification(
        kind=NotificationKind.DAEMON,
        title=tr("mpmanagerd has gone"),
        text=tr("Nothing is decided any more; what is held to trusted paths stays so."),
        page=PageName.OVERVIEW,
    )


def daemon_back() -> Notification:
    """It is there again."""
    return Notification(
        kind=NotificationKind.DAEMON,
        title=tr("mpmanagerd is back"),
        text=tr("It manages the connections of this machine again."),
        page=PageName.OVERVIEW,
    )


class Announcements:
    """Lets one notification of each kind pass in `QUIET_S` and sums the others up. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._silent_until: dict[NotificationKind, float] = {}
        self._kept: dict[NotificationKind, Notification] = {}
        """The last one of those that wait."""
        self._numbers: dict[NotificationKind, int] = {}

    def take(self, notifications: Iterable[Notification], *, now: float) -> list[Notification]:
        """Hand in what has happened; returns what to show now."""
        for each in notifications:
            self._kept[each.kind] = each
            self._numbers[each.kind] = self._numbers.get(each.kind, 0) + 1
        return self.due(now=now)

    def due(self, *, now: float) -> list[Notification]:
        """What has waited long enough."""
        return [self._pop(kind, now) for kind in tuple(self._kept) if self._silent_until.get(kind, 0.0) <= now]

    @property
    def deadline(self) -> float | None:
        """When `due` has something to say, where nothing else happens."""
        return min((self._silent_until[kind] for kind in self._kept), default=None)

    def _pop(self, kind: NotificationKind, now: float) -> Notification:
        last, earlier = self._kept.pop(kind), self._numbers.pop(kind) - 1
        self._silent_until[kind] = now + QUIET_S
        if not earlier:
            return last
        text = tr_count("{last} (One more came before.)", "{last} ({count} more came before.)", earlier, last=last.text)
        return replace(last, text=text)
