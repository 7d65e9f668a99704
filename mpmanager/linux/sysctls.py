"""The settings of the kernel's Multipath TCP, in /proc/sys/net/mptcp, and the file that keeps them."""

import errno
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from mpmanager.core.sysctls import file_text, parse_file
from mpmanager.model.errors import CommandRefusedError, StateFileError
from mpmanager.model.sysctl import PREFIX, SysctlName

_DIRECTORY = Path("/proc/sys/net/mptcp")
_MODE = 0o644


class LinuxSysctls:
    """Sysctls of the network namespace of whoever calls."""

    def __init__(self, file: Path, *, is_applied_at_boot: bool) -> None:
        self._file = file
        self._is_applied_at_boot = is_applied_at_boot

    def values(self) -> Mapping[SysctlName, str]:
        found: dict[SysctlName, str] = {}
        with suppress(OSError):  # a kernel without Multipath TCP has no such directory
            for each in sorted(_DIRECTORY.iterdir()):
                with suppress(OSError, UnicodeDecodeError):  # one that can only be written
                    found[SysctlName(each.name)] = each.read_text(encoding="ascii").strip()
        return found

    def write(self, name: SysctlName, value: str) -> None:
        file = _DIRECTORY / name
        try:
            before = file.read_text(encoding="ascii").strip()
            file.write_text(f"{value}\n", encoding="ascii")
            after = file.read_text(encoding="ascii").strip()
        except OSError as error:
            number = error.errno or errno.EIO
            raise CommandRefusedError(f"{PREFIX}{name} = {value}: {os.strerror(number)}", errno=number) from error
        if after != value:
            with suppress(OSError):
                file.write_text(f"{before}\n", encoding="ascii")
            raise CommandRefusedError(f"{PREFIX}{name} = {value}: the kernel made {after} of it", errno=errno.EINVAL)

    @property
    def kept_in(self) -> str:
        return str(self._file)

    @property
    def is_applied_at_boot(self) -> bool:
        return self._is_applied_at_boot

    def kept(self) -> Mapping[SysctlName, str]:
        try:
            return parse_file(self._file.read_text(encoding="utf-8", errors="replace"))
        except OSError:
            return {}

    def keep(self, kept: Mapping[SysctlName, str]) -> None:
        try:
            if kept:
                _replace(self._file, file_text(kept))
            else:
                self._file.unlink(missing_ok=True)
        except OSError as error:
            raise StateFileError(f"{self._file}: {error.strerror}") from error


def _replace(file: Path, text: str) -> None:
    """Whole or not at all, and on the disk afterwards. Its draft has a name that systemd-sysctl does not read."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".new")
    with draft.open("w", encoding="utf-8") as stream:
        os.fchmod(stream.fileno(), _MODE)
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)
