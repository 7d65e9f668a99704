"""What is loaded while the daemon is still being imported is what it goes on with."""

import os
from contextlib import contextmanager
from pathlib import Path

import pytest

from mpmanager.linux import bpf, pins
from mpmanager.linux.bpf import BpfObject
from mpmanager.linux.enforcement import LinuxEnforcement
from mpmanager.linux.enforcement_maps import PAUSE_KEY, pause_value
from mpmanager.linux.head_start import HeadStart
from mpmanager.linux.object_files import ENDS, FENCE, OPTIONS
from mpmanager.linux.sock_diag import LinuxConnectionTable
from mpmanager.linux.socket_options import LinuxSocketOptions
from mpmanager.model.errors import CommandRefusedError

pytestmark = pytest.mark.netns
PAUSE = pause_value(1234.5)
NOBODY = 65534


@pytest.fixture
def directory(mount_point):
    """Where the fence of this network namespace has its pins."""
    made = FENCE.pins(pins.directory_of_namespace(mount_point, pins.namespace_cookie()))
    made.mkdir(parents=True)
    return made


@pytest.fixture
def ahead(mount_point):
    """What a head start has loaded, as often as it is asked."""
    made = []

    def begin():
        trials = HeadStart(mount_point=mount_point).trials()
        made.extend(each.loaded for each in trials.values() if each.loaded is not None)
        return trials

    yield begin
    for each in made:
        each.close()


def taken(trial, directory):
    return bpf.load(FENCE.path, pins=directory, constants=trial.constants, ahead=trial.loaded)


def test_all_that_a_daemon_needs_is_loaded_and_nothing_is_pinned(ahead, directory):
    trials = ahead()
    assert trials.keys() == {ENDS, FENCE, OPTIONS}
    assert all(each.loaded.programs and not each.refusal for each in trials.values())
    assert list(directory.iterdir()) == []


def test_the_first_daemon_pins_what_was_loaded_and_the_next_one_goes_on_with_it(ahead, directory):
    trial = ahead()[FENCE]
    assert trial.loaded.pins is None
    loaded = taken(trial, directory)
    assert loaded is trial.loaded
    loaded.maps["pause"].update(PAUSE_KEY, PAUSE)
    names = {each.name for each in directory.iterdir()}
    with BpfObject(FENCE.path, pins=directory, constants=trial.constants) as as_always:
        assert {each.name for each in directory.iterdir()} == names
        assert as_always.maps["pause"].get(PAUSE_KEY) == PAUSE
    after = ahead()[FENCE]
    assert after.loaded.pins == directory
    assert taken(after, directory) is after.loaded
    assert after.loaded.maps["pause"].get(PAUSE_KEY) == PAUSE


def test_what_was_pinned_meanwhile_is_taken_and_not_replaced(ahead, directory):
    trial = ahead()[FENCE]
    with BpfObject(FENCE.path, pins=directory, constants=trial.constants) as other:
        other.maps["pause"].update(PAUSE_KEY, PAUSE)
    with taken(trial, directory) as loaded:
        assert loaded is not trial.loaded
        assert loaded.maps["pause"].get(PAUSE_KEY) == PAUSE


def test_what_was_released_meanwhile_is_pinned_anew(ahead, directory):
    BpfObject(FENCE.path, pins=directory, constants=ahead()[FENCE].constants).close()
    trial = ahead()[FENCE]
    assert trial.loaded.pins == directory
    names = {each.name for each in directory.iterdir()}
    for each in names:
        (directory / each).unlink()
    with taken(trial, directory):
        assert {each.name for each in directory.iterdir()} == names


def test_what_another_pins_at_the_same_moment_is_taken(ahead, directory, monkeypatch):
    trial = ahead()[FENCE]
    pin = trial.loaded.pin

    def too_late(where):
        BpfObject(FENCE.path, pins=where, constants=trial.constants).close()
        pin(where)

    monkeypatch.setattr(trial.loaded, "pin", too_late)
    with taken(trial, directory) as loaded:
        assert loaded is not trial.loaded
        assert loaded.pins == directory


def test_pins_that_do_not_fit_are_told_only_when_they_are_needed(ahead, directory):
    with BpfObject(OPTIONS.path, pins=directory) as other:
        assert "changes" in other.maps
    (directory / "changes").rename(directory / "pause")
    trial = ahead()[FENCE]
    assert (trial.loaded.pins, trial.refusal) == (None, "")
    with pytest.raises(CommandRefusedError):
        taken(trial, directory)


@contextmanager
def without_rights():
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_whoever_may_not_look_at_pins_is_told_so_for_each_of_them(ahead, directory):
    """Not by a fault: `mpmanagerd` without root says what it needs."""
    directory.parents[1].chmod(0o700)
    with without_rights():
        trials = ahead()
    assert trials.keys() == {ENDS, FENCE, OPTIONS}
    assert all(each.refusal and each.loaded is None for each in trials.values())


def open_descriptors():
    return len(list(Path("/proc/self/fd").iterdir()))


def test_whoever_ends_before_it_was_needed_lets_it_go(ahead, mount_point):
    before = open_descriptors()
    trials = ahead()
    LinuxConnectionTable(ends=trials[ENDS].loaded).close()
    LinuxSocketOptions(mount_point=mount_point, ahead=trials[OPTIONS].loaded).close()
    LinuxEnforcement(mount_point=mount_point, ahead=trials[FENCE]).close()
    assert open_descriptors() == before


def test_what_cannot_be_pinned_is_let_go(ahead, tmp_path):
    trials = ahead()
    before = open_descriptors()
    nowhere = tmp_path / "no file system of pins"
    nowhere.mkdir()
    with pytest.raises(CommandRefusedError):
        taken(trials[FENCE], nowhere)
    assert open_descriptors() < before
