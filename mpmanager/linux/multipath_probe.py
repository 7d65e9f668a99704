"""Which steps of Multipath TCP towards one server survive on one path: one connection, one join, and a capture.

The kernel tells only that it has fallen back; the segments tell which option was missing from which answer.
"""

import asyncio
import random
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from ipaddress import ip_address

from mpmanager.linux.bare_syn import send_bare_syn
from mpmanager.linux.bound_socket import bound_socket, connect, outcome_of
from mpmanager.linux.mptcp_segments import Segment, Subtype, segment_in
from mpmanager.linux.own_connection import (
    IPPROTO_MPTCP,
    OWN_SUBFLOW_ID,
    Execute,
    execute_soon,
    mptcp_info,
    token_in,
)
from mpmanager.linux.packet_socket import packet_socket
from mpmanager.model.connection import Endpoint
from mpmanager.model.diagnosis import Probe, ProbeOutcome, ProbeStep
from mpmanager.model.errors import CommandRefusedError
from mpmanager.model.path import Path
from mpmanager.model.pathmanager import CreateSubflow

_LONGEST_PACKET = 65_535
_SYN_PATIENCE_S = 2.5
"""One SYN is sent again within; from the third on the kernel leaves the option out, which would prove nothing."""
_JOIN_PATIENCE_S = 2.5
_ANNOUNCE_PATIENCE_S = 0.5
_MOST_OPENERS = 2
_OPENING = b"\x16"
"""The first byte of TLS. A peer has to acknowledge data before anything can join, and this one makes servers wait."""
_FIRST_DYNAMIC_PORT, _LAST_DYNAMIC_PORT = 49152, 65535


class MultipathProbe:
    """One path and one server. Needs CAP_NET_RAW."""

    def __init__(self, path: Path, server: Endpoint, execute: Execute, *, others: Sequence[Path] = ()) -> None:
        """`others` are paths on which the connection may be opened that the path joins, where none may open on it."""
        self._path = path
        self._server = server
        self._execute = execute
        self._others = others
        self._segments: list[Segment] = []
        self._news = asyncio.Event()

    async def run(self) -> list[Probe]:
        """SYN, MP_CAPABLE, MP_JOIN and ADD_ADDR, each of them said something of."""
        made: list[Probe] = []
        try:
            with ExitStack() as stack:
                capture = stack.enter_context(
                    packet_socket(socket.IPPROTO_TCP, self._server.port, interface=str(self._path.name))
                )
                self._listen(capture, stack)
                made += await self._try(stack)
        except OSError as error:
            outcome, words = outcome_of(error)
            made.append(self._probe(ProbeStep.SYN, outcome, detail=words))
        return [*made, *self._left_out(made)]

    async def _try(self, stack: ExitStack) -> list[Probe]:
        own = stack.enter_context(self._socket(self._path))
        made = await self._connect(own)
        if made[0].outcome is not ProbeOutcome.FORBIDDEN:
            return made if made[-1].outcome is not ProbeOutcome.OK else made + await self._join(own)
        made = await self._ask_by_bare_syn()
        elsewhere = await self._open_elsewhere(stack)
        return made if elsewhere is None else made + await self._join(elsewhere)

    def _socket(self, path: Path) -> socket.socket:
        return bound_socket(path, self._server.address.version, socket.SOCK_STREAM, IPPROTO_MPTCP)

    async def _ask_by_bare_syn(self) -> list[Probe]:
        """No connection may open here (a rule of trust): a SYN alone tells what the path lets pass."""
        port = _any_port()
        send_bare_syn(self._path, self._server, port=port)
        answer = await self._until(lambda: self._answer_to(port), _SYN_PATIENCE_S)
        if answer is None or answer.is_reset:
            outcome = ProbeOutcome.SILENT if answer is None else ProbeOutcome.REFUSED
            return [self._probe(ProbeStep.SYN, outcome)]
        return [self._probe(ProbeStep.SYN, ProbeOutcome.OK), self._judge_capable(answer)]

    async def _open_elsewhere(self, stack: ExitStack) -> socket.socket | None:
        for other in self._others[:_MOST_OPENERS]:
            with suppress(OSError):
                connection = stack.enter_context(self._socket(other))
                async with asyncio.timeout(_SYN_PATIENCE_S):
                    await connect(connection, self._server)
                return connection
        return None

    def _listen(self, capture: socket.socket, stack: ExitStack) -> None:
        loop = asyncio.get_running_loop()
        loop.add_reader(capture, self._take, capture)
        stack.callback(loop.remove_reader, capture)

    def _take(self, capture: socket.socket) -> None:
        try:
            segment = segment_in(capture.recv(_LONGEST_PACKET))
        except OSError:
            return  # the interface went; whoever waits sees nothing
        if segment is not None and segment.source == self._server:
            self._segments.append(segment)
            self._news.set()

    async def _connect(self, connection: socket.socket) -> list[Probe]:
        began = time.monotonic()
        try:
            async with asyncio.timeout(_SYN_PATIENCE_S):
                await connect(connection, self._server)
        except OSError as error:
            outcome, words = outcome_of(error)
            return [self._probe(ProbeStep.SYN, outcome, detail=words)]
        took_ms = (time.monotonic() - began) * 1000
        port = connection.getsockname()[1]
        answer = await self._until(lambda: self._answer_to(port))
        syn = self._probe(ProbeStep.SYN, ProbeOutcome.OK, took_ms=took_ms)
        if answer is None:
            return [syn, self._probe(ProbeStep.CAPABLE, ProbeOutcome.NOT_SEEN, detail="the capture has missed it")]
        return [syn, self._judge_capable(answer)]

    def _judge_capable(self, answer: Segment) -> Probe:
        is_capable = Subtype.CAPABLE in answer.subtypes
        return self._probe(ProbeStep.CAPABLE, ProbeOutcome.OK if is_capable else ProbeOutcome.STRIPPED)

    async def _join(self, connection: socket.socket) -> list[Probe]:
        await asyncio.get_running_loop().sock_sendall(connection, _OPENING)
        command = self._command(connection)
        refusal = await self._ask(command)
        join = self._probe(ProbeStep.JOIN, ProbeOutcome.NOT_SEEN, detail=refusal)
        if not refusal:
            began = time.monotonic()
            answer = await self._until(lambda: self._answer_to_join(command.local.port), _JOIN_PATIENCE_S)
            join = self._judge(answer, (time.monotonic() - began) * 1000)
        announced = await self._until(self._announcement, _ANNOUNCE_PATIENCE_S)
        outcome = ProbeOutcome.OK if announced else ProbeOutcome.NOT_SEEN
        detail = "" if announced else "the server has announced no further address, or it was removed"
        return [join, self._probe(ProbeStep.ADD_ADDRESS, outcome, detail=detail)]

    def _judge(self, answer: Segment | None, took_ms: float) -> Probe:
        if answer is None:
            return self._probe(ProbeStep.JOIN, ProbeOutcome.SILENT, detail="nobody has answered the SYN")
        if answer.is_reset:
            return self._probe(ProbeStep.JOIN, ProbeOutcome.REFUSED, detail="the SYN was answered by a reset")
        if Subtype.JOIN not in answer.subtypes:
            return self._probe(ProbeStep.JOIN, ProbeOutcome.STRIPPED, detail="the answer came without MP_JOIN")
        return self._probe(ProbeStep.JOIN, ProbeOutcome.OK, took_ms=took_ms)

    def _command(self, connection: socket.socket) -> CreateSubflow:
        local = self._path.source_address(self._server.address.version) or ip_address(connection.getsockname()[0])
        return CreateSubflow(
            token=token_in(mptcp_info(connection)),
            local=Endpoint(local, _any_port()),
            local_id=OWN_SUBFLOW_ID,
            interface_index=self._path.index,
            remote=self._server,
            is_backup=False,
        )

    async def _ask(self, command: CreateSubflow) -> str:
        """Have the subflow made; returns why it was not, or nothing."""

        def is_there() -> bool:
            """The daemon itself may have made it, under its own number for this address."""
            return self._joined() is not None

        try:
            await execute_soon(self._execute, command, within_s=_JOIN_PATIENCE_S, is_there=is_there)
        except CommandRefusedError as error:
            return str(error)
        return ""

    def _answer_to(self, port: int) -> Segment | None:
        return next(
            (
                each
                for each in self._segments
                if each.destination.port == port and (each.is_syn_answer or each.is_reset)
            ),
            None,
        )

    def _answer_to_join(self, port: int) -> Segment | None:
        return self._joined() or self._answer_to(port)

    def _joined(self) -> Segment | None:
        return next((each for each in self._segments if each.is_syn_answer and Subtype.JOIN in each.subtypes), None)

    def _announcement(self) -> Segment | None:
        return next((each for each in self._segments if Subtype.ADD_ADDRESS in each.subtypes), None)

    async def _until(self, found: Callable[[], Segment | None], within_s: float = 0.5) -> Segment | None:
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while found() is None:
                    self._news.clear()
                    await self._news.wait()
        return found()

    def _left_out(self, made: list[Probe]) -> Iterator[Probe]:
        known = {each.step for each in made}
        for step in (ProbeStep.SYN, ProbeStep.CAPABLE, ProbeStep.JOIN, ProbeStep.ADD_ADDRESS):
            if step not in known:
                yield self._probe(step, ProbeOutcome.NOT_ASKED, detail="what it needs has failed")

    def _probe(
        self, step: ProbeStep, outcome: ProbeOutcome, *, detail: str = "", took_ms: float | None = None
    ) -> Probe:
        return Probe(
            path=self._path.name,
            step=step,
            outcome=outcome,
            target=str(self._server),
            detail=detail,
            took_ms=took_ms,
        )


def _any_port() -> int:
    return random.randint(_FIRST_DYNAMIC_PORT, _LAST_DYNAMIC_PORT)  # noqa: S311  # not a secret
