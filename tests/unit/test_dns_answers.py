"""What can be learnt from packets of DNS, and what is passed over."""

import struct
from ipaddress import ip_address

import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpmanager.core.host_memory import HostMemory
from mpmanager.linux.dns_answers import Conversations, datagram_in

HERE = {4: "192.0.2.10", 6: "2001:db8::10"}
SERVER = {4: "192.0.2.53", 6: "2001:db8::53"}
PORT = 40_000
NOW = 100.0


def packet(message, *, source, destination, source_port, destination_port, padding=b"", more=0):
    """An IP packet with a message in UDP; checksums are the kernel's business."""
    source, destination = ip_address(source), ip_address(destination)
    udp = struct.pack("!HHHH", source_port, destination_port, 8 + len(message) + more, 0) + message
    if source.version == 4:
        header = struct.pack("!BBHHHBBH", 0x46, 0, 24 + len(udp), 1, 0, 64, 17, 0)
        return header + source.packed + destination.packed + bytes(4) + udp + padding
    header = struct.pack("!IHBB", 6 << 28, len(udp), 17, 64)
    return header + source.packed + destination.packed + udp + padding


def asked(question, *, version=4, port=PORT):
    return packet(
        question.to_wire(),
        source=HERE[version],
        destination=SERVER[version],
        source_port=port,
        destination_port=53,
    )


def answered(wire, *, version=4, port=PORT, server=None, **options):
    return packet(
        wire,
        source=server or SERVER[version],
        destination=HERE[version],
        source_port=53,
        destination_port=port,
        **options,
    )


def response_to(question, *records):
    response = dns.message.make_response(question)
    response.answer = [dns.rrset.from_text(*record) for record in records]
    return response.to_wire()


def learn(question, wire, **options):
    """What comes of one question and one answer, and what was ignored."""
    conversations = Conversations()
    conversations.ask(asked(question, version=options.get("version", 4)), now=NOW)
    return conversations.answer(answered(wire, **options), now=NOW), conversations.ignored


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize(("kind", "address"), [("A", "198.51.100.7"), ("AAAA", "2001:db8:7::7")])
def test_an_address_and_its_name_are_learnt_from_an_answer(version, kind, address):
    question = dns.message.make_query("WWW.example.org.", kind)
    learnt, ignored = learn(
        question, response_to(question, ("www.example.org.", 300, "IN", kind, address)), version=version
    )
    assert learnt == ({"www.example.org"}, {ip_address(address)}, 300.0)
    assert (ignored.malformed, ignored.unasked) == (0, 0)


def test_all_names_of_a_chain_of_aliases_count_and_the_shortest_time():
    question = dns.message.make_query("www.example.org.", "A")
    wire = response_to(
        question,
        ("www.example.org.", 300, "IN", "CNAME", "example.cdn.net."),
        ("example.cdn.net.", 20, "IN", "CNAME", "edge7.cdn.net."),
        ("edge7.cdn.net.", 60, "IN", "A", "198.51.100.7", "198.51.100.8"),
        ("stranger.example.", 60, "IN", "A", "198.51.100.9"),
    )
    learnt, _ = learn(question, wire)
    assert learnt == (
        {"www.example.org", "example.cdn.net", "edge7.cdn.net"},
        {ip_address("198.51.100.7"), ip_address("198.51.100.8")},
        20.0,
    )


def test_names_that_no_host_can_have_are_left_out():
    question = dns.message.make_query(r"a\032b.example.org.", "A")
    wire = response_to(
        question,
        (r"a\032b.example.org.", 60, "IN", "CNAME", "plain.example.org."),
        ("plain.example.org.", 60, "IN", "A", "198.51.100.7"),
    )
    learnt, _ = learn(question, wire)
    assert learnt is not None
    assert learnt.names == {"plain.example.org"}


@pytest.mark.parametrize(
    ("kind", "records"),
    [
        ("A", []),
        ("A", [("www.example.org.", 60, "IN", "CNAME", "elsewhere.example.")]),
        ("A", [("stranger.example.", 60, "IN", "A", "198.51.100.9")]),
        ("TXT", [("www.example.org.", 60, "IN", "TXT", "198.51.100.9")]),
        ("MX", [("www.example.org.", 60, "IN", "MX", "10 mail.example.org.")]),
    ],
)
def test_an_answer_without_addresses_teaches_nothing(kind, records):
    question = dns.message.make_query("www.example.org.", kind)
    learnt, ignored = learn(question, response_to(question, *records))
    assert (learnt, ignored.malformed, ignored.unasked) == (None, 0, 0)


def the_question_and_its_answer():
    question = dns.message.make_query("www.example.org.", "A")
    return question, response_to(question, ("www.example.org.", 60, "IN", "A", "198.51.100.7"))


@pytest.mark.parametrize(
    "options", [{"server": "192.0.2.54"}, {"port": PORT + 1}], ids=["another server", "another port"]
)
def test_an_answer_from_or_to_elsewhere_is_not_believed(options):
    learnt, ignored = learn(*the_question_and_its_answer(), **options)
    assert (learnt, ignored.unasked) == (None, 1)


def test_an_answer_with_another_number_or_question_is_not_believed():
    question, wire = the_question_and_its_answer()
    other_number = bytes([wire[0] ^ 1]) + wire[1:]
    other_question = dns.message.make_query("bank.example.", "A", id=question.id)
    forged = response_to(other_question, ("bank.example.", 60, "IN", "A", "198.51.100.66"))
    for each in (other_number, forged):
        learnt, ignored = learn(question, each)
        assert (learnt, ignored.unasked) == (None, 1)


def test_a_forged_answer_does_not_use_the_question_up():
    question, wire = the_question_and_its_answer()
    conversations = Conversations()
    conversations.ask(asked(question), now=NOW)
    forged = response_to(dns.message.make_query("bank.example.", "A", id=question.id))
    for each in (forged, wire[:-3]):
        assert conversations.answer(answered(each), now=NOW) is None
    assert conversations.answer(answered(wire), now=NOW) is not None


def test_a_second_answer_and_a_late_one_are_not_believed():
    question, wire = the_question_and_its_answer()
    conversations = Conversations()
    conversations.ask(asked(question), now=NOW)
    assert conversations.answer(answered(wire), now=NOW + 11) is None
    assert conversations.answer(answered(wire), now=NOW + 9) is not None
    assert conversations.answer(answered(wire), now=NOW + 9) is None
    assert conversations.ignored.unasked == 2


def test_loops_of_aliases_and_of_compression_are_counted_as_malformed():
    question = dns.message.make_query("www.example.org.", "A")
    aliases = response_to(
        question,
        ("www.example.org.", 60, "IN", "CNAME", "loop.example.org."),
        ("loop.example.org.", 60, "IN", "CNAME", "www.example.org."),
    )
    plain = response_to(question)
    pointer_to_itself = struct.pack("!H", 0xC000 | len(plain))
    compression = plain[:6] + b"\0\1" + plain[8:] + pointer_to_itself + struct.pack("!HHIH", 1, 1, 60, 4) + bytes(4)
    for wire in (aliases, compression):
        learnt, ignored = learn(question, wire)
        assert (learnt, ignored.malformed) == (None, 1)


def test_padding_behind_a_message_does_no_harm():
    question, wire = the_question_and_its_answer()
    learnt, _ = learn(question, wire, padding=bytes(18))
    assert learnt is not None


def test_the_first_piece_of_a_message_and_later_ones_are_no_message():
    wire = the_question_and_its_answer()[1]
    first = answered(wire, more=100)
    later = bytearray(answered(wire))
    later[6:8] = b"\0\x10"
    assert datagram_in(answered(wire)) is not None
    assert datagram_in(first) is None
    assert datagram_in(bytes(later)) is None


def test_other_protocols_and_ports_are_no_dns():
    question = the_question_and_its_answer()[0]
    ends = {"source": HERE[4], "destination": SERVER[4]}
    assert datagram_in(packet(question.to_wire(), **ends, source_port=5353, destination_port=5353)) is None
    tcp = bytearray(asked(question))
    tcp[9] = 6
    assert datagram_in(bytes(tcp)) is None


@given(st.data())
def test_whatever_comes_is_learnt_or_passed_over(data):
    question, wire = the_question_and_its_answer()
    good = data.draw(st.sampled_from([answered(wire), asked(question), answered(wire, version=6)]))
    bad = bytearray(good)
    for _ in range(data.draw(st.integers(0, 6))):
        bad[data.draw(st.integers(0, len(bad) - 1))] = data.draw(st.integers(0, 255))
    bad = bytes(bad[: data.draw(st.integers(0, len(bad)))])
    conversations = Conversations()
    conversations.ask(asked(question), now=NOW)
    conversations.ask(bad, now=NOW)
    conversations.answer(bad, now=NOW)


@given(st.binary(max_size=300))
def test_any_message_with_the_right_number_is_learnt_or_passed_over(tail):
    question, wire = the_question_and_its_answer()
    learn(question, wire[:4] + tail)


def test_many_questions_without_answers_are_forgotten():
    conversations = Conversations()
    first, wire = the_question_and_its_answer()
    conversations.ask(asked(first), now=NOW)
    for number in range(1000):
        conversations.ask(asked(dns.message.make_query("a.example.", "A", id=number), port=1024 + number), now=NOW)
    assert conversations.answer(answered(wire), now=NOW) is None


def test_many_answers_leave_a_bounded_memory():
    conversations, memory = Conversations(), HostMemory(most_addresses=100)
    for number in range(300):
        question = dns.message.make_query(f"n{number}.example.", "A")
        address = str(ip_address(0x0A000000 + number))
        conversations.ask(asked(question), now=NOW)
        wire = response_to(question, (f"n{number}.example.", 60, "IN", "A", address))
        learnt = conversations.answer(answered(wire), now=NOW)
        for each in learnt.addresses:
            memory.learn(each, learnt.names, ttl_s=learnt.ttl_s, now=NOW)
    assert len(memory) == 100
    assert memory.names_of(ip_address(0x0A000000 + 299), now=NOW) == {"n299.example"}
