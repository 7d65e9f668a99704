"""What people write of policies, what becomes of it, and the way back."""

import shlex
import time

import click
import msgspec
import pytest
from fake_manager import World
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from mpmanager.api.structures import AppInfo, PairWaitInfo, PolicyInfo, TierChoiceInfo
from mpmanager.cli import tables
from mpmanager.cli.policies import app, default
from mpmanager.cli.policy_changes import Said, TakenBack, absent, told, unhelped, way_back
from mpmanager.cli.policy_options import said_options
from mpmanager.cli.policy_parts import SINGLE
from mpmanager.cli.policy_values import (
    read_pair,
    read_pair_wait,
    read_size,
    read_trigger,
    read_trust,
    read_wait,
)
from mpmanager.cli.selection import named
from mpmanager.client.presets import PRESETS
from mpmanager.client.quantities import format_wait
from mpmanager.client.rule_values import write_pair_wait, write_size, write_trigger, write_trust, write_wait
from mpmanager.model.errors import InvalidValueError, UnknownApplicationError
from mpmanager.model.path import Tier
from mpmanager.model.policy import Intent

BIG_AGAIN = "mpm app set 'exe:/a b' --big-transfers-to dsl0 --big-over 1.5MB"


def pair(wait_ms=20.0, carrier="wlan0", helper="wwan0"):
    return PairWaitInfo(carrier=carrier, helper=helper, wait_ms=wait_ms)


@pytest.mark.parametrize(
    ("text", "wait_ms"),
    [("0", 0.0), ("0ms", 0.0), ("50ms", 50.0), ("0.5s", 500.0), ("1min", 60_000.0), ("20us", 0.02), ("never", "never")],
)
def test_a_wait_is_read_as_people_write_it(text, wait_ms):
    assert read_wait(text) == wait_ms


@pytest.mark.parametrize("text", ["", "50", "-5ms", "always", "61s", "5 parsecs"])
def test_what_is_no_wait_is_told_with_the_choices(text):
    with pytest.raises(ValueError, match=r"a wait is 0 .*50ms or 2s, or never") as refusal:
        read_wait(text)
    assert repr(text) in str(refusal.value)


@given(wait_us=st.integers(0, 60_000_000))
def test_a_wait_is_written_so_that_it_is_read_the_same(wait_us):
    assert read_wait(write_wait(wait_us / 1000)) == wait_us / 1000


@given(size=st.integers(1000, 10**12))
def test_a_size_is_written_so_that_it_is_read_the_same(size):
    assert read_size(write_size(size)) == size


@pytest.mark.parametrize("text", ["999B", "1001GB", "1", "much"])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(ValueError, match=text):
        read_size(text)


@pytest.mark.parametrize(
    ("text", "trust"),
    [
        ("any", "any"),
        ("handshake", "handshake"),
        ("handshake-strict", "handshake-strict"),
        ("first", "first:16384"),
        ("first:16kB", "first:16000"),
        ("first:16KiB", "first:16384"),
        ("first-strict:1MB", "first-strict:1000000"),
        ("first-strict", "first-strict:16384"),
        (" only ", "only"),
    ],
)
def test_trust_is_read_as_people_write_it(text, trust):
    assert read_trust(text) == trust


@pytest.mark.parametrize("text", ["", "some", "only-strict", "any:5kB", "handshake:16kB", "firstly:5kB"])
def test_what_is_no_trust_is_told_with_the_choices(text):
    with pytest.raises(ValueError, match=r"trust is any, handshake, .* or only") as refusal:
        read_trust(text)
    assert repr(text) in str(refusal.value)


@pytest.mark.parametrize("text", ["first:0B", "first:2GB", "first:16", "first:", "first:-1kB"])
def test_a_number_of_first_bytes_that_cannot_be_is_refused(text):
    with pytest.raises(ValueError, match=text.removeprefix("first:") or "is not a size"):
        read_trust(text)


@given(size=st.integers(1, 10**9))
def test_trust_is_written_so_that_it_is_read_the_same(size):
    assert read_trust(write_trust(f"first:{size}")) == f"first:{size}"
    assert {read_trust(write_trust(each)) for each in ("any", "handshake-strict", "only")} == {
        "any",
        "handshake-strict",
        "only",
    }


@pytest.mark.parametrize(
    ("text", "share"), [("5%", 0.05), ("7 %", 0.07), ("0.5%", 0.005), ("100%", 1.0), ("0.0001%", 1e-6), ("off", "off")]
)
def test_a_share_that_is_not_borne_is_read_as_people_write_it(text, share):
    assert read_trigger(text) == share


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("5", "'5' has no unit; write '5%'"),
        ("0%", "'0%' would be left for nothing"),
        ("0.00009%", "'0.00009%' would be left for nothing"),
        ("101%", "'101%' is more than 100%"),
        ("-5%", "'-5%' is not a share"),
        ("much", "'much' is not a share"),
        ("never", "'never' is not a share"),
        ("", "'' is not a share"),
    ],
)
def test_what_is_no_share_is_told_with_the_choices(text, words):
    with pytest.raises(ValueError, match="such as 5%, or off") as refusal:
        read_trigger(text)
    assert words in str(refusal.value)


@given(millionths=st.integers(1, 1_000_000))
def test_a_share_is_written_so_that_it_is_read_the_same(millionths):
    assert read_trigger(write_trigger(millionths / 1e6)) == millionths / 1e6


@pytest.mark.parametrize("text", ["wlan0", "wlan0:", ":wwan0", "a:b:c", "wlan0:wlan0", ""])
def test_what_is_no_pair_is_refused(text):
    with pytest.raises(ValueError, match="pair"):
        read_pair(text)
    with pytest.raises(ValueError, match="pair"):
        read_pair_wait(f"{text}=20ms")


def test_a_pair_has_a_wait():
    assert read_pair_wait("wlan0:wwan0=20ms") == pair()
    assert read_pair_wait(write_pair_wait(pair("never"))) == pair("never")
    with pytest.raises(ValueError, match="as in wlan0:wwan0=20ms"):
        read_pair_wait("wlan0:wwan0")


@pytest.mark.parametrize(
    ("wait_ms", "words"),
    [(0.0, "pool everything"), (50.0, "50 ms"), (1.5, "1.5 ms"), (1500.0, "1.5 s"), ("never", "never")],
)
def test_a_wait_is_shown_as_people_write_it(wait_ms, words):
    assert format_wait(wait_ms).replace("\N{NO-BREAK SPACE}", " ") == words


def test_what_is_not_named_stays():
    before = PolicyInfo(
        selector="exe:/x", wait_ms=50, pairs=[pair(), pair(5, "dsl0")], big_transfers_to="dsl0", big_over_bytes=2000
    )
    said = Said(pairs=(pair(30), pair(1, "dsl0", "wlan0")), big_transfers_to="wlan0")
    assert said.added_to(before) == msgspec.structs.replace(
        before, pairs=[pair(30), pair(5, "dsl0"), pair(1, "dsl0", "wlan0")], big_transfers_to="wlan0"
    )
    assert TakenBack(fields=frozenset({"wait_ms"}), pairs=(("dsl0", "wwan0"),)).taken_from(
        before
    ) == msgspec.structs.replace(before, wait_ms=None, pairs=[pair()])
    assert TakenBack(big_transfers=True).taken_from(before) == msgspec.structs.replace(
        before, big_transfers_to=None, big_over_bytes=None
    )
    assert TakenBack().taken_from(before) == PolicyInfo(selector="exe:/x")


def test_one_trigger_is_said_and_taken_back_without_the_other():
    before = PolicyInfo(selector="exe:/x", wait_ms=50, leave_on_marks=0.05, leave_on_loss=0.02)
    for name, other in (("leave_on_marks", "leave_on_loss"), ("leave_on_loss", "leave_on_marks")):
        assert Said(**{name: "off"}).added_to(before) == msgspec.structs.replace(before, **{name: "off"})
        assert Said(wait_ms=50.0).added_to(before) == before
        left = TakenBack(fields=frozenset({name})).taken_from(before)
        assert (getattr(left, name), getattr(left, other), left.wait_ms) == (None, getattr(before, other), 50)


def test_what_is_not_there_cannot_be_taken_back():
    with pytest.raises(InvalidValueError, match="a:b; its pairs are: wlan0:wwan0"):
        TakenBack(pairs=(("a", "b"),)).taken_from(PolicyInfo(selector="exe:/x", pairs=[pair()]))


def test_what_is_big_needs_a_place_to_go():
    said = Said(big_over_bytes=5000)
    with pytest.raises(InvalidValueError, match="--big-transfers-to"):
        said.added_to(PolicyInfo(selector="default"))
    big = PolicyInfo(selector="default", big_transfers_to="dsl0", big_over_bytes=1000)
    assert said.added_to(big).big_over_bytes == 5000


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ({}, {}, ["Nothing changed: exe:/a b has no rule"]),
        ({"wait_ms": 5.0}, {"wait_ms": 5.0}, ["Nothing changed: exe:/a b says that already"]),
        (
            {},
            {"wait_ms": 0.0},
            ["exe:/a b: wait: not said -> pool everything", "To go back: mpm app unset 'exe:/a b'"],
        ),
        (
            {"pairs": [pair(0.0)]},
            {"wait_ms": "never", "pairs": [pair("never")]},
            [
                "exe:/a b: wait: not said -> never",
                "exe:/a b: wait of wlan0 for wwan0: pool everything -> never",
                "To go back: mpm app set 'exe:/a b' --pair wlan0:wwan0=0 && mpm app unset 'exe:/a b' --wait",
            ],
        ),
        (
            {"wait_ms": 5.0, "big_transfers_to": "dsl0", "big_over_bytes": 1_500_000},
            {"wait_ms": 6.0, "big_transfers_to": "dsl0", "big_over_bytes": 1_500_000},
            [
                "exe:/a b: wait: 5\N{NO-BREAK SPACE}ms -> 6\N{NO-BREAK SPACE}ms",
                "To go back: mpm app set 'exe:/a b' --wait 5ms",
            ],
        ),
        (
            {"big_transfers_to": "dsl0", "big_over_bytes": 1_500_000},
            {"big_transfers_to": "dsl0", "big_over_bytes": 1_501_000},
            [
                "exe:/a b: big transfers: to dsl0, over 1.5MB in a second -> to dsl0, over 1.501MB in a second",
                f"To go back: {BIG_AGAIN}",
            ],
        ),
        (
            {"leave_on_loss": 0.02},
            {"leave_on_marks": 0.055, "leave_on_loss": "off"},
            [
                "exe:/a b: leave on marks: not said -> 5.5%",
                "exe:/a b: leave on loss: 2% -> off",
                "To go back: mpm app set 'exe:/a b' --leave-on-loss 2% && mpm app unset 'exe:/a b' --leave-on-marks",
            ],
        ),
        (
            {"big_transfers_to": "dsl0", "big_over_bytes": 1_500_000},
            {"pairs": [pair("never")]},
            [
                "exe:/a b: wait of wlan0 for wwan0: not said -> never",
                "exe:/a b: big transfers: to dsl0, over 1.5MB in a second -> not said",
                f"To go back: {BIG_AGAIN} && mpm app unset 'exe:/a b' --pair wlan0:wwan0",
            ],
        ),
    ],
)
def test_a_change_is_told_and_the_way_back(before, after, lines):
    assert list(told(PolicyInfo(selector="exe:/a b", **before), PolicyInfo(selector="exe:/a b", **after))) == lines


def _parsed(arguments):
    """The command, the selector and the options of a line, as the command would get them."""
    command = {"set": app.commands["set"], "unset": app.commands["unset"], "default": default}
    name, *rest = arguments[2:] if arguments[1] == "app" else arguments[1:]
    return name, command[name].make_context(name, rest).params


def _follow(policy, commands):
    """What becomes of a policy by the commands of a way back."""
    for arguments in commands:
        name, options = _parsed(arguments)
        assert options.get("selector", "default") == policy.selector
        if name == "unset":
            named = {each.field for each in SINGLE if options[each.name]}
            back = TakenBack(
                fields=frozenset(named),
                pairs=options["pair"],
                tiers=options["tier"],
                big_transfers=options["big_transfers"],
            )
            policy = back.taken_from(policy)
        else:
            said = Said(
                pairs=options["pair"],
                tiers=options["tier"],
                big_transfers_to=options["big_transfers_to"],
                big_over_bytes=options["big_over"],
                **{each.field: options[each.name] for each in SINGLE},
            )
            policy = said.added_to(policy)
    pairs = sorted(policy.pairs, key=lambda each: (each.carrier, each.helper))
    return msgspec.structs.replace(policy, pairs=pairs, tiers=sorted(policy.tiers, key=lambda each: each.paths))


waits = st.just("never") | st.integers(0, 60_000_000).map(lambda wait_us: wait_us / 1000)
pairs = st.dictionaries(st.sampled_from([("a", "b"), ("a", "c"), ("b", "a")]), waits).map(
    lambda found: [pair(wait_ms, *names) for names, wait_ms in sorted(found.items())]
)


shares = st.integers(1, 1_000_000).map(lambda millionths: millionths / 1e6)


@st.composite
def policies(draw, selector, wait_ms, triggers):
    big = draw(st.none() | st.sampled_from(["a", "b"]))
    over = None if big is None else draw(st.integers(1000, 10**12))
    wait = draw(wait_ms | st.sampled_from(Intent))
    tiers = draw(st.dictionaries(st.sampled_from(["metered", "kind:lte", "path:wlan0"]), st.sampled_from(Tier)))
    return PolicyInfo(
        selector=selector,
        wait_ms=None if isinstance(wait, Intent) else wait,
        intent=wait if isinstance(wait, Intent) else None,
        tiers=[TierChoiceInfo(paths=paths, tier=tier) for paths, tier in sorted(tiers.items())],
        multipath=draw(st.none() | st.booleans()),
        lowest_delay=draw(st.none() | st.booleans()),
        pairs=draw(pairs),
        big_transfers_to=big,
        big_over_bytes=over,
        leave_on_marks=draw(st.none() | triggers),
        leave_on_loss=draw(st.none() | triggers),
    )


OF_A_PROGRAM = policies("exe:/a b", st.none() | waits, st.just("off") | shares)
OF_THE_DEFAULT = policies("default", waits, shares)


@given(both=st.tuples(OF_A_PROGRAM, OF_A_PROGRAM) | st.tuples(OF_THE_DEFAULT, OF_THE_DEFAULT))
def test_the_way_back_leads_back(both):
    before, after = both
    if before != after:
        commands = [shlex.split(shlex.join(each)) for each in way_back(before, after)]
        assert commands
        assert _follow(after, commands) == before


def test_a_path_that_is_not_there_is_mentioned():
    said = Said(pairs=(pair(),), big_transfers_to="usb0")
    assert list(absent(said, {"wlan0", "wwan0"})) == ["There is no path usb0 now; what was said counts when it comes."]


@pytest.mark.parametrize(
    ("tiers", "lines"),
    [
        (
            {"wwan0": Tier.BACKUP},
            [
                "Note: wwan0 is backup: it replaces a dead path, but does not help a full one; to let it help:",
                "  mpm path tier wwan0 when-needed",
            ],
        ),
        (
            {"dsl0": Tier.BACKUP, "wwan0": Tier.BACKUP},
            [
                (
                    "Note: wwan0 and dsl0 are backup: they replace a dead path, but do not help a full one; "
                    "to let one help:"
                ),
                "  mpm path tier wwan0 when-needed",
            ],
        ),
        ({"dsl0": Tier.WHEN_NEEDED, "wwan0": Tier.BACKUP}, []),
        ({"wwan0": Tier.NEVER}, []),
    ],
)
def test_a_wait_that_no_path_helps_early_is_told_with_the_command_that_changes_that(tiers, lines):
    paths = World().advance().paths
    for each in paths:
        each.tier = tiers.get(each.name, Tier.ALWAYS)
    for said in (Said(wait_ms=50.0), Said(wait_ms=0.0), Said(pairs=(pair(20.0),))):
        assert list(unhelped(said, paths)) == lines
    for said in (Said(), Said(wait_ms="never", pairs=(pair("never"),)), Said(big_transfers_to="dsl0")):
        assert list(unhelped(said, paths)) == []


def test_a_name_means_a_connected_program_or_one_with_a_rule():
    connections = World().advance().connections
    rules = [PolicyInfo(selector="exe:/usr/bin/mosh"), PolicyInfo(selector="default")]
    assert str(named("SSH", connections, rules)) == "exe:/usr/bin/ssh"
    assert str(named("mosh", connections, rules)) == "exe:/usr/bin/mosh"


def test_an_ambiguous_name_is_refused_with_the_choices():
    connections = World().advance().connections
    rules = [PolicyInfo(selector="exe:/opt/bin/ssh")]
    with pytest.raises(InvalidValueError, match="write one of: exe:/opt/bin/ssh, exe:/usr/bin/ssh"):
        named("ssh", connections, rules)


def test_an_unknown_name_is_refused_with_the_names_there_are():
    connections = World().advance().connections
    with pytest.raises(UnknownApplicationError, match=r"'nosuch'.*: Element, Firefox, curl, rsync, ssh") as refusal:
        named("nosuch", connections, [])
    assert "exe:/path" in str(refusal.value)
    with pytest.raises(UnknownApplicationError, match="none at the moment"):
        named("default", [], [PolicyInfo(selector="default")])


def test_a_program_without_a_known_file_is_known_by_its_cgroup():
    connection = World().advance().connections[0]
    connection.app = AppInfo(id="cgroup:/a.scope", name="a.scope", pid=None, exe=None, cgroup="/a.scope")
    assert str(named("a.scope", [connection], [])) == "cgroup:/a.scope"
    connection.app = AppInfo(id="unknown", name="unknown", pid=None, exe=None, cgroup=None)
    with pytest.raises(UnknownApplicationError):
        named("unknown", [connection], [])


def test_tables_show_names_of_others_as_they_are():
    console = Console(width=400, color_system=None)
    row = PolicyInfo(selector="exe:/[red]", wait_ms=0.0, pairs=[pair(carrier="[b]")], big_transfers_to="[x]")
    row.leave_on_marks, row.leave_on_loss = 0.05, "off"
    connection = World().advance().connections[0]
    connection.app.name = "\x1b[31m"
    with console.capture() as capture:
        console.print(tables.policies([row, PolicyInfo(selector="default")]), tables.in_force([connection]))
    text = capture.get()
    assert all(each in text for each in ("exe:/[red]", "pool everything", "[b] to wwan0: 20", "to [x]", "\\x1b[31m"))
    assert "marks over 5%, loss: off" in text
    assert "\x1b" not in text


def test_a_preset_says_a_wait_and_tiers_and_what_is_named_beside_it_counts_before():
    said = []
    command = click.Command("x", callback=said_options(lambda **given: said.append(given)), params=[])
    command.params = said_options(lambda **_given: None).__click_params__[::-1]
    command.main(["--preset", "gaming", "--tier", "metered=backup", "--for", "1h"], standalone_mode=False)
    (given,) = said
    assert (given["said"].wait_ms, given["said"].lowest_delay) == (20.0, True)
    assert given["said"].tiers == (TierChoiceInfo(paths="metered", tier="backup"),)
    assert given["layer"].is_temporary
    assert given["layer"].until == pytest.approx(time.time() + 3600, abs=60)


def test_a_policy_that_says_what_a_preset_says_is_known_as_that():
    policy = Said(wait_ms=0.0, tiers=tuple(PRESETS["business"].choices())).added_to(PolicyInfo(selector="default"))
    assert [name for name, preset in PRESETS.items() if preset.is_said_by(policy)] == ["business"]


def test_a_wait_takes_the_place_of_an_intent_and_an_intent_that_of_a_wait():
    policy = Said(intent=Intent.DOWNLOAD).added_to(PolicyInfo(selector="exe:/x", wait_ms=5.0))
    assert (policy.wait_ms, policy.intent) == (None, Intent.DOWNLOAD)
    again = Said(wait_ms=7.0).added_to(policy)
    assert (again.wait_ms, again.intent) == (7.0, None)


def test_the_way_back_from_a_temporary_rule_is_its_end():
    before = PolicyInfo(selector="exe:/x", temporary=True)
    after = PolicyInfo(selector="exe:/x", temporary=True, trust="only", until=time.time() + 50)
    assert list(way_back(before, after)) == [["mpm", "app", "unset", "exe:/x", "--temporary"]]
    assert next(told(before, after)).startswith("exe:/x (until 2")


def test_the_way_back_to_another_time_says_all_again():
    before = PolicyInfo(selector="exe:/x", temporary=True, trust="only", wait_ms=0.0)
    after = msgspec.structs.replace(before, until=time.time() + 50)
    (back,) = way_back(before, after)
    assert back == ["mpm", "app", "set", "exe:/x", "--wait", "0", "--trust", "only", "--until-restart"]


def test_the_way_back_is_about_everybody_where_that_was_said():
    before, after = PolicyInfo(selector="exe:/x"), PolicyInfo(selector="exe:/x", trust="only")
    *_changes, back = told(before, after, is_everybodys=True)
    assert back == "To go back: mpm app unset exe:/x --everybody"
