"""The tree of cgroups, simulated and of the kernel, behaves alike."""

import errno
import os
import subprocess
import time
from contextlib import ExitStack

import pytest

from mpmanager.linux.cgroups import LinuxCgroups
from mpmanager.linux.mounts import cgroup_mount
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.errors import CommandRefusedError
from mpmanager.simulated.cgroups import SimulatedCgroups

ROOT = CgroupPath("/")
TIMEOUT_S = 10.0


class SimulatedTree:
    """Processes that exist as numbers only."""

    def __init__(self):
        self._ended = set()
        self.cgroups = SimulatedCgroups(is_running=lambda pid: pid not in self._ended)
        self.top = self.cgroups.make(ROOT, "test")
        self._pids = iter(range(5000, 6000))

    def start(self):
        return next(self._pids)

    def end(self, pid):
        self._ended.add(pid)

    def close(self):
        pass


class KernelTree:
    """A cgroup of this test, and processes that sleep."""

    def __init__(self):
        self._stack = ExitStack()
        self.cgroups = LinuxCgroups()
        self.top = self.cgroups.make(ROOT, f"mpm-test-cgroups-{os.getpid()}")
        self._stack.callback(self.cgroups.remove_if_empty, self.top)
        self._processes = {}

    def start(self):
        process = self._stack.enter_context(subprocess.Popen(["sleep", "60"]))
        self._stack.callback(process.kill)
        self._processes[process.pid] = process
        return process.pid

    def end(self, pid):
        self._processes[pid].kill()
        self._processes[pid].wait(TIMEOUT_S)

    def close(self):
        self._stack.close()
        assert not self.cgroups.exists(self.top), "something was left"


@pytest.fixture(params=[SimulatedTree, pytest.param(KernelTree, marks=pytest.mark.netns)])
def tree(request):
    made = request.param()
    yield made
    made.close()


def test_a_process_is_where_it_was_moved_and_nowhere_else(tree):
    inner = tree.cgroups.make(tree.top, "inner")
    pid, other = tree.start(), tree.start()
    before = tree.cgroups.of_process(other)
    tree.cgroups.move(pid, inner)
    assert (inner, tree.cgroups.of_process(pid)) == (f"{tree.top}/inner", inner)
    assert tree.cgroups.of_process(other) == before


def test_a_cgroup_that_is_made_anew_is_another_one(tree):
    inner = tree.cgroups.make(tree.top, "inner")
    before = tree.cgroups.identity(inner)
    assert before == tree.cgroups.identity(inner) != tree.cgroups.identity(tree.top)
    assert eventually(lambda: tree.cgroups.remove_if_empty(inner))
    assert tree.cgroups.identity(inner) is None
    tree.cgroups.make(tree.top, "inner")
    assert tree.cgroups.identity(inner) not in {None, before}
    tree.cgroups.remove_if_empty(inner)


def test_what_does_not_exist_is_refused(tree):
    absent, ended = CgroupPath(f"{tree.top}/absent"), tree.start()
    tree.end(ended)
    assert (tree.cgroups.exists(tree.top), tree.cgroups.exists(absent)) == (True, False)
    for refused, number in (
        (lambda: tree.cgroups.of_process(ended), errno.ESRCH),
        (lambda: tree.cgroups.move(ended, tree.top), errno.ESRCH),
        (lambda: tree.cgroups.move(tree.start(), absent), errno.ENOENT),
        (lambda: tree.cgroups.make(absent, "inner"), errno.ENOENT),
        (lambda: tree.cgroups.is_held(absent), errno.ENOENT),
        (lambda: tree.cgroups.make(ROOT, tree.top.strip("/")), errno.EEXIST),
    ):
        with pytest.raises(CommandRefusedError) as refusal:
            refused()
        assert refusal.value.errno == number


def test_only_what_is_empty_is_removed_with_all_that_is_below(tree):
    outer = tree.cgroups.make(tree.top, "outer")
    inner = tree.cgroups.make(outer, "inner")
    pid = tree.start()
    tree.cgroups.move(pid, inner)
    assert [tree.cgroups.remove_if_empty(each) for each in (inner, outer)] == [False, False]
    assert tree.cgroups.exists(inner)
    tree.end(pid)
    assert eventually(lambda: tree.cgroups.remove_if_empty(outer))
    assert not tree.cgroups.exists(inner)
    assert tree.cgroups.exists(tree.top)
    assert tree.cgroups.remove_if_empty(outer), "what is gone is gone"


def test_a_cgroup_of_the_managers_own_is_held(tree):
    assert tree.cgroups.is_held(tree.top)


def test_nothing_is_led_by_a_program_that_does_not_run(tree):
    assert tree.cgroups.led_by({"/nowhere/at/all"}) == {}


def eventually(condition):
    deadline = time.monotonic() + TIMEOUT_S
    while not (result := condition()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return result


def test_the_hierarchy_is_mounted_where_the_tests_run():
    assert cgroup_mount() is not None
