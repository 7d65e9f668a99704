"""The Profiles page: all decisions as a whole, kept, carried from machine to machine, and put into force."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QGuiApplication, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from mpmanager.api.structures import PathInfo, ProfileChanges, ProfileInfo
from mpmanager.client.profile_files import read_profile_file, write_profile_file
from mpmanager.client.profiles import differences
from mpmanager.client.signing import (
    SignatureInfo,
    fingerprint,
    key_store,
    sign_as_user,
    standing_of,
    trusted_signers,
)
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.profile import MergeMode, profile_name
from mpmanager_ui.changes import Changes
from mpmanager_ui.look import icons
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.profile_shelf import ProfileShelf, Undo
from mpmanager_ui.session import Session
from mpmanager_ui.tasks import TaskRunner
from mpmanager_ui.threads import in_thread
from mpmanager_ui.viewmodels.contact import Contact
from mpmanager_ui.viewmodels.profile_preview import Purpose, preview_words
from mpmanager_ui.viewmodels.profiles import (
    card_words,
    explanation,
    follow_choices,
    free_name,
    headline,
    may_networks_choose,
    network_words,
    ordered,
    title_of,
)
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.widgets.banner import Banner, Tone
from mpmanager_ui.widgets.cards import card_column, clear, heading_font, words
from mpmanager_ui.widgets.drop_veil import DropVeil
from mpmanager_ui.widgets.empty_state import EmptyState
from mpmanager_ui.widgets.label import Label
from mpmanager_ui.widgets.profile_card import ProfileCard
from mpmanager_ui.widgets.profile_review import ProfileReview
from mpmanager_ui.widgets.signers_card import SignersCard
from mpmanager_ui.widgets.snackbar import Snackbar

_FILES = "*.toml"
_SUFFIX = ".toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Review:
    """What is being looked at before it is done."""

    purpose: Purpose
    name: str
    text: str
    source: str
    signature: SignatureInfo
    network: str = ""
    """The one that it shall follow."""


class ProfilesPage(QWidget):
    """Reads the list when it is shown and when something has happened. A file may be dropped anywhere on it."""

    def __init__(self, look: Look, session: Session, tasks: TaskRunner, snackbar: Snackbar) -> None:
        super().__init__()
        self._look = look
        self._session = session
        self._tasks = tasks
        self._changes = Changes(tasks, snackbar)
        self._snackbar = snackbar
        self.shelf = ProfileShelf(session)
        self.cards: dict[str, ProfileCard] = {}
        """By the names of the profiles."""
        self._reviewed: _Review | None = None
        self._headline = Label()
        self._explanation = words(role="muted")
        self.import_button = QPushButton(tr("Import …"))
        self.save_button = QPushButton(tr("Save as profile …"))
        self.export_button = QPushButton(tr("Export"))
        self.trouble = Banner(look, Tone.DANGER)
        self.by_hand = Banner(look, Tone.NOTICE, is_closable=False)
        self._naming = QFrame()
        self.new_name = QLineEdit()
        self._new_name_hint = words(role="muted")
        self._list = QVBoxLayout()
        self._empty = EmptyState(look, "profiles")
        self.signers = SignersCard(look)
        self._body = QStackedWidget()
        self._stack = QStackedWidget()
        self.review = ProfileReview(look)
        self._veil = DropVeil(look, self)
        self._build()
        self._connect()
        self._recolour()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look_again()

    @property
    def is_reviewing(self) -> bool:
        """Whether the preview is shown in place of the list."""
        return self._stack.currentWidget() is self.review

    # Showing

    def _look_again(self) -> None:
        is_reached = self._session.contact is Contact.CONNECTED
        for button in (self.import_button, self.save_button, self.export_button):
            button.setEnabled(is_reached)
        if self.isVisible() and is_reached and self.shelf.is_stale():
            self._start(self.shelf.load(), tr("Reading the profiles failed"))

    def _show_rows(self) -> None:
        rows = self.shelf.rows or []
        self._headline.setText(headline(rows))
        self._explanation.setText(explanation(rows))
        self._body.setCurrentIndex(0 if rows else 1)
        self._show_by_hand(rows)
        self._show_signers()
        clear(self._list)
        self.cards = {row.name: self._card(row, rows) for row in ordered(rows)}
        for card in self.cards.values():
            self._list.addWidget(card)
        self.setAccessibleName(f"{tr('Profiles')}. {headline(rows)}")

    def _show_by_hand(self, rows: list[ProfileInfo]) -> None:
        if may_networks_choose(rows):
            self.by_hand.show_text(
                tr("You have chosen a profile by hand, so none follows the network."),
                action=tr("Let networks choose"),
                act=self._let_networks_choose,
            )
        else:
            self.by_hand.hide()

    def _show_signers(self) -> None:
        try:
            self.signers.show_signers(trusted_signers().entries())
        except InvalidValueError as error:
            self.trouble.show_text(str(error))

    def _card(self, row: ProfileInfo, rows: list[ProfileInfo]) -> ProfileCard:
        others = [each.name for each in ordered(rows) if each.name != row.name]
        follows = follow_choices(row, rows, self._paths)
        card = ProfileCard(self._look, card_words(row, self._paths), follows, others)
        card.activation_wanted.connect(lambda: self._want(row.name, Purpose.ACTIVATE))
        card.look_wanted.connect(lambda: self._look_at(row.name))
        card.follow_wanted.connect(lambda network: self._want(row.name, Purpose.FOLLOW, network))
        card.unfollow_wanted.connect(lambda network: self._unfollow(row.name, network))
        card.export_wanted.connect(lambda: self._export(row.name, is_signed=False))
        card.signing_wanted.connect(lambda: self._export(row.name, is_signed=True))
        card.deletion_wanted.connect(lambda: self._delete(row.name))
        card.comparison_wanted.connect(lambda other: self._compare(row.name, other))
        return card

    @property
    def _paths(self) -> list[PathInfo]:
        return self._session.frame.paths if self._session.frame else []

    # Opening files

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped_file(event) is not None:
            event.acceptProposedAction()
            self._veil.cover()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        super().dragLeaveEvent(event)
        self._veil.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._veil.hide()
        file = _dropped_file(event)
        if file is not None:
            event.acceptProposedAction()
            self.open_file(file)

    def open_file(self, file: Path) -> None:
        """Show what the profile in a file would change; nothing is changed by that."""
        self.trouble.hide()
        self._start(self._open(file), tr("Opening {file} failed", file=file.name))

    async def _open(self, file: Path) -> None:
        try:
            text = await in_thread(lambda: _text_in(file))
            review = _Review(
                purpose=Purpose.IMPORT,
                name="",
                text=text,
                source=str(file),
                signature=standing_of(text, trusted_signers()),
            )
        except InvalidValueError as error:
            self._leave_review()
            self.trouble.show_text(
                tr("{reason}.\nNothing has been changed. Mend the file and open it again.", reason=str(error))
            )
            return
        await self._review(review, MergeMode.REPLACE)

    def _choose_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, tr("Import a profile"), "", self._filter())
        if name:
            self.open_file(Path(name))

    def _filter(self) -> str:
        return f"{tr('Profiles')} ({_FILES});;{tr('All files')} (*)"

    # Looking before doing

    async def _review(self, review: _Review, mode: MergeMode) -> None:
        preview = await self.shelf.preview(review.text, mode)
        name = review.name or preview.name
        headings = {
            Purpose.IMPORT: tr("Import “{name}”?", name=name),
            Purpose.ACTIVATE: tr("Activate “{name}”?", name=title_of(name)),
            Purpose.FOLLOW: tr(
                "Use “{name}” with {network}?", name=name, network=network_words(review.network, self._paths)
            ),
        }
        self._reviewed = review
        self.review.mode.choose(mode)
        self.review.show_review(
            review.purpose,
            heading=headings[review.purpose],
            source=review.source,
            name=name if _can_be_named(name) else "",
            text=review.text,
            shown=preview_words(preview, review.text, self._paths),
            signature=review.signature,
        )
        self._turn_to_review()

    def _turn_to_review(self) -> None:
        self._stack.setCurrentWidget(self.review)
        self.review.cancel.setFocus()

    def _compare(self, one: str, other: str) -> None:
        self._start(self._review_comparison(one, other), tr("Comparing the profiles failed"))

    async def _review_comparison(self, one: str, other: str) -> None:
        """What becomes another from one profile to another, as they are written."""
        before, after = await self.shelf.text(one), await self.shelf.text(other)
        changes = ProfileChanges(name=other, changes=differences(before, after))
        self._reviewed = None
        self.review.show_review(
            Purpose.COMPARE,
            heading=tr("From “{one}” to “{other}”", one=title_of(one), other=title_of(other)),
            source="",
            name=other,
            text=after,
            shown=preview_words(changes, after, self._paths),
            signature=standing_of(after, trusted_signers()),
        )
        self._turn_to_review()

    def _change_mode(self, mode: MergeMode) -> None:
        if self._reviewed is not None:
            self.review.wait_for(mode)
            self._start(self._review(self._reviewed, mode), tr("Previewing the profile failed"))

    def _leave_review(self) -> None:
        self._reviewed = None
        self._stack.setCurrentIndex(0)

    def _look_at(self, name: str) -> None:
        self._start(self._review_stored(name, Purpose.ACTIVATE), tr("Reading the profile failed"))

    async def _review_stored(self, name: str, purpose: Purpose, network: str = "") -> None:
        await self._review(await self._stored(name, purpose, network), MergeMode.REPLACE)

    async def _stored(self, name: str, purpose: Purpose, network: str) -> _Review:
        text = await self.shelf.text(name)
        signature = standing_of(text, trusted_signers())
        return _Review(purpose=purpose, name=name, text=text, source="", signature=signature, network=network)

    def _want(self, name: str, purpose: Purpose, network: str = "") -> None:
        """Do it at once where it widens no rights, else show what it would change first."""
        attempts = {
            Purpose.ACTIVATE: tr("Activating {profile} failed", profile=title_of(name)),
            Purpose.FOLLOW: tr("Having {profile} follow a network failed", profile=name),
        }
        self._start(self._do_or_review(name, purpose, network), attempts[purpose])

    async def _do_or_review(self, name: str, purpose: Purpose, network: str) -> None:
        review = await self._stored(name, purpose, network)
        preview = await self.shelf.preview(review.text, MergeMode.REPLACE)
        if any(each.widens_rights for each in preview.changes):
            await self._review(review, MergeMode.REPLACE)
        else:
            self._do(review)

    def _confirm(self, *, is_activated: bool) -> None:
        review = self._reviewed
        if review is None:
            return
        if review.purpose is Purpose.IMPORT:
            self._import(review, is_activated=is_activated)
        else:
            self._do(review)
        self._leave_review()

    def _do(self, review: _Review) -> None:
        if review.purpose is Purpose.FOLLOW:
            self._follow(review.name, review.network)
        else:
            self._activate(review.name)

    # Doing

    def _import(self, review: _Review, *, is_activated: bool) -> None:
        try:
            name = profile_name(self.review.name.text().strip())
        except InvalidValueError as error:
            self.trouble.show_text(tr("{reason}.\nNothing has been changed.", reason=str(error)))
            return
        mode = self.review.mode.choice or MergeMode.REPLACE
        done = (
            tr("{profile} is active now", profile=name)
            if is_activated
            else tr("{profile} is kept, and not active yet", profile=name)
        )
        self._change(
            lambda: self.shelf.take_in(name, review.text, mode, is_activated=is_activated),
            attempt=tr("Importing {profile} failed", profile=name),
            done=done,
        )

    def _activate(self, name: str) -> None:
        self._change(
            lambda: self.shelf.activate(name),
            attempt=tr("Activating {profile} failed", profile=title_of(name)),
            done=tr("{profile} is active now", profile=title_of(name)),
        )

    def _let_networks_choose(self) -> None:
        self._change(
            self.shelf.let_networks_choose,
            attempt=tr("Letting the networks choose failed"),
            done=tr("The networks in use choose the profile from now on"),
        )

    def _follow(self, name: str, network: str) -> None:
        where = network_words(network, self._paths)
        self._change(
            lambda: self.shelf.follow(network, name),
            attempt=tr("Having {profile} follow a network failed", profile=name),
            done=tr("{profile} is used with {network}", profile=name, network=where),
        )

    def _unfollow(self, name: str, network: str) -> None:
        where = network_words(network, self._paths)
        self._change(
            lambda: self.shelf.follow(network, ""),
            attempt=tr("Changing what {profile} follows failed", profile=name),
            done=tr("{profile} is no longer used with {network}", profile=name, network=where),
        )

    def _delete(self, name: str) -> None:
        self._change(
            lambda: self.shelf.delete(name),
            attempt=tr("Deleting {profile} failed", profile=name),
            done=tr("{profile} is deleted; what you decided stays", profile=name),
        )

    def _change(self, change: Callable[[], Coroutine[Any, Any, Undo]], *, attempt: str, done: str) -> None:
        back: list[Undo] = []

        async def make() -> None:
            try:
                back[:] = [await change()]
            finally:
                self._show_rows()

        def undo() -> None:
            self._start(_run(back[0]), tr("Undo failed"))

        self._changes.start(make, attempt=attempt, done=done, undo=undo)

    def _start(self, work: Coroutine[Any, Any, None], attempt: str) -> None:
        self._tasks.start(work, attempt=attempt)

    # Keeping what holds

    def _ask_for_name(self) -> None:
        active = self.shelf.active
        wanted = active.name if active is not None else tr("My profile")
        self.new_name.setText(wanted if active is not None and active.changed else free_name(wanted, self.shelf.names))
        self._naming.show()
        self.new_name.selectAll()
        self.new_name.setFocus()

    def _explain_name(self) -> None:
        name = self.new_name.text().strip()
        try:
            profile_name(name)
        except InvalidValueError:
            hint = tr("A name has letters, digits, spaces, dots, dashes and underscores.") if name else ""
        else:
            hint = tr("It takes the place of the stored one.") if name in self.shelf.names else ""
        self._new_name_hint.setText(hint)

    def _save(self) -> None:
        name = self.new_name.text().strip()
        if not _can_be_named(name):
            return

        async def save() -> Undo:
            return await self.shelf.store(name, await self.shelf.current(name))

        self._naming.hide()
        self._change(
            save,
            attempt=tr("Saving {profile} failed", profile=name),
            done=tr("Your current decisions are kept as {profile}", profile=name),
        )

    # Writing files

    def _export_menu(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        colour = self._look.colours.text
        menu.addAction(icons.icon("export", colour), tr("Export …"), lambda: self._export("", is_signed=False))
        menu.addAction(icons.icon("person", colour), tr("Sign and export …"), lambda: self._export("", is_signed=True))
        menu.popup(self.export_button.mapToGlobal(self.export_button.rect().bottomLeft()))

    def _export(self, name: str, *, is_signed: bool) -> None:
        """Ask for a file and write a stored profile to it; an empty name is what holds now."""
        proposed = f"{name or tr('profile')}{_SUFFIX}"
        chosen, _ = QFileDialog.getSaveFileName(self, tr("Export a profile"), proposed, self._filter())
        if chosen:
            file = Path(chosen) if Path(chosen).suffix else Path(chosen + _SUFFIX)
            self._start(self.write(file, name, is_signed=is_signed), tr("Writing {file} failed", file=file.name))

    async def write(self, file: Path, name: str, *, is_signed: bool) -> None:
        """Write a stored profile, or what holds now, to a file, and say who has signed it."""
        text = await (self.shelf.text(name) if name else self.shelf.current(_name_in(file)))
        told = tr("Written to {file}", file=file.name)
        if is_signed:
            signed = await in_thread(lambda: sign_as_user(text))
            text, place = signed.text, signed.key.place
            told = (
                tr("Written to {file} and signed with a new key, kept in {place}", file=file.name, place=place)
                if signed.is_new_key
                else tr("Written to {file} and signed with your key", file=file.name)
            )
        write_profile_file(file, text)
        self._snackbar.show_text(told, None)

    # Whom to believe

    def _trust(self, key: str, signer: str) -> None:
        async def trust() -> None:
            trusted_signers().trust(key, signer)
            await self._judge_again()

        async def forget() -> None:
            trusted_signers().forget(signer)
            await self._judge_again()

        self._changes.start(
            trust,
            attempt=tr("Trusting the signer failed"),
            done=tr("You trust what {signer} signs", signer=signer),
            undo=lambda: self._start(forget(), tr("Undo failed")),
        )

    def _forget(self, signer: str) -> None:
        keys: list[str] = []

        async def forget() -> None:
            keys[:] = [trusted_signers().forget(signer).key]
            await self._judge_again()

        async def trust() -> None:
            trusted_signers().trust(keys[0], signer)
            await self._judge_again()

        self._changes.start(
            forget,
            attempt=tr("Changing whom you trust failed"),
            done=tr("You no longer trust what {signer} signs", signer=signer),
            undo=lambda: self._start(trust(), tr("Undo failed")),
        )

    async def _judge_again(self) -> None:
        """Other signers are trusted now."""
        self._show_signers()
        if self._reviewed is not None:
            again = replace(self._reviewed, signature=standing_of(self._reviewed.text, trusted_signers()))
            await self._review(again, self.review.mode.choice or MergeMode.REPLACE)

    async def _copy_key(self) -> None:
        own = await in_thread(key_store().find)
        if own is None:
            self.signers.show_key(tr("You have no key yet: it is made when you first sign a profile."))
            return
        QGuiApplication.clipboard().setText(own.public)
        self.signers.show_key(
            tr("Your key {fingerprint}, kept in {place}", fingerprint=fingerprint(own.public), place=own.place)
        )
        self._snackbar.show_text(tr("Your public key is copied"), None)

    # Building

    def _build(self) -> None:
        self.setAcceptDrops(True)
        heading_font(self._look, self._headline)
        self._headline.setWordWrap(True)
        page = QWidget()
        page.setObjectName("page")
        column = QVBoxLayout(page)
        column.setContentsMargins(3 * GRID, GRID, 3 * GRID, 3 * GRID)
        column.setSpacing(2 * GRID)
        head = QVBoxLayout()
        head.setSpacing(GRID // 2)
        head.addWidget(self._headline)
        head.addWidget(self._explanation)
        column.addLayout(head)
        column.addLayout(self._buttons())
        for widget in (self.trouble, self.by_hand, self._naming):
            column.addWidget(widget)
        self._fill_naming()
        self._list.setSpacing(GRID)
        listed = QWidget()
        below = QVBoxLayout(listed)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(2 * GRID)
        below.addLayout(self._list)
        below.addWidget(self.signers)
        below.addStretch()
        self._empty.show_text(
            tr("No profiles yet"),
            tr(
                "A profile is all that you have decided: trust, when paths are used, rules of applications.\n"
                "Save your current decisions, or drop a profile file here to see what it would change."
            ),
        )
        self._body.addWidget(listed)
        self._body.addWidget(self._empty)
        column.addWidget(self._body, 1)
        area = QScrollArea()
        area.setAccessibleName(tr("Profiles"))
        area.setWidget(page)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._stack.addWidget(area)
        self._stack.addWidget(self.review)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GRID)
        self.save_button.setToolTip(tr("Keep what you have decided until now under a name"))
        self.export_button.setToolTip(tr("Write what you have decided until now to a file"))
        self.import_button.setToolTip(tr("Or drop a file anywhere on this page"))
        for button in (self.save_button, self.import_button, self.export_button):
            row.addWidget(button)
        row.addStretch()
        return row

    def _fill_naming(self) -> None:
        column = card_column(self._naming)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        label = Label(tr("Save as"))
        label.setBuddy(self.new_name)
        self.new_name.setAccessibleName(tr("Name of the new profile"))
        self.new_name.setMaximumWidth(280)
        self.new_name.setAcceptDrops(False)  # files are dropped on the page
        save, cancel = QPushButton(tr("Save")), QPushButton(tr("Cancel"))
        save.setProperty("role", "primary")
        save.clicked.connect(self._save)
        cancel.clicked.connect(self._naming.hide)
        for widget in (label, self.new_name, save, cancel):
            row.addWidget(widget)
        row.addWidget(self._new_name_hint, 1)
        column.addLayout(row)
        self._naming.hide()

    def _connect(self) -> None:
        self.import_button.clicked.connect(self._choose_file)
        self.save_button.clicked.connect(self._ask_for_name)
        self.export_button.clicked.connect(self._export_menu)
        self.new_name.textChanged.connect(self._explain_name)
        self.new_name.returnPressed.connect(self._save)
        self.shelf.changed.connect(self._show_rows)
        self.review.cancelled.connect(self._leave_review)
        self.review.keeping_wanted.connect(lambda: self._confirm(is_activated=False))
        self.review.use_wanted.connect(lambda: self._confirm(is_activated=True))
        self.review.mode_chosen.connect(self._change_mode)
        self.review.trust_wanted.connect(self._trust)
        self.signers.forgetting_wanted.connect(self._forget)
        self.signers.key_wanted.connect(lambda: self._start(self._copy_key(), tr("Reading your key failed")))
        self._session.frame_taken.connect(self._look_again)
        self._session.contact_changed.connect(self._look_again)
        self._look.changed.connect(self._recolour)

    def _recolour(self) -> None:
        colour = self._look.colours.text
        named = {"import": self.import_button, "save": self.save_button, "export": self.export_button}
        for name, button in named.items():
            button.setIcon(icons.icon(name, colour))


async def _run(undo: Undo) -> None:
    await undo()


def _text_in(file: Path) -> str:
    """The text of a profile in a regular file: others might never end.

    Raises:
        InvalidValueError: it is none, cannot be read, or is no profile.
    """
    if file.exists() and not file.is_file():
        raise InvalidValueError(f"{file}: it is no file")
    return read_profile_file(file)


def _dropped_file(event: QDropEvent) -> Path | None:
    urls = event.mimeData().urls()
    return Path(urls[0].toLocalFile()) if urls and urls[0].isLocalFile() else None


def _can_be_named(text: str) -> bool:
    try:
        profile_name(text)
    except InvalidValueError:
        return False
    return True


def _name_in(file: Path) -> str:
    """How a profile is called that goes to a file; of one whose name cannot be used, simply so."""
    return file.stem if _can_be_named(file.stem) else tr("profile")
