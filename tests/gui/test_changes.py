"""The time line of changes, Undo anywhere, and the bar that counts down."""

from fake_manager import EPOCH
from PySide6.QtCore import Qt

from mpmanager.model.change import AspectKind
from mpmanager.model.errors import NotAuthorizedError
from mpmanager.model.path import PathState, Tier
from mpmanager_ui.viewmodels.page_names import PageName

BECAME = "\N{RIGHTWARDS ARROW}\N{NO-BREAK SPACE}"
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def decide(stage, tier="never", path="wlan0"):
    stage.run(stage.session.reached().set_path_tier(path, tier))
    stage.tick()


def shown(stage):
    return [(each.row.text, each.row.action) for each in stage.window.change_panel.list.rows]


def open_panel(stage):
    stage.press(stage.window, Qt.Key.Key_Z, CONTROL | SHIFT)
    stage.wait_until(stage.window.change_panel.isVisible, "the panel came up")


def test_the_time_line_opens_on_every_page_says_what_is_there_and_closes_with_escape(stage):
    stage.begin()
    open_panel(stage)
    panel = stage.window.change_panel
    assert panel.empty.isVisible()
    assert stage.window.sidebar.changes.isChecked()
    decide(stage)
    stage.wait_until(lambda: shown(stage) == [(f"Wi-Fi: Always {BECAME}Never", "Undo")], "the change is listed")
    assert not panel.empty.isVisible()
    stage.act(lambda: stage.window.show_page(PageName.LIVE))
    assert panel.isVisible()
    assert panel.geometry().right() == stage.window.rect().right() - stage.window.sidebar.width()
    assert panel.geometry().top() == 0
    stage.act(lambda: stage.window.lost_banner.show_text("The daemon went away"))
    assert panel.geometry().top() > stage.window.lost_banner.geometry().bottom()
    stage.press(panel, Qt.Key.Key_Escape)
    assert not panel.isVisible()
    assert not stage.window.sidebar.changes.isChecked()


def test_each_row_takes_its_change_back_with_later_ones_where_it_says_so_and_makes_it_again(stage):
    stage.begin()
    decide(stage, "backup")
    decide(stage, "never")
    decide(stage, "never", "dsl0")
    open_panel(stage)
    assert shown(stage) == [
        (f"xDSL: Backup {BECAME}Never", "Undo"),
        (f"Wi-Fi: Backup {BECAME}Never", "Undo"),
        (f"Wi-Fi: Always {BECAME}Backup", "Undo, with 1\N{NO-BREAK SPACE}later"),
    ]
    rows = stage.window.change_panel.list.rows
    stage.act(rows[2].button.click)
    stage.wait_until(lambda: stage.world.path("wlan0").tier is Tier.ALWAYS, "both were taken back")
    stage.wait_until(lambda: [action for _, action in shown(stage)] == ["Undo", "Redo", "Redo"], "it is shown")
    assert stage.window.snackbar.label.text() == f"Taken back: Wi-Fi: Always {BECAME}Backup"
    stage.act(stage.window.snackbar.button.click)
    stage.wait_until(lambda: stage.world.path("wlan0").tier is Tier.NEVER, "both were made again")


def test_undo_and_redo_by_keyboard_go_by_the_journal_wherever_one_is(stage):
    stage.begin()
    decide(stage, "backup")
    stage.act(lambda: stage.window.show_page(PageName.LIVE))
    stage.press(stage.window, Qt.Key.Key_Z, CONTROL)
    stage.wait_until(lambda: stage.world.path("wlan0").tier is Tier.ALWAYS, "it was taken back")
    stage.act(stage.window.snackbar.hide)
    stage.press(stage.window, Qt.Key.Key_Y, CONTROL)
    stage.wait_until(lambda: stage.world.path("wlan0").tier is Tier.BACKUP, "it was made again")
    stage.act(stage.window.snackbar.hide)
    stage.press(stage.window, Qt.Key.Key_Z, CONTROL)
    stage.wait_until(lambda: stage.world.changes[0].taken_back is not None, "it was taken back again")
    stage.act(stage.window.snackbar.hide)
    stage.press(stage.window, Qt.Key.Key_Z, CONTROL)
    stage.wait_until(stage.window.snackbar.isVisible, "something was said")
    assert stage.window.snackbar.label.text() == "There is nothing to take back"
    assert not stage.window.problem_banner.isVisible()


def test_what_may_not_be_taken_back_is_told(stage):
    stage.begin()
    decide(stage, "backup")
    stage.daemon.manager.refusal = NotAuthorizedError("only root may")
    stage.press(stage.window, Qt.Key.Key_Z, CONTROL)
    stage.wait_until(stage.window.problem_banner.isVisible, "it was told")
    assert stage.window.problem_banner.label.text().startswith("Taking a change back failed: only root may.")


def test_a_change_that_leaves_no_path_counts_down_until_it_is_kept_or_taken_back(stage):
    stage.begin()
    bar = stage.window.keep_bar
    for each in stage.world.paths[1:]:
        each.state = PathState.NO_CARRIER
    decide(stage)
    stage.wait_until(bar.isVisible, "the bar came up")
    assert bar.label.text().startswith(f"Wi-Fi: Always {BECAME}Never. It is taken back in ")
    assert bar.label.text().endswith("seconds. No path is left now.")
    stage.act(bar.keep.click)
    stage.wait_until(lambda: not bar.isVisible(), "it was kept")
    assert stage.world.path("wlan0").tier is Tier.NEVER
    stage.world.decide(AspectKind.TIER, "dsl0", None, "never", keep_until=EPOCH + stage.world.now + 30)
    stage.tick()
    stage.wait_until(bar.isVisible, "the bar came up again")
    stage.act(bar.back.click)
    stage.wait_until(lambda: not bar.isVisible(), "it was taken back")
    assert stage.world.changes[-1].taken_back is not None


def test_the_list_of_changes_stands_beside_a_page_that_has_room_and_over_one_that_has_not(stage):
    stage.begin()
    window = stage.window
    page, panel = window.page_widget(PageName.OVERVIEW), window.change_panel
    stage.act(lambda: [window.resize(1280, 800), window.sidebar.changes.click()])
    stage.wait_until(lambda: page.width() <= panel.x(), "the page made room")
    stage.act(lambda: window.resize(800, 480))
    stage.wait_until(lambda: page.width() > panel.x(), "it lies over the page")
    stage.act(lambda: [window.resize(1280, 800), panel.close_panel()])
    stage.wait_until(lambda: page.width() == window.width() - window.sidebar.width(), "the page has all room again")
