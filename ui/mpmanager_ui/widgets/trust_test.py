"""The proof of trust, run as a program of its own: it needs root, which the window never has."""

import os
import shutil
import sys
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, Signal

from mpmanager.api.bus import Bus
from mpmanager_ui.viewmodels.diagnostics import Mood, TrustTestResult, trust_test_command, trust_test_result
from mpmanager_ui.viewmodels.translation import tr

_END_MS = 3000


class TrustTest(QObject):
    """One proof at a time. `done` is emitted once for each `begin`."""

    done = Signal(TrustTestResult)

    def __init__(self, bus: Bus, parent: QObject, *, mpm: Path | None = None) -> None:
        super().__init__(parent)
        self._bus = bus
        self._mpm = mpm or Path(sys.argv[0]).absolute().with_name("mpm")
        self._process = QProcess(self)
        self._command: list[str] = []
        self._process.finished.connect(self._tell)
        self._process.errorOccurred.connect(self._tell_failure)

    @property
    def is_running(self) -> bool:
        """Whether a proof is under way."""
        return self._process.state() is not QProcess.ProcessState.NotRunning

    def begin(self) -> None:
        """Start it, asking for root by the desktop's dialogue where there is one."""
        self._command = trust_test_command(
            self._mpm, str(self._bus), is_root=os.geteuid() == 0, pkexec=shutil.which("pkexec")
        )
        self._process.start(self._command[0], self._command[1:])

    def end(self) -> None:
        """End it, if it runs; it cleans up what it made."""
        if self.is_running:
            self._process.blockSignals(True)  # noqa: FBT003  # Qt's
            self._process.terminate()
            self._process.waitForFinished(_END_MS)

    def _tell(self, exit_code: int) -> None:
        output = bytes(self._process.readAllStandardOutput().data())
        errors = bytes(self._process.readAllStandardError().data()).decode(errors="replace")
        self.done.emit(trust_test_result(self._command, exit_code, output, errors))

    def _tell_failure(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            text = tr("Not proven: {program} could not be started.", program=self._command[0])
            self.done.emit(TrustTestResult(text=text, mood=Mood.DOUBTFUL))
