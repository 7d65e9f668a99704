"""Which pages the window has, in the order of the sidebar, and how each of them is made."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QWidget

from mpmanager.api.bus import Bus
from mpmanager_ui.look.look import Look
from mpmanager_ui.preferences import Preferences
from mpmanager_ui.session import Session
from mpmanager_ui.tasks import TaskRunner
from mpmanager_ui.viewmodels.page_names import PageName
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.widgets.sidebar import Entry
from mpmanager_ui.widgets.snackbar import Snackbar


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContext:
    """What the window gives each page."""

    look: Look
    session: Session
    tasks: TaskRunner
    snackbar: Snackbar
    turn_to: Callable[[PageName], None]
    """Shows another page."""
    show_application: Callable[[str], None]
    """Turns to Live, with the application of this id alone."""
    show_path: Callable[[str], None]
    """Turns to Paths, with the details of the path of this name."""
    bus: Bus


def _overview(context: PageContext) -> QWidget:
    from mpmanager_ui.pages.overview import OverviewPage  # noqa: PLC0415  # see PAGES

    page = OverviewPage(context.look, context.session, context.tasks, context.snackbar)
    page.application_wanted.connect(context.show_application)
    page.path_wanted.connect(context.show_path)
    return page


def _applications(context: PageContext) -> QWidget:
    from mpmanager_ui.pages.applications import ApplicationsPage  # noqa: PLC0415  # see PAGES

    return ApplicationsPage(context.look, context.session, context.tasks, context.snackbar)


def _paths(context: PageContext) -> QWidget:
    from mpmanager_ui.pages.paths import PathsPage  # noqa: PLC0415  # see PAGES

    return PathsPage(context.look, context.session, context.tasks, context.snackbar)


def _live(context: PageContext) -> QWidget:
    from mpmanager_ui.pages.live import LivePage  # noqa: PLC0415  # see PAGES

    preferences = Preferences(QSettings("mpmanager", "mpmanager"))
    return LivePage(context.look, context.session, context.tasks, context.snackbar, lambda: preferences.motion)


def _history(context: PageContext) -> QWidget:
    from mpmanager_ui.pages.history import HistoryPage  # noqa: PLC0415  # see PAGES

    return HistoryPage(context.look, context.session, context.tasks, context.snackbar)


def _profiles(context: PageContext) -> QWidget:
    from mpmanager_ui.pages.profiles import ProfilesPage  # noqa: PLC0415  # see PAGES

    return ProfilesPage(context.look, context.session, context.tasks, context.snackbar)


def _settings(context: PageContext) -> QWidget:
    from mpmanager_ui.pages.settings import SettingsPage  # noqa: PLC0415  # see PAGES

    preferences = Preferences(QSettings("mpmanager", "mpmanager"))
    return SettingsPage(context.look, context.session, context.tasks, context.snackbar, preferences)


def _diagnostics(context: PageContext) -> QWidget:
    from mpmanager_ui.pages.diagnostics import DiagnosticsPage  # noqa: PLC0415  # see PAGES

    return DiagnosticsPage(context.look, context.session, context.tasks, context.snackbar, context.bus)


PAGES: dict[PageName, Callable[[PageContext], QWidget]] = {
    PageName.OVERVIEW: _overview,
    PageName.PATHS: _paths,
    PageName.APPLICATIONS: _applications,
    PageName.LIVE: _live,
    PageName.HISTORY: _history,
    PageName.PROFILES: _profiles,
    PageName.DIAGNOSTICS: _diagnostics,
    PageName.SETTINGS: _settings,
}
"""Made, and their modules loaded, when they are shown for the first time: the window shall be there at once."""


def load(name: PageName) -> None:
    """Load what a page is made of; no widget is made, so any thread may do it."""
    import_module(f"mpmanager_ui.pages.{name.value}")


def entries() -> tuple[Entry, ...]:
    """The sidebar's, in the words of the user's language."""
    words = {
        PageName.OVERVIEW: tr("Overview"),
        PageName.PATHS: tr("Paths"),
        PageName.APPLICATIONS: tr("Applications"),
        PageName.LIVE: tr("Live"),
        PageName.HISTORY: tr("History"),
        PageName.PROFILES: tr("Profiles"),
        PageName.DIAGNOSTICS: tr("Diagnostics"),
        PageName.SETTINGS: tr("Settings"),
    }
    return tuple(Entry(key=name, word=words[name], icon=name.value) for name in PAGES)
