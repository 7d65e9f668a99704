"""What the daemon needs to know of connections, and to do to them."""

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from mpmanager.model.connection import (
    Application,
    ConnectionSample,
    FourTuple,
    ProcessKey,
    Snapshot,
    SubflowEnd,
    SubflowSample,
)
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.names import IPAddress, Token
from mpmanager.model.pathmanager import Command, EventListener, KernelEndpoint, KernelEvent
from mpmanager.model.progress import Progress, SubflowVitals


class PathManager(Protocol):
    """The kernel's interface for a userspace path manager."""

    def take_over(self) -> None:
        """Become the path manager of connections that are made from now on.

        Raises:
            NotSupportedError: this kernel or this user cannot; the sentence says what is missing.
        """
        ...

    def hand_back(self) -> None:
        """Let the kernel, or whoever it was before, manage new connections again. Safe to call twice."""
        ...

    def current(self) -> str:
        """Who manages new connections now: `userspace`, `kernel` or another name."""
        ...

    def other_listeners(self) -> tuple[EventListener, ...]:
        """Other processes that hear the same events, as another path manager does. Reads /proc: milliseconds.

        Raises:
            CommandRefusedError: the kernel does not tell.
        """
        ...

    def kernel_endpoints(self) -> tuple[KernelEndpoint, ...]:
        """What the kernel's own path manager is told to use; none of it is ours.

        Raises:
            CommandRefusedError: the kernel does not tell.
        """
        ...

    def listen(self, deliver: Callable[[KernelEvent], None], lost: Callable[[], None]) -> None:
        """Call `deliver` for each event, in order; call `lost` when events were dropped (look at everything again)."""
        ...

    def has_news(self) -> bool:
        """Whether events wait to be delivered: what seems not to have come about may have."""
        ...

    def execute(self, command: Command) -> None:
        """Do one thing to one connection.

        Raises:
            ManagedElsewhereError: the connection was made before `take_over`.
            ConnectionGoneError: there is no such connection.
            CommandRefusedError: the subflow is gone, or the kernel does not want to.
        """
        ...

    def close(self) -> None: ...


class ConnectionTable(Protocol):
    """The sockets of the namespace."""

    def snapshot(self) -> Snapshot:
        """All MPTCP connections and their subflows."""
        ...

    def connection(self, token: Token) -> ConnectionSample | None:
        """One connection; None when it is gone."""
        ...

    def subflow(self, flow: FourTuple, *, interface_index: int = 0) -> SubflowSample | None:
        """One subflow, by its ends and the interface it is bound to (0 for none); None when it is gone."""
        ...

    def progress(self, tokens: Collection[Token]) -> list[Progress]:
        """How far these connections have got, in no order; those that are gone are left out. As cheap as can be."""
        ...

    def vitals(self, flow: FourTuple, *, interface_index: int = 0) -> SubflowVitals | None:
        """Whether one subflow delivers; None when it is gone."""
        ...

    def plain_connections(self, *, local: Collection[IPAddress] | None = None) -> list[ProcessKey]:
        """Whose the connections are that use plain TCP, one entry for each; dear on a busy machine.

        With `local` only those from these addresses.

        Left out are those over loopback, and those that somebody else has opened to a listener here: what they are is
        the other end's choice.
        """
        ...

    def listen(
        self, deliver: Callable[[SubflowEnd], None], lost: Callable[[], None], *, root: CgroupPath | None = None
    ) -> None:
        """Call `deliver` with the final counters of each TCP socket that ends; `lost` when some were dropped.

        Of subflows of processes below `root` that begin from now on they are told twice where the kernel can do that,
        first when they are closed, with what their connection had moved.
        """
        ...

    def close(self) -> None: ...


class ApplicationFinder(Protocol):
    """Tells whose sockets are."""

    def find(self, owners: Sequence[ProcessKey]) -> list[Application]:
        """The programs that own the sockets, in the same order; `UNKNOWN_APPLICATION` where nobody can tell."""
        ...

    def cgroup(self, owner: ProcessKey) -> str | None:
        """The cgroup that a socket was made in, at once; None where it is not known (any more)."""
        ...
