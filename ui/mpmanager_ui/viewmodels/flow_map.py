"""The flow map: which application uses which path, as ribbons whose width says how much.

A ribbon runs from its application through its path to the internet and has one width all along. Widths are the square
root of rates: what is a thousand times as much is about thirty times as wide, so that the small ones can still be seen.
"""

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto, unique
from itertools import pairwise
from typing import NamedTuple

from mpmanager_ui.viewmodels.live_rows import CARRYING_BIT_S, Record
from mpmanager_ui.viewmodels.quantities import format_rate
from mpmanager_ui.viewmodels.translation import tr, tr_count, tr_number

OTHERS = "\0others"
"""The key of the node that stands for the applications there is no room for."""
ROW_PX = 26
"""Height that an application takes at least, its distance to the next included."""
_GAP_PX = 6
_LEAST_NODE_PX = ROW_PX - _GAP_PX
_LEAST_PATH_PX = 40
_PADDING_PX = 8
"""Of a node above and below its ribbons, together."""
_WIDEST_PX = 28.0
_THINNEST_PX = 1.5
_IDLE_PX = 1.0
_EDGE_PX = 8
_LEGEND_PX = 28
_COLUMN_SHARES = (0.26, 0.2, 0.12)
_COLUMN_LIMITS_PX = ((112, 220), (104, 168), (72, 104))
_STAYING = 3
"""A shown application may fall behind by so many places before another takes its own: rows shall not jump."""
_MOST_ROWS = 12
_SAMPLES_PER_CURVE = 24
_NEAR_PX = 4.0
_SAMPLE_RATES = tuple(10.0**power for power in range(3, 11))


class Flow(NamedTuple):
    """What one application carries over one path."""

    app: Hashable
    name: str
    path: str
    down_bit_s: float
    up_bit_s: float

    @property
    def rate_bit_s(self) -> float:
        """Both directions."""
        return self.down_bit_s + self.up_bit_s


class PathPlace(NamedTuple):
    """A path that has its place on the map, whether it carries or not."""

    name: str
    title: str
    is_usable: bool


class Choice(NamedTuple):
    """What of the map somebody has chosen; None: all."""

    app: Hashable | None = None
    path: str | None = None

    def fits(self, app: Hashable | None, path: str | None) -> bool:
        """Whether something of this application and path belongs to it; None: of any."""
        return (self.app is None or app in {None, self.app}) and (self.path is None or path in {None, self.path})


@unique
class NodeKind(Enum):
    """Which column a node stands in."""

    APPLICATION = auto()
    PATH = auto()
    INTERNET = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class MapNode:
    """A box; lengths in pixels."""

    kind: NodeKind
    key: Hashable
    title: str
    detail: str
    """Its rate, or what there is to say instead."""
    left: float
    top: float
    width: float
    height: float
    is_faint: bool = False
    """Whether it cannot be used, or nothing flows."""

    def holds(self, x: float, y: float) -> bool:
        """Whether a place lies in it."""
        return self.left <= x <= self.left + self.width and self.top <= y <= self.top + self.height


class Point(NamedTuple):
    """A place, in pixels."""

    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ribbon:
    """One application on one path: the middle line of each of its two parts, from left to right."""

    app: Hashable
    path: str
    words: str
    """For a tool tip."""
    rate_bit_s: float
    is_download: bool
    """Whether most of it comes in: from the right."""
    is_idle: bool
    """Whether nothing flows: it is drawn as a hair line."""
    width: float
    parts: tuple[tuple[Point, ...], tuple[Point, ...]]
    """From the application to the path, and on to the internet."""

    def is_near(self, x: float, y: float) -> bool:
        """Whether a place lies on it, or nearly."""
        reach = max(self.width / 2, _NEAR_PX)
        for part in self.parts:
            for one, two in pairwise(part):
                if one.x <= x <= two.x:
                    share = (x - one.x) / (two.x - one.x or 1.0)
                    return abs(one.y + share * (two.y - one.y) - y) <= reach
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that is drawn."""

    nodes: tuple[MapNode, ...] = ()
    ribbons: tuple[Ribbon, ...] = ()
    """The widest first, so that thin ones lie on top."""
    sample_px: float = 0.0
    sample_words: str = ""
    """How wide which rate is."""
    legend: str = ""

    def at(self, x: float, y: float) -> MapNode | Ribbon | None:
        """What lies there."""
        for node in self.nodes:
            if node.holds(x, y):
                return node
        return next((each for each in reversed(self.ribbons) if each.is_near(x, y)), None)

    @property
    def summary(self) -> str:
        """The map in one sentence."""
        carrying = [each for each in self.ribbons if not each.is_idle]
        if not carrying:
            return tr("No application carries anything at the moment.")
        return " ".join(each.words for each in carrying[:5])


def flows_of(applications: Mapping[Hashable, Record]) -> list[Flow]:
    """What the records carry now, one for each application and path, standing by included."""
    flows: list[Flow] = []
    for key, application in applications.items():
        sums: dict[str, list[float]] = {}
        for connection in application.children.values():
            for subflow in connection.children.values():
                values = subflow.values
                if subflow.ended_at is None and values.paths:
                    booked = sums.setdefault(values.paths[0], [0.0, 0.0])
                    booked[0] += values.down_bit_s
                    booked[1] += values.up_bit_s
        name = application.values.name
        flows += [Flow(key, name, path, down, up) for path, (down, up) in sums.items()]
    return flows


@dataclass(slots=True)
class _Column:
    """Nodes of one column while they are laid out."""

    left: float
    width: float
    tops: dict[Hashable, float] = field(default_factory=dict)
    heights: dict[Hashable, float] = field(default_factory=dict)

    def place(self, height: float) -> None:
        """Put them one below the other, all together into the middle."""
        free = height - sum(self.heights.values())
        gap = min(3 * _GAP_PX, max(2.0, free / max(1, len(self.heights))))
        top = _EDGE_PX + max(0.0, (free - gap * (len(self.heights) - 1)) / 2)
        for key, own in self.heights.items():
            self.tops[key] = top
            top += own + gap


class FlowMap:
    """Lays out what flows; which applications have a row and how wide a rate is change as seldom as can be."""

    def __init__(self) -> None:
        self._flows: list[Flow] = []
        self._paths: tuple[PathPlace, ...] = ()
        self._calm: dict[Hashable, float] = {}
        """Rates by application, smoothed: by these they get their rows."""
        self._shown: list[Hashable] = []
        self._unit = 0.0
        """Pixels for the root of one bit/s."""

    def take(self, flows: Iterable[Flow], paths: Iterable[PathPlace]) -> None:
        """Show this from now on."""
        self._flows = list(flows)
        used = {each.path for each in self._flows}
        known = tuple(paths)
        gone = used - {each.name for each in known}
        self._paths = (
            *(each for each in known if each.is_usable or each.name in used),
            *(PathPlace(name, name, is_usable=False) for name in sorted(gone)),
        )
        rates: dict[Hashable, float] = {}
        for flow in self._flows:
            rates[flow.app] = rates.get(flow.app, 0.0) + flow.rate_bit_s
        self._calm = {app: 0.8 * self._calm.get(app, rate) + 0.2 * rate for app, rate in rates.items()}

    def scene(self, width: float, height: float) -> Scene:
        """Everything in its place, in an area of this size in pixels."""
        if not self._flows and not self._paths:
            return Scene()
        room = height - 2 * _EDGE_PX - _LEGEND_PX
        flows = self._bundled(max(1, min(_MOST_ROWS, int(room // ROW_PX))))
        columns = _columns(width)
        self._unit = self._fitting_unit(flows, room)
        self._measure(columns, flows)
        for column in columns:
            column.place(room)
        ribbons = _ribbons(columns, flows, self._titles(), self._unit)
        nodes = self._nodes(columns, flows)
        if not flows:
            return Scene(nodes=nodes, legend=tr("Applications have their places here while they use Multipath TCP"))
        sample = _sample_rate(self._unit)
        return Scene(
            nodes=nodes,
            ribbons=tuple(sorted(ribbons, key=lambda each: -each.width)),
            sample_px=_width(sample, self._unit),
            sample_words=format_rate(sample).replace(tr_number(".0"), ""),
            legend=tr("The width grows with the square root of the rate; dots move the way most bytes go"),
        )

    def _titles(self) -> dict[str, str]:
        return {each.name: each.title for each in self._paths}

    # Who has a row

    def _bundled(self, rows: int) -> list[Flow]:
        """The flows in the order of rows; those of applications without a row are one."""
        places = {each.name: place for place, each in enumerate(self._paths)}
        shown = self._chosen_rows(rows)
        sums: dict[tuple[Hashable, str], Flow] = {}
        others = len(self._calm) - len(shown)
        title = tr_count("and 1 other", "and {count} others", count=others)
        for flow in self._flows:
            own = flow if flow.app in shown else flow._replace(app=OTHERS, name=title)
            old = sums.get((own.app, own.path))
            if old is not None:
                own = own._replace(down_bit_s=own.down_bit_s + old.down_bit_s, up_bit_s=own.up_bit_s + old.up_bit_s)
            sums[own.app, own.path] = own
        return sorted(
            sums.values(), key=lambda each: (each.app == OTHERS, each.name.casefold(), str(each.app), places[each.path])
        )

    def _chosen_rows(self, rows: int) -> set[Hashable]:
        ranked = sorted(self._calm, key=lambda app: (-self._calm[app], str(app)))
        if len(ranked) <= rows:
            self._shown = ranked
            return set(ranked)
        rows = max(1, rows - 1)  # one for the others
        near = set(ranked[: rows + _STAYING])
        staying = [app for app in self._shown if app in near][:rows]
        self._shown = [*staying, *(app for app in ranked if app not in staying)][:rows]
        return set(self._shown)

    # How wide and how high

    def _fitting_unit(self, flows: Sequence[Flow], room: float) -> float:
        """Of the powers of the root of two the largest that fits; the present one if that does hardly less."""
        top = max((each.rate_bit_s for each in flows), default=0.0)
        unit = _ladder(_WIDEST_PX / math.sqrt(max(top, CARRYING_BIT_S)))
        while unit > _ladder(_THINNEST_PX / math.sqrt(max(top, CARRYING_BIT_S))) and not self._fits(flows, unit, room):
            unit /= math.sqrt(2)
        return self._unit if unit / 2 <= self._unit <= unit else unit

    def _fits(self, flows: Sequence[Flow], unit: float, room: float) -> bool:
        """Where not even the bare boxes have room, ribbons that make them no higher fit."""
        return self._needed(flows, unit) <= max(room, self._needed(flows, 0.0))

    def _needed(self, flows: Sequence[Flow], unit: float) -> float:
        """The height of the higher one of the columns of applications and of paths."""
        applications = _heights((each.app, _width(each.rate_bit_s, unit)) for each in flows)
        paths = _heights((each.path, _width(each.rate_bit_s, unit)) for each in flows)
        left = sum(max(_LEAST_NODE_PX, each) + _GAP_PX for each in applications.values())
        middle = sum(max(_LEAST_PATH_PX, paths.get(each.name, 0.0)) + _GAP_PX for each in self._paths)
        return max(left, middle)

    def _measure(self, columns: tuple[_Column, _Column, _Column], flows: Sequence[Flow]) -> None:
        left, middle, right = columns
        wide = [(each, _width(each.rate_bit_s, self._unit)) for each in flows]
        for app, height in _heights((flow.app, width) for flow, width in wide).items():
            left.heights[app] = max(_LEAST_NODE_PX, height)
        paths = _heights((flow.path, width) for flow, width in wide)
        for path in self._paths:
            middle.heights[path.name] = max(_LEAST_PATH_PX, paths.get(path.name, 0.0))
        right.heights[None] = max(2.0 * _LEAST_PATH_PX, sum(width for _, width in wide) + _PADDING_PX)

    def _nodes(self, columns: tuple[_Column, _Column, _Column], flows: Sequence[Flow]) -> tuple[MapNode, ...]:
        left, middle, right = columns
        titles = {each.app: each.name for each in flows}
        applications = [
            _node(NodeKind.APPLICATION, left, app, titles[app], [each for each in flows if each.app == app])
            for app in left.heights
        ]
        paths = [
            _node(
                NodeKind.PATH,
                middle,
                each.name,
                each.title,
                [flow for flow in flows if flow.path == each.name],
                is_usable=each.is_usable,
            )
            for each in self._paths
        ]
        return (*applications, *paths, _node(NodeKind.INTERNET, right, None, tr("Internet"), flows))


def _node(
    kind: NodeKind, column: _Column, key: Hashable, title: str, flows: Sequence[Flow], *, is_usable: bool = True
) -> MapNode:
    rate = sum(each.rate_bit_s for each in flows)
    return MapNode(
        kind=kind,
        key=key,
        title=title,
        detail=format_rate(rate) if rate else tr("quiet") if is_usable else tr("not connected"),
        left=column.left,
        top=column.tops[key],
        width=column.width,
        height=column.heights[key],
        is_faint=not is_usable or not rate,
    )


def _columns(width: float) -> tuple[_Column, _Column, _Column]:
    left, middle, right = (
        min(high, max(low, share * width)) for share, (low, high) in zip(_COLUMN_SHARES, _COLUMN_LIMITS_PX, strict=True)
    )
    inner_left, inner_right = _EDGE_PX + left, width - _EDGE_PX - right
    return (
        _Column(_EDGE_PX, left),
        _Column((inner_left + inner_right - middle) / 2, middle),
        _Column(inner_right, right),
    )


def _ribbons(
    columns: tuple[_Column, _Column, _Column], flows: Sequence[Flow], titles: Mapping[str, str], unit: float
) -> list[Ribbon]:
    """Each takes its place at the edges in the order of rows; at the internet, path by path."""
    left, middle, right = columns
    widths = {each[:3]: _width(each.rate_bit_s, unit) for each in flows}
    at_app = _ends(left, [(each.app, each[:3]) for each in flows], widths)
    at_path = _ends(middle, [(each.path, each[:3]) for each in flows], widths)
    by_path = [each for path in middle.heights for each in flows if each.path == path]
    at_internet = _ends(right, [(None, each[:3]) for each in by_path], widths)
    return [
        Ribbon(
            app=flow.app,
            path=flow.path,
            words=tr(
                "{application} over {path}: {down} down, {up} up.",
                application=flow.name,
                path=titles.get(flow.path, flow.path),
                down=format_rate(flow.down_bit_s),
                up=format_rate(flow.up_bit_s),
            ),
            rate_bit_s=flow.rate_bit_s,
            is_download=flow.down_bit_s >= flow.up_bit_s,
            is_idle=flow.rate_bit_s < CARRYING_BIT_S,
            width=widths[flow[:3]],
            parts=(
                _curve(Point(left.left + left.width, at_app[flow[:3]]), Point(middle.left, at_path[flow[:3]])),
                _curve(Point(middle.left + middle.width, at_path[flow[:3]]), Point(right.left, at_internet[flow[:3]])),
            ),
        )
        for flow in flows
    ]


_Name = tuple[Hashable, str, str]


def _ends(
    column: _Column, order: Sequence[tuple[Hashable, _Name]], widths: Mapping[_Name, float]
) -> dict[_Name, float]:
    """The height of each ribbon's middle at the nodes of a column, the ribbons of a node side by side."""
    totals: dict[Hashable, float] = {}
    for node, name in order:
        totals[node] = totals.get(node, 0.0) + widths[name]
    at = {node: column.tops[node] + (column.heights[node] - total) / 2 for node, total in totals.items()}
    middles = {}
    for node, name in order:
        middles[name] = at[node] + widths[name] / 2
        at[node] += widths[name]
    return middles


def _curve(start: Point, end: Point) -> tuple[Point, ...]:
    """A line that leaves and arrives level: a cubic Bézier curve with both control points in the middle."""
    points = []
    for step in range(_SAMPLES_PER_CURVE + 1):
        t = step / _SAMPLES_PER_CURVE
        s = 1 - t
        x = s**3 * start.x + 1.5 * s * t * (start.x + end.x) + t**3 * end.x
        y = start.y * (s**3 + 3 * s * s * t) + end.y * (t**3 + 3 * s * t * t)
        points.append(Point(x, y))
    return tuple(points)


def _heights(widths: Iterable[tuple[Hashable, float]]) -> dict[Hashable, float]:
    sums: dict[Hashable, float] = {}
    for key, width in widths:
        sums[key] = sums.get(key, _PADDING_PX) + width
    return sums


def _width(rate_bit_s: float, unit: float) -> float:
    return _IDLE_PX if rate_bit_s < CARRYING_BIT_S else max(_THINNEST_PX, unit * math.sqrt(rate_bit_s))


def _ladder(unit: float) -> float:
    """The next power of the root of two below."""
    return float(2.0 ** (math.floor(2 * math.log2(unit)) / 2))


def _sample_rate(unit: float) -> float:
    """A round rate whose ribbon can be drawn beside the words."""
    fitting = [each for each in _SAMPLE_RATES if unit * math.sqrt(each) <= _LEGEND_PX / 2]
    return fitting[-1] if fitting else _SAMPLE_RATES[0]


def place_on(part: Sequence[Point], share: float) -> Point:
    """A place on a ribbon's part, `share` of the way along."""
    position = min(max(share, 0.0), 1.0) * (len(part) - 1)
    index = min(int(position), len(part) - 2)
    rest = position - index
    one, two = part[index], part[index + 1]
    return Point(one.x + rest * (two.x - one.x), one.y + rest * (two.y - one.y))
