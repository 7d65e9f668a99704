"""Asks polkit who may do what. Root passes without it; every other question is waited for by its caller alone.

polkit may have a person asked, for minutes, and may never answer: no question waits for another user's, each has an
end, and polkit is told when its answer is not wanted any more (it closes the dialogue then).
"""

import asyncio
import itertools
import logging
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import NamedTuple

from dbus_fast import BusType, Message, MessageFlag, MessageType, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.constants import ErrorType
from dbus_fast.errors import AuthError, InvalidAddressError

from mpmanager.model.authority import ROOT_UID, Action, Caller
from mpmanager.model.errors import NotAuthorizedError
from mpmanager.ports.authority import Authority

_log = logging.getLogger(__name__)

_SERVICE = "org.freedesktop.PolicyKit1"
_OBJECT = "/org/freedesktop/PolicyKit1/Authority"
_INTERFACE = "org.freedesktop.PolicyKit1.Authority"
_BUS = "org.freedesktop.DBus"
_ABSENT = {ErrorType.SERVICE_UNKNOWN.value, ErrorType.NAME_HAS_NO_OWNER.value}
_DISMISSED = "polkit.dismissed"
_ALLOW_USER_INTERACTION = 1
"""PolkitCheckAuthorizationFlags."""
_ANSWER_SIGNATURE = "(bba{ss})"

QUICK_S = 5.0
"""For an answer where nobody is asked."""
PATIENT_S = 120.0
"""For an answer where somebody may have to type a password."""

_MOST_QUICK = 8
"""Questions of one user that wait for polkit at a time. The bus takes 128 of ours."""
_MOST_PATIENT = 4

_SUDO = "an administrator may do it with sudo"
_DOING: Mapping[Action, str] = {
    Action.INFO: "looking",
    Action.POLICY_OWN: "deciding about your own programs",
    Action.POLICY_SYSTEM: "changing what applies to the whole machine or to others",
    Action.PATH_TRUST: "saying how far networks are trusted",
    Action.IMPORT_PROFILE: "importing a profile that widens rights",
}


class _Answer(NamedTuple):
    """What polkit says."""

    is_authorized: bool
    is_challenge: bool
    """Whether somebody would have to be asked, and nobody was."""
    details: Mapping[str, str]


class PolkitAuthority:
    """polkit on the system bus, or on another one in tests. `without` decides while polkit is not installed."""

    def __init__(
        self,
        *,
        without: Authority,
        bus_address: str | None = None,
        quick_s: float = QUICK_S,
        patient_s: float = PATIENT_S,
    ) -> None:
        self._without = without
        self._bus_address = bus_address
        self._quick_s = quick_s
        self._patient_s = patient_s
        self._bus: MessageBus | None = None
        self._connecting = asyncio.Lock()
        self._numbers = itertools.count()
        self._departures: dict[str, list[asyncio.Event]] = {}
        """To be set when the owner of a bus name has gone."""
        self._quick: defaultdict[int, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(_MOST_QUICK))
        self._patient: Counter[int] = Counter()

    async def authorise(self, caller: Caller, action: Action, details: Mapping[str, str]) -> None:
        if caller.uid == ROOT_UID:
            return
        if caller.uid is None:
            await self._without.authorise(caller, action, details)
        elif caller.is_patient and action is not Action.INFO:
            with self._place(caller.uid):
                await self._decide(caller, action, details, may_ask=True)
        else:
            async with self._quick[caller.uid]:
                await self._decide(caller, action, details, may_ask=False)

    async def notes(self) -> list[str]:
        try:
            async with asyncio.timeout(self._quick_s):
                bus = await self._connected()
                is_there = await _has_owner(bus, _SERVICE) or await _is_activatable(bus, _SERVICE)
        except (OSError, EOFError, AuthError, InvalidAddressError) as error:
            return [f"polkit: no system bus ({error}); only root may change what applies to the whole machine"]
        return [] if is_there else ["polkit: not installed; only root may change what applies to the whole machine"]

    def close(self) -> None:
        if self._bus is not None and self._bus.connected:
            self._bus.disconnect()

    @contextmanager
    def _place(self, uid: int) -> Iterator[None]:
        """One of the few among which a person can still tell which password is for what."""
        if self._patient[uid] >= _MOST_PATIENT:
            raise NotAuthorizedError(f"{_MOST_PATIENT} questions for a password are open already; answer these first")
        self._patient[uid] += 1
        try:
            yield
        finally:
            self._patient[uid] -= 1

    async def _decide(self, caller: Caller, action: Action, details: Mapping[str, str], *, may_ask: bool) -> None:
        limit_s = self._patient_s if may_ask else self._quick_s
        try:
            async with asyncio.timeout(limit_s):
                bus = await self._connected()
                reply = await self._ask(bus, caller, action, details, may_ask=may_ask)
        except TimeoutError as error:
            raise _refused(action, f"polkit has not answered within {limit_s:g} s") from error
        except (OSError, EOFError, AuthError, InvalidAddressError) as error:
            raise _refused(action, f"polkit cannot be asked ({error})") from error
        if reply.error_name in _ABSENT:
            await self._without.authorise(caller, action, details)
            return
        answer = _answer(action, reply)
        if not answer.is_authorized:
            raise _refused(action, _reason(action, answer))

    async def _connected(self) -> MessageBus:
        async with self._connecting:
            if self._bus is None or not self._bus.connected:
                bus = MessageBus(bus_address=self._bus_address, bus_type=BusType.SYSTEM)
                bus.add_message_handler(self._hear)
                self._bus = await bus.connect()
            return self._bus

    async def _ask(
        self, bus: MessageBus, caller: Caller, action: Action, details: Mapping[str, str], *, may_ask: bool
    ) -> Message:
        """What polkit replies.

        Raises:
            NotAuthorizedError: the caller has gone.
        """
        cancellation = f"mpmanager-{next(self._numbers)}"
        async with self._watching(bus, caller.bus_name) as has_gone:
            reply = asyncio.ensure_future(bus.call(_question(caller, action, details, cancellation, may_ask=may_ask)))
            departure = asyncio.ensure_future(has_gone.wait())
            try:
                await asyncio.wait({reply, departure}, return_when=asyncio.FIRST_COMPLETED)
                if reply.done():
                    return reply.result()
            finally:
                departure.cancel()
                if not reply.done():
                    reply.cancel()
                    _tell(bus, _call(_SERVICE, "CancelCheckAuthorization", "s", [cancellation]))
        raise NotAuthorizedError("who asked has left the bus")

    @asynccontextmanager
    async def _watching(self, bus: MessageBus, name: str) -> AsyncIterator[asyncio.Event]:
        """An event that is set once nobody has that name."""
        rule = f"type='signal',sender='{_BUS}',interface='{_BUS}',member='NameOwnerChanged',arg0='{name}',arg2=''"
        has_gone = asyncio.Event()
        self._departures.setdefault(name, []).append(has_gone)
        try:
            await bus.call(_call(_BUS, "AddMatch", "s", [rule]))
            if not await _has_owner(bus, name):
                has_gone.set()
            yield has_gone
        finally:
            self._departures[name].remove(has_gone)
            if not self._departures[name]:
                del self._departures[name]
            _tell(bus, _call(_BUS, "RemoveMatch", "s", [rule]))

    def _hear(self, message: Message) -> None:
        """Called by the bus for whatever arrives; signals of this name can come from the bus alone."""
        if message.message_type is MessageType.SIGNAL and message.member == "NameOwnerChanged":
            for each in self._departures.get(str(message.body[0]), ()):
                each.set()


def _question(
    caller: Caller, action: Action, details: Mapping[str, str], cancellation: str, *, may_ask: bool
) -> Message:
    subject = ["system-bus-name", {"name": Variant("s", caller.bus_name)}]
    flags = _ALLOW_USER_INTERACTION if may_ask else 0
    body: list[object] = [subject, action.value, dict(details), flags, cancellation]
    return _call(_SERVICE, "CheckAuthorization", "(sa{sv})sa{ss}us", body)


def _call(service: str, member: str, signature: str, body: list[object]) -> Message:
    is_polkit = service == _SERVICE
    return Message(
        destination=service,
        path=_OBJECT if is_polkit else "/org/freedesktop/DBus",
        interface=_INTERFACE if is_polkit else _BUS,
        member=member,
        signature=signature,
        body=body,
    )


def _tell(bus: MessageBus, message: Message) -> None:
    """Say something to which no answer is of interest, be it that the bus has gone."""
    message.flags = MessageFlag.NO_REPLY_EXPECTED
    if bus.connected:
        bus.send(message).add_done_callback(lambda sent: sent.cancelled() or sent.exception())


async def _has_owner(bus: MessageBus, name: str) -> bool:
    reply = await bus.call(_call(_BUS, "NameHasOwner", "s", [name]))
    return reply.signature == "b" and bool(reply.body[0])


async def _is_activatable(bus: MessageBus, name: str) -> bool:
    reply = await bus.call(_call(_BUS, "ListActivatableNames", "", []))
    return reply.signature == "as" and name in reply.body[0]


def _answer(action: Action, reply: Message) -> _Answer:
    if reply.signature != _ANSWER_SIGNATURE:
        text = str(reply.body[0]) if reply.body else reply.error_name
        _log.warning("polkit does not say who may %s: %s", action.value, text)
        raise _refused(action, f"polkit does not know ({text})")
    return _Answer(*reply.body[0])


def _reason(action: Action, answer: _Answer) -> str:
    if _DISMISSED in answer.details:
        return "the question for a password was dismissed"
    where = "this session is not active, and " if action is Action.POLICY_OWN else ""
    if answer.is_challenge:
        return f"{where}it takes a password, and nobody could be asked for it here"
    return f"{where}polkit says no"


def _refused(action: Action, reason: str) -> NotAuthorizedError:
    return NotAuthorizedError(f"{_DOING[action]} is not allowed: {reason}; {_SUDO}")
