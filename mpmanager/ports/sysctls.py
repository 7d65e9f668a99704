"""What the daemon needs to show and set how the kernel does Multipath TCP."""

from collections.abc import Mapping
from typing import Protocol

from mpmanager.model.sysctl import SysctlName


class Sysctls(Protocol):
    """The settings `net.mptcp.*` of this network namespace, and the file that sets them again later."""

    def values(self) -> Mapping[SysctlName, str]:
        """All that can be read."""
        ...

    def write(self, name: SysctlName, value: str) -> None:
        """Set one; it is read back.

        Raises:
            CommandRefusedError: the kernel did not take it; it is as it was.
        """
        ...

    @property
    def kept_in(self) -> str:
        """The file, or a word for where that would be."""
        ...

    @property
    def is_applied_at_boot(self) -> bool:
        """Whether the system reads the file when it starts; otherwise somebody else has to."""
        ...

    def kept(self) -> Mapping[SysctlName, str]:
        """What the file says; nothing where there is none."""
        ...

    def keep(self, kept: Mapping[SysctlName, str]) -> None:
        """Replace the file as a whole; none is left where nothing is to be kept.

        Raises:
            StateFileError: it is as it was.
        """
        ...
