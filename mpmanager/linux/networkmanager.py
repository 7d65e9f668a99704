"""What NetworkManager tells over D-Bus: which network a link belongs to, of which kind it is, how it is protected.

NetworkManager is never waited for: a task of our own follows it, and hints are what was heard last. It may start and
stop at any time; while it is away it says nothing.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from dbus_fast import BusType, Message, MessageFlag, MessageType
from dbus_fast.aio import MessageBus
from dbus_fast.errors import AuthError, InvalidAddressError

from mpmanager.linux.enterprise_login import validates_certificate
from mpmanager.linux.wifi_security import KeyManagement, name_of, security_of
from mpmanager.model.network import Link, LinkHint
from mpmanager.model.path import KindSource, PathKind, Security

_SERVICE = "org.freedesktop.NetworkManager"
_ROOT = "/org/freedesktop/NetworkManager"
_DEVICE = f"{_SERVICE}.Device"
_WIRELESS = f"{_SERVICE}.Device.Wireless"
_ACTIVE = f"{_SERVICE}.Connection.Active"
_ACCESS_POINT = f"{_SERVICE}.AccessPoint"
_PROPERTIES = "org.freedesktop.DBus.Properties"

_SIGNALS_OF_INTEREST = frozenset({"DeviceAdded", "DeviceRemoved", "StateChanged", "NameOwnerChanged"})
_PROPERTIES_OF_INTEREST = frozenset(
    {
        "ActiveAccessPoint",
        "ActiveConnection",
        "Devices",
        "DeviceType",
        "Id",
        "Interface",
        "IpInterface",
        "Metered",
        "Startup",
        "State",
        "StateFlags",
        "Type",
        "Uuid",
    }
)
"""Others change all the time: signal strengths, traffic statistics, the list of access points."""

_ETHERNET_DEVICE = 1
_WIFI_DEVICE = 2
_ACTIVATED = 100
"""NMDeviceState."""
_METERED = {1: True, 2: False, 3: True}
"""NMMetered: yes, no, and guessed yes. What it guesses not to be (4) is left to the kind of the link."""
_EXTERNAL = 0x80
"""NMActivationStateFlags."""
_LOGIN = "802-1x"
"""The group of a profile's settings."""
_DEVICE_KINDS: Mapping[int, PathKind] = {
    2: PathKind.WIFI,
    5: PathKind.BLUETOOTH,
    6: PathKind.WIFI,  # a mesh
    7: PathKind.XDSL,  # ADSL
    8: PathKind.LTE,  # modem
    13: PathKind.VIRTUAL,  # bridge
    19: PathKind.VIRTUAL,  # VXLAN
    22: PathKind.VIRTUAL,  # dummy
    23: PathKind.XDSL,  # PPP
    29: PathKind.VPN,  # WireGuard
}
"""NMDeviceType. Ethernet (1) is left to the driver, who knows whether a telephone is behind it; TUN (16), VETH (20),
IP tunnels (17), of which most encrypt nothing, and what is made of other devices are left to the kernel."""
_CONNECTION_KINDS: Mapping[str, PathKind] = {
    "gsm": PathKind.LTE,
    "cdma": PathKind.LTE,
    "bluetooth": PathKind.BLUETOOTH,
    "pppoe": PathKind.XDSL,
    "adsl": PathKind.XDSL,
    "vpn": PathKind.VPN,
    "wireguard": PathKind.VPN,
}

_AP_HAS_PRIVACY = 0x1
_WEAK_CIPHERS = 0x7
"""WEP of two lengths, TKIP; for each station's own traffic, as the next one."""
_CCMP = 0x8
_KEY_MANAGEMENT = {
    0x100: KeyManagement.PASSPHRASE,
    0x200: KeyManagement.LOGIN,
    0x400: KeyManagement.SAE,
    0x800: KeyManagement.OWE,
    0x2000: KeyManagement.LOGIN,
}
"""NM80211ApSecurityFlags; 0x1000 marks an open network that has an OWE twin, which is no protection."""

Settings = Mapping[str, Mapping[str, Any]]

_MATCH_RULES = (
    f"type='signal',sender='{_SERVICE}',path_namespace='{_ROOT}'",
    f"type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='{_SERVICE}'",
)
_ANSWER_S = 5.0
_BURST_S = 0.05
_RETRY_S = 15.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Device:
    """A network device as NetworkManager describes it."""

    link_name: str
    type: int
    """NMDeviceType."""
    connection: str | None
    """The active one's object path."""
    is_activated: bool
    is_metered: bool | None


class NetworkManagerSource:
    """Hints from NetworkManager on a bus, the system's unless an address is given.

    `on_change` is called when the hints have become others. Make it inside the running event loop; close it.
    """

    name = "NetworkManager"

    def __init__(
        self, on_change: Callable[[], None], *, bus_address: str | None = None, retry_s: float = _RETRY_S
    ) -> None:
        self._on_change = on_change
        self._bus_address = bus_address
        self._retry_s = retry_s
        self._by_name: Mapping[str, LinkHint] = {}
        self._missing: str | None = "NetworkManager has not answered yet"
        self._stirred = asyncio.Event()
        self._task = asyncio.get_running_loop().create_task(self._follow(), name="follow NetworkManager")

    @property
    def missing(self) -> str | None:
        """Why this source says nothing, or None when it does."""
        return self._missing

    def hints(self, links: Sequence[Link]) -> Mapping[int, LinkHint]:
        """By link index: what was heard last."""
        return {link.index: self._by_name[link.name] for link in links if link.name in self._by_name}

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _follow(self) -> None:
        while True:
            try:
                await self._follow_bus()
            except (OSError, EOFError, AuthError, InvalidAddressError) as error:
                why = getattr(error, "strerror", None) or str(error) or "it does not answer"
                self._take({}, missing=f"no system bus ({why})")
            await asyncio.sleep(self._retry_s)

    async def _follow_bus(self) -> None:
        """As long as the bus lives."""
        bus = MessageBus(bus_address=self._bus_address, bus_type=BusType.SYSTEM)
        async with asyncio.timeout(_ANSWER_S):
            await bus.connect()
        end = asyncio.ensure_future(bus.wait_for_disconnect())  # type: ignore[no-untyped-call]  # dbus-fast
        end.add_done_callback(lambda _: self._stirred.set())
        try:
            bus.add_message_handler(self._hear)
            await self._subscribe(bus)
            while bus.connected:
                self._stirred.clear()
                has_answered = await self._look(bus)
                with suppress(TimeoutError):
                    async with asyncio.timeout(None if has_answered else self._retry_s):
                        await self._stirred.wait()
                await asyncio.sleep(_BURST_S)
            self._take({}, missing="the system bus has gone")
        finally:
            bus.disconnect()
            await asyncio.gather(end, return_exceptions=True)

    async def _subscribe(self, bus: MessageBus) -> None:
        async with asyncio.timeout(_ANSWER_S):
            for rule in _MATCH_RULES:
                await bus.call(_daemon_call("AddMatch", rule))

    async def _look(self, bus: MessageBus) -> bool:
        """Whether there was an answer, or word that nobody is there: who comes then tells so."""
        try:
            async with asyncio.timeout(_ANSWER_S):
                manager = await _get(bus, _ROOT, _SERVICE)
                if manager is None:
                    self._take({}, missing="NetworkManager does not run")
                    return True
                paths = _object_paths(manager.get("Devices"))
                hints = [hint for path in paths async for hint in _device_hints(bus, path)]
                if manager.get("Startup") is True:  # a restart: profiles of links that have stayed up come later
                    hints = [(name, hint) for name, hint in hints if hint.connection is not None]
        except TimeoutError:
            self._take({}, missing="NetworkManager does not answer")
            return False
        self._take(dict(hints), missing=None)
        return True

    def _take(self, by_name: Mapping[str, LinkHint], *, missing: str | None) -> None:
        if missing != self._missing:
            _log.debug("NetworkManager: %s", missing or "answers")
        self._missing = missing
        if by_name != self._by_name:
            self._by_name = by_name
            self._on_change()

    def _hear(self, message: Message) -> None:
        """Called by the bus for whatever arrives."""
        if message.message_type is MessageType.SIGNAL and _is_news(message):
            self._stirred.set()


def _is_news(message: Message) -> bool:
    """Whether a signal may change what would be read."""
    if message.member != "PropertiesChanged":
        return message.member in _SIGNALS_OF_INTEREST
    changed = message.body[1] if len(message.body) > 1 else None
    return isinstance(changed, dict) and not _PROPERTIES_OF_INTEREST.isdisjoint(changed)


def _daemon_call(member: str, argument: str) -> Message:
    return Message(
        destination="org.freedesktop.DBus",
        path="/org/freedesktop/DBus",
        interface="org.freedesktop.DBus",
        member=member,
        signature="s",
        body=[argument],
    )


async def _get(bus: MessageBus, path: str, interface: str) -> dict[str, Any] | None:
    """An object's properties without their variants; None when it or its service is not there, or answers nonsense."""
    message = Message(
        destination=_SERVICE,
        path=path,
        interface=_PROPERTIES,
        member="GetAll",
        flags=MessageFlag.NO_AUTOSTART,
        signature="s",
        body=[interface],
    )
    reply = await bus.call(message)
    if reply.message_type is MessageType.ERROR or reply.signature != "a{sv}":
        return None
    return {name: variant.value for name, variant in reply.body[0].items()}


async def _applied_settings(bus: MessageBus, device: str) -> Settings | None:
    """The settings that are in force on a device, by group: those of its profile when it was activated.

    What the profile says by now (Settings.Connection.GetSettings) may have been changed since. Secrets are left out.
    None when NetworkManager does not tell.
    """
    message = Message(
        destination=_SERVICE,
        path=device,
        interface=_DEVICE,
        member="GetAppliedConnection",
        flags=MessageFlag.NO_AUTOSTART,
        signature="u",
        body=[0],
    )
    reply = await bus.call(message)
    if reply.message_type is MessageType.ERROR or reply.signature != "a{sa{sv}}t":
        return None
    return {
        group: {name: variant.value for name, variant in settings.items()} for group, settings in reply.body[0].items()
    }


async def _device_hints(bus: MessageBus, path: str) -> AsyncIterator[tuple[str, LinkHint]]:
    device = _device(await _get(bus, path, _DEVICE))
    if device is None:
        return
    connection = await _get(bus, device.connection, _ACTIVE) if device.connection else None
    wireless = await _get(bus, path, _WIRELESS) if device.type == _WIFI_DEVICE else None
    access_point_path = _object_path((wireless or {}).get("ActiveAccessPoint"))
    access_point = await _get(bus, access_point_path, _ACCESS_POINT) if access_point_path else None
    has_profile = device.connection and device.type in {_ETHERNET_DEVICE, _WIFI_DEVICE}
    settings = await _applied_settings(bus, path) if has_profile else None
    yield device.link_name, _hint(device, connection or {}, access_point, settings)


def _device(properties: Mapping[str, Any] | None) -> _Device | None:
    """A modem's control device has another name than its link, which is IpInterface."""
    properties = properties or {}
    name = _text(properties.get("IpInterface")) or _text(properties.get("Interface"))
    kind = properties.get("DeviceType")
    if name is None or not isinstance(kind, int):
        return None
    return _Device(
        link_name=name,
        type=kind,
        connection=_object_path(properties.get("ActiveConnection")),
        is_activated=properties.get("State") == _ACTIVATED,
        is_metered=_METERED.get(metered) if isinstance(metered := properties.get("Metered"), int) else None,
    )


def _hint(
    device: _Device,
    connection: Mapping[str, Any],
    access_point: Mapping[str, Any] | None,
    settings: Settings | None,
) -> LinkHint:
    """A Wi-Fi network's own name comes before what the user called the connection."""
    kind = _CONNECTION_KINDS.get(_text(connection.get("Type")) or "") or _DEVICE_KINDS.get(device.type)
    ssid = (access_point or {}).get("Ssid")
    return LinkHint(
        source=KindSource.NETWORK_MANAGER,
        kind=kind,
        network=(name_of(ssid) if isinstance(ssid, bytes) else None) or _text(connection.get("Id")),
        security=_security(access_point) if access_point is not None else None,
        connection=_profile(connection),
        validates_certificate=_validates_certificate(device, settings),
        has_login=_has_login(device, settings),
        is_metered=device.is_metered,
    )


def _profile(connection: Mapping[str, Any]) -> str | None:
    """The UUID; for a link that somebody else has set up NetworkManager makes up another one each time."""
    flags = connection.get("StateFlags")
    is_made_up = isinstance(flags, int) and bool(flags & _EXTERNAL)
    return None if is_made_up else _text(connection.get("Uuid"))


def _validates_certificate(device: _Device, settings: Settings | None) -> bool | None:
    if device.type != _WIFI_DEVICE or settings is None or _LOGIN not in settings:
        return None
    return validates_certificate(settings[_LOGIN])


def _has_login(device: _Device, settings: Settings | None) -> bool | None:
    """NetworkManager activates no wired device whose login failed, unless the profile says that it may fail."""
    if device.type != _ETHERNET_DEVICE or settings is None:
        return None
    return device.is_activated and _LOGIN in settings and settings[_LOGIN].get("optional") is not True


def _security(access_point: Mapping[str, Any]) -> Security | None:
    flags, wpa, rsn = (access_point.get(name) for name in ("Flags", "WpaFlags", "RsnFlags"))
    if not (isinstance(flags, int) and isinstance(wpa, int) and isinstance(rsn, int)):
        return None
    if _is_weak(rsn):
        rsn, wpa = 0, wpa | rsn
    return security_of(_methods(rsn), _methods(wpa), has_privacy=bool(flags & _AP_HAS_PRIVACY))


def _is_weak(rsn: int) -> bool:
    """Whether the access point leaves stations no other cipher. NetworkManager knows no flags for the newest ones."""
    return bool(rsn & _WEAK_CIPHERS) and not rsn & _CCMP


def _methods(flags: int) -> set[KeyManagement]:
    return {method for bit, method in _KEY_MANAGEMENT.items() if flags & bit}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _object_path(value: object) -> str | None:
    """NetworkManager says "/" for no object."""
    path = _text(value)
    return path if path is not None and path.startswith(f"{_ROOT}/") else None


def _object_paths(value: object) -> list[str]:
    return [path for each in value if (path := _object_path(each))] if isinstance(value, list) else []
