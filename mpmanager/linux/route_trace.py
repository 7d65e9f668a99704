"""Which routers lead somewhere over one path: UDP with a growing hop limit, and the errors it comes back with."""

import asyncio
import socket
import struct
import sys
import time
from contextlib import ExitStack, suppress
from ipaddress import IPv4Address, IPv6Address

from mpmanager.linux.bound_socket import bound_socket
from mpmanager.model.diagnosis import Hop
from mpmanager.model.names import IPAddress
from mpmanager.model.path import Path

_IP_RECVERR, _IPV6_RECVERR = 11, 25
_IPV6_UNICAST_HOPS = 16
_EXTENDED_ERROR = struct.Struct("=IBBBBII")
"""struct sock_extended_err; the address of whoever complains follows as a struct sockaddr."""
_ERRORS = {(socket.IPPROTO_IP, _IP_RECVERR), (socket.IPPROTO_IPV6, _IPV6_RECVERR)}
_ADDRESS_IN: dict[int, slice] = {socket.AF_INET: slice(4, 8), socket.AF_INET6: slice(8, 24)}
_FARTHEST = 20
_PATIENCE_S = 3.0
_ROOM_BYTES = 512
_FIRST_PORT = 33434
"""Where traceroute begins: nobody listens there, so that the destination says so."""
_EMPTY = b"\0" * 8


async def trace(path: Path, destination: IPAddress) -> tuple[Hop, ...]:
    """The routers, the nearest first, until the destination or the last that answered; all are asked at once."""
    return await _Trace(path, destination).run()


class _Trace:
    def __init__(self, path: Path, destination: IPAddress) -> None:
        self._path = path
        self._destination = destination
        self._answers: dict[int, Hop] = {}
        self._done = asyncio.Event()

    async def run(self) -> tuple[Hop, ...]:
        loop = asyncio.get_running_loop()
        with ExitStack() as stack, suppress(TimeoutError):
            for distance in range(1, _FARTHEST + 1):
                try:
                    asked = stack.enter_context(bound_socket(self._path, self._destination.version, socket.SOCK_DGRAM))
                    self._send(asked, distance)
                except OSError:
                    break  # the path has no way there; what has answered until now is told
                loop.add_reader(asked, self._take, asked, distance, time.monotonic())
                stack.callback(loop.remove_reader, asked)
            async with asyncio.timeout(_PATIENCE_S):
                await self._done.wait()
        return self._in_order()

    def _send(self, asked: socket.socket, distance: int) -> None:
        """Raises OSError: nothing can leave."""
        if isinstance(self._destination, IPv4Address):
            asked.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
            asked.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, distance)
        else:
            asked.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, 1)
            asked.setsockopt(socket.IPPROTO_IPV6, _IPV6_UNICAST_HOPS, distance)
        asked.connect((str(self._destination), _FIRST_PORT + distance))
        asked.send(_EMPTY)

    def _take(self, asked: socket.socket, distance: int, began: float) -> None:
        try:
            _data, ancillary, _flags, _name = asked.recvmsg(_ROOM_BYTES, _ROOM_BYTES, socket.MSG_ERRQUEUE)
        except OSError:
            with suppress(OSError):
                asked.recv(_ROOM_BYTES)  # somebody listens there after all
            return
        for level, kind, data in ancillary:
            if (level, kind) in _ERRORS:
                self._note(distance, data, took_ms=(time.monotonic() - began) * 1000)

    def _note(self, distance: int, error: bytes, *, took_ms: float) -> None:
        offender = _offender(error[_EXTENDED_ERROR.size :])
        self._answers[distance] = Hop(
            path=self._path.name,
            distance=distance,
            address=offender,
            took_ms=took_ms,
            is_destination=offender == self._destination,
        )
        if all(each in self._answers for each in range(1, self._last + 1)) and self._is_there:
            self._done.set()

    @property
    def _is_there(self) -> bool:
        return any(each.is_destination for each in self._answers.values())

    @property
    def _last(self) -> int:
        """The nearest that says it is the destination, else the farthest that has answered; 0: none has."""
        ends = (each.distance for each in self._answers.values() if each.is_destination)
        return min(ends, default=max(self._answers, default=0))

    def _in_order(self) -> tuple[Hop, ...]:
        path, places = self._path.name, range(1, self._last + 1)
        silent = {each: Hop(path=path, distance=each, address=None, took_ms=None) for each in places}
        known = silent | {each: hop for each, hop in self._answers.items() if each in places}
        return tuple(known[each] for each in sorted(known))


def _offender(address: bytes) -> IPAddress | None:
    family = int.from_bytes(address[:2], sys.byteorder)
    place = _ADDRESS_IN.get(family)
    if place is None:
        return None
    packed = address[place]
    if len(packed) < place.stop - place.start:
        return None
    return IPv4Address(packed) if family == socket.AF_INET else IPv6Address(packed)
