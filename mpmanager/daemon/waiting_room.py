"""What waits for an answer, kept small: a flood is refused to those who send it, and fills no memory."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from dbus_fast import Variant

MOST_OF_ONE: Final = 256
"""Questions of one client that wait at the same time; programs that mean well ask a few."""
MOST_BYTES: Final = 8 * 1024 * 1024
"""Of all questions that wait."""
LONGEST_BYTES: Final = 64 * 1024
"""Of a question."""
LONGEST_TEXT_BYTES: Final = 1024 * 1024
"""Of one that carries a profile: more than those may have, so that it is said how much they may."""
_QUESTION_BYTES: Final = 1024
"""What any question takes besides: clients that leave at once and come again ask more than `MOST_OF_ONE`."""
_EACH_BYTES: Final = 16
"""What any value takes at least."""


class WaitingRoom:
    """Counts who waits with how much."""

    def __init__(self) -> None:
        self._of_one: Counter[str] = Counter()
        self._bytes = 0

    def refusal(self, sender: str, size: int, *, longest: int) -> str | None:
        """Why a question of this size may not wait, in a sentence; None: it may, `enter` it."""
        if size > longest:
            return f"too long: {longest} bytes are the most that is taken"
        if self._of_one[sender] >= MOST_OF_ONE:
            return f"{MOST_OF_ONE} of your questions wait for their answers already"
        if self._bytes + size + _QUESTION_BYTES > MOST_BYTES:
            return "too many questions wait for their answers; try again in a moment"
        return None

    def enter(self, sender: str, size: int) -> None:
        """It waits from now on."""
        self._of_one[sender] += 1
        self._bytes += size + _QUESTION_BYTES

    def leave(self, sender: str, size: int) -> None:
        """It waits no longer."""
        self._of_one[sender] -= 1
        if not self._of_one[sender]:
            del self._of_one[sender]
        self._bytes -= size + _QUESTION_BYTES


def size_of(values: Iterable[Any], most: int) -> int:
    """About how many bytes they take; beyond `most` nobody counts on."""
    size, left = 0, list(values)
    while left and size <= most:
        value = left.pop()
        size += _EACH_BYTES
        match value:
            case str() | bytes():
                size += len(value)
            case Variant():
                left.append(value.value)
            case dict():
                size += _EACH_BYTES * len(value)
                left += [*value.keys(), *value.values()] if size <= most else []
            case list():
                size += _EACH_BYTES * len(value)
                left += value if size <= most else []
            case _:
                pass
    return size
