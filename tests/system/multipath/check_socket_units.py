"""Socket units of a real systemd: what is written for it, what it makes of that, and how it is undone."""

import asyncio
import subprocess
from pathlib import Path

import pytest

from mpmanager.linux.socket_units import LinuxSocketUnits
from mpmanager.linux.systemd import Systemd
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.multipath import MultipathMeans, MultipathObstacle, SocketUnit

_UNIT = SocketUnit.parse("mpm-check.socket")
_UNITS = Path("/etc/systemd/system")
_SOCKET = "[Socket]\nListenStream=127.0.0.1:7077\nAccept=yes\n"
_SERVICE = "[Service]\nExecStart=/bin/cat\nStandardInput=socket\n"


@pytest.fixture
def unit():
    (_UNITS / _UNIT.name).write_text(_SOCKET)
    (_UNITS / "mpm-check@.service").write_text(_SERVICE)
    systemctl("daemon-reload")
    systemctl("start", _UNIT.name)
    yield _UNIT
    systemctl("stop", _UNIT.name)
    for name in (_UNIT.name, "mpm-check@.service"):
        (_UNITS / name).unlink()
    systemctl("daemon-reload")


@pytest.fixture
def units():
    made = LinuxSocketUnits()
    yield made
    asyncio.run(made.apply([]))


def systemctl(*arguments):
    return subprocess.run(["systemctl", *arguments], check=True, stdout=subprocess.PIPE, text=True, timeout=60).stdout


def drop_ins():
    return systemctl("show", "--property=DropInPaths", "--value", _UNIT.name).split()


def test_systemd_reads_what_is_written_and_forgets_what_is_removed(units, unit):
    asyncio.run(units.apply([unit]))
    assert drop_ins() == [f"/etc/systemd/system/{unit.name}.d/50-mpmanager.conf"]
    assert units.units() == {unit}
    asyncio.run(units.apply([]))
    assert drop_ins() == []
    assert not (_UNITS / f"{unit.name}.d").exists()


def test_what_becomes_of_it_is_told(units, unit):
    asyncio.run(units.apply([unit]))
    protocol = asyncio.run(Systemd().socket_unit(unit.name)).protocol
    verdict = asyncio.run(units.verdict(unit))
    if protocol == 0:
        assert verdict.obstacle is MultipathObstacle.OLD_SYSTEMD
        return
    assert verdict.obstacle is MultipathObstacle.ALREADY_RUNNING
    systemctl("restart", unit.name)
    assert asyncio.run(units.verdict(unit)).means == {MultipathMeans.SOCKET_UNIT}


def test_a_unit_that_nobody_knows_is_refused_and_nothing_is_written(units):
    with pytest.raises(InvalidValueError, match=r"systemd knows no unit mpm-nobody\.socket"):
        asyncio.run(units.apply([SocketUnit.parse("mpm-nobody.socket")]))
    assert not (_UNITS / "mpm-nobody.socket.d").exists()


def test_a_unit_without_a_drop_in_listens_with_tcp(units, unit):
    verdict = asyncio.run(units.verdict(unit))
    assert (verdict.means, verdict.obstacle) == (frozenset(), None)
