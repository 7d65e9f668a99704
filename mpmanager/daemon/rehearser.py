"""Takes a path away for a while, and reports how connections got through it."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress

from mpmanager.api.structures import EventKind, PlainStallInfo, RehearsalInfo, RehearsedInfo
from mpmanager.core.ledger import Carried, ConnectionAccount
from mpmanager.core.rehearsal import Watch
from mpmanager.daemon.journal import Journal, token_text
from mpmanager.daemon.world import World
from mpmanager.model.connection import Application
from mpmanager.model.errors import CommandRefusedError, InvalidValueError, NotSupportedError, UnknownPathError
from mpmanager.model.names import LinkName, Token
from mpmanager.model.path import Path
from mpmanager.model.rehearsal import LONGEST_REHEARSAL_S, SHORTEST_REHEARSAL_S, Endurance

_BEFORE_S = 1.0
"""Connections are watched so long before, to know what they do."""
_LOOK_EVERY_S = 0.02
_MS_PER_S = 1000.0
_OTHERS = "other users"
_WORST_FIRST = tuple(Endurance)


class Rehearser:
    """One rehearsal at a time. It ends in time whatever becomes of whoever asked for it, and of this daemon."""

    def __init__(
        self,
        world: World,
        *,
        journal: Journal,
        paths: Callable[[], tuple[Path, ...]],
        accounts: Callable[[], Collection[ConnectionAccount]],
        named: Callable[[Application], Application],
        sample: Callable[[], None],
    ) -> None:
        """`sample` brings all accounts up to date."""
        self._world = world
        self._journal = journal
        self._paths = paths
        self._accounts = accounts
        self._named = named
        self._sample = sample
        self._running = asyncio.Lock()
        self._enough = asyncio.Event()

    def begin(self) -> None:
        """Let pass again what a daemon has taken away that died; the kernel forgets it by itself, but for its table."""
        self._world.blackout.end()

    def stop(self) -> None:
        """End the rehearsal that is under way, if there is one; its report comes as usual."""
        self._enough.set()

    async def rehearse(self, name: str, seconds: float, *, may_see: Callable[[int | None], bool]) -> RehearsalInfo:
        """Take a path away and report; `may_see` says whether what belongs to a user is named.

        Raises:
            InvalidValueError, UnknownPathError, NotSupportedError, CommandRefusedError: nothing was taken away.
        """
        path = self._chosen(name)
        if not SHORTEST_REHEARSAL_S <= seconds <= LONGEST_REHEARSAL_S:
            raise InvalidValueError(
                f"seconds {seconds:g}: expected {SHORTEST_REHEARSAL_S:g} to {LONGEST_REHEARSAL_S:g}, or 0 to end it"
            )
        if self._running.locked():
            raise NotSupportedError("a rehearsal is under way; 0 seconds end it")
        async with self._running:
            return await self._rehearse(path, seconds, may_see)

    def _chosen(self, name: str) -> Path:
        for path in self._paths():
            if path.name == name:
                if not path.state.is_usable:
                    raise InvalidValueError(f"path {name!r}: it is away already")
                return path
        known = ", ".join(path.name for path in self._paths()) or "none at the moment"
        raise UnknownPathError(f"there is no path {name!r}; paths are: {known}")

    async def _rehearse(self, path: Path, seconds: float, may_see: Callable[[int | None], bool]) -> RehearsalInfo:
        self._enough.clear()
        self._sample()
        accounts = {each.token: each for each in self._accounts() if _is_on(each, path.name)}
        watch = Watch()
        await self._follow(watch, accounts, _BEFORE_S)
        self._sample()
        before = {token: each.carried() for token, each in accounts.items()}
        self._world.blackout.begin(path.name, seconds)
        self._journal.record(EventKind.REHEARSAL_BEGAN, f"{path.name} is away for {seconds:g} s", path=path.name)
        began = time.monotonic()
        try:
            watch.lose(now=began)
            await self._follow(watch, accounts, seconds)
            plain = list(self._plain(path, may_see))
        finally:
            self._world.blackout.end()
        took_s = time.monotonic() - began
        self._sample()
        rows = [
            _row(each, watch, _others(before[token], each.carried(), path.name), is_shown=may_see(each.owner_uid))
            for token, each in accounts.items()
        ]
        rows.sort(key=lambda each: _WORST_FIRST.index(each.outcome))
        report = RehearsalInfo(path=path.name, took_s=took_s, connections=rows, plain=plain)
        self._journal.record(EventKind.REHEARSAL_ENDED, _summary(report), path=path.name)
        return report

    async def _follow(self, watch: Watch, accounts: Collection[Token], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while (left_s := deadline - time.monotonic()) > 0 and not self._enough.is_set():
            with suppress(CommandRefusedError):  # the kernel was busy for once: the next look sees it
                watch.look(self._world.connections.progress(accounts), now=time.monotonic())
            with suppress(TimeoutError):
                async with asyncio.timeout(min(left_s, _LOOK_EVERY_S)):
                    await self._enough.wait()

    def _plain(self, path: Path, may_see: Callable[[int | None], bool]) -> Iterator[PlainStallInfo]:
        """Programs with plain connections there: nothing of these could go elsewhere."""
        here = {each.address for each in path.addresses}
        owners = self._world.connections.plain_connections(local=here)
        found = self._world.applications.find(owners)
        pairs = zip(owners, found, strict=True)
        names = Counter(self._named(each).name if may_see(owner.uid) else _OTHERS for owner, each in pairs)
        for name, count in names.most_common():
            yield PlainStallInfo(app=name, connections=count)


def _is_on(account: ConnectionAccount, path: LinkName) -> bool:
    return any(each.path == path for each in account.living_subflows())


def _others(before: Carried, after: Carried, path: LinkName) -> dict[str, int]:
    """What other paths have carried in between, both directions, in bytes."""
    found: dict[str, int] = {}
    for name, volume in after.items():
        if name is not None and name != path:
            earlier = before.get(name)
            moved = volume.minus(earlier) if earlier else volume
            found[name] = moved.tx_bytes + moved.rx_bytes
    return {name: count for name, count in found.items() if count > 0}


def _row(account: ConnectionAccount, watch: Watch, others: dict[str, int], *, is_shown: bool) -> RehearsedInfo:
    endured = watch.endured(account.token)
    return RehearsedInfo(
        token=token_text(account.token),
        app=account.title if is_shown else _OTHERS,
        remote=str(account.flow.remote) if is_shown else "",
        outcome=endured.endurance,
        waited_ms=None if endured.waited_s is None else endured.waited_s * _MS_PER_S,
        moved_to=sorted(others),
        moved_bytes=sum(others.values()),
        fallback=account.is_fallback,
    )


def _summary(report: RehearsalInfo) -> str:
    counts = Counter(each.outcome for each in report.connections)
    plain = sum(each.connections for each in report.plain)
    words = [f"{counts[each]} {each.value}" for each in reversed(_WORST_FIRST) if counts[each]]
    if plain:
        words.append(f"{plain} of plain TCP could not move")
    return f"{report.path} was away for {report.took_s:.0f} s: {', '.join(words) or 'nothing used it'}"
