"""Why the data of a connection may wait for as long as it may."""

from mpmanager.api.structures import ConnectionInfo, ExpirationInfo, TrafficInfo, Wait
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
    return f"{_allowance(row.wait_ms)}{_who_says(row)}.".replace("\N{NO-BREAK SPACE}", " ")


def _allowance(wait_ms: Wait) -> str:
    match wait_ms:
        case "never":
            return "Another path helps when nothing else is left, however long data waits"
        case 0:
            return "Data need not wait, all paths are used together"
        case _:
            return f"Data may wait {format_wait(wait_ms)} for another path"


def _who_says(row: ConnectionInfo) -> str:
    if SocketOption.EXPIRATION in row.asked:
        return f": {ASKED_ITSELF} ({SocketOption.EXPIRATION.value})"
    rule = f"the rule of {row.policy}"
    if row.intent is None:
        return f": {rule}"
    if row.intent is Intent.AUTOMATIC:
        return f", automatic ({rule}): {_grounds(row.expiration)}"
    return f": {rule} says that it is for {INTENT_NAMES[row.intent]}"


def _grounds(late: ExpirationInfo | None) -> str:
    if late is None or late.pattern is None or late.traffic is None:
        return "nothing is measured while there is no second path"
    numbers = ", ".join(_numbers(late.pattern, late.traffic))
    paths = enumerate_words(_times(late.traffic))
    return f"{_PATTERN_WORDS[late.pattern]}{f' ({numbers})' if numbers else ''}{f'; {paths}' if paths else ''}"


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
