"""Netlink's bytes: what is built is read back, and nothing that could arrive makes a reader stumble."""

import ctypes
import errno
import socket
import struct
from contextlib import suppress
from ipaddress import ip_address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mpmanager.linux import netlink, network
from mpmanager.linux.generic_netlink import find_family
from mpmanager.linux.mptcp_pm import decode_event
from mpmanager.linux.netlink import (
    ATTRIBUTE,
    HEADER,
    NLA_TYPE_MASK,
    NetlinkSocket,
    aligned,
    attribute,
    attribute_list,
    attributes_of,
    messages_of,
    nested,
)
from mpmanager.linux.routing_messages import parse_route, parse_rule, route_removal, slot_of
from mpmanager.linux.rtnetlink import ADDRESS_HEADER, LINK_HEADER, ROUTE_HEADER, RTA_PREFSRC, RULE_HEADER, is_our_rule
from mpmanager.model.connection import Endpoint, FourTuple
from mpmanager.model.errors import CommandRefusedError, NotSupportedError
from mpmanager.model.pathmanager import (
    AddressAnnounced,
    AddressWithdrawn,
    ConnectionClosed,
    ConnectionCreated,
    ConnectionEstablished,
    SubflowClosed,
    SubflowEstablished,
)

ANY_BYTES = st.binary(max_size=400)
KINDS = st.integers(0, NLA_TYPE_MASK)
ATTRIBUTES = st.lists(st.tuples(KINDS, st.binary(max_size=40)), max_size=12)


class NetlinkHead(ctypes.Structure):
    """struct nlmsghdr of `linux/netlink.h`."""

    _fields_ = (
        ("nlmsg_len", ctypes.c_uint32),
        ("nlmsg_type", ctypes.c_uint16),
        ("nlmsg_flags", ctypes.c_uint16),
        ("nlmsg_seq", ctypes.c_uint32),
        ("nlmsg_pid", ctypes.c_uint32),
    )


def message(kind, body=b"", *, flags=0, sequence=1):
    head = bytes(NetlinkHead(HEADER.size + len(body), kind, flags, sequence, 0))
    return head + body + bytes(aligned(len(body)) - len(body))


def test_heads_have_the_sizes_of_the_kernels_headers():
    assert HEADER.size == ctypes.sizeof(NetlinkHead) == 16
    assert ATTRIBUTE.size == 4
    # struct ifinfomsg, ifaddrmsg, rtmsg and fib_rule_hdr.
    assert [each.size for each in (LINK_HEADER, ADDRESS_HEADER, ROUTE_HEADER, RULE_HEADER)] == [16, 8, 12, 12]


@given(ATTRIBUTES)
def test_attributes_are_read_back_in_order(pairs):
    body = b"".join(attribute(kind, payload) for kind, payload in pairs)
    assert len(body) % 4 == 0
    assert [(kind, bytes(payload)) for kind, payload in attribute_list(memoryview(body))] == pairs
    assert {kind: bytes(payload) for kind, payload in attributes_of(memoryview(body)).items()} == dict(pairs)


@given(KINDS.filter(lambda kind: kind < 0x1000), ATTRIBUTES)
def test_a_nest_is_marked_and_read_back(kind, pairs):
    body = nested(kind, *(attribute(*each) for each in pairs))
    assert struct.unpack_from("=HH", body)[1] == kind | 0x8000
    ((read_kind, inner),) = attribute_list(memoryview(body))
    assert read_kind == kind
    assert [(each, bytes(payload)) for each, payload in attribute_list(inner)] == pairs


@given(st.lists(st.tuples(st.integers(0, 0xFFFF), st.integers(0, 0xFFFF), st.binary(max_size=50)), max_size=8))
def test_messages_of_a_datagram_are_read_back_in_order(parts):
    data = b"".join(message(kind, body, flags=flags, sequence=7) for kind, flags, body in parts)
    read = [(kind, flags, sequence, bytes(body)) for kind, flags, sequence, body in messages_of(memoryview(data))]
    assert read == [(kind, flags, 7, body) for kind, flags, body in parts]


@given(ATTRIBUTES.filter(bool), st.data())
def test_of_attributes_cut_off_anywhere_the_whole_ones_are_read(pairs, data):
    body = b"".join(attribute(*each) for each in pairs)
    cut = data.draw(st.integers(0, len(body)))
    read = [(kind, bytes(payload)) for kind, payload in attribute_list(memoryview(body)[:cut])]
    assert read == pairs[: len(read)]
    assert sum(len(attribute(*each)) for each in pairs[: len(read) + 1]) >= min(cut, len(body))


@given(ANY_BYTES)
def test_any_bytes_are_taken_for_messages_and_attributes_without_complaint(data):
    assert sum(HEADER.size + len(body) for _kind, _flags, _sequence, body in messages_of(memoryview(data))) <= len(data)
    assert sum(4 + len(payload) for _kind, payload in attribute_list(memoryview(data))) <= len(data)


@given(ANY_BYTES)
def test_any_bytes_are_taken_for_an_event_without_complaint(data):
    decode_event(memoryview(data))


EVENT_SIZES = {1: 4, 2: 2, 3: 1, 4: 1, 5: 4, 7: 4, 9: 2, 10: 2, 11: 1, 12: 1, 13: 2, 14: 4, 15: 4, 18: 1}
"""Of the attributes of an IPv4 event."""


@given(
    st.dictionaries(st.sampled_from([*EVENT_SIZES]), st.binary(max_size=20)), st.sets(st.sampled_from([*EVENT_SIZES]))
)
def test_events_whose_attributes_are_missing_or_of_odd_sizes_are_taken_without_complaint(odd, absent):
    attributes = {kind: bytes(size) for kind, size in EVENT_SIZES.items()} | odd
    body = b"".join(attribute(kind, payload) for kind, payload in attributes.items() if kind not in absent)
    for code in (1, 2, 3, 6, 7, 10, 11):
        decode_event(memoryview(event(code, body)))


def event(code, *attributes):
    return bytes((code, 1, 0, 0)) + b"".join(attributes)


TOKEN = attribute(1, struct.pack("=I", 0x89ABCDEF))
FLOW_4 = (
    attribute(5, ip_address("10.0.0.1").packed),
    attribute(7, ip_address("192.0.2.9").packed),
    attribute(9, struct.pack("!H", 40_000)),
    attribute(10, struct.pack("!H", 443)),
)
FLOW_MAPPED = (
    attribute(6, ip_address("::ffff:10.0.0.1").packed),
    attribute(8, ip_address("::ffff:192.0.2.9").packed),
    *FLOW_4[2:],
)
FLOW = FourTuple(Endpoint(ip_address("10.0.0.1"), 40_000), Endpoint(ip_address("192.0.2.9"), 443))
IDS = (attribute(3, b"\x05"), attribute(4, b"\x06"))


@pytest.mark.parametrize("flow", [FLOW_4, FLOW_MAPPED], ids=["IPv4", "v4-mapped"])
@pytest.mark.parametrize(
    "side", [(attribute(18, b"\x01"), True), (attribute(13, b"\x02\x00"), True), (attribute(18, b"\x00"), False)]
)
def test_both_dialects_of_the_server_side_are_understood(flow, side):
    attributes, is_server_side = side
    assert decode_event(memoryview(event(1, TOKEN, *flow, attributes))) == ConnectionCreated(
        token=0x89ABCDEF, flow=FLOW, is_server_side=is_server_side
    )


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            event(2, TOKEN, *FLOW_4, attribute(13, b"\x01\x00")),
            ConnectionEstablished(token=0x89ABCDEF, flow=FLOW, is_server_side=False, is_initial_address_forbidden=True),
        ),
        (event(3, TOKEN), ConnectionClosed(token=0x89ABCDEF)),
        (
            event(6, TOKEN, IDS[1], FLOW_4[1], FLOW_4[3]),
            AddressAnnounced(token=0x89ABCDEF, remote_id=6, remote=FLOW.remote),
        ),
        (
            event(6, TOKEN, IDS[1], FLOW_4[1]),
            AddressAnnounced(token=0x89ABCDEF, remote_id=6, remote=FLOW.remote._replace(port=0)),
        ),
        (event(7, TOKEN, IDS[1]), AddressWithdrawn(token=0x89ABCDEF, remote_id=6)),
        (
            event(10, TOKEN, *FLOW_4, *IDS, attribute(11, b"\x01")),
            SubflowEstablished(token=0x89ABCDEF, flow=FLOW, local_id=5, remote_id=6, is_backup_there=True),
        ),
        (
            event(11, TOKEN, *FLOW_4, *IDS, attribute(12, b"\x6e")),
            SubflowClosed(token=0x89ABCDEF, flow=FLOW, local_id=5, remote_id=6, error=110),
        ),
        (event(13, TOKEN, *FLOW_4, *IDS), None),
        (event(15, FLOW_4[0], FLOW_4[2]), None),
        (event(1, *FLOW_4), None),
        (event(7, TOKEN), None),
    ],
)
def test_each_event_is_decoded_and_others_say_nothing(data, expected):
    assert decode_event(memoryview(data)) == expected


@example(bytes(ROUTE_HEADER.size), [(RTA_PREFSRC, bytes(4))], b"")
@given(st.binary(min_size=ROUTE_HEADER.size, max_size=ROUTE_HEADER.size), ATTRIBUTES, ANY_BYTES)
def test_routes_and_rules_with_any_attributes_are_taken_without_complaint(head, pairs, rest):
    for body in (head + b"".join(attribute(*each) for each in pairs), head + rest):
        parse_route(body)
        slot_of(body)
        parse_rule(body)
        is_our_rule(body)
        assert len(route_removal(body)) == len(body)


@given(st.binary(min_size=LINK_HEADER.size, max_size=LINK_HEADER.size), ATTRIBUTES, ANY_BYTES)
def test_links_addresses_and_default_routes_with_any_attributes_are_taken_without_complaint(head, pairs, rest):
    for body in (head + b"".join(attribute(*each) for each in pairs), head + rest):
        list(network._link(memoryview(body)))
        list(network._link_address(memoryview(body)))
        list(network._default_routes(memoryview(body)))


class FakeKernel:
    """In place of a netlink socket: `answer` makes the datagrams from the request's sequence number."""

    def __init__(self, answer):
        self.requests = []
        self._answer = answer
        self._datagrams = []

    def send(self, data):
        self.requests.append(data)
        self._datagrams += self._answer(HEADER.unpack_from(data)[3])

    def recv_into(self, buffer):
        if not self._datagrams:
            raise TimeoutError
        datagram = self._datagrams.pop(0)
        buffer[: len(datagram)] = datagram
        return len(datagram)

    def close(self):
        """Nothing is held."""


@pytest.fixture
def asking():
    """Makes sockets that ask a fake kernel."""
    made = []

    def ask(answer):
        asker = NetlinkSocket(socket.NETLINK_ROUTE)
        asker.close()
        asker._socket = FakeKernel(answer)
        made.append(asker)
        return asker

    return ask


DONE = struct.pack("=i", 0)
ERROR_KIND, DONE_KIND = 2, 3
ACK_TLVS = 0x200


def refusal(sequence, number, words=None):
    echoed = bytes(NetlinkHead(16, 0, 0, sequence, 0))
    attributes = attribute(1, words + b"\0") if words else b""
    flags = ACK_TLVS if words else 0
    return message(ERROR_KIND, struct.pack("=i", -number) + echoed + attributes, flags=flags, sequence=sequence)


def test_a_dump_is_gathered_from_all_its_datagrams(asking):
    def answer(sequence):
        first = message(16, b"one", sequence=sequence) + message(16, b"two22", sequence=sequence)
        return [first, message(16, b"three", sequence=sequence), message(DONE_KIND, DONE, sequence=sequence)]

    assert [bytes(each) for each in asking(answer).dump(18, b"", what="list")] == [b"one", b"two22", b"three"]


def test_late_answers_to_another_request_are_left_out(asking):
    def answer(sequence):
        late = message(16, b"late", sequence=sequence - 1) + message(DONE_KIND, DONE, sequence=sequence - 1)
        mine = message(16, b"mine", sequence=sequence) + message(DONE_KIND, DONE, sequence=sequence)
        return [late, refusal(sequence - 1, 22), mine]

    assert [bytes(each) for each in asking(answer).dump(18, b"", what="list")] == [b"mine"]


def test_a_refusal_is_told_in_the_kernels_words_with_its_errno(asking):
    asker = asking(lambda sequence: [refusal(sequence, 22, b"no such thing")])
    with pytest.raises(CommandRefusedError, match=r"^add it: no such thing$") as caught:
        asker.command(20, b"", what="add it")
    assert caught.value.errno == 22


def test_a_refusal_without_words_is_told_in_those_of_its_errno(asking):
    with pytest.raises(CommandRefusedError, match=r"^add it: File exists$"):
        asking(lambda sequence: [refusal(sequence, 17)]).command(20, b"", what="add it")


def test_a_command_asks_for_an_acknowledgement_and_a_dump_for_everything(asking):
    asker = asking(lambda sequence: [refusal(sequence, 0)])
    asker.command(20, b"body", flags=0x400, what="add")
    asker.dump(18, b"", what="list")
    (length, kind, flags, _sequence, _port), second = (HEADER.unpack_from(each) for each in asker._socket.requests)
    assert (length, kind, flags) == (20, 20, 0x1 | 0x4 | 0x400)
    assert second[2] == 0x1 | 0x300
    assert second[3] == 2, "each request has a sequence number of its own"


@pytest.mark.parametrize("step", ["send", "recv_into"])
def test_a_kernel_without_memory_refuses(asking, step):
    def has_none(_data):
        raise OSError(errno.ENOBUFS, "No buffer space available")

    asker = asking(lambda sequence: [refusal(sequence, 0)])
    setattr(asker._socket, step, has_none)
    with pytest.raises(CommandRefusedError, match=r"^list: No buffer space available$") as caught:
        asker.dump(18, b"", what="list")
    assert caught.value.errno == errno.ENOBUFS


@given(ANY_BYTES)
def test_any_closing_message_is_a_success_or_a_refusal(data):
    for flags in (0, ACK_TLVS):
        with suppress(CommandRefusedError):
            netlink._raise_refusal(memoryview(data), flags, what="do it")


def test_a_family_is_found_with_its_groups(asking):
    groups = nested(7, nested(1, attribute(1, b"events\0"), attribute(2, struct.pack("=I", 9))))
    body = bytes(4) + attribute(1, struct.pack("=H", 31)) + groups

    def answer(sequence):
        return [message(16, body, sequence=sequence), refusal(sequence, 0)]

    family = find_family(asking(answer), "mptcp_pm")
    assert (family.id, family.groups) == (31, {"events": 9})


def test_a_family_that_the_kernel_does_not_have_is_not_supported(asking):
    with pytest.raises(NotSupportedError, match="no netlink family nothing"):
        find_family(asking(lambda sequence: [refusal(sequence, 2)]), "nothing")
