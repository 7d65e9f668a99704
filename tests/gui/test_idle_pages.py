"""Pages are made before somebody asks for them, but never while somebody acts."""

from PySide6.QtCore import Qt

from mpmanager_ui.idle_pages import IdlePages
from mpmanager_ui.viewmodels.page_names import PageName

NEVER_S = 3600.0


def idle_pages(stage, calm_s):
    pages = IdlePages(stage.window, stage.session, calm_s=calm_s)
    stage.act(lambda: stage.window.tasks.start(pages.run(), attempt="Making the pages failed"))
    return pages


def made(stage):
    return set(stage.window.made_pages())


def test_all_pages_are_made_while_nobody_acts_and_none_is_turned_to(stage):
    stage.begin()
    idle_pages(stage, calm_s=0.0)
    stage.wait_until(lambda: made(stage) == set(PageName), "all pages were made")
    assert stage.window.page is PageName.OVERVIEW
    assert stage.overview.isVisible()


def test_none_is_made_while_somebody_acts_or_nobody_sees_the_window(stage):
    stage.begin()
    before = made(stage)
    pages = idle_pages(stage, calm_s=NEVER_S)
    stage.press(stage.window, Qt.Key.Key_Shift)
    stage.settle()
    assert not pages.is_calm()
    stage.window.hide()
    hidden = idle_pages(stage, calm_s=0.0)
    stage.settle()
    assert not hidden.is_calm()
    assert made(stage) == before
