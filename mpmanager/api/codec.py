"""Structures as D-Bus dictionaries (a{sv}) and as frames of a stream."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from dbus_fast import Variant
from dbus_fast.unpack import unpack_variants

from mpmanager.api.structures import Frame, Structure
from mpmanager.model.errors import InvalidValueError

StructureT = TypeVar("StructureT", bound=Structure)

LENGTH_BYTES = 4
LARGEST_FRAME_BYTES = 64 * 1024 * 1024

_SCALARS: Mapping[type, str] = {bool: "b", int: "x", float: "d", str: "s"}

_encoder = msgspec.json.Encoder()
_frame_decoder = msgspec.json.Decoder(Frame)


def to_dictionary(structure: Structure) -> dict[str, Variant]:
    """A structure as a{sv}; a field that is None is left out.

    Fields are scalars, lists of strings or of integers, and lists of structures (which become aa{sv}).
    Fields are scalars, lists of strings, structures (which become a{sv}) and lists of them (aa{sv}).
    """
    return _to_variants(msgspec.to_builtins(structure))


def _to_variants(fields: dict[str, Any]) -> dict[str, Variant]:
    return {name: _to_variant(value) for name, value in fields.items() if value is not None}


def _to_variant(value: object) -> Variant:
    signature = _SCALARS.get(type(value))
    if signature is not None:
        return Variant(signature, value)
    match value:
        case dict():
            return Variant("a{sv}", _to_variants(value))
        case [dict(), *_]:
            return Variant("aa{sv}", [_to_variants(each) for each in value])  # type: ignore[arg-type]  # by the pattern
        case list():
            return Variant("ax" if value and isinstance(value[0], int) else "as", value)
        case _:
            raise TypeError(f"no D-Bus type for {value!r}")


def from_dictionary(dictionary: Mapping[str, Variant], kind: type[StructureT]) -> StructureT:
    """The structure in an a{sv}.

    Raises:
        InvalidValueError: names the field that does not fit.
    """
    plain: dict[str, Any] = unpack_variants(dict(dictionary))
    # A dictionary leaves out what is None.
    absent = {each.name: None for each in msgspec.structs.fields(kind) if each.required}
    try:
        return msgspec.convert(absent | plain, kind)
    except msgspec.ValidationError as error:
        raise InvalidValueError(f"{kind.__name__}: {error}") from error


def encode_frame(frame: Frame) -> bytes:
    """A frame with its length in front, ready to be written to a stream."""
    body = _encoder.encode(frame)
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


def decode_frame(body: bytes) -> Frame:
    """The frame in a body without its length.

    Raises:
        InvalidValueError: the bytes are not a frame.
    """
    try:
        return _frame_decoder.decode(body)
    except msgspec.DecodeError as error:
        raise InvalidValueError(f"not a frame: {error}") from error
