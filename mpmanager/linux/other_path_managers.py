"""Who else has a say about subflows here: programs that hear the kernel's events, and endpoints of its own manager."""

import itertools
import os
import struct
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from mpmanager.linux import generic_netlink, proc
from mpmanager.linux.generic_netlink import NETLINK_GENERIC
from mpmanager.linux.netlink import NetlinkSocket, attributes_of
from mpmanager.linux.rtnetlink import address_of, number_of
from mpmanager.model.names import IPAddress
from mpmanager.model.pathmanager import EventListener, KernelEndpoint

_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_AF_NETLINK = 16
_REQUEST = struct.Struct("=BBHIIII")
"""struct netlink_diag_req: family, protocol, padding, inode, what to show, cookie."""
_SHOW_GROUPS = 2
_NO_COOKIE = 0xFFFFFFFF
_ANSWER = struct.Struct("=BBBBIIIIII")
"""struct netlink_diag_msg: family, type, protocol, state, port, peer's port and group, inode, cookie."""
_GROUPS = 1
"""NETLINK_DIAG_GROUPS: a bit for each, in native words."""
_WORD_BITS = struct.calcsize("L") * 8
_WORD = struct.Struct("=Q" if _WORD_BITS == 64 else "=I")  # noqa: PLR2004  # of the kernel's unsigned long

_GET_ADDR = 3
"""MPTCP_PM_CMD_GET_ADDR"""
_VERSION = 1
_ATTR_ADDR = 1
_ADDR_4, _ADDR_6, _ADDR_FLAGS = 3, 4, 6
_FLAG_WORDS = {1: "signal", 2: "subflow", 4: "backup", 8: "fullmesh"}
"""As `ip mptcp endpoint` prints them."""


def event_listeners(group: int) -> tuple[EventListener, ...]:
    """Other processes that have joined a multicast group of generic netlink in this network namespace.

    Raises:
        CommandRefusedError: this kernel does not tell (no NETLINK_DIAG).
    """
    with NetlinkSocket(_NETLINK_SOCK_DIAG) as netlink:
        request = _REQUEST.pack(_AF_NETLINK, NETLINK_GENERIC, 0, 0, _SHOW_GROUPS, _NO_COOKIE, _NO_COOKIE)
        answers = netlink.dump(_SOCK_DIAG_BY_FAMILY, request, what="looking for others that hear MPTCP events")
    own = _sockets_of(os.getpid())
    joined = {(inode, port) for inode, port in _members(answers, group) if inode not in own}
    found = {_listener(inode, port) for inode, port in joined}
    return tuple(sorted(found, key=lambda each: (each.name, each.pid or 0)))


def kernel_endpoints(netlink: NetlinkSocket, family: int) -> tuple[KernelEndpoint, ...]:
    """The endpoints that the kernel's own path manager would use, by their ids.

    Raises:
        CommandRefusedError: the kernel does not tell.
    """
    answers = netlink.dump(family, generic_netlink.header(_GET_ADDR, _VERSION), what="reading MPTCP endpoints")
    return tuple(endpoint for answer in answers if (endpoint := _endpoint(answer)) is not None)


def _members(answers: list[memoryview], group: int) -> Iterator[tuple[int, int]]:
    """Inode and port of the sockets in a group."""
    for answer in answers:
        if len(answer) < _ANSWER.size:
            continue
        _family, _type, _protocol, _state, port, _peer, _peers_group, inode, *_cookie = _ANSWER.unpack_from(answer)
        groups = attributes_of(answer[_ANSWER.size :]).get(_GROUPS, memoryview(b""))
        if _has_bit(groups, group - 1):
            yield inode, port


def _has_bit(words: memoryview, bit: int) -> bool:
    offset = bit // _WORD_BITS * _WORD.size
    return offset + _WORD.size <= len(words) and bool(_WORD.unpack_from(words, offset)[0] >> bit % _WORD_BITS & 1)


def _listener(inode: int, port: int) -> EventListener:
    """Sockets are mostly named by the number of the process that made them; else all processes are looked through."""
    pids = itertools.chain((port,), proc.running())
    pid = next((each for each in pids if inode in _sockets_of(each)), None)
    return EventListener(pid=pid, name=_name_of(pid))


def _sockets_of(pid: int) -> Collection[int]:
    """Inodes; none where the process is gone or not ours to see."""
    return proc.sockets(pid, proc.descriptors(pid)).keys()


def _name_of(pid: int | None) -> str:
    if pid is not None:
        with suppress(OSError):
            return Path(f"/proc/{pid}/comm").read_text(errors="replace").strip()
    return ""


def _endpoint(answer: memoryview) -> KernelEndpoint | None:
    address = attributes_of(answer[generic_netlink.HEADER.size :]).get(_ATTR_ADDR)
    attributes = {} if address is None else attributes_of(address)
    where = _address(attributes)
    if where is None:
        return None
    flags = number_of(attributes.get(_ADDR_FLAGS))
    return KernelEndpoint(
        address=where,
        flags=tuple(word for bit, word in _FLAG_WORDS.items() if flags & bit),
    )


def _address(attributes: dict[int, memoryview]) -> IPAddress | None:
    found = attributes.get(_ADDR_4, attributes.get(_ADDR_6))
    return None if found is None else address_of(found)
