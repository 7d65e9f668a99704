"""What the Live page's inspector shows and does, for the row that is current."""

import asyncio
from collections.abc import Hashable, Sequence

from mpmanager.api.structures import ConnectionInfo, PolicyInfo, PolicyQuery, TrustInfo
from mpmanager.model.errors import MpmanagerError
from mpmanager_ui.changes import Changes
from mpmanager_ui.session import Session
from mpmanager_ui.tasks import TaskRunner
from mpmanager_ui.viewmodels.inspector import connection_of, details_of, why_sentences
from mpmanager_ui.viewmodels.lateness import Titles
from mpmanager_ui.viewmodels.live_rows import RowKind
from mpmanager_ui.viewmodels.live_tree import Node
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.viewmodels.waits import WaitSetting
from mpmanager_ui.widgets.inspector import Inspector

_PAUSE_S = 0.1
"""Who walks through the rows by keyboard asks of none of them but the last."""


class Inspection:
    """Asks the daemon for the rules about a row when it becomes current, and when rules have changed."""

    def __init__(self, session: Session, tasks: TaskRunner, changes: Changes, inspector: Inspector) -> None:
        self._session = session
        self._tasks = tasks
        self._changes = changes
        self._inspector = inspector
        self._path: tuple[Hashable, ...] = ()
        """Keys of the row that is shown."""
        self._rules: Sequence[PolicyInfo] = ()
        self._trust: TrustInfo | None = None
        self._refusal = ""
        self._is_due = asyncio.Event()
        inspector.hold_wanted.connect(lambda token, held: self._hold(token, held=held))
        session.waits_changed.connect(self._is_due.set)
        session.contact_changed.connect(self._is_due.set)  # enforcing may be paused now, or no more

    def show_nothing(self) -> None:
        """No row is current."""
        self._path = ()
        self._inspector.show_nothing()

    def show(self, node: Node, setting: WaitSetting | None, titles: Titles, proof: str) -> None:
        """Show a row as it is now; `proof` says of an application what was promised, and what came of it."""
        path = node.path()
        connection = connection_of(self._session.frame, path)
        if path != self._path:
            self._path = path
            self._rules, self._trust, self._refusal = (), None, ""
            self._is_due.set()
        token = connection.token if connection is not None else None
        self._inspector.show_details(details_of(node, setting, titles, connection, proof=proof), token)
        self._show_why(connection)

    def _show_why(self, connection: ConnectionInfo | None) -> None:
        sentences = why_sentences(connection, self._session.frame, self._trust, self._rules, self._session.titles)
        self._inspector.show_why([*sentences, *([self._refusal] if self._refusal else [])])

    async def run(self) -> None:
        """Ask whenever there is something to ask, until cancelled."""
        while True:
            await self._is_due.wait()
            await asyncio.sleep(_PAUSE_S)
            self._is_due.clear()
            if self._path and self._inspector.isVisible():
                await self._ask(self._path)

    async def _ask(self, path: tuple[Hashable, ...]) -> None:
        """What cannot be told (of others' connections, or without the daemon) is no failure of the page."""
        connection = connection_of(self._session.frame, path)
        is_application = len(path) == RowKind.APPLICATION + 1
        if connection is None and not is_application:
            return
        query = PolicyQuery(app=str(path[0])) if connection is None else PolicyQuery(token=connection.token)
        try:
            client = self._session.reached()
            rules, trust = await client.explain_policies(query), await client.trust()
        except MpmanagerError as error:
            rules, trust, refusal = [], None, str(error)
        else:
            refusal = ""
        if path == self._path:
            self._rules, self._trust, self._refusal = rules, trust, refusal
            self._show_why(connection)

    def _hold(self, token: str, *, held: bool) -> None:
        async def change() -> None:
            await self._session.reached().hold_connection(token, held=held)

        self._changes.start(
            change,
            attempt=tr("Holding the connection to trusted paths failed"),
            done=tr("It keeps to trusted paths now") if held else tr("It may use all paths again"),
            undo=lambda: self._hold(token, held=not held),
        )
