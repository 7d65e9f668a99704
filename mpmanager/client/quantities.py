"""Numbers as people read them: decimal units, one decimal, a dash for what is not known."""

from collections.abc import Sequence

from mpmanager.api.structures import Wait

NOT_KNOWN = "—"
_SPACE = "\N{NO-BREAK SPACE}"
_THOUSAND = 1000.0
_RATE_UNITS = ("bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s")
_BYTE_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
_MINUTE_S = 60
_HOUR_S = 3600


def format_rate(rate_bit_s: float) -> str:
    """Bits per second, such as `12.3 Mbit/s`."""
    return _scaled(rate_bit_s, _RATE_UNITS)


def format_bytes(count: int) -> str:
    """A number of bytes, such as `4.2 MB` (decimal units)."""
    return _scaled(count, _BYTE_UNITS)


def format_rtt(rtt_ms: float | None) -> str:
    """A round-trip time; a dash when it was not measured."""
    if rtt_ms is None:
        return NOT_KNOWN
    digits = 1 if rtt_ms < 10 else 0  # noqa: PLR2004  # two digits say enough either way
    return f"{rtt_ms:.{digits}f}{_SPACE}ms"


def format_wait(wait_ms: Wait) -> str:
    """How long data may wait: `50 ms`, `1.5 s`, `never`, or `pool everything` where it need not wait at all."""
    if isinstance(wait_ms, str):
        return wait_ms
    if not wait_ms:
        return "pool everything"
    number, unit = (wait_ms, "ms") if wait_ms < _THOUSAND else (wait_ms / _THOUSAND, "s")
    return f"{number:g}{_SPACE}{unit}"


def format_ago(seconds: float) -> str:
    """How long ago, in the largest unit that fits."""
    if seconds < _MINUTE_S:
        return f"{max(0, round(seconds))}{_SPACE}s ago"
    if seconds < _HOUR_S:
        return f"{int(seconds // _MINUTE_S)}{_SPACE}min ago"
    return f"{int(seconds // _HOUR_S)}{_SPACE}h ago"


def count_of(number: int, word: str, plural: str | None = None) -> str:
    """A number with its noun: `1 path`, `3 paths`."""
    return f"{number:,}{_SPACE}{word if number == 1 else plural or word + 's'}"


def enumerate_words(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(words) < 2:  # noqa: PLR2004  # one word needs no "and"
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _scaled(value: float, units: Sequence[str]) -> str:
    index = 0
    while value >= _THOUSAND - 0.05 and index < len(units) - 1:
        value /= _THOUSAND
        index += 1
    digits = 0 if index == 0 else 1
    return f"{value:.{digits}f}{_SPACE}{units[index]}"
