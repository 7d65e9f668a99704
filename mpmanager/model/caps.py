"""How much a path may carry: caps by day and by billing month, and how far they are used up."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum, unique

from mpmanager.model.errors import InvalidValueError
from mpmanager.model.path import Tier

FIRST_RESET_DAY = 1
LAST_RESET_DAY = 31
"""Months that have no such day begin anew on their last one."""
MOST_BYTES = 10**18


@unique
class CapAction(StrEnum):
    """What becomes of a path whose cap is reached."""

    STOP = "stop"
    """Nothing new begins there."""
    STANDBY = "standby"
    """It is used when nothing else is left."""

    @property
    def tier(self) -> Tier:
        """When it may be used at most."""
        return Tier.NEVER if self is CapAction.STOP else Tier.BACKUP


@unique
class CapState(StrEnum):
    """How far a path's caps are used up; of two the one that is further. The order is that of urgency."""

    UNLIMITED = "unlimited"
    """It has no cap."""
    WITHIN = "within"
    WARNED = "warned"
    """75 % or more."""
    NEARLY = "nearly-reached"
    """95 % or more."""
    REACHED = "reached"


CAP_STATES = tuple(CapState)


@dataclass(frozen=True, slots=True, kw_only=True)
class PathCap:
    """What a path may carry, both directions together; at least one of day and month."""

    month_bytes: int | None = None
    reset_day: int = FIRST_RESET_DAY
    """Of the month, on which a billing month begins."""
    day_bytes: int | None = None
    then: CapAction = CapAction.STOP

    def check(self) -> "PathCap":
        """Itself.

        Raises:
            InvalidValueError: names the field that is out of range.
        """
        if self.month_bytes is None and self.day_bytes is None:
            raise InvalidValueError("cap: neither month_bytes nor day_bytes is given")
        for name, value in (("month_bytes", self.month_bytes), ("day_bytes", self.day_bytes)):
            if value is not None and not 0 <= value <= MOST_BYTES:
                raise InvalidValueError(f"cap, {name} {value}: expected 0 to {MOST_BYTES}")
        if not FIRST_RESET_DAY <= self.reset_day <= LAST_RESET_DAY:
            raise InvalidValueError(
                f"cap, reset_day {self.reset_day}: expected {FIRST_RESET_DAY} to {LAST_RESET_DAY}, a day of the month"
            )
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A billing month, in local days."""

    first: date
    end: date
    """The first day of the next one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """So much more than the caps say, until the day ends."""

    day: date
    extra_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a path has carried, in bytes of both directions, and what follows."""

    today_bytes: int
    period_bytes: int
    period: Period
    counted_since: date | None
    """The first day of which there is a count; None: nothing was counted yet."""
    forecast_bytes: int | None
    """For the whole period, if it goes on as so far; None while too little of it has passed to tell."""
    allowed_bytes: int
    """Allowed today beyond the caps."""
    day_state: CapState
    month_state: CapState

    @property
    def state(self) -> CapState:
        """The more urgent one."""
        return max(self.day_state, self.month_state, key=CAP_STATES.index)
