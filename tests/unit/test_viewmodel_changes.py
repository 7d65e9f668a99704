"""What the time line says of changes, and the bar of one that goes by itself."""

import os
from datetime import datetime

import pytest

from mpmanager.api.structures import ChangeInfo, ChangePartInfo
from mpmanager.model.change import AspectKind
from mpmanager_ui.viewmodels.change_rows import change_rows, change_text, keep_sentence, pending_change

NOON = datetime(2026, 11, 21, 12, 0, 0).astimezone().timestamp()  # local, as people see it
DAY_S = 86400.0
BECAME = "\N{RIGHTWARDS ARROW}\N{NO-BREAK SPACE}"
TITLES = {"wlan0": "Wi-Fi"}


def change(*parts, number=1, time=NOON, text="as the daemon says it", **more):
    return ChangeInfo(id=number, time=time, text=text, parts=list(parts), **more)


def part(kind, about="", before=None, after=None):
    return ChangePartInfo(kind=kind, about=about, before=before, after=after, text="as the daemon says it")


@pytest.mark.parametrize(
    ("kind", "about", "before", "after", "text"),
    [
        (AspectKind.TIER, "wlan0", None, "never", f"Wi-Fi: automatic {BECAME}Never"),
        (AspectKind.TIER, "wwan9", "never", "backup", f"wwan9: Never {BECAME}Backup"),
        (AspectKind.KIND, "usb0", None, "lte", f"usb0: as detected {BECAME}LTE"),
        (AspectKind.NETWORK_TRUST, "wifi:Café/open", "trusted", None, f"Network Café: trusted {BECAME}automatic"),
        (AspectKind.INTERFACE_TRUST, "eth0", None, "untrusted", f"Interface eth0: automatic {BECAME}untrusted"),
        (AspectKind.WIRES_NEED_LOGIN, "", None, "true", "Cables are trusted only with a login"),
        (AspectKind.PROFILE, "", "Home", "Café", "Profile Café is in force"),
        (AspectKind.FOLLOWS, "wifi:Café/open", "Home", None, "No profile goes with Café any more"),
        (AspectKind.RULE, "exe:/usr/bin/ssh", None, None, "as the daemon says it"),
    ],
)
def test_a_change_is_told_by_the_names_that_the_window_uses(kind, about, before, after, text):
    assert change_text(change(part(kind, about, before, after)), TITLES) == text


def test_a_profile_is_told_before_what_came_with_it_and_other_crowds_by_the_daemon():
    tier = part(AspectKind.TIER, "wlan0", None, "never")
    assert change_text(change(tier, part(AspectKind.PROFILE, "", None, "Café")), TITLES) == "Profile Café is in force"
    assert change_text(change(tier, tier), TITLES) == "as the daemon says it"


def test_every_kind_of_change_has_an_icon():
    rows = change_rows([change(part(kind)) for kind in AspectKind if kind is not AspectKind.TIER], {}, now=NOON)
    assert all(row.icon for row in rows)


def test_rows_say_when_by_whom_and_what_became_of_it():
    tier = part(AspectKind.TIER, "wlan0", None, "never")
    rows = change_rows(
        [
            change(tier, uid=os.getuid(), program="mpm", keep_until=NOON + 60),
            change(tier, uid=None, time=NOON - DAY_S, later=[1]),
            change(tier, uid=4_000_000_000, time=NOON - 40 * DAY_S, taken_back=NOON),
        ],
        TITLES,
        now=NOON,
    )
    assert [row.details for row in rows] == [
        "12:00 · you · mpm · waits to be kept",
        "12:00 · by the network in use",
        "12:00 · 4000000000 · taken back at 12:00",
    ]
    assert [row.day for row in rows][:2] == ["Today", "Yesterday"]
    assert [row.action for row in rows] == ["Undo", "Undo, with 1\N{NO-BREAK SPACE}later", "Redo"]


def test_of_several_that_wait_the_one_that_goes_first_is_shown_with_its_countdown():
    tier = part(AspectKind.TIER, "wlan0", None, "never")
    late, early = change(tier, keep_until=NOON + 60), change(tier, number=2, keep_until=NOON + 30)
    assert pending_change([late, early, change(tier)]) is early
    assert pending_change([change(tier)]) is None
    said = keep_sentence(early, TITLES, [], left_s=0.4)
    assert (
        said == f"Wi-Fi: automatic {BECAME}Never. It is taken back in 1\N{NO-BREAK SPACE}second. No path is left now."
    )
    undone = change(tier, taken_back=NOON, keep_until=NOON + 30)
    assert "It is made again in 30" in keep_sentence(undone, TITLES, [], left_s=30.0)
