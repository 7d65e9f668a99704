"""Policies: how long an application's data may wait before another path helps, and what needs trusted paths."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum, unique

from mpmanager.model.errors import InvalidValueError
from mpmanager.model.names import LinkName
from mpmanager.model.path import Path, PathKind, Tier
from mpmanager.model.selector import EVERYBODY, Selector

NEVER = math.inf
"""As a wait: the backup is used when nothing else is left, as the stock kernel does. As a share: never left for it."""

LONGEST_WAIT_S = 60.0
DEFAULT_BIG_BYTES = 1_000_000
"""Moved within a second, makes a transfer big (thesis 4.2.4)."""
LEAST_BIG_BYTES = 1_000
MOST_BIG_BYTES = 1_000_000_000_000
"""What can be said instead."""
LEAST_SHARE = 0.000001
"""Of packets, that can be said: shares come back as they were written."""

DEFAULT_FIRST_BYTES = 16 * 1024
"""Enough for a TLS handshake with its certificates, and for the headers of HTTP."""
MOST_FIRST_BYTES = 1_000_000_000

_SEPARATOR = ":"


@unique
class TrustDemand(StrEnum):
    """What of an application has to keep to trusted paths, the least first."""

    ANY = "any"
    """Nothing."""
    HANDSHAKE = "handshake"
    """What opens a Multipath TCP connection, as it carries the keys with which others could join."""
    FIRST = "first"
    """The handshake, and the first bytes in each direction."""
    ONLY = "only"
    """Everything, Multipath TCP or not."""


_DEMANDS = tuple(TrustDemand)
_STRICT = "-strict"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustPolicy:
    """A demand, how much it is about, and what becomes of it where no path is trusted."""

    demand: TrustDemand
    first_bytes: int = 0
    """In each direction; 0 but for `FIRST`."""
    is_strict: bool = False
    """Whether a handshake is refused where no path is trusted, rather than let go. `ONLY` always is."""

    @classmethod
    def parse(cls, text: str) -> "TrustPolicy":
        """`any`, `handshake`, `handshake-strict`, `first:16384`, `first-strict:16384` or `only`.

        Raises:
            InvalidValueError: it is none of these.
        """
        name, separator, size = text.partition(_SEPARATOR)
        demand = name.removesuffix(_STRICT)
        is_strict = demand != name
        may_be_strict = demand in {TrustDemand.HANDSHAKE, TrustDemand.FIRST}
        if demand not in set(_DEMANDS) or (is_strict and not may_be_strict):
            raise InvalidValueError(f"trust {text!r}: {_TRUST_CHOICES}")
        if demand != TrustDemand.FIRST:
            if separator:
                raise InvalidValueError(f"trust {text!r}: only first has a number of bytes")
            return cls(demand=TrustDemand(demand), is_strict=is_strict)
        first_bytes = _first_bytes(size) if separator else DEFAULT_FIRST_BYTES
        return cls(demand=TrustDemand.FIRST, first_bytes=first_bytes, is_strict=is_strict)

    def __str__(self) -> str:
        """As `parse` reads it."""
        name = f"{self.demand.value}{_STRICT if self.is_strict else ''}"
        return f"{name}{_SEPARATOR}{self.first_bytes}" if self.demand is TrustDemand.FIRST else name

    def strictest(self, other: "TrustPolicy") -> "TrustPolicy":
        """What satisfies both."""
        demand = max(self.demand, other.demand, key=_DEMANDS.index)
        return TrustPolicy(
            demand=demand,
            first_bytes=max(self.first_bytes, other.first_bytes) if demand is TrustDemand.FIRST else 0,
            is_strict=demand is not TrustDemand.ONLY and (self.is_strict or other.is_strict),
        )


NOTHING_DEMANDED = TrustPolicy(demand=TrustDemand.ANY)

PROTECTED_HANDSHAKE = TrustPolicy(demand=TrustDemand.HANDSHAKE)
"""Where nobody has said anything."""

_TRUST_CHOICES = "expected any, handshake, handshake-strict, first:BYTES, first-strict:BYTES or only"


def _first_bytes(text: str) -> int:
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(MOST_FIRST_BYTES))
    if not is_number or not 1 <= int(text) <= MOST_FIRST_BYTES:
        raise InvalidValueError(f"trust first:{text}: expected 1 to {MOST_FIRST_BYTES} bytes")
    return int(text)


@unique
class Intent(StrEnum):
    """What an application is for, where its user would not name a number."""

    CALL_AND_SHELL = "call-and-shell"
    """Somebody waits for every byte."""
    BROWSING = "browsing"
    """Somebody waits for pages."""
    STREAMING = "streaming"
    """Somebody watches what was fetched before."""
    DOWNLOAD = "download"
    """Nobody waits, and it is much."""
    AUTOMATIC = "automatic"
    """Whatever each connection turns out to be."""


INTENT_NAMES = {
    Intent.CALL_AND_SHELL: "calls and shells",
    Intent.BROWSING: "browsing",
    Intent.STREAMING: "streaming",
    Intent.DOWNLOAD: "downloads",
    Intent.AUTOMATIC: "what each connection turns out to be",
}
"""For people."""

INTENT_WAITS_S = {
    Intent.CALL_AND_SHELL: 0.02,
    Intent.BROWSING: 0.05,
    Intent.STREAMING: 0.5,
    Intent.DOWNLOAD: 2.0,
    Intent.AUTOMATIC: 0.05,
}
"""What an intent allows. 50 ms is the thesis' compromise for the web (2.2, Fig. 2.9), also where nothing is known yet;
people notice an echo after some 20 ms more than a path of theirs takes; players fetch seconds ahead; and a download
that got a backup whenever its path is full, which is what downloads do to paths, would spend it on nobody's wait."""


@unique
class Role(StrEnum):
    """What a path is to its user, whatever its name and its kind."""

    METERED = "metered"
    UNMETERED = "unmetered"
    TRUSTED = "trusted"
    UNTRUSTED = "untrusted"
    ANY = "any"
    """Every path, so that a few can be named before."""

    def is_played_by(self, path: Path) -> bool:
        match self:
            case Role.METERED:
                return path.is_metered
            case Role.UNMETERED:
                return not path.is_metered
            case Role.TRUSTED:
                return path.is_trusted
            case Role.UNTRUSTED:
                return not path.is_trusted
            case Role.ANY:
                return True


OWN_TIER = "auto"
"""Written where a path's own tier counts."""

_PATH = "path:"
_KIND = "kind:"
_ROLES_AND_KINDS = (*Role, *(f"{_KIND}{kind}" for kind in PathKind))


@dataclass(frozen=True, slots=True, kw_only=True)
class TierChoice:
    """When an application may use some paths, whatever holds for others."""

    paths: str
    """`path:wlan0`, `kind:lte` or a `Role`."""
    tier: Tier | None
    """None: the path's own."""

    @classmethod
    def parse(cls, paths: str, tier: str) -> "TierChoice":
        """Check both.

        Raises:
            InvalidValueError: names what is none.
        """
        if tier not in {*Tier, OWN_TIER}:
            raise InvalidValueError(f"tier {tier!r} of {paths}: expected {', '.join(Tier)}, {OWN_TIER}")
        if paths.startswith(_PATH):
            link_name(paths.removeprefix(_PATH), "path")
        elif paths not in {*Role, *(f"{_KIND}{kind}" for kind in PathKind)}:
            raise InvalidValueError(
                f"paths {paths!r}: expected path:NAME, kind:{'|'.join(PathKind)}, {', '.join(Role)}"
            )
        return cls(paths=paths, tier=None if tier == OWN_TIER else Tier(tier))

    @property
    def tier_text(self) -> str:
        """The tier, as `parse` reads it."""
        return OWN_TIER if self.tier is None else self.tier.value

    @property
    def order(self) -> int:
        """Sorts the most specific first: a path, a kind, then roles, and last what is about any path."""
        if self.paths.startswith(_PATH):
            return 0
        return 1 if self.paths.startswith(_KIND) else 2 + (self.paths == Role.ANY)

    def is_about(self, path: Path) -> bool:
        if self.paths in {f"{_PATH}{path.name}", f"{_KIND}{path.kind}"}:
            return True
        return self.paths in set(Role) and Role(self.paths).is_played_by(path)


_LONGEST_LINK_NAME = 15


def link_name(name: str, field: str) -> LinkName:
    """A name that an interface could have (`dev_valid_name` of the kernel).

    Raises:
        InvalidValueError: none could; the sentence names the field.
    """
    is_possible = name.isprintable() and not set(name) & set("/: ") and name not in {"", ".", ".."}
    if not is_possible or len(name.encode()) > _LONGEST_LINK_NAME:
        raise InvalidValueError(f"{field} {name!r}: no interface can have that name")
    return LinkName(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairWait:
    """How long data on one path may wait before one other path helps."""

    carrier: LinkName
    helper: LinkName
    wait_s: float
    """`NEVER` or 0 to `LONGEST_WAIT_S`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BigTransfers:
    """A connection that moves much within a second goes to a path of its own, until it has calmed down."""

    path: LinkName
    over_bytes: int = DEFAULT_BIG_BYTES
    """Within one second, both directions together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CongestionTriggers:
    """When a connection goes to another path for a while, though its own delivers; None: never for that.

    Shares are fractions, over 0 to 1, of what one subflow does within a round trip and some packets at least.
    """

    marks_share: float | None = None
    """Of what was delivered, more carries congestion marks (CE, RFC 3168) than this (thesis 4.2.3: 0.05)."""
    loss_share: float | None = None
    """Of what was sent, more was sent again than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """How long a rule is meant to hold."""

    is_temporary: bool = False
    until: float | None = None
    """Unix time; None, of a temporary rule: until this machine restarts."""


PERMANENT = Life()
UNTIL_RESTART = Life(is_temporary=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRule:
    """What somebody has said about some applications; None where nothing was said."""

    selector: Selector
    wait_s: float | None = None
    """Expiration delay: `NEVER`, or 0 (pool everything) to `LONGEST_WAIT_S`."""
    pairs: tuple[PairWait, ...] = ()
    big_transfers: BigTransfers | None = None
    marks_share: float | None = None
    """As in `CongestionTriggers`, but `NEVER` says that it is off."""
    loss_share: float | None = None
    trust: TrustPolicy | None = None
    intent: Intent | None = None
    """Gives the wait where `wait_s` says nothing."""
    tiers: tuple[TierChoice, ...] = ()
    """In the order in which they count."""
    is_multipath: bool | None = None
    """False: one subflow is enough for it. True: also for programs that know nothing of Multipath TCP."""
    prefers_lowest_delay: bool | None = None
    """Whether, of the paths that may carry, the one with the shortest round trip does, and others help it."""
    life: Life = PERMANENT
    owner_uid: int | None = None
    """A user who has said so without being the administrator: his rules never loosen what others demand."""
    origin: str = ""
    """The administrator's file that says so: people may demand more than that, and not less. Empty: people have."""

    @property
    def is_empty(self) -> bool:
        return self == PolicyRule(selector=self.selector, life=self.life, owner_uid=self.owner_uid, origin=self.origin)

    @property
    def key(self) -> "RuleKey":
        """There is one rule with each."""
        return self.selector, self.life.is_temporary, self.owner_uid

    @property
    def allowed_wait_s(self) -> float | None:
        """What it says of the wait, be it by its intent."""
        if self.wait_s is None and self.intent is not None:
            return INTENT_WAITS_S[self.intent]
        return self.wait_s


RuleKey = tuple[Selector, bool, int | None]
"""The selector, whether it is temporary, and whose it is: a rule for an hour takes the place of no other one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is in force for one application."""

    wait_s: float
    decided_by: Selector
    """Whose rule gave `wait_s`."""
    pairs: tuple[PairWait, ...] = ()
    big_transfers: BigTransfers | None = None
    congestion: CongestionTriggers | None = None
    """None: off, and so at least one trigger is set where it is not None."""
    trust: TrustPolicy = PROTECTED_HANDSHAKE
    trust_decided_by: Selector = EVERYBODY
    """Whose rule gave `trust`."""
    intent: Intent | None = None
    """What gave `wait_s`, where that was no number."""
    tiers: tuple[TierChoice, ...] = ()
    """The first that is about a path counts."""
    is_multipath: bool | None = None
    prefers_lowest_delay: bool = False

    def tier_of(self, path: Path) -> Tier:
        """When the application may use a path."""
        return tier_of(path, self.tiers)

    def wait_between(self, carrier: LinkName | None, helper: LinkName) -> float:
        """How long data on the carrier may wait for the helper, in seconds."""
        return next(
            (each.wait_s for each in self.pairs if each.carrier == carrier and each.helper == helper), self.wait_s
        )

    @property
    def waits_s(self) -> tuple[float, ...]:
        """All that is allowed anywhere, in seconds."""
        return (self.wait_s, *(each.wait_s for each in self.pairs))

    @property
    def is_stock(self) -> bool:
        """Whether nothing has to be watched: the kernel alone does the same."""
        is_steered = self.big_transfers is not None or self.congestion is not None or self.prefers_lowest_delay
        return not is_steered and all(wait_s == NEVER for wait_s in self.waits_s)


def tier_of(path: Path, choices: Iterable[TierChoice]) -> Tier:
    """When a path may be used under choices of which the first that is about it counts."""
    chosen = next((each.tier for each in choices if each.is_about(path)), None) or path.tier
    return chosen.at_most(path.tier_ceiling).at_most(path.tier_limit)
