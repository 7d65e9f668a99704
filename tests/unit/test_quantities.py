"""Numbers as people read them."""

import pytest

from mpmanager.client.quantities import (
    count_of,
    enumerate_words,
    format_bytes,
    format_rate,
    format_rtt,
)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (0, "0 bit/s"),
        (999, "999 bit/s"),
        (1000, "1.0 kbit/s"),
        (12_345_678, "12.3 Mbit/s"),
        (999_960, "1.0 Mbit/s"),
        (2.5e9, "2.5 Gbit/s"),
    ],
)
def test_a_rate_has_one_decimal_and_the_largest_unit(rate, text):
    assert plain(format_rate(rate)) == text


def test_bytes_are_decimal():
    assert plain(format_bytes(4_200_000)) == "4.2 MB"


def test_what_was_not_measured_is_a_dash():
    assert format_rtt(None) == "—"


def test_a_small_round_trip_keeps_a_decimal():
    assert [plain(format_rtt(each)) for each in (4.21, 30.4)] == ["4.2 ms", "30 ms"]


def test_words_are_enumerated():
    assert [enumerate_words(each) for each in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_a_count_agrees_with_its_noun():
    assert [plain(count_of(each, "path")) for each in (0, 1, 2000)] == ["0 paths", "1 path", "2,000 paths"]
