"""What the system tests have shown, as a page of the documentation."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from guests import Guest
from outcomes import Check, Outcome

_WORDS = {
    Outcome.HELD: "held",
    Outcome.FAILED: "**failed**",
    Outcome.KNOWN: "not on this kernel",
    Outcome.UNEXPECTED: "**held, and was said not to**",
    Outcome.SKIPPED: "**skipped**",
    Outcome.NOT_ENDED: "**did not end**",
}

_INTRODUCTION = Path(__file__).with_name("introduction.md")


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestReport:
    """One guest's run."""

    guest: Guest
    release: str
    """Of the kernel."""
    versions: Mapping[str, str]
    """Of Debian's packages in the guest."""
    checks: Sequence[Check]
    lasted_s: float
    """Of this machine's time."""

    @property
    def is_fine(self) -> bool:
        """Something was shown, and nothing is wrong."""
        return bool(self.checks) and all(each.outcome.is_fine for each in self.checks)


def summary(report: GuestReport) -> str:
    """One line."""
    fine = sum(each.outcome.is_fine for each in report.checks)
    return f"{report.guest.name}: {fine} of {len(report.checks)} checks as they should be, {report.lasted_s:.0f} s"


def page(reports: Sequence[GuestReport], date: str) -> str:
    """The whole document."""
    return "\n".join([_INTRODUCTION.read_text(), *_last_result(reports, date), *_kinds(reports)])


def _last_result(reports: Sequence[GuestReport], date: str) -> Iterator[str]:
    verdict = "everything as it should be" if all(each.is_fine for each in reports) else "**not everything held**"
    yield f"## Last result: {date}, {verdict}\n"
    yield "| guest | shows | kernel | checks as they should be | took |"
    yield "|---|---|---|---|---|"
    for each in reports:
        fine = sum(check.outcome.is_fine for check in each.checks)
        took = f"{each.lasted_s / 60:.0f} min"
        yield f"| {each.guest.name} | {each.guest.title} | {each.release} | {fine} of {len(each.checks)} | {took} |"
    yield f"\nIn all guests: {_versions(reports)}.\n"


def _versions(reports: Sequence[GuestReport]) -> str:
    found = {name: version for each in reports for name, version in each.versions.items()}
    return ", ".join(f"{name} {version}" for name, version in sorted(found.items()))


def _kinds(reports: Sequence[GuestReport]) -> Iterator[str]:
    """A table for all guests with the same checks."""
    for _, group in groupby(reports, key=lambda each: each.guest.tests):
        yield from _table(list(group))


def _table(reports: Sequence[GuestReport]) -> Iterator[str]:
    by_id = [{check.id: check for check in each.checks} for each in reports]
    names = dict.fromkeys(name for checks in by_id for name in checks)
    for suite, members in groupby(names, key=lambda name: name.partition("::")[0]):
        yield f"### `{suite}`\n"
        yield f"| check | {' | '.join(each.guest.name for each in reports)} |"
        yield "|---" * (len(reports) + 1) + "|"
        for name in members:
            sentence = next(checks[name].sentence for checks in by_id if name in checks)
            yield f"| {sentence} | {' | '.join(_cell(checks.get(name)) for checks in by_id)} |"
        yield ""
    yield from _remarks(reports)


def _cell(check: Check | None) -> str:
    if check is None:
        return "-"
    words = _WORDS[check.outcome]
    return words if check.seconds is None else f"{words}, {check.seconds:.1f} s"


def _remarks(reports: Sequence[GuestReport]) -> Iterator[str]:
    remarks = [*_faults(reports), *_of_kernels(reports), *_measured(reports)]
    yield from remarks
    if remarks:
        yield ""


def _faults(reports: Sequence[GuestReport]) -> Iterator[str]:
    for each in reports:
        for check in each.checks:
            if not check.outcome.is_fine:
                why = f": `{check.reason}`" if check.reason else ""
                yield f"* {each.guest.name}, {check.sentence}: {_WORDS[check.outcome]}{why}"


def _of_kernels(reports: Sequence[GuestReport]) -> Iterator[str]:
    for each in reports:
        for check in each.checks:
            if check.outcome is Outcome.KNOWN:
                yield f"* {each.guest.name}, {check.sentence}: {check.said}"


def _measured(reports: Sequence[GuestReport]) -> Iterator[str]:
    for each in reports:
        for check in each.checks:
            for name, value in check.properties.items():
                yield f"* {each.guest.name}, {check.sentence}: {name}: {value}"
