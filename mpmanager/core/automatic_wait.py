"""How long data may wait, computed: from what a connection does, and from what its paths measure.

What it does gives the wait of the intent that a person would have named for it (`INTENT_WAITS_S` says why each is what
it is):

    pattern        wait       as the intent       and
    unknown        50 ms      browsing            most of what begins is a page
    interactive    20 ms      call-and-shell      it is little, so help costs next to nothing
    requests       50 ms      browsing            thesis 2.2
    stream         500 ms     streaming           what was fetched before hides it
    bulk           2 s        download            never for a metered helper: nobody waits, and it is much

The paths bound it from below. Data on the carrier that has waited for w beyond a round trip there needs about w more
until it arrives; what is sent on the helper instead needs half a round trip of the helper, and half of the carrier's is
saved. So help before half of the difference of the round trips comes later than the data itself. The delivery rate has
no part in this: of a program that sends little, the kernel measures how little it sends.

Waits are rounded up to `STEPS_S`, so that small changes of what is measured change nothing.
"""

from dataclasses import replace

from mpmanager.core.traffic_pattern import PatternMeter
from mpmanager.model.policy import INTENT_WAITS_S, NEVER, Intent, PairWait, Policy
from mpmanager.model.progress import Progress
from mpmanager.model.traffic import Grounds, PathTimes, TrafficPattern

WAITS_S = {
    TrafficPattern.UNKNOWN: INTENT_WAITS_S[Intent.AUTOMATIC],
    TrafficPattern.INTERACTIVE: INTENT_WAITS_S[Intent.CALL_AND_SHELL],
    TrafficPattern.REQUESTS: INTENT_WAITS_S[Intent.BROWSING],
    TrafficPattern.STREAM: INTENT_WAITS_S[Intent.STREAMING],
    TrafficPattern.BULK: INTENT_WAITS_S[Intent.DOWNLOAD],
}

STEPS_S = (0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.0)
"""Longer than the last: half of the difference of round trips of many seconds, which is rounded to nothing."""


def automatic_wait_s(pattern: TrafficPattern, paths: PathTimes | None) -> float:
    """How long data of a connection may wait for a helper, in seconds; what is not measured bounds nothing."""
    if paths is None:
        return WAITS_S[pattern]
    if pattern is TrafficPattern.BULK and paths.is_every_helper_metered:
        return NEVER
    least_s = 0.0
    if paths.carrier_rtt_s is not None and paths.helper_rtt_s is not None:
        least_s = (paths.helper_rtt_s - paths.carrier_rtt_s) / 2
    wait_s = max(WAITS_S[pattern], least_s)
    return next((step_s for step_s in STEPS_S if step_s >= wait_s), wait_s)


class AutomaticWait:
    """Of one connection under `Intent.AUTOMATIC`. Times are seconds of the caller's clock."""

    def __init__(self) -> None:
        self._meter = PatternMeter()
        self._paths: PathTimes | None = None

    @property
    def grounds(self) -> Grounds:
        """What the wait is computed from."""
        return Grounds(traffic=self._meter.seen(), paths=self._paths)

    def take(self, progress: Progress, now: float) -> bool:
        """Note how far the connection has got; whether `policy` may be another now."""
        return self._meter.take(progress, now)

    def note_other_carriers(self) -> None:
        """Other paths carry from now on, or one more, or one less."""
        self._meter.forget_rate()

    def note_paths(self, paths: PathTimes) -> None:
        """Say between which paths the wait decides."""
        self._paths = paths
        if paths.carrier_rtt_s is not None:
            self._meter.rtt_s = paths.carrier_rtt_s

    def policy(self, said: Policy) -> Policy:
        """What is in force, given what the rules say; exceptions that somebody has named stay, and count first."""
        pattern, paths = self._meter.pattern, self._paths
        wait_s = automatic_wait_s(pattern, paths)
        if pattern is not TrafficPattern.BULK or paths is None or wait_s == NEVER:
            return replace(said, wait_s=wait_s)
        spared = tuple(PairWait(carrier=paths.carrier, helper=each, wait_s=NEVER) for each in paths.metered_helpers)
        return replace(said, wait_s=wait_s, pairs=(*said.pairs, *spared))
