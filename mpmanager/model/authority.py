"""Who asks, and for what kind of thing."""

from dataclasses import dataclass
from enum import StrEnum, unique

ROOT_UID = 0


@unique
class Action(StrEnum):
    """What a caller has to be allowed to do; the names are those of the polkit actions."""

    INFO = "io.github.mpmanager1.info"
    """Reading: free."""
    POLICY_OWN = "io.github.mpmanager1.policy-own"
    """Deciding about one's own programs."""
    POLICY_SYSTEM = "io.github.mpmanager1.policy-system"
    """Changing what applies to the whole machine, or to somebody else."""
    PATH_TRUST = "io.github.mpmanager1.path-trust"
    """Saying how far networks are trusted."""
    IMPORT_PROFILE = "io.github.mpmanager1.import-profile"
    """Taking in what somebody has decided elsewhere, where it widens rights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whom the bus names as the sender of a call."""

    bus_name: str
    uid: int | None
    """None when the bus did not tell: then nothing but reading is allowed."""
    is_patient: bool = False
    """Whether it waits while a person is asked, who may have to type a password."""
    program: str | None = None
    """As it calls itself, which proves nothing."""
    allowed: frozenset[Action] = frozenset()
    """What it was asked for in this call, and has been allowed."""
