"""What the daemon may expect of enforcement, in the kernel and in memory alike."""

import os
import socket
import subprocess
from ipaddress import ip_address
from pathlib import Path

import pytest

from mpmanager.linux import bpf, mounts
from mpmanager.linux.enforcement import LinuxEnforcement
from mpmanager.linux.mounts import cgroup_mount
from mpmanager.linux.object_files import FENCE
from mpmanager.model.connection import Endpoint
from mpmanager.model.enforcement import (
    CgroupPath,
    CgroupPolicy,
    ClassNumber,
    ClassWayOut,
    EnforcementLimit,
    EnforcementPlan,
    FenceCounters,
    PathClass,
    Restriction,
    Shortfall,
)
from mpmanager.model.errors import NotSupportedError
from mpmanager.simulated.enforcement import SimulatedEnforcement
from netns.stage import lab_of_two_links

CLASS = ClassNumber(1)
_DISCARD_PORT = 9


class SimulatedPlace:
    """A machine with one cgroup in which a program can send, and one that is gone."""

    cgroup, gone = CgroupPath("/there"), CgroupPath("/gone")
    link_index = 2

    def __init__(self):
        self.enforcement = self._open()

    def _open(self, limits=()):
        made = SimulatedEnforcement(limits)
        made.gone = {self.gone}
        return made

    def run(self, test):
        test(self)

    def path_class(self, **changes):
        return PathClass(number=CLASS, interfaces=frozenset({self.link_index}), **changes)

    def send(self):
        """One packet of a program in the cgroup."""
        passed = FenceCounters(
            cgroup=self.cgroup,
            link_index=self.link_index,
            passed_packets=1,
            passed_bytes=33,
            dropped_packets=0,
            dropped_bytes=0,
        )
        self.enforcement.traffic = (passed,)

    def is_fenced(self):
        """Whether the cgroup is held altogether."""
        return self.cgroup in {
            each.cgroup for each in self.enforcement.plan.policies if each.restriction is Restriction.ONLY
        }

    def cripple(self):
        """Take away what enforcement needs."""
        limit = EnforcementLimit(shortfall=Shortfall.NOTHING_ENFORCED, sentence="a part of it is not built")
        self.enforcement = self._open([limit])


class LinuxPlace:
    gone = CgroupPath("/mpmanager-contract-gone")

    def __init__(self, lab, directory, monkeypatch):
        self._lab, self._directory, self._monkeypatch = lab, directory, monkeypatch
        self._group = cgroup_mount() / f"mpmanager-contract{os.getpid()}"
        self.cgroup = CgroupPath(f"/{self._group.name}")

    def run(self, test):
        self._lab.inside("laptop", lambda: self._run(test))

    def _run(self, test):
        self._group.mkdir()
        mounts.mount_bpffs(self._directory)
        self.enforcement = LinuxEnforcement(mount_point=self._directory)
        try:
            test(self)
        finally:
            self._monkeypatch.undo()
            self.enforcement.clear()
            self.enforcement.close()
            self._group.rmdir()
            subprocess.run(["umount", self._directory], check=True)

    @property
    def link_index(self):
        return socket.if_nametoindex("wlan0")

    def path_class(self, **changes):
        shown = self._lab.run(("ip", "-4", "-o", "address", "show", "dev", "wlan0")).stdout
        address = ip_address(shown.split()[3].partition("/")[0])
        way = ClassWayOut(link_index=self.link_index, version=4, gateway=None, source=address)
        return PathClass(
            number=CLASS,
            interfaces=frozenset({self.link_index}),
            addresses=frozenset({address}),
            ways_out=(way,),
            **changes,
        )

    def send(self):
        command = f"echo $$ > {self._group}/cgroup.procs; echo > /dev/udp/10.9.9.9/{_DISCARD_PORT}"
        subprocess.run(["bash", "-c", command], check=True, timeout=10)

    def is_fenced(self):
        return any(map(bpf.is_attached, self._directory.rglob(f"fence-{self._group.stat().st_ino}")))

    def cripple(self):
        self._monkeypatch.setattr("mpmanager.linux.enforcement.FENCE", FENCE._replace(path=Path("/nonexistent")))


@pytest.fixture(scope="module")
def lab():
    with lab_of_two_links("enforcement") as made:
        yield made


@pytest.fixture(params=["simulated", pytest.param("linux", marks=pytest.mark.netns)])
def place(request, tmp_path, monkeypatch):
    if request.param == "simulated":
        return SimulatedPlace()
    return LinuxPlace(request.getfixturevalue("lab"), tmp_path, monkeypatch)


def in_place(test):
    """The test runs where the enforcement is."""

    def run(place):
        place.run(test)

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    return run


def plan(place, *cgroups, restriction=Restriction.ONLY, **changes):
    policies = {CgroupPolicy(cgroup=each, restriction=restriction, path_class=CLASS) for each in cgroups}
    return EnforcementPlan(classes=frozenset({place.path_class()}), policies=frozenset(policies), **changes)


@in_place
def test_nothing_is_missing_here_that_would_leave_everything_unenforced(place):
    limits = place.enforcement.limits()
    assert Shortfall.NOTHING_ENFORCED not in {each.shortfall for each in limits}
    assert all(each.sentence for each in limits)


@in_place
def test_cgroups_that_are_gone_are_told_each_time(place):
    for _ in range(2):
        assert list(place.enforcement.apply(plan(place, place.cgroup, place.gone))) == [place.gone]
    assert not place.enforcement.apply(plan(place, place.cgroup))
    assert list(place.enforcement.apply(plan(place, place.gone, restriction=Restriction.ANY))) == [place.gone]


@in_place
def test_a_plan_with_everything_in_it_is_taken_and_lifted(place):
    everything = EnforcementPlan(
        classes=frozenset({place.path_class(is_lenient=True, is_unattended=True)}),
        policies=frozenset(
            {CgroupPolicy(cgroup=place.cgroup, restriction=Restriction.HANDSHAKE, path_class=CLASS, first_bytes=16_384)}
        ),
        plain_destinations=frozenset(
            {Endpoint(ip_address("192.0.2.1"), 443), Endpoint(ip_address("2001:db8::1"), 443)}
        ),
    )
    assert not place.enforcement.apply(everything)
    assert not place.enforcement.apply(EnforcementPlan())


@in_place
def test_a_plan_that_keeps_others_lifts_nothing_that_stands(place):
    place.enforcement.apply(plan(place, place.cgroup))
    place.send()
    for others in ((), (place.gone,)):
        place.enforcement.apply(plan(place, *others, keeps_others=True))
        assert place.is_fenced()
    place.enforcement.apply(plan(place, place.cgroup, restriction=Restriction.HANDSHAKE, keeps_others=True))
    assert place.is_fenced(), "what would be weaker is not put in its place"
    place.enforcement.apply(plan(place))
    assert not place.is_fenced()


@in_place
def test_only_what_is_restricted_to_a_class_altogether_is_counted(place):
    place.enforcement.apply(plan(place, place.cgroup))
    assert not place.enforcement.counters()
    place.send()
    (counters,) = place.enforcement.counters()
    assert (counters.cgroup, counters.link_index, counters.passed_packets) == (place.cgroup, place.link_index, 1)
    place.enforcement.apply(plan(place, place.cgroup, restriction=Restriction.HANDSHAKE))
    assert not place.enforcement.counters()


@in_place
def test_clearing_lifts_everything_and_can_be_done_twice(place):
    place.enforcement.apply(plan(place, place.cgroup))
    place.send()
    for _ in range(2):
        place.enforcement.clear()
        assert not place.enforcement.counters()


@in_place
def test_a_machine_that_enforces_nothing_refuses_what_restricts_and_takes_what_does_not(place):
    place.cripple()
    (limit,) = place.enforcement.limits()
    assert limit.shortfall is Shortfall.NOTHING_ENFORCED
    with pytest.raises(NotSupportedError, match=limit.sentence[:10]):
        place.enforcement.apply(plan(place, place.cgroup))
    assert not place.enforcement.apply(plan(place, place.cgroup, restriction=Restriction.ANY))
    assert not place.enforcement.counters()
