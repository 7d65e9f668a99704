"""Sockets that leave by one path and no other, and what it means when they do not get through."""

import asyncio
import errno
import os
import socket

from mpmanager.model.connection import Endpoint
from mpmanager.model.diagnosis import ProbeOutcome
from mpmanager.model.path import Path

_SO_BINDTOIFINDEX = 62
_OUTCOMES = {
    errno.ECONNREFUSED: ProbeOutcome.REFUSED,
    errno.ECONNRESET: ProbeOutcome.REFUSED,
    errno.EPERM: ProbeOutcome.FORBIDDEN,
    errno.EACCES: ProbeOutcome.FORBIDDEN,
    errno.ENETUNREACH: ProbeOutcome.NO_ROUTE,
    errno.EADDRNOTAVAIL: ProbeOutcome.NO_ROUTE,
}


def bound_socket(path: Path, version: int, kind: int, protocol: int = 0) -> socket.socket:
    """A socket that does not block, bound to the path's interface and its source address of an IP version.

    Raises:
        OSError: the path has no such address (any more), or CAP_NET_RAW is missing.
    """
    source = path.source_address(version)
    if source is None:
        raise OSError(errno.EADDRNOTAVAIL, f"{path.name} has no address of IPv{version}")
    family = socket.AF_INET if source.version == 4 else socket.AF_INET6  # noqa: PLR2004  # of IP
    made = socket.socket(family, kind | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC, protocol)
    try:
        made.setsockopt(socket.SOL_SOCKET, _SO_BINDTOIFINDEX, path.index)
        made.bind((str(source), 0))
    except OSError:
        made.close()
        raise
    return made


async def connect(made: socket.socket, server: Endpoint) -> None:
    """As `loop.sock_connect`, which looks up addresses, too, and knows nothing of Multipath TCP there.

    Raises:
        OSError: nobody answered, or somebody refused.
    """
    number = made.connect_ex((str(server.address), server.port))
    if number == errno.EINPROGRESS:
        await _until_writable(made)
        number = made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if number:
        raise OSError(number, os.strerror(number))


async def _until_writable(made: socket.socket) -> None:
    loop, writable = asyncio.get_running_loop(), asyncio.Event()
    loop.add_writer(made, writable.set)
    try:
        await writable.wait()
    finally:
        loop.remove_writer(made)


def outcome_of(error: OSError) -> tuple[ProbeOutcome, str]:
    """What a failure says of the path, and in words."""
    if isinstance(error, TimeoutError):
        return ProbeOutcome.SILENT, ""
    return _OUTCOMES.get(error.errno or 0, ProbeOutcome.SILENT), error.strerror or str(error)
