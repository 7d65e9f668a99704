"""The chart's rate axis: round steps, one scale for both directions."""

import math
from dataclasses import dataclass

from mpmanager_ui.viewmodels.history import ChartData, Series
from mpmanager_ui.viewmodels.quantities import format_rate
from mpmanager_ui.viewmodels.translation import tr_number

LEAST_TOP_BIT_S = 100_000.0
_STEPS = (1.0, 2.0, 5.0, 10.0)
_WANTED_STEPS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RateScale:
    """Download goes up to `down_top`, upload down to `up_top`, both whole steps; in bit/s."""

    step: float
    down_top: float
    up_top: float

    def ticks(self) -> tuple[float, ...]:
        """Positions of the lines; upload is negative."""
        below = round(self.up_top / self.step)
        above = round(self.down_top / self.step)
        return tuple(number * self.step for number in range(-below, above + 1))


def tick_label(rate_bit_s: float) -> str:
    """What stands beside a line: `0`, `20 Mbit/s`."""
    if rate_bit_s == 0:
        return "0"
    return format_rate(abs(rate_bit_s)).replace(tr_number(".0"), "")


def scale_of(data: ChartData) -> RateScale:
    """A scale that holds every stack of the data."""
    down = max(LEAST_TOP_BIT_S, _highest_stack(data.series, "down"))
    up = _highest_stack(data.series, "up")
    step = _round_step((down + up) / _WANTED_STEPS)
    return RateScale(
        step=step,
        down_top=max(1, math.ceil(down / step)) * step,
        up_top=max(1, math.ceil(up / step)) * step,
    )


def _highest_stack(series: tuple[Series, ...], direction: str) -> float:
    columns = zip(*(getattr(each, direction) for each in series), strict=True)
    return max((sum(value or 0.0 for value in column) for column in columns), default=0.0)


def _round_step(rough: float) -> float:
    magnitude = 10.0 ** math.floor(math.log10(rough))
    return next(step * magnitude for step in _STEPS if step * magnitude >= rough * 0.999)
