"""What subflows and their connections had carried when they were closed, said by a program in the kernel.

sock_diag says it later, of sockets that the kernel may have reset before, and says nothing of connections.
"""

import asyncio
import logging
import os
import struct
from collections.abc import Callable
from contextlib import ExitStack
from ipaddress import IPv4Address, IPv6Address
from socket import AF_INET

from mpmanager.linux import bpf, pins
from mpmanager.linux.bpf import AttachType, BpfObject, RingBuffer
from mpmanager.linux.mounts import cgroup_directory
from mpmanager.linux.object_files import ENDS, namespace_constants
from mpmanager.linux.stream_counters import written_bytes
from mpmanager.model.connection import Endpoint, FourTuple, StreamEnd, SubflowEnd, normalised
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.errors import CommandRefusedError, NotSupportedError
from mpmanager.model.names import IPAddress

_WORDS = struct.Struct("=8QIIHHHH16s16s")
"""`struct last_words`."""
_LOST_KEY = bytes(4)

_log = logging.getLogger(__name__)


class LastWords:
    """Subflows that end below a cgroup, from now on. Needs a running event loop."""

    def __init__(
        self,
        root: CgroupPath,
        deliver: Callable[[SubflowEnd], None],
        lost: Callable[[], None],
        *,
        ahead: BpfObject | None,
    ) -> None:
        """Begin to listen; `ahead` is the program, where it was loaded already.

        Raises:
            NotSupportedError: libbpf, the compiled program, or cgroup v2 is missing.
            CommandRefusedError: the kernel refuses, in its own words.
        """
        self._deliver = deliver
        self._tell_lost = lost
        self._lost = bytes(8)
        self._link: int | None = None
        constants = namespace_constants(pins.namespace_cookie())
        self._object = ahead or BpfObject(ENDS.path, pins=None, constants=constants)
        with ExitStack() as refused:
            refused.callback(self._object.close)
            self._words = RingBuffer(self._object.maps["ends"])
            refused.callback(self._words.close)
            program = self._object.programs["hear_out"]
            self._link = bpf.attach_for_life(program, cgroup_directory(root), AttachType.SOCK_OPS)
            refused.pop_all()
        asyncio.get_running_loop().add_reader(self._words.fileno(), self.drain)

    def drain(self) -> None:
        """Deliver what has been said by now."""
        try:
            records = self._words.read()
            lost = self._object.maps["lost"].get(_LOST_KEY) or self._lost
        except CommandRefusedError as error:
            _log.warning("last words of subflows: %s", error)
            return
        for record in records:
            self._deliver(decode_last_words(record))
        if lost != self._lost:
            self._lost = lost
            self._tell_lost()

    def close(self) -> None:
        """Listen no more."""
        if self._link is not None:
            os.close(self._link)
            self._link = None
            asyncio.get_running_loop().remove_reader(self._words.fileno())
            self._words.close()
            self._object.close()


def hear_last_words(
    root: CgroupPath,
    deliver: Callable[[SubflowEnd], None],
    lost: Callable[[], None],
    *,
    ahead: BpfObject | None = None,
) -> LastWords | None:
    """Listen, where that can be; None where it cannot, which is said in the log."""
    try:
        return LastWords(root, deliver, lost, ahead=ahead)
    except (NotSupportedError, CommandRefusedError) as error:
        _log.warning("accounts of what is closed between two looks may be short: %s", error)
        return None


def decode_last_words(record: bytes) -> SubflowEnd:
    """What a `struct last_words` says."""
    values = _WORDS.unpack(record)
    sent, again, received, stream_sent, stream_received, acked, write_seq, snd_una = values[:8]
    retransmits, has_stream, family, local_port, remote_port, state, local, remote = values[8:]
    flow = FourTuple(Endpoint(_address(family, local), local_port), Endpoint(_address(family, remote), remote_port))
    stream = None
    if has_stream:
        written = written_bytes(
            state, sent=stream_sent, acked=acked, write_seq=write_seq, snd_una=snd_una, is_fallback=False
        )
        stream = StreamEnd(stream_sent, stream_received, written)
    return SubflowEnd(flow, sent - again, received, retransmits, stream)


def _address(family: int, packed: bytes) -> IPAddress:
    return IPv4Address(packed[:4]) if family == AF_INET else normalised(IPv6Address(packed))
