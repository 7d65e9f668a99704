"""The words for kinds, states and tiers, and the names by which sentences call the paths."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from mpmanager.api.structures import EventKind, PathInfo
from mpmanager.model.path import PathKind, PathState, Security, Tier
from mpmanager_ui.viewmodels.translation import Spoken, tr_later

KIND_WORDS = Spoken(
    {
        PathKind.WIFI: tr_later("Wi-Fi"),
        PathKind.LTE: tr_later("LTE"),
        PathKind.XDSL: tr_later("xDSL"),
        PathKind.ETHERNET: tr_later("Ethernet"),
        PathKind.VPN: tr_later("VPN"),
        PathKind.BLUETOOTH: tr_later("Bluetooth"),
        PathKind.TETHERING: tr_later("Phone tether"),
        PathKind.VIRTUAL: tr_later("Virtual link"),
        PathKind.UNKNOWN: tr_later("Link"),
    }
)

STATE_WORDS = Spoken(
    {
        PathState.UP: tr_later("connected"),
        PathState.LOCAL_ONLY: tr_later("local network only"),
        PathState.NO_ADDRESS: tr_later("no address"),
        PathState.NO_CARRIER: tr_later("not connected"),
        PathState.DOWN: tr_later("switched off"),
    }
)

STATE_EXPLANATIONS = Spoken(
    {
        PathState.UP: tr_later("It has a carrier, an address and a way out."),
        PathState.LOCAL_ONLY: tr_later("It has no gateway: only its own network can be reached."),
        PathState.NO_ADDRESS: tr_later("It is connected, but nobody gave it an address."),
        PathState.NO_CARRIER: tr_later("No carrier: the network is out of reach or the cable is unplugged."),
        PathState.DOWN: tr_later("The interface is switched off."),
    }
)

TIER_WORDS = Spoken(
    {
        Tier.ALWAYS: tr_later("Always"),
        Tier.WHEN_NEEDED: tr_later("When needed"),
        Tier.BACKUP: tr_later("Backup"),
        Tier.NEVER: tr_later("Never"),
    }
)

TIER_HINTS = Spoken(
    {
        Tier.ALWAYS: tr_later("Used all the time"),
        Tier.WHEN_NEEDED: tr_later("Helps when data waits too long"),
        Tier.BACKUP: tr_later("Only if nothing else is left"),
        Tier.NEVER: tr_later("No subflow is made here"),
    }
)

AUTOMATIC_TIERS = {
    PathKind.WIFI: Tier.ALWAYS,
    PathKind.LTE: Tier.BACKUP,
    PathKind.XDSL: Tier.ALWAYS,
    PathKind.ETHERNET: Tier.ALWAYS,
    PathKind.VPN: Tier.ALWAYS,
    PathKind.BLUETOOTH: Tier.BACKUP,
    PathKind.TETHERING: Tier.BACKUP,
    PathKind.VIRTUAL: Tier.NEVER,
    PathKind.UNKNOWN: Tier.ALWAYS,
}
"""Where the daemon puts a path of each kind when nobody chose."""

SECURITY_WORDS = Spoken(
    {
        Security.OPEN: tr_later("open"),
        Security.OWE: tr_later("OWE"),
        Security.WEP: tr_later("WEP"),
        Security.WPA: tr_later("WPA"),
        Security.WPA2: tr_later("WPA2"),
        Security.WPA3: tr_later("WPA3"),
        Security.ENTERPRISE: tr_later("Enterprise"),
    }
)

EVENTS_OF_CONNECTIONS = frozenset(
    {
        EventKind.CONNECTION_OPENED,
        EventKind.CONNECTION_CLOSED,
        EventKind.SUBFLOW_OPENED,
        EventKind.SUBFLOW_CLOSED,
    }
)
"""Kinds that come by the hundred where programs are busy."""


def clock(unix_time: float) -> str:
    """The local time of day."""
    return datetime.fromtimestamp(unix_time).astimezone().strftime("%H:%M:%S")


def short_clock(unix_time: float) -> str:
    """The local time of day in hours and minutes."""
    return datetime.fromtimestamp(unix_time).astimezone().strftime("%H:%M")


_KIND_PLACES = {kind: place for place, kind in enumerate(PathKind)}


def unbroken(text: str) -> str:
    """The text for a label of several lines, which do not end in the middle of words such as Wi-Fi."""
    return text.replace("-", "\N{NON-BREAKING HYPHEN}")


def in_order(paths: Iterable[PathInfo]) -> list[PathInfo]:
    """One order for all pages: by kind, links that lead to this machine itself last; then by interface index."""
    return sorted(paths, key=lambda each: (each.kind is PathKind.VIRTUAL, _KIND_PLACES[each.kind], each.index))


def path_titles(paths: Iterable[PathInfo]) -> dict[str, str]:
    """A short name for each path, by interface name; no two are the same."""
    known = list(paths)
    kinds = Counter(each.kind for each in known)
    titles = {each.name: _title(each, alone=kinds[each.kind] == 1) for each in known}
    doubles = {title for title, number in Counter(titles.values()).items() if number > 1}
    return {
        each.name: f"{KIND_WORDS[each.kind]} ({each.name})" if titles[each.name] in doubles else titles[each.name]
        for each in known
    }


def _title(path: PathInfo, *, alone: bool) -> str:
    if alone:
        return KIND_WORDS[path.kind]
    return f"{KIND_WORDS[path.kind]} ({path.network or path.name})"
