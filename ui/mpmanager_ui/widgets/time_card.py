"""The card over the Live page: the strip of time, and how much of the past it shows."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QGridLayout, QHBoxLayout, QPushButton, QSizePolicy, QToolButton

from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.viewmodels.signs import PathSigns
from mpmanager_ui.viewmodels.timeline import ZOOM_WORDS, Range, Timeline, Zoom, range_words
from mpmanager_ui.viewmodels.translation import tr, tr_literal
from mpmanager_ui.widgets.time_strip import TimeStrip


class TimeCard(QFrame):
    """Shows a timeline, and holds which stretch of it somebody has chosen."""

    range_changed = Signal()

    def __init__(self, look: Look, signs: PathSigns, timeline: Timeline) -> None:
        super().__init__()
        self._timeline = timeline
        self._zoom = Zoom.TEN_MINUTES
        self.range: Range | None = None
        """The stretch of time that is chosen; None: now."""
        self.strip = TimeStrip(look, signs)
        self.button = QPushButton()
        """Says which stretch is chosen, and lets go of it; stands where the page wants it."""
        self._zooms = QButtonGroup(self)
        self._build()
        self.strip.range_wanted.connect(self.choose_range)
        self.strip.zoom_wanted.connect(self._zoom_by)
        self.button.clicked.connect(lambda: self.choose_range(None))
        self._zooms.idClicked.connect(lambda place: self.choose_zoom(list(Zoom)[place]))

    def show_present(self) -> None:
        """Show what the timeline has booked by now."""
        if self.strip.isVisible():
            self.strip.show_strip(self._timeline.strip(self._zoom, self.strip.columns), self._zoom)

    def choose_range(self, stretch: Range | None) -> None:
        """Choose a stretch of time; None: what is now."""
        self.range = stretch
        self.strip.show_range(stretch)
        self.button.setVisible(stretch is not None)
        if stretch is not None:
            words = range_words(stretch, self.strip.strip.wall_offset_s)
            self.button.setText(tr("Range {range}: clear", range=words))
        self.range_changed.emit()

    def unix_range(self) -> tuple[float, float] | None:
        """The stretch as Unix times."""
        offset = self.strip.strip.wall_offset_s
        return None if self.range is None else (self.range.start + offset, self.range.end + offset)

    def choose_zoom(self, zoom: Zoom) -> None:
        """Show so much of the past."""
        self._zoom = zoom
        self._zooms.button(list(Zoom).index(zoom)).setChecked(True)
        self.show_present()

    def _zoom_by(self, step: int) -> None:
        zooms = list(Zoom)
        place = zooms.index(self._zoom) - step
        self.choose_zoom(zooms[min(max(place, 0), len(zooms) - 1)])

    def _build(self) -> None:
        self.setProperty("role", "card")
        self.button.hide()
        grid = QGridLayout()
        grid.setSpacing(2)
        for place, zoom in enumerate(Zoom):
            grid.addWidget(self._zoom_button(place, zoom), place // 2, place % 2)
        row = QHBoxLayout(self)
        row.setContentsMargins(1, 4, GRID, 4)
        row.setSpacing(GRID)
        row.addWidget(self.strip, 1)
        row.addLayout(grid)
        self.choose_zoom(self._zoom)

    def _zoom_button(self, place: int, zoom: Zoom) -> QToolButton:
        button = QToolButton()
        button.setText(tr_literal(ZOOM_WORDS[zoom]))
        button.setAccessibleName(tr("Show the last {time}", time=button.text()))
        button.setCheckable(True)
        button.setProperty("role", "flat")
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._zooms.addButton(button, place)
        return button
