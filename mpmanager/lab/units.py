"""Quantities as people write them: `10mbit`, `30ms`, `1%`, `64kB`."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Self

_QUANTITY = re.compile(r"\s*(?P<number>\d+(\.\d+)?)\s*(?P<unit>[A-Za-zµ%]*)\s*")


class Quantity(float):
    """A number of one unit. Made from text by `parse`; `str` gives text that parses to the same number."""

    UNITS: Mapping[str, float] = MappingProxyType({})
    """Factor of each unit in lower case, the base unit first."""
    EXAMPLE = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """The quantity in a text.

        Raises:
            ValueError: not a number with a unit of this kind; the sentence gives an example.
        """
        match = _QUANTITY.fullmatch(text)
        factor = cls.UNITS.get(match["unit"].lower()) if match else None
        if match is not None and not match["unit"]:
            raise ValueError(cls.no_unit(text, match["number"]))
        if match is None or factor is None:
            raise ValueError(f"{text!r} is not a {cls.__name__.lower()} such as {cls.EXAMPLE!r}")
        return cls(float(match["number"]) * factor)

    @classmethod
    def no_unit(cls, given: object, number: object) -> str:
        """What to say of a number without a unit."""
        unit = cls.EXAMPLE.lstrip("0123456789.")
        return f"{given!r} has no unit; write '{number}{unit}' (units: {', '.join(cls.UNITS)})"

    def __str__(self) -> str:
        unit, factor = next(iter(self.UNITS.items()))
        number = float(self) / factor
        return f"{int(number) if number.is_integer() else format(number, '.15f').rstrip('0')}{unit}"


class Rate(Quantity):
    """Bits per second."""

    UNITS = MappingProxyType({"bit": 1.0, "kbit": 1e3, "mbit": 1e6, "gbit": 1e9})
    EXAMPLE = "10mbit"


class Duration(Quantity):
    """Seconds."""

    UNITS = MappingProxyType(
        {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
    )
    EXAMPLE = "30ms"


class Share(Quantity):
    """A part of a whole, 0 to 1."""

    UNITS = MappingProxyType({"%": 0.01})
    EXAMPLE = "1.5%"

    @classmethod
    def parse(cls, text: str) -> Self:
        share = super().parse(text)
        if share > 1:
            raise ValueError(f"{text!r} is more than 100%")
        return share


class Size(Quantity):
    """Bytes; 1 kB is 1000 bytes, 1 KiB is 1024."""

    UNITS = MappingProxyType(
        {"b": 1.0, "kb": 1e3, "mb": 1e6, "gb": 1e9, "kib": 1024.0, "mib": 1024.0**2} | {"k": 1e3, "m": 1e6, "g": 1e9}
    )
    EXAMPLE = "64kB"
