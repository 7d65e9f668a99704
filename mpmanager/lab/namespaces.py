"""Named network namespaces: making, finding and emptying them."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from mpmanager.lab.enter import NAMED_NAMESPACES, enter_network
from mpmanager.lab.errors import LabError, RightsMissingError

ResultT = TypeVar("ResultT")

_COMMAND_TIMEOUT_S = 20.0
_GRACE_S = 3.0
_POLL_S = 0.01


def ip(*arguments: str, batch: Iterable[str] | None = None) -> None:
    """Run `ip`; with a batch, all its lines in one process.

    Raises:
        RightsMissingError: the kernel refused for lack of rights.
        LabError: it failed for another reason, in the words of `ip`.
    """
    command = ["ip", *arguments] if batch is None else ["ip", *arguments, "-batch", "-"]
    lines = None if batch is None else "\n".join(batch) + "\n"
    try:
        subprocess.run(command, input=lines, capture_output=True, text=True, check=True, timeout=_COMMAND_TIMEOUT_S)
    except FileNotFoundError as error:
        raise LabError("the program `ip` is missing (Debian: iproute2)") from error
    except subprocess.CalledProcessError as error:
        reason = error.stderr.strip()
        if "Operation not permitted" in reason or "Permission denied" in reason:
            raise RightsMissingError(
                f"{' '.join(command)}: {reason}: CAP_SYS_ADMIN or CAP_NET_ADMIN is missing"
            ) from error
        raise LabError(f"{' '.join(command)}: {reason}") from error


def create(namespace: str) -> None:
    """Make a named network namespace with its loopback device switched on.

    Raises:
        LabError: it exists already, or is refused.
    """
    ip("netns", "add", namespace)
    ip("-n", namespace, "link", "set", "lo", "up")


def named(prefix: str) -> tuple[str, ...]:
    """The names that begin so, of namespaces that exist or of what is left of them."""
    if not NAMED_NAMESPACES.is_dir():
        return ()
    return tuple(sorted(each.name for each in NAMED_NAMESPACES.iterdir() if each.name.startswith(prefix)))


def remove(namespaces: Iterable[str]) -> None:
    """End all processes inside and delete the names; what does not exist is no error."""
    present = [each for each in namespaces if (NAMED_NAMESPACES / each).exists()]
    end_processes(present)
    for each in present:
        ip("netns", "delete", each)


def inside(namespace: str, function: Callable[[], ResultT]) -> ResultT:
    """Call a function in a network namespace and return its result; sockets it makes stay there.

    It runs in a thread of its own that ends afterwards: the caller's namespace is never touched.
    """
    results: list[ResultT] = []
    errors: list[BaseException] = []

    def enter_and_call() -> None:
        try:
            enter_network(namespace)
            results.append(function())
        except BaseException as error:  # noqa: BLE001  # carried over to the caller, as if it had called itself
            errors.append(error)

    thread = threading.Thread(target=enter_and_call, name=f"inside {namespace}")
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


def write_sysctls(namespace: str, values: dict[str, int | str]) -> None:
    """Set sysctls of a network namespace.

    Raises:
        LabError: there is none of that name, or the value is refused.
    """

    def write() -> None:
        for name, value in values.items():
            Path("/proc/sys", *name.split(".")).write_text(f"{value}\n", encoding="ascii")

    try:
        inside(namespace, write)
    except OSError as error:
        raise LabError(f"sysctl in {namespace}: {error}") from error


def end_processes(namespaces: Iterable[str]) -> None:
    """End every process whose network namespace is one of these, politely first; this process excepted.

    Raises:
        LabError: a process cannot be ended.
    """
    identities = _identities(namespaces)
    if not identities:
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        _signal_processes(identities, number)
        if _are_gone_within(_GRACE_S, identities):
            return
    raise LabError(f"processes {_processes(identities)} do not end, not even when killed")


def _are_gone_within(time_s: float, identities: frozenset[tuple[int, int]]) -> bool:
    deadline = time.monotonic() + time_s
    while _processes(identities):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True


def _identities(namespaces: Iterable[str]) -> frozenset[tuple[int, int]]:
    """Device and inode of each, without the one in which this process is and without names that lead nowhere."""
    own = Path("/proc/self/ns/net").stat()
    found = set()
    for each in namespaces:
        with suppress(OSError):
            status = (NAMED_NAMESPACES / each).stat()
            # After a crash of the machine or of `ip`, a name may be an ordinary file.
            if status.st_dev == own.st_dev:
                found.add((status.st_dev, status.st_ino))
    return frozenset(found - {(own.st_dev, own.st_ino)})


def _processes(identities: frozenset[tuple[int, int]]) -> list[int]:
    """Process ids inside, without this process and without those that have ended but not been waited for."""
    candidates = (int(each.name) for each in Path("/proc").iterdir() if each.name.isdecimal())
    return [pid for pid in candidates if pid != os.getpid() and _is_inside(pid, identities)]


def _is_inside(pid: int, identities: frozenset[tuple[int, int]]) -> bool:
    try:
        status = Path(f"/proc/{pid}/ns/net").stat()
    except OSError:  # ended; a zombie has no namespace any more
        return False
    return (status.st_dev, status.st_ino) in identities


def _signal_processes(identities: frozenset[tuple[int, int]], number: signal.Signals) -> None:
    for pid in _processes(identities):
        with suppress(ProcessLookupError):
            descriptor = os.pidfd_open(pid)
            try:
                # Once more, now that the process id cannot be given to another process.
                if _is_inside(pid, identities):
                    signal.pidfd_send_signal(descriptor, number)
            finally:
                os.close(descriptor)
