"""What a connection may do on untrusted paths, and how far that holds."""

from itertools import product

import pytest

from mpmanager.core.first_bytes import FirstBytes, Passed
from mpmanager.core.protection import Opening, Progress, protection_of
from mpmanager.model.policy import TrustPolicy
from mpmanager.model.progress import Progress as StreamProgress
from mpmanager.model.protection import COVERAGE_WORDS, Coverage, CoverageReason
from mpmanager.model.trust import Hold

ON_TRUSTED = Opening(is_on_trusted=True, had_trusted=True)
ELSEWHERE = Opening(is_on_trusted=False, had_trusted=True)
LET_GO = Opening(is_on_trusted=False, had_trusted=False)
ACCEPTED = Opening(is_on_trusted=False, had_trusted=True, is_server_side=True)
DEMANDS = ["any", "handshake", "handshake-strict", "first:100", "first-strict:100", "only"]


def found(wanted, held, opening=ON_TRUSTED, **progress):
    held = None if held is None else TrustPolicy.parse(held)
    return protection_of(TrustPolicy.parse(wanted), held, opening, Progress(**progress))


def verdict(*arguments, **progress):
    protection = found(*arguments, **progress)
    return protection.coverage, protection.reason


@pytest.mark.parametrize("demand", DEMANDS[1:])
def test_what_the_kernel_holds_as_demanded_is_enforced(demand):
    assert verdict(demand, demand) == (Coverage.ENFORCED, CoverageReason.KERNEL)


@pytest.mark.parametrize(("wanted", "held"), [("only", "handshake"), ("first:100", "any"), ("handshake", "any")])
def test_what_the_kernel_holds_less_than_demanded_is_best_effort(wanted, held):
    assert verdict(wanted, held) == (Coverage.BEST_EFFORT, CoverageReason.SHARED_CGROUP)


def test_what_the_kernel_holds_beyond_a_rule_is_what_is_demanded():
    protection = found("any", "only")
    assert (str(protection.demand), protection.coverage, protection.hold) == ("only", Coverage.ENFORCED, Hold.FENCED)


@pytest.mark.parametrize(
    ("demand", "coverage"),
    [
        ("any", Coverage.ENFORCED),
        ("handshake", Coverage.NOT_POSSIBLE),
        ("first:100", Coverage.BEST_EFFORT),
        ("only", Coverage.BEST_EFFORT),
    ],
)
def test_without_a_kernel_that_holds_anything_nothing_is_said_to_be_enforced(demand, coverage):
    reason = CoverageReason.NOTHING_DEMANDED if demand == "any" else CoverageReason.MACHINE
    assert verdict(demand, None) == (coverage, reason)


@pytest.mark.parametrize(
    ("opening", "reason"),
    [
        (ELSEWHERE, CoverageReason.OPENED_UNTRUSTED),
        (LET_GO, CoverageReason.NO_TRUSTED_PATH),
        (ACCEPTED, CoverageReason.PEER_OPENED),
    ],
)
@pytest.mark.parametrize("demand", ["handshake", "first:100"])
def test_a_key_that_was_shown_is_not_said_to_be_protected(demand, opening, reason):
    assert verdict(demand, demand, opening) == (Coverage.NOT_POSSIBLE, reason)


@pytest.mark.parametrize("opening", [ON_TRUSTED, ELSEWHERE, LET_GO])
def test_plain_tcp_has_no_key(opening):
    assert verdict("handshake", "handshake", opening, is_fallback=True) == (
        Coverage.ENFORCED,
        CoverageReason.PLAIN_TCP,
    )


def test_first_bytes_of_plain_tcp_that_left_elsewhere_are_not_said_to_be_protected():
    assert verdict("first:100", "first:100", LET_GO, is_fallback=True)[0] is Coverage.NOT_POSSIBLE


@pytest.mark.parametrize(("demand", "held"), list(product(DEMANDS[:3], DEMANDS[:3])))
def test_a_handshake_holds_nothing_back_once_it_is_over(demand, held):
    assert found(demand, held).hold is Hold.FREE


@pytest.mark.parametrize(
    ("opening", "progress", "hold"),
    [
        (ON_TRUSTED, {}, Hold.STANDBY),
        (ON_TRUSTED, {"has_sent": True}, Hold.STANDBY),
        (ON_TRUSTED, {"has_received": True}, Hold.RECEIVING),
        (ON_TRUSTED, {"has_received": True, "has_sent": True}, Hold.FREE),
        (ON_TRUSTED, {"is_fallback": True}, Hold.FREE),
        (LET_GO, {}, Hold.FREE),
        (ON_TRUSTED, {"has_received": True, "has_sent": True, "is_in_section": True}, Hold.TRUSTED),
    ],
)
def test_first_bytes_have_others_stand_by_until_they_have_passed(opening, progress, hold):
    assert found("first:100", "first:100", opening, **progress).hold is hold


@pytest.mark.parametrize("opening", [ON_TRUSTED, ELSEWHERE, LET_GO, ACCEPTED])
def test_only_has_nothing_elsewhere_however_it_began(opening):
    assert found("only", "only", opening, has_sent=True).hold is Hold.FENCED
    assert found("only", "handshake", opening, has_sent=True).hold is Hold.TRUSTED
    assert found("only", None, opening).hold is Hold.TRUSTED


@pytest.mark.parametrize("held", [None, "handshake"])
def test_where_the_kernel_counts_nothing_both_directions_wait_for_each_other(held):
    assert found("first:100", held, has_received=True).hold is Hold.STANDBY


def test_every_reason_has_words():
    assert COVERAGE_WORDS.keys() == set(CoverageReason)


def stream(up, down):
    """Sequence numbers begin anywhere."""
    return StreamProgress(token=1, write_seq=9000 + up, snd_una=5000 + up, rcv_nxt=7000 + down)


def test_first_bytes_are_counted_in_each_direction_from_what_was_there():
    count = FirstBytes(limit=100, tx_bytes=30, rx_bytes=0)
    assert count.take(stream(0, 0))
    assert not count.take(stream(0, 0))
    assert count.take(stream(69, 99))
    assert count.passed == Passed(up=False, down=False)
    count.take(stream(70, 100))
    assert count.passed == Passed(up=True, down=True)
