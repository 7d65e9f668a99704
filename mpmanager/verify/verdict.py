"""What a proof says of each thing that it looks at."""

from collections.abc import Iterable
from enum import StrEnum, unique


@unique
class Verdict(StrEnum):
    """What came of it, the worst first."""

    FAILED = "failed"
    """Something was seen where it must not be."""
    INCONCLUSIVE = "inconclusive"
    """It could not be tried, or it would not have been seen."""
    NOT_VERIFIED = "not-verified"
    """It was not tried: nothing holds it, or what would show it is missing."""
    PASSED = "passed"
    NOTHING_TO_TRY = "nothing-to-try"
    """Nothing could leave there now, or nothing runs of which it is demanded."""
    NOT_RESTRICTED = "not-restricted"
    """Nothing is demanded there."""


PROVEN = frozenset({Verdict.PASSED, Verdict.NOTHING_TO_TRY, Verdict.NOT_RESTRICTED})
"""What leaves nothing open."""


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Of several; of none, nothing is demanded."""
    order = tuple(Verdict)
    return min(verdicts, key=order.index, default=Verdict.NOT_RESTRICTED)
