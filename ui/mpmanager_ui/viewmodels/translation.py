"""All that people read goes through here, so that it can be in their language.

English is both the source and what is shown without a translation. Whole sentences are translated, with `{names}` for
what differs, as languages order their words differently.
"""

from collections.abc import Callable

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
    return tr_literal(one if count == 1 else many, count=count, **values)


def tr_literal(text: str, /, **values: object) -> str:
    """As `tr`, for texts that are collected elsewhere by `tr_later`."""
    translated = _Language.lookup(text)
    return translated.format(**values) if values else translated


def tr_later(text: str, /) -> str:
    """Marks a literal for translation where it is defined; `tr_literal` translates it where it is shown."""
    return text
