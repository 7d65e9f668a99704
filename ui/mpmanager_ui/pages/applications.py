"""The Applications page: what was said of programs, an editor for it, and what came of it."""

import asyncio
import time

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from mpmanager.api.structures import PolicyInfo, TrustInfo, Wait
from mpmanager.client.consequences import Consequences, RuleBook, consequences_in_steps, policy_of
from mpmanager_ui.changes import Changes
from mpmanager_ui.look import icons
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.session import Session
from mpmanager_ui.tasks import TaskRunner
from mpmanager_ui.viewmodels.applications import ListRow, Roster, counts_sentence, found, rule_row
from mpmanager_ui.viewmodels.contact import Contact
from mpmanager_ui.viewmodels.drafts import Drafts
from mpmanager_ui.viewmodels.rule_draft import Lifetime, Preset, RuleDraft
from mpmanager_ui.viewmodels.rule_editor import Surroundings, applied, editor_state, rules_in_force
from mpmanager_ui.viewmodels.rule_words import network_names, preview_of
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.viewmodels.waits import DEFAULT
from mpmanager_ui.widgets.application_list import ApplicationList, OthersRow, RowPainter
from mpmanager_ui.widgets.banner import Banner, Tone
from mpmanager_ui.widgets.empty_state import EmptyState
from mpmanager_ui.widgets.label import Label
from mpmanager_ui.widgets.new_rule_form import NewRuleForm
from mpmanager_ui.widgets.rule_editor import RuleEditor
from mpmanager_ui.widgets.snackbar import Snackbar

_NARROW = 720
"""Below this width the list and the editor take turns."""
_LIST_WIDTH = 360
_FILTER_DELAY_MS = 100


class ApplicationsPage(QWidget):
    """Shows frames while it is visible; what is edited stays until it is applied or discarded."""

    def __init__(self, look: Look, session: Session, tasks: TaskRunner, snackbar: Snackbar) -> None:
        super().__init__()
        self._look = look
        self._session = session
        self._tasks = tasks
        self._changes = Changes(tasks, snackbar)
        self._roster = Roster()
        self._drafts = Drafts()
        self._key = DEFAULT
        """Of the chosen row."""
        self._chosen = self._roster.others
        """The row, as it was last."""
        self._is_open = False
        """Whether the editor has its turn where there is no room for both."""
        self._is_busy = False
        self._trust: TrustInfo | None = None
        self._is_trust_known = False
        """Whether it was asked for since the page is shown, or the rules are others."""
        self._previews = 0
        """Begun so far: only the last one is shown."""
        self._book = RuleBook(session.policies)
        self._applied_for: RuleDraft | None = None
        self._applied = self._book
        """The rules with that draft."""
        self._painter = RowPainter(look, session.signs)
        self.list = ApplicationList(self._painter)
        self.others = OthersRow(self._painter, self._roster.others)
        self.filter = QLineEdit()
        self.add = QPushButton()
        self.counts = Label()
        self._empty = EmptyState(look, "applications")
        self._list_stack = QStackedWidget()
        self._left, self._right = QWidget(), QWidget()
        self.back = QPushButton()
        self.title, self.about, self.activity = Label(), Label(), Label()
        self.remove = QPushButton()
        self.note = Banner(look, Tone.WARNING, is_closable=False)
        self.editor = RuleEditor(look, session.signs)
        self.form = NewRuleForm(look)
        self._right_stack = QStackedWidget()
        self.bar = QFrame()
        self.preview = Label()
        self.discard, self.apply = QPushButton(), QPushButton()
        self._filter_timer = QTimer(self, interval=_FILTER_DELAY_MS, singleShot=True)
        self._build()
        self._connect()
        self._recolour()
        self._learn()

    @property
    def is_busy(self) -> bool:
        """Whether a frame is being shown."""
        return self._is_busy

    @property
    def draft(self) -> RuleDraft:
        """Of the chosen row."""
        return self._drafts.of(self._row().who.selector or DEFAULT)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._is_trust_known = False
        self._show_at_once()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._filter_timer.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def choose(self, key: str) -> None:
        """Show the rule of a row in the editor."""
        self._key = key
        self._is_open = True
        self._right_stack.setCurrentIndex(0)
        self.list.show_chosen(key)
        self.others.setChecked(key == DEFAULT)
        self.editor.verticalScrollBar().setValue(0)
        self._arrange()
        self._show_editor()
        if self.draft.is_changed:
            self.preview.clear()
            self._show_edited()

    # Showing

    def _show_at_once(self) -> None:
        """Somebody waits for it; while a frame is being shown, that has to end first."""
        frame = self._session.frame
        if self._is_busy or frame is None:
            return
        for _ in self._roster.take(frame):
            pass
        self._show_rows()
        self._show_editor()

    def _take_frame(self) -> None:
        if self._is_busy or not self.isVisible() or self._session.frame is None:
            return
        self._is_busy = True
        self._tasks.start(self._show_frame(), attempt=tr("Showing the applications failed"))
        if not self._is_trust_known and self._session.contact is Contact.CONNECTED:
            self._is_trust_known = True
            self._tasks.start(self._look_at_trust(), attempt=tr("Asking what of trust is in force failed"))

    async def _show_frame(self) -> None:
        try:
            frame = self._session.frame
            if frame is not None:
                for _ in self._roster.take(frame):
                    await asyncio.sleep(0)
                self._show_rows()
                await asyncio.sleep(0)
                self._show_editor()
                await self._show_preview()
        finally:
            self._is_busy = False

    def _show_rows(self) -> None:
        frame = self._session.frame
        self._painter.paths = tuple(each.name for each in frame.paths if each.kind.value != "virtual") if frame else ()
        self._painter.drafts = self._drafts.changed
        self._painter.is_stale = bool(self._session.as_of)
        rows = self._all_rows()
        shown = found(rows, self.filter.text())
        self.list.show_rows(shown)
        self.others.inset = self.list.inset
        self.others.show_row(self._roster.others)
        self.others.setChecked(self._key == DEFAULT)
        words = counts_sentence(rows)
        as_of = self._session.as_of
        self.counts.setText(tr("As of {time}: {counts}", time=as_of, counts=words) if as_of else words)
        if not shown:
            self._empty.show_text(*_empty_words(is_filtered=bool(self.filter.text().strip())))
        self._list_stack.setCurrentIndex(0 if shown else 1)

    def _all_rows(self) -> list[ListRow]:
        """Those of rules that are new and not applied yet, too."""
        shown = {each.who.selector for each in self._roster.rows}
        new = [rule_row(each) for each in sorted(self._drafts.changed - shown - {DEFAULT})]
        return sorted([*self._roster.rows, *new], key=lambda each: each.who.order) if new else self._roster.rows

    def _row(self) -> ListRow:
        """The chosen one; as it was last where it is not listed any more, or not yet."""
        if self._key == DEFAULT:
            return self._roster.others
        rows, selector = self._roster.rows, self._chosen.who.selector
        found_row = next((each for each in rows if each.who.key == self._key), None)
        if found_row is None and selector is not None:
            found_row = next((each for each in rows if each.who.selector == selector), None)
        self._chosen = found_row or self._chosen._replace(connections=0, rates=())
        return self._chosen

    def _show_editor(self) -> None:
        frame = self._session.frame
        if frame is None or not self.isVisible():
            return
        row, draft = self._row(), self.draft
        state = editor_state(row, draft, self._around(draft), self._drafts.note_on(draft.selector))
        self.title.setText(state.title)
        self.about.setText(state.selector if state.selector != DEFAULT else tr("Whoever has no rule of its own"))
        self.activity.setText(state.activity)
        self.remove.setVisible(state.can_remove)
        self.editor.show_state(state)
        if state.note:
            self.note.show_text(state.note)
        else:
            self.note.hide()
        self.bar.setVisible(draft.is_changed)

    def _around(self, draft: RuleDraft) -> Surroundings:
        frame = self._session.frame
        assert frame is not None  # noqa: S101  # no page is shown without
        if draft is not self._applied_for:
            self._applied_for, self._applied = draft, applied(self._book, draft, frame.time)
        return Surroundings(
            frame=frame,
            book=self._book,
            after=self._applied,
            events=list(self._session.events),
            titles=self._session.titles,
            trust=self._trust,
        )

    def _show_edited(self) -> None:
        """The rows, the editor and what applying it would change."""
        self._show_rows()
        self._show_editor()
        self._tasks.start(self._show_preview(), attempt=tr("The preview failed"))

    async def _show_preview(self) -> None:
        row, draft = self._row(), self.draft
        self._previews += 1
        number = self._previews
        if not draft.is_changed or self._session.frame is None:
            return
        around = self._around(draft)
        frame, books = around.frame, (around.book, around.after)
        steps = consequences_in_steps(*books, frame)
        consequences: Consequences | None = None
        while consequences is None:
            try:
                next(steps)
                await asyncio.sleep(0)
            except StopIteration as end:
                consequences = end.value
        if number == self._previews and consequences is not None:
            before, after = (policy_of(rules_in_force(row, draft, each, frame)) for each in books)
            networks = network_names(frame.paths, around.titles)
            preview = preview_of(draft, (before, after), consequences, around.titles, networks)
            self.preview.setText(preview.text)
            self.bar.setAccessibleName(tr("Not applied yet: {preview}", preview=preview.text))

    async def _look_at_trust(self) -> None:
        self._trust = await self._session.reached().trust()
        self._show_editor()

    def _learn(self) -> None:
        """The rules are others now."""
        self._book, self._applied_for = RuleBook(self._session.policies), None
        self._roster.learn(self._session.policies)
        self._drafts.learn(self._session.policies)
        self._is_trust_known = False
        self._take_frame()

    # Editing

    def _edit(self, draft: RuleDraft) -> None:
        self._drafts.put(draft)
        self._show_edited()

    def _want_wait(self, wait: Wait | None) -> None:
        self._edit(self.draft.with_wait(wait))

    def _want_preset(self, preset: Preset) -> None:
        self._edit(self.draft.with_preset(preset))

    def _want_trust(self, trust: str | None) -> None:
        self._edit(self.draft.with_trust(trust))

    def _want_tier(self, paths: str, tier: str | None) -> None:
        self._edit(self.draft.with_tier(paths, tier))

    def _want_life(self, life: Lifetime) -> None:
        self._edit(self.draft.with_life(life))

    def _discard(self) -> None:
        self._drafts.drop(self.draft.selector)
        self._show_edited()

    def _apply(self) -> None:
        draft, name = self.draft, self._row().who.name
        self._change(
            (draft.base.rules, draft.commands(time.time())),
            attempt=tr("Changing the rule of {name} failed", name=name),
            done=tr("{name}: the rule is changed", name=name),
            draft=draft,
        )

    def _remove_rule(self) -> None:
        draft, name = self.draft, self._row().who.name
        nothing = (PolicyInfo(selector=draft.selector), PolicyInfo(selector=draft.selector, temporary=True))
        self._drafts.drop(draft.selector)
        self._change(
            (draft.base.rules, nothing),
            attempt=tr("Removing the rule of {name} failed", name=name),
            done=tr("{name} follows the other rules now", name=name),
        )

    def _toggle(self, draft: RuleDraft, done: str) -> None:
        """A simple switch: at once, whatever else is edited."""
        attempt = tr("Changing the rule of {name} failed", name=self._row().who.name)
        self._change((draft.base.rules, draft.commands(time.time())), attempt=attempt, done=done)

    def _want_multipath(self, multipath: bool | None) -> None:  # noqa: FBT001  # a signal's value
        name, present = self._row().who.name, RuleDraft.of(self.draft.base)
        words = {True: tr("on"), False: tr("off"), None: tr("as it asks itself")}
        done = tr("{name}: Multipath TCP {state}", name=name, state=words[multipath])
        if present.rule.multipath is not multipath:
            self._toggle(present.with_multipath(multipath), done)

    def _want_lowest_delay(self, is_on: bool) -> None:  # noqa: FBT001  # same
        name, present = self._row().who.name, RuleDraft.of(self.draft.base)
        done = tr("{name}: prefers the lowest delay", name=name)
        if not is_on:
            done = tr("{name}: delay does not decide", name=name)
        self._toggle(present.with_lowest_delay(is_on or None), done)

    def _change(
        self,
        before_and_after: tuple[tuple[PolicyInfo, ...], tuple[PolicyInfo, ...]],
        *,
        attempt: str,
        done: str,
        draft: RuleDraft | None = None,
    ) -> None:
        """Say rules to the daemon; `draft` is what is applied by that, and kept where it fails."""
        before, after = before_and_after

        async def change() -> None:
            with self._drafts.changing(after[0].selector):
                await self._session.put_rules(after)
            if draft is not None and self._drafts.of(draft.selector).rule == draft.rule:
                self._drafts.drop(draft.selector)
            self._show_edited()

        def undo() -> None:
            undone = tr("Undone: {change}", change=done)
            self._change((after, before), attempt=tr("Undoing that failed"), done=undone)

        self._changes.start(change, attempt=attempt, done=done, undo=undo)

    # A rule for something that is not running

    def _begin_new(self) -> None:
        self._is_open = True
        self._right_stack.setCurrentIndex(1)
        self.bar.hide()
        self._arrange()
        self.form.begin()

    def _take_new(self, selector: str) -> None:
        self._chosen = next((each for each in self._roster.rows if each.who.selector == selector), rule_row(selector))
        self.choose(self._chosen.who.key)

    def _close(self) -> None:
        """Back to the list."""
        self._is_open = False
        self._right_stack.setCurrentIndex(0)
        self._arrange()
        self._show_editor()
        self.list.setFocus()

    # Building

    def _connect(self) -> None:
        session, editor = self._session, self.editor
        session.frame_taken.connect(self._take_frame)
        session.contact_changed.connect(self._take_frame)
        session.waits_changed.connect(self._learn)
        self.list.chosen.connect(self.choose)
        self.others.clicked.connect(lambda: self.choose(DEFAULT))
        self.filter.textChanged.connect(self._filter_timer.start)
        self._filter_timer.timeout.connect(self._show_rows)
        self.add.clicked.connect(self._begin_new)
        self.form.wanted.connect(self._take_new)
        self.form.left.connect(self._close)
        self.back.clicked.connect(self._close)
        self.remove.clicked.connect(self._remove_rule)
        self.discard.clicked.connect(self._discard)
        self.apply.clicked.connect(self._apply)
        editor.preset_wanted.connect(self._want_preset)
        editor.wait_wanted.connect(self._want_wait)
        editor.trust_wanted.connect(self._want_trust)
        editor.tier_wanted.connect(self._want_tier)
        editor.life_wanted.connect(self._want_life)
        editor.multipath_wanted.connect(self._want_multipath)
        editor.lowest_delay_wanted.connect(self._want_lowest_delay)
        self._look.changed.connect(self._recolour)
        QShortcut(QKeySequence.StandardKey.Find, self, self.filter.setFocus)

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(3 * GRID, GRID, 3 * GRID, 3 * GRID)
        row.setSpacing(2 * GRID)
        row.addWidget(self._left)
        row.addWidget(self._right, 1)
        self._build_left()
        self._build_right()

    def _build_left(self) -> None:
        title = Label(tr("Applications"))
        title.setFont(self._look.font(scale=1.6, is_bold=True))
        self.counts.setProperty("role", "muted")
        self.filter.setPlaceholderText(tr("Find an application"))
        self.filter.setAccessibleName(tr("Find an application"))
        self.filter.setClearButtonEnabled(True)
        self.add.setText(tr("Add rule"))
        self.add.setToolTip(tr("A rule for something that is not running"))
        tools = QHBoxLayout()
        tools.setSpacing(GRID)
        tools.addWidget(self.filter, 1)
        tools.addWidget(self.add)
        card = QFrame()
        card.setProperty("role", "card")
        inner = QVBoxLayout(card)
        inner.setContentsMargins(1, GRID, 1, GRID)
        inner.setSpacing(0)
        self._list_stack.addWidget(self.list)
        self._list_stack.addWidget(self._empty)
        line = QFrame()
        line.setFixedHeight(1)
        line.setProperty("role", "line")
        inner.addWidget(self._list_stack, 1)
        inner.addWidget(line)
        inner.addWidget(self.others)
        column = QVBoxLayout(self._left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(title)
        column.addWidget(self.counts)
        column.addSpacing(GRID)
        column.addLayout(tools)
        column.addSpacing(GRID)
        column.addWidget(card, 1)

    def _build_right(self) -> None:
        rule = QWidget()
        inner = QVBoxLayout(rule)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(GRID)
        inner.addLayout(self._heading())
        inner.addWidget(self.note)
        inner.addWidget(self.editor, 1)
        inner.addWidget(self._apply_bar())
        self._right_stack.addWidget(rule)
        self._right_stack.addWidget(self.form)
        column = QVBoxLayout(self._right)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._right_stack)

    def _heading(self) -> QHBoxLayout:
        self.title.setFont(self._look.font(scale=1.3, is_bold=True))
        self.about.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout()
        column.setSpacing(2)
        for label in (self.title, self.about, self.activity):
            label.setMinimumWidth(1)
            column.addWidget(label)
        self.about.setProperty("role", "muted")
        self.activity.setProperty("role", "muted")
        self.back.setText(tr("All applications"))
        self.remove.setText(tr("Remove rule"))
        self.back.setProperty("role", "flat")
        self.remove.setProperty("role", "flat")
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.back, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)
        row.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _apply_bar(self) -> QFrame:
        self.bar.setProperty("role", "notice")
        self.preview.setWordWrap(True)
        self.discard.setText(tr("Discard"))
        self.apply.setText(tr("Apply"))
        self.apply.setProperty("role", "primary")
        self.apply.setShortcut("Ctrl+Return")
        row = QHBoxLayout(self.bar)
        row.setContentsMargins(2 * GRID, GRID, GRID, GRID)
        row.setSpacing(GRID)
        row.addWidget(self.preview, 1)
        row.addWidget(self.discard)
        row.addWidget(self.apply)
        self.bar.hide()
        return self.bar

    def _arrange(self) -> None:
        """Both beside each other, or one at a time."""
        is_narrow = self.width() < _NARROW
        self._left.setVisible(not is_narrow or not self._is_open)
        self._right.setVisible(not is_narrow or self._is_open)
        self.back.setVisible(is_narrow)
        self._left.setMinimumWidth(0 if is_narrow else _LIST_WIDTH)
        self._left.setMaximumWidth(16_777_215 if is_narrow else _LIST_WIDTH)

    def _recolour(self) -> None:
        self.back.setIcon(icons.icon("chevron-left", self._look.colours.text))


def _empty_words(*, is_filtered: bool) -> tuple[str, str]:
    if is_filtered:
        return tr("Nothing is called so"), tr("Add a rule if it is not running.")
    return (
        tr("No application uses Multipath TCP at the moment"),
        tr("Those that do appear here by themselves. Add a rule for one that is not running."),
    )
