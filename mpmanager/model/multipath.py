"""How programs that ask for TCP come to use Multipath TCP, and what becomes of it."""

import re
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Self

from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.errors import InvalidValueError

_UNIT = re.compile(r"[A-Za-z0-9:_.\\-]{1,240}(@[A-Za-z0-9:_.\\-]{0,240})?\.socket")
_LONGEST_UNIT = 255


@unique
class MultipathMeans(StrEnum):
    """A way by which TCP sockets become Multipath TCP ones."""

    PRELOAD = "preload"
    """A library of ours that the dynamic linker loads into programs, and into all that they start."""
    GODEBUG = "godebug"
    """An environment variable that programs in Go heed, from Go 1.21 on."""
    SOCKET_UNIT = "socket-unit"
    """What systemd listens with on behalf of a service (systemd 257)."""
    KERNEL_HOOK = "kernel-hook"
    """A BPF program that sees every socket that is opened (Linux 6.6), by cgroup."""


@unique
class MultipathObstacle(StrEnum):
    """Why a means does not serve, or not yet."""

    STATIC = "static"
    """The program loads no libraries."""
    OLD_GO = "old-go"
    """It is made with a Go that knows nothing of Multipath TCP."""
    HAS_RIGHTS = "has-rights"
    """It is set-uid, set-gid or has capabilities: the dynamic linker takes nothing from whoever starts it."""
    OTHER_MACHINE = "other-machine"
    """It is made for another processor or word length than our library."""
    STARTS_ELSEWHERE = "starts-elsewhere"
    """What it starts runs in a sandbox or below a service manager, which passes nothing on."""
    OTHERWISE_SET = "otherwise-set"
    """Somebody has decided on it already, such as by GODEBUG=multipathtcp=0."""
    NO_LIBRARY = "no-library"
    """Ours is not built, or stands at a place that LD_PRELOAD cannot name."""
    NO_PROGRAM = "no-program"
    """There is no such program, or it cannot be read."""
    SWITCHED_OFF = "switched-off"
    """The kernel has no Multipath TCP, or it is switched off (net.mptcp.enabled)."""
    NO_HOOK = "no-hook"
    """The kernel has no place for one, or cannot serve it now; the sentence tells."""
    OLD_SYSTEMD = "old-systemd"
    """It knows no Multipath TCP."""
    ALREADY_RUNNING = "already-running"
    """Sockets stay what they were opened as: it begins with the next start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MultipathVerdict:
    """Whether a program's own sockets become Multipath TCP ones, by what, and if not, why."""

    means: frozenset[MultipathMeans] = frozenset()
    """Those that serve; empty where none does."""
    obstacle: MultipathObstacle | None = None
    """The one that is decisive where no means serves."""
    sentence: str = ""
    """For people."""


@unique
class MultipathState(StrEnum):
    """What is really in force for an application, by its connections as they are."""

    OFF = "off"
    """Nobody asked for it, and it uses plain TCP."""
    PROGRAM_ITSELF = "program-itself"
    """Nobody asked for it, and it uses Multipath TCP on its own account."""
    WAITING = "waiting"
    """It is asked for, and there is no connection yet by which to tell."""
    IN_FORCE = "in-force"
    """All its connections are made with Multipath TCP. What the peer made of that is another matter."""
    PARTLY = "partly"
    """Some are not: from before, or opened in a way that nothing here reaches."""
    NOT_IN_FORCE = "not-in-force"
    """It is asked for, and all its connections are plain TCP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MultipathBadge:
    """What to show of an application."""

    state: MultipathState
    obstacle: MultipathObstacle | None
    """Why it is not in force, as far as that is known; None where it is."""
    sentence: str
    """For people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookState:
    """What has become of what was wanted of the kernel's hook."""

    wanted: frozenset[CgroupPath]
    in_force: frozenset[CgroupPath]
    """Those of `wanted` in which every new TCP socket is a Multipath TCP one from now on."""
    obstacle: MultipathObstacle | None = None
    """Why the others are not, if it is one for all of them."""
    sentence: str = ""
    """For people; empty where all is in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketUnit:
    """The name of a systemd unit that listens for a service, such as `ssh.socket`."""

    name: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take a name as a person gives it.

        Raises:
            InvalidValueError: no socket unit can be called so.
        """
        if not _UNIT.fullmatch(text) or len(text) > _LONGEST_UNIT or text.startswith("."):
            raise InvalidValueError(f"{text!r} is no name of a socket unit, such as ssh.socket")
        return cls(name=text)
