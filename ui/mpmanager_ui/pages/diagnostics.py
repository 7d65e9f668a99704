"""The Diagnostics page: what is wrong and what mends it, what each path answers, and the proof of trust."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from mpmanager.api.bus import Bus
from mpmanager.api.structures import DiagnosisInfo, ProbeOptions
from mpmanager.client.destinations import address_of, server_of
from mpmanager.client.diagnosis_report import redaction_for, report_text
from mpmanager_ui.look import icons
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.session import Session
from mpmanager_ui.tasks import TaskRunner
from mpmanager_ui.viewmodels.contact import Contact
from mpmanager_ui.viewmodels.diagnostics import (
    FindingCard,
    TrustTestResult,
    hop_lines,
    probe_table,
    summary,
    trust_test_while_paused,
)
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.widgets.cards import heading_font
from mpmanager_ui.widgets.empty_state import EmptyState
from mpmanager_ui.widgets.finding_card import CommandLine, FindingView
from mpmanager_ui.widgets.label import Label
from mpmanager_ui.widgets.probe_grid import ProbeGrid
from mpmanager_ui.widgets.rehearsal_card import RehearsalCard
from mpmanager_ui.widgets.snackbar import Snackbar
from mpmanager_ui.widgets.trust_test import TrustTest


class DiagnosticsPage(QScrollArea):
    """Nothing is asked before somebody wants it."""

    def __init__(self, look: Look, session: Session, tasks: TaskRunner, snackbar: Snackbar, bus: Bus) -> None:
        super().__init__()
        self._look = look
        self._session = session
        self._tasks = tasks
        self._snackbar = snackbar
        self.diagnosis: DiagnosisInfo | None = None
        self._is_busy = False
        self._sentence = Label(tr("Not checked yet"))
        self.check_button = QPushButton(tr("Check now"))
        self.copy_button = QPushButton(tr("Copy report"))
        self.server, self.portal, self.trace = QLineEdit(), QLineEdit(), QLineEdit()
        self.ask_others = QToolButton()
        """Opens the fields that name them."""
        self._others = QWidget()
        self._progress = QProgressBar()
        self._empty = EmptyState(look, "search")
        self._results = QVBoxLayout()
        self._shown: list[QWidget] = []
        self.trust_test = TrustTest(bus, self)
        self.trust_button = QPushButton(tr("Prove it now"))
        self._trust_words = Label(tr("Not tried since the window was opened."))
        self._trust_column = QVBoxLayout()
        self._trust_command: QWidget | None = None
        self.rehearsal = RehearsalCard(look, session, tasks)
        self._build()
        self._show_contact()

    def sentence(self) -> str:
        """What it came to, as it stands at the top."""
        return self._sentence.text()

    def trust_sentence(self) -> str:
        """What the proof of trust came to."""
        return self._trust_words.text()

    # Doing

    def check(self) -> None:
        """Examine everything; at most one examination is under way."""
        if self.check_button.isEnabled():
            self._show_busy(is_busy=True)
            self._tasks.start(self._check(), attempt=tr("Checking failed"), retry=self.check)

    async def _check(self) -> None:
        try:
            options = ProbeOptions(portal_url=self.portal.text().strip())
            if server := self.server.text().strip():
                options.server = await server_of(server)
            if host := self.trace.text().strip():
                options.trace = await address_of(host)
            self.diagnosis = await self._session.reached().diagnose(options)
            self._show(self.diagnosis)
        finally:
            self._show_busy(is_busy=False)

    def copy_report(self) -> None:
        """Put the report on the clipboard, without names and addresses."""
        frame, status = self._session.frame, self._session.status
        if self.diagnosis is None or frame is None or status is None:
            return
        text = report_text(self.diagnosis, status, frame.paths, redaction_for(frame.paths))
        QGuiApplication.clipboard().setText(text)
        self._snackbar.show_text(tr("The report is on the clipboard, without names and addresses"), None)

    def prove_trust(self) -> None:
        """Have a program try to get past what is enforced."""
        paused_until = self._session.paused_until
        if paused_until is not None:
            self._show_proof(trust_test_while_paused(paused_until))
        elif not self.trust_test.is_running:
            self.trust_button.setEnabled(False)
            self._trust_words.setText(tr("Trying to get past it, for some seconds ..."))
            self.trust_test.begin()

    def _show_proof(self, result: TrustTestResult) -> None:
        self.trust_button.setEnabled(True)
        self._trust_words.setText(result.text)
        if self._trust_command is not None:
            self._trust_command.deleteLater()
            self._trust_command = None
        if result.command:
            self._trust_command = CommandLine(self._look, result.command)
            self._trust_column.addWidget(self._trust_command)

    # Showing

    def _show_contact(self) -> None:
        self.check_button.setEnabled(self._session.contact is Contact.CONNECTED and not self._is_busy)

    def _show_busy(self, *, is_busy: bool) -> None:
        self._is_busy = is_busy
        self._show_contact()
        self._progress.setVisible(is_busy)
        if is_busy:
            self._sentence.setText(tr("Asking over every path; this takes some seconds ..."))
        elif self.diagnosis is None:
            self._sentence.setText(tr("Not checked yet"))
        else:
            self._sentence.setText(summary(self.diagnosis)[0])

    def _show(self, diagnosis: DiagnosisInfo) -> None:
        for each in self._shown:
            each.deleteLater()
        self._shown = [FindingView(self._look, FindingCard.of(each)) for each in diagnosis.findings]
        self._shown.append(self._probes_card(diagnosis))
        for each in self._shown:
            self._results.addWidget(each)
        self._empty.hide()
        self.copy_button.setEnabled(True)

    def _probes_card(self, diagnosis: DiagnosisInfo) -> QFrame:
        table = probe_table(diagnosis.probes, self._session.titles)
        card, column = self._card(tr("What each path answers"))
        column.addWidget(ProbeGrid(self._look, table))
        for text in (table.left_out, *hop_lines(diagnosis.hops, self._session.titles)):
            if text:
                column.addWidget(_wrapped(text, role="muted"))
        return card

    # Building

    def _build(self) -> None:
        page = QWidget()
        page.setObjectName("page")
        column = QVBoxLayout(page)
        column.setContentsMargins(3 * GRID, GRID, 3 * GRID, 3 * GRID)
        column.setSpacing(2 * GRID)
        self._results.setSpacing(2 * GRID)
        self._progress.setRange(0, 0)
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(GRID // 2)
        self._progress.hide()
        self._empty.show_text(
            tr("Is everything as it should be?"),
            tr("Check now asks each path's own gateway and name server. Nobody else is asked unless you name them."),
        )
        column.addLayout(self._heading())
        column.addWidget(self._progress)
        column.addWidget(self._wishes_card())
        column.addWidget(self._empty)
        column.addLayout(self._results)
        column.addWidget(self._trust_card())
        column.addWidget(self.rehearsal)
        column.addStretch(1)
        self._session.contact_changed.connect(self._show_contact)
        self.setWidget(page)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def _heading(self) -> QHBoxLayout:
        heading_font(self._look, self._sentence)
        self._sentence.setWordWrap(True)
        self.check_button.setProperty("role", "primary")
        self.check_button.clicked.connect(self.check)
        self.copy_button.clicked.connect(self.copy_report)
        self.copy_button.setEnabled(False)
        self.copy_button.setToolTip(tr("As text, without addresses, networks, users and hosts"))
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self._sentence, 1)
        row.addWidget(self.copy_button)
        row.addWidget(self.check_button)
        return row

    def _wishes_card(self) -> QFrame:
        card = QFrame()
        card.setProperty("role", "card")
        column = QVBoxLayout(card)
        column.setContentsMargins(GRID // 2, GRID // 2, GRID // 2, GRID // 2)
        column.setSpacing(0)
        self.ask_others.setText(tr("Ask somebody else, too"))
        self.ask_others.setProperty("role", "flat")
        self.ask_others.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.ask_others.clicked.connect(self._fold_others)
        self._look.changed.connect(self._point_fold)
        column.addWidget(self.ask_others)
        column.addWidget(self._others)
        self._fill_others()
        self._others.hide()
        self._point_fold()
        return card

    def _fold_others(self) -> None:
        self._others.setVisible(not self._others.isVisibleTo(self))
        self._point_fold()
        if self._others.isVisibleTo(self):
            self.server.setFocus()

    def _point_fold(self) -> None:
        name = "chevron-down" if self._others.isVisibleTo(self) else "chevron-right"
        self.ask_others.setIcon(icons.icon(name, self._look.colours.muted))

    def _fill_others(self) -> None:
        row = QHBoxLayout(self._others)
        row.setContentsMargins(12, GRID // 2, 12, 12)
        row.setSpacing(2 * GRID)
        fields = (
            (self.server, tr("A server: does Multipath TCP get there?"), "example.org:443"),
            (self.portal, tr("A URL that a captive portal would answer"), "http://…"),
            (self.trace, tr("A host: which routers lead there?"), "example.org"),
        )
        for field, text, example in fields:
            label = Label(text)
            label.setProperty("role", "muted")
            label.setBuddy(field)
            label.setWordWrap(True)
            field.setPlaceholderText(example)
            field.setAccessibleName(text)
            field.returnPressed.connect(self.check)
            pair = QVBoxLayout()
            pair.setSpacing(GRID // 2)
            pair.addWidget(label, 1)
            pair.addWidget(field)
            row.addLayout(pair, 1)

    def _trust_card(self) -> QFrame:
        card, column = self._card(tr("Is trust kept to?"))
        what = tr("Sends test packets past everything that is enforced, and listens on every interface to what leaves.")
        column.addWidget(_wrapped(what, role="muted"))
        self._trust_words.setWordWrap(True)
        self.trust_button.clicked.connect(self.prove_trust)
        self.trust_test.done.connect(self._show_proof)
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(self._trust_words, 1)
        row.addWidget(self.trust_button)
        column.addLayout(row)
        self._trust_column = column
        return card

    def _card(self, title: str) -> tuple[QFrame, QVBoxLayout]:
        card = QFrame()
        card.setProperty("role", "card")
        column = QVBoxLayout(card)
        column.setContentsMargins(2 * GRID, 12, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        label = Label(title)
        label.setFont(self._look.font(scale=1.1, is_bold=True))
        column.addWidget(label)
        return card, column


def _wrapped(text: str, *, role: str) -> Label:
    label = Label(text)
    label.setProperty("role", role)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
