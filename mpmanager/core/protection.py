"""Decides for one connection what it may do on untrusted paths, and says honestly how far its demand holds."""

from dataclasses import dataclass

from mpmanager.model.policy import TrustDemand, TrustPolicy
from mpmanager.model.protection import Coverage, CoverageReason, Protection
from mpmanager.model.trust import Hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How a connection began."""

    is_on_trusted: bool
    """Whether its first subflow was on a trusted path, or inside this machine."""
    had_trusted: bool
    """Whether there was a trusted path at all."""
    is_server_side: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What has become of a connection since."""

    has_received: bool = False
    has_sent: bool = False
    """Whether its first bytes have passed, in each direction."""
    is_fallback: bool = False
    is_in_section: bool = False
    """Whether its program, or somebody else, has said: from here on trusted paths only."""


def protection_of(wanted: TrustPolicy, held: TrustPolicy | None, opening: Opening, progress: Progress) -> Protection:
    """What is demanded by rules (`wanted`) and what the kernel holds (`held`; None: it can hold nothing)."""
    demand = wanted if held is None else wanted.strictest(held)
    coverage, reason = _coverage(demand, held, opening, progress)
    hold = _hold(demand, None if held is None else held.demand, opening, progress)
    return Protection(demand=demand, coverage=coverage, reason=reason, hold=hold)


def _hold(demand: TrustPolicy, held: TrustDemand | None, opening: Opening, progress: Progress) -> Hold:
    if held is TrustDemand.ONLY:
        return Hold.FENCED
    if demand.demand is TrustDemand.ONLY or progress.is_in_section:
        return Hold.TRUSTED
    # One that was let go has shown its first bytes already.
    is_holding = demand.demand is TrustDemand.FIRST and opening.is_on_trusted and not progress.is_fallback
    if not is_holding or (progress.has_received and progress.has_sent):
        return Hold.FREE
    # Under this demand the kernel itself keeps what goes out off untrusted paths for as long as it must.
    return Hold.RECEIVING if progress.has_received and held is TrustDemand.FIRST else Hold.STANDBY


def _coverage(
    demand: TrustPolicy, held: TrustPolicy | None, opening: Opening, progress: Progress
) -> tuple[Coverage, CoverageReason]:
    if demand.demand is TrustDemand.ANY:
        return Coverage.ENFORCED, CoverageReason.NOTHING_DEMANDED
    if demand.demand is not TrustDemand.ONLY:
        if not opening.is_on_trusted:
            return _opened_elsewhere(demand, opening, progress)
        if progress.is_fallback and demand.demand is TrustDemand.HANDSHAKE:
            return Coverage.ENFORCED, CoverageReason.PLAIN_TCP
    if held is None:
        return _without_kernel(demand)
    if demand.strictest(held) != held:
        return Coverage.BEST_EFFORT, CoverageReason.SHARED_CGROUP
    return Coverage.ENFORCED, CoverageReason.KERNEL


def _opened_elsewhere(demand: TrustPolicy, opening: Opening, progress: Progress) -> tuple[Coverage, CoverageReason]:
    if progress.is_fallback and demand.demand is TrustDemand.HANDSHAKE:
        return Coverage.ENFORCED, CoverageReason.PLAIN_TCP
    if opening.is_server_side:
        return Coverage.NOT_POSSIBLE, CoverageReason.PEER_OPENED
    if not opening.had_trusted:
        return Coverage.NOT_POSSIBLE, CoverageReason.NO_TRUSTED_PATH
    return Coverage.NOT_POSSIBLE, CoverageReason.OPENED_UNTRUSTED


def _without_kernel(demand: TrustPolicy) -> tuple[Coverage, CoverageReason]:
    """Subflows can be kept off a path without it; where a connection opens and what is no MPTCP cannot."""
    if demand.demand is TrustDemand.HANDSHAKE:
        return Coverage.NOT_POSSIBLE, CoverageReason.MACHINE
    return Coverage.BEST_EFFORT, CoverageReason.MACHINE
