"""The Settings page: the window's own, the service's, and the kernel's."""

from importlib.metadata import version

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from mpmanager.api.structures import EventKind, StatusInfo, SysctlInfo
from mpmanager_ui import language
from mpmanager_ui.changes import Changes
from mpmanager_ui.look.colours import Theme
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.preferences import TRAY_KEY, TRAY_START_KEY, Preferences
from mpmanager_ui.session import Session
from mpmanager_ui.tasks import TaskRunner
from mpmanager_ui.viewmodels.contact import Contact
from mpmanager_ui.viewmodels.notification_kinds import PAUSED_KEY, NotificationKind, explanation, settings_key, title
from mpmanager_ui.viewmodels.preferences import Motion, language_words, motion_words
from mpmanager_ui.viewmodels.sysctls import sysctl_row
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.widgets.cards import card_column, clear, heading_font, words
from mpmanager_ui.widgets.cards import title as card_title
from mpmanager_ui.widgets.check_box import CheckBox
from mpmanager_ui.widgets.label import Label
from mpmanager_ui.widgets.segments import Segments
from mpmanager_ui.widgets.setting_row import SettingRow, SwitchRow
from mpmanager_ui.widgets.snackbar import Snackbar
from mpmanager_ui.widgets.sysctl_view import SysctlView


class SettingsPage(QScrollArea):
    """The window's settings take effect at once; those of service and kernel are read when the page is shown."""

    def __init__(
        self, look: Look, session: Session, tasks: TaskRunner, snackbar: Snackbar, preferences: Preferences
    ) -> None:
        super().__init__()
        self._look = look
        self._session = session
        self._tasks = tasks
        self._snackbar = snackbar
        self._changes = Changes(tasks, snackbar)
        self._preferences = preferences
        self._seen: tuple[int, float] | None = None
        self._was_read = False
        self.theme = Segments(
            {Theme.AUTO: tr("Follow the desktop"), Theme.LIGHT: tr("Light"), Theme.DARK: tr("Dark")}, tr("Colours")
        )
        self.language = Segments(language_words(language.available()), tr("Language"))
        self.motion = Segments(motion_words(), tr("Motion"))
        self.switches: dict[str, SwitchRow] = {}
        """By the keys under which they are kept."""
        self.wires = SwitchRow(
            look,
            tr("Trust cables only with a login (802.1X)"),
            tr("Without it every cable is trusted, as whoever plugs one in is in the building."),
        )
        self.is_kept = CheckBox(look, tr("Keep changes over restarts"), colour="text")
        self.kernel_views: dict[str, SysctlView] = {}
        """By the names of the kernel's settings, without `net.mptcp.`."""
        self._kernel = QVBoxLayout()
        self._about = QVBoxLayout()
        self._build()
        self._connect()
        self._show_theme()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._was_read = False
        self._look_again()

    # Showing

    def _look_again(self) -> None:
        is_reached = self._session.contact is Contact.CONNECTED
        self.wires.setEnabled(is_reached)
        for view in self.kernel_views.values():
            view.setEnabled(is_reached)
        if self.isVisible() and is_reached and (not self._was_read or self._last_event() != self._seen):
            self._was_read, self._seen = True, self._last_event()
            self._tasks.start(self.read(), attempt=tr("Reading the settings failed"))

    def _last_event(self) -> tuple[int, float] | None:
        kinds = {EventKind.SYSCTL_CHANGED, EventKind.PROFILE_CHANGED, EventKind.TRUST_CHANGED}
        found = next((each for each in reversed(self._session.events) if each.kind in kinds), None)
        return None if found is None else (found.id, found.time)

    async def read(self) -> None:
        """Ask service and kernel what is so now, and show it."""
        manager = self._session.reached()
        status, rows = await manager.status(), await manager.sysctls()
        self.wires.box.setChecked(status.wires_need_login)
        self._show_kernel(rows)
        self._show_about(status)

    def _show_kernel(self, rows: list[SysctlInfo]) -> None:
        clear(self._kernel)
        self.kernel_views.clear()
        for info in rows:
            view = SysctlView(self._look, sysctl_row(info))
            view.value_wanted.connect(lambda value, info=info: self._set(info, value))
            view.undo_wanted.connect(lambda info=info: self._take_back(info))
            self._kernel.addWidget(view)
            self.kernel_views[view.shown.name] = view
        if not rows:
            self._kernel.addWidget(words(tr("This kernel has no Multipath TCP."), "muted"))

    def _show_about(self, status: StatusInfo) -> None:
        clear(self._about)
        own = version("mpmanager")
        self._about.addWidget(words(tr("This window: mpmanager {version}", version=own)))
        self._about.addWidget(words(tr("The daemon: mpmanagerd {version}", version=status.version)))
        if status.version != own:
            hint = tr("They are of different versions: restart the daemon, or this window.")
            self._about.addWidget(words(hint, "warning-text"))
        if not status.limits:
            self._about.addWidget(words(tr("Everything works on this machine."), "muted"))
        for sentence in (*status.limits, *status.notes):
            self._about.addWidget(words(f"•  {sentence}", "muted"))

    def _show_theme(self) -> None:
        self.theme.choose(self._look.theme)

    # Changing

    def _choose_theme(self, theme: Theme) -> None:
        self._look.choose(theme)

    def _choose_language(self, code: str) -> None:
        self._preferences.language = code
        self._snackbar.show_text(tr("The window speaks another language when it starts the next time"), None)

    def _choose_motion(self, motion: Motion) -> None:
        self._preferences.motion = motion

    def _need_login(self) -> None:
        self._set_login(is_needed=self.wires.box.isChecked())

    def _set_login(self, *, is_needed: bool) -> None:
        async def change() -> None:
            try:
                await self._session.reached().set_wires_need_login(needed=is_needed)
            finally:
                await self.read()

        self._changes.start(
            change,
            attempt=tr("Changing what cables need failed"),
            done=tr("Cables need a login to be trusted now") if is_needed else tr("Cables need no login now"),
            undo=lambda: self._set_login(is_needed=not is_needed),
        )

    def _set(self, before: SysctlInfo, value: str) -> None:
        row = sysctl_row(before)

        async def change() -> None:
            try:
                manager = self._session.reached()
                await manager.set_sysctl(before.name, value, persistent=self.is_kept.isChecked())
            finally:
                await self.read()

        shown = row.choices.get(value, f"{value}{row.unit}")
        self._changes.start(
            change,
            attempt=tr("Setting {name} failed", name=row.name),
            done=tr("{name} is {value} now, for new connections", name=row.name, value=shown),
            undo=lambda: self._restore(before),
        )

    def _take_back(self, before: SysctlInfo) -> None:
        row = sysctl_row(before)

        async def change() -> None:
            try:
                await self._session.reached().undo_sysctl(before.name)
            finally:
                await self.read()

        self._changes.start(
            change,
            attempt=tr("Setting {name} failed", name=row.name),
            done=tr("{name} is what it was before mpmanager set it", name=row.name),
            undo=lambda: self._restore(before),
        )

    def _restore(self, before: SysctlInfo) -> None:
        self._tasks.start(self._put_back(before), attempt=tr("Undo failed"))

    async def _put_back(self, before: SysctlInfo) -> None:
        """As it was, also how it was kept."""
        manager = self._session.reached()
        try:
            now = next(each for each in await manager.sysctls() if each.name == before.name)
            if now.before is not None or now.kept is not None:
                await manager.undo_sysctl(before.name)
            if before.kept is not None:
                await manager.set_sysctl(before.name, before.kept, persistent=True)
            if before.before is not None and before.value != before.kept:
                await manager.set_sysctl(before.name, before.value, persistent=False)
        finally:
            await self.read()

    # Building

    def _build(self) -> None:
        page = QWidget()
        page.setObjectName("page")
        column = QVBoxLayout(page)
        column.setContentsMargins(3 * GRID, GRID, 3 * GRID, 3 * GRID)
        column.setSpacing(2 * GRID)
        head = Label(tr("Settings"))
        heading_font(self._look, head)
        column.addWidget(head)
        cards = (
            self._window_card(),
            self._notifications_card(),
            self._service_card(),
            self._kernel_card(),
            self._about_card(),
        )
        for card in cards:
            column.addWidget(card)
        column.addStretch()
        self.setWidget(page)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Settings"))

    def _window_card(self) -> QFrame:
        card = QFrame()
        column = card_column(card)
        column.addWidget(card_title(self._look, tr("Window")))
        self.language.choose(self._preferences.language if self._preferences.language in self.language.buttons else "")
        self.motion.choose(self._preferences.motion)
        column.addWidget(SettingRow(tr("Colours"), "", self.theme))
        column.addWidget(SettingRow(tr("Language"), tr("Takes effect when the window starts again."), self.language))
        column.addWidget(SettingRow(tr("Motion"), tr("The dots on the flow map, and what slides."), self.motion))
        column.addWidget(
            self._switch(
                TRAY_KEY,
                tr("Stay in the tray when the window is closed"),
                tr("An icon there tells the state by its shape, and brings the window back."),
            )
        )
        column.addWidget(
            self._switch(TRAY_START_KEY, tr("Start in the tray"), tr("The window appears when you ask for it."))
        )
        return card

    def _notifications_card(self) -> QFrame:
        card = QFrame()
        column = card_column(card)
        column.addWidget(card_title(self._look, tr("Notifications")))
        pause = self._switch(PAUSED_KEY, tr("Pause all notifications"), tr("Until you say otherwise."))
        column.addWidget(pause)
        for kind in NotificationKind:
            column.addWidget(self._switch(settings_key(kind), title(kind), explanation(kind), default=True))
        pause.box.toggled.connect(self._grey_kinds)
        self._grey_kinds()
        return card

    def _grey_kinds(self) -> None:
        is_paused = self.switches[PAUSED_KEY].box.isChecked()
        for kind in NotificationKind:
            self.switches[settings_key(kind)].setEnabled(not is_paused)

    def _switch(self, key: str, words_: str, explained: str, *, default: bool = False) -> SwitchRow:
        row = SwitchRow(self._look, words_, explained)
        row.box.setChecked(self._preferences.is_on(key, default=default))
        row.box.toggled.connect(lambda is_on: self._preferences.switch(key, is_on=is_on))
        self.switches[key] = row
        return row

    def _service_card(self) -> QFrame:
        card = QFrame()
        column = card_column(card)
        column.addWidget(card_title(self._look, tr("Trust")))
        column.addWidget(self.wires)
        return card

    def _kernel_card(self) -> QFrame:
        card = QFrame()
        column = card_column(card)
        column.addWidget(card_title(self._look, tr("The kernel's Multipath TCP")))
        hint = tr(
            "Settings of this machine (net.mptcp.*). They count for new connections and stay when mpmanager ends."
        )
        column.addWidget(words(hint, "muted"))
        self.is_kept.setChecked(True)
        column.addWidget(self.is_kept)
        self._kernel.setSpacing(GRID)
        column.addLayout(self._kernel)
        return card

    def _about_card(self) -> QFrame:
        card = QFrame()
        column = card_column(card)
        column.addWidget(card_title(self._look, tr("About")))
        self._about.setSpacing(GRID // 2)
        column.addLayout(self._about)
        return card

    def _connect(self) -> None:
        self.theme.chosen.connect(self._choose_theme)
        self.language.chosen.connect(self._choose_language)
        self.motion.chosen.connect(self._choose_motion)
        self.wires.box.clicked.connect(self._need_login)
        self._look.changed.connect(self._show_theme)
        self._session.frame_taken.connect(self._look_again)
        self._session.contact_changed.connect(self._look_again)
