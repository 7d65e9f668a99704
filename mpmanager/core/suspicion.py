"""Nothing comes any more: which of the carrying subflows is silent, and whether its path answers a probe."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto, unique

from mpmanager.core.findings import SubflowView
from mpmanager.core.subflow_tracks import SubflowTracks
from mpmanager.model.connection import FourTuple
from mpmanager.model.names import LinkName

PROBE_FACTOR, PROBE_EXTRA_S = 1.15, 0.012
"""An answer may take so many round trips, and the time between two looks and a little more."""
_TELLING_S = 0.012
"""How long several carriers are looked at before it is clear which one is silent."""


@unique
class Step(Enum):
    """What comes next."""

    WAIT = auto()
    ASK = auto()
    """The path of `flow`, by a probe."""
    GONE = auto()
    """The subflow in question ended by itself."""
    CLEARED = auto()
    """All paths are alive: whoever sends has stopped."""
    UNANSWERED = auto()
    FOUND_BY_OTHERS = auto()
    """Another connection has just found the path dead."""


@dataclass(slots=True)
class Suspicion:
    """That a path is dead, from the first doubt to a verdict. All times are seconds of the caller's clock."""

    since: float
    is_of_path_alone: bool = False
    """Whether the stream is not known to wait: heartbeats were missed, or data comes over other paths."""
    path: LinkName | None = None
    flow: FourTuple | None = None
    """None while it is not clear which subflow is silent."""
    _asked: float | None = None
    _is_answered: bool = False
    _cleared: set[FourTuple] = field(default_factory=set)
    """Those that were asked before and are alive."""

    def name(self, subflow: SubflowView, now: float) -> None:
        """This is the one whose path has to answer."""
        self.flow, self.path, self._asked = subflow.flow, subflow.path, now

    def note_answer(self) -> None:
        """The probe was answered, be it by a refusal."""
        self._is_answered = True

    def advance(
        self,
        subflows: Sequence[SubflowView],
        carriers: Sequence[SubflowView],
        tracks: SubflowTracks,
        now: float,
        found_dead: Collection[LinkName],
    ) -> Step:
        """See how far the question has got; `name` has been called where it says `ASK`."""
        if self.flow is None:
            return self._name_the_silent(carriers, tracks, now)
        suspect = next((each for each in subflows if each.flow == self.flow), None)
        if suspect is None or self._asked is None:
            return Step.GONE
        if tracks.has_hole(suspect):
            return Step.WAIT  # what comes out of order shows that the path is alive; the hole has its own limit
        if self._is_answered or tracks.heard(suspect.flow) > self._asked:
            self._clear(suspect)
            return self._name_the_silent(carriers, tracks, now)
        if now - self._asked > PROBE_FACTOR * suspect.base_s + PROBE_EXTRA_S:
            return Step.UNANSWERED
        return Step.FOUND_BY_OTHERS if suspect.path in found_dead else Step.WAIT

    def _clear(self, suspect: SubflowView) -> None:
        self._cleared.add(suspect.flow)
        self.flow = self._asked = None
        self._is_answered = False

    def _name_the_silent(self, carriers: Sequence[SubflowView], tracks: SubflowTracks, now: float) -> Step:
        if now - self.since < _TELLING_S:
            return Step.WAIT
        heard = {each.flow: tracks.heard(each.flow) for each in carriers}
        silent = [each for each in carriers if heard[each.flow] <= self.since and each.flow not in self._cleared]
        if not silent:
            return Step.CLEARED
        # The one that was heard last has carried until just now.
        self.name(max(silent, key=lambda each: heard[each.flow]), now)
        return Step.ASK
