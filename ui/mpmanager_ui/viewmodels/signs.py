"""The colour and the hatch by which a path is known everywhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, unique

from mpmanager.api.structures import PathInfo
from mpmanager.model.path import PathKind


@unique
class Hatch(Enum):
    """The second sign, for whoever does not tell the colours apart."""

    SOLID = "solid"
    RISING = "rising"
    DOTTED = "dotted"
    FALLING = "falling"
    HORIZONTAL = "horizontal"
    CROSSED = "crossed"
    VERTICAL = "vertical"
    GRID = "grid"


@dataclass(frozen=True, slots=True, kw_only=True)
class PathSign:
    """How one path looks."""

    colour: str
    """#rrggbb, of Okabe and Ito's palette (https://jfly.uni-koeln.de/color/)."""
    hatch: Hatch


SIGNS = (
    PathSign(colour="#0072b2", hatch=Hatch.SOLID),
    PathSign(colour="#e69f00", hatch=Hatch.RISING),
    PathSign(colour="#009e73", hatch=Hatch.DOTTED),
    PathSign(colour="#cc79a7", hatch=Hatch.FALLING),
    PathSign(colour="#d55e00", hatch=Hatch.HORIZONTAL),
    PathSign(colour="#56b4e9", hatch=Hatch.CROSSED),
    PathSign(colour="#b5a900", hatch=Hatch.VERTICAL),  # their yellow, darkened: it must show on white
    PathSign(colour="#8a8f98", hatch=Hatch.GRID),
)
NOBODYS_SIGN = SIGNS[-1]
"""Of a subflow whose address belongs to no path."""


class PathSigns:
    """Gives each path name a sign once and never takes it back."""

    def __init__(self) -> None:
        self._signs: dict[str, PathSign] = {}

    def learn(self, paths: Iterable[PathInfo]) -> None:
        """Give the new ones among these paths a sign: links to the world first, then by interface index."""
        for path in sorted(paths, key=lambda each: (each.kind is PathKind.VIRTUAL, each.index)):
            if path.name not in self._signs:
                self._signs[path.name] = SIGNS[min(len(self._signs), len(SIGNS) - 1)]

    def of(self, name: str | None) -> PathSign:
        """The sign of a path; the neutral one for what is no path."""
        return self._signs.get(name or "", NOBODYS_SIGN)
