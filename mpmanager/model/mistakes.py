"""Words for what is wrong in a file that a person wrote, with the choices there are."""

from collections.abc import Collection
from difflib import get_close_matches


def unknown_key(key: str, keys: Collection[str]) -> str:
    """A key that nothing reads."""
    guess = _guess(key, keys)
    found = f"there is no key {key!r};"
    return f"{found} {guess} Keys: {', '.join(keys)}" if guess else f"{found} keys: {', '.join(keys)}"


def unknown_choice(value: object, choices: Collection[str]) -> str:
    """A value that is none of the possible ones."""
    guess = _guess(str(value), choices)
    return f"{value!r} is none of {', '.join(choices)}" + (f"; {guess}" if guess else "")


def no_text(value: object) -> str:
    """A value of another type where a text is read."""
    return f"{value!r} is no text; write it in quotes"


def _guess(word: str, words: Collection[str]) -> str:
    """A question, or nothing where no word is similar."""
    similar = get_close_matches(word, words, n=1) or [each for each in words if each.lower() == word.lower()]
    return f"did you mean {similar[0]!r}?" if similar else ""
