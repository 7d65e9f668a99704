"""Packets from and to some addresses, by a packet socket (packet(7)) with a filter in the kernel."""

import ctypes
import os
import socket
import struct
import time
from collections.abc import Collection
from ipaddress import IPv4Address
from typing import NamedTuple

from mpmanager.model.errors import NotSupportedError
from mpmanager.model.names import IPAddress, LinkName
from mpmanager.model.packet import SeenPacket
from mpmanager.ports.packets import PacketListener

_ETH_P_ALL, _ETH_P_IP, _ETH_P_IPV6 = 0x0003, 0x0800, 0x86DD
_SO_TIMESTAMPNS, _SO_ATTACH_FILTER, _SO_RCVBUFFORCE = 35, 26, 33
_SOL_PACKET, _PACKET_STATISTICS = 263, 6
_OUTGOING = 4
"""`sll_pkttype` (linux/if_packet.h)."""
_PROTOCOL_FIELD = 0xFFFFF000
"""Where a filter finds the protocol of a packet (linux/filter.h)."""
_LOAD, _JUMP_IF_EQUAL, _GIVE = 0x20, 0x15, 0x06
_BUFFER_BYTES = 1 << 22
_LARGEST_BYTES = 1 << 17
"""Offloads make of many packets a single one, up to this size."""
_TAKEN_AT_ONCE = 256
_WORD_BYTES = 4
_TIME = struct.Struct("@ll")
_MOST_ADDRESSES = 64
_NS_PER_S = 1_000_000_000

_libc = ctypes.CDLL(None, use_errno=True)


class _Ends(NamedTuple):
    """Where a version of IP has its addresses."""

    protocol: int
    source: int
    destination: int


_IPV4 = _Ends(_ETH_P_IP, 12, 16)
_IPV6 = _Ends(_ETH_P_IPV6, 8, 24)


class LinuxPackets:
    """PacketSource of this network namespace."""

    def listen(self, remotes: Collection[IPAddress]) -> PacketListener:
        """As the port says; needs CAP_NET_RAW."""
        try:
            return _Listener(remotes)
        except PermissionError as error:
            raise NotSupportedError("this mpmanagerd may not capture packets (CAP_NET_RAW is missing)") from error


class _Listener:
    def __init__(self, remotes: Collection[IPAddress]) -> None:
        # Without a protocol nothing comes in before the filter stands.
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        self._lost = 0
        try:
            self._socket.settimeout(0)
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER_BYTES)
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
            self.watch(remotes)
            _listen_everywhere(self._socket)
        except BaseException:
            self._socket.close()
            raise

    def fileno(self) -> int:
        return self._socket.fileno()

    def watch(self, remotes: Collection[IPAddress]) -> None:
        program = filter_program(remotes)
        kept = ctypes.create_string_buffer(program, len(program))
        instructions = len(program) // 8
        # The kernel changes one for the other at once: nothing is missed between them.
        self._socket.setsockopt(
            socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HxxxxxxP", instructions, ctypes.addressof(kept))
        )

    def take(self) -> list[SeenPacket]:
        found: list[SeenPacket] = []
        while len(found) < _TAKEN_AT_ONCE:
            try:
                data, ancillary, _flags, source = self._socket.recvmsg(_LARGEST_BYTES, socket.CMSG_SPACE(_TIME.size))
            except BlockingIOError:
                break
            found.append(SeenPacket(_time_ns(ancillary), LinkName(source[0]), source[2] == _OUTGOING, data))
        return found

    def lost(self) -> int:
        # Asking sets it back.
        _, dropped = struct.unpack("II", self._socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))
        self._lost += dropped
        return self._lost

    def close(self) -> None:
        self._socket.close()


def _time_ns(ancillary: list[tuple[int, int, bytes]]) -> int:
    for _level, kind, data in ancillary:
        if kind == _SO_TIMESTAMPNS and len(data) >= _TIME.size:
            seconds, rest = _TIME.unpack_from(data)
            return int(seconds * _NS_PER_S + rest)
    return time.time_ns()


def _listen_everywhere(listener: socket.socket) -> None:
    """Python's own bind wants one interface; 0 is all there are and will be."""
    address = struct.pack("=HHiHBB8s", socket.AF_PACKET, socket.htons(_ETH_P_ALL), 0, 0, 0, 0, b"")
    if _libc.bind(listener.fileno(), address, len(address)):
        number = ctypes.get_errno()
        raise OSError(number, f"listening on all interfaces: {os.strerror(number)}")


def filter_program(remotes: Collection[IPAddress]) -> bytes:
    """A program (classic BPF) that lets through, whole, what is from or to one of some addresses: of the first 64."""
    body = b""
    for address in sorted(set(remotes), key=lambda each: (each.version, each))[:_MOST_ADDRESSES]:
        ends = _IPV4 if isinstance(address, IPv4Address) else _IPV6
        body += b"".join(_check(ends.protocol, place, address) for place in (ends.source, ends.destination))
    return body + _instruction(_GIVE, 0)


def _check(protocol: int, place: int, address: IPAddress) -> bytes:
    """Gives the packet if the address stands in that place, else comes to the next instruction behind."""
    packed = address.packed
    words = [int.from_bytes(packed[at : at + _WORD_BYTES], "big") for at in range(0, len(packed), _WORD_BYTES)]
    after = 2 * len(words) + 1
    code = _instruction(_LOAD, _PROTOCOL_FIELD) + _instruction(_JUMP_IF_EQUAL, protocol, otherwise=after)
    for number, word in enumerate(words):
        after -= 2
        code += _instruction(_LOAD, place + number * _WORD_BYTES)
        code += _instruction(_JUMP_IF_EQUAL, word, otherwise=after)
    return code + _instruction(_GIVE, _LARGEST_BYTES)


def _instruction(code: int, value: int, *, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", code, 0, otherwise, value)
