"""What is attempted to get something out, told by the prover to the program that does it."""

from enum import StrEnum, unique

import msgspec

FIRST_PORT = 28_000
PORTS = 1024
"""Each attempt has one of these to itself: below the ports that the kernel gives away, so that no other traffic has."""
DNS_PORT = 53


@unique
class Traffic(StrEnum):
    """Of what kind it is."""

    TCP = "tcp"
    MPTCP = "mptcp"
    UDP = "udp"
    UDP_CONNECTED = "udp-connected"
    DNS = "dns"
    PING = "ping"
    FIRST_BYTES = "first-bytes"
    """A connection of Multipath TCP that sends its first bytes."""


STREAMS = frozenset({Traffic.TCP, Traffic.MPTCP, Traffic.FIRST_BYTES})
MULTIPATH = frozenset({Traffic.MPTCP, Traffic.FIRST_BYTES})


@unique
class Manner(StrEnum):
    """How it tries to leave by the path."""

    UNBOUND = "unbound"
    """Wherever the kernel leads it."""
    ADDRESS = "bound-to-address"
    """Of the path."""
    DEVICE = "bound-to-device"
    MARK = "own-mark"
    """A mark of its own (SO_MARK), which some network set-ups route by."""
    FORK = "forked-child"
    """A child that binds to the device."""
    THREAD = "thread"
    """A thread that binds to the device."""


ON_DEVICE = frozenset({Manner.DEVICE, Manner.FORK, Manner.THREAD})


class Attempt(msgspec.Struct, kw_only=True, frozen=True):
    """One attempt."""

    number: int
    """No other attempt of a proof has it."""
    traffic: Traffic
    manner: Manner
    version: int
    """Of IP."""
    destination: str
    interface: str
    """By which it shall leave."""
    address: str
    """Of the path, to bind to."""
    payload_bytes: int = 5
    """Of the streams, where somebody answers."""

    @property
    def port(self) -> int:
        """The destination's port; the source's for DNS, and the identifier of echo requests."""
        return FIRST_PORT + self.number % PORTS


@unique
class Step(StrEnum):
    """How far an attempt came before the kernel refused."""

    PREPARING = "preparing"
    """Before anything could leave: making the socket, or binding it."""
    SENDING = "sending"
    DONE = "done"
    """It was not refused at once."""


class Outcome(msgspec.Struct, kw_only=True, frozen=True):
    """What the program that made an attempt has seen of it."""

    number: int
    step: Step
    error: str = ""
    """The name of the error, such as EPERM."""
