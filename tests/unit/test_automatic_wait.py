"""How long data may wait where that is computed: row by row of the table, and for modelled connections."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpmanager.core.automatic_wait import STEPS_S, AutomaticWait, automatic_wait_s
from mpmanager.core.findings import Happening
from mpmanager.model.expiration import ExpirationState
from mpmanager.model.names import LinkName, Token
from mpmanager.model.path import PathKind, Tier
from mpmanager.model.policy import INTENT_WAITS_S, NEVER, Intent, PairWait
from mpmanager.model.progress import Progress
from mpmanager.model.traffic import PathTimes, TrafficPattern
from unit.transport_model import Laptop, Link, policy

WLAN, WWAN, DSL = (LinkName(name) for name in ("wlan0", "wwan0", "dsl0"))
UNKNOWN, INTERACTIVE, REQUESTS = TrafficPattern.UNKNOWN, TrafficPattern.INTERACTIVE, TrafficPattern.REQUESTS
STREAM, BULK = TrafficPattern.STREAM, TrafficPattern.BULK
AUTOMATIC = replace(policy(INTENT_WAITS_S[Intent.AUTOMATIC]), intent=Intent.AUTOMATIC)


def paths(carrier_rtt_s=0.03, helper_rtt_s=0.02, **others):
    return PathTimes(carrier=WLAN, carrier_rtt_s=carrier_rtt_s, helper=WWAN, helper_rtt_s=helper_rtt_s, **others)


METERED = {"metered_helpers": (WWAN,), "is_every_helper_metered": True}


@pytest.mark.parametrize(
    ("pattern", "measured", "wait_s"),
    [
        (UNKNOWN, None, 0.05),
        (UNKNOWN, paths(), 0.05),
        (UNKNOWN, paths(**METERED), 0.05),
        (INTERACTIVE, None, 0.02),
        (INTERACTIVE, paths(), 0.02),
        (INTERACTIVE, paths(**METERED), 0.02),
        (INTERACTIVE, paths(0.02, 0.06), 0.02),
        (INTERACTIVE, paths(0.02, 0.1), 0.05),
        (INTERACTIVE, paths(0.01, 0.6), 0.3),
        (INTERACTIVE, paths(0.6, 0.01), 0.02),
        (REQUESTS, None, 0.05),
        (REQUESTS, paths(), 0.05),
        (REQUESTS, paths(**METERED), 0.05),
        (REQUESTS, paths(0.02, 0.1), 0.05),
        (REQUESTS, paths(0.02, 0.2), 0.1),
        (REQUESTS, paths(0.02, None), 0.05),
        (REQUESTS, paths(None, 0.6), 0.05),
        (STREAM, None, 0.5),
        (STREAM, paths(), 0.5),
        (STREAM, paths(**METERED), 0.5),
        (STREAM, paths(0.03, 1.6), 1.0),
        (BULK, None, 2.0),
        (BULK, paths(), 2.0),
        (BULK, paths(metered_helpers=(WWAN,)), 2.0),
        (BULK, paths(**METERED), NEVER),
    ],
)
def test_the_table(pattern, measured, wait_s):
    assert automatic_wait_s(pattern, measured) == wait_s


@given(st.sampled_from(TrafficPattern), st.floats(0.0001, 30), st.floats(0.0001, 30))
def test_no_help_comes_later_than_the_data_itself_and_waits_are_steps(pattern, carrier_rtt_s, helper_rtt_s):
    wait_s = automatic_wait_s(pattern, paths(carrier_rtt_s, helper_rtt_s))
    assert wait_s >= (helper_rtt_s - carrier_rtt_s) / 2
    assert wait_s in STEPS_S or wait_s > STEPS_S[-1]


def bulk(wait):
    for number in range(40):
        wait.take(Progress(Token(1), 1000, 1000, 1000 + 100_000 * number), 100.0 + number / 10)
    assert wait.grounds.traffic.pattern is BULK
    return wait


def test_a_big_transfer_is_helped_by_what_costs_nothing_alone():
    wait = bulk(AutomaticWait())
    wait.note_paths(paths(metered_helpers=(WWAN,)))
    found = wait.policy(AUTOMATIC)
    assert (found.wait_s, found.wait_between(WLAN, WWAN), found.wait_between(WLAN, DSL)) == (2.0, NEVER, 2.0)


def test_what_somebody_has_said_of_a_pair_of_paths_counts_first():
    wait = bulk(AutomaticWait())
    wait.note_paths(paths(metered_helpers=(WWAN,)))
    said = replace(AUTOMATIC, pairs=(PairWait(carrier=WLAN, helper=WWAN, wait_s=0.3),))
    assert wait.policy(said).wait_between(WLAN, WWAN) == 0.3


# Modelled connections.


def office(*, helper=PathKind.XDSL, **others):
    """Two paths of 10 Mbit/s; the second helps."""
    laptop = Laptop(
        wlan0=Link(delay_s=0.015, rate_bit_s=10e6),
        wwan0=Link(delay_s=0.01, rate_bit_s=10e6, tier=Tier.WHEN_NEEDED, kind=helper),
        **others,
    )
    connection = laptop.connect(0.05)
    laptop.watch(connection, AUTOMATIC)
    return laptop, connection


def allowed_s(laptop, connection):
    return laptop.core.view(connection.token).allowed_s


def pattern(laptop, connection):
    return laptop.core.view(connection.token).grounds.traffic.pattern


def test_connections_over_the_same_paths_get_the_waits_of_what_they_do():
    laptop, shell = office()
    download = laptop.connect(0.05)
    laptop.watch(download, AUTOMATIC)
    laptop.every(0.5, 8, shell.client.write, 100)
    laptop.every(0.5, 8, shell.server.write, 200)
    laptop.every(0.02, 8, download.server.write, 20_000)
    laptop.run(6)
    assert (pattern(laptop, shell), allowed_s(laptop, shell)) == (INTERACTIVE, 0.02)
    assert (pattern(laptop, download), allowed_s(laptop, download)) == (BULK, 2.0)


def test_what_the_paths_measure_is_told():
    laptop, connection = office(helper=PathKind.LTE)
    laptop.every(0.1, 3, connection.client.write, 1000)
    laptop.run(3)
    found = laptop.core.view(connection.token).grounds.paths
    assert (found.carrier, found.helper, found.metered_helpers) == (WLAN, WWAN, (WWAN,))
    assert 0.03 <= found.carrier_rtt_s < 0.05
    assert 0.02 <= found.helper_rtt_s < 0.05


def test_a_transfer_is_helped_until_it_is_known_as_one_and_never_again_if_the_helper_is_metered():
    laptop, connection = office(helper=PathKind.LTE)
    laptop.every(0.01, 8, connection.client.write, 20_000)
    laptop.run(1)
    assert Happening.OPENED in laptop.happenings()
    laptop.run(2)
    assert (pattern(laptop, connection), allowed_s(laptop, connection)) == (BULK, NEVER)
    before = laptop.happenings(Happening.OPENED)
    laptop.run(5)
    assert laptop.state(connection) is ExpirationState.PRIMARY
    assert laptop.flags(connection) == {"wlan0": False, "wwan0": True}
    assert laptop.happenings(Happening.OPENED) == before


def test_another_rule_takes_the_place_of_a_computed_wait_and_back():
    laptop, connection = office()
    laptop.every(0.3, 6, connection.client.write, 100)
    laptop.run(4)
    assert allowed_s(laptop, connection) == 0.02
    laptop.watch(connection, policy(0.7))
    assert (allowed_s(laptop, connection), laptop.core.view(connection.token).grounds) == (0.7, None)
    laptop.watch(connection, AUTOMATIC)
    assert (allowed_s(laptop, connection), pattern(laptop, connection)) == (0.05, UNKNOWN)


def test_a_rule_that_is_put_in_force_again_forgets_nothing():
    laptop, connection = office()
    laptop.every(0.3, 6, connection.client.write, 100)
    laptop.run(4)
    laptop.watch(connection, replace(AUTOMATIC, pairs=(PairWait(carrier=WWAN, helper=WLAN, wait_s=1.0),)))
    assert allowed_s(laptop, connection) == 0.02
