"""Which notification comes of which event, and how floods of them end."""

import pytest

from mpmanager.api.structures import EventInfo, EventKind
from mpmanager_ui.viewmodels.notification_kinds import NotificationKind
from mpmanager_ui.viewmodels.notifications import (
    QUIET_S,
    TABLE,
    Announcements,
    Notification,
    daemon_back,
    daemon_gone,
    notification_of,
)
from mpmanager_ui.viewmodels.page_names import PageName

TITLES = {"wlan0": "Wi-Fi", "wwan0": "LTE"}


def event(kind, text="as the daemon says", **more):
    return EventInfo(id=1, time=0.0, kind=kind, text=text, **more)


@pytest.mark.parametrize(
    ("kind", "what", "title"),
    [
        (EventKind.PATH_ADDED, NotificationKind.PATH, "Wi-Fi has come"),
        (EventKind.PATH_UP, NotificationKind.PATH, "Wi-Fi is connected"),
        (EventKind.PATH_DOWN, NotificationKind.PATH, "Wi-Fi is lost"),
        (EventKind.PATH_REMOVED, NotificationKind.PATH, "Wi-Fi is gone"),
        (EventKind.BACKUP_OPENED, NotificationKind.BACKUP, "LTE helps Wi-Fi"),
        (EventKind.STEERED, NotificationKind.BACKUP, "LTE carries instead of Wi-Fi"),
        (EventKind.FAILED_OVER, NotificationKind.BACKUP, "LTE carries instead of Wi-Fi"),
        (EventKind.STEERED_BACK, NotificationKind.BACKUP, "Wi-Fi carries again"),
        (EventKind.RETURNED, NotificationKind.BACKUP, "Wi-Fi carries again"),
        (EventKind.TRUST_CHANGED, NotificationKind.TRUST, "Wi-Fi: trust has changed"),
        (EventKind.HANDSHAKE_UNPROTECTED, NotificationKind.TRUST, "Connections open unprotected"),
        (EventKind.ENFORCEMENT_FAILED, NotificationKind.TRUST, "Trust is not enforced as it should be"),
        (EventKind.ENFORCING_PAUSED, NotificationKind.TRUST, "Enforcing is paused"),
        (EventKind.ENFORCING_RESUMED, NotificationKind.TRUST, "Policies are enforced again"),
        (EventKind.POLICY_CHANGED, NotificationKind.RULE, "A rule has changed"),
        (EventKind.CAP_WARNING, NotificationKind.CAP, "Wi-Fi has used most of its data"),
        (EventKind.CAP_REACHED, NotificationKind.CAP, "Wi-Fi has used all of its data"),
        (EventKind.CAP_LIFTED, NotificationKind.CAP, "Wi-Fi may carry again"),
        (EventKind.PROFILE_CHANGED, NotificationKind.RULE, "Profiles"),
        (EventKind.CHANGE_TAKEN_BACK, NotificationKind.RULE, "A change was taken back"),
    ],
)
def test_each_event_of_the_table_has_its_title(kind, what, title):
    said = notification_of(event(kind, path="wlan0", helper="wwan0"), TITLES, {})
    assert (said.kind, said.title, said.text) == (what, title, "as the daemon says")


@pytest.mark.parametrize("kind", sorted(set(EventKind) - TABLE.keys()))
def test_all_others_are_told_by_the_window_alone(kind):
    assert notification_of(event(kind, path="wlan0"), TITLES, {}) is None


def test_a_path_without_a_title_keeps_its_name_and_a_virtual_one_is_nobodys_business():
    assert notification_of(event(EventKind.PATH_UP, path="eth7"), TITLES, {}).title == "eth7 is connected"
    assert notification_of(event(EventKind.PATH_UP, path="veth7"), TITLES, {}, virtual={"veth7"}) is None


def test_a_service_that_goes_and_comes_is_told():
    assert {each.kind for each in (daemon_gone(), daemon_back())} == {NotificationKind.DAEMON}


def said(text, kind=NotificationKind.PATH):
    return Notification(kind=kind, title="title", text=text, page=PageName.OVERVIEW)


def test_a_flood_becomes_the_first_and_one_that_sums_up_the_rest():
    floods = Announcements()
    assert floods.take([said("first")], now=100.0) == [said("first")]
    assert floods.take([said("second"), said("third")], now=101.0) == []
    assert floods.take([said("fourth")], now=102.0) == []
    assert floods.deadline == 100.0 + QUIET_S
    assert floods.due(now=100.0 + QUIET_S) == [said("fourth (2\N{NO-BREAK SPACE}more came before.)")]
    assert (floods.deadline, floods.due(now=200.0)) == (None, [])


def test_kinds_do_not_hold_each_other_up():
    floods = Announcements()
    floods.take([said("lost")], now=100.0)
    assert floods.take([said("trust", NotificationKind.TRUST)], now=100.5) == [said("trust", NotificationKind.TRUST)]


def test_several_at_once_are_one():
    assert [each.text for each in Announcements().take([said("a"), said("b")], now=0.0)] == [
        "b (One more came before.)"
    ]
