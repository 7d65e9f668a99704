"""What failures say, and which command they suggest."""

import sys
from pathlib import Path

import click
import pytest

from mpmanager.api.bus import parse_bus
from mpmanager.cli.context import INTERRUPTED, Program, told
from mpmanager.cli.main import main
from mpmanager.model.errors import DaemonNotRunningError, NotAuthorizedError

BESIDE = Path(sys.executable).parent
BUS = parse_bus("private:/run/my bus")


@pytest.mark.parametrize(
    ("typed", "suggested"),
    [
        (["path", "tier", "wlan0", "never"], "--bus 'private:/run/my bus' path tier wlan0 never"),
        (["path", "tier", "wlan0", "never", "--bus=session"], "path tier wlan0 never --bus=session"),
    ],
)
def test_who_lacks_the_right_gets_a_command_that_works_with_the_path_and_environment_of_root(
    monkeypatch, typed, suggested
):
    monkeypatch.setattr(sys, "argv", ["mpm", *typed])
    first, command = told(NotAuthorizedError("no"), BUS).splitlines()
    assert first == "no. Try:"
    assert command == f"  sudo {BESIDE / 'mpm'} {suggested}"


def test_what_broke_is_told_where_it_is_not_just_absence():
    def refused():
        try:
            raise PermissionError(13, "Permission denied")
        except OSError as error:
            raise DaemonNotRunningError("no bus there (Permission denied)") from error

    with pytest.raises(DaemonNotRunningError) as error:
        refused()
    assert told(error.value, BUS).startswith("no bus there (Permission denied). Start one there:\n")
    assert told(DaemonNotRunningError("x"), BUS).startswith("mpmanagerd is not running on private:/run/my bus. Start")


def commands(group):
    context = click.Context(group)
    for command in (group.get_command(context, name) for name in group.list_commands(context)):
        yield command
        if isinstance(command, click.Group):
            yield from commands(command)


@pytest.mark.parametrize("command", list(commands(main)), ids=lambda command: command.name)
def test_the_list_of_commands_cuts_no_sentence_short(command):
    assert command.short_help
    assert len(command.short_help) <= 45
    assert command.get_short_help_str(45) == command.short_help


def test_ctrl_c_while_a_command_is_being_loaded_is_no_failure(monkeypatch):
    def interrupted(_module):
        raise KeyboardInterrupt

    monkeypatch.setattr("mpmanager.cli.context.import_module", interrupted)
    program = Program(name="mpm", later={"slow": "mpmanager.cli.slow:slow"})
    with pytest.raises(SystemExit) as end:
        program.main(["slow"])
    assert end.value.code == INTERRUPTED
