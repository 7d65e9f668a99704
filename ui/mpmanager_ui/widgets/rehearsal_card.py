"""The rehearsal as a card: which path is taken away, for how long, and what became of the connections."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from mpmanager.api.structures import RehearsalInfo
from mpmanager.model.rehearsal import LONGEST_REHEARSAL_S, SHORTEST_REHEARSAL_S
from mpmanager_ui.look import icons
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.session import Session
from mpmanager_ui.tasks import TaskRunner
from mpmanager_ui.viewmodels.contact import Contact
from mpmanager_ui.viewmodels.diagnostics import RehearsalLine, rehearsal_lines, rehearsal_summary
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.widgets.fields import ChoiceBox, NumberBox
from mpmanager_ui.widgets.finding_card import MOOD_ICONS
from mpmanager_ui.widgets.label import Label

_USUAL_S = 10
_BEFORE_S = 1
"""The daemon looks for so long at what connections do, before."""
_STEP_MS = 100
_ICON = 16


class RehearsalCard(QFrame):
    """One rehearsal at a time; a second press of the button ends it."""

    def __init__(self, look: Look, session: Session, tasks: TaskRunner) -> None:
        super().__init__()
        self._look = look
        self._session = session
        self._tasks = tasks
        self._is_running = False
        self._lines: list[tuple[Label, RehearsalLine]] = []
        self._rows: list[QWidget] = []
        self.paths, self.seconds = ChoiceBox(look), NumberBox(look)
        self.button = QPushButton()
        self._words = Label(tr("What would survive if a network went out of reach? Take it away and see."))
        self._progress = QProgressBar()
        self._timer = QTimer(self, interval=_STEP_MS)
        self._column = QVBoxLayout(self)
        self._build()
        session.frame_taken.connect(self._show_paths)
        session.contact_changed.connect(self._enable)
        look.changed.connect(self._recolour)
        self._show_paths()
        self._show_running(is_running=False)

    def sentence(self) -> str:
        """What the last one came to."""
        return self._words.text()

    def lines(self) -> list[str]:
        """What became of each connection."""
        return [line.text for _label, line in self._lines]

    def _press(self) -> None:
        path = self.paths.currentData()
        if self._is_running:
            self._tasks.start(self._end(path), attempt=tr("Ending the rehearsal failed"))
        elif path:
            self._show_running(is_running=True)
            self._tasks.start(
                self._rehearse(path, float(self.seconds.value())), attempt=tr("The rehearsal failed"), retry=self._press
            )

    async def _rehearse(self, path: str, seconds: float) -> None:
        try:
            self._show(await self._session.reached().rehearse(path, seconds))
        finally:
            self._show_running(is_running=False)

    async def _end(self, path: str) -> None:
        await self._session.reached().rehearse(path, 0.0)

    def _show(self, report: RehearsalInfo) -> None:
        for each in self._rows:
            each.deleteLater()
        self._rows, self._lines = [], []
        self._words.setText(rehearsal_summary(report, self._session.titles)[0])
        for line in rehearsal_lines(report, self._session.titles):
            self._add(line)
        self._recolour()

    def _add(self, line: RehearsalLine) -> None:
        widget, icon, text = QWidget(), Label(), Label(line.text)
        text.setWordWrap(True)
        row = QHBoxLayout(widget)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(icon)
        row.addWidget(text, 1)
        self._column.addWidget(widget)
        self._rows.append(widget)
        self._lines.append((icon, line))

    def _show_running(self, *, is_running: bool) -> None:
        self._is_running = is_running
        self.button.setText(tr("End it now") if is_running else tr("Take it away"))
        self._progress.setVisible(is_running)
        self._enable()
        if is_running:
            self._progress.setRange(0, (self.seconds.value() + _BEFORE_S) * 1000 // _STEP_MS)
            self._progress.setValue(0)
            self._words.setText(tr("{path} is away ...", path=self.paths.currentText()))
            self._timer.start()
        else:
            self._timer.stop()

    def _advance(self) -> None:
        self._progress.setValue(min(self._progress.value() + 1, self._progress.maximum()))

    def _show_paths(self) -> None:
        """Those there are; the choice stays, and an open list is left alone."""
        frame = self._session.frame
        wanted = {path.name: self._session.titles.get(path.name, path.name) for path in frame.paths} if frame else {}
        shown = {self.paths.itemData(place): self.paths.itemText(place) for place in range(self.paths.count())}
        if wanted != shown and not self._is_running:
            chosen = self.paths.currentData()
            self.paths.clear()
            for name, title in wanted.items():
                self.paths.addItem(title, name)
            self.paths.setCurrentIndex(max(0, self.paths.findData(chosen)))
        self._enable()

    def _enable(self) -> None:
        """Without a path there is nothing to take away, without the daemon nobody does it."""
        can_begin = self._session.contact is Contact.CONNECTED and self.paths.count() > 0
        self.button.setEnabled(can_begin or self._is_running)
        for field in (self.paths, self.seconds):
            field.setEnabled(can_begin and not self._is_running)

    def _build(self) -> None:
        self.setProperty("role", "card")
        self._column.setContentsMargins(2 * GRID, 12, 2 * GRID, 2 * GRID)
        self._column.setSpacing(GRID)
        title = Label(tr("Rehearsal"))
        title.setFont(self._look.font(scale=1.1, is_bold=True))
        self._words.setWordWrap(True)
        self.seconds.setRange(round(SHORTEST_REHEARSAL_S), round(LONGEST_REHEARSAL_S))
        self.seconds.setValue(_USUAL_S)
        self.seconds.setSuffix(tr(" s"))
        self.seconds.setAccessibleName(tr("For how long, in seconds"))
        self.paths.setAccessibleName(tr("Which path is taken away"))
        self.paths.setPlaceholderText(tr("no path"))
        self.button.clicked.connect(self._press)
        self._timer.timeout.connect(self._advance)
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(GRID // 2)
        note = Label(tr("Nothing passes there meanwhile, and the link itself stays up. It ends by itself."))
        note.setProperty("role", "muted")
        note.setWordWrap(True)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        for widget in (self.paths, self.seconds, self.button):
            row.addWidget(widget)
        row.addStretch(1)
        for part in (title, self._words, note):
            self._column.addWidget(part)
        self._column.addLayout(row)
        self._column.addWidget(self._progress)

    def _recolour(self) -> None:
        for label, line in self._lines:
            colour = getattr(self._look.colours, line.mood.value)
            label.setPixmap(icons.pixmap(MOOD_ICONS[line.mood], colour, _ICON, self.devicePixelRatioF()))
