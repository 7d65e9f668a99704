"""Undo on a real bus: who has changed what, taking it back, and changes that nobody keeps."""

import asyncio
import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import jsonschema
import pytest

from mpmanager.api.bus import parse_bus
from mpmanager.api.structures import EventKind, PolicyInfo, SubscribeOptions
from mpmanager.client.manager import connected
from mpmanager.model.errors import ChangedSinceError, UnknownChangeError
from mpmanager.model.path import Tier
from mpmanager.model.trust import Trust

PROGRAMS = Path(sys.executable).parent
SCHEMA = json.loads((Path(__file__).parents[2] / "resources/schema/mpm.schema.json").read_text())
LONGEST_WAIT_S = 20.0
OWN_NAME = Path("/proc/self/comm").read_text().strip()


def start(directory):
    daemon = subprocess.Popen(
        [PROGRAMS / "mpmanagerd", "--simulate", f"--bus=private:{directory / 'bus'}", f"--state={directory / 'state'}"],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert "ready" in daemon.stderr.readline()
    return daemon


def stop(daemon):
    daemon.terminate()
    assert "Traceback" not in daemon.communicate(timeout=10)[1]


@pytest.fixture
def daemon(tmp_path):
    with ExitStack() as running:
        yield lambda: running.enter_context(_Running(tmp_path))


class _Running:
    """A daemon, for as long as it is needed."""

    def __init__(self, directory):
        self._directory = directory
        self._daemon = None
        self.bus = parse_bus(f"private:{directory / 'bus'}")

    def __enter__(self):
        self._daemon = start(self._directory)
        return self

    def __exit__(self, *_exception):
        if self._daemon is not None:
            stop(self._daemon)
            self._daemon = None

    def ask(self, talk):
        async def run():
            async with connected(self.bus) as client:
                return await talk(client)

        return asyncio.run(run())

    def mpm(self, *arguments):
        return subprocess.run(
            [PROGRAMS / "mpm", f"--bus={self.bus}", *arguments], capture_output=True, text=True, timeout=30, check=False
        )


async def tier(client, name="wlan0"):
    return (await client.path(name)).tier


async def until(condition):
    async with asyncio.timeout(LONGEST_WAIT_S):
        while not await condition():  # noqa: ASYNC110  # the daemon tells nobody
            await asyncio.sleep(0.05)


def test_everything_that_is_decided_is_listed_with_its_author_and_taken_back(daemon):
    async def talk(client):
        before = await client.paths(), await client.policies()
        await client.set_path_tier("wlan0", "never")
        await client.set_path_kind("wlan0", "lte")
        await client.set_path_trust("wlan0", "trusted", "interface")
        await client.set_wires_need_login(needed=True)
        await client.set_policy(PolicyInfo(selector="exe:/usr/bin/ssh", wait_ms=50.0))
        await client.set_path_metered("wlan0", "yes")
        await client.store_profile("Cafe", 'version = 1\nname = "Cafe"\n[[tiers]]\npaths = "metered"\ntier = "never"\n')
        await client.follow_network("otherwise", "Cafe")
        await until(lambda: has_profile(client))
        rows = await client.recent_changes()
        assert [row.id for row in rows] == list(range(len(rows), 0, -1))
        assert {row.uid for row in rows if row.id != 8} == {os.getuid()}
        assert rows[-1].program == OWN_NAME
        assert (rows[-1].text, rows[0].uid) == ("wlan0 is never used for new subflows", None)
        assert rows[0].text.startswith("profile Cafe is in force")
        for _ in rows:
            await client.undo_change()
        assert [row.text for row in await client.profiles() if row.active] == []
        after = await client.paths(), await client.policies()
        assert [decided(each) for each in after[0]] == [decided(each) for each in before[0]]
        assert after[1] == before[1]
        assert all(row.taken_back for row in await client.recent_changes())
        kinds = [each.kind for each in await client.recent_events(1000)]
        assert kinds.count(EventKind.CHANGE_TAKEN_BACK) == len(rows)
        (redone,) = await client.redo_change(1)
        assert redone.id == 1
        assert await tier(client) is Tier.NEVER

    daemon().ask(talk)


async def has_profile(client):
    return any(row.active for row in await client.profiles())


def decided(path):
    return (
        path.name,
        path.kind,
        path.metered,
        path.tier,
        path.tier_chosen,
        path.trust,
        path.interface_trust,
        path.network_trust,
    )


def test_a_change_nobody_keeps_is_taken_back_also_when_its_client_has_gone_and_the_daemon_was_away(daemon, tmp_path):
    first = daemon()

    async def talk(client):
        before = await tier(client)
        await client.provisional_change(3600)
        await client.set_path_tier("wlan0", "never")
        assert (await client.recent_changes(1))[0].keep_until is not None
        return before

    before = first.ask(talk)
    first.__exit__()
    file = tmp_path / "state/changes.json"
    content = json.loads(file.read_text())
    content["changes"][0]["probation"][1] = time.time() + 1.0
    file.write_text(json.dumps(content))

    async def look(client):
        await until(lambda: is_again(client, before))
        assert (await client.recent_changes(1))[0].taken_back

    daemon().ask(look)


def test_the_commands_list_take_back_make_again_and_keep(daemon):
    running = daemon()
    said = running.mpm("path", "tier", "wlan0", "never", "--confirm-within", "60s")
    assert said.stdout.splitlines()[-1] == "This is taken back in 60 s, unless you say: mpm keep 1"
    assert running.mpm("keep").stdout == "Kept.\n"
    assert running.mpm("keep").returncode == 5
    assert running.mpm("path", "tier", "wlan0", "backup").returncode == 0
    shown = running.mpm("undo", "1", "--with-later", "--dry-run").stdout.splitlines()
    assert shown[0] == "Would be taken back: 2  wlan0 stands by until nothing else is left (before: never)"
    assert "mpm undo 1 --with-later" in running.mpm("undo", "1").stderr
    taken_back = running.mpm("undo").stdout.splitlines()
    assert taken_back[1] == "To go back: mpm redo 2"
    listed = json.loads(running.mpm("changes", "--json").stdout)
    jsonschema.validate(listed, SCHEMA | {"$ref": "#/$defs/Changes"})
    assert [(row["id"], row["taken_back"] is not None, row["program"]) for row in listed["changes"]] == [
        (2, True, "mpm"),
        (1, False, "mpm"),
    ]
    assert running.mpm("redo").stdout.startswith("Made again: 2 ")
    assert "stands by" in running.mpm("changes").stdout


async def is_again(client, wanted):
    return await tier(client) is wanted


def test_a_window_that_asked_for_it_is_kept_from_cutting_itself_off(daemon):
    async def talk(client):
        await client.guard_changes(60)
        paths = [path for path in await client.paths() if path.tier is not Tier.NEVER]
        for path in paths:
            await client.set_path_tier(path.name, "never")
        pending = [row.keep_until is not None for row in await client.recent_changes(len(paths))]
        assert pending == [True, *[False] * (len(paths) - 1)]
        await client.keep_change()
        with pytest.raises(UnknownChangeError):
            await client.keep_change()
        revision = (await client.snapshot(SubscribeOptions())).changes
        await client.undo_change()
        assert (await client.snapshot(SubscribeOptions())).changes > revision
        await client.set_path_tier(paths[0].name, "always")
        with pytest.raises(ChangedSinceError):
            await client.undo_change(1)

        await client.guard_changes(60)
        for path in await client.paths():
            await client.set_path_trust(path.name, Trust.UNTRUSTED.value, "interface")
            await client.set_path_trust(path.name, "auto", "network")
        await client.set_policy(PolicyInfo(selector="default", trust="only"))
        trusted = [path.name for path in await client.paths() if path.trust is Trust.TRUSTED]
        assert trusted == []
        assert (await client.recent_changes(1))[0].keep_until is not None

    daemon().ask(talk)
