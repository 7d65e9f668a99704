"""Why data may wait for as long as it may, in a sentence."""

import pytest
from fake_manager import World
from msgspec.structs import replace

from mpmanager.api.structures import ExpirationInfo, TrafficInfo
from mpmanager.client.wait_words import wait_reason
from mpmanager.model.expiration import ExpirationReason, ExpirationState
from mpmanager.model.policy import Intent
from mpmanager.model.socket_options import SocketOption
from mpmanager.model.traffic import TrafficPattern

NOTHING = TrafficInfo(
    sent_bytes=None,
    received_bytes=None,
    pause_s=None,
    rate_bit_s=0.0,
    carrier=None,
    carrier_rtt_ms=None,
    helper=None,
    helper_rtt_ms=None,
    metered_helpers=[],
)
PATHS = {"carrier": "wlan0", "carrier_rtt_ms": 30.2, "helper": "wwan0", "helper_rtt_ms": 20.4}
PAUSING = {"sent_bytes": 512.3, "received_bytes": 48_123.4, "pause_s": 1.23}


def reason(wait_ms, *, late=None, **changes):
    row = replace(World().advance().connections[0], wait_ms=wait_ms, policy="default", expiration=late, **changes)
    return wait_reason(row)


def doing(pattern, **numbers):
    return ExpirationInfo(
        state=ExpirationState.PRIMARY,
        reason=ExpirationReason.ON_TIME,
        since=0.0,
        path=None,
        helper=None,
        waited_ms=None,
        allowed_ms=50.0,
        pattern=pattern,
        traffic=replace(NOTHING, **numbers),
    )


def test_a_number_is_that_of_its_rule():
    assert reason(50.0) == "Data may wait 50 ms for another path: the rule of default."


def test_there_are_words_for_both_ends_of_the_line():
    never = "Another path helps when nothing else is left, however long data waits: the rule of default."
    assert reason("never") == never
    assert reason(0.0) == "Data need not wait, all paths are used together: the rule of default."


def test_an_intent_is_told():
    said = reason(2000.0, intent=Intent.DOWNLOAD)
    assert said == "Data may wait 2 s for another path: the rule of default says that it is for downloads."


def test_what_the_program_itself_has_asked_comes_first():
    said = reason(35.0, intent=None, asked=[SocketOption.EXPIRATION])
    assert said == "Data may wait 35 ms for another path: the program itself asked (MPTCP_EXPIRATION)."


@pytest.mark.parametrize(
    ("wait_ms", "late", "found"),
    [
        (
            50.0,
            doing(TrafficPattern.REQUESTS, **PAUSING, carrier="wlan0", carrier_rtt_ms=30.2),
            "it asks and gets answers (requests of 512 B, answers of 48.1 kB, pauses of 1.2 s); wlan0 takes 30 ms.",
        ),
        (
            20.0,
            doing(TrafficPattern.INTERACTIVE, **PAUSING | {"received_bytes": 77.0}),
            "it sends and gets little at a time (sends 512 B, gets 77 B, pauses of 1.2 s).",
        ),
        (500.0, doing(TrafficPattern.STREAM, rate_bit_s=3.2e6, **PAUSING), "it streams (3.2 Mbit/s)."),
        (
            2000.0,
            doing(TrafficPattern.BULK, rate_bit_s=9.4e6, metered_helpers=["wwan0"], **PATHS),
            "it moves as much as goes (9.4 Mbit/s); wlan0 takes 30 ms and wwan0 20 ms, and is metered.",
        ),
        (50.0, doing(TrafficPattern.UNKNOWN), "too little has passed to tell what it does."),
        (50.0, None, "nothing is measured while there is no second path."),
    ],
)
def test_what_a_computed_wait_was_computed_from_is_told(wait_ms, late, found):
    wait = "2 s" if wait_ms == 2000 else f"{wait_ms:g} ms"
    said = reason(wait_ms, late=late, intent=Intent.AUTOMATIC)
    assert said == f"Data may wait {wait} for another path, automatic (the rule of default): {found}"


@pytest.mark.parametrize("pattern", TrafficPattern)
def test_there_are_words_for_every_pattern(pattern):
    assert "automatic" in reason(50.0, late=doing(pattern), intent=Intent.AUTOMATIC)
