"""How far a network is trusted where nobody has said anything, and what becomes of what somebody has said.

The defaults are those of the thesis (2.3): wires, cellular networks and VPNs are trusted, a Wi-Fi by its encryption.
Trust belongs to the network and not to the card.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from mpmanager.model.names import LinkName
from mpmanager.model.path import PathKind, Security
from mpmanager.model.trust import NetworkId, Trust, TrustDecisions, TrustReason, TrustSource, TrustVerdict

_YES, _NO = Trust.TRUSTED, Trust.UNTRUSTED

_BY_KIND: Mapping[PathKind, tuple[Trust, TrustReason]] = {
    PathKind.LTE: (_YES, TrustReason.CELLULAR),
    PathKind.XDSL: (_YES, TrustReason.TELEPHONE_LINE),
    PathKind.VPN: (_YES, TrustReason.VPN),
    PathKind.BLUETOOTH: (_YES, TrustReason.BLUETOOTH),
    PathKind.TETHERING: (_YES, TrustReason.TETHERING),
    PathKind.VIRTUAL: (_NO, TrustReason.VIRTUAL),
    PathKind.UNKNOWN: (_NO, TrustReason.UNKNOWN),
}
_BY_SECURITY: Mapping[Security | None, tuple[Trust, TrustReason]] = {
    Security.OPEN: (_NO, TrustReason.WIFI_OPEN),
    Security.OWE: (_NO, TrustReason.WIFI_OWE),
    Security.WEP: (_NO, TrustReason.WIFI_WEP),
    Security.WPA: (_NO, TrustReason.WIFI_TKIP),
    Security.WPA2: (_YES, TrustReason.WIFI_WPA2),
    Security.WPA3: (_YES, TrustReason.WIFI_WPA3),
    None: (_NO, TrustReason.WIFI_UNKNOWN),
}
_BY_CERTIFICATE: Mapping[bool | None, tuple[Trust, TrustReason]] = {
    True: (_YES, TrustReason.ENTERPRISE_CERTIFICATE),
    False: (_NO, TrustReason.ENTERPRISE_NO_CERTIFICATE),
    None: (_NO, TrustReason.ENTERPRISE_UNKNOWN),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustPreferences:
    """What people have decided; kept across restarts."""

    networks: Mapping[NetworkId, Trust] = field(default_factory=dict)
    interfaces: Mapping[LinkName, Trust] = field(default_factory=dict)
    needs_wired_login: bool = False
    """Whether a cable is trusted only where 802.1X has let this machine in."""
    are_lost: bool = False
    """Whether there may have been other decisions, of which nobody knows any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of the network that a link is in."""

    name: LinkName
    kind: PathKind
    security: Security | None = None
    validates_certificate: bool | None = None
    """Of an enterprise network; None when nobody told."""
    has_login: bool = False
    """Whether a wired network has let this machine in by 802.1X."""
    network_ids: Collection[NetworkId] = ()
    """All that name this network, the most telling first."""
    is_gateway_known: bool = True
    """Whether its gateway's link address, which names networks without another name, was heard."""
    is_named: bool = True
    """Whether was told what else names it: the SSID of a Wi-Fi; of neither that nor a cable NetworkManager's profile,
    or that it has none."""


def verdict_on(evidence: Evidence, preferences: TrustPreferences) -> TrustVerdict:
    """How far a network is trusted: what was said of it, then of the interface, then what its nature suggests.

    A network that may be one of those that somebody distrusts, and has not shown yet that it is not, is not trusted.
    """
    said = decisions_on(evidence, preferences)
    if said.network is not None:
        return TrustVerdict(level=said.network, reason=TrustReason.CHOSEN, source=TrustSource.NETWORK)
    level, reason = _nature(evidence, preferences)
    if Trust.TRUSTED is (said.interface or level) and _may_be_distrusted(evidence, preferences):
        return TrustVerdict(level=Trust.UNTRUSTED, reason=TrustReason.NOT_RECOGNISED_YET)
    if said.interface is not None:
        return TrustVerdict(level=said.interface, reason=TrustReason.CHOSEN, source=TrustSource.INTERFACE)
    if level is Trust.TRUSTED and preferences.are_lost:
        return TrustVerdict(level=Trust.UNTRUSTED, reason=TrustReason.DECISIONS_LOST)
    return TrustVerdict(level=level, reason=reason)


def automatic_verdict_on(evidence: Evidence, preferences: TrustPreferences) -> TrustVerdict:
    """How far a network would be trusted if nothing had been said of it or of the interface."""
    networks = {name: level for name, level in preferences.networks.items() if name not in evidence.network_ids}
    interfaces = {name: level for name, level in preferences.interfaces.items() if name != evidence.name}
    return verdict_on(evidence, replace(preferences, networks=networks, interfaces=interfaces))


def decisions_on(evidence: Evidence, preferences: TrustPreferences) -> TrustDecisions:
    """What was said of a network and of the interface; of contradicting names the distrusted one counts."""
    said = {preferences.networks[each] for each in evidence.network_ids if each in preferences.networks}
    return TrustDecisions(
        network=None if not said else Trust.UNTRUSTED if Trust.UNTRUSTED in said else Trust.TRUSTED,
        interface=preferences.interfaces.get(evidence.name),
    )


def _nature(evidence: Evidence, preferences: TrustPreferences) -> tuple[Trust, TrustReason]:
    if evidence.kind is PathKind.WIFI and evidence.security is Security.ENTERPRISE:
        return _BY_CERTIFICATE[evidence.validates_certificate]
    if evidence.kind is PathKind.WIFI:
        return _BY_SECURITY[evidence.security]
    if evidence.kind is PathKind.ETHERNET:
        return _wired(evidence, preferences)
    return _BY_KIND[evidence.kind]


def _wired(evidence: Evidence, preferences: TrustPreferences) -> tuple[Trust, TrustReason]:
    if evidence.has_login:
        return _YES, TrustReason.WIRED_LOGIN
    if preferences.needs_wired_login:
        return _NO, TrustReason.WIRED_WITHOUT_LOGIN
    return _YES, TrustReason.WIRED


def _may_be_distrusted(evidence: Evidence, preferences: TrustPreferences) -> bool:
    """Whether somebody distrusts a network by a name of a sort that this one has not told yet."""
    name = _WIFI if evidence.kind is PathKind.WIFI else _CONNECTION
    is_known = {_GATEWAY: evidence.is_gateway_known, name: evidence.is_named}
    unheard = tuple(sort for sort, is_so in is_known.items() if not is_so)
    return any(level is Trust.UNTRUSTED and each.startswith(unheard) for each, level in preferences.networks.items())


_WIFI, _GATEWAY, _CONNECTION = "wifi:", "gateway:", "nm:"


def network_ids(
    *,
    kind: PathKind,
    network: str | None,
    security: Security | None,
    connection: str | None,
    gateways: Collection[str],
) -> tuple[NetworkId, ...]:
    """What names a network, the most telling first; none where nothing does.

    Args:
        kind: of the link.
        network: the SSID of a Wi-Fi.
        security: of a Wi-Fi: an open network of the same name is another one.
        connection: the UUID of NetworkManager's connection. That of a cable says nothing: all cables share one.
        gateways: their link addresses, such as 02:00:5e:00:53:01.
    """
    found = []
    if kind is PathKind.WIFI and network is not None:
        found.append(f"{_WIFI}{network}/{security.value if security else 'unknown'}")
    if kind not in {PathKind.WIFI, PathKind.ETHERNET} and connection is not None:
        found.append(f"{_CONNECTION}{connection}")
    if kind is not PathKind.WIFI:
        found += [f"{_GATEWAY}{each}" for each in sorted(gateways)]
    return tuple(NetworkId(each) for each in found)
