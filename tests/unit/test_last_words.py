"""What a program in the kernel writes when a subflow is closed, read byte for byte."""

import struct
from ipaddress import ip_address
from socket import AF_INET, AF_INET6

import pytest

from mpmanager.linux.last_words import decode_last_words
from mpmanager.model.connection import Endpoint, FourTuple, StreamEnd, SubflowEnd

LAST_ACK, CLOSE = 9, 7


def words(family, local, remote, *, has_stream=1, state=LAST_ACK):
    subflow, stream = (1300, 300, 5000), (900, 4000, 901, 5100, 5000)
    ends = tuple(ip_address(each).packed.ljust(16, b"\0") for each in (local, remote))
    values = (*subflow, *stream, 2, has_stream, family, 40000, 443, state, *ends)
    return struct.pack("=QQQQQQQQIIHHHH16s16s", *values)


@pytest.mark.parametrize(
    ("family", "local", "remote"),
    [
        (AF_INET, "10.0.1.2", "192.0.2.80"),
        (AF_INET6, "fd00::2", "2001:db8::80"),
        (AF_INET6, "::ffff:10.0.1.2", "::ffff:192.0.2.80"),
    ],
)
def test_subflow_and_stream_are_read(family, local, remote):
    ends = [ip_address(each.removeprefix("::ffff:")) for each in (local, remote)]
    flow = FourTuple(Endpoint(ends[0], 40000), Endpoint(ends[1], 443))
    # The DATA_FIN has its place in the sequence space and is no byte of the program's.
    stream = StreamEnd(tx_bytes=900, rx_bytes=4000, tx_written=901 + 100 - 1)
    assert decode_last_words(words(family, local, remote)) == SubflowEnd(flow, 1000, 5000, 2, stream)


def test_in_a_closed_connection_what_was_not_sent_is_lost():
    record = words(AF_INET, "10.0.1.2", "192.0.2.80", state=CLOSE)
    assert decode_last_words(record).stream.tx_written == 900


def test_a_connection_that_fell_back_has_no_stream_of_its_own():
    assert decode_last_words(words(AF_INET, "10.0.1.2", "192.0.2.80", has_stream=0)).stream is None
