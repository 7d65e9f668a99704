"""Every page as screen readers and keyboards meet it, through Qt's accessibility interface."""

import pytest
from fake_manager import EPOCH
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QScrollBar,
    QWidget,
)

from mpmanager_ui.viewmodels.page_names import PageName

_CONTROLS = (QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit)
_DRAWN = ("Chart", "Sparkline", "Map", "Plot")
"""How the names of widgets end that draw numbers."""
_MOST_STEPS = 300
_MOST_PARTS = 60
"""Of a list that are looked at."""
_ROWS = {QAccessible.Role.ListItem, QAccessible.Role.TreeItem, QAccessible.Role.Cell}


def text_of(widget, what=QAccessible.Text.Name):
    return QAccessible.queryAccessibleInterface(widget).text(what)


def is_inner(widget):
    """Part of another control, which speaks for it: scroll bars, headers, what an editor is made of."""
    return isinstance(widget, QScrollBar) or any(
        isinstance(each, (QAbstractItemView, QAbstractSpinBox, QComboBox)) for each in above(widget)
    )


def above(widget):
    while (widget := widget.parentWidget()) is not None:
        yield widget


def shown(page):
    return [each for each in page.findChildren(QWidget) if each.isVisible()]


def described(widget):
    return f"{type(widget).__name__} {text_of(widget)!r} at {widget.geometry().getRect()}"


def takes_tab(widget):
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.isEnabled()


def is_clicked(widget):
    """Whether a widget of our own does something when it is clicked."""
    return any(
        "mousePressEvent" in vars(each) for each in type(widget).mro() if each.__module__.startswith("mpmanager_ui")
    )


def interactive(widgets):
    return [each for each in widgets if (isinstance(each, _CONTROLS) or takes_tab(each)) and not is_inner(each)]


@pytest.fixture(params=list(PageName))
def page(request, stage):
    """One that is shown, with something on it."""
    stage.world.limits = ["The kernel tells no events"]
    stage.world.paused_until = EPOCH + stage.world.now + 600
    stage.begin()
    stage.world.lose("dsl0")
    stage.act(lambda: stage.window.show_page(request.param))
    stage.tick(2)
    return stage.window.page_widget(request.param)


def show_tables(stage, page):
    """Instead of charts, where a page offers that."""
    switches = [each for each in shown(page) if isinstance(each, QAbstractButton) and each.text() == "Show as table"]
    for each in switches:
        stage.act(each.click)
    stage.tick()
    return len(switches)


def walked(stage):
    """Where Tab leads, from the first place until it is there again."""
    stage.wait_until(lambda: QApplication.activeWindow() is stage.window, "the window has the keyboard")
    places = []
    while len(places) < _MOST_STEPS:
        stage.act(lambda: QTest.keyClick(QApplication.focusWidget() or stage.window, Qt.Key.Key_Tab))
        place = QApplication.focusWidget()
        if place in places:
            return places, place
        places.append(place)
    pytest.fail(f"after {_MOST_STEPS} steps Tab still finds other places")


def is_mute(view):
    """Whether there are rows of which nothing is read."""
    model, root = view.model(), QAccessible.queryAccessibleInterface(view)
    if model is None or not model.rowCount(view.rootIndex()):
        return False
    parts = (root.child(place) for place in range(min(root.childCount(), _MOST_PARTS)))
    return not any(each.text(QAccessible.Text.Name) for each in parts if each.role() in _ROWS)


def test_everything_that_can_be_used_has_a_name_and_every_drawing_a_summary(stage, page):
    widgets = shown(page)
    assert [described(each) for each in interactive(widgets) if not text_of(each).strip()] == []
    drawings = [each for each in widgets if type(each).__name__.endswith(_DRAWN)]
    clicked = [each for each in widgets if type(each).__module__.startswith("mpmanager_ui") and is_clicked(each)]
    assert [described(each) for each in clicked if not takes_tab(each)] == [], "for the mouse only"
    mute = [described(each) for each in drawings if not text_of(each, QAccessible.Text.Description).strip()]
    assert mute == []
    lists = [each for each in widgets if isinstance(each, QAbstractItemView) and not isinstance(each, QHeaderView)]
    assert [described(each) for each in lists if is_mute(each)] == []


def test_tab_reaches_everything_and_is_caught_nowhere(stage, page):
    require_way_around(stage)
    if show_tables(stage, page):
        require_way_around(stage)


def test_arrows_lead_from_page_to_page(stage):
    stage.begin()
    stage.wait_until(lambda: QApplication.activeWindow() is stage.window, "the window has the keyboard")
    stage.act(stage.window.sidebar.entry(PageName.OVERVIEW).setFocus)
    for name in list(PageName)[1:]:
        stage.press(QApplication.focusWidget(), Qt.Key.Key_Down)
        assert stage.window.page is name


def require_way_around(stage):
    places, again = walked(stage)
    assert again is places[0], f"Tab is caught at {described(again)}"
    entries = [stage.window.sidebar.entry(name) for name in PageName]
    assert [each for each in places if each in entries] == [stage.window.sidebar.entry(stage.window.page)]
    wanted = [each for each in interactive(shown(stage.window)) if takes_tab(each)]
    assert [described(each) for each in wanted if each not in places] == []
