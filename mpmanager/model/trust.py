"""How far networks are trusted: neither overheard nor meddled with on the way, as far as that can be known."""

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import NewType

NetworkId = NewType("NetworkId", str)
"""Names a network, whatever card it is reached by: `wifi:SSID/wpa2`, `nm:UUID`, `gateway:02:00:5e:00:53:01`."""
LONGEST_NETWORK_ID = 300
"""In characters, of those that a person may hand in."""


@unique
class Trust(StrEnum):
    """What may be sent to a network."""

    TRUSTED = "trusted"
    UNTRUSTED = "untrusted"


@unique
class Hold(StrEnum):
    """What a connection may do on untrusted paths at the moment."""

    FREE = "free"
    """Everything."""
    STANDBY = "standby"
    """Its subflows there are backups, and there is nothing that they could be the backup of but trusted ones."""
    RECEIVING = "receiving"
    """Its subflows there bring data in and take none out, so that those on trusted paths are no backups."""
    FENCED = "fenced"
    """The kernel lets nothing out there; what subflows it has there go once there is another one."""
    TRUSTED = "trusted"
    """It has no subflows there, be it that it has none at all: then its data waits."""


@unique
class TrustSource(StrEnum):
    """Who decided."""

    NETWORK = "network"
    """A person, about this network."""
    INTERFACE = "interface"
    """A person, about this interface, whatever network it is in."""
    AUTOMATIC = "automatic"


@unique
class TrustReason(StrEnum):
    """Why a network counts as it does."""

    CHOSEN = "chosen"
    """A person has said so."""
    NOT_RECOGNISED_YET = "not-recognised-yet"
    """It may be one that a person does not trust: what would tell is not known yet."""
    DECISIONS_LOST = "decisions-lost"
    """It may be one that a person does not trust: what was said can no longer be read."""
    WIRED = "wired"
    WIRED_LOGIN = "wired-login"
    """By 802.1X."""
    WIRED_WITHOUT_LOGIN = "wired-without-login"
    """Where only wires with a login count."""
    CELLULAR = "cellular"
    TELEPHONE_LINE = "telephone-line"
    VPN = "vpn"
    BLUETOOTH = "bluetooth"
    TETHERING = "tethering"
    WIFI_OPEN = "wifi-open"
    WIFI_OWE = "wifi-owe"
    WIFI_WEP = "wifi-wep"
    WIFI_TKIP = "wifi-tkip"
    WIFI_WPA2 = "wifi-wpa2"
    WIFI_WPA3 = "wifi-wpa3"
    ENTERPRISE_CERTIFICATE = "enterprise-certificate"
    ENTERPRISE_NO_CERTIFICATE = "enterprise-no-certificate"
    ENTERPRISE_UNKNOWN = "enterprise-unknown"
    """Nobody tells whether the network's certificate is validated."""
    WIFI_UNKNOWN = "wifi-unknown"
    VIRTUAL = "virtual"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustVerdict:
    """How far a network is trusted, and why."""

    level: Trust
    reason: TrustReason
    source: TrustSource = TrustSource.AUTOMATIC


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustDecisions:
    """What a person has said; None: nothing."""

    network: Trust | None = None
    """Of the network, by any of its names."""
    interface: Trust | None = None


NOTHING_SAID = TrustDecisions()

NOT_KNOWN = TrustVerdict(level=Trust.UNTRUSTED, reason=TrustReason.UNKNOWN)
"""What nobody knows anything of is not trusted."""


REASON_WORDS = {
    TrustReason.CHOSEN: "you have said so",
    TrustReason.NOT_RECOGNISED_YET: "it may be a network that you do not trust; what tells them apart is not known yet",
    TrustReason.DECISIONS_LOST: "what you have said of networks is lost, and it may be one that you do not trust",
    TrustReason.WIRED: "who listens would have to be at the cable",
    TrustReason.WIRED_LOGIN: "the cable leads to a network with a login (802.1X)",
    TrustReason.WIRED_WITHOUT_LOGIN: "you trust cables only where there is a login (802.1X), and here is none",
    TrustReason.CELLULAR: "cellular networks encrypt the air and know their telephones",
    TrustReason.TELEPHONE_LINE: "who listens would have to be at the telephone line",
    TrustReason.VPN: "it encrypts what it carries",
    TrustReason.BLUETOOTH: "paired devices encrypt the air",
    TrustReason.TETHERING: "it leads to your telephone and counts as its cellular network does",
    TrustReason.WIFI_OPEN: "everybody in reach can overhear an open Wi-Fi",
    TrustReason.WIFI_OWE: "it encrypts the air but does not prove who it is: anybody can pretend to be this network",
    TrustReason.WIFI_WEP: "WEP is broken within minutes",
    TrustReason.WIFI_TKIP: "WPA with TKIP is too weak",
    TrustReason.WIFI_WPA2: "WPA2 encrypts the air",
    TrustReason.WIFI_WPA3: "WPA3 encrypts the air",
    TrustReason.ENTERPRISE_CERTIFICATE: "the network proves with its certificate who it is",
    TrustReason.ENTERPRISE_NO_CERTIFICATE: "its certificate is not validated: anybody can pretend to be this network",
    TrustReason.ENTERPRISE_UNKNOWN: "nobody tells whether the network's certificate is validated",
    TrustReason.WIFI_UNKNOWN: "nobody tells how this Wi-Fi is encrypted",
    TrustReason.VIRTUAL: "what lies behind a virtual link is not known",
    TrustReason.UNKNOWN: "nobody tells what kind of network this is",
}
"""Why, as the second half of a sentence: "... counts as trusted: WPA2 encrypts the air"."""

_ABOUT = {
    TrustSource.NETWORK: " of this network",
    TrustSource.INTERFACE: " of this interface",
    TrustSource.AUTOMATIC: "",
}


def why(reason: TrustReason, source: TrustSource) -> str:
    """The reason in words, with what a decision was about: "you have said so of this network"."""
    return REASON_WORDS[reason] + (_ABOUT[source] if reason is TrustReason.CHOSEN else "")
