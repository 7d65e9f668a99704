"""Gives up what a daemon that runs as root does not need of that; see capabilities(7)."""

import ctypes
import struct
from contextlib import suppress
from enum import IntEnum, unique
from pathlib import Path

from mpmanager.linux.mounts import mount_bpffs
from mpmanager.model.errors import NotSupportedError

_VERSION_3 = 0x20080522
_HEADER = struct.Struct("=Ii")
_SETS = struct.Struct("=IIIIII")
"""Effective, permitted and inheritable: the lower 32 bits of each, then the upper ones."""
_LOWER = 0xFFFFFFFF
_PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 24, 38
_LAST = Path("/proc/sys/kernel/cap_last_cap")
_STATUS = Path("/proc/thread-self/status")

_libc = ctypes.CDLL(None, use_errno=True)


@unique
class Right(IntEnum):
    """Those that the daemon needs: CAP_*, and what for."""

    DAC_OVERRIDE = 1
    """Cgroups that were given to a user."""
    DAC_READ_SEARCH = 2
    """What other users' programs and desktop entries are, and their lists of open files."""
    NET_ADMIN = 12
    """The path manager, routes and rules, nftables, settings of the kernel, programs at cgroups."""
    NET_RAW = 13
    """Echo requests, captures, sockets bound to an interface."""
    SYS_PTRACE = 19
    """Which program a socket belongs to."""
    SYS_NICE = 23
    """Not to be late for late data on a busy machine."""
    PERFMON = 38
    """Loading programs into the kernel,"""
    BPF = 39
    """and pinning them."""


def give_up_rights() -> None:
    """Keep those rights alone, for this thread and all that it starts; call it before there is another.

    What cannot be given up is kept: root in some containers may not even do that. What has to be mounted is mounted
    before, where it is missing.
    """
    with suppress(NotSupportedError):  # whoever needs it tells
        mount_bpffs()
    for number in range(_last() + 1):
        if number not in set(Right):
            _libc.prctl(_PR_CAPBSET_DROP, number, 0, 0, 0)
    _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    kept = permitted() & sum(1 << each for each in Right)
    lower, upper = kept & _LOWER, kept >> 32
    _libc.capset(_HEADER.pack(_VERSION_3, 0), _SETS.pack(lower, lower, 0, upper, upper, 0))


def permitted() -> int:
    """The rights of this thread, as bits."""
    lines = _STATUS.read_text(encoding="ascii").splitlines()
    return next((int(line.split()[1], 16) for line in lines if line.startswith("CapPrm:")), 0)


def _last() -> int:
    try:
        return int(_LAST.read_text(encoding="ascii"))
    except OSError:
        return max(Right)
