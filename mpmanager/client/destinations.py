"""Servers as people name them, and as the daemon takes them: by address."""

import asyncio
import socket

from mpmanager.model.errors import InvalidValueError

_PATIENCE_S = 10.0
_LAST_PORT = 65535


async def server_of(text: str) -> str:
    """Address and port of `HOST:PORT`; a name is resolved by this machine, as programs do.

    Raises:
        InvalidValueError: it is none, or nobody knows the name.
    """
    host, _colon, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdecimal() or not 0 < int(port) <= _LAST_PORT:
        raise InvalidValueError(f"server {text!r}: expected HOST:PORT, such as example.org:443 or [2001:db8::7]:443")
    address = await address_of(host.removeprefix("[").removesuffix("]"))
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


async def address_of(host: str) -> str:
    """The first address of a host, or the address itself.

    Raises:
        InvalidValueError: nobody knows the name.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_PATIENCE_S):
            found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except TimeoutError as error:
        raise InvalidValueError(f"{host!r}: no name server has answered") from error
    except (OSError, UnicodeError) as error:
        raise InvalidValueError(f"{host!r}: {getattr(error, 'strerror', None) or error}") from error
    return str(found[0][4][0])
