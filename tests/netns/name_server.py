"""A name server at a place of a lab, and questions to it."""

import asyncio
import socket
from ipaddress import ip_address

import dns.message
import dns.rdatatype
import dns.rrset

from netns.stage import TIMEOUT_S, standing_in

PORT = 53


class NameServer:
    """Answers every question by `records`, {(name, type): [records as text]}, until it is closed.

    For the thread of a test that is `on_the_laptop`.
    """

    def __init__(self, lab, *, address, place="server", records=None):
        self.address, self._lab = ip_address(address), lab
        self.records = records or {}
        self.asked = []
        """Names and types, in their order."""
        with standing_in(lab, place):
            self._socket = socket.socket(_family(self.address), socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind((address, PORT))
        asyncio.get_running_loop().add_reader(self._socket, self._answer)

    def _answer(self):
        wire, client = self._socket.recvfrom(4096)
        question = dns.message.from_wire(wire)
        name, kind = question.question[0].name.to_text(), dns.rdatatype.to_text(question.question[0].rdtype)
        self.asked.append((name, kind))
        response = dns.message.make_response(question)
        response.answer = [dns.rrset.from_text(*record) for record in self.records.get((name, kind), [])]
        self._socket.sendto(response.to_wire(), client)

    async def ask(self, name, address, *, place="laptop"):
        """Ask it for a name from a place, and wait for its answer, which is this address."""
        kind = "A" if address.version == 4 else "AAAA"
        self.records[f"{name}.", kind] = [(f"{name}.", 60, "IN", kind, str(address))]
        with standing_in(self._lab, place):
            client = socket.socket(_family(self.address), socket.SOCK_DGRAM)
        with client:
            client.setblocking(False)
            client.connect((str(self.address), PORT))
            client.send(dns.message.make_query(name, kind).to_wire())
            async with asyncio.timeout(TIMEOUT_S):
                await asyncio.get_running_loop().sock_recv(client, 4096)

    def close(self):
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()


def _family(address):
    return socket.AF_INET if address.version == 4 else socket.AF_INET6
