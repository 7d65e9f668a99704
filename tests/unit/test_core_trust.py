"""How far networks are trusted: by their nature, and by what somebody has said."""

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpmanager.core.trust import Evidence, TrustPreferences, automatic_verdict_on, network_ids, verdict_on
from mpmanager.model.names import LinkName
from mpmanager.model.path import PathKind, Security
from mpmanager.model.trust import REASON_WORDS, NetworkId, Trust, TrustReason, TrustSource

YES, NO = Trust.TRUSTED, Trust.UNTRUSTED
CARD = LinkName("wlan0")
HOME, CAFE = NetworkId("wifi:Home/wpa2"), NetworkId("wifi:Café/open")
OFFICE_ROUTER = NetworkId("gateway:02:00:5e:00:53:01")
WIRED_LOGIN_NEEDED = TrustPreferences(needs_wired_login=True)


class Row(NamedTuple):
    title: str
    level: Trust
    reason: TrustReason
    evidence: dict
    preferences: TrustPreferences = TrustPreferences()


def wifi(security, **more):
    return {"kind": PathKind.WIFI, "security": security, **more}


def enterprise(*, validates_certificate):
    return wifi(Security.ENTERPRISE, validates_certificate=validates_certificate)


ROWS = [
    Row("a cable", YES, TrustReason.WIRED, {"kind": PathKind.ETHERNET}),
    Row("a cable with a login", YES, TrustReason.WIRED_LOGIN, {"kind": PathKind.ETHERNET, "has_login": True}),
    Row(
        "a cable where a login is needed",
        NO,
        TrustReason.WIRED_WITHOUT_LOGIN,
        {"kind": PathKind.ETHERNET},
        WIRED_LOGIN_NEEDED,
    ),
    Row(
        "a cable with the login that is needed",
        YES,
        TrustReason.WIRED_LOGIN,
        {"kind": PathKind.ETHERNET, "has_login": True},
        WIRED_LOGIN_NEEDED,
    ),
    Row("a cellular network", YES, TrustReason.CELLULAR, {"kind": PathKind.LTE}),
    Row("a telephone line", YES, TrustReason.TELEPHONE_LINE, {"kind": PathKind.XDSL}),
    Row("a VPN", YES, TrustReason.VPN, {"kind": PathKind.VPN}),
    Row("Bluetooth", YES, TrustReason.BLUETOOTH, {"kind": PathKind.BLUETOOTH}),
    Row("a telephone at the cable", YES, TrustReason.TETHERING, {"kind": PathKind.TETHERING}),
    Row("an open Wi-Fi", NO, TrustReason.WIFI_OPEN, wifi(Security.OPEN)),
    Row("a Wi-Fi with OWE", NO, TrustReason.WIFI_OWE, wifi(Security.OWE)),
    Row("a Wi-Fi with WEP", NO, TrustReason.WIFI_WEP, wifi(Security.WEP)),
    Row("a Wi-Fi with WPA", NO, TrustReason.WIFI_TKIP, wifi(Security.WPA)),
    Row("a Wi-Fi with WPA2", YES, TrustReason.WIFI_WPA2, wifi(Security.WPA2)),
    Row("a Wi-Fi with WPA3", YES, TrustReason.WIFI_WPA3, wifi(Security.WPA3)),
    Row("a Wi-Fi of which nobody tells", NO, TrustReason.WIFI_UNKNOWN, wifi(None)),
    Row(
        "an enterprise Wi-Fi with a certificate",
        YES,
        TrustReason.ENTERPRISE_CERTIFICATE,
        enterprise(validates_certificate=True),
    ),
    Row(
        "an enterprise Wi-Fi without one",
        NO,
        TrustReason.ENTERPRISE_NO_CERTIFICATE,
        enterprise(validates_certificate=False),
    ),
    Row(
        "an enterprise Wi-Fi of which nobody tells",
        NO,
        TrustReason.ENTERPRISE_UNKNOWN,
        enterprise(validates_certificate=None),
    ),
    Row("a bridge", NO, TrustReason.VIRTUAL, {"kind": PathKind.VIRTUAL}),
    Row("whatever it is", NO, TrustReason.UNKNOWN, {"kind": PathKind.UNKNOWN}),
]


def verdict(preferences=TrustPreferences(), **evidence):  # noqa: B008  # frozen
    return verdict_on(Evidence(name=CARD, **evidence), preferences)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.title)
def test_the_nature_of_a_network_decides_where_nobody_has(row):
    found = verdict(row.preferences, **row.evidence)
    assert (found.level, found.reason, found.source) == (row.level, row.reason, TrustSource.AUTOMATIC)


def test_every_kind_and_every_protection_has_a_row():
    assert {row.evidence["kind"] for row in ROWS} == set(PathKind)
    assert {row.evidence.get("security") for row in ROWS if row.evidence["kind"] is PathKind.WIFI} == {*Security, None}


def test_every_reason_can_be_said():
    assert set(REASON_WORDS) == set(TrustReason)


def test_what_was_said_of_the_network_comes_before_what_was_said_of_the_interface():
    said = TrustPreferences(networks={HOME: YES, CAFE: NO}, interfaces={CARD: NO})
    assert verdict(said, **wifi(Security.OPEN, network_ids=[HOME])).level is YES
    assert verdict(said, **wifi(Security.OPEN, network_ids=[HOME])).source is TrustSource.NETWORK
    elsewhere = verdict(said, **wifi(Security.WPA2, network_ids=[NetworkId("wifi:Else/wpa2")]))
    assert (elsewhere.level, elsewhere.reason, elsewhere.source) == (NO, TrustReason.CHOSEN, TrustSource.INTERFACE)


def test_of_names_that_contradict_each_other_the_distrusted_one_counts():
    said = TrustPreferences(networks={OFFICE_ROUTER: YES, NetworkId("nm:7"): NO})
    for order in ([OFFICE_ROUTER, NetworkId("nm:7")], [NetworkId("nm:7"), OFFICE_ROUTER]):
        assert verdict(said, kind=PathKind.VPN, network_ids=order).level is NO


@pytest.mark.parametrize("kind", [PathKind.ETHERNET, PathKind.LTE, PathKind.VPN])
def test_where_decisions_are_lost_nothing_is_trusted_by_its_nature(kind):
    lost = TrustPreferences(networks={OFFICE_ROUTER: YES}, are_lost=True)
    found = verdict(lost, kind=kind)
    assert (found.level, found.reason) == (NO, TrustReason.DECISIONS_LOST)
    assert verdict(lost, kind=kind, network_ids=[OFFICE_ROUTER]).level is YES
    assert verdict(lost, **wifi(Security.OPEN)).reason is TrustReason.WIFI_OPEN


def test_a_cable_that_may_lead_to_a_distrusted_network_is_not_trusted_until_that_is_known():
    cable = {"kind": PathKind.ETHERNET}
    distrusting = TrustPreferences(networks={OFFICE_ROUTER: NO})
    unknown = verdict(distrusting, **cable, is_gateway_known=False)
    assert (unknown.level, unknown.reason) == (NO, TrustReason.NOT_RECOGNISED_YET)
    assert verdict(distrusting, **cable, network_ids=[OFFICE_ROUTER]).level is NO
    assert verdict(distrusting, **cable, network_ids=[NetworkId("gateway:02:00:5e:00:53:02")]).level is YES
    assert verdict(TrustPreferences(networks={OFFICE_ROUTER: YES}), **cable, is_gateway_known=False).level is YES


def test_what_was_said_of_the_interface_trusts_no_network_that_may_be_a_distrusted_one():
    cable = {"kind": PathKind.ETHERNET}
    said = TrustPreferences(networks={OFFICE_ROUTER: NO}, interfaces={CARD: YES})
    unknown = verdict(said, **cable, is_gateway_known=False)
    assert (unknown.level, unknown.reason) == (NO, TrustReason.NOT_RECOGNISED_YET)
    known = verdict(said, **cable, network_ids=[NetworkId("gateway:02:00:5e:00:53:02")])
    assert (known.level, known.source) == (YES, TrustSource.INTERFACE)
    distrusted = verdict(TrustPreferences(networks={OFFICE_ROUTER: NO}, interfaces={CARD: NO}), **cable)
    assert (distrusted.level, distrusted.source) == (NO, TrustSource.INTERFACE)


@pytest.mark.parametrize(
    ("path", "theirs"),
    [
        ({"kind": PathKind.LTE}, NetworkId("nm:7")),
        ({"kind": PathKind.VPN}, NetworkId("nm:7")),
        (wifi(Security.WPA2), NetworkId("wifi:Guests/wpa2")),
    ],
)
def test_what_may_be_a_distrusted_network_is_not_trusted_until_it_is_named(path, theirs):
    distrusting = TrustPreferences(networks={theirs: NO})
    unnamed = verdict(distrusting, **path, is_named=False)
    assert (unnamed.level, unnamed.reason) == (NO, TrustReason.NOT_RECOGNISED_YET)
    assert verdict(distrusting, **path).level is YES
    assert verdict(TrustPreferences(networks={OFFICE_ROUTER: NO}), **path, is_named=False).level is YES
    assert verdict(TrustPreferences(networks={theirs: YES}), **path, is_named=False).level is YES


@given(
    st.sampled_from(PathKind),
    st.none() | st.sampled_from(Security),
    st.none() | st.booleans(),
    st.sampled_from(Trust),
)
def test_what_was_said_of_a_network_holds_whatever_it_is(kind, security, validates, level):
    found = verdict(
        TrustPreferences(networks={HOME: level}),
        kind=kind,
        security=security,
        validates_certificate=validates,
        network_ids=[HOME],
        is_gateway_known=False,
    )
    assert (found.level, found.source) == (level, TrustSource.NETWORK)


def ids(kind, **known):
    nothing = {"network": None, "security": None, "connection": None, "gateways": ()}
    return network_ids(kind=kind, **nothing | known)


def test_a_wifi_is_named_by_its_ssid_and_how_it_is_protected():
    assert ids(PathKind.WIFI, network="Home", security=Security.WPA2, gateways=["02::1"]) == ("wifi:Home/wpa2",)
    assert ids(PathKind.WIFI, network="Home", security=Security.OPEN) == ("wifi:Home/open",)
    assert ids(PathKind.WIFI, network="Home") == ("wifi:Home/unknown",)
    assert ids(PathKind.WIFI) == ()


def test_a_cable_is_named_by_its_gateways_and_not_by_a_profile_that_all_cables_share():
    found = ids(PathKind.ETHERNET, connection="7", gateways=["02:00:5e:00:53:02", "02:00:5e:00:53:01"])
    assert found == ("gateway:02:00:5e:00:53:01", "gateway:02:00:5e:00:53:02")


def test_others_are_named_by_their_profile_too():
    assert ids(PathKind.LTE, connection="7") == ("nm:7",)
    assert ids(PathKind.VPN, connection="7", gateways=["02:00:5e:00:53:01"]) == ("nm:7", "gateway:02:00:5e:00:53:01")


def test_the_automatic_verdict_leaves_out_what_was_said_of_this_network_and_interface_alone():
    home, other = NetworkId("gateway:02:00:5e:00:53:01"), NetworkId("gateway:02:00:5e:00:53:02")
    evidence = Evidence(name=LinkName("eth0"), kind=PathKind.ETHERNET, network_ids=(home,), is_gateway_known=False)
    said = TrustPreferences(networks={home: Trust.UNTRUSTED}, interfaces={LinkName("eth0"): Trust.UNTRUSTED})
    assert automatic_verdict_on(evidence, said).level is Trust.TRUSTED
    elsewhere = TrustPreferences(networks={home: Trust.TRUSTED, other: Trust.UNTRUSTED})
    assert automatic_verdict_on(evidence, elsewhere).reason is TrustReason.NOT_RECOGNISED_YET
