"""Which start of this machine this is, and how long ago it was: what no clock change moves."""

import time
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def current_boot() -> str:
    """Another one after each start of the machine."""
    return _BOOT_ID.read_text().strip()


def since_boot() -> float:
    """Seconds since then, asleep or not (CLOCK_BOOTTIME)."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
