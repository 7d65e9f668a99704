"""What the clocks of this machine say, so that bytes are booked on the right day whoever sets them."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Now."""

    local: datetime
    """With its time zone, as the machine believes."""
    since_boot_s: float
    """Of a clock that nobody sets, and that goes on while the machine sleeps."""
    boot: str
    """Another text after each start of the machine."""

    @property
    def today(self) -> date:
        """The local day."""
        return self.local.date()

    @property
    def offset_s(self) -> float:
        """Another number once somebody has set the clock."""
        return self.local.timestamp() - self.since_boot_s
