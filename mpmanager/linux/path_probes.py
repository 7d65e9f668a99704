"""Probes of paths on the real network, from sockets that are bound to the path's interface and source address."""

import asyncio
import errno
import socket
import struct
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import urlsplit

import dns.exception
import dns.message
import dns.rcode
import dns.rdatatype

from mpmanager.linux.bound_socket import bound_socket, connect, outcome_of
from mpmanager.linux.echo import LinuxEchoRequests
from mpmanager.linux.multipath_probe import MultipathProbe
from mpmanager.linux.name_servers import name_servers_of
from mpmanager.linux.netlink import NetlinkSocket, attribute, attributes_of
from mpmanager.linux.route_trace import trace
from mpmanager.model.connection import Endpoint
from mpmanager.model.diagnosis import Hop, Probe, ProbeOutcome, ProbeStep, ProbeWishes
from mpmanager.model.errors import CommandRefusedError
from mpmanager.model.heartbeat import Beat
from mpmanager.model.names import IPAddress
from mpmanager.model.path import Path
from mpmanager.ports.connections import PathManager

_PATIENCE_S = 2.5
_AGAIN_S = 0.8
"""Until a datagram is sent once more,"""
_ATTEMPTS = 3
"""and how often it is sent."""
_DNS_PORT, _HTTP_PORT = 53, 80
_STATUS_DIGITS = 3
_LONGEST_PLACE = 200
"""Of where an answer by HTTP leads, in characters."""
_LARGEST_ANSWER = 4096
_NO_CONTENT, _OK = 204, 200
_REDIRECTIONS = range(300, 400)
_BEYOND = {4: ip_address("192.0.2.1"), 6: ip_address("2001:db8::1")}
"""For documentation: nobody has them. The kernel is asked for the route, and nothing is sent there."""
_NETLINK_ROUTE, _GET_ROUTE = 0, 26
_ROUTE_MESSAGE = struct.Struct("=BBBBBBBBI")
_DESTINATION, _SOURCE, _OUT, _GATEWAY, _VIA = 1, 2, 4, 5, 18
"""RTA_*"""


class LinuxPathProbes:
    """PathProbes of the namespace in which it is asked. Needs CAP_NET_RAW, and the path manager for joins."""

    def __init__(self, path_manager: PathManager) -> None:
        self._path_manager = path_manager

    async def probe(self, path: Path, wishes: ProbeWishes, *, others: Sequence[Path] = ()) -> tuple[Probe, ...]:
        """The steps that need nothing of each other at the same time."""
        found = await asyncio.gather(
            _routes(path),
            _gateways(path),
            _names(path),
            _portal(path, wishes),
            self._server(path, wishes.server, others),
        )
        return tuple(probe for each in found for probe in each)

    async def trace(self, path: Path, destination: IPAddress) -> tuple[Hop, ...]:
        return await trace(path, destination)

    async def _server(self, path: Path, server: Endpoint | None, others: Sequence[Path]) -> list[Probe]:
        steps = (ProbeStep.SERVICE, ProbeStep.SYN, ProbeStep.CAPABLE, ProbeStep.JOIN, ProbeStep.ADD_ADDRESS)
        if server is None:
            return [_not_asked(path, step, "no server was chosen") for step in steps]
        if path.source_address(server.address.version) is None:
            return [_not_asked(path, step, f"no address of IPv{server.address.version}") for step in steps]
        service = await _service(path, server)
        return [service, *await MultipathProbe(path, server, self._path_manager.execute, others=others).run()]


async def _routes(path: Path) -> list[Probe]:
    sources = (path.source_address(version) for version in (4, 6) if path.way_out(version))
    return [_route(path, source) for source in sources if source is not None]


def _route(path: Path, source: IPAddress) -> Probe:
    outcome, detail = ProbeOutcome.OK, ""
    try:
        out, has_gateway = _way_of(source)
        if out != path.index and has_gateway:
            outcome, detail = ProbeOutcome.NO_ROUTE, f"it would leave by {_interface(out)}, and not by {path.name}"
    except CommandRefusedError as error:
        words = "no route" if error.errno in {errno.ENETUNREACH, errno.EHOSTUNREACH} else str(error)
        outcome, detail = ProbeOutcome.NO_ROUTE, words
    return Probe(path=path.name, step=ProbeStep.ROUTE, outcome=outcome, target=str(source), detail=detail)


def _way_of(source: IPAddress) -> tuple[int, bool]:
    """By which interface what this address sends to far away leaves, and whether a gateway takes it.

    Raises:
        CommandRefusedError: it does not leave.
    """
    family = socket.AF_INET if source.version == 4 else socket.AF_INET6  # noqa: PLR2004  # of IP
    bits = source.max_prefixlen
    request = _ROUTE_MESSAGE.pack(family, bits, bits, 0, 0, 0, 0, 0, 0)
    request += attribute(_DESTINATION, _BEYOND[source.version].packed) + attribute(_SOURCE, source.packed)
    with NetlinkSocket(_NETLINK_ROUTE) as netlink:
        (answer, *_others) = netlink.query(_GET_ROUTE, request, what=f"looking for a route from {source}")
    found = attributes_of(memoryview(bytes(answer)[_ROUTE_MESSAGE.size :]))
    return int.from_bytes(found.get(_OUT, b""), sys.byteorder), _GATEWAY in found or _VIA in found


def _interface(index: int) -> str:
    try:
        return socket.if_indextoname(index)
    except OSError:
        return f"interface {index}"


async def _gateways(path: Path) -> list[Probe]:
    if not path.gateways:
        return [_not_asked(path, ProbeStep.GATEWAY, "it has none")]
    return list(await asyncio.gather(*(_gateway(path, each) for each in path.gateways)))


async def _gateway(path: Path, gateway: IPAddress) -> Probe:
    local = path.source_address(gateway.version)
    if local is None:
        return _not_asked(path, ProbeStep.GATEWAY, f"no address of IPv{gateway.version}")
    echo, answered = LinuxEchoRequests(), asyncio.Event()
    echo.listen(lambda _beat: answered.set())
    began = time.monotonic()
    try:
        for sequence in range(_ATTEMPTS):
            echo.send(Beat(path=path.name, interface_index=path.index, local=local, peer=gateway, sequence=sequence))
            with suppress(TimeoutError):
                async with asyncio.timeout(_AGAIN_S):
                    await answered.wait()
                    break
    finally:
        echo.close()
    outcome = ProbeOutcome.OK if answered.is_set() else ProbeOutcome.SILENT
    took_ms = (time.monotonic() - began) * 1000 if answered.is_set() else None
    return Probe(path=path.name, step=ProbeStep.GATEWAY, outcome=outcome, target=str(gateway), took_ms=took_ms)


async def _names(path: Path) -> list[Probe]:
    """The first server that answers is enough."""
    servers = name_servers_of(path)
    if not servers:
        return [_not_asked(path, ProbeStep.DNS, "none is known that this path leads to")]
    query = dns.message.make_query(".", dns.rdatatype.NS)
    probes = [await _ask_name(path, server, query) for server in servers]
    good = [each for each, _answer in probes if each.outcome is ProbeOutcome.OK]
    return good[:1] or [probes[0][0]]


async def _ask_name(
    path: Path, server: IPAddress, query: dns.message.Message
) -> tuple[Probe, dns.message.Message | None]:
    began = time.monotonic()

    def probe(outcome: ProbeOutcome, detail: str = "", took_ms: float | None = None) -> Probe:
        return Probe(
            path=path.name, step=ProbeStep.DNS, outcome=outcome, target=str(server), detail=detail, took_ms=took_ms
        )

    try:
        with bound_socket(path, server.version, socket.SOCK_DGRAM) as asking:
            asking.connect((str(server), _DNS_PORT))
            answer = await _answer(asking, query)
    except OSError as error:
        return probe(*outcome_of(error)), None
    took_ms = (time.monotonic() - began) * 1000
    if answer.rcode() not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
        return probe(ProbeOutcome.REFUSED, dns.rcode.to_text(answer.rcode())), None
    return probe(ProbeOutcome.OK, took_ms=took_ms), answer


async def _answer(asking: socket.socket, query: dns.message.Message) -> dns.message.Message:
    """What answers this question; others are passed over. Raises OSError: there is none (in time)."""
    for _attempt in range(_ATTEMPTS):
        asking.send(query.to_wire())
        with suppress(TimeoutError):
            async with asyncio.timeout(_AGAIN_S):
                return await _next_answer(asking, query)
    raise TimeoutError


async def _next_answer(asking: socket.socket, query: dns.message.Message) -> dns.message.Message:
    loop = asyncio.get_running_loop()
    while True:
        received = await loop.sock_recv(asking, _LARGEST_ANSWER)
        with suppress(dns.exception.DNSException):
            answer = dns.message.from_wire(received)
            if query.is_response(answer):
                return answer


async def _portal(path: Path, wishes: ProbeWishes) -> list[Probe]:
    if wishes.portal_url is None:
        return [_not_asked(path, ProbeStep.PORTAL, "no URL is set")]
    url = wishes.portal_url

    def probe(outcome: ProbeOutcome, detail: str = "", took_ms: float | None = None) -> Probe:
        return Probe(path=path.name, step=ProbeStep.PORTAL, outcome=outcome, target=url, detail=detail, took_ms=took_ms)

    began = time.monotonic()
    try:
        address = await _resolve(path, urlsplit(url).hostname or "")
        if address is None:
            return [probe(ProbeOutcome.NOT_ASKED, "its name was not resolved over this path")]
        answer = await _within(_PATIENCE_S, lambda: _get(path, url, address))
    except OSError as error:
        return [probe(*outcome_of(error))]
    except dns.exception.DNSException as error:
        return [probe(ProbeOutcome.NOT_ASKED, f"no host can have its name: {error}")]
    outcome, detail = judged(answer, wishes.portal_text)
    return [probe(outcome, detail, (time.monotonic() - began) * 1000)]


async def _resolve(path: Path, host: str) -> IPAddress | None:
    with suppress(ValueError):
        return ip_address(host)
    version = 4 if path.source_address(4) is not None else 6
    kind = dns.rdatatype.A if version == 4 else dns.rdatatype.AAAA  # noqa: PLR2004  # of IP
    for server in name_servers_of(path):
        _probe, answer = await _ask_name(path, server, dns.message.make_query(host, kind))
        for rrset in answer.answer if answer is not None else ():
            if rrset.rdtype == kind:
                return ip_address(rrset[0].address)
    return None


async def _within(seconds: float, act: Callable[[], Awaitable[bytes]]) -> bytes:
    async with asyncio.timeout(seconds):
        return await act()


async def _get(path: Path, url: str, address: IPAddress) -> bytes:
    """The beginning of an answer by HTTP. Raises OSError."""
    parts, loop = urlsplit(url), asyncio.get_running_loop()
    where = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    request = f"GET {where} HTTP/1.1\r\nHost: {parts.netloc}\r\nUser-Agent: mpmanager\r\nConnection: close\r\n\r\n"
    answer = b""
    with bound_socket(path, address.version, socket.SOCK_STREAM) as asking:
        await connect(asking, Endpoint(address, parts.port or _HTTP_PORT))
        await loop.sock_sendall(asking, request.encode())
        while len(answer) < _LARGEST_ANSWER and (part := await loop.sock_recv(asking, _LARGEST_ANSWER)):
            answer += part
    return answer


def judged(answer: bytes, expected: str) -> tuple[ProbeOutcome, str]:
    """Whether it is the answer that is expected: that text, or no content at all; and what it is if not."""
    head, _blank, body = answer.partition(b"\r\n\r\n")
    lines = head.decode("ascii", errors="replace").split("\r\n")
    words = lines[0].split()
    status = int(words[1]) if len(words) > 1 and words[1].isdecimal() and len(words[1]) == _STATUS_DIGITS else 0
    if (expected and status == _OK and body.startswith(expected.encode())) or (not expected and status == _NO_CONTENT):
        return ProbeOutcome.OK, ""
    if status in _REDIRECTIONS:
        said = next((each.partition(":")[2].strip() for each in lines if each.lower().startswith("location:")), "")
        where = "".join(each for each in said if each.isprintable())[:_LONGEST_PLACE]
        return ProbeOutcome.PORTAL, f"it leads elsewhere (status {status}{', to ' + where if where else ''})"
    return ProbeOutcome.PORTAL, f"another answer than the expected one (status {status})" if status else "no HTTP"


async def _service(path: Path, server: Endpoint) -> Probe:
    began = time.monotonic()

    def probe(outcome: ProbeOutcome, detail: str = "", took_ms: float | None = None) -> Probe:
        return Probe(
            path=path.name, step=ProbeStep.SERVICE, outcome=outcome, target=str(server), detail=detail, took_ms=took_ms
        )

    try:
        with bound_socket(path, server.address.version, socket.SOCK_STREAM) as asking:
            async with asyncio.timeout(_PATIENCE_S):
                await connect(asking, server)
    except OSError as error:
        return probe(*outcome_of(error))
    return probe(ProbeOutcome.OK, took_ms=(time.monotonic() - began) * 1000)


def _not_asked(path: Path, step: ProbeStep, why: str) -> Probe:
    return Probe(path=path.name, step=step, outcome=ProbeOutcome.NOT_ASKED, detail=why)
