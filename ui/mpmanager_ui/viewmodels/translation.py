"""All that people read goes through here, so that it can be in their language.

English is both the source and what is shown without a translation. Whole sentences are translated, with `{names}` for
what differs, as languages order their words differently.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

CONTEXT = "mpmanager"
"""Of all texts, in the words of Qt Linguist."""

Lookup = Callable[[str], str]
"""The translation of an English text, or that text itself."""


def _english(text: str) -> str:
    return text


class _Language:
    lookup: Lookup = staticmethod(_english)


def speak(lookup: Lookup | None) -> None:
    """Translate all texts from now on in this way; None: not at all."""
    _Language.lookup = staticmethod(lookup or _english)


def tr(text: str, /, **values: object) -> str:
    """A text in the user's language, with values in the place of their `{names}`.

    The text has to be a literal: packaging/translations.py finds it in the source.
    """
    return tr_literal(text, **values)


def tr_count(one: str, many: str, /, count: float, **values: object) -> str:
    """As `tr`, of the text for one or for any other number; `{count}` stands for the number.

    Both have to be literals.
    """
    translated = _Language.lookup(one if count == 1 else many).replace("{count} ", "{count}\N{NO-BREAK SPACE}")
    return translated.format(count=tr_number(f"{count:,}"), **values)


def tr_number(number: str, /) -> str:
    """A number such as `1,234.5` with the marks of the user's language."""
    return number.translate({ord(","): tr(","), ord("."): tr(".")})


def tr_literal(text: str, /, **values: object) -> str:
    """As `tr`, for texts that are collected elsewhere by `tr_later`."""
    translated = _Language.lookup(text)
    return translated.format(**values) if values else translated


def tr_later(text: str, /) -> str:
    """Marks a literal for translation where it is defined; `tr_literal` translates it where it is shown."""
    return text


_Key = TypeVar("_Key")


class Spoken(Mapping[_Key, str]):
    """A table of texts that come out in the user's language; its texts are marked by `tr_later`."""

    def __init__(self, texts: Mapping[_Key, str]) -> None:
        self._texts = dict(texts)

    def __getitem__(self, key: _Key) -> str:
        return tr_literal(self._texts[key])

    def __iter__(self) -> Iterator[_Key]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


def labelled(what: str, words: str) -> str:
    """`what: words`."""
    return tr("{what}: {words}", what=what, words=words)


def joined(clauses: Iterable[str]) -> str:
    """`one clause; another`."""
    return tr("; ").join(clauses)


def enumerated(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(words) < 2:  # noqa: PLR2004  # one word needs no "and"
        return "".join(words)
    return tr("{words} and {last}", words=", ".join(words[:-1]), last=words[-1])
