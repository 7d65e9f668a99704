"""Quantities as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpmanager.lab.units import Duration, Quantity, Rate, Share, Size


@pytest.mark.parametrize(
    ("kind", "text", "number"),
    [
        (Rate, "10mbit", 10e6),
        (Rate, "1.5 Mbit", 1.5e6),
        (Rate, "64kbit", 64e3),
        (Duration, "30ms", 0.03),
        (Duration, "250us", 250e-6),
        (Duration, "2min", 120),
        (Share, "1%", 0.01),
        (Share, "100%", 1),
        (Size, "64kB", 64_000),
        (Size, "64KiB", 65_536),
        (Size, "20M", 20_000_000),
    ],
)
def test_a_quantity_is_a_number_with_its_unit(kind: type[Quantity], text: str, number: float) -> None:
    assert kind.parse(text) == pytest.approx(number)


@pytest.mark.parametrize(
    ("kind", "text"),
    [(Rate, "fast"), (Rate, "-1mbit"), (Duration, "30mbit"), (Size, "1e3kB"), (Share, ""), (Size, "MB")],
)
def test_anything_else_is_refused_with_an_example(kind: type[Quantity], text: str) -> None:
    with pytest.raises(ValueError, match=f"is not a {kind.__name__.lower()} such as '{kind.EXAMPLE}'"):
        kind.parse(text)


def test_a_number_without_a_unit_is_shown_with_one() -> None:
    with pytest.raises(ValueError, match=r"'5' has no unit; write '5mbit' \(units: bit, kbit, mbit, gbit\)"):
        Rate.parse("5")


def test_a_share_is_no_more_than_the_whole() -> None:
    with pytest.raises(ValueError, match="more than 100%"):
        Share.parse("101%")


@given(st.sampled_from([Rate, Duration, Size]), st.decimals(0, 10_000, places=3))
def test_the_text_of_a_quantity_parses_to_the_same_number(kind: type[Quantity], number: object) -> None:
    quantity = kind.parse(f"{number}{next(iter(kind.UNITS))}")
    assert kind.parse(str(quantity)) == quantity
