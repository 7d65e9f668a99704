"""Tells when files of directories have become others, and which of them somebody is still writing: inotify(7)."""

import asyncio
import ctypes
import os
import struct
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_QUIET_S = 0.3
"""Configuration management writes several files in a row: they are looked at together."""
_LONGEST_UNREST_S = 5.0
_BUFFER_BYTES = 64 * 1024
_HEADER = struct.Struct("iIII")
"""struct inotify_event: watch, mask, cookie, length of the name that follows."""

_MODIFY, _ATTRIBUTES, _CLOSE_WRITE = 0x2, 0x4, 0x8
_MOVED_FROM, _MOVED_TO, _CREATE, _DELETE = 0x40, 0x80, 0x100, 0x200
_DELETE_SELF, _MOVE_SELF, _ONLY_DIRECTORIES = 0x400, 0x800, 0x01000000
_MASK = (
    _MODIFY
    | _ATTRIBUTES
    | _CLOSE_WRITE
    | _MOVED_FROM
    | _MOVED_TO
    | _CREATE
    | _DELETE
    | _DELETE_SELF
    | _MOVE_SELF
    | _ONLY_DIRECTORIES
)
_ENDS_WRITING = _CLOSE_WRITE | _MOVED_TO | _MOVED_FROM | _DELETE

_libc = ctypes.CDLL(None, use_errno=True)


class LinuxDirectoryWatch:
    """Of some directories, which need not be there yet, and of those around them."""

    def __init__(self, directories: Iterable[Path]) -> None:
        self._directories = tuple(directories)
        self._descriptor = _libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        self._paths: dict[int, Path] = {}
        self._writing: set[Path] = set()
        self._add_watches()

    @property
    def being_written(self) -> frozenset[Path]:
        """Files that somebody has begun to write and has not closed yet."""
        return frozenset(self._writing)

    def _add_watches(self) -> None:
        """Again and again, as directories come and go; one that is watched already stays so."""
        if self._descriptor < 0:
            return
        for path in dict.fromkeys((*self._directories, *(each.parent for each in self._directories))):
            watch = _libc.inotify_add_watch(self._descriptor, os.fsencode(path), _MASK)
            if watch >= 0:
                self._paths[watch] = path

    async def changed(self, longest_s: float) -> None:
        """Return when something has changed and it is quiet again, or after so long."""
        loop = asyncio.get_running_loop()
        self._add_watches()
        if not await self._something_happens(longest_s):
            return
        deadline = loop.time() + _LONGEST_UNREST_S
        while loop.time() < deadline and await self._something_happens(_QUIET_S):
            self._add_watches()

    async def _something_happens(self, longest_s: float) -> bool:
        """Whether it did within so long; what has happened is taken in."""
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        if self._descriptor >= 0:
            loop.add_reader(self._descriptor, readable.set)
        try:
            async with asyncio.timeout(longest_s):
                await readable.wait()
        except TimeoutError:
            return False
        finally:
            if self._descriptor >= 0:
                loop.remove_reader(self._descriptor)
        with suppress(BlockingIOError):
            self._take(os.read(self._descriptor, _BUFFER_BYTES))
        return True

    def _take(self, events: bytes) -> None:
        place = 0
        while place < len(events):
            watch, mask, _cookie, length = _HEADER.unpack_from(events, place)
            place += _HEADER.size
            name = os.fsdecode(events[place : place + length].rstrip(b"\0"))
            place += length
            directory = self._paths.get(watch)
            if directory is None or not name:
                continue
            if mask & _MODIFY:
                self._writing.add(directory / name)
            if mask & _ENDS_WRITING:
                self._writing.discard(directory / name)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
