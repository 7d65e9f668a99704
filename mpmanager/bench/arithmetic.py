"""The arithmetic of the benchmark: pure functions of numbers that were measured."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from statistics import median, quantiles

_CARRIES_WINDOW_S = 0.3
"""A single late retransmission is no return."""
_LEAST_TIME_DIFFERENCE_S = 0.001
_LEAST_SHARE_DIFFERENCE = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Several runs of one measurement in which more is worse."""

    median: float
    worst: float
    count: int


def summarise(values: Sequence[float]) -> Summary | None:
    """Median and worst of the runs; None when nothing was measured."""
    return Summary(median=median(values), worst=max(values), count=len(values)) if values else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Many figures, neither end of which is better."""

    least: float
    lower_quartile: float
    median: float
    upper_quartile: float
    most: float


def distribution(values: Sequence[float]) -> Distribution | None:
    """Where the figures lie; None of nothing."""
    if not values:
        return None
    lower, middle, upper = quantiles(values, n=4, method="inclusive") if len(values) > 1 else [*values] * 3
    return Distribution(least=min(values), lower_quartile=lower, median=middle, upper_quartile=upper, most=max(values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """From one figure to another."""

    low: float
    high: float


def median_interval(values: Sequence[float], *, confidence: float = 0.95) -> Interval | None:
    """Where the true median lies with at least this probability, whatever the distribution (the sign test).

    The figures have to be independent of each other. None: they are too few to say so.
    """
    ordered, count = sorted(values), len(values)
    outside = 0.0
    for rank in range(count // 2 + 1):
        outside += 2 * math.comb(count, rank) / 2**count  # as often is the median beyond this rank from an end
        if outside > 1 - confidence:
            return Interval(low=ordered[rank - 1], high=ordered[-rank]) if rank else None
    return None


@unique
class Verdict(StrEnum):
    """A figure compared with what it must reach and what is aimed at."""

    AIM_REACHED = "aim reached"
    HELD = "held"
    MISSED = "missed"
    NOT_MEASURED = "not measured"


def judge(figure: float | None, *, required: float, aimed: float, least: float = -math.inf) -> Verdict:
    """Compare a figure of which more is worse, and less than `least` wrong; it may be equal to its bound."""
    if figure is None:
        return Verdict.NOT_MEASURED
    if figure < least:
        return Verdict.MISSED
    if figure <= aimed:
        return Verdict.AIM_REACHED
    return Verdict.HELD if figure <= required else Verdict.MISSED


def time_coefficient(time_s: float, *, pooling_s: float, stock_s: float) -> float:
    """TC of the thesis: 0 is as fast as the faster of pooling and stock backup, 1 as slow as the slower."""
    return (time_s - min(pooling_s, stock_s)) / max(abs(stock_s - pooling_s), _LEAST_TIME_DIFFERENCE_S)


def backup_usage_coefficient(share: float, *, pooling: float, stock: float) -> float:
    """BU of the thesis: 0 is as little on the backup as with stock backup, 1 as much as with pooling. Shares 0 to 1."""
    return (share - stock) / max(pooling - stock, _LEAST_SHARE_DIFFERENCE)


def least_possible_share(carried_bytes: float, *, capacity_bit_s: float, duration_s: float) -> float:
    """The part of what was carried that the primary had no room for: 0 to 1.

    Args:
        carried_bytes: by all links together, counted as `capacity_bit_s` counts, headers and retransmissions included.
        capacity_bit_s: of the primary.
        duration_s: in which it was carried.
    """
    if carried_bytes <= 0:
        return 0.0
    return max(0.0, 1 - capacity_bit_s / 8 * duration_s / carried_bytes)


def share_of(part: float, rest: float) -> float:
    """A part of the sum of two, 0 to 1; 0 of nothing."""
    return part / (part + rest) if part + rest else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSample:
    """What the links had carried at one moment, in one direction."""

    at_s: float
    primary_bytes: int
    backup_bytes: int


def return_time_s(samples: Sequence[LinkSample], *, healed_at_s: float) -> float | None:
    """From the end of a hole until the primary carries again: more than the backup, for a while and not by chance.

    None: it did not until the last sample.
    """
    later = [each for each in samples if each.at_s >= healed_at_s]
    for number, begin in enumerate(later):
        end = next((each for each in later[number + 1 :] if each.at_s >= begin.at_s + _CARRIES_WINDOW_S), None)
        if end is None:
            return None
        if _primary_prevails(begin, end):
            return begin.at_s - healed_at_s
    return None


def _primary_prevails(begin: LinkSample, end: LinkSample) -> bool:
    primary, backup = end.primary_bytes - begin.primary_bytes, end.backup_bytes - begin.backup_bytes
    return primary > backup


def percentile(values: Iterable[float], share: float) -> float | None:
    """The nearest-rank percentile; None of nothing."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None
