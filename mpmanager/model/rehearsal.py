"""What becomes of connections while a path is taken away for a while, to see what that would be like."""

from dataclasses import dataclass
from enum import StrEnum, unique

SHORTEST_REHEARSAL_S, LONGEST_REHEARSAL_S = 1.0, 60.0


@unique
class Endurance(StrEnum):
    """What became of one connection, the worst first."""

    ENDED = "ended"
    """It is gone; perhaps its program had had enough."""
    STALLED = "stalled"
    """It had something to carry, and nothing moved until the path was back."""
    MOVED = "moved"
    """It went on over other paths."""
    IDLE = "idle"
    """It had nothing to carry: nothing was put to the test."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endured:
    """How one connection got through it."""

    endurance: Endurance
    waited_s: float | None
    """The longest time for which it had to carry something and did not; None where it was idle."""
