"""The window's own settings are kept, and those of service and kernel are set with a way back."""

import pytest
from PySide6.QtCore import QSettings, Qt

from mpmanager.model.errors import NotAuthorizedError
from mpmanager_ui.look.colours import Theme
from mpmanager_ui.preferences import TRAY_KEY, Preferences
from mpmanager_ui.viewmodels.notification_kinds import PAUSED_KEY, NotificationKind, settings_key
from mpmanager_ui.viewmodels.page_names import PageName
from mpmanager_ui.viewmodels.preferences import Motion


def kept():
    return Preferences(QSettings("mpmanager", "mpmanager"))


@pytest.fixture
def page(stage):
    stage.begin()
    stage.act(lambda: stage.window.show_page(PageName.SETTINGS))
    page = stage.window.page_widget(PageName.SETTINGS)
    stage.wait_until(lambda: page.kernel_views, "the settings were read")
    return page


def click(stage, button):
    stage.act(button.click)
    stage.settle()


def test_what_the_window_shall_be_like_is_kept(stage, page):
    click(stage, page.motion.buttons[Motion.ON])
    click(stage, page.language.buttons["en"])
    click(stage, page.switches[TRAY_KEY].box)
    click(stage, page.switches[settings_key(NotificationKind.CAP)].box)
    assert kept().motion is Motion.ON
    assert kept().language == "en"
    assert kept().is_on(TRAY_KEY)
    assert [kind for kind in NotificationKind if not kept().notifies(kind)] == [NotificationKind.CAP]


def test_paused_notifications_do_not_come_and_their_switches_rest(stage, page):
    click(stage, page.switches[PAUSED_KEY].box)
    assert not any(map(kept().notifies, NotificationKind))
    assert not page.switches[settings_key(NotificationKind.PATH)].isEnabled()


def test_the_theme_is_the_same_here_and_in_the_sidebar(stage, page):
    click(stage, page.theme.buttons[Theme.DARK])
    assert stage.look.theme is Theme.DARK
    stage.look.choose(Theme.LIGHT)
    assert page.theme.choice is Theme.LIGHT


def test_whether_cables_need_a_login_is_said_and_taken_back(stage, page):
    stage.act(page.wires.box.click)
    stage.wait_until(stage.window.snackbar.isVisible, "it was told")
    assert stage.world.wires_need_login
    stage.act(stage.window.snackbar.button.click)
    stage.wait_until(lambda: not stage.world.wires_need_login, "it was taken back")
    stage.wait_until(lambda: not page.wires.box.isChecked(), "the box follows")


def test_a_number_of_the_kernels_is_set_kept_and_taken_back(stage, page):
    field = page.kernel_views["stale_loss_cnt"].control
    stage.act(lambda: field.setText("2"))
    stage.press(field, Qt.Key.Key_Return)
    stage.wait_until(stage.window.snackbar.isVisible, "it was told")
    assert stage.world.sysctls["stale_loss_cnt"].kept == "2"
    stage.wait_until(lambda: page.kernel_views["stale_loss_cnt"].shown.way_back == "Back to 4", "a way back is shown")
    stage.act(stage.window.snackbar.button.click)
    stage.wait_until(lambda: stage.world.sysctls["stale_loss_cnt"].value == "4", "it was taken back")
    assert stage.world.sysctls["stale_loss_cnt"].kept is None


def test_a_way_back_that_was_taken_can_be_taken_back_too(stage, page):
    stage.run(stage.daemon.manager.set_sysctl("net.mptcp.enabled", "0", persistent=True))
    stage.run(page.read())
    stage.act(page.kernel_views["enabled"].back.click)
    stage.wait_until(stage.window.snackbar.isVisible, "it was told")
    assert stage.world.sysctls["enabled"].value == "1"
    stage.act(stage.window.snackbar.button.click)
    stage.wait_until(lambda: stage.world.sysctls["enabled"].kept == "0", "it is as it was")


def test_a_refused_value_is_told_and_the_control_shows_what_is(stage, page):
    stage.daemon.manager.refusal = NotAuthorizedError("only root may do that")
    stage.act(page.kernel_views["enabled"].control.buttons["0"].click)
    stage.wait_until(stage.window.problem_banner.isVisible, "the refusal was told")
    assert "Setting enabled failed: only root may do that" in stage.window.problem_banner.label.text()
    stage.wait_until(lambda: page.kernel_views["enabled"].control.choice == "1", "it shows what is")


def test_a_value_that_nobody_knows_is_taken_for_none(tmp_path):
    settings = QSettings(str(tmp_path / "odd.ini"), QSettings.Format.IniFormat)
    settings.setValue("motion", "sideways")
    settings.setValue("theme", 7)
    assert (Preferences(settings).motion, Preferences(settings).theme) == (Motion.AUTO, Theme.AUTO)
