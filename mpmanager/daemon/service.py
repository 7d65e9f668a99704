"""The daemon on the bus: every call is authorised, translated, delegated."""

import asyncio
import logging
import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
from dbus_fast import Message, MessageFlag, MessageType, NameFlag, RequestNameReply
from dbus_fast.errors import AuthError, DBusError, InvalidAddressError
from dbus_fast.unpack import unpack_variants

from mpmanager.api import contract
from mpmanager.api.bus import Bus, BusKind
from mpmanager.api.codec import from_dictionary, to_dictionary
from mpmanager.api.connection import connect_to
from mpmanager.api.errors import wire_name
from mpmanager.api.history import HistoryQuery
from mpmanager.api.structures import (
    CapInfo,
    ChangeInfo,
    PolicyInfo,
    PolicyQuery,
    ProbeOptions,
    RehearsalInfo,
    ScopeOptions,
    SubscribeOptions,
)
from mpmanager.daemon.authors import program_of
from mpmanager.daemon.journal import KEPT
from mpmanager.daemon.manager import Manager
from mpmanager.daemon.privacy import Viewer, events_for, policies_for, trust_for
from mpmanager.daemon.process_handle import ProcessHandle
from mpmanager.daemon.subjects import users_of
from mpmanager.daemon.waiting_room import LONGEST_BYTES, LONGEST_TEXT_BYTES, WaitingRoom, size_of
from mpmanager.model.authority import Action, Caller
from mpmanager.model.change import Author
from mpmanager.model.errors import (
    DaemonNotRunningError,
    InvalidValueError,
    MpmanagerError,
    NotAuthorizedError,
    NotSupportedError,
)
from mpmanager.model.selector import Selector
from mpmanager.ports.authority import Authority

if TYPE_CHECKING:
    from dbus_fast.aio import MessageBus

_log = logging.getLogger(__name__)

_UNKNOWN_METHOD = "org.freedesktop.DBus.Error.UnknownMethod"
_UNKNOWN_OBJECT = "org.freedesktop.DBus.Error.UnknownObject"
_PEER = "org.freedesktop.DBus.Peer"
_INVALID_ARGS = "org.freedesktop.DBus.Error.InvalidArgs"
_LIMITS_EXCEEDED = "org.freedesktop.DBus.Error.LimitsExceeded"
_INTROSPECTABLE = "org.freedesktop.DBus.Introspectable"

_MOST_ANSWERS_AT_ONCE = 8
"""A flood of questions waits as questions, which are small, and not as answers."""

_MOST_HELD_DESCRIPTORS = 64
"""Sent with questions that wait for their answer."""

_DESCRIPTOR = "h"

_PERSONAL = frozenset(
    each.name
    for each in (
        contract.GET_METRICS,
        contract.RECENT_EVENTS,
        contract.SUBSCRIBE,
        contract.LIST_POLICIES,
        contract.EXPLAIN_POLICIES,
        contract.SET_POLICY,
        contract.GET_TRUST,
        contract.ENTER_SCOPE,
        contract.LIST_CHANGES,
        contract.PREVIEW_UNDO,
        contract.UNDO_CHANGE,
        contract.REDO_CHANGE,
        contract.PROVISIONAL_CHANGE,
        contract.GUARD_CHANGES,
        contract.KEEP_CHANGE,
        contract.DIAGNOSE,
        contract.REHEARSE,
        contract.HOLD_CONNECTION,
        contract.CAPTURE_CONNECTION,
        contract.QUERY_HISTORY,
        contract.ESTIMATE_WAIT,
    )
)
"""Methods whose handlers take the caller: what they answer or do depends on it."""

_RECORDED = frozenset(
    each.name
    for each in (
        contract.SET_PATH_TIER,
        contract.SET_PATH_KIND,
        contract.SET_PATH_TRUST,
        contract.SET_PATH_METERED,
        contract.SET_PATH_CAP,
        contract.SET_WIRES_NEED_LOGIN,
        contract.SET_POLICY,
        contract.ACTIVATE_PROFILE,
        contract.FOLLOW_NETWORK,
    )
)
"""Methods that change what was decided: this can be taken back."""

_OF_CONNECTIONS = frozenset({contract.HOLD_CONNECTION, contract.CAPTURE_CONNECTION})
"""Methods whose first argument is a token: another user's connection takes more."""

_LONGEST_DETAIL = 200
_TOLD_OF_DICTIONARIES = frozenset(
    field for each in (PolicyInfo, ScopeOptions, CapInfo, ProbeOptions) for field in each.__struct_fields__
)
"""To those who are asked whether a call may be."""

_WITH_A_PROFILE = frozenset({contract.PREVIEW_PROFILE.name, contract.STORE_PROFILE.name})

_LONG = frozenset({contract.PROBE_PATH.name, contract.PROBE_PATHS.name, contract.DIAGNOSE.name, contract.REHEARSE.name})
"""Take seconds, in which others want their answers; each of them allows one at a time."""

_OF_THE_PAST = frozenset({contract.QUERY_HISTORY.name, contract.ESTIMATE_WAIT.name})
"""May take seconds of the history's one thread: one answer at a time, and in nobody else's place."""

_CHOSEN_DESTINATIONS = ("server", "portal_url", "trace")
"""Of `ProbeOptions`."""

Handler = Callable[..., Awaitable[list[Any]]]


class Service:
    """Serves one manager on one bus."""

    def __init__(self, manager: Manager, authority: Authority) -> None:
        self._manager = manager
        self._authority = authority
        self._tasks: set[asyncio.Task[None]] = set()
        self._answering = asyncio.Semaphore(_MOST_ANSWERS_AT_ONCE)
        self._answering_of_the_past = asyncio.Lock()
        self._previewing = asyncio.Lock()
        self._methods = {method.name: method for method in contract.METHODS}
        self._handlers: dict[str, Handler] = {
            contract.GET_STATUS.name: self._get_status,
            contract.GET_METRICS.name: self._get_metrics,
            contract.LIST_PATHS.name: self._list_paths,
            contract.RECENT_EVENTS.name: self._recent_events,
            contract.SUBSCRIBE.name: self._subscribe,
            contract.SET_PATH_TIER.name: self._set_path_tier,
            contract.SET_PATH_KIND.name: self._set_path_kind,
            contract.SET_PATH_TRUST.name: self._set_path_trust,
            contract.SET_PATH_METERED.name: self._set_path_metered,
            contract.SET_PATH_CAP.name: self._set_path_cap,
            contract.ALLOW_MORE.name: self._allow_more,
            contract.PROBE_PATH.name: self._probe_path,
            contract.SET_WIRES_NEED_LOGIN.name: self._set_wires_need_login,
            contract.LIST_POLICIES.name: self._list_policies,
            contract.EXPLAIN_POLICIES.name: self._explain_policies,
            contract.SET_POLICY.name: self._set_policy,
            contract.GET_TRUST.name: self._get_trust,
            contract.HOLD_CONNECTION.name: self._hold_connection,
            contract.CAPTURE_CONNECTION.name: self._capture_connection,
            contract.ENTER_SCOPE.name: self._enter_scope,
            contract.PAUSE_ENFORCING.name: self._pause_enforcing,
            contract.LIST_SYSCTLS.name: self._list_sysctls,
            contract.SET_SYSCTL.name: self._set_sysctl,
            contract.UNDO_SYSCTL.name: self._undo_sysctl,
            contract.LIST_PROFILES.name: self._list_profiles,
            contract.GET_PROFILE.name: self._get_profile,
            contract.CURRENT_DECISIONS.name: self._current_decisions,
            contract.PREVIEW_PROFILE.name: self._preview_profile,
            contract.STORE_PROFILE.name: self._store_profile,
            contract.ACTIVATE_PROFILE.name: self._activate_profile,
            contract.DELETE_PROFILE.name: self._delete_profile,
            contract.FOLLOW_NETWORK.name: self._follow_network,
            contract.LIST_CHANGES.name: self._list_changes,
            contract.PREVIEW_UNDO.name: self._preview_undo,
            contract.UNDO_CHANGE.name: self._undo_change,
            contract.REDO_CHANGE.name: self._redo_change,
            contract.PROVISIONAL_CHANGE.name: self._provisional_change,
            contract.GUARD_CHANGES.name: self._guard_changes,
            contract.KEEP_CHANGE.name: self._keep_change,
            contract.PROBE_PATHS.name: self._probe_paths,
            contract.DIAGNOSE.name: self._diagnose,
            contract.REHEARSE.name: self._rehearse,
            contract.QUERY_HISTORY.name: self._query_history,
            contract.ESTIMATE_WAIT.name: self._estimate_wait,
        }
        self._waiting = WaitingRoom()
        self._message_bus: MessageBus | None = None
        self._is_open = asyncio.Event()
        self._held_descriptors = 0

    async def connect(self, bus: Bus) -> None:
        """Connect and take the name; what is asked from now on waits until `open`.

        Raises:
            NotSupportedError: there is no such bus, or another daemon is there already.
        """
        try:
            # Known before the name is ours: a call that had the bus start this daemon comes together with the name.
            message_bus = self._message_bus = await connect_to(bus)
            message_bus.add_message_handler(self._take_message)
            reply = await message_bus.request_name(contract.BUS_NAME, NameFlag.DO_NOT_QUEUE)
        except (OSError, EOFError, AuthError, InvalidAddressError, DBusError) as error:
            hint = "" if bus.kind is BusKind.PRIVATE else "; a bus of the daemon's own works always: --bus private:DIR"
            raise NotSupportedError(f"cannot serve on the bus {bus}: {error}{hint}") from error
        if reply is not RequestNameReply.PRIMARY_OWNER:
            message_bus.disconnect()
            raise NotSupportedError(f"another mpmanagerd already runs on the bus {bus}")

    def open(self) -> None:
        """Answer, now that there is something to tell."""
        self._is_open.set()

    async def wait_until_gone(self) -> None:
        """Return when the bus has gone.

        Raises:
            DaemonNotRunningError: always; without a bus nobody can reach the daemon.
        """
        if self._message_bus is not None:
            with suppress(OSError, EOFError):
                await self._message_bus.wait_for_disconnect()  # type: ignore[no-untyped-call]  # dbus-fast
        raise DaemonNotRunningError("the bus has gone")

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._message_bus is not None and self._message_bus.connected:
            self._message_bus.disconnect()

    def _take_message(self, message: Message) -> bool | None:
        if not self._wants_descriptor(message):
            _close_descriptors(message)
        if message.message_type is not MessageType.METHOD_CALL:
            return None
        self._held_descriptors += len(message.unix_fds)
        longest = LONGEST_TEXT_BYTES if message.member in _WITH_A_PROFILE else LONGEST_BYTES
        sender, size = str(message.sender), size_of(message.body, longest)
        refusal = self._waiting.refusal(sender, size, longest=longest)
        if refusal is None:
            self._waiting.enter(sender, size)
            answer = self._reply_to(message)
        else:
            answer = self._send(Message.new_error(message, _LIMITS_EXCEEDED, refusal))
        task = asyncio.get_running_loop().create_task(answer)
        self._tasks.add(task)
        task.add_done_callback(partial(self._end, message, size if refusal is None else None))
        return True

    def _wants_descriptor(self, message: Message) -> bool:
        """Whether it comes with the one that its method takes; whatever else is sent would fill our table."""
        method = self._methods.get(str(message.member))
        return (
            message.message_type is MessageType.METHOD_CALL
            and method is not None
            and _DESCRIPTOR in method.input_signature
            and message.signature == method.input_signature
            and len(message.unix_fds) == 1
            and self._held_descriptors < _MOST_HELD_DESCRIPTORS
        )

    def _end(self, message: Message, waited_bytes: int | None, task: asyncio.Task[None]) -> None:
        """`waited_bytes`: None where it did not wait, as it was refused."""
        self._tasks.discard(task)
        if waited_bytes is not None:
            self._waiting.leave(str(message.sender), waited_bytes)
        self._held_descriptors -= len(message.unix_fds)
        _close_descriptors(message)

    async def _reply_to(self, message: Message) -> None:
        method = self._methods.get(str(message.member))
        if message.path != contract.OBJECT_PATH:
            await self._send(Message.new_error(message, _UNKNOWN_OBJECT, f"there is no object {message.path}"))
        elif message.interface == _INTROSPECTABLE and message.member == "Introspect":
            await self._send(Message.new_method_return(message, "s", [contract.introspection_xml()]))
        elif message.interface == _PEER and message.member == "Ping":
            await self._send(Message.new_method_return(message))
        elif method is None or message.interface not in {contract.INTERFACE, None, ""}:
            text = f"{message.interface or contract.INTERFACE} has no {message.member}"
            await self._send(Message.new_error(message, _UNKNOWN_METHOD, text))
        elif message.signature != method.input_signature:
            text = f"{method.name} takes ({method.input_signature}), not ({message.signature})"
            await self._send(Message.new_error(message, _INVALID_ARGS, text))
        else:
            await self._answer(message, method)

    async def _send(self, reply: Message) -> None:
        if self._message_bus is not None:
            await self._message_bus.send(reply)

    async def _answer(self, message: Message, method: contract.Method) -> None:
        given: list[socket.socket] = []
        await self._is_open.wait()
        try:
            caller = await self._authorise(message, method)
            async with self._room_for(method):
                body = await self._handle(caller, message, method)
                given = [each for each in body if isinstance(each, socket.socket)]
                await self._send(_reply(message, method, body))
        except MpmanagerError as error:
            await self._send(Message.new_error(message, wire_name(error), str(error)))
        except Exception:  # noqa: BLE001  # supervisor of calls: the caller gets an answer, the log the traceback
            _log.exception("%s failed", method.name)
            text = "a fault in mpmanagerd; see its log"
            await self._send(Message.new_error(message, contract.ERROR_PREFIX + "Internal", text))
        finally:
            for each in given:
                each.close()

    def _room_for(self, method: contract.Method) -> AbstractAsyncContextManager[None]:
        """Where an answer waits until it is its turn."""
        if method.name in _LONG:
            return nullcontext()
        return self._answering_of_the_past if method.name in _OF_THE_PAST else self._answering

    async def _handle(self, caller: Caller, message: Message, method: contract.Method) -> list[Any]:
        own = [caller] if method.name in _PERSONAL else []
        is_change = method.name in _RECORDED
        changes = self._manager.changes
        async with changes.recorded(_author(caller), bus_name=caller.bus_name) if is_change else nullcontext():
            return await self._handlers[method.name](*own, *_arguments(message, method))

    async def _authorise(self, message: Message, method: contract.Method) -> Caller:
        """Who calls, and may.

        This takes none of the places for answers: somebody may have to type a password, while others go on.

        Raises:
            NotAuthorizedError: may not.
        """
        async with self._answering:
            uid = await self._known_of(message.sender, "GetConnectionUnixUser")
            program = await self._program_of(message.sender) if method.name in _RECORDED else None
        is_patient = MessageFlag.ALLOW_INTERACTIVE_AUTHORIZATION in message.flags
        caller = Caller(bus_name=str(message.sender), uid=uid, is_patient=is_patient, program=program)
        details = _details(message, method)
        await self._authority.authorise(caller, self._action(caller, message, method), details)
        # Looked at for administrators only: comparing costs time.
        if method is contract.ACTIVATE_PROFILE and self._manager.profiles.may_widen(str(message.body[0])):
            await self._authority.authorise(caller, method.action, details)
        return await self._allow_change(caller, message, method, details)

    async def _allow_change(
        self, caller: Caller, message: Message, method: contract.Method, details: dict[str, str]
    ) -> Caller:
        """What taking a change back takes depends on the change.

        The last one is that of now, whatever is changed while somebody types a password.
        """
        changes, viewer = self._manager.changes, Viewer.of(caller)
        if method is contract.UNDO_CHANGE:
            wanted, with_later = changes.to_undo(message.body[0], viewer=viewer), message.body[1]
            actions = changes.actions_to_undo(wanted, with_later=with_later, viewer=viewer)
        elif method is contract.REDO_CHANGE:
            wanted = changes.to_redo(message.body[0], viewer=viewer)
            actions = changes.actions_to_redo(wanted, viewer=viewer)
        elif method is contract.KEEP_CHANGE:
            wanted = changes.to_keep(message.body[0], viewer=viewer)
            actions = changes.actions_to_keep(wanted, viewer=viewer)
        else:
            return caller
        message.body = [wanted, *message.body[1:]]
        for action in sorted(actions - {method.action}):
            await self._authority.authorise(caller, action, details)
        return replace(caller, allowed=actions)

    def _action(self, caller: Caller, message: Message, method: contract.Method) -> Action:
        """What the caller has to be allowed to do; the contract names the least that a method takes."""
        if method in _OF_CONNECTIONS and self._is_anothers_connection(caller, str(message.body[0])):
            return Action.POLICY_SYSTEM
        if method is contract.SET_POLICY and _is_own(caller, _policy(message.body[0])):
            return Action.POLICY_OWN
        if method is contract.ACTIVATE_PROFILE or _names_destination(method, message.body):
            return Action.POLICY_SYSTEM
        if method is contract.PAUSE_ENFORCING and not message.body[0]:
            return Action.POLICY_OWN  # whoever ends a pause takes no right from anybody
        return method.action

    def _is_anothers_connection(self, caller: Caller, token: str) -> bool:
        account = self._manager.connection(token)
        return account is not None and account.owner_uid != caller.uid

    async def _program_of(self, sender: str | None) -> str | None:
        pid = await self._known_of(sender, "GetConnectionUnixProcessID")
        return None if pid is None else program_of(pid)

    async def _known_of(self, sender: str | None, question: str) -> int | None:
        """What the bus knows of who has sent a message; None where it does not tell."""
        if self._message_bus is None or not sender:
            return None
        asked = Message(
            destination="org.freedesktop.DBus",
            path="/org/freedesktop/DBus",
            interface="org.freedesktop.DBus",
            member=question,
            signature="s",
            body=[sender],
        )
        reply = await self._message_bus.call(asked)
        if reply.message_type is not MessageType.METHOD_RETURN:
            return None
        return int(reply.body[0])

    async def _get_status(self) -> list[Any]:
        status = self._manager.status()
        status.notes = [*status.notes, *await self._authority.notes()]
        return [to_dictionary(status)]

    async def _get_metrics(self, caller: Caller) -> list[Any]:
        return [self._manager.metrics(Viewer.of(caller))]

    async def _list_paths(self) -> list[Any]:
        return [[to_dictionary(each) for each in self._manager.path_rows()]]

    async def _recent_events(self, caller: Caller, limit: int) -> list[Any]:
        events = events_for(Viewer.of(caller), self._manager.journal.recent(KEPT))
        return [[to_dictionary(each) for each in events[-limit:]] if limit else []]

    async def _subscribe(self, caller: Caller, options: dict[str, Any]) -> list[Any]:
        wanted = from_dictionary(options, SubscribeOptions)
        return [self._manager.streams.subscribe(wanted, Viewer.of(caller))]

    async def _set_path_tier(self, path: str, tier: str) -> list[Any]:
        await self._manager.paths.set_tier(path, tier)
        return []

    async def _set_path_kind(self, path: str, kind: str) -> list[Any]:
        await self._manager.paths.set_kind(path, kind)
        return []

    async def _set_path_trust(self, path: str, trust: str, scope: str, network: str) -> list[Any]:
        await self._manager.paths.set_trust(path, trust, scope, network)
        return []

    async def _set_path_metered(self, path: str, metered: str) -> list[Any]:
        await self._manager.paths.set_metered(path, metered)
        return []

    async def _set_path_cap(self, path: str, cap: dict[str, Any]) -> list[Any]:
        await self._manager.paths.set_cap(path, from_dictionary(cap, CapInfo).cap())
        return []

    async def _allow_more(self, path: str, more_bytes: int) -> list[Any]:
        await self._manager.paths.allow_more(path, more_bytes)
        return []

    async def _probe_path(self, path: str) -> list[Any]:
        return [to_dictionary(await self._manager.probes.probe(self._manager.paths.path(path)))]

    async def _set_wires_need_login(self, needed: bool) -> list[Any]:  # noqa: FBT001  # as it comes over the bus
        await self._manager.paths.set_wires_need_login(needed=needed)
        return []

    async def _list_policies(self, caller: Caller) -> list[Any]:
        rows = policies_for(Viewer.of(caller), self._manager.policies.rows())
        return [[to_dictionary(each) for each in rows]]

    async def _explain_policies(self, caller: Caller, query: dict[str, Any]) -> list[Any]:
        viewer = Viewer.of(caller)
        found = self._manager.policies_about(from_dictionary(query, PolicyQuery), may_see=viewer.may_see)
        return [[to_dictionary(each) for each in policies_for(viewer, found)]]

    async def _set_policy(self, caller: Caller, policy: dict[str, Any]) -> list[Any]:
        info = _policy(policy)
        is_anybodys = Viewer.of(caller).sees_all or not _is_own(caller, info)
        self._manager.policies.set(info, owner_uid=None if is_anybodys else caller.uid)
        return []

    async def _get_trust(self, caller: Caller) -> list[Any]:
        return [to_dictionary(trust_for(Viewer.of(caller), self._manager.trust_info()))]

    async def _hold_connection(self, caller: Caller, token: str, held: bool) -> list[Any]:  # noqa: FBT001  # as the bus hands it in
        await self._allow_connection(caller, token)
        self._manager.hold_connection(token, held=held)
        return []

    async def _pause_enforcing(self, seconds: int) -> list[Any]:
        self._manager.pause.pause(seconds)
        return []

    async def _capture_connection(self, caller: Caller, token: str, seconds: int, max_bytes: int) -> list[Any]:
        await self._allow_connection(caller, token)
        return [self._manager.capture(token, uid=caller.uid, seconds=seconds, max_bytes=max_bytes)]

    async def _allow_connection(self, caller: Caller, token: str) -> None:
        """Once more, without asking anybody: the token may have become another connection's in the meantime."""
        if self._is_anothers_connection(caller, token):
            await self._authority.authorise(replace(caller, is_patient=False), Action.POLICY_SYSTEM, {"token": token})

    async def _list_sysctls(self) -> list[Any]:
        return [[to_dictionary(each) for each in self._manager.sysctls.rows()]]

    async def _set_sysctl(self, name: str, value: str, persistent: bool) -> list[Any]:  # noqa: FBT001  # as the bus hands it in
        self._manager.sysctls.set(name, value, is_kept=persistent)
        return []

    async def _undo_sysctl(self, name: str) -> list[Any]:
        self._manager.sysctls.undo(name)
        return []

    async def _enter_scope(self, caller: Caller, descriptor: int, options: dict[str, Any]) -> list[Any]:
        if caller.uid is None:
            raise NotAuthorizedError("the bus does not tell who you are")
        process = ProcessHandle(descriptor)
        return [self._manager.scopes.enter(process, from_dictionary(options, ScopeOptions), uid=caller.uid)]

    async def _list_profiles(self) -> list[Any]:
        return [[to_dictionary(each) for each in self._manager.profiles.rows()]]

    async def _get_profile(self, name: str) -> list[Any]:
        return [self._manager.profiles.text(name)]

    async def _current_decisions(self) -> list[Any]:
        return [self._manager.profiles.current_text()]

    async def _preview_profile(self, text: str, mode: str) -> list[Any]:
        if self._previewing.locked():
            raise NotSupportedError("another profile is being looked at; try again in a moment")
        async with self._previewing:
            return [to_dictionary(await self._manager.profiles.preview(text, mode))]

    async def _store_profile(self, name: str, text: str) -> list[Any]:
        self._manager.profiles.store(name, text)
        return []

    async def _activate_profile(self, name: str) -> list[Any]:
        await self._manager.profiles.choose(name)
        return []

    async def _delete_profile(self, name: str) -> list[Any]:
        self._manager.profiles.delete(name)
        return []

    async def _probe_paths(self, options: dict[str, Any]) -> list[Any]:
        return [to_dictionary(await self._manager.doctor.probe(from_dictionary(options, ProbeOptions)))]

    async def _diagnose(self, caller: Caller, options: dict[str, Any]) -> list[Any]:
        viewer = Viewer.of(caller)
        found = await self._manager.doctor.diagnose(from_dictionary(options, ProbeOptions), may_see=viewer.may_see)
        return [to_dictionary(found)]

    async def _rehearse(self, caller: Caller, path: str, seconds: float) -> list[Any]:
        if seconds == 0:
            self._manager.rehearser.stop()
            return [to_dictionary(RehearsalInfo(path=path, took_s=0.0))]
        viewer = Viewer.of(caller)
        return [to_dictionary(await self._manager.rehearser.rehearse(path, seconds, may_see=viewer.may_see))]

    async def _follow_network(self, network: str, profile: str) -> list[Any]:
        self._manager.profiles.follow(network, profile)
        return []

    async def _list_changes(self, caller: Caller, limit: int) -> list[Any]:
        return _changes(self._manager.changes.rows(limit, Viewer.of(caller)))

    async def _preview_undo(self, caller: Caller, wanted: int, with_later: bool) -> list[Any]:  # noqa: FBT001  # as the bus hands it in
        return _changes(self._manager.changes.preview(wanted, with_later=with_later, viewer=Viewer.of(caller)))

    async def _undo_change(self, caller: Caller, wanted: int, with_later: bool) -> list[Any]:  # noqa: FBT001  # as the bus hands it in
        undone = await self._manager.changes.undo(
            wanted,
            with_later=with_later,
            viewer=Viewer.of(caller),
            allowed=caller.allowed,
            bus_name=caller.bus_name,
        )
        return _changes(undone)

    async def _redo_change(self, caller: Caller, wanted: int) -> list[Any]:
        redone = await self._manager.changes.redo(
            wanted, viewer=Viewer.of(caller), allowed=caller.allowed, bus_name=caller.bus_name
        )
        return _changes(redone)

    async def _provisional_change(self, caller: Caller, seconds: int) -> list[Any]:
        self._manager.changes.expect(caller.uid, caller.bus_name, seconds)
        return []

    async def _guard_changes(self, caller: Caller, seconds: int) -> list[Any]:
        self._manager.changes.guard(caller.uid, caller.bus_name, seconds)
        return []

    async def _keep_change(self, caller: Caller, wanted: int) -> list[Any]:
        await self._manager.changes.keep(wanted, viewer=Viewer.of(caller), allowed=caller.allowed)
        return []

    async def _query_history(self, caller: Caller, query: dict[str, Any]) -> list[Any]:
        wanted = from_dictionary(query, HistoryQuery)
        return [_json(await self._manager.history.query(wanted, Viewer.of(caller)))]

    async def _estimate_wait(self, caller: Caller, app: str, weeks: int) -> list[Any]:
        return [_json(await self._manager.history.estimate(app, weeks, Viewer.of(caller)))]


def _changes(rows: list[ChangeInfo]) -> list[Any]:
    return [[to_dictionary(each) for each in rows]]


def _author(caller: Caller) -> Author:
    return Author(uid=caller.uid, program=caller.program)


def _names_destination(method: contract.Method, body: list[Any]) -> bool:
    """Whether packets shall go where the caller says: a program that is kept off a path must not have us go there."""
    if method.name not in {contract.PROBE_PATHS.name, contract.DIAGNOSE.name}:
        return False
    options = unpack_variants(dict(body[0]))
    return any(options.get(each) for each in _CHOSEN_DESTINATIONS)


def _json(structure: msgspec.Struct) -> str:
    return msgspec.json.encode(structure).decode()


def _policy(dictionary: dict[str, Any]) -> PolicyInfo:
    return from_dictionary(dictionary, PolicyInfo)


def _is_own(caller: Caller, policy: PolicyInfo) -> bool:
    """Whether a rule is about the caller's own applications alone."""
    user = Selector.parse(policy.selector).user
    if caller.uid is None or user.isdecimal():
        return caller.uid is not None and user == str(caller.uid)
    return user in users_of(caller.uid)


def _arguments(message: Message, method: contract.Method) -> list[Any]:
    """What a handler takes: for a descriptor, which travels as its place in a list, the descriptor itself."""
    return [
        _descriptor(message, value) if argument.signature == _DESCRIPTOR else value
        for argument, value in zip(method.inputs, message.body, strict=True)
    ]


def _details(message: Message, method: contract.Method) -> dict[str, str]:
    """What a call is about, in words and numbers, for a person who is asked whether it may be."""
    told: dict[str, object] = {}
    for argument, value in zip(method.inputs, message.body, strict=True):
        if isinstance(value, dict):
            # By names of our own alone: with others the caller could write what the dialogue says.
            told |= {name: each for name, each in unpack_variants(value).items() if name in _TOLD_OF_DICTIONARIES}
        elif argument.signature != _DESCRIPTOR:
            told[argument.name] = value
    told["method"] = method.name
    return {name[:_LONGEST_DETAIL]: str(value)[:_LONGEST_DETAIL] for name, value in told.items()}


def _descriptor(message: Message, place: int) -> int:
    if place >= len(message.unix_fds):
        raise InvalidValueError("the descriptor is missing, or there are too many of them; try again")
    return message.unix_fds[place]


def _close_descriptors(message: Message) -> None:
    """Nobody else would."""
    for descriptor in message.unix_fds:
        os.close(descriptor)
    message.unix_fds = []


def _reply(message: Message, method: contract.Method, body: list[Any]) -> Message:
    descriptors = [each.fileno() for each in body if isinstance(each, socket.socket)]
    plain = [0 if isinstance(each, socket.socket) else each for each in body]
    return Message.new_method_return(message, method.output_signature, plain, unix_fds=descriptors)
