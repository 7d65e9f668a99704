"""Talking to the emulator of a running link."""

import json
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mpmanager.lab.definitions import Definition, convert
from mpmanager.lab.errors import LinkEmulationError
from mpmanager.lab.topology import LinkChange, LinkDirection

_TIMEOUT_S = 5.0


class ShapingState(Definition, frozen=True, kw_only=True):
    """How one direction treats packets now; fields as in `Shaping`."""

    rate_bit_s: float | None
    delay_s: float
    jitter_s: float
    loss: float
    marks: float
    queue_bytes: int | None


class DirectionState(Definition, frozen=True, kw_only=True):
    """One direction at one moment. Counters are IP packets since the link exists."""

    shaping: ShapingState
    packets: int
    """Delivered."""
    bytes: int
    """Delivered."""
    marked: int
    """Packets that got a congestion mark here."""
    dropped: dict[str, int]
    """Packets, by `DropReason`."""
    inside: int
    """Packets waiting or travelling."""
    backlog_bytes: int
    """Waiting for serialisation."""


class LinkState(Definition, frozen=True, kw_only=True):
    """A link at one moment."""

    carrier: bool
    up: DirectionState
    """From the laptop."""
    down: DirectionState
    """To the laptop."""

    @property
    def carried_bytes(self) -> int:
        """In both directions together."""
        return self.up.bytes + self.down.bytes


class LinkControl:
    """The control socket of one link. Errors are `LinkEmulationError`."""

    def __init__(self, name: str, socket_path: Path) -> None:
        self._name = name
        self._socket_path = socket_path

    def state(self) -> LinkState:
        """Settings and counters now."""
        return self._request({})

    def change(self, change: LinkChange) -> LinkState:
        """Apply a change; the state right after it."""
        return self._request(_request_of(change))

    def _request(self, request: Mapping[str, object]) -> LinkState:
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(_TIMEOUT_S)
                client.connect(str(self._socket_path))
                client.sendall(json.dumps(request).encode() + b"\n")
                with client.makefile("rb") as replies:
                    reply = replies.readline()
        except OSError as error:
            raise LinkEmulationError(f"{self._name}: its emulator does not answer: {error}") from error
        return self._decode(json.loads(reply or b'{"error": "its emulator has gone away"}'))

    def _decode(self, reply: dict[str, Any]) -> LinkState:
        if "error" in reply:
            raise LinkEmulationError(f"{self._name}: {reply['error']}")
        return convert(reply, LinkState, origin=self._name)


def _request_of(change: LinkChange) -> dict[str, object]:
    shaping = change.shaping_changes()
    both = (LinkDirection.UP, LinkDirection.DOWN)
    directions = both if change.direction is LinkDirection.BOTH else (change.direction,)
    request: dict[str, object] = {each.value: shaping for each in directions} if shaping else {}
    if change.carrier is not None:
        request["carrier"] = change.carrier
    return request
