"""Gives metrics to who asks (HTTP over a unix socket) and to node exporters (a file), and waits for none of them."""

import asyncio
import logging
import os
import socket
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum, unique
from pathlib import Path
from typing import Self

from mpmanager.api.exposition import CONTENT_TYPE
from mpmanager.daemon.kept_file import replace_file
from mpmanager.model.errors import InvalidValueError, NotSupportedError, StateFileError

WRITE_EVERY_S = 15.0
MOST_SCRAPERS = 8
"""At once; others are sent away."""
_FRESH_S = 1.0
"""Making the text costs time, and nobody needs it more often."""
_PATIENCE_S = 5.0
"""For a whole request, and for a whole answer to be taken."""
_LONGEST_REQUEST_BYTES = 8192
_MODE = 0o660
_FILE_MODE = 0o644
_BACKLOG = 8

_log = logging.getLogger(__name__)


@unique
class SinkKind(StrEnum):
    """How metrics get out."""

    UNIX = "unix"
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sink:
    """Where metrics go."""

    kind: SinkKind
    path: Path

    @classmethod
    def parse(cls, text: str) -> Self:
        """`unix:/run/mpmanager/metrics.sock` or `file:/var/lib/prometheus/node-exporter/mpmanager.prom`.

        Raises:
            InvalidValueError: it is neither.
        """
        kind, _colon, path = text.partition(":")
        if kind not in set(SinkKind) or not path.startswith("/"):
            raise InvalidValueError(f"metrics {text!r}: expected unix:/PATH or file:/PATH")
        if kind == SinkKind.FILE and not path.endswith(".prom"):
            raise InvalidValueError(f"metrics {text!r}: node exporters read files that end in .prom")
        return cls(kind=SinkKind(kind), path=Path(path))

    def __str__(self) -> str:
        return f"{self.kind}:{self.path}"


async def export(sink: Sink, text: Callable[[], str]) -> None:
    """Give out what `text` says until cancelled.

    Raises:
        NotSupportedError: the socket cannot be made.
    """
    if sink.kind is SinkKind.UNIX:
        await _Server(text).serve(sink.path)
    else:
        await _write_forever(sink.path, text)


class _Server:
    def __init__(self, text: Callable[[], str]) -> None:
        self._text = text
        self._answer = b""
        self._made = -_FRESH_S
        self._scrapers = 0

    async def serve(self, path: Path) -> None:
        try:
            listener = _listener(path)
        except OSError as error:
            raise NotSupportedError(f"metrics unix:{path}: {error.strerror or error}") from error
        with _removed_at_the_end(path):
            server = await asyncio.start_unix_server(self._take, sock=listener, limit=_LONGEST_REQUEST_BYTES)
            async with server:
                await server.serve_forever()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._scrapers += 1
        try:
            if self._scrapers <= MOST_SCRAPERS:
                await self._talk(reader, writer)
        except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError):
            pass  # gone, too slow, or no HTTP: nobody is told
        finally:
            self._scrapers -= 1
            writer.transport.abort()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(_PATIENCE_S):
            request = await reader.readuntil(b"\r\n\r\n")
        writer.write(self._reply(request))
        writer.write_eof()
        async with asyncio.timeout(_PATIENCE_S):
            await writer.drain()
            await reader.read()  # until the other end has taken all and hangs up, or its time is over

    def _reply(self, request: bytes) -> bytes:
        words = request.partition(b"\r\n")[0].split(b" ")
        if len(words) != 3 or not words[2].startswith(b"HTTP/1."):  # noqa: PLR2004  # method, target, version
            return _response("400 Bad Request", b"this is no request of HTTP\n")
        method, target, _version = words
        if method not in {b"GET", b"HEAD"}:
            return _response("405 Method Not Allowed", b"GET /metrics\n")
        if target.partition(b"?")[0] != b"/metrics":
            return _response("404 Not Found", b"there is /metrics only\n")
        return _response("200 OK", self._body(), with_body=method == b"GET")

    def _body(self) -> bytes:
        now = time.monotonic()
        if now - self._made >= _FRESH_S:
            self._answer, self._made = self._text().encode(), now
        return self._answer


def _response(status: str, body: bytes, *, with_body: bool = True) -> bytes:
    kind = CONTENT_TYPE if status.startswith("200") else "text/plain; charset=utf-8"
    head = f"HTTP/1.0 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + (body if with_body else b"")


@contextmanager
def _removed_at_the_end(path: Path) -> Iterator[None]:
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()


def _listener(path: Path) -> socket.socket:
    """A socket of which nobody else has the name, for root and its group alone from the first moment on."""
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise FileExistsError(None, "something that is no socket has this name")
        path.unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o777 & ~_MODE)
    try:
        listener.bind(str(path))
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(before)
    return listener


async def _write_forever(path: Path, text: Callable[[], str]) -> None:
    """A disk that hangs holds up this task, and nothing else."""
    has_failed = False
    with _removed_at_the_end(path):  # what it says would be taken for true until somebody wonders
        while True:
            try:
                await asyncio.to_thread(_write, path, text().encode())
                has_failed = False
            except StateFileError as error:
                if not has_failed:
                    _log.warning("metrics: %s; trying again", error)
                has_failed = True
            await asyncio.sleep(WRITE_EVERY_S)


def _write(path: Path, content: bytes) -> None:
    replace_file(path, content, is_lasting=False)
    with suppress(OSError):
        path.chmod(_FILE_MODE)
