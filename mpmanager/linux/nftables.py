"""nftables by way of libnftables, without a process for each command."""

import ctypes
from errno import EIO

from mpmanager.linux.netlink import NetlinkSocket, attribute
from mpmanager.model.errors import CommandRefusedError, NotSupportedError

_LIBRARY = "libnftables.so.1"
_CONTEXT = ctypes.c_void_p
_NETLINK_NETFILTER = 12
_SUBSYSTEM = 10 << 8
_GET_CHAIN, _GET_RULES = _SUBSYSTEM + 4, _SUBSYSTEM + 7
_TABLE, _CHAIN, _CHAIN_NAME = 1, 2, 3
"""NFTA_RULE_TABLE and NFTA_CHAIN_TABLE, NFTA_RULE_CHAIN, NFTA_CHAIN_NAME."""
_OF_INET = b"\1\0\0\0"
"""struct nfgenmsg. In answers it also holds a number that counts all changes, of whatever table."""


class Nftables:
    """The ruleset of the network namespace in which it is used."""

    def __init__(self) -> None:
        """Raises NotSupportedError: the library is not installed."""
        try:
            self._calls = ctypes.CDLL(_LIBRARY, use_errno=True)
        except OSError as error:
            raise NotSupportedError(f"{_LIBRARY} is missing (Debian: libnftables1)") from error
        self._declare()
        self._socket = NetlinkSocket(_NETLINK_NETFILTER)
        self._context = self._calls.nft_ctx_new(0)
        self._calls.nft_ctx_buffer_output(self._context)
        self._calls.nft_ctx_buffer_error(self._context)

    def close(self) -> None:
        """Free it; the ruleset stays."""
        if self._context:
            self._calls.nft_ctx_free(self._context)
            self._context = None
            self._socket.close()

    def run(self, commands: str) -> str:
        """Do these commands, all or nothing, and return what they print.

        Raises:
            CommandRefusedError: refused, in the words of nft.
        """
        if self._calls.nft_run_cmd_from_buffer(self._context, commands.encode()):
            reason = self._calls.nft_ctx_get_error_buffer(self._context).decode(errors="replace").strip()
            number = ctypes.get_errno() or EIO
            raise CommandRefusedError(f"nftables: {reason.partition(chr(10))[0]}", errno=number)
        printed: bytes = self._calls.nft_ctx_get_output_buffer(self._context)
        return printed.decode(errors="replace")

    def chain(self, table: str, name: str) -> bytes | None:
        """A chain of an `inet` table with its rules, as the kernel tells; None where there is none that can be listed.

        nft would ask for all elements of all sets as well: 40 us for each.
        """
        of_table, chain = attribute(_TABLE, table.encode() + b"\0"), name.encode() + b"\0"
        what = f"listing the chain {name}"
        try:
            found = self._socket.query(_GET_CHAIN, _OF_INET + of_table + attribute(_CHAIN_NAME, chain), what=what)
            found += self._socket.dump(_GET_RULES, _OF_INET + of_table + attribute(_CHAIN, chain), what=what)
        except CommandRefusedError:
            return None
        return b"".join(each[len(_OF_INET) :] for each in found)

    def _declare(self) -> None:
        self._calls.nft_ctx_new.restype = _CONTEXT
        self._calls.nft_ctx_new.argtypes = (ctypes.c_uint32,)
        self._calls.nft_run_cmd_from_buffer.argtypes = (_CONTEXT, ctypes.c_char_p)
        for name in ("nft_ctx_free", "nft_ctx_buffer_output", "nft_ctx_buffer_error"):
            getattr(self._calls, name).argtypes = (_CONTEXT,)
        for name in ("nft_ctx_get_output_buffer", "nft_ctx_get_error_buffer"):
            getattr(self._calls, name).argtypes = (_CONTEXT,)
            getattr(self._calls, name).restype = ctypes.c_char_p
