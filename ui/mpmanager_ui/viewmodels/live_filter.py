"""The filter of the Live page, as text: `app:curl path:wlan0 state:late host:203.0.113 words`.

All conditions have to be met, each by a row itself, by one above or by one below; of several with the same key one is
enough. Values with spaces stand in quotes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum, unique
from typing import NamedTuple

from mpmanager_ui.viewmodels.live_rows import Record, RowKind, RowState, Values


@unique
class FilterKey(StrEnum):
    """What a condition can be about."""

    APP = "app"
    PATH = "path"
    STATE = "state"
    HOST = "host"


LATE = "late"
"""Every state that late data leads to."""
_LATE_STATES = frozenset(
    {
        RowState.FAILED_OVER,
        RowState.SUSPECT,
        RowState.PROBING,
        RowState.STEERED,
        RowState.HELPED,
        RowState.STANDING_IN,
        RowState.HELPING,
        RowState.AVOIDED,
        RowState.LEFT,
    }
)
_SPACE, _QUOTE, _COLON = " ", '"', ":"


class Condition(NamedTuple):
    """One of them; without a key any text of a row counts."""

    key: FilterKey | None
    values: tuple[str, ...]
    """In small letters; one is enough."""


Titles = Mapping[str, str]


class LiveFilter:
    """What a text asks for."""

    def __init__(self, text: str = "", titles: Titles | None = None) -> None:
        self.conditions = conditions_of(text)
        self.titles = titles or {}
        self.full = (1 << len(self.conditions)) - 1
        """One bit for each condition: all are met."""

    def met_by(self, record: Record) -> int:
        """The bits of the conditions that a row meets itself."""
        met = 0
        for place, condition in enumerate(self.conditions):
            test = _TESTS[condition.key]
            if any(test(record, value, self.titles) for value in condition.values):
                met |= 1 << place
        return met


def conditions_of(text: str) -> tuple[Condition, ...]:
    """The conditions in a text; those with the same key are one."""
    keyed: dict[FilterKey, list[str]] = {}
    words: list[Condition] = []
    for token in tokens_of(text):
        key, value = _split(token)
        if key is None:
            words.append(Condition(None, (value,)))
        elif value:
            keyed.setdefault(key, []).append(value)
    return (*(Condition(key, tuple(values)) for key, values in keyed.items()), *words)


def tokens_of(text: str) -> list[str]:
    """The parts between spaces, with what stands in quotes kept together and the quotes taken away."""
    tokens, token, is_quoted = [], "", False
    for sign in text.strip():
        if sign == _QUOTE:
            is_quoted = not is_quoted
        elif sign == _SPACE and not is_quoted:
            tokens.append(token)
            token = ""
        else:
            token += sign
    tokens.append(token)
    return [each for each in tokens if each]


def written(key: FilterKey, value: str) -> str:
    """A condition as it stands in a text."""
    return f'{key}:"{value}"' if _SPACE in value else f"{key}:{value}"


def with_condition(text: str, key: FilterKey, value: str) -> str:
    """The text with this condition in the place of those with the same key."""
    kept = [_rewritten(token) for token in tokens_of(text) if _split(token)[0] is not key]
    return _SPACE.join([*kept, written(key, value)])


def without_keys(text: str, keys: Iterable[FilterKey]) -> str:
    """The text without the conditions that have these keys."""
    left_out = set(keys)
    return _SPACE.join(_rewritten(token) for token in tokens_of(text) if _split(token)[0] not in left_out)


def value_of(text: str, key: FilterKey) -> str | None:
    """What a text says under a key, in small letters; None where nothing or more than one thing is said."""
    values = [value for found, value in map(_split, tokens_of(text)) if found is key]
    return values[0] if len(values) == 1 else None


def _rewritten(token: str) -> str:
    key, _colon, value = token.partition(_COLON)
    if _split(token)[0] is None:
        return f'"{token}"' if _SPACE in token else token
    return written(FilterKey(key.casefold()), value)


def _split(token: str) -> tuple[FilterKey | None, str]:
    key, colon, value = token.casefold().partition(_COLON)
    return (FilterKey(key), value) if colon and key in set(FilterKey) else (None, token.casefold())


# What meets which condition


def _is_of_application(record: Record, value: str, _titles: Titles) -> bool:
    return record.values.kind is RowKind.APPLICATION and value in record.values.name.casefold()


def _is_on_path(record: Record, value: str, titles: Titles) -> bool:
    """Subflows know their paths; a connection only where nothing is known of its subflows."""
    values = record.values
    if record.children or values.kind is RowKind.APPLICATION:
        return False
    return any(value == path.casefold() or value in titles.get(path, "").casefold() for path in values.paths)


def _is_in_state(record: Record, value: str, _titles: Titles) -> bool:
    state = record.values.state
    return (value == LATE and state in _LATE_STATES) or value in {state.value, word_of(state)}


def _leads_to(record: Record, value: str, _titles: Titles) -> bool:
    return record.values.kind is RowKind.CONNECTION and value in record.values.name.casefold()


def _says(record: Record, value: str, titles: Titles) -> bool:
    return value in _text_of(record.values, titles)


def _text_of(values: Values, titles: Titles) -> str:
    words = [values.name, values.detail, values.state.value]
    words += [f"{path} {titles.get(path, '')}" for path in values.paths]
    return " ".join(words).casefold()


_TESTS: Mapping[FilterKey | None, Callable[[Record, str, Titles], bool]] = {
    FilterKey.APP: _is_of_application,
    FilterKey.PATH: _is_on_path,
    FilterKey.STATE: _is_in_state,
    FilterKey.HOST: _leads_to,
    None: _says,
}


# Completion


class Known(NamedTuple):
    """What there is to choose from."""

    apps: Sequence[str] = ()
    paths: Sequence[str] = ()
    hosts: Sequence[str] = ()


def word_of(state: RowState) -> str:
    """A state in a filter: without a space."""
    return state.value.replace(_SPACE, "-")


def completions(text: str, known: Known) -> list[str]:
    """Whole texts that go on where this one stops: keys, then their values."""
    start = _last_start(text)
    begun = text[start:]
    key, colon, value = begun.partition(_COLON)
    if not colon:
        return [f"{text[:start]}{each}:" for each in FilterKey if begun and each.startswith(begun.casefold())]
    if key.casefold() not in set(FilterKey):
        return []
    wanted = value.strip(_QUOTE).casefold()
    found = FilterKey(key.casefold())
    values = sorted({each for each in _values(found, known) if wanted in each.casefold()}, key=str.casefold)
    return [f"{text[:start]}{written(found, each)}" for each in values if each.casefold() != wanted]


def _last_start(text: str) -> int:
    """Where the last part begins."""
    start, is_quoted = 0, False
    for place, sign in enumerate(text):
        if sign == _QUOTE:
            is_quoted = not is_quoted
        elif sign == _SPACE and not is_quoted:
            start = place + 1
    return start


def _values(key: FilterKey, known: Known) -> Iterable[str]:
    match key:
        case FilterKey.APP:
            return known.apps
        case FilterKey.PATH:
            return known.paths
        case FilterKey.HOST:
            return known.hosts
        case FilterKey.STATE:
            return (LATE, *map(word_of, RowState))
