"""How long data may wait, as the Live page tells and changes it: a slider in the tree, a row's menu, the default."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu

from mpmanager.api.structures import Wait
from mpmanager.model.policy import Intent
from mpmanager_ui.changes import Changes
from mpmanager_ui.look import icons
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.session import Session
from mpmanager_ui.viewmodels.live_filter import FilterKey
from mpmanager_ui.viewmodels.live_rows import Values
from mpmanager_ui.viewmodels.live_tree import Column, condition_of
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.viewmodels.waits import (
    DEFAULT,
    DETENTS,
    WaitSetting,
    done_words,
    menu_words,
    shown_wait,
    wait_words,
)
from mpmanager_ui.widgets.label import Label
from mpmanager_ui.widgets.live_model import LiveModel
from mpmanager_ui.widgets.live_view import LiveView
from mpmanager_ui.widgets.wait_slider import WaitSlider


class LiveWaits(QObject):
    """What is in force and what somebody wants instead."""

    shown = Signal()
    """The settings that are shown have become others."""

    def __init__(
        self,
        look: Look,
        session: Session,
        changes: Changes,
        view: LiveView,
        filter_by: Callable[[FilterKey, str], None],
    ) -> None:
        """`filter_by` shows only the rows that have this value."""
        super().__init__(view)
        self._look = look
        self._session = session
        self._changes = changes
        self._view = view
        self._filter_by = filter_by
        self.default_slider = WaitSlider(look)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._open_menu)
        view.slider.wanted.connect(self._want)
        self.default_slider.wanted.connect(lambda wait: self._set(tr("Default"), DEFAULT, wait))
        session.waits_changed.connect(self._show)

    def setting_of(self, values: Values) -> WaitSetting | None:
        """What is in force for a row."""
        return self._session.said.in_force(values.wait) if values.wait else None

    def default_card(self) -> QFrame:
        """What holds for whom no rule is about: small, at the right of the title."""
        card = QFrame()
        card.setProperty("role", "card")
        row = QHBoxLayout(card)
        row.setContentsMargins(12, 4, GRID, 4)
        row.setSpacing(0)
        name = Label(tr("All others may wait"))
        name.setProperty("role", "muted")
        name.setBuddy(self.default_slider)
        row.addWidget(name)
        row.addWidget(self.default_slider)
        return card

    def _show(self) -> None:
        default = WaitSetting(self._session.said.default, DEFAULT, DEFAULT)
        self.default_slider.show_setting(tr("Default"), default)
        self._view.show_settings(self.setting_of)
        self.shown.emit()

    def _want(self, wait: Wait | None) -> None:
        owner = self._view.slider_owner
        setting = owner.values.wait if owner is not None else None
        if owner is not None and setting is not None and setting.selector is not None:
            self._set(owner.values.name, setting.selector, wait)

    def _set(self, who: str, selector: str, wait: Wait | Intent | None) -> None:
        before: list[Wait | Intent | None] = []

        async def change() -> None:
            before[:] = [await self._session.set_wait(selector, wait)]

        self._changes.start(
            change,
            attempt=tr("Changing how long data of {who} may wait failed", who=who),
            done=done_words(who, shown_wait(wait), self._session.said.default),
            undo=lambda: self._set(who, selector, before[0]),
        )

    def _open_menu(self, at: QPoint) -> None:
        """What to show alone, and the waits to choose from for the application of the row."""
        owner = self._view.slider_owner
        setting = self.setting_of(owner.values) if owner is not None else None
        if setting is None:
            return
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._add_filters(menu, at)
        is_settable = setting.selector is not None
        for wait in DETENTS:
            is_present = setting.is_own and setting.wait == wait
            self._add_choice(menu, menu_words(wait), wait, is_present=is_present, is_settable=is_settable)
        menu.addSeparator()
        default = tr("As the default says ({wait})", wait=wait_words(self._session.said.default))
        self._add_choice(menu, default, None, is_present=setting.policy == DEFAULT, is_settable=is_settable)
        menu.popup(self._view.viewport().mapToGlobal(at))

    def _add_filters(self, menu: QMenu, at: QPoint) -> None:
        model = self._view.model()
        if not isinstance(model, LiveModel):
            return
        node = model.node(self._view.indexAt(at))
        found = (condition_of(node, column) for column in (Column.NAME, Column.STATE, Column.PATH))
        for key, value in dict.fromkeys(each for each in found if each is not None):
            text = tr("Only {condition}", condition=f"{key}: {value}")
            menu.addAction(text).triggered.connect(
                lambda _checked=False, key=key, value=value: self._filter_by(key, value)
            )
        menu.addSeparator()

    def _add_choice(self, menu: QMenu, text: str, wait: Wait | None, *, is_present: bool, is_settable: bool) -> None:
        action = menu.addAction(text)
        action.setCheckable(is_present)
        action.setChecked(is_present)
        action.setEnabled(is_settable)
        if is_present:
            action.setIcon(icons.icon("tick", self._look.colours.accent))
        action.triggered.connect(lambda: self._want(wait))
