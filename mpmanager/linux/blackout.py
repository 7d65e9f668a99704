"""Takes an interface away for a while by nftables: a set whose elements the kernel itself forgets."""

from contextlib import closing, suppress

from mpmanager.linux.nftables import Nftables
from mpmanager.model.errors import CommandRefusedError, NotSupportedError
from mpmanager.model.names import LinkName

_TABLE = "inet mpmanager_rehearsal"
_MS_PER_S = 1000
_BEGIN = """
add table {table}
delete table {table}
add table {table}
add set {table} gone {{ type ifname; flags timeout; }}
add chain {table} comes {{ type filter hook prerouting priority -300; }}
add chain {table} goes {{ type filter hook postrouting priority 300; }}
add rule {table} comes iifname @gone drop
add rule {table} goes oifname @gone drop
add element {table} gone {{ "{link}" timeout {timeout_ms}ms }}
"""
"""All or nothing. What a daemon leaves that dies meanwhile is a table with an empty set, which lets everything pass."""


class LinuxBlackout:
    """Of the network namespace in which it is asked. Needs CAP_NET_ADMIN."""

    def begin(self, link: LinkName, seconds: float) -> None:
        with closing(Nftables()) as nftables:
            nftables.run(_BEGIN.format(table=_TABLE, link=link, timeout_ms=round(seconds * _MS_PER_S)))

    def end(self) -> None:
        with suppress(CommandRefusedError, NotSupportedError), closing(Nftables()) as nftables:  # there can be none
            if f"table {_TABLE}" in nftables.run("list tables").splitlines():  # a refusal takes 15 ms
                nftables.run(f"delete table {_TABLE}")
