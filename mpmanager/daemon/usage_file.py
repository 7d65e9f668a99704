"""How it is written down what paths have carried; where that is lost, caps count as used up."""

from datetime import date
from typing import Final

import msgspec

from mpmanager.core.caps import UsageMemory
from mpmanager.daemon.kept_file import Reading

_FIRST_DAY: Final = date(1970, 1, 1)
_LAST_DAY: Final = date(2999, 12, 31)
"""A clock may be wrong, but shows nothing else; sums of such days stay dates."""
_LONGEST_OFFSET_S: Final = 1e11


class UsageFormat:
    """As JSON."""

    @property
    def nothing(self) -> UsageMemory:
        """Another one each time: it is filled in its place."""
        return UsageMemory()

    @property
    def lost(self) -> UsageMemory:
        """Since a day that is still to be said."""
        return UsageMemory(lost_on=date.max)

    def decode(self, text: bytes, earlier: UsageMemory | None) -> Reading[UsageMemory]:
        del earlier  # it can be read as a whole or not at all
        content = msgspec.json.decode(text, type=UsageMemory)
        _check(content)
        return Reading(content=content)

    def encode(self, content: UsageMemory) -> bytes:
        return msgspec.json.encode(content)


def _check(memory: UsageMemory) -> None:
    """Raises ValueError: no daemon has written that."""
    if abs(memory.counts.offset_s) > _LONGEST_OFFSET_S:
        raise ValueError(f"offset_s {memory.counts.offset_s}")
    for name, link in memory.counts.links.items():
        for days in (link.days, link.boot_days):
            for day, count in days.items():
                if not _FIRST_DAY <= day <= _LAST_DAY or count < 0:
                    raise ValueError(f"{name}: {count} bytes on {day}")
        if link.counter_bytes < 0:
            raise ValueError(f"{name}: counter_bytes {link.counter_bytes}")
    for name, allowance in memory.allowances.items():
        if allowance.extra_bytes < 0:
            raise ValueError(f"{name}: extra_bytes {allowance.extra_bytes}")
