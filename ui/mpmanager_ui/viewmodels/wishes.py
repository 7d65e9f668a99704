"""What a person has asked for and no frame has shown yet: it is shown at once and goes back if it is refused."""

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from mpmanager.api.structures import PathInfo, Wait
from mpmanager.model.path import Tier

FRAMES_UNTIL_SHOWN = 3

_Value = TypeVar("_Value")


class Wishes(Generic[_Value]):
    """One wish for each key; the last one counts."""

    def __init__(self) -> None:
        self._wishes: dict[str, _Value] = {}
        self._patience: dict[str, int] = {}
        """Frames that may still come before what the daemon shows counts, once it has agreed."""

    def add(self, key: str, value: _Value) -> None:
        """The person wants that."""
        self._wishes[key] = value
        self._patience.pop(key, None)

    def agree(self, key: str, value: _Value) -> None:
        """The daemon has done it; a frame will tell."""
        if self._is_wanted(key, value):
            self._patience[key] = FRAMES_UNTIL_SHOWN

    def drop_refused(self, key: str, value: _Value) -> None:
        """Unless the daemon has agreed, or something else is wanted by now: what the daemon says counts."""
        if self._is_wanted(key, value) and key not in self._patience:
            del self._wishes[key]

    def settle_by(self, shown: Mapping[str, _Value]) -> None:
        """Forget what a frame shows as done, and what has been agreed to for too long."""
        for key, patience in list(self._patience.items()):
            self._patience[key] = patience - 1
            if patience == 1 or (key in shown and shown[key] == self._wishes[key]):
                del self._patience[key]
                del self._wishes[key]

    def _is_wanted(self, key: str, value: _Value) -> bool:
        return key in self._wishes and self._wishes[key] == value


class TierWishes(Wishes[Tier]):
    """Lanes, by the name of the path."""

    def settle(self, paths: Iterable[PathInfo]) -> None:
        """Forget what these paths, which are the daemon's, show as done."""
        self.settle_by({path.name: path.tier for path in paths})

    def tier_of(self, path: PathInfo) -> Tier:
        """Where the card belongs."""
        return self._wishes.get(path.name, path.tier)


class WaitWishes(Wishes[Wait | None]):
    """Waits, by the selector of the rule; None leaves it to the rules that are less specific."""

    def __contains__(self, selector: str | None) -> bool:
        return selector in self._wishes

    def wait_of(self, selector: str) -> Wait | None:
        """What is wanted there; ask only for what is contained."""
        return self._wishes[selector]
