"""Promise and proof: how long data may wait, and what late data has really led to."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from mpmanager.api.structures import EventInfo, EventKind, HelpCounts, Wait
from mpmanager_ui.viewmodels.lateness import Titles, allowed_words, milliseconds
from mpmanager_ui.viewmodels.quantities import format_bytes
from mpmanager_ui.viewmodels.translation import enumerated, joined, tr, tr_count
from mpmanager_ui.viewmodels.waits import NEVER

_OPENINGS = frozenset({EventKind.BACKUP_OPENED, EventKind.FAILED_OVER, EventKind.STEERED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What was measured of an application, or of many together."""

    times: int = 0
    """How often another path carried for late data, since the daemon started."""
    helper_bytes: int = 0
    waited_ms: float | None = None
    """The median of those that are known; None: of none is it."""
    longest_ms: float | None = None
    allowed_ms: Wait | None = None
    """What was allowed then, where that was something else."""
    helpers: tuple[str, ...] = ()
    """The paths that carried, as far as they are known."""


def proof_of(events: Iterable[EventInfo], helps: Iterable[HelpCounts], allowed: Wait | None) -> Proof:
    """Put together what is known; `events` are those of the applications that are meant, `allowed` what counts now."""
    opened = [each for each in events if each.kind in _OPENINGS]
    like = [each for each in opened if each.allowed_ms == allowed] or opened
    waits = [each.waited_ms for each in like if each.waited_ms is not None]
    counts = list(helps)
    then = like[-1].allowed_ms if like else None
    return Proof(
        times=max(len(opened), sum(each.openings + each.failovers + each.detours for each in counts)),
        helper_bytes=sum(each.helper_bytes for each in counts),
        waited_ms=median(waits) if waits else None,
        longest_ms=max(waits, default=None),
        allowed_ms=None if then == allowed else then,
        helpers=tuple(dict.fromkeys(each.helper for each in opened if each.helper)),
    )


def promise_words(allowed: Wait | None) -> str:
    """What is allowed."""
    if allowed is None:
        return tr("Its connections are allowed different waits")
    if allowed == NEVER:
        return tr("Allowed: no limit")
    if allowed == 0:
        return tr("Allowed 0\N{NO-BREAK SPACE}ms: all paths are pooled")
    return tr("Allowed {wait}", wait=allowed_words(allowed))


def proof_words(proof: Proof, titles: Titles) -> str:
    """What has come of it, as the second half of a sentence."""
    if not proof.times:
        return tr("no help was needed since the daemon started")
    helpers = enumerated([titles.get(each, each) for each in proof.helpers]) or tr("another path")
    parts = [tr("{helpers} opened{waited}", helpers=helpers, waited=_waited(proof))]
    parts.append(tr_count("once", "{count} times", count=proof.times))
    if proof.helper_bytes:
        parts.append(tr("{bytes} on {helpers}", bytes=format_bytes(proof.helper_bytes), helpers=helpers))
    return ", ".join(parts)


def promise_and_proof(allowed: Wait | None, proof: Proof, titles: Titles) -> str:
    """Both in a sentence, as it stands beneath a wait budget everywhere."""
    return f"{joined((promise_words(allowed), proof_words(proof, titles)))}."


def _waited(proof: Proof) -> str:
    if proof.waited_ms is None:
        return ""
    waited = milliseconds(proof.waited_ms)
    then = "" if proof.allowed_ms is None else tr(" (when {wait} was allowed)", wait=allowed_words(proof.allowed_ms))
    longest = "" if proof.longest_ms is None else milliseconds(proof.longest_ms)
    if longest == waited:
        return tr(" after {waited}{then}", waited=waited, then=then)
    return tr(" after {waited}, at most {longest}{then}", waited=waited, longest=longest, then=then)
