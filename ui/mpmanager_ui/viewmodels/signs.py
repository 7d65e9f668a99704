"""The colour and the hatch by which a path is known everywhere."""

from collections.abc import Iterable, Mapping, MutableMapping
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
    colour_on_dark: str = ""
    """A lighter one of the same hue where the first is too dark for a dark surface; else empty."""


SIGNS = (
    PathSign(colour="#0072b2", hatch=Hatch.SOLID, colour_on_dark="#2f8fd0"),
    PathSign(colour="#e69f00", hatch=Hatch.RISING),
    PathSign(colour="#009e73", hatch=Hatch.DOTTED),
    PathSign(colour="#cc79a7", hatch=Hatch.FALLING),
    PathSign(colour="#d55e00", hatch=Hatch.HORIZONTAL),
    PathSign(colour="#56b4e9", hatch=Hatch.CROSSED),
    PathSign(colour="#b5a900", hatch=Hatch.VERTICAL),  # their yellow, darkened: it must show on white
    PathSign(colour="#8a8f98", hatch=Hatch.GRID),
)
NOBODYS_SIGN = SIGNS[-1]
"""Of a subflow whose address belongs to no path, and of links that lead to this machine itself."""

KIND_SIGNS = dict(
    zip(
        (
            PathKind.WIFI,
            PathKind.LTE,
            PathKind.XDSL,
            PathKind.ETHERNET,
            PathKind.VPN,
            PathKind.TETHERING,
            PathKind.BLUETOOTH,
            PathKind.VIRTUAL,
        ),
        SIGNS,
        strict=True,
    )
)
"""Each kind's own; a further path of a kind takes one that is free, the rarest kind's first."""

_SPARE_SIGNS = tuple(reversed(SIGNS[:-1]))
_SIGN_OF_HATCH = {sign.hatch.value: sign for sign in SIGNS}


class PathSigns:
    """Gives each path a sign by its kind and keeps it while the kind stays; `memory` outlives the window."""

    def __init__(self, memory: MutableMapping[str, str] | None = None) -> None:
        self._memory: MutableMapping[str, str] = {} if memory is None else memory
        """Path name to kind and hatch: `wifi/solid`."""
        self._signs: dict[str, PathSign] = {}
        self._kinds: dict[str, PathKind] = {}

    def learn(self, paths: Iterable[PathInfo]) -> None:
        """Give a sign to the new ones among these paths and to those that became of another kind."""
        new = [path for path in paths if self._kinds.get(path.name) is not path.kind]
        for path in new:
            self._signs.pop(path.name, None)
        for path in sorted(new, key=lambda each: (self._remembered(each.name, each.kind) is None, each.index)):
            self._give(path.name, path.kind)

    def recall(self, kinds: Mapping[str, PathKind]) -> None:
        """Give a sign to paths of which nothing is known but their kind: those that are gone."""
        for name, kind in kinds.items():
            if name not in self._signs:
                self._give(name, kind)

    def of(self, name: str | None) -> PathSign:
        """The sign of a path; the neutral one for what is no path."""
        return self._signs.get(name or "", NOBODYS_SIGN)

    def _give(self, name: str, kind: PathKind) -> None:
        self._kinds[name] = kind
        self._signs[name] = self._sign_for(name, kind)
        self._memory[name] = f"{kind.value}/{self._signs[name].hatch.value}"

    def _sign_for(self, name: str, kind: PathKind) -> PathSign:
        own = KIND_SIGNS.get(kind)
        if own is NOBODYS_SIGN:
            return own
        wanted = [each for each in (self._remembered(name, kind), own) if each is not None]
        taken = set(self._signs.values())
        return next((each for each in (*wanted, *_SPARE_SIGNS) if each not in taken), NOBODYS_SIGN)

    def _remembered(self, name: str, kind: PathKind) -> PathSign | None:
        """What it had before, unless it was of another kind then."""
        before, _, hatch = self._memory.get(name, "").partition("/")
        return _SIGN_OF_HATCH.get(hatch) if before == kind.value else None
