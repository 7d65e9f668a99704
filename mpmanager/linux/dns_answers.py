"""Reads what goes by between this machine and name servers: answers to questions that it has asked itself."""

import struct
from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import ip_address
from typing import NamedTuple

import dns.exception
import dns.message
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from mpmanager.core.host_form import host_name
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.names import HostName, IPAddress

_DNS_PORT = 53
_UDP = 17
_PORTS_AND_LENGTH = struct.Struct("!HHH")
_UDP_HEADER_BYTES = 8
_IPV4_HEADER_BYTES, _IPV6_HEADER_BYTES = 20, 40
_FRAGMENT_OFFSET = 0x1FFF
_DNS_HEADER_BYTES = 12
_IS_ANSWER = 0x80
"""In the third byte."""

_PATIENCE_S = 10.0
"""Resolvers give up a question after less (resolv.conf(5): 5 s)."""
_MOST_QUESTIONS = 1000
_ADDRESS_TYPES = (dns.rdatatype.A, dns.rdatatype.AAAA)


class Datagram(NamedTuple):
    """A DNS message on its way."""

    source: bytes
    """Address and port, as on the wire."""
    destination: bytes
    message: bytes

    @property
    def is_answer(self) -> bool:
        return bool(self.message[2] & _IS_ANSWER)


class Learnt(NamedTuple):
    """That some names have some addresses."""

    names: frozenset[HostName]
    addresses: frozenset[IPAddress]
    ttl_s: float


class _Question(NamedTuple):
    message: dns.message.Message
    asked: float


@dataclass(slots=True, kw_only=True)
class Ignored:
    """How many answers were not believed."""

    malformed: int = 0
    unasked: int = 0
    """No question of this machine that they answer was seen in the last moments: forged, late, or given twice."""


class Conversations:
    """Questions that wait for an answer, 1,000 at most.

    An answer counts when its question was seen to leave: same addresses, ports and number, same name and type. So
    whoever is not between this machine and its name server has to guess as much as for deceiving programs themselves.
    """

    def __init__(self) -> None:
        self.ignored = Ignored()
        self._questions: OrderedDict[bytes, _Question] = OrderedDict()

    def ask(self, packet: bytes, *, now: float) -> None:
        """Note what leaves; all but questions is passed over. `now` is in seconds."""
        datagram = datagram_in(packet)
        if datagram is None or datagram.is_answer:
            return
        try:
            question = dns.message.from_wire(datagram.message, question_only=True, ignore_trailing=True)
        except dns.exception.DNSException:
            return
        key = datagram.source + datagram.destination + datagram.message[:2]
        self._questions[key] = _Question(question, now)
        self._questions.move_to_end(key)
        if len(self._questions) > _MOST_QUESTIONS:
            self._questions.popitem(last=False)

    def answer(self, packet: bytes, *, now: float) -> Learnt | None:
        """What can be learnt from something that comes in; None: nothing."""
        datagram = datagram_in(packet)
        if datagram is None or not datagram.is_answer:
            return None
        key = datagram.destination + datagram.source + datagram.message[:2]
        asked = self._questions.get(key)
        if asked is None or now - asked.asked > _PATIENCE_S:
            self.ignored.unasked += 1
            return None
        try:
            answer = dns.message.from_wire(datagram.message, ignore_trailing=True)
        except dns.exception.DNSException:
            self.ignored.malformed += 1
            return None
        if not asked.message.is_response(answer):
            self.ignored.unasked += 1
            return None
        del self._questions[key]
        return self._taught_by(answer)

    def _taught_by(self, answer: dns.message.Message) -> Learnt | None:
        """The whole chain of aliases that leads to the addresses counts: programs may have asked for any of them."""
        if not isinstance(answer, dns.message.QueryMessage) or answer.question[0].rdtype not in _ADDRESS_TYPES:
            return None
        try:
            chain = answer.resolve_chaining()
        except dns.exception.DNSException:  # a loop of aliases, or one that is too long
            self.ignored.malformed += 1
            return None
        if chain.answer is None or chain.answer.rdclass != dns.rdataclass.IN:
            return None
        written = [answer.question[0].name, *(alias[0].target for alias in chain.cnames)]
        names = frozenset(name for each in written if (name := _host_name(each.to_text())) is not None)
        return Learnt(names, _addresses(chain.answer), float(chain.minimum_ttl)) if names else None


def datagram_in(packet: bytes) -> Datagram | None:
    """The DNS message in an IP packet; None: there is none, or not all of it."""
    found = _udp_in(packet)
    if found is None:
        return None
    addresses, udp = found
    if len(udp) < _UDP_HEADER_BYTES + _DNS_HEADER_BYTES:
        return None
    source_port, destination_port, length = _PORTS_AND_LENGTH.unpack_from(udp)
    message = udp[_UDP_HEADER_BYTES:length]  # some drivers deliver padding, too
    if len(message) < _DNS_HEADER_BYTES or length > len(udp) or _DNS_PORT not in {source_port, destination_port}:
        return None
    half = len(addresses) // 2
    return Datagram(addresses[:half] + udp[0:2], addresses[half:] + udp[2:4], message)


def _udp_in(packet: bytes) -> tuple[bytes, bytes] | None:
    """Source and destination address, and what comes behind the header of IP."""
    version = packet[0] >> 4 if packet else 0
    if version == 4 and len(packet) >= _IPV4_HEADER_BYTES:  # noqa: PLR2004  # of IP
        offset = int.from_bytes(packet[6:8], "big") & _FRAGMENT_OFFSET
        is_udp = packet[9] == _UDP and offset == 0
        return (packet[12:20], packet[(packet[0] & 0x0F) * 4 :]) if is_udp else None
    if version == 6 and len(packet) >= _IPV6_HEADER_BYTES and packet[6] == _UDP:  # noqa: PLR2004  # of IP
        return (packet[8:40], packet[_IPV6_HEADER_BYTES:])
    return None


def _host_name(text: str) -> HostName | None:
    """DNS has also names that no host can have."""
    try:
        return host_name(text)
    except InvalidValueError:
        return None


def _addresses(rrset: dns.rrset.RRset) -> frozenset[IPAddress]:
    return frozenset(ip_address(each.address) for each in rrset)
