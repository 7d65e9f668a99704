"""What a kernel can do for Multipath TCP that older ones cannot: tried, as distributions port it back."""

from dataclasses import dataclass
from enum import StrEnum, unique


@unique
class KernelFeature(StrEnum):
    """What mpmanager uses where it is, and goes round where it is not."""

    BACKUP_AT_JOIN = "backup-at-join"
    """A new subflow takes the backup flag with it; else the flag is set right after."""
    INTERFACE_AT_JOIN = "interface-at-join"
    """A new subflow is bound to its path's interface; else rules for its source address alone lead it there."""
    BYTE_COUNTS = "byte-counts"
    """The kernel counts what a connection has sent and received; else its subflows are added up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelTrial:
    """What came of trying a kernel."""

    missing: frozenset[KernelFeature] = frozenset()
    untried: str = ""
    """Why some could not be tried, in words; empty where all were."""
