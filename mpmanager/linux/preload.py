"""The library that opens Multipath TCP sockets for programs, and whether the kernel has such sockets."""

from pathlib import Path

from mpmanager.core.multipath import Surroundings
from mpmanager.linux.executables import machine_of

LIBRARY = Path(__file__).parent.parent / "preload" / "libmpmanager-multipath.so"
"""Compiled by packaging/preload.sh."""

_SWITCH = Path("/proc/sys/net/mptcp/enabled")
_OFF = "0"


def surroundings() -> Surroundings:
    """What holds here for programs that are started."""
    machine = machine_of(LIBRARY)
    return Surroundings(
        library=None if machine is None else str(LIBRARY), library_machine=machine, is_switched_off=is_switched_off()
    )


def is_switched_off() -> bool:
    """Whether the kernel refuses Multipath TCP sockets in this network namespace, or has none at all."""
    try:
        return _SWITCH.read_text(encoding="ascii").strip() == _OFF
    except OSError:
        return True
