"""Real processes, and what is told of them."""

import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from mpmanager.core.application_identity import application_of
from mpmanager.core.desktop_catalogue import DesktopCatalogue
from mpmanager.linux.processes import process_of

TIMEOUT_S = 20
PYTHON = os.path.realpath(sys.executable)
BASH = os.path.realpath(shutil.which("bash"))
SAYS_SO = "import sys; print('ready', flush=True); sys.stdin.read()"
"""As Python: it waits until its standard input is closed."""
SHELL_SAYS_SO = "echo ready; read line"


@pytest.fixture
def start():
    """Starts a program that says when it runs; returns its pid."""
    with ExitStack() as stack:

        def starting(*command, **more):
            process = stack.enter_context(
                subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **more)
            )
            stack.callback(process.kill)
            assert process.stdout.readline() == "ready\n"
            return process.pid

        yield starting


def identity(pid):
    return application_of(process_of(pid), cgroup=None, uid=os.getuid(), entries=DesktopCatalogue())


def executable(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_a_script_of_python_is_found(start, tmp_path):
    script = executable(tmp_path / "fetch.py", SAYS_SO)
    found = identity(start(sys.executable, "-u", "fetch.py", cwd=tmp_path))
    assert (found.id, found.name, found.exe, found.script) == (f"script:{script}", "fetch", PYTHON, str(script))
    assert found.reason.startswith(f"script {script} run by python")


def test_a_script_that_names_its_interpreter_is_found(start, tmp_path):
    script = executable(tmp_path / "a-name-of-more-than-15-letters", f"#!{sys.executable}\n{SAYS_SO}\n")
    found = identity(start(script))
    assert (found.script, found.name) == (str(script), script.name)


def test_a_script_that_finds_its_interpreter_by_env_is_found(start, tmp_path):
    script = executable(tmp_path / "backup", f"#!/usr/bin/env bash\n{SHELL_SAYS_SO}\n")
    found = identity(start(script))
    assert (found.exe, found.script, found.reason) == (BASH, str(script), f"script {script} run by bash")


def test_a_script_of_bash_is_found_behind_its_options(start, tmp_path):
    script = executable(tmp_path / "backup.sh", f"{SHELL_SAYS_SO}\n")
    found = identity(start("bash", "-eu", "-o", "pipefail", script))
    assert (found.id, found.name) == (f"script:{script}", "backup")


def test_text_on_the_command_line_is_no_script(start):
    found = identity(start(sys.executable, "-c", SAYS_SO))
    assert (found.id, found.script, found.reason) == (f"exe:{PYTHON}", None, f"program {PYTHON}")


def test_a_module_is_told_by_its_name(start, tmp_path):
    executable(tmp_path / "fetching.py", SAYS_SO)
    found = identity(start(sys.executable, "-m", "fetching", cwd=tmp_path))
    assert (found.id, found.name) == ("module:fetching", "fetching")


def test_an_interpreter_that_calls_itself_something_else_is_one_still(start, tmp_path):
    script = executable(tmp_path / "fetch.sh", f"{SHELL_SAYS_SO}\n")
    found = identity(start("disguise", script, executable=BASH))
    assert (found.script, found.reason) == (str(script), f"script {script} run by {Path(BASH).name}")


def test_a_copy_of_an_interpreter_under_another_name_is_found_by_its_scripts_first_line(start, tmp_path):
    copy = tmp_path / "shell-of-vendor-x"
    shutil.copy(BASH, copy)
    script = executable(tmp_path / "agent", f"#!{copy}\n{SHELL_SAYS_SO}\n")
    found = identity(start(script))
    assert (found.exe, found.script, found.name) == (str(copy), str(script), "agent")
    given = identity(start(copy, script))
    assert (given.id, given.script) == (f"exe:{copy}", None), "an argument of a program, for all that is known"


def test_a_program_that_was_replaced_keeps_its_path(start, tmp_path):
    copy = tmp_path / "tool"
    shutil.copy(BASH, copy)
    pid = start(copy, "-c", f"{SHELL_SAYS_SO}")
    copy.unlink()
    assert os.readlink(f"/proc/{pid}/exe").endswith(" (deleted)")  # noqa: PTH115  # no path to follow
    assert identity(pid).id == f"exe:{copy}"


ENTRY = "[Desktop Entry]\nType=Application\nName=Painter\nIcon=painter\nExec=painter\n"


@pytest.fixture
def image(tmp_path):
    """A file that looks like an AppImage, and what its mount would be like."""
    file = tmp_path / "Painter-1.2-x86_64.AppImage"
    file.write_bytes(b"\x7fELF\2\1\1\0AI\2\0\0\0\0\0")
    program = tmp_path / ".mount_PainteXyZ123/usr/bin/painter"
    program.parent.mkdir(parents=True)
    shutil.copy(BASH, program)
    return file, program


def test_an_appimage_is_told_by_its_file(start, image):
    file, program = image
    found = identity(start(program, "-c", SHELL_SAYS_SO, env=os.environ | {"APPIMAGE": str(file)}))
    assert (found.id, found.name, found.exe) == (f"exe:{file}", "Painter", str(file))
    assert found.reason == f"AppImage {file}"


def test_an_appimage_is_called_as_the_entry_inside_says(start, image):
    file, program = image
    (program.parents[2] / "org.example.Painter.desktop").write_text(ENTRY)
    found = identity(start(program, "-c", SHELL_SAYS_SO, env=os.environ | {"APPIMAGE": str(file)}))
    assert (found.id, found.name, found.icon) == ("app:org.example.Painter", "Painter", "painter")


def test_what_an_appimage_starts_elsewhere_is_not_the_image(start, image):
    file, _program = image
    found = identity(start("bash", "-c", SHELL_SAYS_SO, env=os.environ | {"APPIMAGE": str(file)}))
    assert found.id == f"exe:{BASH}"


def test_a_file_that_is_no_appimage_lends_its_name_to_nobody(start, image):
    _file, program = image
    found = identity(start(program, "-c", SHELL_SAYS_SO, env=os.environ | {"APPIMAGE": BASH}))
    assert found.id == f"exe:{program}"


def test_an_subprocess_of_electron_has_the_application_of_its_main_process(start, tmp_path):
    electron = tmp_path / "electron"
    shutil.copy(BASH, electron)
    app = executable(tmp_path / "notes/app.asar", f"'{electron}' --norc -c '{SHELL_SAYS_SO}' --type=utility\nexit\n")
    main = start(electron, app)
    (child,) = (int(each) for each in Path(f"/proc/{main}/task/{main}/children").read_text().split())
    assert "--type=utility" in Path(f"/proc/{child}/cmdline").read_text().split("\0")
    assert [identity(each).script for each in (main, child)] == [str(app)] * 2


def test_of_a_process_that_is_gone_nothing_is_told():
    process = subprocess.Popen(["true"])
    process.wait(TIMEOUT_S)
    assert process_of(process.pid) is None
