"""The kernel's MPTCP path manager over generic netlink (`linux/mptcp_pm.h`, family `mptcp_pm`).

Commands and events use different attribute numbers under one family name.
"""

import asyncio
import errno
import socket
import struct
from collections.abc import Callable
from dataclasses import replace
from enum import IntEnum, IntFlag
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from mpmanager.linux import generic_netlink
from mpmanager.linux.generic_netlink import NETLINK_GENERIC, find_family
from mpmanager.linux.netlink import (
    Attributes,
    NetlinkSocket,
    NotificationSocket,
    attribute,
    attributes_of,
    messages_of,
    nested,
)
from mpmanager.linux.other_path_managers import event_listeners, kernel_endpoints
from mpmanager.linux.path_manager_switch import PathManagerSwitch
from mpmanager.model.connection import Endpoint, FourTuple, normalised
from mpmanager.model.errors import CommandRefusedError, ConnectionGoneError, ManagedElsewhereError, NotSupportedError
from mpmanager.model.names import AddressId, IPAddress, Token
from mpmanager.model.pathmanager import (
    AddressAnnounced,
    AddressWithdrawn,
    AnnounceAddress,
    Command,
    ConnectionClosed,
    ConnectionCreated,
    ConnectionEstablished,
    CreateSubflow,
    DestroySubflow,
    EventListener,
    KernelEndpoint,
    KernelEvent,
    SetBackup,
    SubflowClosed,
    SubflowEstablished,
    WithdrawAddress,
)

_FAMILY = "mptcp_pm"
_EVENTS_GROUP = "mptcp_pm_events"
_VERSION = 1
_FOREIGN = "userspace PM not selected"
"""How the kernel names a connection that it, or nobody, manages."""
_GONE = "invalid token"
"""How the kernel names a connection that it does not know (any more)."""
_IPV4 = 4
_EVENT_BUFFER_BYTES = 64 * 1024 * 1024
"""An upper bound: each event takes some 4 KiB of it, and a burst of connections brings thousands."""


_MAPPED = int(IPv6Address("::ffff:0.0.0.0"))


class _Command(IntEnum):
    """MPTCP_PM_CMD_*."""

    SET_FLAGS = 7
    ANNOUNCE = 8
    REMOVE = 9
    SUBFLOW_CREATE = 10
    SUBFLOW_DESTROY = 11


class _Attribute(IntEnum):
    """MPTCP_PM_ATTR_*: what a command carries."""

    ADDR = 1
    TOKEN = 4
    LOC_ID = 5
    ADDR_REMOTE = 6


class _AddressAttribute(IntEnum):
    """MPTCP_PM_ADDR_ATTR_*."""

    FAMILY = 1
    ID = 2
    ADDR4 = 3
    ADDR6 = 4
    PORT = 5
    FLAGS = 6
    IF_IDX = 7


class _AddressFlag(IntFlag):
    """MPTCP_PM_ADDR_FLAG_*."""

    SIGNAL = 1
    SUBFLOW = 2
    BACKUP = 4


class _Event(IntEnum):
    """MPTCP_EVENT_*."""

    CREATED = 1
    ESTABLISHED = 2
    CLOSED = 3
    ANNOUNCED = 6
    REMOVED = 7
    SUB_ESTABLISHED = 10
    SUB_CLOSED = 11


class _EventAttribute(IntEnum):
    """MPTCP_ATTR_*: what an event carries."""

    TOKEN = 1
    LOC_ID = 3
    REM_ID = 4
    SADDR4 = 5
    SADDR6 = 6
    DADDR4 = 7
    DADDR6 = 8
    SPORT = 9
    DPORT = 10
    BACKUP = 11
    ERROR = 12
    FLAGS = 13
    IF_IDX = 15
    SERVER_SIDE = 18


class _EventFlag(IntFlag):
    """MPTCP_PM_EV_FLAG_*; the second stands for SERVER_SIDE in newer kernels."""

    DENY_JOIN_ID0 = 1
    SERVER_SIDE = 2


class LinuxPathManager:
    """The path manager of the namespace it was made in. Needs CAP_NET_ADMIN and a running event loop."""

    def __init__(self, *, remembered: Path) -> None:
        """Prepare; nothing is changed yet.

        `remembered` is a file that keeps, over a crash, what has to be handed back.

        Raises:
            NotSupportedError: this kernel has no MPTCP path manager interface.
        """
        self._netlink = NetlinkSocket(NETLINK_GENERIC)
        try:
            self._family = find_family(self._netlink, _FAMILY)
        except NotSupportedError:
            self._netlink.close()
            raise
        self._switch = PathManagerSwitch(remembered=remembered)
        self._notifications: NotificationSocket | None = None

    def take_over(self) -> None:
        self._switch.take_over()

    def hand_back(self) -> None:
        self._switch.hand_back()

    def current(self) -> str:
        return self._switch.current()

    def other_listeners(self) -> tuple[EventListener, ...]:
        return event_listeners(self._family.groups[_EVENTS_GROUP])

    def kernel_endpoints(self) -> tuple[KernelEndpoint, ...]:
        return kernel_endpoints(self._netlink, self._family.id)

    def listen(self, deliver: Callable[[KernelEvent], None], lost: Callable[[], None]) -> None:
        notifications = NotificationSocket(NETLINK_GENERIC, receive_buffer_bytes=_EVENT_BUFFER_BYTES)
        try:
            notifications.join(self._family.groups[_EVENTS_GROUP])
        except PermissionError as error:
            notifications.close()
            raise NotSupportedError("listening to MPTCP events needs CAP_NET_ADMIN (run as root)") from error
        self._notifications = notifications
        asyncio.get_running_loop().add_reader(notifications, _drain, notifications, deliver, lost)

    def has_news(self) -> bool:
        return self._notifications is not None and not self._notifications.is_empty()

    def execute(self, command: Command) -> None:
        try:
            self._send(command)
        except CommandRefusedError as error:
            # The errno is EINVAL, as for a dozen other reasons: only the words tell.
            if _GONE in str(error):
                raise ConnectionGoneError(str(error), errno=error.errno) from error
            if _FOREIGN in str(error) or self._is_foreign_without_words(command, error):
                raise ManagedElsewhereError(f"{type(command).__name__}: {_FOREIGN}", errno=error.errno) from error
            if not self._is_done_as_ipv6(command):
                raise

    def _is_done_as_ipv6(self, command: Command) -> bool:
        """Try again by the IPv6 names of IPv4 addresses: subflows of IPv6 sockets are found only so."""
        if not isinstance(command, DestroySubflow | SetBackup) or command.flow.local.address.version != _IPV4:
            return False
        mapped = FourTuple(_mapped(command.flow.local), _mapped(command.flow.remote))
        try:
            self._send(replace(command, flow=mapped))
        except CommandRefusedError:
            return False
        return True

    def _is_foreign_without_words(self, command: Command, refusal: CommandRefusedError) -> bool:
        """Old kernels (6.1) refuse SET_FLAGS without a word, so a command is sent that never succeeds.

        The kernel destroys nothing without a local port, but looks first whose connection it is.
        """
        if not isinstance(command, SetBackup) or refusal.errno != errno.EINVAL:
            return False
        nowhere = FourTuple(Endpoint(command.flow.local.address, 0), command.flow.remote)
        try:
            self._send(DestroySubflow(token=command.token, flow=nowhere))
        except CommandRefusedError as explanation:
            return _FOREIGN in str(explanation)
        return False

    def _send(self, command: Command) -> None:
        code, attributes = _encoded(command)
        body = generic_netlink.header(code, _VERSION) + attributes
        self._netlink.command(self._family.id, body, what=type(command).__name__)

    def close(self) -> None:
        if self._notifications is not None:
            asyncio.get_running_loop().remove_reader(self._notifications)
            self._notifications.close()
            self._notifications = None
        self._netlink.close()


def _drain(notifications: NotificationSocket, deliver: Callable[[KernelEvent], None], lost: Callable[[], None]) -> None:
    def take(messages: memoryview) -> None:
        for _kind, _flags, _sequence, body in messages_of(messages):
            event = decode_event(body)
            if event is not None:
                deliver(event)

    if notifications.drain(take):
        lost()


def _encoded(command: Command) -> tuple[_Command, bytes]:
    token = attribute(_Attribute.TOKEN, struct.pack("=I", command.token))
    match command:
        case CreateSubflow():
            flags = _AddressFlag.SUBFLOW | (_AddressFlag.BACKUP if command.is_backup else 0)
            local = _address(
                _Attribute.ADDR,
                command.local.address,
                port=command.local.port,
                identifier=command.local_id,
                flags=flags,
                interface_index=command.interface_index,
            )
            remote = _address(_Attribute.ADDR_REMOTE, command.remote.address, port=command.remote.port)
            return _Command.SUBFLOW_CREATE, token + local + remote
        case DestroySubflow():
            return _Command.SUBFLOW_DESTROY, token + _both_ends(command.flow)
        case SetBackup():
            flags = _AddressFlag.BACKUP if command.is_backup else _AddressFlag(0)
            return _Command.SET_FLAGS, token + _both_ends(command.flow, identifier=command.local_id, flags=flags)
        case AnnounceAddress():
            local = _address(
                _Attribute.ADDR,
                command.local,
                identifier=command.local_id,
                flags=_AddressFlag.SIGNAL,
                interface_index=command.interface_index,
            )
            return _Command.ANNOUNCE, token + local
        case WithdrawAddress():
            return _Command.REMOVE, token + attribute(_Attribute.LOC_ID, bytes([command.local_id]))


def _mapped(end: Endpoint) -> Endpoint:
    return Endpoint(IPv6Address(_MAPPED + int(end.address)), end.port)


def _both_ends(flow: FourTuple, *, identifier: AddressId | None = None, flags: int | None = None) -> bytes:
    """Both ports are always given: without them the first subflow between the addresses would match."""
    local = _address(_Attribute.ADDR, flow.local.address, port=flow.local.port, identifier=identifier, flags=flags)
    return local + _address(_Attribute.ADDR_REMOTE, flow.remote.address, port=flow.remote.port)


def _address(
    kind: _Attribute,
    address: IPAddress,
    *,
    port: int | None = None,
    identifier: int | None = None,
    flags: int | None = None,
    interface_index: int | None = None,
) -> bytes:
    is_v4 = isinstance(address, IPv4Address)
    parts = [
        attribute(_AddressAttribute.FAMILY, struct.pack("=H", socket.AF_INET if is_v4 else socket.AF_INET6)),
        attribute(_AddressAttribute.ADDR4 if is_v4 else _AddressAttribute.ADDR6, address.packed),
    ]
    if identifier is not None:
        parts.append(attribute(_AddressAttribute.ID, bytes([identifier])))
    if port is not None:
        parts.append(attribute(_AddressAttribute.PORT, struct.pack("=H", port)))
    if flags is not None:
        parts.append(attribute(_AddressAttribute.FLAGS, struct.pack("=I", flags)))
    if interface_index is not None:
        parts.append(attribute(_AddressAttribute.IF_IDX, struct.pack("=i", interface_index)))
    return nested(kind, *parts)


def decode_event(body: memoryview) -> KernelEvent | None:
    """The event in a generic netlink message; None for those that nobody here needs or understands."""
    if len(body) < generic_netlink.HEADER.size:
        return None
    code = generic_netlink.HEADER.unpack_from(body)[0]
    decoder = _DECODERS.get(code)
    try:
        return decoder(attributes_of(body[generic_netlink.HEADER.size :])) if decoder else None
    except (LookupError, struct.error, ValueError):
        # An event without what it has to carry (another kernel's dialect) tells nothing.
        return None


def _created(attributes: Attributes) -> ConnectionCreated:
    return ConnectionCreated(
        token=_token(attributes), flow=_flow(attributes), is_server_side=_is_server_side(attributes)
    )


def _established(attributes: Attributes) -> ConnectionEstablished:
    return ConnectionEstablished(
        token=_token(attributes),
        flow=_flow(attributes),
        is_server_side=_is_server_side(attributes),
        is_initial_address_forbidden=bool(_flags(attributes) & _EventFlag.DENY_JOIN_ID0),
    )


def _closed(attributes: Attributes) -> ConnectionClosed:
    return ConnectionClosed(token=_token(attributes))


def _announced(attributes: Attributes) -> AddressAnnounced:
    port = attributes.get(_EventAttribute.DPORT)
    return AddressAnnounced(
        token=_token(attributes),
        remote_id=AddressId(attributes[_EventAttribute.REM_ID][0]),
        remote=Endpoint(
            _ip(attributes, _EventAttribute.DADDR4, _EventAttribute.DADDR6),
            struct.unpack("!H", port)[0] if port is not None else 0,
        ),
    )


def _withdrawn(attributes: Attributes) -> AddressWithdrawn:
    return AddressWithdrawn(token=_token(attributes), remote_id=AddressId(attributes[_EventAttribute.REM_ID][0]))


def _subflow_established(attributes: Attributes) -> SubflowEstablished:
    backup = attributes.get(_EventAttribute.BACKUP)
    return SubflowEstablished(
        token=_token(attributes),
        flow=_flow(attributes),
        local_id=_id(attributes, _EventAttribute.LOC_ID),
        remote_id=_id(attributes, _EventAttribute.REM_ID),
        is_backup_there=backup is not None and backup[0] != 0,
        interface_index=_interface_index(attributes),
    )


def _interface_index(attributes: Attributes) -> int:
    index = attributes.get(_EventAttribute.IF_IDX)
    return struct.unpack("=i", index)[0] if index is not None else 0


def _subflow_closed(attributes: Attributes) -> SubflowClosed:
    return SubflowClosed(
        token=_token(attributes),
        flow=_flow(attributes),
        local_id=_id(attributes, _EventAttribute.LOC_ID),
        remote_id=_id(attributes, _EventAttribute.REM_ID),
        error=_error(attributes),
    )


_DECODERS: dict[int, Callable[[Attributes], KernelEvent]] = {
    _Event.CREATED: _created,
    _Event.ESTABLISHED: _established,
    _Event.CLOSED: _closed,
    _Event.ANNOUNCED: _announced,
    _Event.REMOVED: _withdrawn,
    _Event.SUB_ESTABLISHED: _subflow_established,
    _Event.SUB_CLOSED: _subflow_closed,
}


def _token(attributes: Attributes) -> Token:
    return Token(struct.unpack("=I", attributes[_EventAttribute.TOKEN])[0])


def _id(attributes: Attributes, kind: _EventAttribute) -> AddressId:
    value = attributes.get(kind)
    return AddressId(value[0] if value is not None else 0)


def _error(attributes: Attributes) -> int:
    value = attributes.get(_EventAttribute.ERROR)
    return value[0] if value is not None else 0


def _flags(attributes: Attributes) -> int:
    value = attributes.get(_EventAttribute.FLAGS)
    return struct.unpack("=H", value)[0] if value is not None else 0


def _is_server_side(attributes: Attributes) -> bool:
    value = attributes.get(_EventAttribute.SERVER_SIDE)
    return bool(value[0]) if value is not None else bool(_flags(attributes) & _EventFlag.SERVER_SIDE)


def _ip(attributes: Attributes, v4: _EventAttribute, v6: _EventAttribute) -> IPAddress:
    if v4 in attributes:
        return IPv4Address(bytes(attributes[v4]))
    return normalised(IPv6Address(bytes(attributes[v6])))


def _flow(attributes: Attributes) -> FourTuple:
    """The flow as this host sees it; v4-mapped addresses become IPv4, as the joins report them."""
    source_port, destination_port = (
        struct.unpack("!H", attributes[kind])[0] for kind in (_EventAttribute.SPORT, _EventAttribute.DPORT)
    )
    return FourTuple(
        Endpoint(_ip(attributes, _EventAttribute.SADDR4, _EventAttribute.SADDR6), source_port),
        Endpoint(_ip(attributes, _EventAttribute.DADDR4, _EventAttribute.DADDR6), destination_port),
    )
