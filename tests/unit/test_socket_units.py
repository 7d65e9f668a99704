"""Drop-ins for socket units: what is written where, what is removed, and what is said of a unit."""

import asyncio
import time
from errno import ETIMEDOUT

import pytest

from mpmanager.linux.socket_units import LinuxSocketUnits
from mpmanager.linux.systemd import ListeningUnit
from mpmanager.model.errors import CommandRefusedError, InvalidValueError
from mpmanager.model.multipath import MultipathMeans, MultipathObstacle, SocketUnit

SSH, WEB = SocketUnit(name="ssh.socket"), SocketUnit(name="web.socket")
NOW_US = time.time_ns() // 1000
LONG_AGO_US, LATER_US = NOW_US - 3_600_000_000, NOW_US + 3_600_000_000


class FakeSystemd:
    """Knows two units; its answers follow from what it has read."""

    def __init__(self, directory, *, knows_multipath=True):
        self.active_since_us = LONG_AGO_US
        self.readings, self.is_busy = 0, False
        self._directory, self._knows_multipath = directory, knows_multipath
        self._read = set()

    async def read_units(self):
        if self.is_busy:
            raise CommandRefusedError("it is busy", errno=ETIMEDOUT)
        self.readings += 1
        self._read = {each.parent.name.removesuffix(".d") for each in self._directory.glob("*.socket.d/*.conf")}

    async def socket_unit(self, name):
        return ListeningUnit(
            is_known=name in {SSH.name, WEB.name},
            is_active=True,
            protocol=262 if name in self._read and self._knows_multipath else 0,
            active_since_us=self.active_since_us,
        )


@pytest.fixture
def systemd(tmp_path):
    return FakeSystemd(tmp_path)


@pytest.fixture
def units(tmp_path, systemd):
    return LinuxSocketUnits(directory=tmp_path, systemd=systemd)


def test_a_drop_in_says_one_thing_and_who_made_it(units, tmp_path):
    asyncio.run(units.apply([SSH]))
    file = tmp_path / "ssh.socket.d" / "50-mpmanager.conf"
    lines = file.read_text().splitlines()
    assert lines[0].startswith("# Made by mpmanager")
    assert lines[1:] == ["[Socket]", "SocketProtocol=mptcp"]
    assert file.stat().st_mode & 0o777 == 0o644
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_systemd_reads_units_anew_when_something_has_changed_and_not_otherwise(units, systemd):
    for wanted, readings in ([[SSH], 1], [[SSH], 1], [[SSH, WEB], 2], [[], 3], [[], 3]):
        asyncio.run(units.apply(wanted))
        assert (units.units(), systemd.readings) == (set(wanted), readings)


def test_a_systemd_that_did_not_read_them_is_asked_again_the_next_time(units, systemd):
    systemd.is_busy = True
    with pytest.raises(CommandRefusedError, match="it is busy"):
        asyncio.run(units.apply([SSH]))
    systemd.is_busy = False
    asyncio.run(units.apply([SSH]))
    assert (units.units(), systemd.readings) == ({SSH}, 1)


def test_what_is_wanted_no_more_goes_and_what_others_have_put_there_stays(units, tmp_path):
    asyncio.run(units.apply([SSH, WEB]))
    other = tmp_path / "web.socket.d" / "10-port.conf"
    other.write_text("[Socket]\n")
    asyncio.run(units.apply([]))
    assert not (tmp_path / "ssh.socket.d").exists()
    assert [each.name for each in (tmp_path / "web.socket.d").iterdir()] == ["10-port.conf"]
    assert units.units() == frozenset()


def test_a_unit_that_systemd_does_not_know_is_refused_before_anything_is_written(units, tmp_path):
    with pytest.raises(InvalidValueError, match=r"knows no unit nobody\.socket"):
        asyncio.run(units.apply([SSH, SocketUnit(name="nobody.socket")]))
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_told_with_its_place(units, tmp_path):
    (tmp_path / "ssh.socket.d").write_text("no directory")
    with pytest.raises(CommandRefusedError, match=r"ssh\.socket\.d/50-mpmanager\.conf"):
        asyncio.run(units.apply([SSH]))


def test_what_listens_since_before_is_told_to_be_restarted(units, systemd):
    asyncio.run(units.apply([SSH]))
    verdict = asyncio.run(units.verdict(SSH))
    assert verdict.obstacle is MultipathObstacle.ALREADY_RUNNING
    assert "systemctl restart ssh.socket" in verdict.sentence
    systemd.active_since_us = LATER_US
    assert asyncio.run(units.verdict(SSH)).means == {MultipathMeans.SOCKET_UNIT}


def test_a_systemd_that_does_not_know_the_protocol_is_told(tmp_path):
    units = LinuxSocketUnits(directory=tmp_path, systemd=FakeSystemd(tmp_path, knows_multipath=False))
    asyncio.run(units.apply([SSH]))
    assert asyncio.run(units.verdict(SSH)).obstacle is MultipathObstacle.OLD_SYSTEMD


def test_a_unit_that_was_not_changed_listens_with_tcp(units):
    verdict = asyncio.run(units.verdict(SSH))
    assert (verdict.means, verdict.obstacle) == (frozenset(), None)
