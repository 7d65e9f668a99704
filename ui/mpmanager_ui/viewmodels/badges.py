"""Honest badges: how far a demand holds for an application, and whether it uses Multipath TCP, each with its reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, unique

from mpmanager.api.structures import MultipathInfo, ProtectionInfo, TrustInfo
from mpmanager.model.multipath import MultipathState
from mpmanager.model.policy import TrustDemand, TrustPolicy
from mpmanager.model.protection import Coverage, CoverageReason
from mpmanager.model.selector import Selector, SelectorKind
from mpmanager_ui.viewmodels.translation import labelled, tr, tr_later, tr_literal

_COVERAGES = {
    Coverage.ENFORCED: tr_later("Enforced"),
    Coverage.BEST_EFFORT: tr_later("Best effort"),
    Coverage.NOT_POSSIBLE: tr_later("Not possible here"),
}
_REASONS = {
    CoverageReason.NOTHING_DEMANDED: tr_later("nothing is demanded of it"),
    CoverageReason.KERNEL: tr_later("the kernel lets nothing else happen"),
    CoverageReason.SHARED_CGROUP: tr_later(
        "it shares its control group with other programs; mpm run gives it one of its own"
    ),
    CoverageReason.MACHINE: tr_later("this machine's kernel cannot enforce it"),
    CoverageReason.NO_TRUSTED_PATH: tr_later("no path was trusted when it opened, and it was let go"),
    CoverageReason.OPENED_UNTRUSTED: tr_later("it opened on a path that was not trusted, before this was demanded"),
    CoverageReason.PEER_OPENED: tr_later("the other end opened it, on a path that is not trusted"),
    CoverageReason.PLAIN_TCP: tr_later(
        "the other end speaks no Multipath TCP: there is no key to protect, and one path only"
    ),
}
_WORST_FIRST = (Coverage.NOT_POSSIBLE, Coverage.BEST_EFFORT, Coverage.ENFORCED)


@unique
class Tone(Enum):
    """How good the news is."""

    GOOD = "good"
    WARNING = "warning"
    DANGER = "danger"
    NEUTRAL = "muted"


_TONES = {
    Coverage.ENFORCED: Tone.GOOD,
    Coverage.BEST_EFFORT: Tone.WARNING,
    Coverage.NOT_POSSIBLE: Tone.DANGER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """A word, and why."""

    word: str
    reason: str
    tone: Tone

    @property
    def sentence(self) -> str:
        """Both."""
        return f"{labelled(self.word, self.reason)}."


def trust_badge(protections: Iterable[ProtectionInfo]) -> Badge | None:
    """Of an application by its open connections: the worst counts. None where nothing is demanded of any."""
    worst = min(
        (each for each in protections if TrustPolicy.parse(each.demand).demand is not TrustDemand.ANY),
        key=lambda each: _WORST_FIRST.index(each.coverage),
        default=None,
    )
    if worst is None:
        return None
    return Badge(
        word=tr_literal(_COVERAGES[worst.coverage]),
        reason=tr_literal(_REASONS[worst.reason]),
        tone=_TONES[worst.coverage],
    )


def expected_badge(selector: str, demand: TrustPolicy, trust: TrustInfo | None) -> Badge | None:
    """Of somebody without connections, or whose demand is new: what can be said before. None: nothing is demanded."""
    if demand.demand is TrustDemand.ANY or trust is None:
        return None
    if not trust.enforced:
        is_handshake = demand.demand is TrustDemand.HANDSHAKE
        return _of(Coverage.NOT_POSSIBLE if is_handshake else Coverage.BEST_EFFORT, _machine_reason(trust))
    meant = Selector.parse(selector)
    if meant.has_destination:
        return _of(Coverage.BEST_EFFORT, tr("the kernel holds programs, not destinations"))
    if meant.kind is SelectorKind.SCRIPT:
        return _of(Coverage.BEST_EFFORT, tr("the kernel holds control groups, and no script has one of its own"))
    if meant.is_default or any(selector in each.rules for each in trust.restrictions):
        return _of(Coverage.ENFORCED, tr_literal(_REASONS[CoverageReason.KERNEL]))
    return Badge(
        word=tr("Not known yet"),
        reason=tr("enforced if it runs in a control group of its own, else best effort; its connections will tell"),
        tone=Tone.NEUTRAL,
    )


def multipath_badge(info: MultipathInfo | None, *, is_seen: bool) -> Badge | None:
    """Whether an application uses Multipath TCP; None where nothing is known."""
    if info is None:
        if not is_seen:
            return None
        return Badge(word=tr("Yes"), reason=tr("it asks for Multipath TCP itself"), tone=Tone.GOOD)
    reason = info.sentence.rstrip(".")
    match info.state:
        case MultipathState.IN_FORCE | MultipathState.PROGRAM_ITSELF:
            return Badge(word=tr("Yes"), reason=reason, tone=Tone.GOOD)
        case MultipathState.PARTLY:
            return Badge(word=tr("Partly"), reason=reason, tone=Tone.WARNING)
        case MultipathState.WAITING:
            return Badge(word=tr("Not known yet"), reason=reason, tone=Tone.NEUTRAL)
        case MultipathState.NOT_IN_FORCE | MultipathState.OFF:
            return Badge(word=tr("No"), reason=reason, tone=Tone.WARNING)


def _of(coverage: Coverage, reason: str) -> Badge:
    return Badge(word=tr_literal(_COVERAGES[coverage]), reason=reason, tone=_TONES[coverage])


def _machine_reason(trust: TrustInfo) -> str:
    return trust.limits[0].rstrip(".") if trust.limits else tr_literal(_REASONS[CoverageReason.MACHINE])
