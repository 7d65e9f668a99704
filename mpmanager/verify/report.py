"""What a proof has found, for programs (`mpm verify trust --json`) and as the ground of tables."""

from collections.abc import Iterable

from mpmanager.api.structures import Structure
from mpmanager.verify.attempts import Manner, Traffic
from mpmanager.verify.verdict import PROVEN, Verdict


class AttemptInfo(Structure):
    """One attempt to get something out."""

    traffic: Traffic
    manner: Manner
    ip_version: int
    refused: str | None
    """The error with which the kernel refused at once; null: it did not."""
    packets: dict[str, int]
    """That left, by interface."""
    leaked: int
    """How many of them were where they must not be."""
    verdict: Verdict
    reason: str


class CheckInfo(Structure):
    """One kind of traffic on one path."""

    path: str | None
    """Null: it is about all of them."""
    traffic: Traffic | None
    """Null: about all."""
    expected: str
    seen: str
    verdict: Verdict
    attempts: list[AttemptInfo]


class CaseInfo(Structure):
    """One demand."""

    rule: str
    """Who demands it: `default`, the selectors of rules, or `mpm run`."""
    cgroup: str | None
    """In which it is in force; null: in none."""
    demand: str
    verdict: Verdict
    checks: list[CheckInfo]


class ProofInfo(Structure):
    """A whole proof. It stands when nothing has failed and nothing is left open."""

    proven: bool
    verdict: Verdict
    """The worst."""
    destinations: list[str]
    """What attempts were directed to."""
    sinks: list[str]
    """Those of them that were said to answer."""
    began: float
    """Unix time, seconds."""
    took_s: float
    notes: list[str]
    cases: list[CaseInfo]


def is_proven(cases: Iterable[CaseInfo]) -> bool:
    """Whether nothing has failed and nothing is left open."""
    return all(each.verdict in PROVEN for each in cases)
