"""A card that tells what a wait would have cost: whose data, a slider to try, and the answer."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QMenu, QPushButton, QVBoxLayout

from mpmanager.api.history import WaitEstimate
from mpmanager.api.structures import Wait
from mpmanager_ui.look import icons
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.viewmodels.traffic_record import cost_basis, cost_rows, cost_sentence
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.viewmodels.waits import WaitSetting
from mpmanager_ui.widgets.choices import choice
from mpmanager_ui.widgets.cost_view import CostView
from mpmanager_ui.widgets.label import Label
from mpmanager_ui.widgets.wait_slider import WaitSlider

_NOBODY = "nobody"
"""In the place of a selector: the slider asks, and sets nothing."""
_FIRST_WAIT: Wait = 50.0


class CostCard(QFrame):
    """Shows an estimate; which one is the page's affair."""

    application_changed = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._estimate: WaitEstimate | None = None
        self._wait: Wait = _FIRST_WAIT
        self.application = ""
        """The id of the one whose data is meant; empty for all of this user's."""
        self._offered: list[tuple[str, str]] = []
        self.chooser = QPushButton()
        self.slider = WaitSlider(look)
        self.text = Label()
        self.costs = CostView(look)
        self.basis = Label()
        self._build(look)

    def show_applications(self, applications: Sequence[tuple[str, str]]) -> None:
        """Offer these, as id and name; the chosen one stays."""
        wanted = [("", tr("Everything you run")), *applications]
        if self.application not in dict(wanted):
            wanted.append((self.application, dict(self._offered).get(self.application, self.application)))
        self._offered = wanted
        self._name_chooser()

    def choose_application(self, application: str) -> None:
        """Ask about another one."""
        self.application = application
        self._name_chooser()
        self.application_changed.emit()

    def menu(self) -> QMenu:
        """Of the applications that are offered."""
        menu = QMenu(self)
        for app, name in self._offered:
            action = choice(
                self._look, menu, name.replace("&", "&&"), "application", is_present=app == self.application
            )
            action.triggered.connect(lambda _checked=False, app=app: self.choose_application(app))
            menu.addAction(action)
        return menu

    def _open_menu(self) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.chooser.mapToGlobal(self.chooser.rect().bottomLeft()))

    def _name_chooser(self) -> None:
        name = dict(self._offered).get(self.application, "")
        self.chooser.setText(name.replace("&", "&&"))
        self.chooser.setAccessibleName(tr("Whose data: {name}", name=name))

    def show_estimate(self, estimate: WaitEstimate | None) -> None:
        """Show this; None: nothing is recorded of that application."""
        self._estimate = estimate
        self._show()

    def _choose(self, wait: Wait | None) -> None:
        if wait is not None:
            self._wait = wait
            self._show()

    def _show(self) -> None:
        estimate = self._estimate
        self.slider.show_setting(tr("What if"), WaitSetting(self._wait, _NOBODY, _NOBODY))
        self.slider.setToolTip(tr("Try what a wait would have cost; nothing is changed by that."))
        if estimate is None:
            self.text.setText(tr("Nothing is recorded of it in the last seven days."))
        else:
            self.text.setText(cost_sentence(estimate, self._wait))
            self.costs.show_rows(cost_rows(estimate), self._wait)
            self.basis.setText(cost_basis(estimate))
        for each in (self.slider, self.costs, self.basis):
            each.setVisible(estimate is not None and estimate.known_bytes > 0)

    def _build(self, look: Look) -> None:
        self.setProperty("role", "card")
        title = Label(tr("What a wait would have cost"))
        title.setMinimumHeight(4 * GRID)
        title.setFont(look.font(scale=1.1, is_bold=True))
        title.setWordWrap(True)
        self.chooser.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow stands at the end
        self.chooser.clicked.connect(self._open_menu)
        look.changed.connect(self._recolour)
        self._recolour()
        self.slider.wanted.connect(self._choose)
        self.text.setWordWrap(True)
        self.basis.setWordWrap(True)
        self.basis.setProperty("role", "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 12, 2 * GRID, 12)
        column.setSpacing(GRID)
        for each in (title, self.chooser, self.slider, self.text, self.costs, self.basis):
            column.addWidget(each)
        column.addStretch(1)

    def _recolour(self) -> None:
        self.chooser.setIcon(icons.icon("chevron-down", self._look.colours.muted))
