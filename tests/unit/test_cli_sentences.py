"""What commands say about what they changed, and where there is nothing to show."""

import msgspec
import pytest
from fake_manager import World, three_paths

from mpmanager.cli import sentences
from mpmanager.client.quantities import count_of
from mpmanager.model.path import KindSource, PathKind, Tier
from mpmanager.model.trust import NetworkId, Trust, TrustReason, TrustSource


def wwan0(**changes):
    return msgspec.structs.replace(three_paths()[1], **changes)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, "No Multipath TCP connection. Programs"),
        ({"app": "x", "path": "wlan0"}, "No Multipath TCP connection. Programs"),
        ({"app": "nosuch", "others": 2}, f"No connection of an application like 'nosuch'; {count_of(2, 'other')}."),
        ({"path": "wlan0", "others": 1}, f"No connection on wlan0; {count_of(1, 'other')}."),
        ({"ended": True}, "No connection ended in the last minute."),
        (
            {"ended": True, "app": "a", "path": "dsl0", "others": 3},
            f"No connection of an application like 'a' on dsl0 ended in the last minute; {count_of(3, 'other')} did.",
        ),
    ],
)
def test_nothing_to_show_is_told_truly(asked, expected):
    assert sentences.no_connection(**asked).startswith(expected)


DECIDED = {"tier": Tier.NEVER, "tier_chosen": True}
SUGGESTED = {"tier": Tier.BACKUP, "tier_chosen": False}


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        (SUGGESTED, SUGGESTED, ["wwan0 is backup already"]),
        (DECIDED, DECIDED, ["wwan0 is never already"]),
        (DECIDED, SUGGESTED, ["wwan0: never -> backup", "To go back: mpm path tier wwan0 never"]),
        (SUGGESTED, DECIDED, ["wwan0: backup -> never", "To go back: mpm path tier wwan0 auto"]),
        (
            SUGGESTED,
            SUGGESTED | {"tier_chosen": True},
            ["wwan0 is backup as before, whatever its kind", "To go back: mpm path tier wwan0 auto"],
        ),
    ],
)
def test_going_back_restores_a_decision_or_that_there_was_none(before, after, lines):
    assert list(sentences.tier_changed(wwan0(**before), wwan0(**after))) == lines


def test_a_kind_that_stays_but_is_now_decided_can_be_given_back():
    detected = wwan0(kind=PathKind.LTE, kind_source=KindSource.DRIVER)
    decided = wwan0(kind=PathKind.LTE, kind_source=KindSource.USER)
    assert list(sentences.kind_changed(detected, decided)) == [
        "wwan0 is lte as before, whatever is detected",
        "To go back: mpm path kind wwan0 auto",
    ]
    assert list(sentences.kind_changed(decided, detected)) == [
        "wwan0 is lte as before, as detected",
        "To go back: mpm path kind wwan0 lte",
    ]


def test_those_stay_on_a_closed_path_that_live_on_no_open_one():
    frame = World().advance()
    first, second, *rest = frame.connections
    wlan0 = frame.paths[0]
    wlan0.tier = Tier.NEVER
    for each in (first, second):
        each.subflows = [subflow for subflow in each.subflows if subflow.path == "wlan0"]
    assert len(first.subflows) == 1
    assert rest
    assert sentences.staying(frame, "wlan0") == 2
    assert sentences.staying_words(1) == "1 connection has no other path and stays on it until it ends."


YES, NO = Trust.TRUSTED, Trust.UNTRUSTED
HOME = [NetworkId("wifi:Home/wpa2")]
BY_NATURE = {"trust": YES, "trust_reason": TrustReason.WIFI_WPA2, "network_ids": HOME}
OF_NETWORK = {
    "trust": NO,
    "trust_reason": TrustReason.CHOSEN,
    "trust_source": TrustSource.NETWORK,
    "network_trust": NO,
    "network_ids": HOME,
}
OF_BOTH = OF_NETWORK | {"interface_trust": YES}
OF_INTERFACE = OF_NETWORK | {"trust_source": TrustSource.INTERFACE, "network_trust": None, "interface_trust": NO}
TRUST = "mpm path trust wwan0"


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        (BY_NATURE, BY_NATURE, ["wwan0 is trusted already: WPA2 encrypts the air"]),
        (
            BY_NATURE,
            OF_NETWORK,
            [
                "wwan0 is untrusted now: you have said so of this network (wifi:Home/wpa2)",
                f"To go back: {TRUST} auto --network",
            ],
        ),
        (
            OF_NETWORK,
            BY_NATURE,
            ["wwan0 is trusted now: WPA2 encrypts the air", f"To go back: {TRUST} untrusted --network"],
        ),
        (
            OF_NETWORK,
            OF_BOTH,
            [
                (
                    "wwan0 stays untrusted: you have said so of this network (wifi:Home/wpa2), "
                    "which comes before the interface (trusted)"
                ),
                f"To go back: {TRUST} auto --interface",
            ],
        ),
        (
            OF_BOTH,
            BY_NATURE,
            [
                "wwan0 is trusted now: WPA2 encrypts the air",
                f"To go back: {TRUST} untrusted --network && {TRUST} trusted --interface",
            ],
        ),
        (
            BY_NATURE | {"network_ids": []},
            OF_INTERFACE | {"network_ids": []},
            [
                (
                    "wwan0 is untrusted now: you have said so of this interface, "
                    "and nothing names its network at the moment"
                ),
                f"To go back: {TRUST} auto --interface",
            ],
        ),
        (
            BY_NATURE,
            BY_NATURE | OF_NETWORK | {"trust": YES, "network_trust": YES},
            [
                "wwan0 stays trusted: you have said so of this network (wifi:Home/wpa2)",
                f"To go back: {TRUST} auto --network",
            ],
        ),
    ],
)
def test_going_back_restores_every_decision_about_trust_with_its_scope(before, after, lines):
    assert list(sentences.trust_changed(wwan0(**before), wwan0(**after))) == lines


@pytest.mark.parametrize(
    ("row", "lines"),
    [
        (
            BY_NATURE,
            [
                "wwan0 is trusted: WPA2 encrypts the air",
                "Decided by: the nature of the network; you have said nothing about it",
                "Its network: wifi:Home/wpa2",
            ],
        ),
        (
            OF_BOTH,
            [
                "wwan0 is untrusted: you have said so of this network",
                "Decided by: you, about this network",
                "In other networks: trusted, as you have said of this interface",
                "Its network: wifi:Home/wpa2",
            ],
        ),
        (
            OF_INTERFACE | {"network_ids": []},
            [
                "wwan0 is untrusted: you have said so of this interface",
                "Decided by: you, about this interface, whatever network it is in",
                "Its network: nothing names it at the moment",
            ],
        ),
    ],
)
def test_trust_is_shown_with_its_reason_who_decided_and_the_names_of_the_network(row, lines):
    assert list(sentences.trust_shown(wwan0(**row))) == lines


def test_control_characters_in_the_name_of_a_network_mean_nothing_to_the_terminal():
    row = wwan0(**OF_NETWORK | {"network_ids": [NetworkId("wifi:\x1b]0;title\x07/open")]})
    for line in (*sentences.trust_shown(row), *sentences.trust_changed(wwan0(**BY_NATURE), row)):
        assert line.isprintable()


@pytest.mark.parametrize(
    ("before", "now", "lines"),
    [
        (None, False, ["Cables are trusted without a login"]),
        (None, True, ["Cables are trusted only with a login (802.1X)"]),
        (True, True, ["Cables are trusted only with a login (802.1X) already"]),
        (
            False,
            True,
            ["Cables are trusted only with a login (802.1X) now", "To go back: mpm path wires-need-login off"],
        ),
        (True, False, ["Cables are trusted without a login now", "To go back: mpm path wires-need-login on"]),
    ],
)
def test_whether_cables_need_a_login_is_told_with_the_way_back(before, now, lines):
    assert list(sentences.wires_need_login(before, now)) == lines


def test_paths_that_a_setting_makes_trusted_or_not_are_told_and_no_others():
    reason = {"trust": NO, "trust_reason": TrustReason.WIRED_WITHOUT_LOGIN}
    before = [wwan0(name="eth0", trust=YES), wwan0(name="eth1", **reason)]
    after = [wwan0(name="eth0", **reason), wwan0(name="eth1", **reason), wwan0(name="new", **reason)]
    assert list(sentences.trust_differences(before, after)) == [
        "eth0 is untrusted now: you trust cables only where there is a login (802.1X), and here is none"
    ]
