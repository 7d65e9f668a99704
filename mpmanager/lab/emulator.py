"""The process behind one emulated link: two TUN devices, and a shaper for each direction between them.

Started by the lab as `python -m mpmanager.lab.emulator JSON`, it makes one device in the laptop's namespace and one in
the network's, and goes on in the background: when the command ends with 0, both devices and the control socket (one
JSON object a line) are there. The devices live as long as the background process. That stays in the network's
namespace, by which the lab finds it again.
"""

import ctypes
import fcntl
import gc
import json
import os
import random
import select
import socket
import struct
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any

from mpmanager.lab.enter import enter_network
from mpmanager.lab.shaper import DropReason, Shaper, Shaping

_TUNSETIFF = 0x400454CA
_TUNSETCARRIER = 0x400454E2
_IFF_TUN = 0x0001
_IFF_NO_PI = 0x1000
_PR_SET_TIMERSLACK = 29

_LARGEST_PACKET_BYTES = 9216
_PACKETS_A_WAKE_UP = 64  # so that neither direction nor the control socket waits for long
_LONGEST_SLEEP_S = 3600.0
_CONTROL_LINE_BYTES = 65536
_NICENESS = -15  # a late emulator is an inaccurate one


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatorConfig:
    """What the lab tells its emulator."""

    laptop_namespace: str
    net_namespace: str
    interface: str
    """Name of the device in the laptop's namespace."""
    peer: str
    """Name of the device in the network's namespace."""
    socket_path: str
    up: Shaping
    """From the laptop."""
    down: Shaping
    """To the laptop."""

    def to_json(self) -> str:
        """As the emulator's command line argument."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "EmulatorConfig":
        """The inverse of `to_json`."""
        fields = json.loads(text)
        return cls(**fields | {"up": Shaping(**fields["up"]), "down": Shaping(**fields["down"])})


def open_tun(namespace: str, name: str) -> int:
    """Make a TUN device in a network namespace, which this thread enters; its file descriptor (non-blocking)."""
    enter_network(namespace)
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.ioctl(descriptor, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _IFF_TUN | _IFF_NO_PI))
    return descriptor


class Direction:
    """Reads packets at one end, shapes them, writes them at the other."""

    def __init__(self, source: int, target: int, shaping: Shaping) -> None:
        self.source = source
        self._target = target
        self.shaper = Shaper(shaping, draw=random.random)

    def read(self, *, is_plugged: bool) -> None:
        """Take in what waits at the source, but not for ever."""
        for _ in range(_PACKETS_A_WAKE_UP):
            try:
                packet = os.read(self.source, _LARGEST_PACKET_BYTES)
            except OSError:  # nothing more, or the device is switched off
                return
            if is_plugged:
                self.shaper.offer(packet, time.monotonic())
            else:
                self.shaper.drop(DropReason.CARRIER)

    def write_due(self) -> None:
        """Hand over what has arrived."""
        for packet in self.shaper.take_due(time.monotonic()):
            try:
                os.write(self._target, packet)
            except OSError:
                self.shaper.return_delivered(packet, DropReason.DEVICE)

    def report(self) -> dict[str, object]:
        """Settings and counters, for the control socket."""
        shaper = self.shaper
        return {
            "shaping": asdict(shaper.shaping),
            "packets": shaper.delivered_packets,
            "bytes": shaper.delivered_bytes,
            "marked": shaper.marked_packets,
            "dropped": shaper.dropped_packets,
            "inside": shaper.packets_inside,
            "backlog_bytes": shaper.backlog_bytes,
        }


class Emulator:
    """One link in both directions, and its control socket."""

    def __init__(self, config: EmulatorConfig) -> None:
        self._laptop_end = open_tun(config.laptop_namespace, config.interface)
        net_end = open_tun(config.net_namespace, config.peer)
        self._up = Direction(self._laptop_end, net_end, config.up)
        self._down = Direction(net_end, self._laptop_end, config.down)
        self._is_plugged = True
        self._control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self._control.bind(config.socket_path)
        self._control.listen()
        self._clients: dict[int, socket.socket] = {}

    def run(self) -> None:
        """Forward packets until the process is ended."""
        while True:
            readable, _, _ = select.select(self._waiting_for(), [], [], self._sleep_s())
            for direction in (self._up, self._down):
                if direction.source in readable:
                    direction.read(is_plugged=self._is_plugged)
                direction.write_due()
            self._serve(readable)

    def _waiting_for(self) -> list[int]:
        return [self._up.source, self._down.source, self._control.fileno(), *self._clients]

    def _sleep_s(self) -> float:
        dues = [due for each in (self._up, self._down) if (due := each.shaper.next_due()) is not None]
        return max(0.0, min(dues) - time.monotonic()) if dues else _LONGEST_SLEEP_S

    def _serve(self, readable: Iterable[int]) -> None:
        for descriptor in readable:
            if descriptor == self._control.fileno():
                self._accept()
            elif descriptor in self._clients:
                self._answer(descriptor)

    def _accept(self) -> None:
        with suppress(BlockingIOError):
            client, _ = self._control.accept()
            client.settimeout(0)
            self._clients[client.fileno()] = client

    def _answer(self, descriptor: int) -> None:
        client = self._clients[descriptor]
        try:
            lines = client.recv(_CONTROL_LINE_BYTES)
            client.sendall(b"".join(self._replies(lines)))
        except OSError:
            lines = b""
        if not lines:
            self._clients.pop(descriptor).close()

    def _replies(self, lines: bytes) -> Iterator[bytes]:
        """One reply for each request. The lab sends a request in one write, far below the socket's buffer."""
        for line in lines.splitlines():
            try:
                self._change(json.loads(line))
                reply = self._report()
            except (TypeError, ValueError, KeyError, OSError) as error:
                reply = {"error": str(error)}
            yield json.dumps(reply).encode() + b"\n"

    def _report(self) -> dict[str, object]:
        return {"carrier": self._is_plugged, "up": self._up.report(), "down": self._down.report()}

    def _change(self, request: dict[str, Any]) -> None:
        """Apply `{"up": {...}, "down": {...}, "carrier": bool}`; each part may be absent."""
        now = time.monotonic()
        changes = [
            (each.shaper, replace(each.shaper.shaping, **request[name]))
            for name, each in (("up", self._up), ("down", self._down))
            if name in request
        ]
        for shaper, shaping in changes:
            shaper.reshape(shaping, now)
        if "carrier" in request:
            self._plug(is_plugged=request["carrier"])

    def _plug(self, *, is_plugged: bool) -> None:
        fcntl.ioctl(self._laptop_end, _TUNSETCARRIER, struct.pack("i", is_plugged))
        self._is_plugged = is_plugged
        if not is_plugged:
            for direction in (self._up, self._down):
                direction.shaper.drop_all(DropReason.CARRIER)


def _be_punctual() -> None:
    """Wake up to the microsecond and before others, as far as this machine allows."""
    ctypes.CDLL(None).prctl(_PR_SET_TIMERSLACK, 1, 0, 0, 0)
    with suppress(PermissionError):
        os.nice(_NICENESS)
    gc.disable()  # nothing here makes reference cycles


def main() -> None:
    """Run the emulator described by the first argument."""
    emulator = Emulator(EmulatorConfig.from_json(sys.argv[1]))
    if os.fork() == 0:
        os.setsid()  # a Ctrl-C in the terminal of the lab is not for the links
        _be_punctual()
        emulator.run()


if __name__ == "__main__":
    main()
