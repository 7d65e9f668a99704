"""Asks the gateway of a path, when somebody wants to know, whether and how fast it answers."""

import asyncio
from collections.abc import Callable
from statistics import median

from mpmanager.api.structures import GatewayAnswer
from mpmanager.model.errors import NotSupportedError
from mpmanager.model.heartbeat import Beat
from mpmanager.model.names import IPAddress, LinkName
from mpmanager.model.path import Path
from mpmanager.ports.heartbeat import EchoRequests

BEATS = 5
INTERVAL_S = 0.2
PATIENCE_S = 1.0
"""After the last one."""
_SEQUENCES = 1 << 16
_MS_PER_S = 1000.0


class PathProber:
    """Sends some echo requests to gateways, for one path after the other. `clock` gives seconds."""

    def __init__(self, echo: EchoRequests, *, clock: Callable[[], float]) -> None:
        self._echo = echo
        self._clock = clock
        self._sequence = 0
        self._asked: dict[int, float] = {}
        self._answered: list[float] = []
        self._is_complete = asyncio.Event()
        self._busy: set[LinkName] = set()
        self._turn = asyncio.Lock()
        echo.listen(self._note)

    async def probe(self, path: Path) -> GatewayAnswer:
        """Ask the gateway of a path: two seconds at most.

        Raises:
            NotSupportedError: it has no gateway that could be asked, or is being asked already.
        """
        local, peer = _ends(path)
        if path.name in self._busy:
            raise NotSupportedError(f"{path.name} is being probed already")
        self._busy.add(path.name)
        try:
            async with self._turn:
                rtts_ms = await self._ask(path, local, peer)
        finally:
            self._busy.discard(path.name)
        return GatewayAnswer(
            path=path.name,
            peer=str(peer),
            sent=BEATS,
            received=len(rtts_ms),
            rtt_min_ms=min(rtts_ms, default=None),
            rtt_ms=median(rtts_ms) if rtts_ms else None,
            rtt_max_ms=max(rtts_ms, default=None),
        )

    async def _ask(self, path: Path, local: IPAddress, peer: IPAddress) -> list[float]:
        self._asked, self._answered = {}, []
        self._is_complete.clear()
        for number in range(BEATS):
            if number:
                await asyncio.sleep(INTERVAL_S)
            self._send(path, local, peer)
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._is_complete.wait()
        except TimeoutError:
            pass  # the answers that came are counted
        finally:
            self._asked = {}
        return self._answered

    def _send(self, path: Path, local: IPAddress, peer: IPAddress) -> None:
        self._sequence = (self._sequence + 1) % _SEQUENCES
        self._asked[self._sequence] = self._clock()
        self._echo.send(
            Beat(path=path.name, interface_index=path.index, local=local, peer=peer, sequence=self._sequence)
        )

    def _note(self, beat: Beat) -> None:
        asked = self._asked.pop(beat.sequence, None)
        if asked is not None:
            self._answered.append((self._clock() - asked) * _MS_PER_S)
        if len(self._answered) == BEATS:
            self._is_complete.set()


def _ends(path: Path) -> tuple[IPAddress, IPAddress]:
    for way in path.ways_out:
        local = path.source_address(way.version)
        if way.gateway is not None and local is not None:
            return local, way.gateway
    raise NotSupportedError(f"{path.name} has no gateway that could be asked")
