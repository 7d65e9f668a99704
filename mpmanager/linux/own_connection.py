"""MPTCP connections of this very process: what the kernel tells who holds them, and subflows that join them."""

import asyncio
import socket
import struct
import time
from collections.abc import Callable

from mpmanager.model.errors import CommandRefusedError
from mpmanager.model.names import AddressId, Token
from mpmanager.model.pathmanager import CreateSubflow

IPPROTO_MPTCP = 262
OWN_SUBFLOW_ID = AddressId(250)
"""Far from those that `core.subflows` gives."""
BYTE_COUNTS_END = 80
"""Of struct mptcp_info up to mptcpi_bytes_acked; older kernels give less."""
_SOL_MPTCP, _MPTCP_INFO = 284, 1
_MOST_INFO_BYTES, _TOKEN_OFFSET = 256, 12
_ASK_EVERY_S = 0.01

Execute = Callable[[CreateSubflow], None]


def mptcp_info(connection: socket.socket) -> bytes:
    """Struct mptcp_info of linux/mptcp.h, as much of it as this kernel has.

    Raises:
        OSError: the connection has fallen back to plain TCP.
    """
    return connection.getsockopt(_SOL_MPTCP, _MPTCP_INFO, _MOST_INFO_BYTES)


def token_in(info: bytes) -> Token:
    """By which the path manager knows the connection."""
    return Token(struct.unpack_from("=I", info, _TOKEN_OFFSET)[0])


async def execute_soon(
    execute: Execute, command: CreateSubflow, *, within_s: float, is_there: Callable[[], bool] = lambda: False
) -> None:
    """Have a subflow made as soon as the kernel takes that: it learns only some time after that data was acknowledged.

    `is_there` tells that somebody else has made it meanwhile.

    Raises:
        CommandRefusedError: the kernel has not taken it within the time.
    """
    deadline = time.monotonic() + within_s
    while True:
        try:
            execute(command)
        except CommandRefusedError:
            if is_there():
                return
            if time.monotonic() >= deadline:
                raise
            await asyncio.sleep(_ASK_EVERY_S)
        else:
            return
