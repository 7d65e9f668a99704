"""Everybody who may know of what kind a link is, asked together."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

from mpmanager.linux.device_kind import DriverSource, KernelSource
from mpmanager.linux.networkmanager import NetworkManagerSource
from mpmanager.linux.nl80211 import Nl80211Source
from mpmanager.model.network import Link, LinkHint, LinkHints


class _Source(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def missing(self) -> str | None: ...

    def hints(self, links: Sequence[Link]) -> Mapping[int, LinkHint]: ...


class LinuxIdentification:
    """LinkIdentification by NetworkManager, nl80211, the kernel and the drivers.

    Make it inside the running event loop. `bus_address` is the bus to look for NetworkManager on; None means the system
    bus.
    """

    def __init__(self, *, bus_address: str | None = None) -> None:
        self._listeners: list[_Listener] = []
        self._network_manager = NetworkManagerSource(self._tell, bus_address=bus_address)
        self._nl80211 = Nl80211Source(self._tell)
        self._driver = DriverSource()
        self._sources: Sequence[_Source] = (self._network_manager, self._nl80211, KernelSource(), self._driver)

    @property
    def missing(self) -> Mapping[str, str]:
        """The sources that say nothing on this machine, with the reason, as of the last question."""
        return {source.name: source.missing for source in self._sources if source.missing is not None}

    async def hints(self, links: Sequence[Link]) -> LinkHints:
        """What the sources say; nobody is waited for."""
        answers = [source.hints(links) for source in self._sources]
        answers[0] = in_time(answers[0], answers[1])
        return {link.name: tuple(answer[link.index] for answer in answers if link.index in answer) for link in links}

    def changes(self) -> AsyncIterator[None]:
        """One item when a source has changed its mind; several changes of mind may be one item."""
        listener = _Listener()
        self._listeners.append(listener)
        return listener.items()

    async def close(self) -> None:
        """Streams of changes end."""
        for listener in self._listeners:
            listener.end()
        self._driver.close()
        self._nl80211.close()
        await self._network_manager.close()

    def _tell(self) -> None:
        for listener in self._listeners:
            listener.stirred.set()


def in_time(told: Mapping[int, LinkHint], radio: Mapping[int, LinkHint]) -> Mapping[int, LinkHint]:
    """What NetworkManager told, without what was true of another network: the kernel knows first where a card is."""
    return {
        index: LinkHint(source=hint.source, kind=hint.kind)
        if index in radio and _is_elsewhere(hint, radio[index])
        else hint
        for index, hint in told.items()
    }


def _is_elsewhere(told: LinkHint, radio: LinkHint) -> bool:
    """A twin of the network may have its name, and no encryption."""
    return told.network != radio.network or radio.security not in {None, told.security}


class _Listener:
    """One stream of changes."""

    def __init__(self) -> None:
        self.stirred = asyncio.Event()
        self._is_open = True

    def end(self) -> None:
        self._is_open = False
        self.stirred.set()

    async def items(self) -> AsyncIterator[None]:
        while await self._next():
            yield

    async def _next(self) -> bool:
        await self.stirred.wait()
        self.stirred.clear()
        return self._is_open
