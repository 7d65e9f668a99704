"""Notifications by the desktop's own service, org.freedesktop.Notifications on the session bus."""

import asyncio
import logging
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

from dbus_fast import Message, MessageType, Variant
from dbus_fast.errors import AuthError, DBusError, InvalidAddressError

from mpmanager.api.bus import Bus
from mpmanager.api.connection import connect_to
from mpmanager_ui.look.icons import APPLICATION_ICON
from mpmanager_ui.viewmodels.notifications import Notification
from mpmanager_ui.viewmodels.page_names import PageName
from mpmanager_ui.viewmodels.translation import tr

if TYPE_CHECKING:
    from dbus_fast.aio import MessageBus

    from mpmanager_ui.viewmodels.notification_kinds import NotificationKind

logger = logging.getLogger(__name__)

_NAME = "org.freedesktop.Notifications"
_PATH = "/org/freedesktop/Notifications"
_LONGEST_WAIT_S = 5.0
_CHOSEN_BY_DESKTOP = -1
"""How long one is shown."""


class NoAnswerError(Exception):
    """The service is not there, or does not do what it was asked."""


class DesktopNotifications:
    """Shows them; `wanted` is called with the page to show, when somebody asks for it."""

    def __init__(self, bus: Bus, wanted: Callable[[PageName], None]) -> None:
        self._bus = bus
        self._wanted = wanted
        self._message_bus: MessageBus | None = None
        self._capabilities: frozenset[str] = frozenset()
        self._numbers: dict[NotificationKind, int] = {}
        """As the service calls the last one of each kind."""
        self._pages: dict[int, PageName] = {}

    async def show(self, notification: Notification) -> bool:
        """Show one in the place of the last of its kind; False where nobody does."""
        try:
            async with asyncio.timeout(_LONGEST_WAIT_S):
                await self._show(notification)
        except (NoAnswerError, TimeoutError, OSError, EOFError, AuthError, InvalidAddressError, DBusError) as error:
            logger.info("no notification by the desktop: %s", str(error) or "it does not answer")
            self.close()
            return False
        return True

    def close(self) -> None:
        """Leave the bus; the next one is tried anew."""
        if self._message_bus is not None and self._message_bus.connected:
            self._message_bus.disconnect()
        self._message_bus = None
        self._numbers.clear()
        self._pages.clear()

    async def _show(self, notification: Notification) -> None:
        if self._message_bus is None or not self._message_bus.connected:
            await self._connect()
        body = [
            "mpmanager",
            self._numbers.get(notification.kind, 0),
            APPLICATION_ICON,
            notification.title,
            escape(notification.text) if "body-markup" in self._capabilities else notification.text,
            ["default", tr("Show"), "show", tr("Show")] if "actions" in self._capabilities else [],
            {"desktop-entry": Variant("s", APPLICATION_ICON)},
            _CHOSEN_BY_DESKTOP,
        ]
        number = int(await self._call("Notify", "susssasa{sv}i", body))
        self._pages.pop(self._numbers.get(notification.kind, 0), None)
        self._numbers[notification.kind] = number
        self._pages[number] = notification.page

    async def _connect(self) -> None:
        self._message_bus = await connect_to(self._bus)
        self._message_bus.add_message_handler(self._take)
        rule = f"type='signal',interface='{_NAME}',path='{_PATH}'"
        await self._call("AddMatch", "s", [rule], name="org.freedesktop.DBus", path="/org/freedesktop/DBus")
        self._capabilities = frozenset(await self._call("GetCapabilities", "", []))

    async def _call(self, member: str, signature: str, body: list[Any], *, name: str = _NAME, path: str = _PATH) -> Any:  # noqa: ANN401  # whatever the service answers
        if self._message_bus is None:
            raise NoAnswerError("the session bus has gone")
        question = Message(destination=name, path=path, interface=name, member=member, signature=signature, body=body)
        reply = await self._message_bus.call(question)
        if reply.message_type is not MessageType.METHOD_RETURN:
            raise NoAnswerError(f"{member}: {reply.error_name}")
        return reply.body[0] if reply.body else None

    def _take(self, message: Message) -> None:
        if message.message_type is not MessageType.SIGNAL or message.interface != _NAME:
            return
        number = message.body[0] if message.body else None
        if message.member == "ActionInvoked" and number in self._pages:
            self._wanted(self._pages[number])
        elif message.member == "NotificationClosed" and number in self._pages:
            del self._pages[number]
            self._numbers = {kind: each for kind, each in self._numbers.items() if each != number}
