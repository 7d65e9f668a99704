"""How the daemon itself is."""

import asyncio
import resource
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path

_LOOK_EVERY_S = 1.0
_LOOKS_KEPT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Of this process."""

    lag_s: float
    """The longest time in the last minute by which the loop was late for something that was due."""
    overruns: int
    """How often events of the kernel were lost."""
    cpu_s: float
    memory_bytes: int
    descriptors: int


class LoopLag:
    """Looks once a second whether the loop comes when it said it would."""

    def __init__(self) -> None:
        self._lags_s: deque[float] = deque([0.0], maxlen=_LOOKS_KEPT)

    @property
    def longest_s(self) -> float:
        """In the last minute."""
        return max(self._lags_s)

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            begun = time.monotonic()
            await asyncio.sleep(_LOOK_EVERY_S)
            self._lags_s.append(max(0.0, time.monotonic() - begun - _LOOK_EVERY_S))


def health(*, lag_s: float, overruns: int) -> Health:
    """As the kernel tells of this process now."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _size, resident, *_others = Path("/proc/self/statm").read_text(encoding="ascii").split()
    return Health(
        lag_s=lag_s,
        overruns=overruns,
        cpu_s=used.ru_utime + used.ru_stime,
        memory_bytes=int(resident) * resource.getpagesize(),
        descriptors=sum(1 for _each in Path("/proc/self/fd").iterdir()),
    )
