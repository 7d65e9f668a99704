"""The state directory is on a disk that is full: each refusal names the file, nothing is half, and it gets better."""

import subprocess
from contextlib import suppress

import pytest
from dbus_fast import Variant

from mpmanager.api import contract
from mpmanager.core.caps import UsageMemory
from mpmanager.core.history import minute_of
from mpmanager.daemon.history_file import HistoryFile
from mpmanager.daemon.state import StateDirectory
from mpmanager.model.errors import StateFileError
from mpmanager.model.history import RecordedApplication, RecordedPath, Span, Usage, UsageEntry
from mpmanager.model.names import LinkName
from mpmanager.model.path import PathKind
from simulated_daemon import SimulatedDaemon

pytestmark = pytest.mark.netns  # for the rights of root, to mount


class Disk:
    """A tiny one, that can be filled and emptied."""

    def __init__(self, directory):
        self.directory = directory
        self._filler = directory / "filler"

    def fill(self):
        with suppress(OSError), self._filler.open("ab", buffering=0) as filler:
            while True:
                filler.write(bytes(4096))

    def empty(self):
        self._filler.unlink()


@pytest.fixture
def disk(tmp_path):
    directory = tmp_path / "disk"
    directory.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k,mode=0700", "tmpfs", directory], check=True)
    yield Disk(directory)
    subprocess.run(["umount", directory], check=True)


def a(**said):
    """A dictionary as the bus carries it."""
    kinds = {str: "s", int: "t"}
    return {name: Variant(kinds[type(value)], value) for name, value in said.items()}


DECISIONS = [
    (contract.SET_POLICY, [a(selector="exe:/usr/bin/ssh", trust="only")], "policies.json"),
    (contract.SET_PATH_TIER, ["wwan0", "never"], "paths.json"),
    (contract.SET_PATH_TRUST, ["wlan0", "untrusted", "interface", ""], "paths.json"),
    (contract.SET_PATH_CAP, ["wwan0", a(month_bytes=10**9)], "paths.json"),
]
"""With the file that each is written to."""


def decided(daemon):
    """All that somebody can have decided, as the bus tells it."""
    told = ("name", "tier", "kind", "trust", "cap", "metered")
    paths = [{key: row[key].value for key in told if key in row} for row in daemon.ask(contract.LIST_PATHS)]
    return daemon.ask(contract.CURRENT_DECISIONS), paths


def test_decisions_on_a_full_disk_are_refused_by_the_files_name_and_made_once_there_is_room(disk, tmp_path):
    state = disk.directory / "state"
    disk.fill()
    with SimulatedDaemon(state, tmp_path / "bus") as daemon:  # managing needs no room
        before = decided(daemon)
        for method, words, file in DECISIONS:
            refusal = daemon.call(method, *words)
            assert refusal.body == [f"{state / file}: No space left on device"]
            assert decided(daemon) == before, "it is not in force"
        assert list(state.glob("*.new")) == [], "and leaves nothing that takes up room"
        disk.empty()
        for method, words, _file in DECISIONS:
            daemon.ask(method, *words)
        after = decided(daemon)
        assert after != before
        disk.fill()
        assert "No space left on device" in daemon.call(contract.UNDO_CHANGE, 0, False).body[0]
        assert decided(daemon) == after
    with SimulatedDaemon(state, tmp_path / "bus") as again:
        assert decided(again) == after, "what was accepted is kept, and a full disk spoils nothing"


def test_counts_and_holds_that_find_no_room_leave_those_that_are_there(disk):
    state = StateDirectory(disk.directory)
    state.save_usage(UsageMemory())
    state.save_holds({})
    disk.fill()
    for write, file in (
        (lambda: state.save_usage(UsageMemory()), "usage.json"),
        (lambda: state.save_holds({}), "holds.json"),
        (lambda: state.profiles.write("home", "# nothing"), "home.toml"),
    ):
        with pytest.raises(StateFileError, match=f"{file}: No space left on device|profiles: No space left on device"):
            write()
    again = StateDirectory(disk.directory)
    assert (again.load_usage(), again.load_holds().are_lost) == (UsageMemory(), False)


def test_a_history_that_finds_no_room_refuses_by_its_name_and_is_written_again_later(disk):
    file = HistoryFile(disk.directory / "history.sqlite")
    wifi = RecordedPath(LinkName("wlan0"), PathKind.WIFI, is_metered=False)

    def record(number):
        app = RecordedApplication(f"exe:/{number}", 0, "a")
        file.add([UsageEntry(minute_of(number * 60), app, wifi, Usage(rx_bytes=7))], [])

    disk.fill()
    for attempt in (file.open, lambda: record(0)):
        with pytest.raises(StateFileError, match=r"history\.sqlite"):
            attempt()
    disk.empty()
    record(0)
    disk.fill()
    written = 1
    with pytest.raises(StateFileError, match=r"history\.sqlite.*full"):  # noqa: PT012  # until the log is full, too
        for number in range(1, 1000):
            record(number)
            written += 1
    disk.empty()
    record(1000)
    (_place, _app, _path, usage), *_others = file.usage([Span(0, 100_000)])
    assert usage.rx_bytes == 7
    assert 1 + len(_others) == written + 1, "what was refused is not there by half"
    assert file.notices == []
    file.close()
