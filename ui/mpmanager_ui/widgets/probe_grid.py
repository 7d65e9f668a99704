"""What each path answered: steps down, paths across."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from mpmanager_ui.look import icons
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.viewmodels.diagnostics import Mood, ProbeCell, ProbeTable
from mpmanager_ui.widgets.finding_card import MOOD_ICONS
from mpmanager_ui.widgets.label import Label, plain_tip

_ICON = 14


class ProbeGrid(QWidget):
    """A small table of labels; its cells tell in their tool tip whom they have asked."""

    def __init__(self, look: Look, table: ProbeTable) -> None:
        super().__init__()
        self._look = look
        self._icons: list[tuple[Label, Mood]] = []
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(3 * GRID)
        grid.setVerticalSpacing(GRID)
        for place, name in enumerate(table.paths, 1):
            title = Label(name)
            title.setFont(look.font(is_bold=True))
            grid.addWidget(title, 0, place)
            grid.setColumnStretch(place, 1)
        for line, row in enumerate(table.rows, 1):
            name_of_step = Label(row.title)
            name_of_step.setProperty("role", "muted")
            grid.addWidget(name_of_step, line, 0)
            for place, cell in enumerate(row.cells, 1):
                grid.addWidget(self._cell(f"{row.title}, {table.paths[place - 1]}", cell), line, place)
        look.changed.connect(self._recolour)
        self._recolour()

    def _cell(self, title: str, cell: ProbeCell) -> QWidget:
        widget, icon, text = QWidget(), Label(), Label(cell.text)
        widget.setToolTip(plain_tip(cell.tip))
        widget.setAccessibleName(f"{title}: {cell.text}")
        row = QHBoxLayout(widget)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(icon)
        row.addWidget(text)
        row.addStretch(1)
        text.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        icon.setFixedWidth(_ICON)
        if cell.tip:  # a step that was not asked there shows nothing
            self._icons.append((icon, cell.mood))
        return widget

    def _recolour(self) -> None:
        for label, mood in self._icons:
            colour = getattr(self._look.colours, mood.value)
            label.setPixmap(icons.pixmap(MOOD_ICONS[mood], colour, _ICON, self.devicePixelRatioF()))
