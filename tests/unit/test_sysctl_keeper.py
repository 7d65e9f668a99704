"""Settings of the kernel are set as a whole, kept, and taken back to where they were."""

import logging
import time

import pytest

from mpmanager.daemon.journal import Journal
from mpmanager.daemon.state import StateDirectory
from mpmanager.daemon.sysctl_keeper import SysctlKeeper
from mpmanager.model.errors import CommandRefusedError, InvalidValueError, StateFileError
from mpmanager.simulated.sysctls import SimulatedSysctls


class Machine:
    """Settings and a state directory that outlive a daemon."""

    def __init__(self, directory, **options):
        self.sysctls = SimulatedSysctls(**options)
        self.state = StateDirectory(directory)
        self.journal = Journal(wall_clock=time.time)
        self.start()

    def start(self):
        self.keeper = SysctlKeeper(self.sysctls, self.state, journal=self.journal)
        self.keeper.begin()

    def restart(self):
        """The kernel forgets, files stay."""
        kept = self.sysctls.kept()
        self.sysctls = SimulatedSysctls(is_applied_at_boot=self.sysctls.is_applied_at_boot)
        self.sysctls.keep(kept)
        if self.sysctls.is_applied_at_boot:
            for name, value in kept.items():
                self.sysctls.write(name, value)
        self.start()

    def row(self, name="stale_loss_cnt"):
        return next(row for row in self.keeper.rows() if row.name == f"net.mptcp.{name}")

    def look(self):
        """Value, the way back, and what is kept."""
        row = self.row()
        return row.value, row.before, row.kept

    def told(self):
        return [event.text for event in self.journal.recent(100)]


@pytest.fixture(params=[True, False], ids=["the system applies at boot", "the daemon applies"])
def machine(request, tmp_path):
    return Machine(tmp_path, is_applied_at_boot=request.param)


def test_what_is_set_is_in_force_kept_told_and_undone(machine):
    machine.keeper.set("net.mptcp.stale_loss_cnt", "2", is_kept=True)
    assert machine.look() == ("2", "4", "2")
    machine.keeper.undo("stale_loss_cnt")
    assert machine.look() == ("4", None, None)
    assert machine.told() == [
        "net.mptcp.stale_loss_cnt is 2 now (before: 4), kept in this program's memory",
        "net.mptcp.stale_loss_cnt is 4 again (before: 2), and no longer kept",
    ]


def test_the_way_back_leads_to_before_the_first_change(machine):
    for value in ("2", "3", "1"):
        machine.keeper.set("stale_loss_cnt", value, is_kept=value == "3")
    assert machine.look() == ("1", "4", "3")
    machine.keeper.undo("stale_loss_cnt")
    assert machine.look() == ("4", None, None)


def test_what_is_kept_survives_a_restart_of_the_machine_with_its_way_back(machine):
    machine.keeper.set("stale_loss_cnt", "2", is_kept=True)
    machine.keeper.set("stale_loss_cnt", "3", is_kept=False)
    machine.restart()
    assert machine.look() == ("2", "4", "2")
    machine.keeper.undo("stale_loss_cnt")
    assert machine.look() == ("4", None, None)


def test_what_is_not_kept_is_over_after_a_restart_and_there_is_nothing_to_undo(machine):
    machine.keeper.set("stale_loss_cnt", "2", is_kept=False)
    machine.restart()
    assert machine.look() == ("4", None, None)
    with pytest.raises(InvalidValueError, match="was not set by mpmanager: there is nothing to undo"):
        machine.keeper.undo("stale_loss_cnt")


def test_a_daemon_that_starts_again_knows_the_way_back(machine):
    machine.keeper.set("stale_loss_cnt", "2", is_kept=False)
    machine.start()
    assert machine.look() == ("2", "4", None)


def test_what_somebody_else_has_set_since_stays(machine):
    machine.keeper.set("stale_loss_cnt", "2", is_kept=True)
    machine.sysctls.write("stale_loss_cnt", "9")
    machine.keeper.undo("stale_loss_cnt")
    assert machine.look() == ("9", None, None)


def test_a_refusal_by_the_kernel_changes_nothing(machine, monkeypatch):
    def refuse(name, value):
        raise CommandRefusedError("no", errno=1)

    monkeypatch.setattr(machine.sysctls, "write", refuse)
    with pytest.raises(CommandRefusedError):
        machine.keeper.set("stale_loss_cnt", "2", is_kept=True)
    machine.start()
    assert machine.look() == ("4", None, None)
    assert machine.told() == []


@pytest.mark.parametrize("what", ["state", "file"])
def test_what_cannot_be_written_down_is_not_in_force(machine, monkeypatch, what):
    def refuse(_content):
        raise StateFileError("disk full")

    if what == "state":
        monkeypatch.setattr(machine.state, "save_sysctls", refuse)
    else:
        monkeypatch.setattr(machine.sysctls, "keep", refuse)
    with pytest.raises(StateFileError, match="disk full"):
        machine.keeper.set("stale_loss_cnt", "2", is_kept=True)
    assert machine.look() == ("4", None, None)
    machine.start()
    assert machine.look() == ("4", None, None)


def test_what_makes_no_sense_in_the_file_is_told_and_passed_over(tmp_path, caplog):
    machine = Machine(tmp_path)
    machine.sysctls.keep({"path_manager": "kernel", "nonsense": "1", "enabled": "2", "stale_loss_cnt": "2"})
    with caplog.at_level(logging.WARNING):
        machine.restart()
    assert machine.row().value == "2"
    assert (machine.row("enabled").value, machine.row("path_manager").value) == ("1", "userspace")
    assert len(caplog.records) == 3


def test_a_setting_of_a_newer_kernel_is_shown_and_not_set(tmp_path):
    machine = Machine(tmp_path, values={"brand_new": "7"})
    (row,) = machine.keeper.rows()
    assert (row.name, row.kind, row.value, row.choices) == ("net.mptcp.brand_new", "unknown", "7", [])
    assert "not known to mpmanager" in row.refusal
    with pytest.raises(InvalidValueError, match="not known to mpmanager"):
        machine.keeper.set("brand_new", "8", is_kept=False)
    assert machine.row("brand_new").value == "7"
