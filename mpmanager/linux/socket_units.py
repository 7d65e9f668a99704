"""Drop-ins for systemd by which services that it listens for get Multipath TCP connections (systemd 257)."""

import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from mpmanager.linux.own_connection import IPPROTO_MPTCP
from mpmanager.linux.systemd import ListeningUnit, Systemd
from mpmanager.model.errors import CommandRefusedError, InvalidValueError, NotSupportedError
from mpmanager.model.multipath import MultipathMeans, MultipathObstacle, MultipathVerdict, SocketUnit

DROP_IN = "50-mpmanager.conf"
_DIRECTORY = Path("/etc/systemd/system")
_CONTENT = """\
# Made by mpmanager, and removed by it when this service is no longer to use Multipath TCP.
[Socket]
SocketProtocol=mptcp
"""
_NS_PER_US = 1000


class LinuxSocketUnits:
    """The drop-ins of ours in a directory of units, the administrator's unless another is given."""

    def __init__(self, *, directory: Path = _DIRECTORY, systemd: Systemd | None = None) -> None:
        self._directory = directory
        self._systemd = Systemd() if systemd is None else systemd
        self._is_read = True
        """Whether systemd knows all that was changed."""

    def units(self) -> frozenset[SocketUnit]:
        """Those that have one: they are found again after a crash."""
        found = (each.parent.name.removesuffix(".d") for each in self._directory.glob(f"*.socket.d/{DROP_IN}"))
        return frozenset(SocketUnit(name=each) for each in found)

    async def apply(self, wanted: Collection[SocketUnit]) -> None:
        """Make exactly these units have one, and systemd know it. Nothing is restarted; twice changes nothing.

        Raises:
            InvalidValueError: systemd knows no such unit; nothing was changed.
            NotSupportedError: there is no systemd here; nothing was changed.
            CommandRefusedError: a file could not be written or removed, or systemd refused.
        """
        before = self.units()
        for unit in frozenset(wanted) - before:
            if not (await self._systemd.socket_unit(unit.name)).is_known:
                raise InvalidValueError(f"systemd knows no unit {unit.name}")
        self._is_read &= before == frozenset(wanted)
        for unit in frozenset(wanted) - before:
            self.write(unit)
        for unit in before.difference(wanted):
            self.remove(unit)
        if not self._is_read:
            await self._systemd.read_units()
            self._is_read = True

    async def verdict(self, unit: SocketUnit) -> MultipathVerdict:
        """Whether what a unit listens with is Multipath TCP by now.

        Raises:
            NotSupportedError: there is no systemd here.
            CommandRefusedError: systemd refused.
        """
        told = await self._systemd.socket_unit(unit.name)
        return _verdict(unit, told, since_us=self._written_us(unit))

    def write(self, unit: SocketUnit) -> Path:
        """Write the drop-in of a unit, as a whole or not at all; systemd is not told.

        Raises:
            CommandRefusedError: it could not be written.
        """
        target = self._drop_in(unit)
        scratch = target.with_name(f".{DROP_IN}.new")
        try:
            target.parent.mkdir(mode=0o755, exist_ok=True)
            _write_through(scratch, _CONTENT)
            scratch.replace(target)
        except OSError as error:
            with suppress(OSError):
                scratch.unlink(missing_ok=True)
            raise CommandRefusedError(f"{target}: {error.strerror}", errno=error.errno or 0) from error
        return target

    def remove(self, unit: SocketUnit) -> None:
        """Remove the drop-in of a unit, and its directory if nothing else is in it; systemd is not told.

        Raises:
            CommandRefusedError: it could not be removed.
        """
        target = self._drop_in(unit)
        try:
            target.unlink(missing_ok=True)
        except OSError as error:
            raise CommandRefusedError(f"{target}: {error.strerror}", errno=error.errno or 0) from error
        with suppress(OSError):
            target.parent.rmdir()

    def _drop_in(self, unit: SocketUnit) -> Path:
        return self._directory / f"{unit.name}.d" / DROP_IN

    def _written_us(self, unit: SocketUnit) -> int | None:
        try:
            return self._drop_in(unit).stat().st_mtime_ns // _NS_PER_US
        except OSError:
            return None


def _verdict(unit: SocketUnit, told: ListeningUnit, *, since_us: int | None) -> MultipathVerdict:
    if not told.is_known:
        return _refused(MultipathObstacle.NO_PROGRAM, f"systemd knows no unit {unit.name}")
    if told.protocol != IPPROTO_MPTCP:
        if since_us is None:
            return MultipathVerdict(sentence=f"{unit.name} listens with TCP")
        return _refused(MultipathObstacle.OLD_SYSTEMD, "this systemd cannot listen with Multipath TCP (257 can)")
    if told.is_active and since_us is not None and told.active_since_us < since_us:
        sentence = f"{unit.name} listens since before: it begins with `systemctl restart {unit.name}`"
        return _refused(MultipathObstacle.ALREADY_RUNNING, sentence)
    return MultipathVerdict(
        means=frozenset({MultipathMeans.SOCKET_UNIT}), sentence=f"systemd listens with Multipath TCP for {unit.name}"
    )


def _refused(obstacle: MultipathObstacle, sentence: str) -> MultipathVerdict:
    return MultipathVerdict(obstacle=obstacle, sentence=sentence)


def _write_through(file: Path, content: str) -> None:
    """It is on the disk before it takes its name."""
    with file.open("w", encoding="ascii") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
        os.fchmod(opened.fileno(), 0o644)


class OthersSocketUnits:
    """For a daemon that is not the system's: units are none of its business."""

    def units(self) -> frozenset[SocketUnit]:
        return frozenset()

    async def apply(self, wanted: Collection[SocketUnit]) -> None:
        if wanted:
            raise NotSupportedError("only the mpmanagerd of the system changes units of systemd")

    async def verdict(self, unit: SocketUnit) -> MultipathVerdict:
        raise NotSupportedError(f"{unit.name}: only the mpmanagerd of the system changes units of systemd")
