"""What networks, kernels and programs tell: any bytes of it are read or passed over, and none is a fault."""

import os

from hypothesis import example, given, settings
from hypothesis import strategies as st

from mpmanager.core.pcapng import interface_block, packet_block, section_block, statistics_block
from mpmanager.linux.hosts_file import parse_hosts
from mpmanager.linux.mptcp_segments import segment_in
from mpmanager.linux.path_probes import judged
from mpmanager.linux.route_trace import _offender
from mpmanager.linux.socket_options import _WISH, decode_wish
from mpmanager.model.diagnosis import ProbeOutcome
from mpmanager.model.packet import SeenPacket

BOUNDED = settings(max_examples=int(os.environ.get("MPMANAGER_FUZZ_CASES", "200")), deadline=None)


class LongName(str):
    """Told in short where it is told."""

    __slots__ = ()

    def __new__(cls, length):
        return super().__new__(cls, "ä" * length)

    def __repr__(self):
        return f"LongName({len(self)})"


TEXTS = st.text(max_size=50) | st.binary(max_size=50).map(os.fsdecode)
HTTP = st.lists(
    st.sampled_from(
        [
            b"HTTP/1.1 ",
            b"200",
            b"204",
            b"302",
            b"9" * 5000,
            b" OK",
            b"\r\n",
            b"\r\n\r\n",
            b"Location: ",
            b"\x1b[2J",
            b"\xff",
        ]
    )
    | st.binary(max_size=20),
    max_size=12,
).map(b"".join)


@BOUNDED
@example(answer=b"HTTP/1.1 " + b"9" * 5000, expected="")
@example(answer=b"HTTP/1.1 302 x\r\nLocation: \x1b[2J" + b"y" * 9999, expected="")
@given(answer=HTTP, expected=st.sampled_from(["", "success"]))
def test_any_answer_by_http_is_judged_in_a_sentence_without_control_characters(answer, expected):
    outcome, told = judged(answer, expected)
    assert outcome in {ProbeOutcome.OK, ProbeOutcome.PORTAL}
    assert told.isprintable()
    assert len(told) < 300


@BOUNDED
@given(address=st.binary(max_size=40))
def test_any_bytes_are_an_address_of_a_hop_or_none(address):
    assert _offender(address) is None or len(address) >= 8


@BOUNDED
@given(packet=st.binary(max_size=120) | st.binary(max_size=100).map(lambda rest: b"\x45\x00" + rest))
def test_any_packet_is_a_segment_or_none(packet):
    segment_in(packet)


@BOUNDED
@given(text=st.text(max_size=200))
def test_any_text_is_a_file_of_hosts(text):
    parse_hosts(text)


@BOUNDED
@given(value=st.binary(min_size=_WISH.size, max_size=_WISH.size))
def test_whatever_a_program_says_by_its_socket_is_a_wish(value):
    assert decode_wish(value).section >= 0


@BOUNDED
@given(
    data=st.binary(max_size=2000),
    time_ns=st.integers(0, 2**64 - 1),
    is_outgoing=st.booleans(),
    name=TEXTS | st.integers(65_530, 70_000).map(LongName),
)
def test_any_packet_and_any_name_make_whole_blocks_of_a_capture(data, time_ns, is_outgoing, name):
    packet = SeenPacket(time_ns=time_ns, interface="wlan0", is_outgoing=is_outgoing, data=data)
    for block in (
        section_block(name),
        interface_block(name),
        packet_block(packet, 0),
        statistics_block(0, time_ns, 2**64 - 1),
    ):
        assert len(block) % 4 == 0
        assert block[4:8] == block[-4:] == len(block).to_bytes(4, "little")
