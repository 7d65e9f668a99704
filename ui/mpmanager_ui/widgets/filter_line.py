"""The field of the filter, which completes what is typed."""

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QLineEdit

from mpmanager_ui.viewmodels.live_filter import Known, completions
from mpmanager_ui.viewmodels.translation import tr


class FilterLine(QLineEdit):
    """Offers keys while one is typed, then their values. Escape empties it."""

    completion_wanted = Signal()
    """Somebody types: `know` what there is."""

    def __init__(self) -> None:
        super().__init__()
        self._known = Known()
        self._offers = QStringListModel(self)
        self._completer = QCompleter(self._offers, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setCompleter(self._completer)
        self.setPlaceholderText(tr("Filter: words, or app:\N{HORIZONTAL ELLIPSIS} path: host: state:late"))
        self.setAccessibleName(tr("Filter"))
        self.setClearButtonEnabled(True)
        self.textEdited.connect(self._offer)

    def know(self, known: Known) -> None:
        """These are there to choose from."""
        self._known = known

    def offers(self) -> list[str]:
        """What is offered at the moment."""
        return self._offers.stringList()

    def _offer(self, text: str) -> None:
        self.completion_wanted.emit()
        self._offers.setStringList(completions(text, self._known))
