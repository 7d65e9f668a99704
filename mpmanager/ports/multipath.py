"""What the daemon needs so that programs that ask for TCP get Multipath TCP."""

from collections.abc import Collection
from typing import Protocol

from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.multipath import MultipathVerdict, SocketUnit


class MultipathHook(Protocol):
    """Changes what kind of socket programs get, in the kernel: it does not matter what they are written in.

    Sockets that are open already stay what they are. It ends with whoever holds it.
    """

    def refusal(self) -> str | None:
        """Why there is no such hook here, in a sentence, found by trying; None when there is."""
        ...

    def apply(self, wanted: Collection[CgroupPath], unwanted: Collection[CgroupPath]) -> Collection[CgroupPath]:
        """From now on programs in these cgroups and those below them open Multipath TCP sockets, others do not.

        Of nested cgroups the innermost that is named counts: what is in an `unwanted` one is left alone. Returns the
        cgroups that are gone. Applying twice changes nothing, and wanting nothing takes the hook away.

        Raises:
            NotSupportedError: something is wanted, and there is no such hook here, or Multipath TCP is switched off;
                nothing is changed for any program then.
            CommandRefusedError: the kernel refused; what could be applied stays.
        """
        ...

    def close(self) -> None:
        """Take the hook away."""
        ...


class SocketUnits(Protocol):
    """Changes what a service manager listens with on behalf of services. It outlives whoever asked for it."""

    def units(self) -> frozenset[SocketUnit]:
        """Those that are changed, by whichever daemon."""
        ...

    async def apply(self, wanted: Collection[SocketUnit]) -> None:
        """Change exactly these units. Nothing is restarted; applying twice changes nothing.

        Raises:
            InvalidValueError: there is no such unit; nothing was changed.
            NotSupportedError: there is no such service manager here; nothing was changed.
            CommandRefusedError: something could not be written or removed, or the service manager refused.
        """
        ...

    async def verdict(self, unit: SocketUnit) -> MultipathVerdict:
        """Whether what a unit listens with is Multipath TCP by now, and if not, why.

        Raises:
            NotSupportedError: there is no such service manager here.
            CommandRefusedError: it refused.
        """
        ...
