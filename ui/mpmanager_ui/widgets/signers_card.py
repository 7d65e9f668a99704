"""Whose signatures under profiles this user trusts, and the key with which this user signs."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from mpmanager.client.signing import SignerEntry, fingerprint
from mpmanager_ui.look.look import GRID, Look
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.widgets.cards import card_column, clear, title, words
from mpmanager_ui.widgets.label import Label


class SignersCard(QFrame):
    """Tells what a person wants; the page does it."""

    forgetting_wanted = Signal(str)
    """The name of a signer."""
    key_wanted = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        column = card_column(self)
        column.addWidget(title(look, tr("Signatures")))
        self._signers = QVBoxLayout()
        self._signers.setSpacing(GRID // 2)
        column.addLayout(self._signers)
        self._own = words(tr("Others trust what you sign when they know your key."), "muted")
        self.key_button = QPushButton(tr("Copy your key"))
        self.key_button.clicked.connect(self.key_wanted)
        column.addLayout(_row(self._own, self.key_button))

    def show_signers(self, entries: Sequence[SignerEntry]) -> None:
        """Those whom this user trusts."""
        clear(self._signers)
        if not entries:
            hint = tr("You trust no signer yet: open a signed profile, and say there that you do.")
            self._signers.addWidget(words(hint, "muted"))
        for entry in entries:
            self._signers.addWidget(self._signer(entry))

    def show_key(self, text: str) -> None:
        """What is known of this user's own key."""
        self._own.setText(text)

    def _signer(self, entry: SignerEntry) -> QFrame:
        frame = QFrame()
        name = Label(entry.name)
        name.setFont(self._look.font(is_bold=True))
        forget = QPushButton(tr("Forget"))
        forget.setAccessibleName(tr("Trust {signer} no longer", signer=entry.name))
        forget.clicked.connect(lambda: self.forgetting_wanted.emit(entry.name))
        column = QVBoxLayout(frame)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(name)
        column.addLayout(_row(words(fingerprint(entry.key), "muted"), forget))
        return frame


def _row(text: Label, button: QPushButton) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(2 * GRID)
    row.addWidget(text, 1)
    row.addWidget(button)
    return row
