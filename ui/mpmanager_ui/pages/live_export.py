"""Takes away from the Live page: pictures, rows, and the packets of a connection."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing, suppress
from enum import StrEnum, unique
from functools import partial
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize
from PySide6.QtGui import QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from mpmanager.model.errors import MpmanagerError
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.session import Session
from mpmanager_ui.tasks import TaskRunner
from mpmanager_ui.viewmodels.quantities import format_bytes
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.widgets.flow_map import FlowMapView
from mpmanager_ui.widgets.inspector import Inspector
from mpmanager_ui.widgets.snackbar import Snackbar
from mpmanager_ui.widgets.time_strip import TimeStrip

CAPTURE_S = 60
CAPTURE_BYTES = 100_000_000
_PICTURE_SCALE = 2
"""Pixels of a PNG for each of the screen's: it shall be sharp in print, too."""


class ExportError(MpmanagerError):
    """A file cannot be written."""

    code = "Export"


@unique
class Format(StrEnum):
    """What can be saved, by the ending of its file."""

    PNG = "png"
    SVG = "svg"
    CSV = "csv"
    JSON = "json"


class Exporter:
    """Asks where to and writes; what fails is told by the page's tasks."""

    def __init__(
        self,
        page: QWidget,
        look: Look,
        tasks: TaskRunner,
        snackbar: Snackbar,
        *,
        painted: Sequence[FlowMapView | TimeStrip],
        rows_as: Callable[[Format], str],
    ) -> None:
        """`painted` are in the pictures, one below the other; `rows_as` gives the rows as CSV or JSON."""
        self._page = page
        self._look = look
        self._tasks = tasks
        self._snackbar = snackbar
        self._painted = painted
        self._rows_as = rows_as

    def fill(self, menu: QMenu) -> None:
        """Offer all formats."""
        words = {
            Format.PNG: tr("Picture of the map and its time (PNG)"),
            Format.SVG: tr("The same to scale as you like (SVG)"),
            Format.CSV: tr("All rows shown, for spreadsheets (CSV)"),
            Format.JSON: tr("All rows shown, for programs (JSON)"),
        }
        for format_, text in words.items():
            menu.addAction(text).triggered.connect(partial(self._ask, format_))

    def save(self, format_: Format, file: Path) -> None:
        """Write a file."""
        data = self._data(format_)
        self._tasks.start(self._write(file, data), attempt=tr("Saving {file} failed", file=file.name))

    def _ask(self, format_: Format) -> None:
        ask_for_file(self._page, f"live.{format_}", lambda file: self.save(format_, file))

    async def _write(self, file: Path, data: bytes) -> None:
        try:
            await asyncio.to_thread(file.write_bytes, data)
        except OSError as error:
            raise ExportError(f"cannot write {file}: {error.strerror}") from error
        self._snackbar.show_text(tr("Saved in {file}", file=file.name), None)

    def _data(self, format_: Format) -> bytes:
        if format_ is Format.PNG:
            return self._png()
        return self._svg() if format_ is Format.SVG else self._rows_as(format_).encode()

    def _size(self) -> QSize:
        visible = [each.size() for each in self._painted if each.isVisible()]
        width = max((each.width() for each in visible), default=1)
        return QSize(width, sum(each.height() + GRID for each in visible) or 1)

    def _paint(self, painter: QPainter) -> None:
        painter.fillRect(0, 0, self._size().width(), self._size().height(), self._look.colour("surface"))
        for each in self._painted:
            if each.isVisible():
                painter.save()
                each.paint(painter)
                painter.restore()
                painter.translate(0, each.height() + GRID)

    def _png(self) -> bytes:
        image = QImage(self._size() * _PICTURE_SCALE, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(_PICTURE_SCALE)
        painter = QPainter(image)
        self._paint(painter)
        painter.end()
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        QImageWriter(buffer, QByteArray(b"PNG")).write(image)
        return bytes(buffer.data().data())

    def _svg(self) -> bytes:
        buffer = QBuffer()
        generator = QSvgGenerator()
        generator.setOutputDevice(buffer)
        generator.setSize(self._size())
        generator.setViewBox(QImage(self._size(), QImage.Format.Format_Mono).rect())
        generator.setTitle(tr("Which application uses which path"))
        painter = QPainter(generator)
        self._paint(painter)
        painter.end()
        return bytes(buffer.data().data())


class PacketSaver:
    """Records the packets of one connection at a time; the same button ends it."""

    def __init__(
        self, page: QWidget, session: Session, tasks: TaskRunner, snackbar: Snackbar, inspector: Inspector
    ) -> None:
        self._page = page
        self._session = session
        self._tasks = tasks
        self._snackbar = snackbar
        self._inspector = inspector
        self._limit: asyncio.Timeout | None = None
        """Of the capture that runs."""
        inspector.capture_wanted.connect(self._begin_or_end)

    def save(self, token: str, file: Path) -> None:
        """Record for a minute, or until somebody ends it."""
        if self._limit is None:
            self._limit = asyncio.timeout(None)
            self._tasks.start(self._record(token, file, self._limit), attempt=tr("Capturing packets failed"))

    def _begin_or_end(self, token: str) -> None:
        if self._limit is not None:
            self._limit.reschedule(asyncio.get_running_loop().time())
        else:
            ask_for_file(self._page, "connection.pcapng", lambda file: self.save(token, file))

    async def _record(self, token: str, file: Path, limit: asyncio.Timeout) -> None:
        self._inspector.show_capture(is_running=True)
        try:
            size = await self._copy(token, file, limit)
        except OSError as error:
            raise ExportError(f"cannot write {file}: {error.strerror}") from error
        finally:
            self._limit = None
            self._inspector.show_capture(is_running=False)
        self._snackbar.show_text(tr("{size} of packets in {file}", size=format_bytes(size), file=file.name), None)

    async def _copy(self, token: str, file: Path, limit: asyncio.Timeout) -> int:
        """Returns how many bytes were written."""
        size = 0
        parts = self._session.reached().capture(token, seconds=CAPTURE_S, max_bytes=CAPTURE_BYTES)
        with file.open("wb") as output, suppress(TimeoutError):  # opening takes no time worth a thread
            async with limit, aclosing(parts):
                async for part in parts:
                    size += output.write(part)
        return size


def ask_for_file(page: QWidget, name: str, act: Callable[[Path], None]) -> None:
    """Ask for the name of a file to write, without standing still meanwhile."""
    dialog = QFileDialog(page)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(Path(name).suffix.removeprefix("."))
    dialog.selectFile(name)
    dialog.fileSelected.connect(lambda chosen: act(Path(chosen)))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
