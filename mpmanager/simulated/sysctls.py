"""The settings of a kernel's Multipath TCP, in memory."""

import errno
from collections.abc import Mapping

from mpmanager.model.errors import CommandRefusedError
from mpmanager.model.sysctl import PREFIX, SysctlName

_LINUX_6_18 = {
    "add_addr_timeout": "120",
    "allow_join_initial_addr_port": "1",
    "available_path_managers": "kernel userspace",
    "available_schedulers": "default",
    "blackhole_timeout": "3600",
    "checksum_enabled": "0",
    "close_timeout": "60",
    "enabled": "1",
    "path_manager": "userspace",
    "pm_type": "1",
    "scheduler": "default",
    "stale_loss_cnt": "4",
    "syn_retrans_before_tcp_fallback": "2",
}


class SimulatedSysctls:
    """Those of Linux 6.18, unless others are given."""

    def __init__(self, values: Mapping[str, str] = _LINUX_6_18, *, is_applied_at_boot: bool = False) -> None:
        self._values = {SysctlName(name): value for name, value in values.items()}
        self._kept: dict[SysctlName, str] = {}
        self._is_applied_at_boot = is_applied_at_boot

    def values(self) -> Mapping[SysctlName, str]:
        return dict(self._values)

    def write(self, name: SysctlName, value: str) -> None:
        if name not in self._values:
            raise CommandRefusedError(f"{PREFIX}{name} = {value}: No such file or directory", errno=errno.ENOENT)
        self._values[name] = value

    @property
    def kept_in(self) -> str:
        return "this program's memory"

    @property
    def is_applied_at_boot(self) -> bool:
        return self._is_applied_at_boot

    def kept(self) -> Mapping[SysctlName, str]:
        return dict(self._kept)

    def keep(self, kept: Mapping[SysctlName, str]) -> None:
        self._kept = dict(kept)
