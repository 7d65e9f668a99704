"""The verdicts: from what was attempted, what was seen of it, and what was seen of the same without restriction."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mpmanager.model.policy import TrustDemand, TrustPolicy
from mpmanager.verify.attempts import Attempt, Outcome, Step, Traffic
from mpmanager.verify.capture import Sighting
from mpmanager.verify.cases import Case, Check, is_evidence, is_leak
from mpmanager.verify.report import AttemptInfo, CaseInfo, CheckInfo
from mpmanager.verify.verdict import Verdict, worst


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one attempt."""

    outcome: Outcome | None = None
    """None: nobody has made it."""
    trouble: str = ""
    """Why nobody has."""
    sightings: Sequence[Sighting] = ()


NO_RESULT = Result()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that was seen."""

    results: Mapping[int, Result] = field(default_factory=dict)
    """By the numbers of attempts."""
    controls: Mapping[tuple[str, Traffic, int], Result] = field(default_factory=dict)
    """What was seen of the same where nothing is restricted, by path, kind and IP version."""
    tolerated: frozenset[str] = frozenset()
    """Interfaces on which all may be seen: the trusted paths, and what carries them."""
    doubt: str = ""
    """Why nothing of it can be relied on."""
    gap: str = ""
    """Why something may not have been seen."""


def cases_of(cases: Iterable[Case], evidence: Evidence) -> list[CaseInfo]:
    """The verdict on each demand."""
    return [_case(each, evidence) for each in cases]


def _case(case: Case, evidence: Evidence) -> CaseInfo:
    checks = [_check(case.demand, each, evidence) for each in case.checks]
    return CaseInfo(
        rule=case.rule,
        cgroup=case.cgroup,
        demand=str(case.demand),
        verdict=worst(each.verdict for each in checks),
        checks=checks,
    )


def _check(demand: TrustPolicy, check: Check, evidence: Evidence) -> CheckInfo:
    if check.settled is not None:
        return CheckInfo(
            path=check.path,
            traffic=check.traffic,
            expected="",
            seen=check.settled.reason,
            verdict=check.settled.verdict,
            attempts=[],
        )
    attempts = [_attempt(demand, each, evidence) for each in check.attempts]
    return CheckInfo(
        path=check.path,
        traffic=check.traffic,
        expected=_expected(demand, check),
        seen=_seen(attempts, [leak for each in check.attempts for leak in _leaks(demand, each, evidence)]),
        verdict=worst(each.verdict for each in attempts),
        attempts=attempts,
    )


def _attempt(demand: TrustPolicy, attempt: Attempt, evidence: Evidence) -> AttemptInfo:
    result = evidence.results.get(attempt.number, NO_RESULT)
    leaks = _leaks(demand, attempt, evidence)
    verdict, reason = _verdict(attempt, result, leaks, evidence)
    return AttemptInfo(
        traffic=attempt.traffic,
        manner=attempt.manner,
        ip_version=attempt.version,
        refused=result.outcome.error or None if result.outcome else None,
        packets=dict(Counter(each.interface for each in result.sightings)),
        leaked=len(leaks),
        verdict=verdict,
        reason=reason,
    )


def _leaks(demand: TrustPolicy, attempt: Attempt, evidence: Evidence) -> list[Sighting]:
    return [
        each
        for each in evidence.results.get(attempt.number, NO_RESULT).sightings
        if each.interface not in evidence.tolerated and is_leak(demand, attempt.traffic, each.packet)
    ]


def _verdict(attempt: Attempt, result: Result, leaks: Sequence[Sighting], evidence: Evidence) -> tuple[Verdict, str]:
    if leaks and not evidence.doubt:
        return Verdict.FAILED, _told(leaks)
    trouble = evidence.doubt or evidence.gap or _not_tried(result) or _not_seen(attempt, result, evidence)
    return (Verdict.INCONCLUSIVE, trouble) if trouble else (Verdict.PASSED, "")


def _told(leaks: Sequence[Sighting]) -> str:
    """How many by which interface, with what they show."""
    counted = Counter((each.interface, _marks(each)) for each in leaks)
    return "; ".join(f"{_packets(count)} on {name}{marks}" for (name, marks), count in counted.items())


def _packets(count: int) -> str:
    return "1 packet" if count == 1 else f"{count} packets"


def _marks(leak: Sighting) -> str:
    packet = leak.packet
    marks = [
        *(["MP_CAPABLE with a key" if packet.has_key else "MP_CAPABLE"] if packet.is_capable else []),
        *(["MP_JOIN"] if packet.is_join else []),
        *(["payload"] if packet.payload_bytes else []),
    ]
    return f" ({', '.join(marks)})" if marks else ""


def _not_tried(result: Result) -> str:
    """Why it could not be tried; empty when it was."""
    if result.outcome is None:
        return f"could not be tried: {result.trouble or 'nobody tells what became of it'}"
    if result.outcome.step is Step.PREPARING:
        return f"could not be tried: {result.outcome.error} before anything was sent"
    return ""


def _not_seen(attempt: Attempt, result: Result, evidence: Evidence) -> str:
    """Why it might have left without being seen; empty where it would have been."""
    control = evidence.controls.get((attempt.interface, attempt.traffic, attempt.version), NO_RESULT)
    if not any(
        each.interface == attempt.interface and is_evidence(attempt.traffic, each.packet) for each in control.sightings
    ):
        became = control.trouble or (control.outcome.error if control.outcome else "") or "nothing was seen of it"
        return f"the control failed: the same, unrestricted, did not leave by {attempt.interface} ({became})"
    if attempt.traffic is Traffic.FIRST_BYTES and not any(each.packet.payload_bytes for each in result.sightings):
        return f"the peer {attempt.destination} did not answer: no connection came to its first bytes"
    return ""


def _expected(demand: TrustPolicy, check: Check) -> str:
    if demand.demand is TrustDemand.ONLY:
        return f"nothing on {check.path}"
    if check.traffic is Traffic.FIRST_BYTES:
        return f"none of the first {demand.first_bytes} bytes on {check.path}"
    return f"no MP_CAPABLE on {check.path}"


def _seen(attempts: Sequence[AttemptInfo], leaks: Sequence[Sighting]) -> str:
    """In one sentence, the worst first."""
    failed = [each for each in attempts if each.verdict is Verdict.FAILED]
    if failed:
        manners = ", ".join(f"{each.manner} IPv{each.ip_version}" for each in failed)
        return f"{_told(leaks)}, in {len(failed)} of {len(attempts)} attempts: {manners}"
    for each in attempts:
        if each.verdict is Verdict.INCONCLUSIVE:
            return each.reason
    refused = sum(each.refused is not None for each in attempts)
    return f"none in {len(attempts)} attempts, {refused} of them refused at once"
