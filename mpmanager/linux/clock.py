"""The clocks of this machine."""

import os
import time
from datetime import datetime
from functools import cache
from pathlib import Path

from mpmanager.model.clock import Moment

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def moment() -> Moment:
    """Now. The clock since the start of the machine goes on while it sleeps (CLOCK_BOOTTIME)."""
    return Moment(local=datetime.now().astimezone(), since_boot_s=time.clock_gettime(time.CLOCK_BOOTTIME), boot=_boot())


@cache
def _boot() -> str:
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return os.urandom(
            16
        ).hex()  # of this daemon alone: what was carried while none ran is counted from its interfaces
