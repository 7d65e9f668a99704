"""What commands say about what they changed, and where there is nothing to show."""

import msgspec
import pytest
from fake_manager import World, three_paths

from mpmanager.cli import sentences
from mpmanager.client.quantities import count_of
from mpmanager.model.path import KindSource, PathKind, Tier


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
