"""Watches the data of connections under a policy many times a second, and has late data helped."""

import asyncio
import logging
import os
import pathlib
from collections.abc import Callable, Collection
from contextlib import suppress

from mpmanager.api.policy_rules import wait_ms
from mpmanager.api.structures import EventKind
from mpmanager.core.expirations import Expirations, Move
from mpmanager.core.findings import Happening, Report
from mpmanager.core.help_record import HelpRecord
from mpmanager.core.ledger import ConnectionAccount
from mpmanager.daemon.connection_keeper import ConnectionKeeper
from mpmanager.daemon.journal import Journal
from mpmanager.daemon.world import World
from mpmanager.model.errors import CommandRefusedError
from mpmanager.model.expiration import ExpirationReason, ExpirationState
from mpmanager.model.names import LinkName, Token
from mpmanager.model.path import Path
from mpmanager.model.trust import Hold

_log = logging.getLogger(__name__)

_NICENESS = -11
"""Of the whole daemon while it watches: 30 to 60 ms are lost otherwise when the processors are busy (measured)."""
_AUTOGROUP = pathlib.Path("/proc/self/autogroup")
_REST_S = 0.1
"""Before the kernel is asked again that did not answer."""
_CHOOSE_EVERY_S = 0.05
"""The shortest time between two choices of whom to watch: connections may come and go in hundreds."""
_CHOICE_REST, _LONGEST_CHOICE_REST_S = 4.0, 0.5
"""Rest after a choice by its duration: among ten thousand connections it takes tens of milliseconds."""
_MS_PER_S = 1000.0

_REASON_WORDS = {
    ExpirationReason.SILENT: "{path} answers nothing",
    ExpirationReason.HOLE: "what {path} has lost does not get through",
    ExpirationReason.PROBE_UNANSWERED: "nothing comes over {path}, and it does not answer",
    ExpirationReason.FOUND_BY_OTHERS: "nothing comes over {path}, and another connection has found it dead",
    ExpirationReason.MARKED: "much of what {path} delivers carries congestion marks",
    ExpirationReason.LOSSY: "{path} loses much",
}


class ExpirationKeeper:
    """The connections whose late data is helped. `run` it in the event loop of the connections."""

    def __init__(
        self, world: World, connections: ConnectionKeeper, *, journal: Journal, clock: Callable[[], float]
    ) -> None:
        self._world = world
        self._connections = connections
        self._journal = journal
        self._clock = clock
        self._core = Expirations()
        self._is_stirred = True
        self._next_choice = 0.0
        self._is_idle = False
        self._timer: asyncio.Handle | None = None
        self._failure: asyncio.Future[None]
        self._cost_s = 0.0
        self._due: float | None = None
        self._helped: dict[tuple[Token, LinkName], int] = {}
        """What a helper had carried of a connection when it was opened."""
        self._record = HelpRecord()

    def stir(self) -> None:
        """Connections, their subflows or their policies have become others."""
        self._is_stirred = True
        if self._is_idle:
            self._is_idle = False
            self._timer = asyncio.get_running_loop().call_soon(self._tick)

    def heed(self, account: ConnectionAccount) -> None:
        """The program has asked for another wait: at once, whatever `stir` waits for."""
        is_watched = account.token in self._core.tokens
        if self._is_worth_watching(account, is_watched=is_watched):
            self._watch(account, self._clock())
        elif is_watched:
            self._forget(account.token)
        self.stir()

    def set_paths(self, paths: Collection[Path]) -> None:
        """The network is another now."""
        self._core.set_paths(paths)
        self.stir()

    def note_join(self, token: Token, path: LinkName | None, is_probe: bool) -> None:  # noqa: FBT001  # see `Joined`
        """A subflow was answered, or refused, which is an answer too."""
        if path is not None:
            self._core.note_join(token, path, self._clock())
        if is_probe:
            self._core.note_probe_answer(token)

    async def run(self) -> None:
        """Watch until cancelled."""
        _go_before_others()
        self._failure = asyncio.get_running_loop().create_future()
        self._world.echo.listen(lambda beat: self._core.note_heartbeat(beat, self._clock()))
        try:
            self._tick()
            await self._failure
        finally:
            self._is_idle = False
            if self._timer is not None:
                self._timer.cancel()

    def _tick(self) -> None:
        """Look, and wind the clock again: a timer costs half of what a sleeping task does."""
        try:
            interval_s = self.poll()
        except CommandRefusedError as error:
            _log.warning("%s; trying again", error)
            interval_s = _REST_S
        except Exception as error:  # noqa: BLE001  # for the supervisor of `run`, which a timer has not
            self._failure.set_exception(error)
            return
        self._is_idle = interval_s is None
        self._due = None
        if interval_s is not None:
            loop = asyncio.get_running_loop()
            self._due = self._clock() + interval_s
            self._timer = loop.call_later(interval_s, self._tick)

    def close(self) -> None:
        """Give all connections back what the tiers say."""
        for token in list(self._core.tokens):
            self._forget(token)

    def take_record(self) -> HelpRecord:
        """What late data has led to since the last call, help that goes on included."""
        now = self._clock()
        for token, helper in self._helped:
            account = self._connections.ledger.connection(token)
            if account is not None:
                self._record.advance(token, helper, _carried(account, helper), now=now)
        for token in self._core.tokens:
            self._note_waits(token)
        taken, self._record = self._record, self._record.successor()
        return taken

    def _note_waits(self, token: Token) -> None:
        account = self._connections.ledger.connection(token)
        if account is not None:
            self._record.note_waits(account.key, self._core.take_waits(token))

    def poll(self) -> float | None:
        """Look once at all; returns when to look again, in seconds, or None when there is nothing to look at."""
        now = self._clock()
        if self._is_stirred and now >= self._next_choice:
            self._is_stirred = False
            self._choose(now)
            ended = self._clock()
            rest_s = min((ended - now) * _CHOICE_REST, _LONGEST_CHOICE_REST_S)
            self._next_choice = max(now + _CHOOSE_EVERY_S, ended + rest_s)
        if self._due is not None:
            self._core.note_lag(now - self._due, now)
        self._core.note_behind(is_behind=self._connections.is_behind())
        for beat in self._core.beats(now):
            self._world.echo.send(beat)
        for progress in self._world.connections.progress(self._core.tokens):
            if self._core.take(progress, now):
                self._look(progress.token, now)
        self._cost_s += (self._clock() - now - self._cost_s) / 8
        interval_s = self._core.interval_s(now, cost_s=self._cost_s)
        return _CHOOSE_EVERY_S if interval_s is None and self._is_stirred else interval_s

    def _choose(self, now: float) -> None:
        """Whom to watch: who has a policy, and another path that could help."""
        watched = set(self._core.tokens)
        for account in self._connections.ledger.living():
            if self._is_worth_watching(account, is_watched=account.token in watched):
                watched.discard(account.token)
                self._watch(account, now)
        for token in watched:
            self._forget(token)

    def _watch(self, account: ConnectionAccount, now: float) -> None:
        self._core.watch(account.token, account.policy, is_server_side=account.is_server_side, now=now)
        account.expiration = self._core.view(account.token)

    def _is_worth_watching(self, account: ConnectionAccount, *, is_watched: bool) -> bool:
        if account.policy.is_stock or account.is_fallback or account.protection.hold is Hold.STANDBY:
            return False
        if not self._connections.is_managed(account.token):
            return False
        view = self._core.view(account.token) if is_watched else None
        is_in_trouble = view is not None and view.state is not ExpirationState.PRIMARY
        return is_in_trouble or len(self._connections.standing(account.token)) > 1

    def _forget(self, token: Token) -> None:
        self._note_waits(token)
        for order in self._core.forget(token):
            self._connections.order(order)
        for key in [key for key in self._helped if key[0] == token]:
            self._end_help(token, key[1])
        account = self._connections.ledger.connection(token)
        if account is not None:
            account.expiration = None

    def _look(self, token: Token, now: float) -> None:
        table = self._world.connections
        seen = [
            (each, vitals)
            for each in self._connections.standing(token)
            if (vitals := table.vitals(each.flow, interface_index=each.interface_index)) is not None
        ]
        decision = self._core.judge(token, seen, now)
        for order in decision.orders:
            self._connections.order(order)
        account = self._connections.ledger.connection(token)
        if account is None:
            return
        account.expiration = self._core.view(token)
        for report in decision.reports:
            self._tell(account, report)

    def _tell(self, account: ConnectionAccount, report: Report | Move) -> None:
        if isinstance(report, Move):
            self._tell_move(account, report)
            return
        count = self._connections.ledger.help_of(account)
        match report.happening:
            case Happening.OPENED:
                count.openings += 1
            case Happening.FAILED_OVER:
                count.failovers += 1
            case Happening.STEERED:
                count.detours += 1
            case Happening.RETURNED:
                count.returns += 1
            case Happening.CLOSED | Happening.STEERED_BACK:
                pass
        helper_bytes = self._count_help(account, report)
        count.helper_bytes += helper_bytes or 0
        self._journal.record(
            _KINDS[report.happening],
            f"{account.title}: {_sentence(report, helper_bytes)}",
            path=report.path,
            token=account.token,
            app=account.application.id,
            uid=account.owner_uid,
            helper=report.helper,
            reason=report.reason,
            waited_ms=None if report.waited_s is None else report.waited_s * _MS_PER_S,
            allowed_ms=wait_ms(report.allowed_s),
            helper_bytes=helper_bytes,
            lasted_s=report.lasted_s,
        )

    def _count_help(self, account: ConnectionAccount, report: Report) -> int | None:
        """What the helper has carried since it was opened; None when it has just been opened."""
        if report.helper is None:
            return None
        self._connections.look(account.token)
        volume = _carried(account, report.helper)
        key = (account.token, report.helper)
        if report.happening in _BEGINNINGS:
            self._helped.setdefault(key, volume)
            self._record.begin(
                account.token,
                report.helper,
                account.key,
                volume,
                now=self._clock(),
                waited_s=report.waited_s,
                allowed_s=report.allowed_s,
            )
            return None
        self._record.end(account.token, report.helper, volume, now=self._clock())
        return volume - self._helped.pop(key, volume)

    def _end_help(self, token: Token, helper: LinkName) -> None:
        """Nobody watches the connection any more: what its helper has carried until now was help."""
        before = self._helped.pop((token, helper))
        account = self._connections.ledger.connection(token)
        if account is None:
            return
        volume = _carried(account, helper)
        self._record.end(token, helper, volume, now=self._clock())
        self._connections.ledger.help_of(account).helper_bytes += max(0, volume - before)

    def _tell_move(self, account: ConnectionAccount, move: Move) -> None:
        if not move.is_back:
            self._connections.ledger.help_of(account).moves += 1
        text = (
            "has calmed down and is back on its paths" if move.is_back else f"is a big transfer: moved to {move.path}"
        )
        self._journal.record(
            EventKind.TRANSFER_RETURNED if move.is_back else EventKind.TRANSFER_MOVED,
            f"{account.title}: {account.flow.remote} {text}",
            path=move.path,
            token=account.token,
            app=account.application.id,
            uid=account.owner_uid,
        )


_KINDS = {
    Happening.OPENED: EventKind.BACKUP_OPENED,
    Happening.CLOSED: EventKind.BACKUP_CLOSED,
    Happening.STEERED: EventKind.STEERED,
    Happening.STEERED_BACK: EventKind.STEERED_BACK,
    Happening.FAILED_OVER: EventKind.FAILED_OVER,
    Happening.RETURNED: EventKind.RETURNED,
}
_BEGINNINGS = frozenset({Happening.OPENED, Happening.STEERED, Happening.FAILED_OVER})


def _carried(account: ConnectionAccount, path: LinkName) -> int:
    """Both directions."""
    volume = account.carried().get(path)
    return 0 if volume is None else volume.tx_bytes + volume.rx_bytes


def _sentence(report: Report, helper_bytes: int | None) -> str:
    waited = "" if report.waited_s is None else f"waited {report.waited_s * _MS_PER_S:.0f} ms"
    allowed = f"(allowed {report.allowed_s * _MS_PER_S:.0f} ms)"
    match report.happening:
        case Happening.OPENED:
            return f"{waited} {allowed} because {report.path} is full: {report.helper} opened"
        case Happening.STEERED:
            reason = _REASON_WORDS[report.reason].format(path=report.path)
            return f"{reason}: {report.helper} carries instead"
        case Happening.STEERED_BACK:
            return f"{report.path} carries again, after {_cost(report, helper_bytes)}"
        case Happening.FAILED_OVER:
            reason = _REASON_WORDS[report.reason].format(path=report.path)
            return f"{f'{waited} {allowed} because ' if waited else ''}{reason}: {report.helper} carries instead"
        case Happening.CLOSED:
            return f"{report.path} suffices again: {report.helper} closed after {_cost(report, helper_bytes)}"
        case Happening.RETURNED:
            return f"{report.path} is well again and carries, after {_cost(report, helper_bytes)}"


def _cost(report: Report, helper_bytes: int | None) -> str:
    lasted = f"{report.lasted_s or 0.0:.1f} s"
    if report.helper is None or helper_bytes is None:
        return lasted
    return f"{lasted} and {helper_bytes / 1e6:.1f} MB over {report.helper}"


def _go_before_others() -> None:
    """Where the kernel groups processes by session, niceness counts within one alone, and the session has its own.

    That is changed only where the session is the daemon's: a service, but not what somebody starts in a terminal.
    """
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, _NICENESS)
    if os.getsid(0) == os.getpid():
        with suppress(OSError):  # no such groups, or no right to it
            _AUTOGROUP.write_text(str(_NICENESS), encoding="ascii")
