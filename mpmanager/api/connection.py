"""A connection to a bus that may be busy."""

import socket
from collections.abc import Iterable
from typing import Any

from dbus_fast import BusType
from dbus_fast.aio import MessageBus

from mpmanager.api.bus import Bus, BusKind

_Ancillary = Iterable[tuple[int, int, Any]]


async def connect_to(bus: Bus) -> MessageBus:
    """Connect.

    Raises:
        OSError, EOFError: there is no such bus.
        AuthError, InvalidAddressError: from dbus-fast; the bus refuses, or its address is none.
    """
    if bus.kind is BusKind.SYSTEM:
        message_bus = MessageBus(bus_type=BusType.SYSTEM, negotiate_unix_fd=True)
    else:
        message_bus = MessageBus(bus_address=bus.address, bus_type=BusType.SESSION, negotiate_unix_fd=True)
    await message_bus.connect()
    writer: Any = message_bus._writer  # noqa: SLF001  # dbus-fast 5.2 has no other way to wait for a full socket
    writer.sock = _PatientSocket(writer.sock)
    return message_bus


class _PatientSocket:
    """What dbus-fast writes to: a full socket has taken nothing yet, which is no reason to end the connection.

    The library waits until a socket takes more when it took a part of a message, but ends
    the connection when a socket would have to wait for the first byte.
    """

    def __init__(self, full_at_times: socket.socket) -> None:
        self._socket = full_at_times
        self._unsent: _Ancillary | None = None

    def send(self, data: memoryview) -> int:
        """Send what fits, together with the descriptors that did not fit before."""
        try:
            sent = self._socket.sendmsg([data], self._unsent or ())
        except BlockingIOError:
            return 0
        self._unsent = None
        return sent

    def sendmsg(self, buffers: list[memoryview], ancillary: _Ancillary) -> int:
        """Send what fits; descriptors leave with the first byte."""
        self._unsent = ancillary
        return self.send(buffers[0])
