"""Paths that one connection has left: when they may carry again, with hysteresis against flapping."""

from collections.abc import Collection
from dataclasses import dataclass

from mpmanager.core.findings import Rank, SubflowView
from mpmanager.model.expiration import ExpirationReason
from mpmanager.model.names import LinkName

QUARANTINE_S = 0.2
FIRST_HOLD_S = 0.5
LONGEST_HOLD_S = 30.0
_HOLD_FACTORS = {ExpirationReason.HOLE: 4}
"""By which a hold grows when a path relapses: one that answers and loses much is worse than it looks; others double."""
RELAPSE_S = 10.0
"""A path that fails within this time after its return, and its hold, has returned too early."""
CALM_PATH_S = 60.0
"""A path that has been well for so long starts anew."""


@dataclass(slots=True)
class Absence:
    """A path that was left. All times are seconds of the caller's clock."""

    since: float
    rank: Rank
    rejoined: float | None = None


@dataclass(slots=True)
class _History:
    """How a path has behaved."""

    hold_s: float = FIRST_HOLD_S
    returned: float | None = None


class Absences:
    """Of one connection."""

    def __init__(self) -> None:
        self._absences: dict[LinkName, Absence] = {}
        self._histories: dict[LinkName, _History] = {}

    @property
    def paths(self) -> frozenset[LinkName]:
        """Those that were left."""
        return frozenset(self._absences)

    @property
    def is_any_back(self) -> bool:
        """Whether one of them stands again and has to prove itself."""
        return any(each.rejoined is not None for each in self._absences.values())

    @property
    def are_all_back(self) -> bool:
        """Whether all of them stand again."""
        return all(each.rejoined is not None for each in self._absences.values())

    def leave(self, path: LinkName, rank: Rank, reason: ExpirationReason, now: float) -> None:
        """Note that a path was left; the sooner after a return, the longer it has to stay away."""
        history = self._histories.setdefault(path, _History())
        if history.returned is not None:
            well_s = now - history.returned
            if well_s < RELAPSE_S + history.hold_s:
                history.hold_s = min(_HOLD_FACTORS.get(reason, 2) * history.hold_s, LONGEST_HOLD_S)
            elif well_s > CALM_PATH_S:
                history.hold_s = FIRST_HOLD_S
        self._absences[path] = Absence(now, rank)

    def follow(self, standing: Collection[LinkName], now: float) -> None:
        """Note which of them have a subflow again, and which have lost it."""
        for path, absence in self._absences.items():
            absence.rejoined = (absence.rejoined or now) if path in standing else None

    def is_proven(self, subflow: SubflowView, now: float) -> bool:
        """Whether the path of a subflow that stands again may carry."""
        absence = self._absences[subflow.path]
        if absence.rejoined is None:
            return False
        if absence.rank is not Rank.PREFERRED:
            return True  # it stands by again, which asks nothing of it
        hold_s = self._histories[subflow.path].hold_s
        return now - absence.rejoined >= max(QUARANTINE_S, 2 * subflow.base_s) and now - absence.since >= hold_s

    def return_to(self, path: LinkName, now: float) -> Absence:
        """Note that a path carries or stands by again."""
        self._histories[path].returned = now
        return self._absences.pop(path)

    def forgive(self, path: LinkName) -> None:
        """Nothing better is left: whatever it did, it carries."""
        self._absences.pop(path, None)

    def forget_but(self, known: Collection[LinkName]) -> None:
        """Wait for no path that is not among these."""
        for path in self._absences.keys() - set(known):
            del self._absences[path]
