"""Changes that take effect at once: made in a task, told in the snackbar, with Undo."""

from collections.abc import Callable, Coroutine
from typing import Any

from mpmanager_ui.tasks import TaskRunner
from mpmanager_ui.widgets.snackbar import Snackbar

Change = Callable[[], Coroutine[Any, Any, None]]


class Changes:
    """Starts changes; one that fails is reported, with the offer to try again."""

    def __init__(self, tasks: TaskRunner, snackbar: Snackbar) -> None:
        self._tasks = tasks
        self._snackbar = snackbar

    def start(self, change: Change, *, attempt: str, done: str, undo: Callable[[], None]) -> None:
        """Make a change; `attempt` is what to say when it fails, `done` when it has been made."""

        async def change_and_tell() -> None:
            await change()
            self._snackbar.show_text(done, undo)

        self._tasks.start(
            change_and_tell(),
            attempt=attempt,
            retry=lambda: self.start(change, attempt=attempt, done=done, undo=undo),
        )
