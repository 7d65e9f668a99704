"""Coroutines that belong to a widget: they end with it, and what goes wrong in them is told."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject

from mpmanager.model.errors import MpmanagerError

logger = logging.getLogger(__name__)

Retry = Callable[[], None]

Report = Callable[[MpmanagerError, str, Retry | None], None]
"""Takes an error, what was attempted, and how to attempt it again if that makes sense."""


class TaskRunner:
    """Runs the coroutines of one owner; the only place in the window that catches everything."""

    def __init__(self, owner: QObject, report: Report) -> None:
        self._report = report
        self._tasks: set[asyncio.Task[None]] = set()
        owner.destroyed.connect(self.cancel)

    def start(
        self, coroutine: Coroutine[Any, Any, None], *, attempt: str, retry: Retry | None = None
    ) -> asyncio.Task[None]:
        """Begin a coroutine; `attempt` is the sentence to say when it fails, such as "Moving LTE failed"."""
        task = asyncio.get_running_loop().create_task(self._guard(coroutine, attempt, retry), name=attempt)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _task: coroutine.close())  # one that was cancelled before it began never ran
        return task

    def cancel(self) -> None:
        """End all that still runs."""
        for task in list(self._tasks):
            task.cancel()

    async def finish(self) -> None:
        """End all that still runs and wait until it has ended."""
        tasks = list(self._tasks)
        self.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _guard(self, coroutine: Coroutine[Any, Any, None], attempt: str, retry: Retry | None) -> None:
        try:
            await coroutine
        except MpmanagerError as error:
            self._report(error, attempt, retry)
        except Exception as error:  # a fault of ours must neither end the window nor pass in silence
            logger.exception(attempt)
            self._report(MpmanagerError(f"{type(error).__name__}: {error}"), attempt, retry)
