"""Scenario files, and the verdicts on what they expect."""

import tomllib
from pathlib import Path

import pytest

from mpmanager.lab.definitions import shipped_names
from mpmanager.lab.errors import LabFileError
from mpmanager.lab.programs import Download, HttpServer, Messages
from mpmanager.lab.report import LinkResult, ProgramResult, Report, Verdict, check_all, check_program, measures_words
from mpmanager.lab.scenario import Expectations, ProgramExpectation, Scenario, load_scenario, scenario_of
from mpmanager.lab.topology import LinkDirection

COMPLETE = """
description = "d"
topology = "thesis"
duration = "10s"
[[programs]]
run = "http-server"
name = "web"
[[programs]]
run = "download"
name = "page"
file = "1M"
start = "1s"
[[programs]]
run = "messages"
name = "call"
[[events]]
at = "5s"
link = "wlan0"
loss = "100%"
say = "gone"
[[events]]
at = "2s"
link = "wwan0"
carrier = false
direction = "up"
say = "pulled"
[[expectations.programs]]
program = "page"
exit = 0
[[expectations.programs]]
program = "call"
measure = "max_ms"
at_most = 1500
managed = true
[[expectations.links]]
link = "wwan0"
direction = "down"
at_least = "1MB"
"""


def scenario(text: str) -> Scenario:
    return scenario_of(tomllib.loads(text), path=Path("mine.toml"))


def expectations() -> Expectations:
    return scenario(COMPLETE).expectations


def page(exit_code: int | None) -> ProgramResult:
    return ProgramResult(name="page", exit_code=exit_code, measures={}, complaint=None)


def call(**measures: float) -> ProgramResult:
    return ProgramResult(name="call", exit_code=0, measures=measures, complaint=None)


def wwan0(down_bytes: int) -> LinkResult:
    return LinkResult(name="wwan0", up_bytes=10**9, down_bytes=down_bytes)


def test_a_file_is_read_with_its_programs_and_its_events_in_the_order_of_time() -> None:
    found = scenario(COMPLETE)
    assert [type(each) for each in found.programs] == [HttpServer, Download, Messages]
    assert [(event.at, event.link) for event in found.events] == [(2, "wwan0"), (5, "wlan0")]
    assert found.events[0].carrier is False
    assert found.events[0].direction is LinkDirection.UP
    assert list(found.topology.links) == ["wlan0", "wwan0"]


@pytest.mark.parametrize("name", shipped_names("scenarios"))
def test_every_shipped_scenario_can_be_read_and_expects_something(name: str) -> None:
    found = load_scenario(name)
    assert found.expectations.programs
    assert found.expectations.links
    assert found.events


def test_the_scenario_of_the_demonstration_lasts_a_minute_and_uses_three_paths() -> None:
    home = load_scenario("home")
    assert home.duration_s == 60
    assert len(home.topology.links) == 3
    assert len([each for each in home.programs if each.listening_port is None]) == 3


def test_a_topology_file_beside_the_scenario_is_found(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('[links.eth5]\nkind = "ethernet"', encoding="utf-8")
    (tmp_path / "s.toml").write_text('description = ""\ntopology = "mine.toml"\nduration = "1s"\nprograms = []')
    assert list(load_scenario(str(tmp_path / "s.toml")).topology.links) == ["eth5"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'link = "wwan0"',
            'link = "wlanO"',
            "mine.toml: events[1].link: the topology thesis has no link 'wlanO'; it has wlan0, wwan0",
        ),
        ('name = "call"', 'name = "page"', "mine.toml: programs[2].name: the name 'page' appears twice"),
        (
            'program = "page"',
            'program = "web"',
            (
                "expectations.programs[0].program: "
                "this scenario has no program that ends by itself with the name 'web'; it has page, call"
            ),
        ),
        ('at = "5s"', 'at = "10s"', "events[0].at: at 10s the scenario has ended; its duration is 10s"),
        ('start = "1s"', 'start = "11s"', "programs[1].start: at 11s the scenario has ended; its duration is 10s"),
        (
            'file = "1M"',
            'file = "1M"\nserver = "attic"',
            "programs[1].server: the topology thesis has no server 'attic'; it has server",
        ),
        ('run = "messages"', 'run = "mesages"', "programs[2].run: 'mesages' is none of http-server, download, "),
        ('run = "messages"', 'run = "mesages"', "; did you mean 'messages'?"),
        (
            'file = "1M"',
            'fil = "1M"',
            "programs[1]: there is no key 'fil'; did you mean 'file'? Keys: run, name, start, ",
        ),
        ('loss = "100%"', 'losses = "100%"', "events[0]: there is no key 'losses'; did you mean 'loss'? Keys: rate, "),
        ('loss = "100%"', 'loss = "5"', "events[0].loss: '5' has no unit; write '5%' (units: %)"),
        ('direction = "up"', 'direction = "upwards"', "events[1].direction: 'upwards' is none of up, down, both"),
        ("carrier = false", 'carrier = "no"', "events[1].carrier: this is a text, not true or false"),
        ('say = "gone"', "", "events[0]: the key 'say' is missing"),
        ("managed = true", "managed = true\nexit = 1", "either `exit`, or `measure`"),
        (
            'duration = "10s"',
            "duration = 10",
            "duration: 10 has no unit; write '10ms' (units: s, ms, us, µs, m, min, h, d)",
        ),
    ],
)
def test_a_mistake_is_reported_with_its_place(old: str, new: str, message: str) -> None:
    with pytest.raises(LabFileError) as error:
        scenario(COMPLETE.replace(old, new))
    assert message in str(error.value)


def test_what_was_found_is_compared_with_what_was_expected() -> None:
    checks = check_all(expectations(), (page(0), call(max_ms=1400)), (wwan0(1_000_000),), is_managed=True)
    assert [check.verdict for check in checks] == [Verdict.HELD] * 3
    checks = check_all(expectations(), (page(7), call(max_ms=1600)), (wwan0(999_999),), is_managed=True)
    assert [(check.expected, check.found, check.verdict) for check in checks] == [
        ("page succeeded", "exit code 7", Verdict.FAILED),
        ("call: longest delay at most 1,500 ms", "1,600 ms", Verdict.FAILED),
        ("wwan0 carried down at least 1 MB", "1 MB", Verdict.FAILED),
    ]


def test_a_program_that_had_to_be_ended_or_measured_nothing_fails() -> None:
    checks = check_all(expectations(), (page(None), call()), (wwan0(10**7),), is_managed=True)
    assert [check.found for check in checks[:2]] == ["it had to be ended", "it told no max_ms"]
    assert {check.verdict for check in checks[:2]} == {Verdict.FAILED}


def test_expectations_of_a_managed_laptop_are_not_asked_without_management() -> None:
    programs, links = (page(0), call(max_ms=9000)), (wwan0(10**7),)
    checks = check_all(expectations(), programs, links, is_managed=False)
    assert [check.verdict for check in checks] == [Verdict.HELD, Verdict.NOT_ASKED, Verdict.HELD]
    report = Report(scenario="s", is_managed=False, programs=programs, links=links, checks=checks)
    assert report.is_success
    assert report.summary == "2 of 2 expectations held"


@pytest.mark.parametrize(
    ("measures", "words"),
    [
        ({}, ""),
        ({"bytes": 200e6, "time_s": 47.71, "bit_s": 33.56e6}, "200 MB in 47.7 s, 33.6 Mbit/s"),
        ({"bytes": 999_600, "bit_s": 4e6}, "1 MB, 4 Mbit/s"),
        (
            {"p50_ms": 12.4, "p95_ms": 80.2, "max_ms": 1234.5, "received": 2850, "lost": 0},
            "median delay 12 ms, 95 % within 80 ms, longest delay 1,234 ms, 2,850 messages received, 0 lost",
        ),
    ],
)
def test_figures_are_told_in_units_of_people(measures: dict[str, float], words: str) -> None:
    assert measures_words(measures) == words


def test_no_loss_is_told_in_words() -> None:
    expected = ProgramExpectation(program="call", measure="lost", at_most=0)
    check = check_program(expected, call(lost=0))
    assert (check.expected, check.found, check.verdict) == ("call lost no message", "0", Verdict.HELD)
