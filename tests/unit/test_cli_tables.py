"""What the terminal shows of names that somebody else gave."""

from fake_manager import World
from rich.console import Console

from mpmanager.api.structures import EventInfo, EventKind
from mpmanager.cli import tables

EVIL = "[/bold][red]\x1b]0;title\x07x"
SHOWN = "[/bold][red]\\x1b]0;title\\x07x"


def printed(shown):
    console = Console(width=400, color_system=None)
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
