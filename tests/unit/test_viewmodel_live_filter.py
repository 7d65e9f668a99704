"""The filter of the Live page."""

from array import array

import pytest

from mpmanager_ui.viewmodels.live_filter import (
    Condition,
    FilterKey,
    Known,
    LiveFilter,
    completions,
    conditions_of,
    tokens_of,
    value_of,
    with_condition,
    without_keys,
)
from mpmanager_ui.viewmodels.live_rows import Record, RowKind, RowState, Values
from mpmanager_ui.viewmodels.live_tree import LiveTree
from unit.live_trees import sync

TITLES = {"wlan0": "Wi-Fi", "wwan0": "LTE"}
KNOWN = Known(apps=("curl", "Signal Desktop"), paths=("wlan0", "wwan0"), hosts=("203.0.113.5:443",))


def record(key, kind, name, state=RowState.CARRYING, *, paths=(), children=()):
    made = Record(key)
    made.values = Values(kind, name, "", state, paths, 1.0, 0.0, None, 0, 0, array("d"))
    made.children = {each.key: each for each in children}
    return made


def connection(host, *states):
    paths = ("wlan0", "wwan0")[: len(states)]
    below = [
        record(path, RowKind.SUBFLOW, path, state, paths=(path,)) for path, state in zip(paths, states, strict=True)
    ]
    return record(host, RowKind.CONNECTION, host, states[0], paths=paths, children=below)


def applications():
    both = (RowState.CARRYING, RowState.STANDBY)
    curl = record(
        "curl", RowKind.APPLICATION, "curl", children=[connection("203.0.113.5:443", *both), connection("h2:80", *both)]
    )
    late = connection("h3:22", RowState.FAILED_OVER, RowState.STANDING_IN)
    return {"curl": curl, "ssh": record("ssh", RowKind.APPLICATION, "ssh", children=[late])}


class Nobody:
    def __getattr__(self, _name):
        return lambda *_: None


def shown(text):
    tree = LiveTree(Nobody())
    tree.show_titles(TITLES)
    tree.filter(text)
    sync(tree, applications())
    rows = []

    def walk(node):
        for each in node.children:
            rows.append("/".join(map(str, each.path())))
            walk(each)

    walk(tree.root)
    return rows


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (
            "app:CUR host:203",
            ["curl", "curl/203.0.113.5:443", "curl/203.0.113.5:443/wlan0", "curl/203.0.113.5:443/wwan0"],
        ),
        ("host:h2 path:wwan0", ["curl", "curl/h2:80", "curl/h2:80/wwan0"]),
        ("host:h2 path:LTE", ["curl", "curl/h2:80", "curl/h2:80/wwan0"]),
        ("state:late path:wlan0", ["ssh", "ssh/h3:22", "ssh/h3:22/wlan0"]),
        ("state:carries-instead", ["ssh", "ssh/h3:22", "ssh/h3:22/wwan0"]),
        ("app:curl app:ssh state:late", ["ssh", "ssh/h3:22", "ssh/h3:22/wlan0", "ssh/h3:22/wwan0"]),
        ("app:curl state:late", []),
        ("h3", ["ssh", "ssh/h3:22", "ssh/h3:22/wlan0", "ssh/h3:22/wwan0"]),
    ],
)
def test_a_row_is_shown_when_it_and_those_above_and_below_meet_all_conditions(text, rows):
    assert shown(text) == rows


def test_conditions_with_one_key_are_one_and_quotes_keep_spaces():
    assert conditions_of('app:a app:"b c" word') == (
        Condition(FilterKey.APP, ("a", "b c")),
        Condition(None, ("word",)),
    )
    assert tokens_of('  app:"b c"  x ') == ["app:b c", "x"]
    assert LiveFilter("app:").full == 0


def test_a_condition_takes_the_place_of_the_one_with_its_key():
    text = with_condition("word app:curl", FilterKey.APP, "Signal Desktop")
    assert text == 'word app:"Signal Desktop"'
    assert with_condition(text, FilterKey.PATH, "wlan0") == 'word app:"Signal Desktop" path:wlan0'
    assert without_keys(text, {FilterKey.APP}) == "word"
    assert value_of(text, FilterKey.APP) == "signal desktop"
    assert value_of("app:a app:b", FilterKey.APP) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("a", ["app:"]),
        ("app:", ["app:curl", 'app:"Signal Desktop"']),
        ('word app:"signal d', ['word app:"Signal Desktop"']),
        ("word path:w", ["word path:wlan0", "word path:wwan0"]),
        ("state:la", ["state:late"]),
        ("host:203", ["host:203.0.113.5:443"]),
        ("port:4", []),
    ],
)
def test_completion_goes_on_where_the_text_stops(text, expected):
    assert completions(text, KNOWN) == expected
