"""Network paths: what they are, in which state, and when they may be used."""

from dataclasses import dataclass, field
from enum import StrEnum, unique

from mpmanager.model.names import IPAddress, LinkName
from mpmanager.model.trust import NOT_KNOWN, NOTHING_SAID, NetworkId, Trust, TrustDecisions, TrustVerdict


@unique
class PathKind(StrEnum):
    """What kind of access a link gives."""

    WIFI = "wifi"
    LTE = "lte"
    XDSL = "xdsl"
    ETHERNET = "ethernet"
    VPN = "vpn"
    BLUETOOTH = "bluetooth"
    TETHERING = "tethering"
    VIRTUAL = "virtual"
    """Bridges, containers and other links that lead to this machine itself; never used by default."""
    UNKNOWN = "unknown"


METERED_KINDS = frozenset({PathKind.LTE, PathKind.TETHERING, PathKind.BLUETOOTH})


@unique
class KindSource(StrEnum):
    """Who said of what kind a path is, the most credible first."""

    USER = "user"
    FACTS = "facts"
    NETWORK_MANAGER = "NetworkManager"
    NL80211 = "nl80211"
    KERNEL = "kernel"
    DRIVER = "driver"
    NOBODY = "nobody"


@unique
class Security(StrEnum):
    """How a link encrypts what it sends over the air."""

    OPEN = "open"
    OWE = "owe"
    WEP = "wep"
    WPA = "wpa"
    WPA2 = "wpa2"
    WPA3 = "wpa3"
    ENTERPRISE = "enterprise"


@unique
class Tier(StrEnum):
    """When a path may carry data."""

    ALWAYS = "always"
    """Subflows there are normal ones."""
    WHEN_NEEDED = "when-needed"
    """Subflows there are backups; policies may open them early."""
    BACKUP = "backup"
    """Subflows there are backups, used when nothing else is left."""
    NEVER = "never"
    """No subflow is made there."""

    @property
    def is_backup(self) -> bool:
        """Whether subflows on such a path carry the backup flag."""
        return self in {Tier.WHEN_NEEDED, Tier.BACKUP}

    def at_most(self, limit: "Tier | None") -> "Tier":
        """This one, or the limit where that lets a path be used less."""
        return self if limit is None or _LEAST_LAST.index(self) >= _LEAST_LAST.index(limit) else limit


_LEAST_LAST = tuple(Tier)


TIER_WORDS = {
    Tier.ALWAYS: "carries data all the time",
    Tier.WHEN_NEEDED: "stands by until data is late",
    Tier.BACKUP: "stands by until nothing else is left",
    Tier.NEVER: "is never used for new subflows",
}
"""As the second half of a sentence about a path."""


@unique
class PathState(StrEnum):
    """What a path can do at the moment."""

    UP = "up"
    """Carrier, an address and a way out."""
    LOCAL_ONLY = "local-only"
    """Carrier and an address, but no gateway: only its own subnet can be reached."""
    NO_ADDRESS = "no-address"
    NO_CARRIER = "no-carrier"
    DOWN = "down"
    """Switched off by the administrator."""

    @property
    def is_usable(self) -> bool:
        """Whether a subflow can be made there."""
        return self in {PathState.UP, PathState.LOCAL_ONLY}


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceAddress:
    """An address of this host with its on-link prefix, such as 192.0.2.7/24."""

    address: IPAddress
    prefix_length: int
    is_deprecated: bool = False
    """Only for what began there already, says IPv6 (RFC 4862, 5.5.4): nothing new may leave from it."""

    def __str__(self) -> str:
        return f"{self.address}/{self.prefix_length}"

    def covers(self, other: IPAddress) -> bool:
        """Whether the other address is on this address's own subnet."""
        if other.version != self.address.version:
            return False
        host_bits = self.address.max_prefixlen - self.prefix_length
        return int(other) >> host_bits == int(self.address) >> host_bits


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """A default route of one IP version."""

    version: int
    """4 or 6."""
    gateway: IPAddress | None
    """None on a point-to-point link, where everything simply goes out."""
    metric: int = field(default=0, compare=False)
    """Of the route: the lower is preferred. It belongs to an order, so that another one makes no other way out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One network path of this host: a link with its addresses and its way out."""

    name: LinkName
    index: int
    kind: PathKind
    kind_source: KindSource
    network: str | None
    """The network's own name (SSID, operator, connection); None when nobody told."""
    security: Security | None
    """None when nobody told, or where the question has no meaning."""
    trust: TrustVerdict = NOT_KNOWN
    automatic_trust: TrustVerdict = NOT_KNOWN
    """What it would be if nothing had been said of this network or this interface."""
    trust_decisions: TrustDecisions = NOTHING_SAID
    network_ids: tuple[NetworkId, ...] = ()
    """What names its network, the most telling first; empty where nothing does (yet)."""
    tier: Tier
    is_tier_chosen: bool = False
    """Whether a person has set the tier; else the kind suggests it."""
    tier_limit: Tier | None = None
    """What a cap that is reached leaves of it, also for applications that may use it more; None: no cap is."""
    tier_ceiling: Tier | None = None
    """What an administrator's file allows at most, to everybody; None: none limits it."""
    metered_said: bool | None = None
    """Whether what it carries costs something, as a person has said; None: nobody has."""
    metered_detected: bool | None = None
    """The same, as a system service knows it."""
    state: PathState
    addresses: tuple[InterfaceAddress, ...]
    """Source addresses, the preferred one of each family first; deprecated ones are among them, last."""
    ways_out: tuple[WayOut, ...]
    """At most one for each IP version."""

    @property
    def is_trusted(self) -> bool:
        """Whether what is restricted may use it."""
        return self.trust.level is Trust.TRUSTED

    @property
    def is_metered(self) -> bool:
        """Whether what it carries costs, or drains a telephone."""
        known = self.metered_detected if self.metered_said is None else self.metered_said
        return self.kind in METERED_KINDS if known is None else known

    @property
    def tier_now(self) -> Tier:
        """When it may be used at most, by whomever nothing else is said of."""
        return self.tier.at_most(self.tier_limit)

    @property
    def gateways(self) -> tuple[IPAddress, ...]:
        """The gateways, IPv4 first; none on a point-to-point link."""
        return tuple(each.gateway for each in self.ways_out if each.gateway is not None)

    @property
    def gateway(self) -> IPAddress | None:
        """The gateway to show where there is room for one: the IPv4 one first."""
        return next(iter(self.gateways), None)

    def way_out(self, version: int) -> WayOut | None:
        """How packets of an IP version leave, or None where they cannot."""
        return next((each for each in self.ways_out if each.version == version), None)

    def source_address(self, version: int) -> IPAddress | None:
        """The preferred source address of an IP version (4 or 6), or None."""
        fresh = (each for each in self.addresses if not each.is_deprecated)
        return next((each.address for each in fresh if each.address.version == version), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCounters:
    """What a network interface has carried since it exists, in bytes."""

    rx_bytes: int
    tx_bytes: int

    @property
    def total_bytes(self) -> int:
        """Of both directions."""
        return self.rx_bytes + self.tx_bytes
