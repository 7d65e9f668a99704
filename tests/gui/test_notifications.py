"""Notifications on a session bus of the test's own, where a service that remembers them takes the desktop's place."""

import subprocess

import pytest
from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus
from PySide6.QtCore import QSettings

from mpmanager.api.bus import parse_bus
from mpmanager.api.structures import EventKind
from mpmanager_ui.announcer import Announcer
from mpmanager_ui.desktop_notifications import DesktopNotifications
from mpmanager_ui.preferences import Preferences
from mpmanager_ui.viewmodels import notifications
from mpmanager_ui.viewmodels.notification_kinds import PAUSED_KEY, NotificationKind, settings_key
from mpmanager_ui.viewmodels.notifications import Notification
from mpmanager_ui.viewmodels.page_names import PageName

NAME, PLACE = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"


class Service:
    """Takes notifications as a desktop does."""

    capabilities = ("actions", "body", "body-markup")
    is_mute = False

    def __init__(self):
        self.shown = {}
        """Title, text, actions by number."""
        self.calls = 0
        self.bus = None

    async def begin(self, address):
        self.bus = await MessageBus(bus_address=address).connect()
        self.bus.add_message_handler(self._take)
        await self.bus.request_name(NAME)

    def _take(self, message):
        if message.message_type is not MessageType.METHOD_CALL or message.interface != NAME:
            return None
        if self.is_mute:
            return True
        if message.member == "GetCapabilities":
            return Message.new_method_return(message, "as", [list(self.capabilities)])
        self.calls += 1
        _, replaced, _, title, text, actions, _, _ = message.body
        number = replaced or self.calls
        self.shown[number] = (title, text, actions)
        return Message.new_method_return(message, "u", [number])

    async def invoke(self, number, action="show"):
        signal = Message.new_signal(PLACE, NAME, "ActionInvoked", "us", [number, action])
        await self.bus.send(signal)

    async def end(self):
        self.bus.disconnect()


@pytest.fixture
def address(tmp_path):
    command = ["dbus-daemon", "--session", f"--address=unix:path={tmp_path / 'bus'}", "--nofork", "--print-address=1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    yield process.stdout.readline().strip().partition(",")[0]
    process.terminate()
    process.communicate(timeout=10)


@pytest.fixture
def service(stage, address):
    service = Service()
    stage.run(service.begin(address))
    yield service
    stage.run(service.end())


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


class Setting:
    """An announcer, and where its notifications go when there is no service."""

    def __init__(self, stage, address, settings):
        self.pages, self.instead, self.is_attended = [], [], False
        self.desktop = DesktopNotifications(parse_bus(address), self.pages.append)
        self.announcer = Announcer(
            stage.session,
            stage.window.tasks,
            Preferences(settings),
            desktop=lambda: self.desktop,
            instead=lambda each: self.instead.append(each) or True,
            is_attended=lambda: self.is_attended,
        )


@pytest.fixture
def setting(stage, address, settings):
    setting = Setting(stage, address, settings)
    yield setting
    setting.announcer.close()
    setting.announcer.deleteLater()


def said(text, kind=NotificationKind.PATH, page=PageName.LIVE):
    return Notification(kind=kind, title="title", text=text, page=page)


def test_one_takes_the_place_of_the_last_of_its_kind_and_its_action_shows_its_page(stage, service, setting):
    show = setting.desktop.show
    assert stage.run(show(said("<first>")))
    assert stage.run(show(said("second")))
    assert stage.run(show(said("trust", NotificationKind.TRUST, PageName.OVERVIEW)))
    assert [text for _, text, _ in service.shown.values()] == ["second", "trust"]
    assert service.shown[1][2] == ["default", "Show", "show", "Show"]
    stage.run(service.invoke(1))
    stage.wait_until(lambda: setting.pages == [PageName.LIVE], "the page is wanted")


def test_markup_is_escaped_only_where_the_service_reads_it(stage, service, setting):
    stage.run(setting.desktop.show(said("<b> & co")))
    assert service.shown[1][1] == "&lt;b&gt; &amp; co"
    service.capabilities = ("body",)
    setting.desktop.close()
    stage.run(setting.desktop.show(said("<b> & co")))
    assert service.shown[2] == ("title", "<b> & co", [])


def test_events_are_told_outside_the_window_unless_somebody_looks_at_it(stage, service, setting):
    stage.begin()
    stage.world.lose("wlan0")
    stage.tick()
    stage.wait_until(lambda: service.shown, "it is told")
    assert service.shown[1][0] == "Wi-Fi is lost"
    setting.is_attended = True
    stage.world.happen(EventKind.POLICY_CHANGED, "a rule")
    stage.tick(2)
    assert service.calls == 1


def test_switches_and_the_pause_of_all_hold(stage, service, setting, settings):
    stage.begin()
    settings.setValue(settings_key(NotificationKind.RULE), False)
    stage.world.happen(EventKind.POLICY_CHANGED, "a rule")
    stage.world.happen(EventKind.TRUST_CHANGED, "trust", "wlan0")
    stage.tick()
    stage.wait_until(lambda: service.shown, "the other one is told")
    settings.setValue(PAUSED_KEY, True)
    stage.world.happen(EventKind.PATH_UP, "up", "wwan0")
    stage.tick(2)
    assert [title for title, _, _ in service.shown.values()] == ["Wi-Fi: trust has changed"]


def test_a_flood_ends_as_two(stage, service, setting, monkeypatch):
    monkeypatch.setattr(notifications, "QUIET_S", 0.3)
    stage.begin()
    for number in range(5):
        stage.world.happen(EventKind.POLICY_CHANGED, f"rule {number}")
        stage.tick()
    stage.wait_until(lambda: service.calls == 2, "the rest is summed up")
    assert service.shown[1][1] == "rule 4 (3\N{NO-BREAK SPACE}more came before.)"


def test_a_service_that_is_gone_and_back_is_told(stage, service, setting):
    stage.begin()
    stage.daemon.stop()
    stage.wait_until(lambda: service.shown, "the loss is told")
    assert service.shown[1][0] == "mpmanagerd has gone"
    assert setting.instead == []


def test_without_a_service_the_tray_tells_and_a_service_that_comes_later_is_found(stage, address, setting):
    stage.begin()
    stage.world.lose("wlan0")
    stage.tick()
    stage.wait_until(lambda: setting.instead, "it is told otherwise")
    service = Service()
    stage.run(service.begin(address))
    assert stage.run(setting.desktop.show(said("later")))
    stage.run(service.end())


def test_without_a_bus_nothing_is_shown_and_nothing_fails(stage, tmp_path):
    desktop = DesktopNotifications(parse_bus(f"unix:path={tmp_path / 'nowhere'}"), lambda _page: None)
    assert stage.run(desktop.show(said("anything"))) is False


def test_a_service_that_does_not_answer_holds_up_nobody(stage, service, setting, monkeypatch):
    monkeypatch.setattr("mpmanager_ui.desktop_notifications._LONGEST_WAIT_S", 0.1)
    service.is_mute = True
    assert stage.run(setting.desktop.show(said("anything"))) is False
