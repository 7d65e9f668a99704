"""A few choices side by side, one of which is so; they take more rows where there is no room."""

from collections.abc import Hashable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QLayout, QLayoutItem, QPushButton, QSizePolicy, QWidget

from mpmanager_ui.look.look import GRID
from mpmanager_ui.widgets.label import plain_tip

ValueT = TypeVar("ValueT", bound=Hashable | None)


class FlowLayout(QLayout):
    """From left to right, and on in the next row."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._lay_out(QRect(0, 0, width, 0), is_trial=True)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._lay_out(rect, is_trial=False)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _lay_out(self, rect: QRect, *, is_trial: bool) -> int:
        left, top, height = rect.left(), rect.top(), 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint()
            if left > rect.left() and left + size.width() > rect.right() + 1:
                left, top = rect.left(), top + height + GRID
                height = 0
            if not is_trial:
                item.setGeometry(QRect(left, top, size.width(), size.height()))
            left += size.width() + GRID
            height = max(height, size.height())
        return top + height - rect.top()


class ChoiceRow(QWidget, Generic[ValueT]):
    """Arrows go from one to the next, as in any group of buttons."""

    wanted = Signal(object)
    """The value of another choice, made by a person."""

    def __init__(self, name: str, choices: Sequence[tuple[ValueT, str, str]]) -> None:
        """`choices` are values with their words and what they mean."""
        super().__init__()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.buttons: dict[ValueT, QPushButton] = {}
        self._group = QButtonGroup(self)
        self._value: ValueT | None = None
        flow = FlowLayout(self)
        for value, words, meaning in choices:
            button = QPushButton(words.replace("&", "&&"))
            button.setCheckable(True)
            button.setToolTip(plain_tip(meaning) if meaning else "")
            button.setAccessibleName(f"{name}: {words}")
            button.setAccessibleDescription(meaning)
            button.clicked.connect(lambda _checked=False, wanted=value: self._want(wanted))
            self._group.addButton(button)
            self.buttons[value] = button
            flow.addWidget(button)

    def show_choice(self, value: ValueT | None, *, is_known: bool = True) -> None:
        """Mark this one; none where it is not known."""
        self._value = value
        chosen = self.buttons.get(value) if is_known and (value is not None or value in self.buttons) else None
        self._group.setExclusive(False)
        for button in self.buttons.values():
            button.setChecked(button is chosen)
        self._group.setExclusive(True)

    def _want(self, value: ValueT) -> None:
        self.wanted.emit(value)
