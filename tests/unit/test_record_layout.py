"""The quick reader of records reads what a slow one would, and the kernel's structures as its headers lay them out."""

import ctypes
import struct
from contextlib import ExitStack
from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpmanager.linux.netlink import HEADER, aligned, attribute, attributes_of, nested
from mpmanager.linux.record_layout import Field, RecordReader
from mpmanager.linux.sock_diag import LinuxConnectionTable, decode_ends
from mpmanager.model.connection import Endpoint, FourTuple, ProcessKey, SubflowEnd, TcpState
from mpmanager.model.names import Token

HEAD_BYTES = 8
FIELDS = (
    Field((), 0, "B"),
    Field((), 4, "I"),
    Field((1,), 0, "I"),
    Field((1,), 8, "Q"),
    Field((2, 3), 0, "H"),
    Field((2, 4, 5), 1, "B"),
    Field((6,), 0, "3s"),
)


def slowly(message):
    """What the fields of one message are, by the plain way."""
    body = memoryview(message)[HEADER.size :]
    return tuple(_value(body, each) for each in FIELDS)


def _value(body, field):
    place = body[:HEAD_BYTES]
    if field.path:
        place = body[HEAD_BYTES:]
        for kind in field.path:
            place = attributes_of(place).get(kind)
            if place is None:
                return None
    if len(place) < field.end:
        return None
    return struct.unpack_from("=" + field.format, place, field.offset)[0]


def message(body, kind=20):
    size = HEADER.size + len(body)
    return HEADER.pack(size, kind, 2, 1, 0) + body + bytes(aligned(size) - size)


PAYLOADS = st.binary(max_size=24)
INNERMOST = st.dictionaries(st.sampled_from([5, 7]), PAYLOADS).map(
    lambda parts: b"".join(attribute(*each) for each in parts.items())
)
INNER = st.dictionaries(st.sampled_from([3, 4, 8]), st.one_of(PAYLOADS, INNERMOST)).map(
    lambda parts: b"".join(attribute(*each) for each in parts.items())
)
BODIES = st.builds(
    lambda head, parts: head + b"".join(attribute(*each) for each in parts.items()),
    st.binary(min_size=HEAD_BYTES, max_size=HEAD_BYTES),
    st.dictionaries(st.sampled_from([1, 2, 6, 9]), st.one_of(PAYLOADS, INNER)),
)


def read_all(reader, data):
    """Everything in a datagram, however many steps it takes."""
    rest, values = memoryview(data), []
    while rest:
        some, size = reader.read(rest)
        assert 0 < size <= len(rest)
        values += some
        rest = rest[size:]
    return values


@given(st.lists(BODIES, max_size=12), st.data())
def test_many_messages_are_read_as_each_alone(bodies, data):
    # Repeated, as in a dump: a layout that was worked out serves the next ones.
    order = data.draw(st.lists(st.integers(0, len(bodies) - 1), max_size=30)) if bodies else []
    messages = [message(bodies[each]) for each in order]
    reader = RecordReader(head_bytes=HEAD_BYTES, fields=FIELDS)
    assert read_all(reader, b"".join(messages)) == [slowly(each) for each in messages]


@given(st.binary(max_size=200), st.lists(BODIES, max_size=3))
def test_any_bytes_are_read_to_their_end_without_complaint(noise, bodies):
    reader = RecordReader(head_bytes=HEAD_BYTES, fields=FIELDS)
    read_all(reader, noise)
    read_all(reader, b"".join(message(each) for each in bodies) + noise)


@given(BODIES, st.data())
def test_a_message_cut_off_gives_nothing_and_ends_the_reading(body, data):
    whole = message(body)
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    values = read_all(RecordReader(head_bytes=HEAD_BYTES, fields=FIELDS), cut)
    # At most the padding was cut off.
    assert values == [] or len(cut) >= HEADER.size + len(body)


@settings(max_examples=300)
@given(st.binary(max_size=600))
def test_any_bytes_are_taken_for_ends_without_complaint(data):
    list(decode_ends(memoryview(data)))


@given(st.lists(st.binary(min_size=72, max_size=400), max_size=4))
def test_any_messages_are_taken_for_ends_without_complaint(bodies):
    for end in decode_ends(memoryview(b"".join(message(each) for each in bodies))):
        assert end.flow.remote.port


class SocketId(ctypes.Structure):
    """struct inet_diag_sockid of `linux/inet_diag.h`."""

    _fields_ = (
        ("idiag_sport", ctypes.c_uint16.__ctype_be__),
        ("idiag_dport", ctypes.c_uint16.__ctype_be__),
        ("idiag_src", ctypes.c_uint8 * 16),
        ("idiag_dst", ctypes.c_uint8 * 16),
        ("idiag_if", ctypes.c_uint32),
        ("idiag_cookie", ctypes.c_uint32 * 2),
    )


class SocketMessage(ctypes.Structure):
    """struct inet_diag_msg."""

    _fields_ = (
        ("idiag_family", ctypes.c_uint8),
        ("idiag_state", ctypes.c_uint8),
        ("idiag_timer", ctypes.c_uint8),
        ("idiag_retrans", ctypes.c_uint8),
        ("id", SocketId),
        ("idiag_expires", ctypes.c_uint32),
        ("idiag_rqueue", ctypes.c_uint32),
        ("idiag_wqueue", ctypes.c_uint32),
        ("idiag_uid", ctypes.c_uint32),
        ("idiag_inode", ctypes.c_uint32),
    )


def structure(name, *fields):
    """A C structure from pairs of a type and the names of its members in one string."""
    members = tuple((member, kind) for kind, names in fields for member in names.split())
    return type(name, (ctypes.Structure,), {"_fields_": members})


U8, U32, U64 = ctypes.c_uint8, ctypes.c_uint32, ctypes.c_uint64

TcpInfo = structure(
    "TcpInfo",
    (U8, "state ca_state retransmits probes backoff options wscale bits"),
    (U32, "rto ato snd_mss rcv_mss unacked sacked lost retrans fackets"),
    (U32, "last_data_sent last_ack_sent last_data_recv last_ack_recv"),
    (U32, "pmtu rcv_ssthresh rtt rttvar snd_ssthresh snd_cwnd advmss reordering rcv_rtt rcv_space total_retrans"),
    (U64, "pacing_rate max_pacing_rate bytes_acked bytes_received"),
    (U32, "segs_out segs_in notsent_bytes min_rtt data_segs_in data_segs_out"),
    (U64, "delivery_rate busy_time rwnd_limited sndbuf_limited"),
    (U32, "delivered delivered_ce"),
    (U64, "bytes_sent bytes_retrans"),
    (U32, "dsack_dups reord_seen rcv_ooopack snd_wnd"),
)
"""struct tcp_info of `linux/tcp.h`; the names begin with `tcpi_` there."""

MptcpInfo = structure(
    "MptcpInfo",
    (U8, "subflows add_addr_signal add_addr_accepted subflows_max add_addr_signal_max add_addr_accepted_max"),
    (U32, "flags token"),
    (U64, "write_seq snd_una rcv_nxt"),
    (U8, "local_addr_used local_addr_max csum_enabled"),
    (U32, "retransmits"),
    (U64, "bytes_retrans bytes_sent bytes_received bytes_acked"),
)
"""struct mptcp_info of `linux/mptcp.h` as of Linux 6.5; the names begin with `mptcpi_` there."""


FLOWS = {
    4: FourTuple(Endpoint(ip_address("10.0.0.1"), 40_000), Endpoint(ip_address("192.0.2.9"), 443)),
    6: FourTuple(Endpoint(ip_address("2001:db8::1"), 40_000), Endpoint(ip_address("2001:db8::9"), 443)),
}
ESTABLISHED, CLOSED, FIN_WAIT_2 = 1, 7, 5


def socket_message(version, *, state=ESTABLISHED, **fields):
    flow = FLOWS[version]
    addresses = [(ctypes.c_uint8 * 16)(*each.address.packed) for each in (flow.local, flow.remote)]
    identity = SocketId(flow.local.port, flow.remote.port, *addresses)
    return bytes(SocketMessage({4: 2, 6: 10}[version], state, id=identity, **fields))


def u8(kind, value):
    return attribute(kind, bytes([value]))


def u32(kind, value):
    return attribute(kind, struct.pack("=I", value))


def test_structures_have_the_sizes_of_the_kernels_headers():
    assert ctypes.sizeof(SocketId) == 48
    assert ctypes.sizeof(SocketMessage) == 72
    assert TcpInfo.bytes_sent.offset == 200
    assert MptcpInfo.bytes_acked.offset == 72


@pytest.mark.parametrize("version", [4, 6])
def test_an_end_is_read_from_the_kernels_structures(version):
    info = TcpInfo(bytes_sent=1300, bytes_retrans=300, bytes_received=5001, total_retrans=2)
    data = message(socket_message(version, state=CLOSED, idiag_rqueue=1) + attribute(2, bytes(info)))
    assert list(decode_ends(memoryview(data))) == [SubflowEnd(FLOWS[version], 1000, 5000, 2)]


@pytest.mark.parametrize(
    ("state", "queued", "received"), [(CLOSED, 0, 5001), (CLOSED, 2, 5001), (ESTABLISHED, 1, 5001)]
)
def test_an_unread_byte_that_is_no_fin_is_payload(state, queued, received):
    info = TcpInfo(bytes_received=5001)
    data = message(socket_message(4, state=state, idiag_rqueue=queued) + attribute(2, bytes(info)))
    (end,) = decode_ends(memoryview(data))
    assert end.rx_bytes == received


def test_a_fin_that_has_come_is_no_payload_wherever_it_waits():
    info = TcpInfo(bytes_received=5001)
    close_wait = 8
    data = message(socket_message(4, state=close_wait, idiag_rqueue=0) + attribute(2, bytes(info)))
    (end,) = decode_ends(memoryview(data))
    assert end.rx_bytes == 5000


def test_an_end_without_counters_counts_nothing():
    assert list(decode_ends(memoryview(message(socket_message(4))))) == [SubflowEnd(FLOWS[4], 0, 0, 0)]


@pytest.mark.parametrize("spoil", [b"\x00\x00\x01\x00", b"\xff\xff\x01\x00", b"\x03\x00\x01\x00"])
def test_a_message_that_cannot_be_read_spoils_no_other_of_its_length(spoil):
    reader = RecordReader(head_bytes=HEAD_BYTES, fields=FIELDS)
    whole = message(bytes(HEAD_BYTES) + attribute(1, bytes(range(16))) + nested(2, attribute(3, b"ab")))
    for place in (HEADER.size + HEAD_BYTES, HEADER.size + HEAD_BYTES + 20, HEADER.size + HEAD_BYTES + 24):
        broken = whole[:place] + spoil + whole[place + 4 :]
        for data in (broken, whole, broken, whole):
            assert read_all(reader, data) == [slowly(data)]
    assert None in slowly(broken)
    assert slowly(whole)[2] is not None


@pytest.fixture
def table_of():
    """A table whose kernel answers every request with one message."""
    with ExitStack() as stack:

        def make(data):
            table = LinuxConnectionTable()
            stack.callback(table.close)
            table._netlink.ask_into = lambda _kind, _request, take, **_options: take(memoryview(data))
            return table

        yield make


def subflow_message(version, *, rtt=12_500, **info):
    counters = TcpInfo(rtt=rtt, **info)
    ulp = nested(3, u32(2, 0x89ABCDEF), u32(8, 0x20), u8(9, 6), u8(10, 5))
    return message(socket_message(version) + attribute(2, bytes(counters)) + nested(19, ulp))


@pytest.mark.parametrize("version", [4, 6])
def test_a_subflow_is_read_from_the_kernels_structures(table_of, version):
    found = table_of(subflow_message(version, bytes_sent=1000, bytes_received=5000)).subflow(FLOWS[version])
    assert (found.token, found.flow, found.local_id, found.remote_id) == (0x89ABCDEF, FLOWS[version], 5, 6)
    assert (found.is_backup_here, found.is_backup_there) == (True, False)
    assert (found.state, found.rtt_ms, found.tx_bytes, found.rx_bytes) == (TcpState.ESTABLISHED, 12.5, 1000, 5000)


def test_a_subflow_without_a_measured_round_trip_has_none(table_of):
    assert table_of(subflow_message(4, rtt=0)).subflow(FLOWS[4]).rtt_ms is None


def test_plain_tcp_is_no_subflow(table_of):
    assert table_of(message(socket_message(4) + attribute(2, bytes(TcpInfo())))).subflow(FLOWS[4]) is None


@pytest.mark.parametrize("version", [4, 6])
def test_a_connection_is_read_from_the_kernels_structures(table_of, version):
    info = MptcpInfo(
        token=0x89ABCDEF,
        write_seq=7000,
        snd_una=6500,
        bytes_sent=1200,
        bytes_received=5000,
        bytes_acked=1000,
    )
    head = socket_message(version, state=FIN_WAIT_2, idiag_uid=1000, idiag_inode=77)
    data = message(head + attribute(2, bytes(info)) + attribute(21, struct.pack("=Q", 4242)))
    found = table_of(data).connection(Token(0x89ABCDEF))
    assert (found.token, found.flow, found.state) == (0x89ABCDEF, FLOWS[version], TcpState.FIN_WAIT_2)
    assert found.owner == ProcessKey(77, 1000, 4242)
    assert not found.is_fallback
    assert (found.tx_bytes, found.rx_bytes) == (1200, 5000)
    assert found.tx_written == 1000 + 500 - 1, "the last number of a closed stream is its DATA_FIN"


def test_a_connection_that_fell_back_says_so(table_of):
    info = MptcpInfo(flags=1, token=7, bytes_sent=1200)
    found = table_of(message(socket_message(4) + attribute(2, bytes(info)))).connection(Token(7))
    assert found.is_fallback
    assert found.tx_bytes == 1200


def test_a_kernel_that_does_not_count_says_none(table_of):
    old = bytes(MptcpInfo(token=7))[: MptcpInfo.retransmits.offset]
    found = table_of(message(socket_message(4) + attribute(2, old))).connection(Token(7))
    assert (found.tx_bytes, found.rx_bytes) == (None, None)


def test_a_socket_that_has_no_token_yet_is_no_connection(table_of):
    assert table_of(message(socket_message(4) + attribute(2, bytes(MptcpInfo())))).connection(Token(0)) is None
