"""Tries what the path manager of this kernel can do: one connection over loopback, and one subflow that joins it.

Linux before 6.12 takes no notice of some attributes of a new subflow and says nothing, so that only the result tells.
"""

import asyncio
import socket
from contextlib import ExitStack
from ipaddress import IPv4Address

from mpmanager.linux.bound_socket import connect
from mpmanager.linux.own_connection import (
    BYTE_COUNTS_END,
    IPPROTO_MPTCP,
    OWN_SUBFLOW_ID,
    execute_soon,
    mptcp_info,
    token_in,
)
from mpmanager.model.connection import Endpoint, FourTuple, SubflowSample
from mpmanager.model.errors import CommandRefusedError
from mpmanager.model.kernel import KernelFeature, KernelTrial
from mpmanager.model.names import Token
from mpmanager.model.pathmanager import CreateSubflow
from mpmanager.ports.connections import ConnectionTable, PathManager

_HERE, _ALSO_HERE = IPv4Address("127.0.0.1"), IPv4Address("127.0.0.2")
_LOOPBACK_INDEX = 1
_PATIENCE_S, _LOOK_EVERY_S = 1.0, 0.01


class LinuxKernelTrials:
    """Needs a path manager that is ours, and CAP_NET_ADMIN."""

    def __init__(self, path_manager: PathManager, connections: ConnectionTable) -> None:
        self._path_manager = path_manager
        self._connections = connections
        self._found: KernelTrial | None = None

    async def run(self) -> KernelTrial:
        if self._found is None:
            trial = await self._try()
            if trial.untried:
                return trial
            self._found = trial
        return self._found

    async def _try(self) -> KernelTrial:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                with ExitStack() as stack:
                    return KernelTrial(missing=frozenset(await self._missing(stack)))
        except TimeoutError:
            return KernelTrial(untried="no subflow has joined over loopback in time")
        except (OSError, CommandRefusedError) as error:
            return KernelTrial(untried=str(error))

    async def _missing(self, stack: ExitStack) -> set[KernelFeature]:
        connection = await self._connection(stack)
        info = mptcp_info(connection)
        subflow = await self._joined(token_in(info), connection)
        has = {
            KernelFeature.BYTE_COUNTS: len(info) >= BYTE_COUNTS_END,
            KernelFeature.BACKUP_AT_JOIN: subflow.is_backup_here,
            KernelFeature.INTERFACE_AT_JOIN: subflow.interface_index == _LOOPBACK_INDEX,
        }
        return {feature for feature, is_there in has.items() if not is_there}

    async def _connection(self, stack: ExitStack) -> socket.socket:
        """A connection over which data has gone both ways: before that nothing can join."""
        loop = asyncio.get_running_loop()
        listener, client = stack.enter_context(_socket()), stack.enter_context(_socket())
        listener.bind((str(_HERE), 0))
        listener.listen(1)
        await connect(client, Endpoint(_HERE, listener.getsockname()[1]))
        server, _address = await loop.sock_accept(listener)
        stack.enter_context(server)
        for sender, receiver in ((client, server), (server, client)):
            await loop.sock_sendall(sender, b"\0")
            await loop.sock_recv(receiver, 1)
        return client

    async def _joined(self, token: Token, connection: socket.socket) -> SubflowSample:
        remote = Endpoint(_HERE, connection.getpeername()[1])
        flow = FourTuple(Endpoint(_ALSO_HERE, _free_port()), remote)
        command = CreateSubflow(
            token=token,
            local=flow.local,
            local_id=OWN_SUBFLOW_ID,
            interface_index=_LOOPBACK_INDEX,
            remote=remote,
            is_backup=True,
        )
        await execute_soon(self._path_manager.execute, command, within_s=_PATIENCE_S / 2)
        while True:
            for bound_to in (_LOOPBACK_INDEX, 0):
                subflow = self._connections.subflow(flow, interface_index=bound_to)
                if subflow is not None and subflow.is_fully_established:
                    return subflow
            await asyncio.sleep(_LOOK_EVERY_S)


def _socket() -> socket.socket:
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK, IPPROTO_MPTCP)


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((str(_ALSO_HERE), 0))
        return int(probe.getsockname()[1])
