"""Numbers with their units, with the marks and words of the user's language."""

from mpmanager.api.structures import Wait
from mpmanager.client import quantities
from mpmanager_ui.viewmodels.translation import tr, tr_number

NOT_KNOWN = quantities.NOT_KNOWN


def format_rate(rate_bit_s: float) -> str:
    """Bits per second, such as `12.3 Mbit/s`."""
    return tr_number(quantities.format_rate(rate_bit_s))


def format_bytes(count: int) -> str:
    """A number of bytes, such as `4.2 MB` (decimal units)."""
    return tr_number(quantities.format_bytes(count))


def format_rtt(rtt_ms: float | None) -> str:
    """A round-trip time; a dash when it was not measured."""
    return tr_number(quantities.format_rtt(rtt_ms))


def format_wait(wait_ms: Wait) -> str:
    """How long data may wait: `50 ms`, `1.5 s`, `never`, or `pool everything` where it need not wait at all."""
    if isinstance(wait_ms, str):
        return tr("never")
    return tr_number(quantities.format_wait(wait_ms)) if wait_ms else tr("pool everything")
