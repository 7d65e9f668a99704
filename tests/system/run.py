"""Runs the guests, says what they show, and writes it into docs/system-tests.md: `make test-system`."""

import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from guests import GUESTS, Guest
from machine import SOURCE, Run, SystemTestError, Workshop, run_guest
from outcomes import Outcome, checks_of
from report import GuestReport, page, summary

_PAGE = SOURCE / "docs" / "system-tests.md"
_DIRECTORY = SOURCE / "build" / "system-tests"
_NAMES = [each.name for each in GUESTS]
_SHOWN_LINES = 15


def _default_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mpmanager" / "system-tests"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", type=click.Choice(_NAMES), metavar="[GUEST]...", nargs=-1)
@click.option("--cache", type=click.Path(file_okay=False, path_type=Path), default=_default_cache, help="For images.")
@click.option("--list", "is_listing", is_flag=True, help="Say which guests there are.")
def main(names: Sequence[str], cache: Path, *, is_listing: bool) -> None:
    """Run checks in emulated machines: all guests, or those that are named."""
    if is_listing:
        click.echo("\n".join(f"{each.name}: {each.title}" for each in GUESTS))
        return
    # Told to end, it takes its guest with it.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    wanted = [each for each in GUESTS if not names or each.name in names]
    try:
        reports = _run(wanted, Workshop(cache))
    except SystemTestError as error:
        click.echo(f"system tests: {error}", err=True)
        sys.exit(1)
    if not names:
        _PAGE.write_text(page(reports, f"{datetime.now(UTC):%Y-%m-%d}"))
    for each in reports:
        click.echo(summary(each))
    sys.exit(0 if all(each.is_fine for each in reports) else 1)


def _run(wanted: Sequence[Guest], workshop: Workshop) -> list[GuestReport]:
    click.echo("getting tools and images (some minutes the first time)")
    workshop.prepare()
    _DIRECTORY.mkdir(parents=True, exist_ok=True)
    return [_run_one(each, workshop) for each in wanted]


def _run_one(guest: Guest, workshop: Workshop) -> GuestReport:
    images = workshop.images(guest.package)
    click.echo(f"\n{guest.name}: {guest.title} ({images.release})")
    inputs = _DIRECTORY / f"{guest.name}.squashfs"
    workshop.inputs(inputs, guest.tests, guest.built)
    run = Run(
        name=guest.name,
        images=images,
        init=guest.init,
        memory_mb=guest.memory_mb,
        inputs=inputs,
        limit_s=guest.limit_s,
        is_virtual_time=guest.is_virtual_time,
    )
    begin = time.monotonic()
    try:
        told = run_guest(workshop, run, _DIRECTORY, hear=_show)
    finally:
        inputs.unlink()
    report = GuestReport(
        guest=guest,
        release=images.release,
        versions=_versions(told.lines),
        checks=checks_of(told.lines, guest.known),
        lasted_s=time.monotonic() - begin,
    )
    _show_faults(report, told.console, is_complete=told.is_complete)
    return report


def _versions(lines: Sequence[Mapping[str, object]]) -> Mapping[str, str]:
    for line in lines:
        if isinstance(found := line.get("versions"), dict):
            return found
    return {}


def _show(line: Mapping[str, object]) -> None:
    """As the guest tells it."""
    if "outcome" in line:
        click.echo(f"  {line['outcome']:8} {float(str(line['seconds'])):6.1f} s  {line['check']}")


def _show_faults(report: GuestReport, console: Path, *, is_complete: bool) -> None:
    for each in report.checks:
        if not each.outcome.is_fine:
            said = "\n".join(each.said.splitlines()[-_SHOWN_LINES:])
            click.echo(f"{each.outcome.value.upper()}: {each.id}\n{said}\n")
        if each.outcome is Outcome.KNOWN:
            click.echo(f"not on this kernel: {each.id}: {each.said}")
    if not is_complete:
        click.echo(f"the guest had to be stopped after {report.guest.limit_s:.0f} s")
    if not report.is_fine:
        click.echo(f"all that it said: {console}")


if __name__ == "__main__":
    main()
