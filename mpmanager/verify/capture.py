"""What leaves this machine towards the destinations of a proof, by any interface but loopback."""

import ctypes
import os
import socket
import struct
from collections.abc import Collection
from ipaddress import IPv4Address, ip_address
from typing import NamedTuple, Self

from mpmanager.model.errors import NotAuthorizedError
from mpmanager.verify.packets import Packet, decode

_ETH_P_ALL, _ETH_P_IP, _ETH_P_IPV6 = 0x0003, 0x0800, 0x86DD
_SO_ATTACH_FILTER, _SO_RCVBUFFORCE = 26, 33
_SOL_PACKET, _PACKET_STATISTICS = 263, 6
_BUFFER_BYTES = 1 << 23
_LARGEST_BYTES = 1 << 17
_OUTGOING = 4
_TYPE_FIELD, _PROTOCOL_FIELD = 0xFFFFF004, 0xFFFFF000
"""Where a filter finds of what type a packet is, and its protocol (`linux/filter.h`)."""
_LOAD, _JUMP, _JUMP_IF_EQUAL, _GIVE = 0x20, 0x05, 0x15, 0x06
_DESTINATION_OFFSETS = {_ETH_P_IP: 16, _ETH_P_IPV6: 24}
_WORD_BYTES = 4
_LOOPBACK = "lo"

_libc = ctypes.CDLL(None, use_errno=True)


class Sighting(NamedTuple):
    """A packet that left, and by what."""

    interface: str
    packet: Packet


class Capture:
    """Sees all that leaves towards some addresses from when it is made; a context.

    A packet is seen when it is handed to the driver of an interface, behind all filters of the kernel.
    """

    def __init__(self, destinations: Collection[str]) -> None:
        """Begin.

        Raises:
            NotAuthorizedError: CAP_NET_RAW is missing.
        """
        try:
            # Without a protocol nothing comes in before the filter stands.
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        except PermissionError as error:
            raise NotAuthorizedError("listening on all interfaces needs root (CAP_NET_RAW)") from error
        self._lost = 0
        try:
            self._socket.settimeout(0)
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER_BYTES)
            _attach(self._socket, filter_program(destinations))
            _listen_everywhere(self._socket)
        except BaseException:
            self._socket.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._socket.close()

    def fileno(self) -> int:
        """For event loops."""
        return self._socket.fileno()

    def take(self) -> list[Sighting]:
        """What has come since the last time."""
        found: list[Sighting] = []
        while True:
            try:
                data, source = self._socket.recvfrom(_LARGEST_BYTES)
            except BlockingIOError:
                return found
            packet = decode(data)
            if packet is not None and source[0] != _LOOPBACK:
                found.append(Sighting(source[0], packet))

    def lost(self) -> int:
        """How many packets it has missed since it was made, because nobody took them in time."""
        # Asking sets it back.
        _, dropped = struct.unpack("II", self._socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))
        self._lost += dropped
        return self._lost


def _attach(listener: socket.socket, program: bytes) -> None:
    kept = ctypes.create_string_buffer(program, len(program))
    instructions = len(program) // 8
    listener.setsockopt(
        socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HxxxxxxP", instructions, ctypes.addressof(kept))
    )


def _listen_everywhere(listener: socket.socket) -> None:
    """Python's own bind wants one interface; 0 is all there are and will be."""
    address = struct.pack("=HHiHBB8s", socket.AF_PACKET, socket.htons(_ETH_P_ALL), 0, 0, 0, 0, b"")
    if _libc.bind(listener.fileno(), address, len(address)):
        number = ctypes.get_errno()
        raise OSError(number, f"listening on all interfaces: {os.strerror(number)}")


def filter_program(destinations: Collection[str]) -> bytes:
    """A program (classic BPF) that lets through what leaves for one of some addresses, whole."""
    checks = [_check(each) for each in destinations]
    body = b"".join(checks)
    leaves = _instruction(_LOAD, _TYPE_FIELD) + _instruction(_JUMP_IF_EQUAL, _OUTGOING, otherwise=1)
    skip = _instruction(_JUMP, 1)  # over the refusal
    return leaves + skip + _instruction(_GIVE, 0) + body + _instruction(_GIVE, 0)


def _check(destination: str) -> bytes:
    """Gives the packet if it is for the destination, else comes to the next instruction behind."""
    address = ip_address(destination)
    protocol = _ETH_P_IP if isinstance(address, IPv4Address) else _ETH_P_IPV6
    packed = address.packed
    words = [int.from_bytes(packed[at : at + _WORD_BYTES], "big") for at in range(0, len(packed), _WORD_BYTES)]
    after = 2 * len(words) + 1
    code = _instruction(_LOAD, _PROTOCOL_FIELD) + _instruction(_JUMP_IF_EQUAL, protocol, otherwise=after)
    for number, word in enumerate(words):
        after -= 2
        code += _instruction(_LOAD, _DESTINATION_OFFSETS[protocol] + number * _WORD_BYTES)
        code += _instruction(_JUMP_IF_EQUAL, word, otherwise=after)
    return code + _instruction(_GIVE, _LARGEST_BYTES)


def _instruction(code: int, value: int, *, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", code, 0, otherwise, value)
