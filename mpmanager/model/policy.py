"""Policies: how long an application's data may wait before another path helps, and what needs trusted paths."""

import math
from dataclasses import dataclass
from enum import StrEnum, unique

from mpmanager.model.connection import Application
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.names import LinkName

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
class SelectorKind(StrEnum):
    """What a rule looks at to find its applications, the most specific first."""

    EXE = "exe"
    CGROUP = "cgroup"
    DEFAULT = "default"


_BY_SPECIFICITY = tuple(SelectorKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """The applications that a rule is about."""

    kind: SelectorKind
    path: str = ""
    """An executable, or a cgroup below the cgroup v2 mount; empty for the default."""

    @classmethod
    def parse(cls, text: str) -> "Selector":
        """`exe:/usr/bin/curl`, `cgroup:/user.slice` or `default`.

        Raises:
            InvalidValueError: it is none of these.
        """
        if text == SelectorKind.DEFAULT:
            return cls(kind=SelectorKind.DEFAULT)
        kind, separator, path = text.partition(_SEPARATOR)
        kinds = {SelectorKind.EXE.value, SelectorKind.CGROUP.value}
        if not separator or kind not in kinds or not path.startswith("/") or not path.isprintable():
            raise InvalidValueError(f"selector {text!r}: expected exe:/path, cgroup:/path or default")
        return cls(kind=SelectorKind(kind), path=path.rstrip("/") or "/")

    def __str__(self) -> str:
        return f"{self.kind.value}{_SEPARATOR}{self.path}" if self.path else self.kind.value

    @property
    def order(self) -> tuple[int, int]:
        """Sorts the most specific first: executables, then cgroups from the innermost, then the default."""
        return _BY_SPECIFICITY.index(self.kind), -len(self.path)

    def selects(self, application: Application) -> bool:
        """Whether an application is meant; a cgroup means all below it too."""
        match self.kind:
            case SelectorKind.EXE:
                return application.exe == self.path
            case SelectorKind.CGROUP:
                inner = application.cgroup or ""
                return inner == self.path or inner.startswith(self.path.rstrip("/") + "/")
            case SelectorKind.DEFAULT:
                return True


EVERYBODY = Selector(kind=SelectorKind.DEFAULT)


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


PROTECTED_HANDSHAKE = TrustPolicy(demand=TrustDemand.HANDSHAKE)
"""Where nobody has said anything."""

_TRUST_CHOICES = "expected any, handshake, handshake-strict, first:BYTES, first-strict:BYTES or only"


def _first_bytes(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text[:20]) <= MOST_FIRST_BYTES:
        raise InvalidValueError(f"trust first:{text}: expected 1 to {MOST_FIRST_BYTES} bytes")
    return int(text)


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

    @property
    def is_empty(self) -> bool:
        return self == PolicyRule(selector=self.selector)


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
        is_steered = self.big_transfers is not None or self.congestion is not None
        return not is_steered and all(wait_s == NEVER for wait_s in self.waits_s)
