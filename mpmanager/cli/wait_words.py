"""Why the data of a connection may wait for as long as it may."""

from mpmanager.api.structures import ConnectionInfo, TrafficInfo
from mpmanager.client.quantities import enumerate_words, format_bytes, format_rate, format_rtt, format_wait
from mpmanager.model.policy import INTENT_NAMES, Intent
from mpmanager.model.socket_options import SocketOption
from mpmanager.model.traffic import TrafficPattern

ASKED_ITSELF = "the program itself asked"

_PATTERN_WORDS = {
    TrafficPattern.UNKNOWN: "too little has passed to tell what it does",
    TrafficPattern.INTERACTIVE: "it sends and gets little at a time",
    TrafficPattern.REQUESTS: "it asks and gets answers",
    TrafficPattern.STREAM: "it streams",
    TrafficPattern.BULK: "it moves as much as goes",
}
_WITHOUT_PAUSES = frozenset({TrafficPattern.STREAM, TrafficPattern.BULK})


def wait_reason(row: ConnectionInfo) -> str:
    """A sentence: how long its data may wait, who says so, and where it is computed, from what."""
    wait = f"Data may wait {format_wait(row.wait_ms)} for another path"
    if SocketOption.EXPIRATION in row.asked:
        return f"{wait}: {ASKED_ITSELF} ({SocketOption.EXPIRATION.value})."
    rule = f"the rule of {row.policy}"
    if row.intent is None:
        return f"{wait}: {rule}."
    if row.intent is not Intent.AUTOMATIC:
        return f"{wait}: {rule} says that it is for {INTENT_NAMES[row.intent]}."
    late = row.expiration
    if late is None or late.pattern is None:
        return f"{wait}, automatic ({rule}): nothing is measured while there is no second path."
    found = _PATTERN_WORDS[late.pattern]
    if late.traffic is None:
        return f"{wait}, automatic ({rule}): {found}."
    numbers = ", ".join(_numbers(late.pattern, late.traffic))
    paths = enumerate_words(_times(late.traffic))
    return f"{wait}, automatic ({rule}): {found}{f' ({numbers})' if numbers else ''}{f'; {paths}' if paths else ''}."


def _numbers(pattern: TrafficPattern, traffic: TrafficInfo) -> list[str]:
    if pattern in _WITHOUT_PAUSES:
        return [format_rate(traffic.rate_bit_s)] if traffic.rate_bit_s else []
    sent, answered = ("requests of", "answers of") if pattern is TrafficPattern.REQUESTS else ("sends", "gets")
    numbers = []
    if traffic.sent_bytes is not None:
        numbers.append(f"{sent} {format_bytes(round(traffic.sent_bytes))}")
    if traffic.received_bytes is not None:
        numbers.append(f"{answered} {format_bytes(round(traffic.received_bytes))}")
    if traffic.pause_s is not None:
        numbers.append(f"pauses of {traffic.pause_s:.1f} s")
    return numbers


def _times(traffic: TrafficInfo) -> list[str]:
    """What the paths take; a helper that is metered is said to be so, as it may matter."""
    times = []
    if traffic.carrier is not None and traffic.carrier_rtt_ms is not None:
        times.append(f"{traffic.carrier} takes {format_rtt(traffic.carrier_rtt_ms)}")
    if traffic.helper is not None and traffic.helper_rtt_ms is not None:
        metered = ", and is metered" if traffic.helper in traffic.metered_helpers else ""
        times.append(f"{traffic.helper} {format_rtt(traffic.helper_rtt_ms)}{metered}")
    return times
