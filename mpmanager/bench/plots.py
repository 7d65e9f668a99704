"""Pictures of the results. Needs matplotlib (the extra `bench`)."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from mpmanager.bench.measurement import Labels, Measurement, Metric, Results

_WIDTH_INCHES, _HEIGHT_INCHES = 9.0, 3.2
_BAR_GROUP = 0.8
_COLOURS = ("#7f7f7f", "#b0a08c", "#e69f00", "#0072b2", "#56b4e9", "#009e73", "#cc79a7", "#d55e00", "#444444")
"""Told apart by colour-blind people, too."""


def draw(measurement: Measurement, results: Results, directory: Path) -> list[Path]:
    """Draw a measurement into PNG files; which ones."""
    mpl.use("Agg")
    drawn = []
    if any(each.is_shown for each in measurement.metrics):
        drawn.append(_draw_bars(measurement, results, directory))
    if spread := measurement.spread(results):
        drawn.append(_draw_spread(measurement, spread, directory))
    if measurement.series_step_s is not None:
        drawn.append(_draw_series(measurement, results, directory, measurement.series_step_s))
    return drawn


def _draw_bars(measurement: Measurement, results: Results, directory: Path) -> Path:
    """The median of each case and configuration, with a line to the worst run."""
    metrics = [each for each in measurement.metrics if each.is_shown]
    figure, axes = _figure(measurement.title, len(metrics))
    for axis, metric in zip(axes, metrics, strict=True):
        _bars(axis, results, metric)
    return _save(figure, directory / f"{measurement.name}.png")


def _bars(axis: Axes, results: Results, metric: Metric) -> None:
    names, cases = results.configurations, results.labels
    width = _BAR_GROUP / max(1, len(names))
    for number, name in enumerate(names):
        summaries = [results.summary(labels, name, metric.name) for labels in cases]
        known = [(place, each) for place, each in enumerate(summaries) if each and math.isfinite(each.worst)]
        places = [place + (number - (len(names) - 1) / 2) * width for place, _ in known]
        medians = [each.median for _, each in known]
        upwards = [each.worst - each.median for _, each in known]
        errors = [[0.0] * len(upwards), upwards]
        axis.bar(places, medians, width, yerr=errors, label=name, color=_colour(number), capsize=2)
    axis.set_xticks(range(len(cases)), [_words(labels) for labels in cases], fontsize=7)
    axis.set_ylabel(metric.title, fontsize=8)
    axis.legend(fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))


def _draw_spread(measurement: Measurement, spread: Mapping[str, Sequence[float]], directory: Path) -> Path:
    """Each ratio as a point, and the quartiles as a box; what is as long above 1 as below is as much more as less."""
    figure, (axis,) = _figure(measurement.title, 1)
    places = [*range(len(spread), 0, -1)]
    axis.boxplot(list(spread.values()), positions=places, orientation="horizontal", widths=0.5, showfliers=False)
    for number, (place, values) in enumerate(zip(places, spread.values(), strict=True)):
        # Side by side where they are the same, and the same each time.
        heights = [place + 0.4 * (each / max(1, len(values) - 1) - 0.5) for each in range(len(values))]
        axis.plot(values, heights, "o", color=_colour(number + 2), markersize=4, alpha=0.8)
    axis.axvline(1, color="black", linewidth=1)
    axis.set_xscale("log")
    axis.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axis.xaxis.set_minor_formatter(StrMethodFormatter("{x:g}"))
    axis.tick_params(axis="x", which="both", labelsize=7)
    axis.set_yticks(places, list(spread), fontsize=8)
    return _save(figure, directory / f"{measurement.name}-spread.png")


def _draw_series(measurement: Measurement, results: Results, directory: Path, step_s: float) -> Path:
    """The first run of each configuration over time, one panel a case."""
    figure, axes = _figure(f"{measurement.title} (first runs)", len(results.labels))
    for axis, labels in zip(axes, results.labels, strict=True):
        for number, name in enumerate(results.configurations):
            series = next((run.series for run in results.of(labels, name)), ())
            times = [step_s * place for place in range(len(series))]
            axis.plot(times, list(series), label=name, color=_colour(number), linewidth=1)
        axis.set_title(_words(labels), fontsize=8)
        axis.set_ylabel(measurement.series_title, fontsize=8)
        axis.set_xlabel("s", fontsize=8)
        axis.legend(fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))
    return _save(figure, directory / f"{measurement.name}-time.png")


def _figure(title: str, panels: int) -> tuple[Figure, Sequence[Axes]]:
    figure = Figure(figsize=(_WIDTH_INCHES, _HEIGHT_INCHES * max(1, panels)), layout="constrained")
    figure.suptitle(title, fontsize=10)
    return figure, list(figure.subplots(max(1, panels), 1, squeeze=False)[:, 0])


def _colour(number: int) -> str:
    return _COLOURS[number % len(_COLOURS)]


def _words(labels: Labels) -> str:
    return "\n".join(labels)


def _save(figure: Figure, path: Path) -> Path:
    figure.savefig(path, dpi=120)
    return path
