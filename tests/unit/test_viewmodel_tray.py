"""The state and the sentence of the tray."""

import pytest
from fake_manager import World

from mpmanager.model.path import Tier
from mpmanager_ui.viewmodels.contact import Contact
from mpmanager_ui.viewmodels.overview import state_sentence
from mpmanager_ui.viewmodels.tray import TrayState, TrayStatus, paused_sentence

AT = 1_800_000_300.0


@pytest.fixture
def world():
    return World()


def status(world, *, contact=Contact.CONNECTED, paused_until=None):
    return TrayStatus.of(contact, world.advance(), paused_until)


def test_what_shall_carry_carries_and_the_sentence_is_the_overviews(world):
    found = status(world)
    frame = world.advance()
    assert found.state is TrayState.CARRYING
    assert found.sentence == f"{state_sentence(frame.paths, frame.connections)}."


def test_a_lost_first_choice_or_a_connection_that_left_it_is_on_backup(world):
    world.fail_over(0)
    assert status(world).state is TrayState.ON_BACKUP
    world.recover(0)
    assert status(world).state is TrayState.CARRYING
    world.lose("wlan0")
    assert status(world).state is TrayState.ON_BACKUP


def test_a_path_that_is_always_used_is_no_backup_of_the_lost_one(world):
    world.path("wwan0").tier = Tier.ALWAYS
    world.lose("wlan0")
    assert status(world).state is TrayState.CARRYING


def test_without_any_path_that_counts_more_than_a_pause(world):
    for each in world.paths:
        world.lose(each.name)
    assert status(world, paused_until=AT).state is TrayState.NO_PATH


def test_a_pause_is_told_before_the_state(world):
    found = status(world, paused_until=AT)
    assert found.state is TrayState.PAUSED
    assert found.sentence.startswith(f"{paused_sentence(AT)} ")


@pytest.mark.parametrize("contact", [each for each in Contact if each is not Contact.CONNECTED])
def test_without_a_daemon_nothing_else_is_known(world, contact):
    found = status(world, contact=contact, paused_until=AT)
    assert (found.state, "mpmanagerd" in found.sentence) == (TrayState.NO_DAEMON, True)
