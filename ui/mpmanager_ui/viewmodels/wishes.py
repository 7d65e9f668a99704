"""What a person asked for and the daemon has not shown yet: it counts at once, so that nothing jumps back and forth."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Generic, TypeVar

from mpmanager.api.structures import PathInfo
from mpmanager.model.path import Tier

FRAMES_UNTIL_SHOWN = 3
WishT = TypeVar("WishT")


class Wishes(ABC, Generic[WishT]):
    """One wish for each path at most, the last."""

    def __init__(self) -> None:
        self._wishes: dict[str, WishT] = {}
        self._patience: dict[str, int] = {}
        """Frames that may still come before what the daemon shows counts, once it has agreed."""

    @abstractmethod
    def is_shown(self, wish: WishT, path: PathInfo) -> bool:
        """Whether the daemon shows this path as it was wanted."""

    def add(self, path: str, wish: WishT) -> None:
        """The person wants that of that path."""
        self._wishes[path] = wish
        self._patience.pop(path, None)

    def agree(self, path: str, wish: WishT) -> None:
        """The daemon has done it; a frame will tell."""
        if self._wishes.get(path) == wish:
            self._patience[path] = FRAMES_UNTIL_SHOWN

    def drop_refused(self, path: str, wish: WishT) -> None:
        """Unless the daemon has agreed, or something else is wanted by now: what the daemon says counts."""
        if self._wishes.get(path) == wish and path not in self._patience:
            del self._wishes[path]

    def settle(self, paths: Iterable[PathInfo]) -> None:
        """Forget the wishes that these paths, a new frame's, show as done."""
        shown = {path.name: path for path in paths}
        for name, patience in list(self._patience.items()):
            self._patience[name] = patience - 1
            path = shown.get(name)
            if patience == 1 or (path is not None and self.is_shown(self._wishes[name], path)):
                del self._patience[name]
                del self._wishes[name]

    def wish_for(self, path: str) -> WishT | None:
        """What was asked for and is not shown yet."""
        return self._wishes.get(path)


class TierWishes(Wishes[Tier]):
    """When a path may be used."""

    def is_shown(self, wish: Tier, path: PathInfo) -> bool:
        """Whether its card is in that lane, or would be if its cap were not reached."""
        return (path.tier_without_cap or path.tier) is wish

    def tier_of(self, path: PathInfo) -> Tier:
        """Where the card belongs."""
        return self.wish_for(path.name) or path.tier
