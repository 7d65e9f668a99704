"""The service manager of the system, over D-Bus: have it read its units anew, and ask about one that listens."""

import asyncio
import errno
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from dbus_fast import BusType, Message, MessageType
from dbus_fast.aio import MessageBus
from dbus_fast.errors import AuthError, InvalidAddressError

from mpmanager.model.errors import CommandRefusedError, NotSupportedError

_SERVICE = "org.freedesktop.systemd1"
_ROOT = "/org/freedesktop/systemd1"
_MANAGER = f"{_SERVICE}.Manager"
_UNIT = f"{_SERVICE}.Unit"
_SOCKET = f"{_SERVICE}.Socket"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_NOBODY = ("org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.Spawn.")
"""How errors begin where there is none: its package may be there, with a service that only says no."""
_ANSWER_S = 30.0
_READING_S = 180.0
"""As long as `systemctl` waits: a small machine with many units takes long to read them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListeningUnit:
    """What systemd says of a socket unit."""

    is_known: bool
    """Whether there is such a unit."""
    is_active: bool
    protocol: int
    """What it will open its sockets with when it starts the next time; 0 is what fits their kind."""
    active_since_us: int
    """Microseconds since 1970; 0 when it never was."""


class Systemd:
    """One connection to the bus for each call: such calls are rare."""

    def __init__(self, *, bus_address: str | None = None) -> None:
        """On the system's bus unless an address is given."""
        self._bus_address = bus_address

    async def read_units(self) -> None:
        """Have it read all units anew, as `systemctl daemon-reload`; nothing is started or stopped by that.

        Raises:
            NotSupportedError: there is no systemd here.
            CommandRefusedError: it refused, or did not answer.
        """
        async with self._connected(limit_s=_READING_S) as bus:
            await _call(bus, _ROOT, _MANAGER, "Reload")

    async def socket_unit(self, name: str) -> ListeningUnit:
        """Look at a unit.

        Raises:
            NotSupportedError: there is no systemd here.
            CommandRefusedError: it refused, or did not answer.
        """
        async with self._connected() as bus:
            (path,) = await _call(bus, _ROOT, _MANAGER, "LoadUnit", name)
            unit = await _properties(bus, path, _UNIT)
            listening = await _properties(bus, path, _SOCKET)
        return ListeningUnit(
            is_known=unit["LoadState"] == "loaded",
            is_active=unit["ActiveState"] == "active",
            protocol=int(listening["SocketProtocol"]),
            active_since_us=int(unit["ActiveEnterTimestamp"]),
        )

    @asynccontextmanager
    async def _connected(self, *, limit_s: float = _ANSWER_S) -> AsyncIterator[MessageBus]:
        bus = MessageBus(bus_address=self._bus_address, bus_type=BusType.SYSTEM)
        try:
            async with asyncio.timeout(limit_s):
                await bus.connect()
                yield bus
        except TimeoutError as error:
            raise CommandRefusedError(
                f"systemd did not answer within {limit_s:.0f} s", errno=errno.ETIMEDOUT
            ) from error
        except (OSError, AuthError, InvalidAddressError) as error:
            raise NotSupportedError(f"systemd cannot be asked: {error}") from error
        finally:
            bus.disconnect()


async def _properties(bus: MessageBus, path: str, interface: str) -> Mapping[str, Any]:
    (values,) = await _call(bus, path, _PROPERTIES, "GetAll", interface)
    return {name: each.value for name, each in values.items()}


async def _call(bus: MessageBus, path: str, interface: str, member: str, *words: str) -> Sequence[Any]:
    """Call a method whose arguments are all strings."""
    answer = await bus.call(
        Message(
            destination=_SERVICE,
            path=path,
            interface=interface,
            member=member,
            signature="s" * len(words),
            body=list(words),
        )
    )
    if answer.message_type is MessageType.ERROR:
        said = " ".join([str(answer.error_name), *map(str, answer.body)])
        if said.startswith(_NOBODY):
            raise NotSupportedError(f"there is no systemd here: {said}")
        raise CommandRefusedError(f"systemd refused {member}: {said}", errno=errno.EIO)
    return answer.body
