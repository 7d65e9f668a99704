"""What leaves of a restricted program while its card roams from a trusted network to one that is not."""

import socket
import struct
import subprocess
import sys
import time
from contextlib import contextmanager
from errno import ENETDOWN

import pytest

from end_to_end.stage import until
from mpmanager.model.trust import Trust
from system.wifi.access_points import BY_NAME
from system.wifi.moments import moments_of

_TARGET = "192.0.2.1"
_SENDING = f"""
import socket, time
made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while True:
    try:
        made.sendto(b"secret", ("{_TARGET}", 9))
    except OSError:
        pass
    time.sleep(0.002)
"""
_ETH_P_ALL = 3
_SO_TIMESTAMP, _SO_RCVBUFFORCE = 29, 33
_TARGET_AT = slice(30, 34)
_AFTERWARDS_S = 3.0


class Capture:
    """What the card sends to the target, with Unix times. Through all networks that it joins."""

    def __init__(self, interface):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 1 << 24)
        self.socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMP, 1)
        self.socket.bind((interface, _ETH_P_ALL))
        self.socket.setblocking(False)
        self.times = []

    def read(self):
        """Take in what has been sent since the last time."""
        while True:
            try:
                frame, ((_, _, moment),), *_ = self.socket.recvmsg(200, 100)
            except BlockingIOError:
                return self.times
            except OSError as error:
                if error.errno != ENETDOWN:
                    raise
                continue  # told once; it goes on when the card is up again
            if frame[_TARGET_AT] == socket.inet_aton(_TARGET):
                seconds, microseconds = struct.unpack("qq", moment)
                self.times.append(seconds + microseconds / 1e6)


@contextmanager
def sending(daemon, trust):
    """A program that is held to a policy sends all the time."""
    command = [
        "mpm",
        "--bus",
        str(daemon.bus),
        "run",
        "--no-multipath",
        "--trust",
        trust,
        "--",
        sys.executable,
        "-c",
        _SENDING,
    ]
    with subprocess.Popen(command) as program:
        try:
            yield
        finally:
            program.kill()


@pytest.fixture
def capture(station):
    made = Capture(station.interface)
    yield made
    made.socket.close()


def sent_after_roaming(station, daemon, capture, trust):
    """The times of what left after a card came from a trusted network to an untrusted one, and when it came."""
    station.join("Home")
    until(lambda: daemon.path(station.interface).trust is Trust.TRUSTED, "Home is trusted")
    with sending(daemon, trust):
        until(lambda: len(capture.read()) > 10, "the program sends over the trusted network", within_s=60)
        with moments_of(BY_NAME["Cafe"].address) as moments:
            station.join("Cafe")
            time.sleep(_AFTERWARDS_S)
            after = [each - moments.joined for each in capture.read() if each >= moments.joined]
        station.join("Home")
        count = len(capture.read())
        until(lambda: len(capture.read()) > count + 10, "the program goes on over the trusted network", within_s=60)
    return after


def test_nothing_of_a_restricted_program_leaves_by_an_untrusted_network_that_the_card_roams_to(
    station, daemon, capture, record_property
):
    leaked_s = sent_after_roaming(station, daemon, capture, "only")
    if leaked_s:
        record_property("leaked", f"{len(leaked_s)} packets, {leaked_s[0]:.3f} to {leaked_s[-1]:.3f} s after joining")
    assert len(leaked_s) == 0


def test_without_restriction_it_does(station, daemon, capture):
    assert len(sent_after_roaming(station, daemon, capture, "any")) > 100
