"""What the terminal shows of names that somebody else gave."""

import re

import pytest
from fake_manager import World
from rich.console import Console
from rich.text import Text

from mpmanager.api.structures import EventInfo, EventKind
from mpmanager.cli import tables
from mpmanager.model.path import Tier
from mpmanager.model.trust import Trust, TrustSource

EVIL = "[/bold][red]\x1b]0;title\x07x"
SHOWN = "[/bold][red]\\x1b]0;title\\x07x"


def printed(shown, *, width=400):
    console = Console(width=width, color_system=None)
    with console.capture() as capture:
        console.print(shown)
    return capture.get()


def test_brackets_and_control_characters_in_names_mean_nothing_to_the_terminal():
    frame = World().advance()
    frame.paths[0].network = frame.paths[1].name = EVIL
    for each in frame.connections:
        each.app.name = each.app.exe = EVIL
    frame.connections[0].subflows[0].path = EVIL
    text = printed(tables.frame(frame))
    assert text.count(SHOWN) >= 5
    assert "\x1b" not in text
    assert "\x07" not in text


def test_events_too():
    event = EventInfo(id=1, time=0.0, kind=EventKind.PATH_ADDED, text=f"{EVIL} is new")
    assert printed(tables.events([event])).strip().endswith(f"{SHOWN} is new")


def test_the_time_of_an_event_is_that_of_the_day_or_that_since_something_began():
    event = EventInfo(id=1, time=1000.25, kind=EventKind.PATH_ADDED, text="wlan0 is new")
    assert re.fullmatch(r"\d\d:\d\d:\d\d  wlan0 is new", tables.event(event).plain)
    assert tables.event(event, began=988.15).plain == " 12.1 s  wlan0 is new"


def test_news_stand_between_paths_and_connections():
    frame = World().advance()
    text = printed(tables.frame(frame, news=[Text("something happened")]))
    assert frame.paths[-1].name in text.partition("something happened")[0]
    assert frame.connections[0].app.name in text.partition("something happened")[2]


@pytest.mark.parametrize(
    ("width", "titles"),
    [
        (110, ["Path", "Kind", "Network", "Trust", "State", "Used", "Down", "Up", "Received", "Sent"]),
        (90, ["Path", "Kind", "Network", "Trust", "State", "Used", "Down", "Up", "Received"]),
        (80, ["Path", "Kind", "Network", "Trust", "State", "Used", "Down", "Up"]),
        (65, ["Path", "Kind", "Trust", "State", "Used", "Down", "Up"]),
        (50, ["Path", "Trust", "State", "Used", "Down"]),
        (40, ["Path", "State", "Used", "Down"]),
        (22, ["Path", "State", "Used"]),
        (16, ["Path", "Used"]),
    ],
)
def test_a_narrow_terminal_gets_fewer_columns_and_whole_words(width, titles):
    paths = World().advance().paths
    for each in paths:
        each.rx_bit_s, each.tx_bit_s, each.rx_bytes, each.tx_bytes = 12.3e6, 456.7e3, 123_456_789, 12_345_678
        each.tier = Tier.WHEN_NEEDED if width == 110 else Tier.BACKUP
        each.tier_chosen = False
    paths.sort(key=lambda path: path.name)
    header, *rows = printed(tables.paths(paths), width=width).splitlines()
    assert header.split() == titles
    assert len(rows) == len(paths)
    for row, path in zip(rows, paths, strict=True):
        assert row.startswith(f"{path.name} ")
        assert path.tier.value.replace("-", " ") in row
        assert len(row) <= width


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_tree_tells_only_rates_that_are_not_zero(width):
    frame = World().advance()
    subflow = frame.connections[0].subflows[0]
    subflow.rx_bit_s, subflow.tx_bit_s = 6.1e6, 0.0
    frame.connections[0].subflows = [subflow]
    shown = printed(tables.connections(frame.connections[:1]), width=width).replace("\N{NO-BREAK SPACE}", " ")
    assert "6.1 Mbit/s down" in " ".join(shown.split())
    assert " up" not in shown
    assert "…" not in shown


def test_paths_have_the_same_order_always_first_by_tier_then_by_name():
    paths = World().advance().paths
    for path, tier in zip(paths, (Tier.BACKUP, Tier.ALWAYS, Tier.ALWAYS), strict=True):
        path.tier, path.tier_chosen = tier, False
    expected = ["dsl0", "wwan0", "wlan0"]
    for shown in (paths, list(reversed(paths))):
        assert [line.split()[0] for line in printed(tables.paths(shown)).splitlines()[1:]] == expected


def test_what_a_person_has_decided_is_marked_and_the_mark_explained():
    first, second, third = paths = World().advance().paths
    for each in paths:
        each.tier, each.tier_chosen, each.trust = Tier.ALWAYS, False, Trust.TRUSTED
    assert "*" not in printed(tables.paths(paths))
    first.trust, first.trust_source = Trust.UNTRUSTED, TrustSource.INTERFACE
    second.tier_chosen = True
    _header, *rows, legend = printed(tables.paths(paths)).splitlines()
    shown = {row.split()[0]: row for row in rows}
    assert "untrusted *" in shown[first.name]
    assert "always *" not in shown[first.name]
    assert "always *" in shown[second.name]
    assert "trusted *" not in shown[second.name]
    assert "*" not in shown[third.name]
    assert legend == "* your decision"
