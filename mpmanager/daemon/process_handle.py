"""A process that a caller means, told by a descriptor: a number alone may be another process' by the next moment."""

import os
import select
from pathlib import Path

from mpmanager.model.errors import InvalidValueError, NotAuthorizedError

_ROOT_UID = 0


class ProcessHandle:
    """The process behind a pidfd, which stays its owner's to close."""

    def __init__(self, descriptor: int) -> None:
        """Find out which one it is.

        Raises:
            InvalidValueError: the descriptor is none of a process, or that cannot be seen from here or has ended.
        """
        self._descriptor = descriptor
        pid = _fields(Path(f"/proc/self/fdinfo/{descriptor}")).get("Pid")
        if pid is None:
            raise InvalidValueError("process: not a descriptor of a process (pidfd_open)")
        if int(pid) == 0:
            raise InvalidValueError("process: it cannot be seen by mpmanagerd (another PID namespace)")
        self.pid = int(pid)
        """Its number, as long as it lives."""
        self.require_life()

    def require_life(self) -> None:
        """Vouch for what was read by its number before.

        Raises:
            InvalidValueError: it has ended.
        """
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        if poll.poll(0):
            raise InvalidValueError("process: it has ended")

    def require_owner(self, uid: int) -> None:
        """Root may speak of every process, others of those that are theirs alone.

        Raises:
            NotAuthorizedError: it is another's, or has another's rights (a set-uid program).
            InvalidValueError: it has ended.
        """
        if uid == _ROOT_UID:
            return
        status = _fields(Path(f"/proc/{self.pid}/status"))
        self.require_life()
        if set(status.get("Uid", "").split()) != {str(uid)}:
            raise NotAuthorizedError(f"process {self.pid} belongs to another user")


def _fields(file: Path) -> dict[str, str]:
    """Lines of the form `Name: value`; none when there is no such file."""
    try:
        lines = os.fsdecode(file.read_bytes()).splitlines()
    except OSError:
        return {}
    return {name: value.strip() for name, _colon, value in (line.partition(":") for line in lines)}
