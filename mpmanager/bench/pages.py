"""The thesis' page-load comparison: what it costs to keep the first bytes to trusted paths.

Cellular is trusted, Wi-Fi is not. Both carry data; under `first` a connection opens on the cellular path, and so many
bytes of each direction keep to it.
"""

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice, product
from statistics import median
from typing import TypeVar

from mpmanager.bench.arithmetic import distribution, median_interval
from mpmanager.bench.configurations import BOTH_ALWAYS, FULLMESH
from mpmanager.bench.errors import BenchError
from mpmanager.bench.measurement import Case, Claim, Effort, Labels, Measured, Measurement, Metric, Results, Table
from mpmanager.bench.stage import Stage
from mpmanager.lab.messages import Direction
from mpmanager.lab.topology import LinkChange, load_topology
from mpmanager.lab.units import Duration, Rate, Share

ValueT = TypeVar("ValueT")

UNTRUSTED, TRUSTED = "wlan0", "wwan0"
FIRST_BYTES = 16_384
ANY, HANDSHAKE, FIRST = "any", "handshake", f"first:{FIRST_BYTES}"

_TRUSTED_MBIT_S = (1, 5, 10, 20)
_UNTRUSTED_MBIT_S = (5, 10, 20, 50)
_RTTS_MS = (10, 100, 200)
_SIZES_KB = (1.0, 1000.0)
_OBJECTS = 3
_SAMPLES, _QUICK_SAMPLES = 36, 6
"""Each pair of round trips comes four times."""
_CONGESTION = "cubic"
_LOAD_WITHIN_S = 120.0
_TURNS = (ANY, FIRST, HANDSHAKE)
_LOAD_S = 1.4
_START_S = 0.4
_DECIMALS = 2

_FIRST_BESIDE_ANY = "first 16 KiB / any"
_FIRST_BESIDE_HANDSHAKE = "first 16 KiB / handshake"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSetting:
    """Of one link in both directions."""

    rate_mbit_s: int
    rtt_ms: int

    def __str__(self) -> str:
        return f"{self.rate_mbit_s} Mbit/s, {self.rtt_ms} ms"

    def change(self) -> LinkChange:
        """What the link becomes."""
        return LinkChange(
            rate=Rate(self.rate_mbit_s * 1e6),
            delay=Duration(self.rtt_ms / 2000),
            jitter=Duration(0),
            loss=Share(0),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSample:
    """A page and the links that it comes over."""

    trusted: LinkSetting
    untrusted: LinkSetting
    sizes: tuple[int, ...]
    """Of its objects, in bytes."""
    is_each_alone: bool
    """Whether each object has a connection of its own; else all come over one."""

    @property
    def labels(self) -> Labels:
        sizes = " + ".join(f"{each / 1000:.0f}" for each in self.sizes)
        return str(self.trusted), str(self.untrusted), f"{sizes} kB", "each" if self.is_each_alone else "one"


def draw_samples(seed: int, count: int) -> tuple[PageSample, ...]:
    """The same for the same seed. Each rate, pair of round trips and kind of page comes as often as any other.

    Sizes are drawn so that 1 to 10 kB is as likely as 10 to 100 or 100 to 1000.
    """
    draw = random.Random(seed)  # noqa: S311  # no secret
    trusted_rates = _evenly(draw, _TRUSTED_MBIT_S, count)
    untrusted_rates = _evenly(draw, _UNTRUSTED_MBIT_S, count)
    rtts = _evenly(draw, tuple(product(_RTTS_MS, _RTTS_MS)), count)
    kinds = _evenly(draw, (False, True), count)
    return tuple(
        PageSample(
            trusted=LinkSetting(rate_mbit_s=trusted_rate, rtt_ms=trusted_rtt),
            untrusted=LinkSetting(rate_mbit_s=untrusted_rate, rtt_ms=untrusted_rtt),
            sizes=tuple(_draw_size(draw) for _ in range(_OBJECTS)),
            is_each_alone=is_each_alone,
        )
        for trusted_rate, untrusted_rate, (trusted_rtt, untrusted_rtt), is_each_alone in zip(
            trusted_rates, untrusted_rates, rtts, kinds, strict=True
        )
    )


def _evenly(draw: random.Random, values: Sequence[ValueT], count: int) -> list[ValueT]:
    """So many of these in any order, none more than once oftener than another."""

    def rounds() -> Iterator[ValueT]:
        while True:
            yield from draw.sample(values, len(values))

    return draw.sample([*islice(rounds(), count)], count)


def _draw_size(draw: random.Random) -> int:
    least, most = _SIZES_KB
    return round(1000 * least * math.exp(draw.uniform(0, math.log(most / least))))


def page_load(effort: Effort) -> Measurement:
    """Pages with and without the restriction, and beside the stock kernel."""
    count = effort.samples or (_QUICK_SAMPLES if effort.is_quick else _SAMPLES)
    samples = draw_samples(effort.seed, count)
    cases = [
        Case(
            labels=(f"{number}", *sample.labels),
            configurations=(FULLMESH, BOTH_ALWAYS),
            duration_s=(1 + len(_TURNS)) / 2 * (_LOAD_S + _START_S),
            shape={TRUSTED: sample.trusted.change(), UNTRUSTED: sample.untrusted.change()},
            measure=partial(_measure, sample=sample, is_turned=number % 2 == 0),
        )
        for number, sample in enumerate(samples, start=1)
    ]
    return Measurement(
        name="page-load",
        title=f"Pages with their first {FIRST_BYTES // 1024} KiB on trusted paths only",
        note=f"{count} samples with seed {effort.seed}. Cellular is trusted; Wi-Fi, open and with the default route, "
        "is not; both are always used. Delays are round trips; queues of one bandwidth-delay product; CUBIC. A page is "
        f"{_OBJECTS} objects one after the other, requests and answers with 0.5 kB of head, over one connection or "
        "each over one of its own. Each page is loaded under any, first and handshake in turns, by one daemon, "
        "and before that with the stock kernel.",
        topology=load_topology("cafe"),
        primary=UNTRUSTED,
        backup=TRUSTED,
        label_titles=("", "cellular", "Wi-Fi", "objects", "connections"),
        metrics=_METRICS,
        cases=tuple(cases),
        is_kept_installed=True,
        claims=_claims,
        extra_tables=_tables,
        spread=ratios,
    )


_POLICIES = ("any", "handshake", "first")
_METRICS = tuple(
    Metric(name=name, title=title, decimals=_DECIMALS, is_shown=False)
    for name, title in (
        *((f"{policy}_s", f"time under {policy}, s") for policy in _POLICIES),
        *((f"{policy}_wifi_percent", f"bytes on Wi-Fi under {policy}, %") for policy in _POLICIES),
    )
)


def _measure(stage: Stage, *, sample: PageSample, is_turned: bool) -> Measured:
    if stage.daemon is None:
        return Measured(values=_values(ANY, _load(stage, sample)))
    values: dict[str, float] = {}
    for trust in reversed(_TURNS) if is_turned else _TURNS:
        stage.daemon.set_trust(trust)
        values |= _values(trust, _load(stage, sample))
    return Measured(values=values)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Load:
    time_s: float
    wifi_percent: float


def _load(stage: Stage, sample: PageSample) -> _Load:
    arguments = ["--congestion", _CONGESTION, "--sizes", *map(str, sample.sizes)]
    arguments += ["--each-alone"] if sample.is_each_alone else []
    with stage.shares(Direction.DOWNLOAD) as shares, stage.exchange("objects", *arguments) as program:
        result = program.result(within_s=_LOAD_WITHIN_S)
    if not result["is_multipath"]:
        raise BenchError("the connection fell back to TCP")
    return _Load(time_s=result["time_s"], wifi_percent=100 - shares.backup_percent)


def _values(trust: str, load: _Load) -> dict[str, float]:
    name = trust.partition(":")[0]
    return {f"{name}_s": load.time_s, f"{name}_wifi_percent": load.wifi_percent}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Times:
    """Of one sample, in seconds."""

    labels: Labels
    any_s: float
    handshake_s: float
    first_s: float
    stock_s: float | None

    @property
    def ratio(self) -> float:
        return self.first_s / self.any_s


def _times(results: Results) -> Iterator[_Times]:
    for labels in results.labels:
        times_s = [results.median(labels, BOTH_ALWAYS.name, f"{policy}_s") for policy in _POLICIES]
        if all(times_s):
            any_s, handshake_s, first_s = (time_s for time_s in times_s if time_s)
            stock_s = results.median(labels, FULLMESH.name, "any_s")
            yield _Times(labels=labels, any_s=any_s, handshake_s=handshake_s, first_s=first_s, stock_s=stock_s)


def ratios(results: Results) -> Mapping[str, Sequence[float]]:
    """Of times, sample by sample."""
    times = [*_times(results)]
    beside_stock = [(each, each.stock_s) for each in times if each.stock_s]
    return {
        _FIRST_BESIDE_ANY: [each.ratio for each in times],
        "handshake / any": [each.handshake_s / each.any_s for each in times],
        _FIRST_BESIDE_HANDSHAKE: [each.first_s / each.handshake_s for each in times],
        "first 16 KiB / stock kernel": [each.first_s / stock_s for each, stock_s in beside_stock],
        "any / stock kernel": [each.any_s / stock_s for each, stock_s in beside_stock],
    }


def _claims(results: Results) -> Iterator[Claim]:
    """What was promised, and how much of it is due to the first bytes and not to where connections open."""
    found = ratios(results)
    for name in (_FIRST_BESIDE_ANY, _FIRST_BESIDE_HANDSHAKE):
        yield Claim(
            text=f"page load, {name}, {len(found[name])} samples",
            figure=median(found[name]) if found[name] else None,
            required=1.05,
            least=0.95,
            aimed=1.0,
            unit="",
        )


def _tables(results: Results) -> Iterator[Table]:
    yield Table(
        title="time, s, and the part of the bytes that came by Wi-Fi",
        headings=("", "cellular", "Wi-Fi", "objects", "connections", *_TIME_HEADINGS),
        rows=[_row(results, each) for each in _times(results)],
    )
    yield Table(
        title="ratios of times, sample by sample",
        headings=("", "samples", *_SPREAD_HEADINGS),
        rows=[*_spread_rows(ratios(results))],
    )
    yield Table(
        title=f"{_FIRST_BESIDE_ANY} by kind of sample",
        headings=("", "samples", *_SPREAD_HEADINGS),
        rows=[*_spread_rows(_ratios_by_kind([*_times(results)]))],
    )


_TIME_HEADINGS = ("stock", "any", "handshake", "first", "first / any")


def _row(results: Results, times: _Times) -> tuple[str, ...]:
    def cell(configuration: str, time_s: float | None, name: str) -> str:
        percent = results.median(times.labels, configuration, f"{name}_wifi_percent")
        return "-" if time_s is None or percent is None else f"{time_s:.2f} {percent:3.0f} %"

    stock = cell(FULLMESH.name, times.stock_s, "any")
    times_s = zip(_POLICIES, (times.any_s, times.handshake_s, times.first_s), strict=True)
    ours = [cell(BOTH_ALWAYS.name, time_s, policy) for policy, time_s in times_s]
    return (*times.labels, stock, *ours, f"{times.ratio:.2f}")


_SPREAD_HEADINGS = ("least", "lower quartile", "median", "upper quartile", "most", "median, 95 % sure")


def _spread_rows(found: Mapping[str, Sequence[float]]) -> Iterator[tuple[str, ...]]:
    for name, values in found.items():
        if (spread := distribution(values)) is None:
            continue
        figures = (spread.least, spread.lower_quartile, spread.median, spread.upper_quartile, spread.most)
        sure = median_interval(values)
        words = f"{sure.low:.3f} to {sure.high:.3f}" if sure else "-"
        yield name, f"{len(values)}", *(f"{each:.3f}" for each in figures), words


def _ratios_by_kind(times: Sequence[_Times]) -> Mapping[str, Sequence[float]]:
    def rtt_ms(text: str) -> int:
        return int(text.split()[-2])

    kinds: dict[str, Callable[[Labels], bool]] = {
        "one connection": lambda labels: labels[4] == "one",
        "each object over its own": lambda labels: labels[4] == "each",
        "cellular has the shorter round trip": lambda labels: rtt_ms(labels[1]) < rtt_ms(labels[2]),
        "round trips are equal": lambda labels: rtt_ms(labels[1]) == rtt_ms(labels[2]),
        "cellular has the longer round trip": lambda labels: rtt_ms(labels[1]) > rtt_ms(labels[2]),
    }
    return {name: [each.ratio for each in times if is_of(each.labels)] for name, is_of in kinds.items()}
