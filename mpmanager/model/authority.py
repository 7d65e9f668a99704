"""Who asks, and for what kind of thing."""

from dataclasses import dataclass
from enum import StrEnum, unique


@unique
class Action(StrEnum):
    """What a caller has to be allowed to do; the names are those of the polkit actions."""

    INFO = "io.github.mpmanager1.info"
    """Reading: free."""
    POLICY_OWN = "io.github.mpmanager1.policy-own"
    """Deciding about one's own programs."""
    POLICY_SYSTEM = "io.github.mpmanager1.policy-system"
    """Changing what applies to the whole machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whom the bus names as the sender of a call."""

    bus_name: str
    uid: int | None
    """None when the bus did not tell: then nothing but reading is allowed."""
