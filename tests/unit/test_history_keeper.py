"""The history as the daemon keeps it: what has come since the last minute, and who may see what of it."""

import asyncio
import threading
from contextlib import asynccontextmanager
from ipaddress import ip_address

import pytest

from mpmanager.api.history import HistoryGroup, HistoryQuery
from mpmanager.core.help_record import HelpRecord
from mpmanager.core.ledger import Ledger, Volume
from mpmanager.daemon import history_keeper as module
from mpmanager.daemon.history_keeper import HistoryKeeper
from mpmanager.daemon.privacy import Viewer
from mpmanager.model.connection import Application, Endpoint, FourTuple, SubflowEnd
from mpmanager.model.errors import InvalidValueError, UnknownApplicationError
from mpmanager.model.history import HistoryRange, WaitCount
from mpmanager.model.names import LinkName, Token
from mpmanager.model.path import KindSource, Path, PathKind, PathState, Tier

ROOT, ANNA, BERT = Viewer(uid=0, sees_all=True), Viewer(uid=1000, sees_all=False), Viewer(uid=1001, sees_all=False)
ADDRESSES = {"wlan0": ip_address("10.0.0.1"), "wwan0": ip_address("10.0.0.2")}
NOON = 1_795_262_400.0
"""Of a Saturday, UTC."""


def path(name, index, kind):
    return Path(
        name=LinkName(name),
        index=index,
        kind=kind,
        kind_source=KindSource.KERNEL,
        network=None,
        security=None,
        tier=Tier.ALWAYS,
        state=PathState.UP,
        addresses=(),
        ways_out=(),
    )


class Stage:
    """A keeper with its ledger; programs send, interfaces carry, and a clock moves by hand."""

    def __init__(self, directory):
        self.now = NOON
        self.ledger = Ledger()
        self.ledger.set_paths({address: LinkName(name) for name, address in ADDRESSES.items()})
        self.counters = {"wlan0": 10**9, "wwan0": 10**9}
        self.help = HelpRecord()
        self._ports = iter(range(40000, 50000))
        self.keeper = HistoryKeeper(
            directory / "history.sqlite",
            self.ledger,
            carriers=self._carriers,
            take_record=self._take_record,
            wall_clock=lambda: self.now,
        )

    def _carriers(self):
        kinds = {"wlan0": (2, PathKind.WIFI), "wwan0": (3, PathKind.LTE)}
        return [(path(name, *kinds[name]), Volume(0, carried)) for name, carried in self.counters.items()]

    def _take_record(self):
        taken, self.help = self.help, self.help.successor()
        return taken

    def carry(self, name, uid, over, rx_bytes):
        """A connection that comes and goes."""
        port = next(self._ports)
        flow = FourTuple(Endpoint(ADDRESSES[over], port), Endpoint(ip_address("192.0.2.1"), 443))
        account = self.ledger.open(Token(port), flow, is_server_side=False, now=0.0)
        account.application = Application(id=f"exe:/usr/bin/{name}", name=name, pid=1, exe=None, cgroup=None)
        account.owner_uid = uid
        self.ledger.end_subflow(SubflowEnd(flow=flow, tx_bytes=0, rx_bytes=rx_bytes, retransmits=0))
        self.ledger.close(Token(port), now=1.0)
        self.ledger.settle(Token(port), now=1.0)
        self.counters[over] += rx_bytes

    async def minute(self):
        self.now += 60
        await self.keeper.record(lasted_s=60.0)


@asynccontextmanager
async def begun(directory):
    stage = Stage(directory)
    stage.carry("old", 1000, "wlan0", 999)
    await stage.keeper.begin()
    yield stage
    await stage.keeper.close()


def rows(info):
    return {(row.bar, row.name, row.path): row.rx_bytes for row in info.rows}


@pytest.fixture(autouse=True)
def utc(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")


def test_each_minute_holds_what_came_in_it_by_application_and_path(tmp_path):
    async def scenario():
        async with begun(tmp_path) as stage:
            stage.carry("ssh", 1000, "wlan0", 100)
            stage.carry("ssh", 1000, "wwan0", 20)
            stage.counters["wwan0"] += 7
            await stage.minute()
            stage.now += 3600  # somebody sets the clock forward: nothing is made up for the hour
            stage.carry("ssh", 1000, "wlan0", 1)
            await stage.minute()
            stage.now -= 2 * 3600
            stage.carry("ssh", 1000, "wlan0", 2)
            await stage.minute()
            info = await stage.keeper.query(HistoryQuery(), ANNA)
            expected = {
                (11, "ssh", "wlan0"): 2,
                (12, "ssh", "wlan0"): 100,
                (12, "ssh", "wwan0"): 20,
                (12, "Other traffic", "wwan0"): 7,
                (13, "ssh", "wlan0"): 1,
            }
            assert rows(info) == expected
            assert (len(info.edges), info.zone) == (25, "UTC")
            metered = await stage.keeper.query(
                HistoryQuery(only_metered=True, app="ssh", range=HistoryRange.WEEK), ANNA
            )
            assert rows(metered) == {(5, "ssh", "wwan0"): 20}
            by_path = await stage.keeper.query(HistoryQuery(group=HistoryGroup.PATH, path="wwan0"), ANNA)
            assert rows(by_path) == {(12, None, "wwan0"): 27}
            with pytest.raises(InvalidValueError, match="offset -1"):
                await stage.keeper.query(HistoryQuery(offset=-1), ANNA)

    asyncio.run(scenario())


def test_other_users_are_one_and_their_waits_are_nobodys_business(tmp_path):
    async def scenario():
        async with begun(tmp_path) as stage:
            for name, uid in (("ssh", 1000), ("ssh", 1001), ("mail", 1001)):
                stage.carry(name, uid, "wwan0", 50)
                stage.help.note_waits((f"exe:/usr/bin/{name}", uid), WaitCount((40, 0, 0, 0, 0, 10)))
            key = ("exe:/usr/bin/ssh", 1000)
            stage.help.begin(Token(1), LinkName("wwan0"), key, 0, now=0.0, waited_s=0.06, allowed_s=0.05)
            stage.help.end(Token(1), LinkName("wwan0"), 8, now=0.1)
            await stage.minute()
            info = await stage.keeper.query(HistoryQuery(group=HistoryGroup.APPLICATION), ANNA)
            assert rows(info) == {(12, "ssh", None): 50, (12, "other users", None): 100}
            (own,) = (row for row in info.rows if row.name == "ssh")
            assert (own.helper_bytes, own.helps, own.waited_ms, own.allowed_ms) == (8, 1, 60.0, 50.0)
            assert {row.name for row in (await stage.keeper.query(HistoryQuery(), ROOT)).rows} == {"ssh", "mail"}
            estimate = await stage.keeper.estimate("ssh", 1, ANNA)
            assert (estimate.moved_bytes, estimate.known_bytes, estimate.helper_bytes) == (50, 58, 8)
            assert [each.bytes for each in estimate.costs] == [58, 18, 18, 18, 10, 10, 0]
            assert (await stage.keeper.estimate("ssh", 1, ROOT)).known_bytes == 108
            assert (await stage.keeper.estimate("", 1, BERT)).known_bytes == 100
            with pytest.raises(UnknownApplicationError, match="mail"):
                await stage.keeper.estimate("mail", 1, ANNA)

    asyncio.run(scenario())


def test_a_daemon_that_ends_while_the_disk_is_slow_writes_everything_once(tmp_path, monkeypatch):
    begun_writing, may_write, add = threading.Event(), threading.Event(), module.HistoryFile.add

    def slowly(*arguments):
        begun_writing.set()
        assert may_write.wait(10)
        add(*arguments)

    async def scenario():
        async with begun(tmp_path) as stage:
            monkeypatch.setattr(module.HistoryFile, "add", slowly)
            stage.carry("ssh", 1000, "wlan0", 100)
            recording = asyncio.create_task(stage.minute())
            await asyncio.to_thread(begun_writing.wait, 10)
            recording.cancel()
            await asyncio.gather(recording, return_exceptions=True)
            stage.carry("ssh", 1000, "wlan0", 1)
            may_write.set()
            await stage.minute()
            assert sum(rows(await stage.keeper.query(HistoryQuery(), ANNA)).values()) == 101

    asyncio.run(scenario())


def test_what_the_disk_refuses_is_told_and_written_later(tmp_path, monkeypatch, caplog):
    async def scenario():
        async with begun(tmp_path) as stage:
            refused = module.StateFileError("disk full")

            def refuse(*_arguments):
                raise refused

            with monkeypatch.context() as full:
                full.setattr(module.HistoryFile, "add", refuse)
                stage.carry("ssh", 1000, "wlan0", 100)
                await stage.minute()
                assert stage.keeper.limits() == ["the history is not written: disk full"]
            stage.carry("ssh", 1000, "wlan0", 1)
            await stage.minute()
            assert stage.keeper.limits() == []
            assert rows(await stage.keeper.query(HistoryQuery(), ANNA)) == {(12, "ssh", "wlan0"): 101}

    asyncio.run(scenario())
    assert "disk full; trying again" in caplog.text
