"""What a connection's hold does to its subflows: path 1 is trusted, path 2 is not."""

from dataclasses import replace

import pytest

from mpmanager.core.connection_state import PROVEN_AFTER_S
from mpmanager.core.subflow_events import ConnectionHeld, NormalPathsChosen
from mpmanager.model.names import LinkName
from mpmanager.model.path import Tier
from mpmanager.model.pathmanager import AnnounceAddress, ConnectionClosed, DestroySubflow, SetBackup, WithdrawAddress
from mpmanager.model.trust import Hold, Trust, TrustReason, TrustVerdict
from unit.test_core_subflows import TOKEN, Laptop, path, sources


def trusted(made):
    return replace(made, trust=TrustVerdict(level=Trust.TRUSTED, reason=TrustReason.WIRED))


def held(laptop, hold):
    return laptop.feed(ConnectionHeld(token=TOKEN, hold=hold))


@pytest.fixture
def laptop():
    return Laptop(trusted(path(1)), path(2))


def both(laptop):
    """The connection with a subflow on each path."""
    laptop.accept(laptop.connect())
    return laptop


def flags(commands):
    return [(str(each.flow.local.address), each.is_backup) for each in commands if isinstance(each, SetBackup)]


def left(commands):
    return [str(each.flow.local.address) for each in commands if isinstance(each, DestroySubflow)]


@pytest.mark.parametrize("hold", [Hold.FENCED, Hold.TRUSTED])
def test_what_is_held_to_trusted_paths_joins_nowhere_else(laptop, hold):
    held(laptop, hold)
    assert sources(laptop.connect()) == []
    assert sources(held(laptop, Hold.FREE)) == ["10.0.2.2"]


@pytest.mark.parametrize("hold", [Hold.FENCED, Hold.TRUSTED])
def test_it_leaves_untrusted_paths_and_comes_back_when_it_may(laptop, hold):
    commands = held(both(laptop), hold)
    assert isinstance(commands[0], WithdrawAddress)
    assert left(commands) == ["10.0.2.2"]
    assert sources(held(laptop, Hold.FREE)) == ["10.0.2.2"]


def test_joins_that_are_under_way_are_ended_too(laptop):
    laptop.connect()
    assert left(held(laptop, Hold.FENCED)) == ["10.0.2.2"]


def test_behind_a_fence_the_last_subflow_waits_for_another_one(laptop):
    laptop.change(path(1), path(2))
    laptop.connect()
    assert left(held(laptop, Hold.FENCED)) == ["10.0.2.2"], "the join alone"
    commands = laptop.change(path(1), trusted(path(2)))
    assert sources(commands) == ["10.0.2.2"]
    assert left(commands) == []
    assert left(laptop.accept(commands)) == [], "the peer may still refuse it"
    assert left(laptop.later(PROVEN_AFTER_S)) == ["10.0.1.2"]


def test_without_a_fence_the_last_subflow_goes_and_the_connection_waits_for_a_trusted_path(laptop):
    laptop.change(path(1), path(2))
    laptop.accept(laptop.connect())
    assert sorted(left(held(laptop, Hold.TRUSTED))) == ["10.0.1.2", "10.0.2.2"]
    assert sources(laptop.change(path(1), trusted(path(2)))) == ["10.0.2.2"]


def test_standing_by_untrusted_subflows_are_backups_and_trusted_ones_are_not():
    laptop = Laptop(trusted(path(1, tier=Tier.BACKUP)), path(2))
    laptop.accept(laptop.connect())
    assert flags(held(laptop, Hold.STANDBY)) == [("10.0.1.2", False), ("10.0.2.2", True)]
    assert flags(held(laptop, Hold.RECEIVING)) == [("10.0.2.2", False)], "the trusted one sends, so it is no backup"
    assert flags(held(laptop, Hold.FREE)) == [("10.0.1.2", True)]


def test_a_join_that_stands_by_is_one_from_the_beginning(laptop):
    held(laptop, Hold.STANDBY)
    (join,) = laptop.connect()
    assert join.is_backup


def test_late_data_opens_no_path_that_stands_by_for_trust(laptop):
    held(both(laptop), Hold.STANDBY)
    chosen = NormalPathsChosen(token=TOKEN, paths=frozenset({LinkName("net1"), LinkName("net2")}))
    assert flags(laptop.feed(chosen)) == []


def test_a_server_announces_no_untrusted_address_of_what_is_held(laptop):
    held(laptop, Hold.FENCED)
    assert not any(isinstance(each, AnnounceAddress) for each in laptop.connect(server=True))
    announced = held(laptop, Hold.FREE)
    assert [str(each.local) for each in announced if isinstance(each, AnnounceAddress)] == ["10.0.2.2"]


def test_a_path_that_loses_its_trust_is_left_at_once(laptop):
    laptop.change(trusted(path(1)), trusted(path(2)))
    held(both(laptop), Hold.FENCED)
    assert left(laptop.change(trusted(path(1)), path(2))) == ["10.0.2.2"]


def test_a_hold_on_a_connection_that_ended_is_forgotten(laptop):
    held(laptop, Hold.FENCED)
    laptop.feed(ConnectionClosed(token=TOKEN))
    assert sources(laptop.connect()) == ["10.0.2.2"]
