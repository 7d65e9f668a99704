"""What the Diagnostics page says: findings, what each path answered, the proof of trust, and the rehearsal."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, unique
from pathlib import Path

import msgspec

from mpmanager.api.structures import (
    DiagnosisInfo,
    FindingInfo,
    HopInfo,
    PlainStallInfo,
    ProbeInfo,
    RehearsalInfo,
    RehearsedInfo,
)
from mpmanager.model.diagnosis import ProbeOutcome, ProbeStep, Severity
from mpmanager.model.rehearsal import Endurance
from mpmanager.verify.report import ProofInfo
from mpmanager.verify.verdict import Verdict
from mpmanager_ui.viewmodels.daemon_sentences import spoken
from mpmanager_ui.viewmodels.quantities import format_bytes, format_rtt, format_wait
from mpmanager_ui.viewmodels.translation import Spoken, labelled, tr, tr_count, tr_later, tr_literal
from mpmanager_ui.viewmodels.wording import short_clock

_NOT_AUTHORIZED = 4
"""Exit code of `mpm`."""
_ASKING_REFUSED = frozenset({126, 127})
"""Exit codes of pkexec(1): the dialogue was dismissed, or nobody may."""
_DAEMON_NOT_RUNNING = 3


@unique
class Mood(Enum):
    """How something stands; the colour and the sign follow."""

    GOOD = "good"
    BAD = "danger"
    DOUBTFUL = "warning"
    NEUTRAL = "muted"


SEVERITY_WORDS = Spoken(
    {
        Severity.PROBLEM: tr_later("Problem"),
        Severity.WARNING: tr_later("Warning"),
        Severity.NOTE: tr_later("Note"),
    }
)
_SEVERITY_MOODS = {Severity.PROBLEM: Mood.BAD, Severity.WARNING: Mood.DOUBTFUL, Severity.NOTE: Mood.NEUTRAL}
STEP_WORDS = Spoken(
    {
        ProbeStep.ROUTE: tr_later("Route"),
        ProbeStep.GATEWAY: tr_later("Gateway"),
        ProbeStep.DNS: tr_later("Name server"),
        ProbeStep.PORTAL: tr_later("Captive portal"),
        ProbeStep.SERVICE: tr_later("Server by TCP"),
        ProbeStep.SYN: tr_later("SYN of Multipath TCP"),
        ProbeStep.CAPABLE: tr_later("MP_CAPABLE"),
        ProbeStep.JOIN: tr_later("MP_JOIN"),
        ProbeStep.ADD_ADDRESS: tr_later("ADD_ADDR"),
    }
)
_OUTCOME_WORDS = Spoken(
    {
        ProbeOutcome.OK: tr_later("answers"),
        ProbeOutcome.SILENT: tr_later("silent"),
        ProbeOutcome.REFUSED: tr_later("refused"),
        ProbeOutcome.STRIPPED: tr_later("filtered"),
        ProbeOutcome.PORTAL: tr_later("portal"),
        ProbeOutcome.NO_ROUTE: tr_later("no route"),
        ProbeOutcome.FORBIDDEN: tr_later("not allowed here"),
        ProbeOutcome.NOT_SEEN: tr_later("not seen"),
        ProbeOutcome.NOT_ASKED: tr_later("not asked"),
    }
)
_OUTCOME_MOODS = {
    ProbeOutcome.OK: Mood.GOOD,
    ProbeOutcome.NOT_SEEN: Mood.NEUTRAL,
    ProbeOutcome.NOT_ASKED: Mood.NEUTRAL,
    ProbeOutcome.FORBIDDEN: Mood.DOUBTFUL,
}
_LONG_MS = 1000
_WRONG = frozenset({Severity.PROBLEM, Severity.WARNING})


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingCard:
    """One finding as it is shown."""

    mood: Mood
    severity: str
    title: str
    measured: str
    meaning: str
    fix: str
    command: str

    @classmethod
    def of(cls, finding: FindingInfo) -> "FindingCard":
        """Its titles, meanings and fixes stand in the table of findings; what was measured has known forms."""
        return cls(
            mood=_SEVERITY_MOODS[finding.severity],
            severity=SEVERITY_WORDS[finding.severity],
            title=tr_literal(finding.title),
            measured=spoken(finding.measured),
            meaning=tr_literal(finding.meaning),
            fix=tr_literal(finding.fix),
            command=finding.command,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeCell:
    """What one step came to on one path."""

    text: str
    mood: Mood
    tip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeRow:
    """One step, on all paths."""

    title: str
    cells: tuple[ProbeCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeTable:
    """Steps down, paths across; what was asked nowhere is told below."""

    paths: tuple[str, ...]
    rows: tuple[ProbeRow, ...]
    left_out: str


def probe_table(probes: Sequence[ProbeInfo], titles: Mapping[str, str]) -> ProbeTable:
    """Of everything that was tried; where a step has two targets on a path, the worse outcome is shown."""
    names = tuple(dict.fromkeys(each.path for each in probes))
    asked = {each.step for each in probes if each.outcome is not ProbeOutcome.NOT_ASKED}
    rows = tuple(
        ProbeRow(
            title=STEP_WORDS[step],
            cells=tuple(_cell([each for each in probes if (each.path, each.step) == (name, step)]) for name in names),
        )
        for step in ProbeStep
        if step in asked
    )
    return ProbeTable(
        paths=tuple(titles.get(name, name) for name in names), rows=rows, left_out=_left_out(probes, asked)
    )


def _cell(probes: Sequence[ProbeInfo]) -> ProbeCell:
    if not probes:
        return ProbeCell(text="–", mood=Mood.NEUTRAL, tip="")  # noqa: RUF001  # a dash as in tables
    worst = next((each for each in probes if each.outcome is not ProbeOutcome.OK), probes[0])
    text = _OUTCOME_WORDS[worst.outcome]
    if worst.outcome is ProbeOutcome.OK and worst.took_ms is not None:
        text = format_rtt(worst.took_ms)
    if (worst.step, worst.outcome) == (ProbeStep.PORTAL, ProbeOutcome.OK):
        text = tr("none")
    parts = [f"{each.target} {_OUTCOME_WORDS[each.outcome]} {each.detail}".strip() for each in probes]
    return ProbeCell(text=text, mood=_OUTCOME_MOODS.get(worst.outcome, Mood.BAD), tip="\n".join(parts))


def _left_out(probes: Sequence[ProbeInfo], asked: set[ProbeStep]) -> str:
    steps = dict.fromkeys(STEP_WORDS[each.step] for each in probes if each.step not in asked)
    if not steps:
        return ""
    return tr("Not asked, as nobody was named: {steps}.", steps=", ".join(steps))


def hop_lines(hops: Sequence[HopInfo], titles: Mapping[str, str]) -> tuple[str, ...]:
    """One line for each path: its routers in their order."""
    names = dict.fromkeys(each.path for each in hops)
    return tuple(labelled(titles.get(name, name), _way([each for each in hops if each.path == name])) for name in names)


def _way(hops: Sequence[HopInfo]) -> str:
    return " → ".join(f"{each.address} ({format_rtt(each.took_ms)})" if each.address else "*" for each in hops)


def summary(diagnosis: DiagnosisInfo) -> tuple[str, Mood]:
    """What it comes to, in one sentence."""
    wrong = [each for each in diagnosis.findings if each.severity in _WRONG]
    if not wrong:
        return tr("Nothing is wrong, as far as was asked."), Mood.GOOD
    mood = Mood.BAD if any(each.severity is Severity.PROBLEM for each in wrong) else Mood.DOUBTFUL
    return tr_count("{count} finding to look at.", "{count} findings to look at.", count=len(wrong)), mood


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustTestResult:
    """What came of the proof of trust."""

    text: str
    mood: Mood
    command: str = ""
    """To type in a terminal, where the window could not do it."""


def trust_test_command(mpm: Path, bus: str, *, is_root: bool, pkexec: str | None) -> list[str]:
    """The program that proves it; it needs root, for which somebody may be asked by a dialogue."""
    command = [str(mpm), "--bus", bus, "verify", "trust", "--json"]
    return command if is_root or pkexec is None else [pkexec, *command]


def trust_test_while_paused(until: float) -> TrustTestResult:
    """Nothing is held to anything until a moment in Unix time."""
    text = tr("Not proven: enforcing is paused until {time}, so nothing is held to anything.", time=short_clock(until))
    return TrustTestResult(text=text, mood=Mood.DOUBTFUL)


def trust_test_result(command: Sequence[str], exit_code: int, output: bytes, errors: str) -> TrustTestResult:
    """What a program has answered that has ended by itself."""
    by_hand = shlex.join(["sudo", *(each for each in command if "pkexec" not in each and each != "--json")])
    if exit_code in _ASKING_REFUSED | {_NOT_AUTHORIZED}:
        return TrustTestResult(
            text=tr("Not proven: listening on all interfaces needs root, and that was not granted. In a terminal:"),
            mood=Mood.DOUBTFUL,
            command=by_hand,
        )
    try:
        proof = msgspec.json.decode(output, type=_Proof).proof
    except msgspec.DecodeError:
        reason = errors.strip().splitlines()[0] if errors.strip() else tr("it said nothing")
        return TrustTestResult(text=tr("Not proven: {reason}.", reason=reason.rstrip(".")), mood=Mood.DOUBTFUL)
    return _judged(proof)


class _Proof(msgspec.Struct):
    proof: ProofInfo


def _judged(proof: ProofInfo) -> TrustTestResult:
    attempts = sum(len(check.attempts) for case in proof.cases for check in case.checks)
    if proof.proven and not attempts:
        text = tr("There was nothing to prove: no path is untrusted, or nothing is demanded.")
        return TrustTestResult(text=text, mood=Mood.NEUTRAL)
    if proof.proven:
        text = tr_count("Proven by {count} attempt.", "Proven by {count} attempts.", count=attempts)
        return TrustTestResult(text=text, mood=Mood.GOOD)
    failed = sum(each.verdict is Verdict.FAILED for case in proof.cases for each in case.checks)
    if failed:
        text = tr_count("{count} check has FAILED.", "{count} checks have FAILED.", count=failed)
        return TrustTestResult(text=text, mood=Mood.BAD)
    return TrustTestResult(text=tr("Nothing has failed, and something could not be proven."), mood=Mood.DOUBTFUL)


ENDURANCE_WORDS = Spoken(
    {
        Endurance.MOVED: tr_later("went on"),
        Endurance.STALLED: tr_later("stalled"),
        Endurance.ENDED: tr_later("ended"),
        Endurance.IDLE: tr_later("was quiet"),
    }
)
_ENDURANCE_MOODS = {
    Endurance.MOVED: Mood.GOOD,
    Endurance.STALLED: Mood.BAD,
    Endurance.ENDED: Mood.BAD,
    Endurance.IDLE: Mood.NEUTRAL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalLine:
    """One connection, or the plain ones of one program, in one sentence."""

    text: str
    mood: Mood


def rehearsal_lines(report: RehearsalInfo, titles: Mapping[str, str]) -> tuple[RehearsalLine, ...]:
    """What became of all that was on the path, the worst first."""
    plain = (RehearsalLine(text=_plain_words(each), mood=Mood.BAD) for each in report.plain)
    return (*plain, *(_rehearsed(each, titles) for each in report.connections))


def _plain_words(row: PlainStallInfo) -> str:
    return tr_count(
        "{app}: {count} connection of plain TCP could not move",
        "{app}: {count} connections of plain TCP could not move",
        count=row.connections,
        app=row.app,
    )


def _rehearsed(row: RehearsedInfo, titles: Mapping[str, str]) -> RehearsalLine:
    mood = _ENDURANCE_MOODS[row.outcome]
    words = ENDURANCE_WORDS[row.outcome]
    if row.outcome is Endurance.MOVED and row.waited_ms is not None:
        by = ", ".join(titles.get(each, each) for each in row.moved_to)
        waited, volume = _duration(row.waited_ms), format_bytes(row.moved_bytes)
        text = tr(
            "{app} went on by {paths} after {waited}; {bytes} went there",
            app=row.app,
            paths=by,
            waited=waited,
            bytes=volume,
        )
        if not by:
            text = tr("{app} went on after {waited}", app=row.app, waited=waited)
        return RehearsalLine(text=text, mood=mood)
    if row.waited_ms is not None:
        text = tr("{app} {outcome} for {waited}", app=row.app, outcome=words, waited=_duration(row.waited_ms))
        return RehearsalLine(text=text, mood=mood)
    return RehearsalLine(text=f"{row.app} {words}", mood=mood)


def _duration(waited_ms: float) -> str:
    """Exact as far as looks every 20 ms are."""
    return format_wait(max(1, round(waited_ms, -2 if waited_ms > _LONG_MS else 0)))


def rehearsal_summary(report: RehearsalInfo, titles: Mapping[str, str]) -> tuple[str, Mood]:
    """What it comes to, in one sentence."""
    name, seconds = titles.get(report.path, report.path), round(report.took_s)
    bad = sum(each.connections for each in report.plain)
    bad += sum(each.outcome in {Endurance.STALLED, Endurance.ENDED} for each in report.connections)
    if bad:
        text = tr_count(
            "{path} was away for {seconds} s: {count} connection did not go on.",
            "{path} was away for {seconds} s: {count} connections did not go on.",
            count=bad,
            path=name,
            seconds=seconds,
        )
        return text, Mood.BAD
    if not report.connections:
        return tr("{path} was away for {seconds} s: nothing used it.", path=name, seconds=seconds), Mood.NEUTRAL
    return tr("{path} was away for {seconds} s: everything went on.", path=name, seconds=seconds), Mood.GOOD
