"""What a played scenario came to, and whether that is what was expected."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum, unique

from mpmanager.lab.programs import Measures
from mpmanager.lab.scenario import Expectations, LinkExpectation, ProgramExpectation
from mpmanager.lab.topology import LinkDirection


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
        found = "it was ended" if result.exit_code is None else f"it ended with {result.exit_code}"
        held = result.exit_code == expectation.exit
        return _check(sentence, found + (f": {result.complaint}" if result.complaint else ""), held=held)
    value = result.measures.get(expectation.measure)
    if value is None:
        return _check(sentence, f"it measured no {expectation.measure}", held=False)
    held = _lies_between(value, expectation.at_least, expectation.at_most)
    return _check(sentence, f"{value:.6g}", held=held)


def check_link(expectation: LinkExpectation, result: LinkResult) -> Check:
    """Compare what a link carried with what was expected."""
    carried = {
        LinkDirection.UP: result.up_bytes,
        LinkDirection.DOWN: result.down_bytes,
        LinkDirection.BOTH: result.up_bytes + result.down_bytes,
    }[expectation.direction]
    held = _lies_between(carried, expectation.at_least, expectation.at_most)
    return _check(_link_sentence(expectation), f"{carried} bytes", held=held)


def _not_asked(expected: str) -> Check:
    return Check(expected=expected, found="asked only where mpmanagerd manages the laptop", verdict=Verdict.NOT_ASKED)


def _check(expected: str, found: str, *, held: bool) -> Check:
    return Check(expected=expected, found=found, verdict=Verdict.HELD if held else Verdict.FAILED)


def _lies_between(value: float, least: float | None, most: float | None) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)


def _program_sentence(expectation: ProgramExpectation) -> str:
    if expectation.measure is None:
        return f"{expectation.program} ends with {expectation.exit}"
    return f"{expectation.program}: {expectation.measure} {_bounds(expectation.at_least, expectation.at_most)}"


def _link_sentence(expectation: LinkExpectation) -> str:
    direction = "" if expectation.direction is LinkDirection.BOTH else f" {expectation.direction}"
    least, most = (None if each is None else int(each) for each in (expectation.at_least, expectation.at_most))
    return f"{expectation.link} carries{direction} {_bounds(least, most)} bytes"


def _bounds(least: float | None, most: float | None) -> str:
    words = [f"at least {least:.10g}" if least is not None else "", f"at most {most:.10g}" if most is not None else ""]
    return " and ".join(filter(None, words))
