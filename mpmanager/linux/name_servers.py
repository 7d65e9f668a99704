"""Which name servers a link has, as far as files tell: those of systemd's services, else resolv.conf(5)."""

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path as File

from mpmanager.model.names import IPAddress
from mpmanager.model.path import Path

_OF_LINK = (("run/systemd/resolve/netif", "SERVERS="), ("run/systemd/netif/links", "DNS="))
"""Where systemd-resolved and systemd-networkd keep what they know of a link, in files named by its index."""
_OF_ALL = ("run/systemd/resolve/resolv.conf", "etc/resolv.conf")
_MOST = 2
"""Asked; resolvers ask three at most."""


def name_servers_of(path: Path, *, root: File = File("/")) -> tuple[IPAddress, ...]:
    """Those that can be asked over the path, the preferred first.

    What the system has for all links counts where the path could lead there: not this machine's own resolver, and no
    private address outside the path's own networks, which is another link's.
    """
    own = [each for place, key in _OF_LINK for each in _listed(root / place / str(path.index), key)]
    shared = (each for place in _OF_ALL for each in _in_resolv_conf(root / place))
    candidates = own or [each for each in shared if _leads_to(path, each)]
    usable = (each for each in candidates if path.source_address(each.version) is not None and not each.is_loopback)
    return tuple(dict.fromkeys(usable))[:_MOST]


def _leads_to(path: Path, server: IPAddress) -> bool:
    return not server.is_private or server in path.gateways or any(each.covers(server) for each in path.addresses)


def _listed(file: File, key: str) -> Iterator[IPAddress]:
    for line in _lines(file):
        if line.startswith(key):
            for word in line.removeprefix(key).split():
                yield from _address(word.partition("#")[0])


def _in_resolv_conf(file: File) -> Iterator[IPAddress]:
    for line in _lines(file):
        words = line.split()
        if len(words) > 1 and words[0] == "nameserver":
            yield from _address(words[1])


def _lines(file: File) -> list[str]:
    try:
        return file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _address(text: str) -> Iterator[IPAddress]:
    try:
        yield ip_address(text.partition("%")[0])
    except ValueError:
        return
