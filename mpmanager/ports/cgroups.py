"""What the daemon needs so that programs run in cgroups of their own."""

from collections.abc import Collection, Mapping
from typing import Protocol

from mpmanager.model.enforcement import CgroupPath


class Cgroups(Protocol):
    """The tree of cgroups (v2), and which processes are where in it. Paths are those below its mount.

    Every method raises NotSupportedError where there is no such tree, but for `exists`, `identity`, `tree` and
    `led_by`: there, nothing is in it.
    """

    def of_process(self, pid: int) -> CgroupPath:
        """Where a process is.

        Raises:
            CommandRefusedError: there is no such process, or its cgroup cannot be seen from here.
        """
        ...

    def exists(self, cgroup: CgroupPath) -> bool:
        """Whether there is such a cgroup."""
        ...

    def identity(self, cgroup: CgroupPath) -> int | None:
        """What no other cgroup ever is, not even a later one at the same place; None when there is none."""
        ...

    def tree(self) -> Collection[CgroupPath]:
        """All cgroups but the root."""
        ...

    def is_held(self, cgroup: CgroupPath) -> bool:
        """Whether nobody but root may move processes into it.

        A process cannot leave a cgroup for another one without that right at the innermost that both are in, so what is
        just below a held one keeps its processes.

        Raises:
            CommandRefusedError: there is no such cgroup.
        """
        ...

    def make(self, beneath: CgroupPath, name: str) -> CgroupPath:
        """Make a cgroup, in which nothing is.

        Raises:
            CommandRefusedError: the kernel refused; there is one of that name, perhaps.
        """
        ...

    def move(self, pid: int, cgroup: CgroupPath) -> None:
        """Move a process with all its threads.

        Raises:
            CommandRefusedError: the kernel refused; the process is where it was.
        """
        ...

    def remove_if_empty(self, cgroup: CgroupPath) -> bool:
        """Remove a cgroup with those below it, unless a process is in one of them; returns whether it is gone.

        Raises:
            CommandRefusedError: the kernel refused.
        """
        ...

    def led_by(self, executables: Collection[str]) -> Mapping[str, frozenset[CgroupPath]]:
        """The cgroups that belong to a program alone, of each of these that has some.

        They are those that may be a program's own (`core.scopes.may_be_led`) in which it came first: of the processes
        whose parent is elsewhere, the oldest one runs it. A shell that starts a program in its own cgroup leads that,
        and a helper that lost its parent does not.
        """
        ...
