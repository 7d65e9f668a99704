"""The daemon as the front ends see it: one object, typed methods, one stream."""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any, Self

from dbus_fast import Message, MessageFlag, MessageType
from dbus_fast.aio import MessageBus
from dbus_fast.errors import AuthError, DBusError, InvalidAddressError

from mpmanager.api import contract
from mpmanager.api.bus import Bus
from mpmanager.api.codec import (
    LARGEST_FRAME_BYTES,
    LENGTH_BYTES,
    decode_frame,
    from_dictionary,
    to_dictionary,
)
from mpmanager.api.connection import connect_to
from mpmanager.api.errors import from_wire
from mpmanager.api.history import HistoryInfo, HistoryQuery, WaitEstimate, decode_estimate, decode_history
from mpmanager.api.structures import (
    CapInfo,
    ChangeInfo,
    DiagnosisInfo,
    EventInfo,
    Frame,
    GatewayAnswer,
    PathInfo,
    PolicyInfo,
    PolicyQuery,
    ProbeOptions,
    ProbesInfo,
    ProfileChanges,
    ProfileInfo,
    RehearsalInfo,
    ScopeOptions,
    StatusInfo,
    SubscribeOptions,
    SysctlInfo,
    TrustInfo,
)
from mpmanager.model.authority import Action
from mpmanager.model.errors import DaemonNotRunningError, InvalidValueError, UnknownPathError
from mpmanager.model.profile import MergeMode

_CAPTURED_AT_ONCE = 1 << 18
_NOBODY_ASKED = MessageFlag(0)
_NOBODY_THERE = {
    "org.freedesktop.DBus.Error.ServiceUnknown",
    "org.freedesktop.DBus.Error.NameHasNoOwner",
    "org.freedesktop.DBus.Error.NoReply",
}


class ManagerClient:
    """A connection to mpmanagerd. Every method raises an `MpmanagerError` when it fails."""

    def __init__(self, message_bus: MessageBus, bus: Bus, *, may_start: bool = True) -> None:
        self._message_bus = message_bus
        self._bus = bus
        self._flags = _NOBODY_ASKED if may_start else MessageFlag.NO_AUTOSTART

    @classmethod
    async def connect(cls, bus: Bus, *, may_start: bool = True) -> Self:
        """Connect to the bus; whether a daemon is there shows with the first call.

        `may_start`: whether a call has the bus start a daemon that is not there, where it knows how.

        Raises:
            DaemonNotRunningError: there is no such bus.
        """
        try:
            message_bus = await connect_to(bus)
        except OSError as error:
            raise DaemonNotRunningError(f"no bus at {bus} ({error.strerror}); is mpmanagerd running?") from error
        except (AuthError, InvalidAddressError, EOFError) as error:
            raise DaemonNotRunningError(f"the bus at {bus} refuses: {error}") from error
        return cls(message_bus, bus, may_start=may_start)

    async def close(self) -> None:
        """Leave the bus. Streams that are open stay open until they are closed themselves."""
        self._message_bus.disconnect()
        with suppress(OSError, EOFError, DBusError):  # the bus vanished before: it is left all the same
            await self._message_bus.wait_for_disconnect()  # type: ignore[no-untyped-call]  # dbus-fast

    async def status(self) -> StatusInfo:
        """The daemon as a whole."""
        (dictionary,) = await self._call(contract.GET_STATUS)
        return from_dictionary(dictionary, StatusInfo)

    async def metrics(self) -> str:
        """How it goes, in Prometheus' text format."""
        (text,) = await self._call(contract.GET_METRICS)
        return str(text)

    async def paths(self) -> list[PathInfo]:
        """All network paths."""
        (dictionaries,) = await self._call(contract.LIST_PATHS)
        return [from_dictionary(each, PathInfo) for each in dictionaries]

    async def path(self, name: str) -> PathInfo:
        """One network path.

        Raises:
            UnknownPathError: there is none of that name; the sentence lists those that there are.
        """
        known = await self.paths()
        for each in known:
            if each.name == name:
                return each
        names = ", ".join(each.name for each in known) or "none at the moment"
        raise UnknownPathError(f"there is no path {name!r}; paths are: {names}")

    async def recent_events(self, limit: int = 100) -> list[EventInfo]:
        """The last events, the oldest first."""
        (dictionaries,) = await self._call(contract.RECENT_EVENTS, limit)
        return [from_dictionary(each, EventInfo) for each in dictionaries]

    async def set_path_tier(self, path: str, tier: str) -> None:
        """Set when a path may be used; `auto` goes back to what its kind suggests."""
        await self._call(contract.SET_PATH_TIER, path, tier)

    async def set_path_kind(self, path: str, kind: str) -> None:
        """Correct the kind of a path; `auto` goes back to what was detected."""
        await self._call(contract.SET_PATH_KIND, path, kind)

    async def set_path_trust(self, path: str, trust: str, scope: str = "", network: str = "") -> None:
        """Say how far a path's network (or its interface) is trusted; `auto` goes back to what its nature suggests.

        `network` names the one that is meant, one of its `network_ids`; empty means whatever the path is in by then.
        """
        await self._call(contract.SET_PATH_TRUST, path, trust, scope, network)

    async def set_path_metered(self, path: str, metered: str) -> None:
        """Say whether what a path carries costs something: yes, no, or `auto` for what is known of it."""
        await self._call(contract.SET_PATH_METERED, path, metered)

    async def set_path_cap(self, path: str, cap: CapInfo) -> None:
        """Say how much a path may carry, in place of what was said; neither a month nor a day: as much as it can."""
        await self._call(contract.SET_PATH_CAP, path, to_dictionary(cap))

    async def allow_more(self, path: str, more_bytes: int) -> None:
        """Let a path carry so much more than its caps say until the day ends; 0 takes back what was allowed today."""
        await self._call(contract.ALLOW_MORE, path, more_bytes)

    async def probe_path(self, path: str) -> GatewayAnswer:
        """Ask a path's gateway whether it answers; takes up to two seconds."""
        (dictionary,) = await self._call(contract.PROBE_PATH, path)
        return from_dictionary(dictionary, GatewayAnswer)

    async def set_wires_need_login(self, *, needed: bool) -> None:
        """Say whether a cable is trusted only where a login (802.1X) has let this machine in."""
        await self._call(contract.SET_WIRES_NEED_LOGIN, needed)

    async def policies(self) -> list[PolicyInfo]:
        """What was said about applications, the most specific first; the last is the default, which is always there."""
        (dictionaries,) = await self._call(contract.LIST_POLICIES)
        return [from_dictionary(each, PolicyInfo) for each in dictionaries]

    async def explain_policies(self, query: PolicyQuery) -> list[PolicyInfo]:
        """The rules about a connection or an application, in the order in which they count."""
        (dictionaries,) = await self._call(contract.EXPLAIN_POLICIES, to_dictionary(query))
        return [from_dictionary(each, PolicyInfo) for each in dictionaries]

    async def set_policy(self, policy: PolicyInfo) -> None:
        """Put a policy in the place of the one with its selector; one that says nothing removes that."""
        await self._call(contract.SET_POLICY, to_dictionary(policy))

    async def trust(self) -> TrustInfo:
        """What of trust is in force."""
        (dictionary,) = await self._call(contract.GET_TRUST)
        return from_dictionary(dictionary, TrustInfo)

    async def hold_connection(self, token: str, *, held: bool) -> None:
        """Have a connection keep to trusted paths from now on, or no longer."""
        await self._call(contract.HOLD_CONNECTION, token, held)

    async def pause_enforcing(self, seconds: int) -> None:
        """Have nothing enforced for so long (an hour at most), then as before; 0: enforce again now."""
        await self._call(contract.PAUSE_ENFORCING, seconds)

    async def capture(self, token: str, *, seconds: int, max_bytes: int) -> AsyncGenerator[bytes, None]:
        """The packets of a connection from now on, as the parts of a pcapng file; ends with the capture.

        Use `contextlib.aclosing`: who stops reading and closes ends the capture.
        """
        reply = await self._request(contract.CAPTURE_CONNECTION, token, seconds, max_bytes)
        if not reply.unix_fds:
            raise InvalidValueError("the daemon answered CaptureConnection without a file descriptor")
        stream = socket.socket(fileno=reply.unix_fds[0])
        stream.settimeout(0)
        reader, writer = await asyncio.open_unix_connection(sock=stream)
        try:
            while part := await reader.read(_CAPTURED_AT_ONCE):
                yield part
        finally:
            writer.close()

    async def sysctls(self) -> list[SysctlInfo]:
        """The kernel's settings of Multipath TCP, all that it has."""
        (dictionaries,) = await self._call(contract.LIST_SYSCTLS)
        return [from_dictionary(each, SysctlInfo) for each in dictionaries]

    async def set_sysctl(self, name: str, value: str, *, persistent: bool) -> None:
        """Set one, by its name with or without `net.mptcp.`; `persistent`: also from the next start on."""
        await self._call(contract.SET_SYSCTL, name, value, persistent)

    async def undo_sysctl(self, name: str) -> None:
        """Make one again what it was before mpmanager set it, and keep it no longer."""
        await self._call(contract.UNDO_SYSCTL, name)

    async def enter_scope(self, process: int, options: ScopeOptions) -> str:
        """Move a process of this user, known by a pidfd, to a cgroup of its own; returns that.

        What `options` demand is in force there by then. All or nothing: when this raises, the process is where it was.
        """
        reply = await self._request(contract.ENTER_SCOPE, 0, to_dictionary(options), descriptors=[process])
        return str(reply.body[0])

    async def profiles(self) -> list[ProfileInfo]:
        """The stored profiles, by name."""
        (dictionaries,) = await self._call(contract.LIST_PROFILES)
        return [from_dictionary(each, ProfileInfo) for each in dictionaries]

    async def profile_text(self, name: str) -> str:
        """A stored profile as it was handed in."""
        (text,) = await self._call(contract.GET_PROFILE, name)
        return str(text)

    async def current_decisions(self) -> str:
        """A profile of what people decided and what holds now."""
        (text,) = await self._call(contract.CURRENT_DECISIONS)
        return str(text)

    async def preview_profile(self, text: str, mode: MergeMode) -> ProfileChanges:
        """What a profile would change; nothing is changed."""
        (dictionary,) = await self._call(contract.PREVIEW_PROFILE, text, mode.value)
        return from_dictionary(dictionary, ProfileChanges)

    async def store_profile(self, name: str, text: str) -> None:
        """Keep a profile under a name; nothing of it is in force by that."""
        await self._call(contract.STORE_PROFILE, name, text)

    async def activate_profile(self, name: str) -> None:
        """Put a profile in the place of all that people decided; empty: from now on the networks in use choose."""
        await self._call(contract.ACTIVATE_PROFILE, name)

    async def delete_profile(self, name: str) -> None:
        """Forget a profile; what is in force stays."""
        await self._call(contract.DELETE_PROFILE, name)

    async def follow_network(self, network: str, profile: str) -> None:
        """Have a profile activated while a network is in use; empty: none."""
        await self._call(contract.FOLLOW_NETWORK, network, profile)

    async def recent_changes(self, limit: int = 100) -> list[ChangeInfo]:
        """The last changes of what was decided, the newest first."""
        (dictionaries,) = await self._call(contract.LIST_CHANGES, limit)
        return [from_dictionary(each, ChangeInfo) for each in dictionaries]

    async def preview_undo(self, change: int = 0, *, with_later: bool = False) -> list[ChangeInfo]:
        """What `undo_change` would take back."""
        (dictionaries,) = await self._call(contract.PREVIEW_UNDO, change, with_later)
        return [from_dictionary(each, ChangeInfo) for each in dictionaries]

    async def undo_change(self, change: int = 0, *, with_later: bool = False) -> list[ChangeInfo]:
        """Take a change back, 0 the last one; `with_later`: with all later ones that are about the same.

        Returns what was taken back, the first to go first.
        """
        (dictionaries,) = await self._call(contract.UNDO_CHANGE, change, with_later)
        return [from_dictionary(each, ChangeInfo) for each in dictionaries]

    async def redo_change(self, change: int = 0) -> list[ChangeInfo]:
        """Make a change again, 0 the one that was taken back last."""
        (dictionaries,) = await self._call(contract.REDO_CHANGE, change)
        return [from_dictionary(each, ChangeInfo) for each in dictionaries]

    async def provisional_change(self, seconds: int) -> None:
        """Have this client's next change taken back after so long, unless it is kept."""
        await self._call(contract.PROVISIONAL_CHANGE, seconds)

    async def guard_changes(self, seconds: int) -> None:
        """Have all changes of this client that leave no usable path taken back after so long, unless kept."""
        await self._call(contract.GUARD_CHANGES, seconds)

    async def keep_change(self, change: int = 0) -> None:
        """Have a change stay that would be taken back by itself, 0 the last such one."""
        await self._call(contract.KEEP_CHANGE, change)

    async def probe_paths(self, options: ProbeOptions) -> ProbesInfo:
        """Try the paths; takes some seconds."""
        (dictionary,) = await self._call(contract.PROBE_PATHS, to_dictionary(options))
        return from_dictionary(dictionary, ProbesInfo)

    async def diagnose(self, options: ProbeOptions) -> DiagnosisInfo:
        """Try the paths, and say what is not as it should be; takes some seconds."""
        (dictionary,) = await self._call(contract.DIAGNOSE, to_dictionary(options))
        return from_dictionary(dictionary, DiagnosisInfo)

    async def rehearse(self, path: str, seconds: float) -> RehearsalInfo:
        """Take a path away for so long, and report how connections got through it; 0: end that now."""
        (dictionary,) = await self._call(contract.REHEARSE, path, float(seconds))
        return from_dictionary(dictionary, RehearsalInfo)

    async def history(self, query: HistoryQuery) -> HistoryInfo:
        """What was carried in a day, week or month."""
        (text,) = await self._call(contract.QUERY_HISTORY, to_dictionary(query))
        return decode_history(text)

    async def estimate_wait(self, app: str, weeks: int) -> WaitEstimate:
        """What wait budgets would have cost an application in the last weeks; empty: all of this user's."""
        (text,) = await self._call(contract.ESTIMATE_WAIT, app, weeks)
        return decode_estimate(text)

    async def snapshot(self, options: SubscribeOptions) -> Frame:
        """The next frame with the topics of `options`."""
        single = SubscribeOptions(interval_s=options.interval_s, count=1, topics=options.topics)
        async with aclosing(self.frames(single)) as frames:
            async for frame in frames:
                return frame
        raise DaemonNotRunningError("the daemon ended the stream before the first frame")

    async def frames(self, options: SubscribeOptions) -> AsyncGenerator[Frame, None]:
        """Frames as the daemon sends them, until `count` is reached or the daemon ends.

        Use `contextlib.aclosing`, or the stream stays open until it is collected.
        """
        descriptor = await self._subscribe(options)
        stream = socket.socket(fileno=descriptor)
        stream.settimeout(0)
        reader, writer = await asyncio.open_unix_connection(sock=stream, limit=LARGEST_FRAME_BYTES)
        try:
            while (body := await _read_body(reader)) is not None:
                yield decode_frame(body)
        finally:
            writer.close()

    async def _subscribe(self, options: SubscribeOptions) -> int:
        reply = await self._request(contract.SUBSCRIBE, to_dictionary(options))
        if not reply.unix_fds:
            raise InvalidValueError("the daemon answered Subscribe without a file descriptor")
        return reply.unix_fds[0]

    async def _call(self, method: contract.Method, *arguments: object) -> list[Any]:
        reply = await self._request(method, *arguments)
        if reply.signature != method.output_signature:
            raise InvalidValueError(
                f"{method.name}: answered {reply.signature!r}, expected {method.output_signature!r}"
            )
        return reply.body

    async def _request(self, method: contract.Method, *arguments: object, descriptors: Sequence[int] = ()) -> Message:
        message = Message(
            destination=contract.BUS_NAME,
            path=contract.OBJECT_PATH,
            interface=contract.INTERFACE,
            member=method.name,
            signature=method.input_signature,
            body=list(arguments),
            unix_fds=list(descriptors),
            flags=self._flags | (MessageFlag.ALLOW_INTERACTIVE_AUTHORIZATION if _may_ask(method) else _NOBODY_ASKED),
        )
        try:
            reply = await self._message_bus.call(message)
        except (OSError, EOFError, DBusError) as error:
            raise DaemonNotRunningError(f"the connection to {self._bus} broke: {error}") from error
        if reply is None:
            raise DaemonNotRunningError(f"nobody answered on {self._bus}")
        if reply.message_type is MessageType.ERROR:
            raise _error_of(reply, self._bus)
        return reply


def _may_ask(method: contract.Method) -> bool:
    """Whether somebody may have to type a password for it."""
    return method.action is not Action.INFO or method in {contract.PROBE_PATHS, contract.DIAGNOSE}


def _error_of(reply: Message, bus: Bus) -> Exception:
    name = reply.error_name or ""
    sentence = reply.body[0] if reply.body and isinstance(reply.body[0], str) else "no reason given"
    if name in _NOBODY_THERE:
        return DaemonNotRunningError(f"mpmanagerd does not run on the {bus} bus")
    return from_wire(name, sentence)


async def _read_body(reader: asyncio.StreamReader) -> bytes | None:
    """The next frame's body; None at the end of the stream."""
    try:
        length = int.from_bytes(await reader.readexactly(LENGTH_BYTES), "big")
        if length > LARGEST_FRAME_BYTES:
            raise InvalidValueError(f"a frame of {length} bytes is too long")
        return await reader.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionResetError):
        return None


@asynccontextmanager
async def connected(bus: Bus, *, may_start: bool = True) -> AsyncIterator[ManagerClient]:
    """A client that leaves the bus at the end of the block; see `ManagerClient.connect`."""
    client = await ManagerClient.connect(bus, may_start=may_start)
    try:
        yield client
    finally:
        await client.close()
