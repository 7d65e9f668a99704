"""What people can be notified of: one switch for each kind, as the settings show them."""

from enum import StrEnum, unique

from mpmanager_ui.viewmodels.translation import Spoken, tr_later


@unique
class NotificationKind(StrEnum):
    """A kind of event that a person may want to be told of outside the window."""

    PATH = "path"
    """A path is lost, or back."""
    BACKUP = "backup"
    """Late data has opened a path that stood by."""
    TRUST = "trust"
    """A network is trusted otherwise than before, or trust cannot be enforced."""
    CAP = "cap"
    """A path comes near the end of what it may carry, or has reached it."""
    RULE = "rule"
    """Somebody has changed a rule of an application, or another profile holds."""
    DAEMON = "daemon"
    """The service has gone away, or is back."""


PAUSED_KEY = "notifications/paused"
"""Under which key of the window's settings it is kept whether no notification shall come at all."""

_TITLES = Spoken(
    {
        NotificationKind.PATH: tr_later("Path lost or back"),
        NotificationKind.BACKUP: tr_later("Backup opened for late data"),
        NotificationKind.TRUST: tr_later("Trust changed"),
        NotificationKind.CAP: tr_later("Data cap nearly or fully used"),
        NotificationKind.RULE: tr_later("Rule or profile changed"),
        NotificationKind.DAEMON: tr_later("Daemon gone or back"),
    }
)

_EXPLANATIONS = Spoken(
    {
        NotificationKind.PATH: tr_later("When Wi-Fi fades, a cable is unplugged, or a link works again."),
        NotificationKind.BACKUP: tr_later("When an application waited too long and another path had to help."),
        NotificationKind.TRUST: tr_later(
            "When a path enters a network that is trusted more or less than the last one."
        ),
        NotificationKind.CAP: tr_later("When a path has used most of the data it may use, and when it has used all."),
        NotificationKind.RULE: tr_later("When an application's rule changes, or a profile follows a network."),
        NotificationKind.DAEMON: tr_later("When mpmanagerd ends: from then on nothing is decided any more."),
    }
)


def title(kind: NotificationKind) -> str:
    """The kind in a few words, for its switch."""
    return _TITLES[kind]


def explanation(kind: NotificationKind) -> str:
    """When one of this kind comes, in a sentence."""
    return _EXPLANATIONS[kind]


def settings_key(kind: NotificationKind) -> str:
    """Under which key of the window's settings the switch is kept; a kind of which nothing is kept is on."""
    return f"notifications/{kind.value}"
