"""Scopes: made before anything runs there, kept over restarts, and nothing is left of one that fails."""

import asyncio
import errno
import os
import subprocess
from contextlib import contextmanager, suppress

import pytest

from mpmanager.api.structures import ScopeOptions, TierChoiceInfo
from mpmanager.daemon import scope_keeper
from mpmanager.daemon.process_handle import ProcessHandle
from mpmanager.daemon.scope_keeper import ScopeKeeper
from mpmanager.daemon.state import StateDirectory
from mpmanager.model.connection import UNKNOWN_APPLICATION, Application
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.errors import (
    CommandRefusedError,
    InvalidValueError,
    NotAuthorizedError,
    NotSupportedError,
    StateFileError,
)
from mpmanager.model.policy import NOTHING_DEMANDED, TrustDemand, TrustPolicy
from mpmanager.simulated.cgroups import SimulatedCgroups

HANDSHAKE = TrustPolicy(demand=TrustDemand.HANDSHAKE)
ONLY = TrustPolicy(demand=TrustDemand.ONLY)
SLICE = "/user.slice/user-1000.slice"
FIREFOX = CgroupPath(f"{SLICE}/user@1000.service/app.slice/app-firefox-1000.scope")
NOBODY = 65534


class Place:
    """A tree of cgroups with a keeper, this test's own process, and what the kernel was told."""

    def __init__(self, directory):
        self.ended = set()
        self.cgroups = SimulatedCgroups(is_running=lambda pid: pid not in self.ended)
        self.directory = directory
        self.trust = {}
        self.told = []
        """At each call: scopes, and where this process was by then."""
        self.refusal = None
        self.keeper = self.another_keeper()

    def another_keeper(self, **options):
        return ScopeKeeper(
            self.cgroups,
            StateDirectory(self.directory),
            trust_at=lambda cgroup: self.trust.get(cgroup, NOTHING_DEMANDED),
            changed=self._changed,
            **options,
        )

    def _changed(self):
        self.told.append((dict(self.keeper.scopes), self.where))
        if self.refusal:
            raise self.refusal

    @property
    def where(self):
        return self.cgroups.of_process(os.getpid())

    def enter(self, trust=None, *, uid=0, pid=None, **said):
        with handle(pid or os.getpid()) as process:
            return self.keeper.enter(process, ScopeOptions(trust=trust, **said), uid=uid)


@contextmanager
def handle(pid):
    descriptor = os.pidfd_open(pid)
    try:
        yield ProcessHandle(descriptor)
    finally:
        os.close(descriptor)


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


@pytest.fixture
def another():
    """A process besides this one, of nobody."""
    process = subprocess.Popen(["sleep", "60"], user=NOBODY if os.geteuid() == 0 else None)
    yield process
    process.kill()
    process.wait()


def test_a_scope_is_in_force_before_the_process_is_in_it(place):
    cgroup = place.enter("only")
    assert place.told == [({cgroup: ONLY}, "/")]
    assert (cgroup, place.where) == ("/mpm-run-1", cgroup)
    assert place.keeper.scopes == {cgroup: ONLY}


@pytest.mark.parametrize(
    ("demanded", "held", "comes_about"),
    [
        (None, NOTHING_DEMANDED, NOTHING_DEMANDED),
        (None, HANDSHAKE, HANDSHAKE),
        ("any", ONLY, ONLY),
        ("only", HANDSHAKE, ONLY),
        ("handshake-strict", TrustPolicy.parse("first:100"), TrustPolicy.parse("first-strict:100")),
    ],
)
def test_nobody_gets_rid_of_a_restriction(place, demanded, held, comes_about):
    place.cgroups.move(os.getpid(), FIREFOX)
    place.trust[FIREFOX] = held
    cgroup = place.enter(demanded)
    assert (cgroup, place.keeper.scopes[cgroup]) == (f"{SLICE}/mpm-run-1", comes_about)


def test_a_scope_in_a_scope_is_inside_of_it_and_no_freer(place):
    outer = place.enter("only")
    inner = place.enter("any")
    assert inner == f"{outer}/mpm-run-2"
    assert place.keeper.scopes == {outer: ONLY, inner: ONLY}


@pytest.mark.parametrize(
    "refusal", [NotSupportedError("no BPF"), CommandRefusedError("busy", errno=errno.EBUSY), NotAuthorizedError("no")]
)
def test_what_cannot_be_enforced_leaves_the_process_where_it_was_and_nothing_behind(place, refusal):
    place.refusal = refusal
    with pytest.raises(type(refusal), match=str(refusal)):
        place.enter("only")
    assert (place.where, place.keeper.scopes) == ("/", {})
    assert not place.cgroups.exists(CgroupPath("/mpm-run-1"))
    assert place.told[-1][0] == {}, "the kernel hears that there is nothing to hold any more"
    assert place.another_keeper().scopes == {}


def test_a_process_that_cannot_be_moved_leaves_nothing_behind(place):
    def refuses(_pid, _cgroup):
        raise CommandRefusedError("moving: not permitted", errno=errno.EPERM)

    place.cgroups.move = refuses
    with pytest.raises(CommandRefusedError, match="not permitted"):
        place.enter("only")
    assert place.keeper.scopes == {}
    assert not place.cgroups.exists(CgroupPath("/mpm-run-1"))


def test_a_scope_that_cannot_be_written_down_is_not_made(place, tmp_path):
    (tmp_path / "scopes.new").mkdir()
    with pytest.raises(StateFileError, match=r"scopes\.json"):
        place.enter("only")
    assert (place.where, place.keeper.scopes) == ("/", {})


def test_a_process_that_ends_meanwhile_is_told_and_its_scope_removed(place, another):
    move = place.cgroups.move

    def ends_then(pid, cgroup):
        another.kill()
        another.wait()
        move(pid, cgroup)
        place.ended.add(pid)

    place.cgroups.move = ends_then
    with pytest.raises(InvalidValueError, match="it has ended"):
        place.enter("only", pid=another.pid)
    assert place.keeper.scopes == {}


def test_an_earlier_daemons_scopes_are_known_again_without_those_that_are_gone(place):
    kept = place.enter("first:5000")
    assert place.another_keeper().scopes == {kept: TrustPolicy.parse("first:5000")}
    place.ended.add(os.getpid())
    place.cgroups.remove_if_empty(kept)
    assert place.another_keeper().scopes == {}


def test_a_damaged_note_of_scopes_is_put_aside(place, tmp_path):
    (tmp_path / "scopes.json").write_text('[{"cgroup": "/mpm-run-1", "trust": "somewhat", "uid": 0}]')
    assert place.another_keeper().scopes == {}
    assert list(tmp_path.glob("scopes.broken-*"))


def test_an_empty_scope_is_removed_and_that_is_told(place, another):
    place.enter("only")
    left = place.enter("handshake", pid=another.pid)
    place.keeper.sweep()
    assert len(place.told) == 2, "nothing to tell while both are in use"
    place.ended.add(another.pid)
    place.keeper.sweep()
    assert place.keeper.scopes == {"/mpm-run-1": ONLY} == place.told[-1][0]
    assert not place.cgroups.exists(left)


def test_scopes_are_swept_while_there_are_any(place, monkeypatch):
    monkeypatch.setattr(scope_keeper, "SWEEP_INTERVAL_S", 0.01)

    async def scenario():
        running = asyncio.create_task(place.keeper.run())
        await asyncio.sleep(0.05)
        for _ in range(2):
            place.ended.discard(os.getpid())
            cgroup = place.enter("only")
            place.ended.add(os.getpid())
            for _ in range(1000):
                if place.cgroups.exists(cgroup):
                    await asyncio.sleep(0.01)
            assert not place.cgroups.exists(cgroup)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    asyncio.run(scenario())


def test_a_name_that_is_taken_is_not_given_again(place):
    place.cgroups.make(CgroupPath("/"), "mpm-run-1")
    assert place.enter() == "/mpm-run-2"


def test_who_is_outside_of_the_managed_root_is_refused(place):
    place.cgroups.make(CgroupPath("/"), "lab")
    place.keeper = place.another_keeper(root=CgroupPath("/lab"))
    with pytest.raises(InvalidValueError, match="outside of /lab"):
        place.enter("only")
    place.cgroups.move(os.getpid(), CgroupPath("/lab"))
    assert place.enter("only") == "/lab/mpm-run-1"


def test_a_trust_that_there_is_not_is_refused(place):
    with pytest.raises(InvalidValueError, match="'somewhat'"):
        place.enter("somewhat")
    assert place.told == []


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to have processes of two users")
def test_a_user_moves_their_own_processes_and_no_others(place, another):
    with pytest.raises(NotAuthorizedError, match="belongs to another user"):
        place.enter("only", uid=NOBODY)
    with pytest.raises(NotAuthorizedError, match="belongs to another user"):
        place.enter("only", uid=1000, pid=another.pid)
    assert place.enter("only", uid=NOBODY, pid=another.pid) == "/mpm-run-1"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be somebody else")
def test_a_user_has_so_many_scopes_and_root_more(place, another, monkeypatch):
    monkeypatch.setattr(scope_keeper, "_MOST_PER_USER", 2)
    for _ in range(2):
        place.enter(uid=NOBODY, pid=another.pid)
    with pytest.raises(NotSupportedError, match="2 programs in scopes already"):
        place.enter(uid=NOBODY, pid=another.pid)
    assert place.enter()


def test_a_descriptor_of_something_else_is_no_process():
    with open(os.devnull, "rb") as other, pytest.raises(InvalidValueError, match="not a descriptor of a process"):  # noqa: PTH123  # any file
        ProcessHandle(other.fileno())


def test_a_process_that_has_ended_is_told(another):
    descriptor = os.pidfd_open(another.pid)
    another.kill()
    os.waitid(os.P_PID, another.pid, os.WEXITED | os.WNOWAIT)
    with pytest.raises(InvalidValueError, match="it has ended"):
        ProcessHandle(descriptor)
    another.wait()
    with pytest.raises(InvalidValueError, match="it has ended"):
        ProcessHandle(descriptor)
    os.close(descriptor)


def program_in(cgroup):
    return Application(id="exe:/x", name="x", pid=1, exe="/x", cgroup=cgroup)


def test_what_is_said_of_a_program_at_its_start_is_found_for_all_that_it_starts_and_nobody_else(place):
    tiers = [TierChoiceInfo(paths="trusted", tier="auto"), TierChoiceInfo(paths="any", tier="never")]
    cgroup = place.enter(wait_ms=50.0, tiers=tiers)
    (rule,) = place.keeper.rules_about(program_in(f"{cgroup}/child"))
    assert (rule.wait_s, [each.paths for each in rule.tiers]) == (0.05, ["trusted", "any"])
    assert str(rule.selector) == f"cgroup:{cgroup}"
    assert place.keeper.rules_about(program_in("/elsewhere")) == place.keeper.rules_about(UNKNOWN_APPLICATION) == ()


def test_of_scopes_in_scopes_the_innermost_is_heard_first(place):
    outer = place.enter(wait_ms=50.0)
    inner = place.enter(wait_ms=20.0)
    assert inner.startswith(f"{outer}/")
    assert [each.wait_s for each in place.keeper.rules_about(program_in(inner))] == [0.02, 0.05]


def test_a_program_runs_as_the_application_that_was_named(place):
    cgroup = place.enter(app="org.example.Backup")
    named = place.keeper.named(program_in(cgroup))
    assert (named.id, named.app_id, named.exe) == ("app:org.example.Backup", "org.example.Backup", "/x")
    assert place.keeper.named(program_in("/elsewhere")) == program_in("/elsewhere")


def test_what_was_said_at_the_start_of_a_program_is_known_to_the_next_daemon(place):
    cgroup = place.enter(wait_ms=50.0, app="org.example.Backup", multipath=False)
    again = place.another_keeper()
    (rule,) = again.rules_about(program_in(cgroup))
    assert (rule.wait_s, rule.is_multipath, again.applications) == (0.05, False, {cgroup: "org.example.Backup"})


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ({"wait_ms": -1.0}, "wait_ms -1"),
        ({"app": "no id"}, "app:no id"),
        ({"tiers": [TierChoiceInfo(paths="nowhere", tier="never")]}, "paths 'nowhere'"),
        ({"tiers": [TierChoiceInfo(paths="any", tier="soon")]}, "tier 'soon'"),
    ],
)
def test_what_cannot_be_said_at_the_start_of_a_program_leaves_it_where_it_was(place, said, what):
    with pytest.raises(InvalidValueError, match=what):
        place.enter(**said)
    assert (place.where, place.keeper.scopes) == ("/", {})
