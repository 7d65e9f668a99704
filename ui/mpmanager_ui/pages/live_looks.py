"""What of the Live page is shown, and how its dots move: the menu View."""

import os
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMenu, QToolButton

from mpmanager_ui.viewmodels.motion import MOTION_WORDS, DotMotion, motion_asked
from mpmanager_ui.viewmodels.preferences import Motion
from mpmanager_ui.viewmodels.translation import tr, tr_literal
from mpmanager_ui.widgets.flow_map import FlowMapView


class LiveLooks(QObject):
    """What is chosen here holds until the window is closed; the settings say it for good."""

    changed = Signal()
    """Something else is to be shown."""

    def __init__(self, flow_map: FlowMapView, preference: Callable[[], Motion]) -> None:
        """`preference` tells what the settings say of motion."""
        super().__init__(flow_map)
        self._map = flow_map
        self._preference = preference
        self._motion: DotMotion | None = None
        self.wants_map = True
        self.wants_inspector = True
        self.button = QToolButton()
        self.button.clicked.connect(self._open_menu)

    def follow_settings(self) -> None:
        """Move as the settings say, unless something was chosen here."""
        if self._motion is None:
            self._map.move_as(motion_asked(self._preference(), os.environ))

    def _open_menu(self) -> None:
        menu = QMenu(self.button)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        _add_switch(menu, tr("Flow map"), self._turn_map, is_on=self.wants_map)
        _add_switch(menu, tr("Inspector"), self._turn_inspector, is_on=self.wants_inspector)
        menu.addSeparator()
        for motion in DotMotion:
            text = tr_literal(MOTION_WORDS[motion])
            _add_switch(menu, text, partial(self._choose_motion, motion), is_on=motion is self._map.motion)
        menu.popup(self.button.mapToGlobal(self.button.rect().bottomLeft()))

    def _choose_motion(self, motion: DotMotion) -> None:
        self._motion = motion
        self._map.move_as(motion)

    def _turn_map(self) -> None:
        self.wants_map = not self.wants_map
        self.changed.emit()

    def _turn_inspector(self) -> None:
        self.wants_inspector = not self.wants_inspector
        self.changed.emit()


def _add_switch(menu: QMenu, text: str, act: Callable[[], None], *, is_on: bool) -> None:
    action = menu.addAction(text)
    action.setCheckable(True)
    action.setChecked(is_on)
    action.triggered.connect(act)
