"""Errors under their names on the wire."""

from collections.abc import Iterator

from mpmanager.api.contract import ERROR_PREFIX
from mpmanager.model.errors import CommandRefusedError, MpmanagerError


def _tree(kind: type[MpmanagerError]) -> Iterator[type[MpmanagerError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _tree(child)


def wire_name(error: MpmanagerError) -> str:
    """The D-Bus name of an error."""
    return ERROR_PREFIX + error.code


def from_wire(name: str, sentence: str) -> MpmanagerError:
    """The error behind a D-Bus name; an unknown one becomes a plain `MpmanagerError`."""
    code = name.removeprefix(ERROR_PREFIX)
    for kind in _tree(MpmanagerError):
        if kind.code == code and not issubclass(kind, CommandRefusedError):
            return kind(sentence)
    return MpmanagerError(sentence if name.startswith(ERROR_PREFIX) else f"{name}: {sentence}")
