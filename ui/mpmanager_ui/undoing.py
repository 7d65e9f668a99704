"""Takes changes back and makes them again, by the daemon's journal, from wherever a person asks for it."""

from collections.abc import Sequence

from mpmanager.api.structures import ChangeInfo
from mpmanager.model.errors import UnknownChangeError
from mpmanager_ui.session import Session
from mpmanager_ui.tasks import TaskRunner
from mpmanager_ui.viewmodels.change_rows import change_text
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.widgets.snackbar import Snackbar

LAST = 0


class Undoing:
    """Every method starts a task; what it has done is told in the snackbar, with the way back."""

    def __init__(self, session: Session, tasks: TaskRunner, snackbar: Snackbar) -> None:
        self._session = session
        self._tasks = tasks
        self._snackbar = snackbar

    def undo(self, change: int = LAST, *, with_later: bool = False) -> None:
        """Take a change back, the last one if none is named."""
        self._tasks.start(
            self._undo(change, with_later=with_later),
            attempt=tr("Taking a change back failed"),
            retry=lambda: self.undo(change, with_later=with_later),
        )

    def redo(self, changes: Sequence[int] = (LAST,)) -> None:
        """Make changes again in this order, the one that was taken back last if none is named."""
        self._tasks.start(
            self._redo(changes), attempt=tr("Making a change again failed"), retry=lambda: self.redo(changes)
        )

    def keep(self, change: int) -> None:
        """Have a change stay that would go by itself."""
        self._tasks.start(self._keep(change), attempt=tr("Keeping a change failed"), retry=lambda: self.keep(change))

    async def _undo(self, change: int, *, with_later: bool) -> None:
        try:
            gone = await self._session.reached().undo_change(change, with_later=with_later)
        except UnknownChangeError:
            if change != LAST:
                raise
            self._snackbar.show_text(tr("There is nothing to take back"), None)
            return
        back = [each.id for each in reversed(gone)]
        self._snackbar.show_text(tr("Taken back: {change}", change=self._words(gone[-1])), lambda: self.redo(back))
        await self._session.look_at_changes()

    async def _redo(self, changes: Sequence[int]) -> None:
        made: list[ChangeInfo] = []
        try:
            for each in changes:
                made += await self._session.reached().redo_change(each)
        except UnknownChangeError:
            if changes != (LAST,):
                raise
            self._snackbar.show_text(tr("There is nothing to make again"), None)
            return
        first = made[0].id
        self._snackbar.show_text(
            tr("Made again: {change}", change=self._words(made[0])),
            lambda: self.undo(first, with_later=len(made) > 1),
        )
        await self._session.look_at_changes()

    async def _keep(self, change: int) -> None:
        await self._session.reached().keep_change(change)
        await self._session.look_at_changes()

    def _words(self, change: ChangeInfo) -> str:
        return change_text(change, self._session.titles)
