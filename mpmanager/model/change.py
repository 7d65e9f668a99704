"""Changes of what people decided: who made them, what became another by them, and whether they still hold."""

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import NewType

from mpmanager.model.caps import PathCap
from mpmanager.model.policy import PolicyRule, TierChoice

ChangeId = NewType("ChangeId", int)
"""Counts changes from 1 on."""


@unique
class AspectKind(StrEnum):
    """What can be decided."""

    TIER = "tier"
    """When a path may be used."""
    ROLE_TIERS = "role-tiers"
    """The same of kinds and roles of paths."""
    KIND = "kind"
    """What a path is."""
    METERED = "metered"
    """Whether what a path carries costs something."""
    CAP = "cap"
    """How much a path may carry."""
    NETWORK_TRUST = "network-trust"
    INTERFACE_TRUST = "interface-trust"
    WIRES_NEED_LOGIN = "wires-need-login"
    TRUST_LOST = "trust-lost"
    """Whether there may have been decisions about networks of which nobody knows any more."""
    RULE = "rule"
    RULES_LOST = "rules-lost"
    """Whether there may have been rules of which nobody knows any more."""
    PROFILE = "profile"
    """Which one was put into force last."""
    PROFILE_BY_HAND = "profile-by-hand"
    """Whether a person has chosen it, so that no network does."""
    FOLLOWS = "follows"
    """Which profile goes with a network."""
    MANDATE = "mandate"
    """What a file of the administrator says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aspect:
    """One thing about which there is one decision, or none."""

    kind: AspectKind
    about: str = ""
    """A path, a network, or the selector of a rule."""
    is_temporary: bool = False
    """Of a rule, as the following."""
    owner_uid: int | None = None


Value = str | bool | tuple[TierChoice, ...] | PolicyRule | PathCap | None
"""What was decided; None: nothing. Tiers, kinds and trust are strings, and so are `METERED_WORDS`."""

METERED_WORDS = {True: "yes", False: "no"}
"""That something costs nothing is said, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A decision that has become another one."""

    aspect: Aspect
    before: Value
    after: Value
    place_before: int | None = None
    """Of a rule, among the others."""
    place_after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who has made a change."""

    uid: int | None = None
    """None: the daemon itself, for the networks in use."""
    program: str | None = None
    """As it calls itself, which proves nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probation:
    """A change that is taken back unless somebody keeps it."""

    seconds: int
    until: float
    """Unix time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Decisions that became others together."""

    id: ChangeId
    time: float
    """Unix time."""
    author: Author
    differences: tuple[Difference, ...]
    taken_back: float | None = None
    """Unix time; None: it holds, as far as nothing was said since."""
    probation: Probation | None = None

    @property
    def owner_uid(self) -> int | None:
        """The user whose own rules it is about, as one call is about no more than one of them."""
        return next((each.aspect.owner_uid for each in self.differences if each.aspect.owner_uid is not None), None)

    @property
    def origin(self) -> str | None:
        """The administrator's file that has made it; None: people have, or networks."""
        return next((each.aspect.about for each in self.differences if each.aspect.kind is AspectKind.MANDATE), None)

    @property
    def aspects(self) -> frozenset[Aspect]:
        return frozenset(each.aspect for each in self.differences)
