"""Pictures of every page, light and dark, taken while the window runs; for machines without a display."""

import asyncio
from pathlib import Path

from PySide6.QtWidgets import QApplication

from mpmanager.model.errors import MpmanagerError
from mpmanager_ui.look.colours import Theme
from mpmanager_ui.look.look import Look
from mpmanager_ui.viewmodels.page_names import PageName
from mpmanager_ui.window import Window

_SETTLING_S = 0.05


class ScreenshotError(MpmanagerError):
    """A picture could not be written."""

    code = "Screenshot"


class Photographer:
    """Numbers its pictures: `0001-overview-light.png` and so on."""

    def __init__(self, window: Window, look: Look, directory: Path) -> None:
        self._window = window
        self._look = look
        self._directory = directory
        self._round = 0

    async def run(self, every_s: float) -> None:
        """Take a round of pictures every so many seconds until cancelled."""
        while True:
            await asyncio.sleep(every_s)
            await self.take_round()

    async def take_round(self) -> None:
        """One picture of each page in each theme; then the window is as it was.

        Raises:
            ScreenshotError: a file cannot be written.
        """
        self._round += 1
        theme, page = self._look.theme, self._window.page
        try:
            for wanted in (Theme.LIGHT, Theme.DARK):
                self._look.choose(wanted)
                for page_name in PageName:
                    await self._take(page_name, wanted)
        finally:
            self._look.choose(theme)
            self._window.show_page(page)

    async def _take(self, page: PageName, theme: Theme) -> None:
        self._window.show_page(page)
        await asyncio.sleep(_SETTLING_S)
        QApplication.sendPostedEvents()
        file = self._directory / f"{self._round:04}-{page}-{theme.value}.png"
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ScreenshotError(f"cannot make {self._directory}: {error.strerror}") from error
        if not self._window.grab().save(str(file)):
            raise ScreenshotError(f"cannot write {file}")
