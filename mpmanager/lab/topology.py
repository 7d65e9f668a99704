"""What a lab consists of: a laptop with links, and servers behind them."""

import json
import re
from collections.abc import Callable, Mapping
from enum import StrEnum, unique
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface, ip_address, ip_interface
from typing import Any, Self, TypeVar

import msgspec

from mpmanager.lab.definitions import Definition, convert, convert_tables, find_definition, read_toml
from mpmanager.lab.errors import LabFileError
from mpmanager.lab.shaper import Shaping
from mpmanager.lab.units import Duration, Rate, Share, Size
from mpmanager.model.mistakes import unknown_key
from mpmanager.model.path import PathKind, Security

AddressT = TypeVar("AddressT")

LAPTOP = "laptop"
NET = "net"

_NAME = re.compile(r"[a-z][a-z0-9_.]{0,11}")  # a device `gw-NAME` must fit into 15 characters
_FIRST_METRIC = 100
_MOST_LINKS = 16
_FOLDER = "topologies"


@unique
class LinkDirection(StrEnum):
    """Seen from the laptop."""

    UP = "up"
    DOWN = "down"
    BOTH = "both"


class ShapingSpec(Definition, frozen=True, kw_only=True):
    """How packets are treated; what is None is left as it is."""

    rate: Rate | None = None
    delay: Duration | None = None
    """One way."""
    jitter: Duration | None = None
    loss: Share | None = None
    marks: Share | None = None
    """Of the packets whose ends use ECN, those that get a congestion mark."""
    queue: Size | None = None

    def __post_init__(self) -> None:
        if self.rate is not None and not self.rate:
            raise ValueError("rate: must not be 0; a black hole is loss = '100%'")

    def shaping_changes(self) -> dict[str, float]:
        """What is stated, by the field names of `Shaping`."""
        stated = {
            "rate_bit_s": self.rate,
            "delay_s": self.delay,
            "jitter_s": self.jitter,
            "loss": self.loss,
            "marks": self.marks,
            "queue_bytes": None if self.queue is None else int(self.queue),
        }
        return {name: value for name, value in stated.items() if value is not None}


class LinkChange(ShapingSpec, frozen=True, kw_only=True):
    """A change of a link while it runs."""

    direction: LinkDirection = LinkDirection.BOTH
    """Of the shaping; the carrier is one for both."""
    carrier: bool | None = None
    """False unplugs the laptop's end."""


class LinkSpec(ShapingSpec, frozen=True, kw_only=True):
    """One link of the laptop: what it claims to be, and how it treats packets."""

    kind: PathKind
    network: str | None = None
    security: Security | None = None
    addresses: tuple[str, ...] = ()
    """With prefix lengths. None given: one of IPv4 and one of IPv6 by the link's position."""
    default_route: bool = True
    """Over the first host of each prefix."""
    up: ShapingSpec | None = None
    """What differs in this direction."""
    down: ShapingSpec | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        for each in self.interfaces:
            if each.network.num_addresses < 4:  # noqa: PLR2004  # two hosts must fit
                raise ValueError(f"addresses: {each} leaves no room for a gateway")

    @property
    def interfaces(self) -> tuple[IPv4Interface | IPv6Interface, ...]:
        """The laptop's addresses with their prefixes."""
        return _parsed(self.addresses, ip_interface)

    def shaping(self, direction: LinkDirection) -> Shaping:
        """Of one direction, up or down."""
        special = self.up if direction is LinkDirection.UP else self.down
        changes: dict[str, Any] = self.shaping_changes() | (special.shaping_changes() if special else {})
        return Shaping(**changes)


class ServerSpec(Definition, frozen=True, kw_only=True):
    """A host in a namespace of its own, reachable over every link."""

    addresses: tuple[str, ...]
    """Without prefix lengths."""
    sysctl: dict[str, int | str] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.addresses:
            raise ValueError("addresses: at least one is needed")
        if bad := [name for name in self.sysctl if not name.startswith("net.")]:
            raise ValueError(f"sysctl: {bad[0]} is not a setting of a network namespace (net.*)")
        _ = self.ip_addresses

    @property
    def ip_addresses(self) -> tuple[IPv4Address | IPv6Address, ...]:
        return _parsed(self.addresses, ip_address)


class Topology(Definition, frozen=True, kw_only=True):
    """A laptop's links in the order of preference (the first has the lowest metric), and servers by name."""

    description: str = ""
    links: dict[str, LinkSpec]
    servers: dict[str, ServerSpec] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 < len(self.links) <= _MOST_LINKS:
            raise ValueError(f"links: there must be 1 to {_MOST_LINKS}")
        for name in (*self.links, *self.servers):
            if not _NAME.fullmatch(name) or name in {LAPTOP, NET, "lo"}:
                raise ValueError(f"{name!r} cannot be the name of a link or server")
        _require_distinct(self)

    def metric(self, link: str) -> int:
        """Of the link's default routes."""
        return _FIRST_METRIC * (1 + list(self.links).index(link))

    def facts_toml(self) -> str:
        """What kind of link each is, as a facts file for `mpmanagerd --facts`."""
        return "\n".join(_facts_table(name, link) for name, link in self.links.items())

    def to_json(self) -> bytes:
        """For `from_json`."""
        return msgspec.json.encode(self, enc_hook=str)

    @classmethod
    def from_json(cls, text: bytes, *, origin: str) -> Self:
        """What `to_json` gave."""
        return cls.from_data(json.loads(text), origin=origin)

    @classmethod
    def from_data(cls, data: Mapping[str, Any], *, origin: str) -> Self:
        """A topology from the tables of a file.

        Raises:
            LabFileError: an unknown key or a value that does not fit.
        """
        keys = cls.__struct_fields__
        if unknown := [key for key in data if key not in keys]:
            raise LabFileError(f"{origin}: {unknown_key(unknown[0], keys)}")
        links = convert_tables(data.get("links", {}), LinkSpec, origin=origin, table="links")
        servers = convert_tables(data.get("servers", {}), ServerSpec, origin=origin, table="servers")
        positions = {name: position for position, name in enumerate(links, start=1)}
        complete = {name: _with_addresses(link, positions[name]) for name, link in links.items()}
        rest = {key: value for key, value in data.items() if key not in {"links", "servers"}}
        header = convert(rest, _Header, origin=origin)
        try:
            return cls(description=header.description, links=complete, servers=servers)
        except ValueError as error:
            raise LabFileError(f"{origin}: {error}") from error


class _Header(Definition, frozen=True, kw_only=True):
    description: str = ""


def load_topology(name: str) -> Topology:
    """A shipped topology by its name, or one from a file.

    Raises:
        LabFileError: there is none, or it cannot be used.
    """
    path = find_definition(_FOLDER, name)
    return Topology.from_data(read_toml(path), origin=str(path))


def gateway_of(interface: IPv4Interface | IPv6Interface) -> IPv4Interface | IPv6Interface:
    """The first host of the prefix, or the second where the laptop has the first."""
    first = interface.network.network_address + 1
    address = first if first != interface.ip else first + 1
    return ip_interface(f"{address}/{interface.network.prefixlen}")


def _parsed(texts: tuple[str, ...], parse: Callable[[str], AddressT]) -> tuple[AddressT, ...]:
    parsed = []
    for text in texts:
        try:
            parsed.append(parse(text))
        except ValueError as error:
            raise ValueError(f"addresses: {text!r} is no address") from error
    return tuple(parsed)


def _with_addresses(link: LinkSpec, position: int) -> LinkSpec:
    if link.addresses:
        return link
    return msgspec.structs.replace(link, addresses=(f"10.77.{position}.2/24", f"fd77:{position}::2/64"))


def _require_distinct(topology: Topology) -> None:
    networks = [each.network for link in topology.links.values() for each in link.interfaces]
    addresses = [address for server in topology.servers.values() for address in server.ip_addresses]
    for position, network in enumerate(networks):
        rest = [each for each in networks[position + 1 :] if each.version == network.version]
        if any(network.overlaps(each) for each in rest):
            raise ValueError(f"links: the prefix {network} overlaps with another")
        if any(each in network for each in addresses):
            raise ValueError(f"servers: an address lies in {network}, which is a link's")
    if len(set(addresses)) != len(addresses):
        raise ValueError("servers: an address appears twice")


def _facts_table(name: str, link: LinkSpec) -> str:
    stated = {"kind": link.kind, "network": link.network, "security": link.security}
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in stated.items() if value is not None]
    return "\n".join([f"[interface.{json.dumps(name)}]", *lines, ""])
