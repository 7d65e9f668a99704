"""What a played scenario came to, and whether that is what was expected."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum, unique

from mpmanager.lab.programs import Measures
from mpmanager.lab.scenario import Expectations, LinkExpectation, ProgramExpectation
from mpmanager.lab.topology import LinkDirection

_LOST = "lost"
_SCALED = {"bytes": "B", "bit_s": "bit/s"}
_PREFIXES = ("", "k", "M", "G", "T")
_ROUNDS_TO_THOUSAND = 999.5
_MEASURE_WORDS = {
    "p50_ms": "median delay",
    "p95_ms": "95 % within",
    "p99_ms": "99 % within",
    "max_ms": "longest delay",
    "time_s": "time",
    "lost": "lost messages",
    "received": "received messages",
}
_AFTER_NUMBER = {"received": "messages received", "lost": "lost"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramResult:
    """How a program ended."""

    name: str
    exit_code: int | None
    """None when it had to be ended because the scenario was over; negative: by that signal."""
    measures: Measures
    complaint: str | None
    """What it said when it failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkResult:
    """What a link has carried during the scenario, bytes of IP packets that arrived."""

    name: str
    up_bytes: int
    down_bytes: int


@unique
class Verdict(StrEnum):
    """Of an expectation."""

    HELD = "held"
    FAILED = "failed"
    NOT_ASKED = "not asked"
    """It speaks of a managed laptop, and nobody managed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """An expectation, and what was found."""

    expected: str
    found: str
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A scenario that has been played."""

    scenario: str
    is_managed: bool
    programs: tuple[ProgramResult, ...]
    links: tuple[LinkResult, ...]
    checks: tuple[Check, ...]

    @property
    def summary(self) -> str:
        """How many expectations held, of those that were asked."""
        asked = [check for check in self.checks if check.verdict is not Verdict.NOT_ASKED]
        held = sum(check.verdict is Verdict.HELD for check in asked)
        return f"{held} of {len(asked)} expectations held"

    @property
    def is_success(self) -> bool:
        """Whether nothing that was asked failed."""
        return all(check.verdict is not Verdict.FAILED for check in self.checks)


def check_all(
    expectations: Expectations,
    programs: tuple[ProgramResult, ...],
    links: tuple[LinkResult, ...],
    *,
    is_managed: bool,
) -> tuple[Check, ...]:
    """Compare everything that was expected with what was found, in the order of the scenario."""
    return tuple(_checks(expectations, programs, links, is_managed=is_managed))


def _checks(
    expectations: Expectations,
    programs: tuple[ProgramResult, ...],
    links: tuple[LinkResult, ...],
    *,
    is_managed: bool,
) -> Iterator[Check]:
    by_program = {result.name: result for result in programs}
    by_link = {result.name: result for result in links}
    for each in expectations.programs:
        asked = is_managed or not each.managed
        yield check_program(each, by_program[each.program]) if asked else _not_asked(_program_sentence(each))
    for link in expectations.links:
        asked = is_managed or not link.managed
        yield check_link(link, by_link[link.link]) if asked else _not_asked(_link_sentence(link))


def check_program(expectation: ProgramExpectation, result: ProgramResult) -> Check:
    """Compare what a program did with what was expected."""
    sentence = _program_sentence(expectation)
    if expectation.measure is None:
        found = "it had to be ended" if result.exit_code is None else f"exit code {result.exit_code}"
        held = result.exit_code == expectation.exit
        return _check(sentence, found + (f": {result.complaint}" if result.complaint else ""), held=held)
    value = result.measures.get(expectation.measure)
    if value is None:
        return _check(sentence, f"it told no {expectation.measure}", held=False)
    held = _lies_between(value, expectation.at_least, expectation.at_most)
    return _check(sentence, number_words(expectation.measure, value), held=held)


def check_link(expectation: LinkExpectation, result: LinkResult) -> Check:
    """Compare what a link carried with what was expected."""
    carried = {
        LinkDirection.UP: result.up_bytes,
        LinkDirection.DOWN: result.down_bytes,
        LinkDirection.BOTH: result.up_bytes + result.down_bytes,
    }[expectation.direction]
    held = _lies_between(carried, expectation.at_least, expectation.at_most)
    return _check(_link_sentence(expectation), number_words("bytes", carried), held=held)


def _not_asked(expected: str) -> Check:
    return Check(expected=expected, found="asked only where mpmanagerd manages the laptop", verdict=Verdict.NOT_ASKED)


def _check(expected: str, found: str, *, held: bool) -> Check:
    return Check(expected=expected, found=found, verdict=Verdict.HELD if held else Verdict.FAILED)


def _lies_between(value: float, least: float | None, most: float | None) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)


def _program_sentence(expectation: ProgramExpectation) -> str:
    if expectation.measure is None:
        return f"{expectation.program} " + ("succeeded" if not expectation.exit else f"ended with {expectation.exit}")
    if expectation.measure == _LOST and expectation.at_most == 0:
        return f"{expectation.program} lost no message"
    bounds = _bounds(expectation.measure, expectation.at_least, expectation.at_most)
    return f"{expectation.program}: {_MEASURE_WORDS.get(expectation.measure, expectation.measure)} {bounds}"


def _link_sentence(expectation: LinkExpectation) -> str:
    direction = "" if expectation.direction is LinkDirection.BOTH else f" {expectation.direction}"
    return f"{expectation.link} carried{direction} {_bounds('bytes', expectation.at_least, expectation.at_most)}"


def _bounds(measure: str, least: float | None, most: float | None) -> str:
    words = (("at least", least), ("at most", most))
    return " and ".join(f"{word} {number_words(measure, bound)}" for word, bound in words if bound is not None)


def measures_words(measures: Measures) -> str:
    """What a program measured, such as `200 MB in 47.7 s, 33.6 Mbit/s`; empty when it measured nothing."""
    numbers = {name: number_words(name, value) for name, value in measures.items()}
    if {"bytes", "time_s", "bit_s"} <= numbers.keys():
        return f"{numbers['bytes']} in {numbers['time_s']}, {numbers['bit_s']}"
    return ", ".join(_measure_words(name, number) for name, number in numbers.items())


def _measure_words(name: str, number: str) -> str:
    if name in _AFTER_NUMBER:
        return f"{number} {_AFTER_NUMBER[name]}"
    return f"{_MEASURE_WORDS[name]} {number}" if name in _MEASURE_WORDS else number


def number_words(measure: str, value: float) -> str:
    """A number of a measure with its unit."""
    if measure in _SCALED:
        return _scaled(value, _SCALED[measure])
    if measure.endswith("_ms"):
        return f"{value:,.0f} ms"
    return f"{value:.1f} s" if measure.endswith("_s") else f"{value:,.0f}"


def _scaled(value: float, unit: str) -> str:
    index = 0
    while value >= _ROUNDS_TO_THOUSAND and index < len(_PREFIXES) - 1:
        value, index = value / 1000, index + 1
    return f"{value:.3g} {_PREFIXES[index]}{unit}"
