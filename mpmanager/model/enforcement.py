"""What applications may send by which interfaces, as it has to stand in the kernel."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import NewType

from mpmanager.model.connection import Endpoint
from mpmanager.model.errors import CommandRefusedError, InvalidValueError
from mpmanager.model.names import IPAddress

ClassNumber = NewType("ClassNumber", int)
"""Names a class of paths, from 1 to 255. Where cgroups are nested, what is steered by the higher number stays so."""

_CLASS_NUMBERS = frozenset(range(1, 256))

CgroupPath = NewType("CgroupPath", str)
"""Below the mount of cgroup v2, with a leading slash; "/" is everybody."""


@unique
class Restriction(StrEnum):
    """How much of an application's traffic has to leave by the paths of a class."""

    ANY = "any"
    """Nothing; for a cgroup in one that is restricted. It does not lift an `ONLY` further up."""
    HANDSHAKE = "handshake"
    """The first subflow of MPTCP connections."""
    ONLY = "only"
    """Everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassWayOut:
    """A default route of a class."""

    link_index: int
    version: int
    """4 or 6."""
    gateway: IPAddress | None
    """None on a point-to-point link."""
    source: IPAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class PathClass:
    """Paths that may carry something, such as all that are trusted. Loopback always may."""

    number: ClassNumber
    interfaces: frozenset[int] = frozenset()
    """Indexes. Where the main table leads over one of these (but for default routes), the class is led there, too."""
    addresses: frozenset[IPAddress] = frozenset()
    """Of these interfaces. What is bound to another one is refused at once."""
    ways_out: tuple[ClassWayOut, ...] = ()
    """The best first."""
    is_lenient: bool = False
    """Let handshakes go by any path where no way out has their IP version; else they are refused. `ONLY` never is."""
    is_unattended: bool = False
    """Nobody keeps it up to date from now on: once its ways out are gone, lenient handshakes go by any path."""

    def versions(self) -> frozenset[int]:
        """The IP versions that have a way out."""
        return frozenset(each.version for each in self.ways_out)


@dataclass(frozen=True, slots=True, kw_only=True)
class CgroupPolicy:
    """What holds for the processes of a cgroup and of those below it."""

    cgroup: CgroupPath
    restriction: Restriction
    path_class: ClassNumber
    first_bytes: int = 0
    """Under `HANDSHAKE`: before a connection has sent so many bytes, subflows that join elsewhere than on the class
    send nothing of its stream, and for as long as they live; those that join afterwards are free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnforcementPlan:
    """All that shall be enforced. Every policy's class is in it, and each cgroup and class number once.

    Raises:
        InvalidValueError: it is not so.
    """

    classes: frozenset[PathClass] = frozenset()
    policies: frozenset[CgroupPolicy] = frozenset()
    keeps_others: bool = False
    """Whether what holds already goes on holding, where it is stricter or no policy is about it."""
    plain_destinations: frozenset[Endpoint] = frozenset()
    """They are known to speak no Multipath TCP: `HANDSHAKE` lets connections there go by any path, as plain TCP."""

    def __post_init__(self) -> None:
        numbers = {each.number for each in self.classes}
        if len(numbers) != len(self.classes) or not numbers <= _CLASS_NUMBERS:
            raise InvalidValueError("Path classes are numbered from 1 to 255, each once")
        if not {each.path_class for each in self.policies} <= numbers:
            raise InvalidValueError("A policy names a path class that is not there")
        if len({each.cgroup for each in self.policies}) != len(self.policies):
            raise InvalidValueError("A cgroup has one policy")

    def restricts(self) -> bool:
        """Whether it holds back anything at all."""
        return any(each.restriction is not Restriction.ANY for each in self.policies)


class CgroupsRefusedError(CommandRefusedError):
    """The kernel refused what a plan says of single cgroups; all else of it stands."""

    code = "CgroupsRefused"

    def __init__(
        self, refusals: Mapping[CgroupPath, CommandRefusedError], *, gone: Collection[CgroupPath] = ()
    ) -> None:
        """With at least one refusal; `gone` are the cgroups of the plan that are not there."""
        cgroup, error = next(iter(refusals.items()))
        others = f" (and of {len(refusals) - 1} more)" if len(refusals) > 1 else ""
        super().__init__(f"the kernel refused what is demanded of {cgroup}{others}: {error}", errno=error.errno)
        self.cgroups = frozenset(refusals)
        self.gone = frozenset(gone)


@dataclass(frozen=True, slots=True, kw_only=True)
class FenceCounters:
    """What an application that is restricted to `ONLY` has sent by one interface since then.

    Without loopback; headers from IP up are counted, once for what the card splits itself. Dropped is what came as far
    as the fence: what was refused before, at the socket or by the second fence, is not in it.
    """

    cgroup: CgroupPath
    link_index: int
    passed_packets: int
    passed_bytes: int
    dropped_packets: int
    dropped_bytes: int


@unique
class Shortfall(StrEnum):
    """What a machine does not offer, from the worst on."""

    NOTHING_ENFORCED = "nothing-enforced"
    """Applying a plan that restricts anything is refused."""
    ENDS_WITH_DAEMON = "ends-with-daemon"
    """Pins last no longer than the namespace of mounts that the daemon is in."""
    NO_SECOND_FENCE = "no-second-fence"
    """nftables cannot be used: a handshake that rules of others divert is dropped in silence instead of ended at once,
    and plain destinations are steered as others. `ONLY` is not weakened."""
    NAMESPACES_NOT_TOLD_APART = "namespaces-not-told-apart"
    """A socket that was made in another network namespace before the policy may send by interfaces whose indexes are
    allowed in this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnforcementLimit:
    """One shortfall of this machine, in words."""

    shortfall: Shortfall
    sentence: str
