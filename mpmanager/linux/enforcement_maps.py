"""How the maps of `bpf/fence.bpf.c` are laid out, byte for byte."""

import struct
from enum import IntEnum, unique
from ipaddress import IPv4Address, IPv6Address
from socket import htons

from mpmanager.linux.class_marks import held_versions, mark_of, steered_versions
from mpmanager.model.connection import Endpoint
from mpmanager.model.enforcement import CgroupPath, CgroupPolicy, ClassNumber, FenceCounters, PathClass, Restriction
from mpmanager.model.names import IPAddress

CGROUP_KEY = struct.Struct("=Q")
"""Of `policies`: the id of a cgroup."""
CLASS_KEY = struct.Struct("=I")
"""Of `class_sources`."""
INTERFACE_KEY = struct.Struct("=II")
"""Of `interfaces`: class, interface index."""
ADDRESS_KEY = struct.Struct("=I16s")
"""Of `addresses`: class, address (IPv4 as ::ffff:a.b.c.d)."""
PLAIN_KEY = struct.Struct("=16sHxx")
"""Of `plain_destinations`: address (as in `addresses`), port in network byte order."""
PLAIN_ENTRIES = 4096
"""As many have room in `plain_destinations`."""
TRAFFIC_KEY = struct.Struct("=QI4x")
"""Of `traffic`: id of a cgroup, interface index."""
PAUSE_KEY = struct.pack("=I", 0)
"""The only one of `pause`."""
PRESENT = b"\1"
"""What the maps that are sets hold."""

_POLICY = struct.Struct("=QQQIIIIIxxxx")
_SOURCES = struct.Struct("=4s16s")
_TRAFFIC = struct.Struct("=QQQQ")
_VERSION_BITS = {4: 1, 6: 2}


@unique
class Mode(IntEnum):
    """`enum mode`."""

    UNSET = 0
    ANY = 1
    HANDSHAKE = 2
    ONLY = 3


_MODES = {
    Restriction.ANY: Mode.ANY,
    Restriction.HANDSHAKE: Mode.HANDSHAKE,
    Restriction.ONLY: Mode.ONLY,
}


def policy_value(cgroup_id: int, *, namespace: int, policy: CgroupPolicy, path_class: PathClass) -> bytes:
    """A `struct policy`. Where no handshake is led to the class, first bytes have nothing to wait for."""
    steered = steered_versions(path_class, policy.restriction)
    return _POLICY.pack(
        cgroup_id,
        namespace,
        policy.first_bytes if steered else 0,
        _MODES[policy.restriction],
        path_class.number,
        mark_of(path_class.number, policy.restriction),
        _bits_of(steered),
        _bits_of(held_versions(path_class, policy.restriction)),
    )


def is_only(value: bytes) -> bool:
    """Whether a `struct policy` lets nothing out elsewhere."""
    return Mode(_POLICY.unpack(value)[3]) is Mode.ONLY


def pause_value(until_s: float) -> bytes:
    """A time of CLOCK_BOOTTIME for `pause`; 0: none."""
    return struct.pack("=Q", round(until_s * 1e9))


NO_POLICY = bytes(_POLICY.size)


def _bits_of(versions: frozenset[int]) -> int:
    return sum(_VERSION_BITS[each] for each in versions)


def address_key(number: ClassNumber, address: IPAddress) -> bytes:
    """A `struct address_key`."""
    return ADDRESS_KEY.pack(number, _address(address))


def plain_key(destination: Endpoint) -> bytes:
    """A `struct plain_key`."""
    return PLAIN_KEY.pack(_address(destination.address), htons(destination.port))


def _address(address: IPAddress) -> bytes:
    """A `struct address`."""
    return b"\0" * 10 + b"\xff\xff" + address.packed if isinstance(address, IPv4Address) else address.packed


def sources_value(path_class: PathClass) -> bytes:
    """A `struct sources`: the addresses of the best ways out, unspecified ones where there is none."""
    best = {way.version: way.source for way in reversed(path_class.ways_out)}
    return _SOURCES.pack(best.get(4, IPv4Address(0)).packed, best.get(6, IPv6Address(0)).packed)


def counters_of(cgroup: CgroupPath, key: bytes, value: bytes) -> FenceCounters:
    """One entry of `traffic`."""
    _, interface = TRAFFIC_KEY.unpack(key)
    passed_packets, passed_bytes, dropped_packets, dropped_bytes = _TRAFFIC.unpack(value)
    return FenceCounters(
        cgroup=cgroup,
        link_index=interface,
        passed_packets=passed_packets,
        passed_bytes=passed_bytes,
        dropped_packets=dropped_packets,
        dropped_bytes=dropped_bytes,
    )
