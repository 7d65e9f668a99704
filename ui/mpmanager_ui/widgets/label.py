"""Text from outside, such as a network's name, shown as it is: Qt would take some of it for HTML."""

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel


class Label(QLabel):
    """A label of plain text."""

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    def set_role(self, role: str) -> None:
        """Look as the style sheet says for this role; empty for plain text."""
        if self.property("role") != role:
            self.setProperty("role", role)
            self.style().unpolish(self)
            self.style().polish(self)


def plain_tip(text: str) -> str:
    """A tool tip that shows the text as it is, line breaks included."""
    return f'<p style="white-space: pre-wrap">{escape(text)}</p>'
