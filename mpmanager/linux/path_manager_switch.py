"""Who manages the connections of a network namespace, the kernel or a program; and the way back, also after a crash."""

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mpmanager.model.errors import NotSupportedError

_log = logging.getLogger(__name__)

_SYSCTLS = Path("/proc/sys/net/mptcp")
_USERSPACE = {"path_manager": "userspace", "pm_type": "1"}
_KERNEL = {"path_manager": "kernel", "pm_type": "0"}


class PathManagerSwitch:
    """net.mptcp.path_manager (6.15 and newer) or net.mptcp.pm_type of this namespace."""

    def __init__(self, *, remembered: Path) -> None:
        """`remembered` is a file that keeps, over a crash, what has to be handed back."""
        self._remembered = remembered
        self._before: str | None = None
        self._claim: socket.socket | None = None

    def current(self) -> str:
        """Who it is, in the kernel's newer words.

        Raises:
            NotSupportedError: this kernel knows no other than its own.
        """
        file = self._file()
        value = file.read_text().strip()
        return {"0": "kernel", "1": "userspace"}.get(value, value) if file.name == "pm_type" else value

    def take_over(self) -> None:
        """Have new connections managed by this process.

        Raises:
            NotSupportedError: another mpmanagerd does so, or the rights are missing.
        """
        self._claim = _claim_namespace()
        file = self._file()
        value = file.read_text().strip()
        if not self._remembered.exists():
            # Already ours without a note: a daemon with another state directory died here.
            self._remember(_KERNEL[file.name] if value == _USERSPACE[file.name] else value)
        if value != _USERSPACE[file.name]:
            _write(file, _USERSPACE[file.name])

    def hand_back(self) -> None:
        """Undo `take_over`, if that was done."""
        if self._claim is None:
            return
        self._set_what_was_before(self._file())
        self._claim.close()
        self._claim = None
        self._forget()

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Keep daemons from this namespace meanwhile.

        Raises:
            NotSupportedError: one is at work.
        """
        with _claim_namespace():
            yield

    def hand_back_leftover(self) -> None:
        """Undo what a daemon has left behind that is gone; call it while `claimed`.

        What is not ours any more stays: the machine was started again since, or somebody has said otherwise.

        Raises:
            NotSupportedError: the rights are missing.
        """
        try:
            file = self._file()
        except NotSupportedError:
            return  # nobody can have taken anything over
        if file.read_text().strip() == _USERSPACE[file.name]:
            self._set_what_was_before(file)
        self._forget()

    def _file(self) -> Path:
        for name in _USERSPACE:
            if (file := _SYSCTLS / name).exists():
                return file
        raise NotSupportedError("this kernel has no userspace path manager for MPTCP (needs Linux 5.19)")

    def _set_what_was_before(self, file: Path) -> None:
        try:
            _write(file, self._noted() or _KERNEL[file.name])  # writing nothing would set nothing
        except (NotSupportedError, OSError, ValueError):  # what was noted is gone or damaged
            _write(file, _KERNEL[file.name])

    def _noted(self) -> str | None:
        return self._remembered.read_text().strip() if self._remembered.exists() else self._before

    def _remember(self, value: str) -> None:
        """A full disk is no reason to leave connections alone: after a crash, too, they go back to the kernel then."""
        self._before = value
        try:
            self._remembered.write_text(value)
        except OSError as error:
            _log.warning("%s: %s; after a crash the kernel manages connections", self._remembered, error.strerror)
            self._forget()

    def _forget(self) -> None:
        with suppress(OSError):  # a note that stays is right: this is what was before
            self._remembered.unlink(missing_ok=True)


def _claim_namespace() -> socket.socket:
    """A name that only one process of a network namespace can have, and that ends with it.

    Raises:
        NotSupportedError: another one has it.
    """
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        claim.bind("\0io.github.mpmanager1")
    except OSError as error:
        claim.close()
        raise NotSupportedError("another mpmanagerd manages this network namespace already") from error
    return claim


def _write(file: Path, value: str) -> None:
    try:
        file.write_text(value)
    except OSError as error:
        raise NotSupportedError(f"cannot set {file} to {value}: {error.strerror}") from error
