"""Which cgroups belong to a program, and who can leave them: asked of the kernel."""

import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from mpmanager.linux.cgroups import LinuxCgroups
from mpmanager.linux.mounts import cgroup_mount
from mpmanager.model.enforcement import CgroupPath

NOBODY = 65534
TIMEOUT_S = 10.0
SLEEP = str(Path("/usr/bin/sleep").resolve())
SHELL = str(Path("/bin/sh").resolve())
PYTHON = str(Path(sys.executable).resolve())
STARTS_A_CHILD = "sleep 60 & wait"
BEQUEATHS_A_HELPER = """
import os, time
if not os.fork():
    if not os.fork():
        os.execv("/usr/bin/sleep", ["sleep", "60"])
    os._exit(0)
os.wait()
time.sleep(60)
"""


@pytest.fixture
def cgroups():
    return LinuxCgroups()


@pytest.fixture
def tree(cgroups):
    """Makes cgroups and runs programs in them; all of it ends with the test."""
    top = cgroups.make(CgroupPath("/"), f"mpm-test-led-{os.getpid()}")
    with ExitStack() as stack:
        stack.callback(cgroups.remove_if_empty, top)
        tree = Tree(cgroups, top, stack)
        stack.callback(tree.end)
        yield tree
    assert not cgroups.exists(top), "something was left"


class Tree:
    def __init__(self, cgroups, top, stack):
        self._cgroups, self._top, self._stack = cgroups, top, stack

    def cgroup(self, name, beneath=None):
        return self._cgroups.make(beneath or self._top, name)

    def directory(self, cgroup):
        return cgroup_mount() / cgroup[1:]

    def run(self, cgroup, *command):
        procs = self.directory(cgroup) / "cgroup.procs"
        process = self._stack.enter_context(
            subprocess.Popen(
                command,
                preexec_fn=lambda: procs.write_text(str(os.getpid())),  # noqa: PLW1509  # nothing is locked
            )
        )
        self._stack.callback(process.kill)
        return process

    def members(self, cgroup):
        return (self.directory(cgroup) / "cgroup.procs").read_text().split()

    def await_members(self, cgroup, count):
        deadline = time.monotonic() + TIMEOUT_S
        while len(self.members(cgroup)) != count or not all(map(self._is_ready, self.members(cgroup))):
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def _is_ready(self, pid):
        """Whether it has become what it was started for."""
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0] in {b"sleep", b"sh", sys.executable.encode()}

    def end(self):
        """Also what lost its parent."""
        (self.directory(self._top) / "cgroup.kill").write_text("1")
        deadline = time.monotonic() + TIMEOUT_S
        while "populated 1" in (self.directory(self._top) / "cgroup.events").read_text():
            assert time.monotonic() < deadline
            time.sleep(0.01)


def led(cgroups, tree, executable):
    """Of the test's own cgroups."""
    found = cgroups.led_by({executable}).get(executable, frozenset())
    return {each.removeprefix(f"{tree._top}/") for each in found if each.startswith(tree._top)}


def test_a_program_leads_the_cgroup_that_it_was_started_in(cgroups, tree):
    tree.run(scope := tree.cgroup("app-sleeper-1.scope"), "sleep", "60")
    tree.await_members(scope, 1)
    assert led(cgroups, tree, SLEEP) == {"app-sleeper-1.scope"}
    assert led(cgroups, tree, "/bin/another") == set()


def test_a_program_that_a_shell_started_beside_itself_leads_nothing(cgroups, tree):
    tree.run(terminal := tree.cgroup("vte-spawn-1.scope"), "sh", "-c", STARTS_A_CHILD)
    tree.await_members(terminal, 2)
    assert led(cgroups, tree, SLEEP) == set()
    assert led(cgroups, tree, SHELL) == {"vte-spawn-1.scope"}


def test_a_helper_that_lost_its_parent_leads_nothing(cgroups, tree):
    tree.run(scope := tree.cgroup("app-python-1.scope"), sys.executable, "-c", BEQUEATHS_A_HELPER)
    tree.await_members(scope, 2)
    assert led(cgroups, tree, SLEEP) == set()
    assert led(cgroups, tree, PYTHON) == {"app-python-1.scope"}


@pytest.mark.parametrize(
    "name", ["some.slice", "session-3.scope", "user@1000.service", "init.scope", "mpm-run-3", "mpm-run-3/below"]
)
def test_what_holds_many_programs_and_what_is_ours_belongs_to_none(cgroups, tree, name):
    cgroup = None
    for part in name.split("/"):
        cgroup = tree.cgroup(part, beneath=cgroup)
    tree.run(cgroup, "sleep", "60")
    tree.await_members(cgroup, 1)
    assert led(cgroups, tree, SLEEP) == set()


def test_one_program_leads_several_and_several_programs_are_asked_for_at_once(cgroups, tree):
    for number in (1, 2):
        tree.run(scope := tree.cgroup(f"app-{number}.scope"), "sleep", "60")
        tree.await_members(scope, 1)
    tree.run(terminal := tree.cgroup("terminal.scope"), "sh", "-c", STARTS_A_CHILD)
    tree.await_members(terminal, 2)
    found = cgroups.led_by({SLEEP, SHELL, "/nowhere"})
    assert found.keys() == {SLEEP, SHELL}
    assert {f"{tree._top}/app-1.scope", f"{tree._top}/app-2.scope"} <= found[SLEEP]
    assert f"{tree._top}/terminal.scope" in found[SHELL] - found[SLEEP]


def test_what_a_child_of_a_cgroup_below_started_has_come_from_within(cgroups, tree):
    outer = tree.cgroup("app-outer.scope")
    inner = tree.cgroup("inner", beneath=outer)
    outer_procs = tree.directory(outer) / "cgroup.procs"
    tree.run(inner, "sh", "-c", f"(echo 0 > {outer_procs}; exec sleep 60) & wait")
    tree.await_members(outer, 1)
    assert led(cgroups, tree, SLEEP) == set()


def test_a_cgroup_that_was_given_to_a_user_is_not_held(cgroups, tree):
    given = tree.cgroup("user@1000.service")
    assert cgroups.is_held(given)
    for each in (tree.directory(given), tree.directory(given) / "cgroup.procs"):
        os.chown(each, NOBODY, NOBODY)
        assert not cgroups.is_held(given)
        os.chown(each, 0, 0)
    (tree.directory(given) / "cgroup.procs").chmod(0o664)
    assert not cgroups.is_held(given)


@pytest.mark.parametrize(("owner", "ends_in"), [(0, "mpm-run-1"), (NOBODY, "user@65534.service")])
def test_a_user_takes_a_process_out_of_a_scope_only_where_what_is_around_it_is_not_held(cgroups, tree, owner, ends_in):
    given, scope = tree.cgroup("user@65534.service"), tree.cgroup("mpm-run-1")
    for each in (tree.directory(given), tree.directory(given) / "cgroup.procs"):
        os.chown(each, NOBODY, NOBODY)
    os.chown(tree.directory(tree._top) / "cgroup.procs", owner, owner)
    leave = f"echo $$ > {tree.directory(given)}/cgroup.procs; cat /proc/$$/cgroup"
    script = (
        f"echo $$ > {tree.directory(scope)}/cgroup.procs; exec setpriv --reuid {NOBODY} --clear-groups sh -c '{leave}'"
    )
    tried = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert tried.stdout.splitlines()[-1] == f"0::{tree._top}/{ends_in}"
