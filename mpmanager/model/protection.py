"""What is demanded of a connection's paths, and what of it really holds."""

from dataclasses import dataclass
from enum import StrEnum, unique

from mpmanager.model.policy import NOTHING_DEMANDED, TrustPolicy
from mpmanager.model.trust import Hold


@unique
class Coverage(StrEnum):
    """How far a demand holds, the best first."""

    ENFORCED = "enforced"
    """The kernel lets nothing else happen."""
    BEST_EFFORT = "best-effort"
    """Subflows are kept to it, but something may slip through."""
    NOT_POSSIBLE = "not-possible"
    """On this machine, or for this connection."""


COVERAGE_NAMES = {
    Coverage.ENFORCED: "enforced",
    Coverage.BEST_EFFORT: "best effort",
    Coverage.NOT_POSSIBLE: "not possible here",
}
"""For people."""


@unique
class CoverageReason(StrEnum):
    """Why a demand holds so far and no further."""

    NOTHING_DEMANDED = "nothing-demanded"
    KERNEL = "kernel"
    SHARED_CGROUP = "shared-cgroup"
    MACHINE = "machine"
    NO_TRUSTED_PATH = "no-trusted-path"
    OPENED_UNTRUSTED = "opened-untrusted"
    PEER_OPENED = "peer-opened"
    PLAIN_TCP = "plain-tcp"


COVERAGE_WORDS = {
    CoverageReason.NOTHING_DEMANDED: "nothing is demanded of it",
    CoverageReason.KERNEL: "the kernel lets nothing else happen",
    CoverageReason.SHARED_CGROUP: "it shares its cgroup with other programs; mpm run gives it one of its own",
    CoverageReason.MACHINE: "this machine's kernel cannot enforce it",
    CoverageReason.NO_TRUSTED_PATH: "no path was trusted when it opened, and it was let go",
    CoverageReason.OPENED_UNTRUSTED: "it opened on a path that was not trusted, before this was demanded",
    CoverageReason.PEER_OPENED: "the other end opened it, on a path that is not trusted",
    CoverageReason.PLAIN_TCP: "the other end speaks no Multipath TCP: there is no key to protect, and one path only",
}
"""As the second half of a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """How one connection is protected."""

    demand: TrustPolicy
    coverage: Coverage
    reason: CoverageReason
    hold: Hold


UNPROTECTED = Protection(
    demand=NOTHING_DEMANDED,
    coverage=Coverage.ENFORCED,
    reason=CoverageReason.NOTHING_DEMANDED,
    hold=Hold.FREE,
)
