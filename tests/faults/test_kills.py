"""kill -9 at random moments while programs talk and rules change: nothing leaks, nothing is lost, nothing is left."""

import asyncio
import os
import random
import subprocess
import threading
import time
from contextlib import ExitStack

import pytest

from end_to_end.stage import DAEMON, until
from faults.traffic import CAFE, WIFI, Program, left_by, run_with, serve, watched
from mpmanager.api.structures import PolicyInfo
from mpmanager.client.manager import connected
from mpmanager.daemon.paths_file import PathsFormat
from mpmanager.daemon.policies_file import PoliciesFormat
from mpmanager.linux.mounts import BPFFS, cgroups_of
from mpmanager.linux.pins import directory_of_namespace, namespace_cookie
from mpmanager.model.errors import MpmanagerError

pytestmark = pytest.mark.netns

_RULES = 12
_DURING_START_S = 0.8
_AFTER_START_S = 0.5
_SHARE_DURING_START = 0.3
_FORMATS = {"policies.json": PoliciesFormat(), "paths.json": PathsFormat()}


class Decider:
    """Somebody who decides all the time; what was acknowledged counts, be the daemon killed right after."""

    def __init__(self, daemon, rng):
        self.acknowledged, self.attempted, self.count = {}, {}, 0
        self._daemon, self._rng = daemon, rng
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()

    async def _run(self):
        number = 0
        while not self._is_over.is_set():
            try:
                async with connected(self._daemon.bus) as client:
                    while not self._is_over.is_set():
                        number += 1
                        await self._decide(client, number)
            except (MpmanagerError, OSError, EOFError):
                await asyncio.sleep(0.02)  # it is dead, or not there yet

    async def _decide(self, client, number):
        if number % 5 == 0:
            # As its nature says, or as somebody does: never trusted.
            await client.set_path_trust(WIFI, self._rng.choice(["untrusted", "auto"]))
            self.count += 1
            return
        selector = f"exe:/opt/program{self._rng.randrange(_RULES)}"
        self.attempted[selector] = number
        await client.set_policy(PolicyInfo(selector=selector, wait_ms=number, trust="only"))
        self.acknowledged[selector] = number
        self.count += 1

    def stop(self):
        self._is_over.set()
        self._thread.join(20)
        assert not self._thread.is_alive()

    def lost(self, policies):
        """Rules that are older than what was acknowledged, or that nobody has ever asked for."""
        said = {each.selector: each.wait_ms for each in policies}
        acknowledged = dict(self.acknowledged)
        return {
            selector: (number, said.get(selector))
            for selector, number in acknowledged.items()
            if not number <= (said.get(selector) or 0) <= self.attempted[selector]
        }


def faults_of_files(state):
    """What cannot be read of decisions, as the daemon's death has left them."""
    found = [
        fault
        for name, form in _FORMATS.items()
        if (state / name).exists()
        for fault in form.decode((state / name).read_bytes(), None).faults
    ]
    return [*found, *map(str, state.glob("*.broken-*"))]


def leftovers(lab, state):
    """What there is of ours, on the laptop and in the state directory."""
    shown = {
        "rules": "ip rule; ip -6 rule",
        "routes": "ip route show table all; ip -6 route show table all",
        "tables": "nft list tables",
        "sockets": "cat /proc/net/unix",
    }
    marks = ("proto 109", "proto 110", "mpmanager", "@io.github.mpmanager1")
    found = [
        f"{what}: {line}"
        for what, command in shown.items()
        for line in lab.run(["sh", "-c", command], check=False).stdout.splitlines()
        if any(mark in line for mark in marks) and ("sockets" not in what or "@io.github" in line)
    ]
    pins = directory_of_namespace(BPFFS, lab.inside("laptop", namespace_cookie))
    found += [f"pin: {each}" for each in pins.rglob("*")] if pins.exists() else []
    found += [f"temporary: {each}" for each in state.rglob("*.new")]
    return found + [f"cgroup: {each}" for each in scopes(lab)]


def scopes(lab):
    """Cgroups of programs that were started under a demand; some may go while they are looked for."""
    root = lab.cgroup()
    return sorted(root / each[1:] for _id, each in cgroups_of(root) if each != "/")


def kill_once(daemon, rng):
    """Start it and kill it, sometimes before it is ready; whether it was."""
    if rng.random() < _SHARE_DURING_START:
        daemon.launch()
        time.sleep(rng.uniform(0, _DURING_START_S))
        is_ready = False
    else:
        daemon.start(within_s=60)
        time.sleep(rng.uniform(0, _AFTER_START_S))
        is_ready = True
    daemon.kill()
    return is_ready


class Harm:
    """What has gone wrong meanwhile: nothing, as it must be."""

    def __init__(self, stack, lab, state):
        self.leaked, self.keys, self.damaged = 0, 0, []
        self._state = state
        self.vault, self._desk = (stack.enter_context(watched(lab, peer)) for peer in ("vault", "desk"))

    def look(self):
        self.damaged += faults_of_files(self._state)
        self.leaked += len(left_by(self.vault))
        self.keys += sum(each.shows_key for each in left_by(self._desk))
        return f"{self.leaked} packets, {self.keys} keys, {len(self.damaged)} damaged files"


def programs_of(lab, running, daemon):
    """One under `only`, one under `handshake`, one free: up and down over Multipath TCP, TCP, UDP."""
    kinds = ("mptcp", "mptcp", "tcp")
    slipping = ("--opening", str(lab.laptop_address(WIFI)))
    programs = {
        "only": Program(lab, running, "vault", (*kinds, "udp"), prefix=run_with(daemon, "only"), opening=slipping),
        "only, IPv6": Program(lab, running, "vault", ("mptcp",), prefix=run_with(daemon, "only"), version=6),
        "handshake": Program(lab, running, "desk", kinds, prefix=run_with(daemon, "handshake"), opening=["--opening"]),
        "free": Program(lab, running, "server", kinds, prefix=run_with(daemon, "any"), opening=["--opening"]),
    }
    for each in programs.values():
        each.wait_until_ready()
    return programs


def assert_alive(trial, told):
    """Every connection has carried every byte, and no other one failed to open."""
    streams = [row for said in told.values() for row in said["streams"]]
    openers = [each for said in told.values() for each in said["openers"]]
    broken = [row for row in streams if row["error"] or not row["received"]]
    failures = [failure for each in openers for failure in each["failures"]]
    trial.figure(f"connections of {len(streams)} that broke or lost bytes", len(broken), 0)
    trial.figure(
        f"failures of {sum(each['opened'] for each in openers)} connections opened meanwhile", len(failures), 0
    )
    assert broken == []
    assert failures == []
    assert [slip for each in openers for slip in each["slips"]] == []
    assert all(each["opened"] for each in openers)


def assert_nothing_left(lab, daemon):
    state = daemon.directory / "state"
    until(lambda: not scopes(lab), "the scopes are gone")
    daemon.stop()
    stopped = leftovers(lab, state)
    assert not [each for each in stopped if "proto 109" in each or each.startswith(("sockets", "temporary"))]
    lab.run([DAEMON, "--release", f"--state={state}"])
    assert leftovers(lab, state) == []
    assert subprocess.run(["pgrep", "-f", str(daemon.directory)], check=False).returncode == 1, "a process is left"


def random_of(seed):
    return random.Random(seed)  # noqa: S311  # not a secret


def test_a_daemon_that_is_killed_again_and_again_leaks_loses_and_leaves_nothing(lab_up, daemon_in, running, trial):
    kills = int(os.environ.get("MPMANAGER_FAULTS_KILLS", "0")) or trial.so_many(3, 200)
    seed = int(os.environ.get("MPMANAGER_FAULTS_SEED", "0")) or random.SystemRandom().randrange(1 << 32)
    print(f"MPMANAGER_FAULTS_SEED={seed}")  # noqa: T201  # shown when it fails
    rng = random_of(seed)
    lab = lab_up(CAFE)
    serve(lab, running)
    daemon = daemon_in(lab)
    with ExitStack() as stack:
        harm = Harm(stack, lab, daemon.directory / "state")
        programs = programs_of(lab, running, daemon)
        decider = Decider(daemon, random_of(seed + 1))
        stack.callback(decider.stop)
        time.sleep(rng.uniform(0, _AFTER_START_S))
        daemon.kill()
        ready = 1
        for number in range(2, kills + 1):
            ready += kill_once(daemon, rng)
            trial.progress(f"kill {number} of {kills}: {harm.look()}")
        daemon.start()
        decider.stop()
        lost = decider.lost(daemon.ask(lambda client: client.policies()))
        assert daemon.ask(lambda client: client.status()).limits == []
        assert daemon.path(WIFI).trust == "untrusted"
        until(lambda: len(daemon.connections()) >= 7, "the connections are managed again")
        told = {name: each.finish() for name, each in programs.items()}
        harm.look()
        Program(lab, running, "vault", ("tcp",)).wait_until_ready().finish()
        assert left_by(harm.vault), "the capture would have seen it"
    trial.figure(
        "kills with SIGKILL in mid-traffic", f"{kills}, {kills - ready} of them during the start (seed {seed})"
    )
    trial.figure("packets of `only` programs on the untrusted path", harm.leaked, 0)
    trial.figure("keys of `handshake` programs on the untrusted path", harm.keys, 0)
    trial.figure("damaged state files", len(harm.damaged), 0)
    trial.figure(f"lost decisions of {decider.count} that were acknowledged", len(lost), 0)
    assert (harm.leaked, harm.keys, harm.damaged, lost) == (0, 0, [], {})
    assert_alive(trial, told)
    for each in programs.values():
        each.end()
    assert_nothing_left(lab, daemon)
    trial.figure("things left behind (rules, routes, tables, pins, sockets, cgroups, files, processes)", 0, 0)
