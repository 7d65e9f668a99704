"""What a program may say of its own Multipath TCP connections, where mpmanagerd runs; see mptcp_options(7).

    import socket
    from mpmanager.sockets import IPPROTO_MPTCP, set_expiration, trusted

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP)
    set_expiration(sock, 50)  # data may wait 50 ms before it may take a backup path as well
    sock.connect(("203.0.113.5", 443))
    with trusted(sock):  # what is sent inside leaves by trusted paths only
        sock.sendall(b"the secret")

Needs the standard library alone, and no rights.
"""

import errno
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

IPPROTO_MPTCP = 262
MPTCP_EXPIRATION = 0x6D700001
MPTCP_TRUSTED = 0x6D700002
"""Options of the level SOL_TCP, an int each."""
NEVER = -1
"""As an expiration: a backup path is used when nothing else is left, as Linux does by itself."""
LONGEST_MS = 60_000

_UNSET = -2
_OFF, _ASKED, _IN_FORCE = 0, 1, 2
_UNKNOWN_OPTION = frozenset({errno.ENOPROTOOPT, errno.EOPNOTSUPP})
"""The second is what the kernel says when an MPTCP socket is asked."""
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.0005, 0.02
_DEFAULT_TIMEOUT_S = 5.0


class OptionsNotAvailableError(OSError):
    """The kernel knows no such options: mpmanagerd does not run in this network namespace, or cannot take them."""


class PlainTcpError(OSError):
    """The socket is one of plain TCP, which cannot leave its path."""


class SectionNotInForceError(TimeoutError):
    """The trusted section could not be brought into force in time; it has been ended again."""


def set_expiration(sock: socket.socket, ms: int | None) -> None:
    """Say how long data of this socket may wait before it may take a backup path as well.

    Before or after `connect`; a listening socket hands it on to those that it accepts.

    Args:
        sock: of Multipath TCP; with plain TCP it is kept and changes nothing.
        ms: 0 (use all paths at once) to `LONGEST_MS`, `NEVER`, or None: as the rules of this machine say.

    Raises:
        ValueError: it is none of these.
        OptionsNotAvailableError: mpmanagerd does not answer here.
    """
    if ms is not None and not NEVER <= ms <= LONGEST_MS:
        raise ValueError(f"expiration {ms}: expected 0 to {LONGEST_MS} ms, {NEVER} (never) or None")
    _set(sock, MPTCP_EXPIRATION, _UNSET if ms is None else ms)


def get_expiration(sock: socket.socket) -> int | None:
    """What was said by `set_expiration`; None where nothing was.

    Raises:
        OptionsNotAvailableError: mpmanagerd does not answer here.
    """
    ms = _get(sock, MPTCP_EXPIRATION)
    return None if ms == _UNSET else ms


def set_trusted(sock: socket.socket, *, trusted: bool) -> None:
    """Begin or end a trusted section, without waiting: `is_trusted` says when it has come into force.

    Before or after `connect`; a listening socket hands it on to those that it accepts.

    Raises:
        OptionsNotAvailableError: mpmanagerd does not answer here.
    """
    _set(sock, MPTCP_TRUSTED, _ASKED if trusted else _OFF)


def is_trusted(sock: socket.socket) -> bool:
    """Whether a trusted section is in force: what is written now leaves by trusted paths only.

    Raises:
        OptionsNotAvailableError: mpmanagerd does not answer here.
    """
    return _get(sock, MPTCP_TRUSTED) == _IN_FORCE


@contextmanager
def trusted(sock: socket.socket, *, timeout_s: float = _DEFAULT_TIMEOUT_S) -> Iterator[None]:
    """A trusted section: what is written to the connection in the block leaves by trusted paths only.

    The block begins when that is so. Where no trusted path is up, data waits for one; Linux ends a connection that has
    had no path for a minute. In a section that is in force already it changes nothing, also not at its end.

    Raises:
        OptionsNotAvailableError: mpmanagerd does not answer here.
        PlainTcpError: the socket is none of Multipath TCP.
        SectionNotInForceError: not within `timeout_s`; nothing of the block has run.
        OSError: the socket is not connected.
    """
    sock.getpeername()
    if sock.getsockopt(socket.SOL_SOCKET, socket.SO_PROTOCOL) != IPPROTO_MPTCP:
        raise PlainTcpError(errno.EPROTONOSUPPORT, "a trusted section needs a socket of Multipath TCP")
    is_inner = _get(sock, MPTCP_TRUSTED) != _OFF
    if not is_inner:
        set_trusted(sock, trusted=True)
    try:
        _wait_until_in_force(sock, timeout_s)
        yield
    finally:
        if not is_inner:
            _end(sock)


def _wait_until_in_force(sock: socket.socket, timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    wait_s = _FIRST_WAIT_S
    while not is_trusted(sock):
        if time.monotonic() >= deadline:
            raise SectionNotInForceError(errno.ETIMEDOUT, f"the trusted section was not in force within {timeout_s} s")
        time.sleep(wait_s)
        wait_s = min(2 * wait_s, _LONGEST_WAIT_S)


def _end(sock: socket.socket) -> None:
    if sock.fileno() < 0:
        return  # closed in the block
    try:
        set_trusted(sock, trusted=False)
    except OptionsNotAvailableError:
        return  # mpmanagerd has stopped meanwhile: nobody is left to heed it


def _set(sock: socket.socket, option: int, value: int) -> None:
    try:
        sock.setsockopt(socket.SOL_TCP, option, value)
    except OSError as error:
        raise _named(error) from error


def _get(sock: socket.socket, option: int) -> int:
    try:
        return sock.getsockopt(socket.SOL_TCP, option)
    except OSError as error:
        raise _named(error) from error


def _named(error: OSError) -> OSError:
    if error.errno not in _UNKNOWN_OPTION:
        return error
    return OptionsNotAvailableError(error.errno, "mpmanagerd does not take socket options here (mpm status says why)")
