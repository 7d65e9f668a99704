"""A lab that runs: namespaces, links and servers of one instance.

Everything that can be seen from outside carries the instance's name: namespaces `mpm-NAME-laptop`, `mpm-NAME-net` and
`mpm-NAME-SERVER`, and the directory NAME below /run/mpmanager-lab. A process belongs to the instance when it is in one
of the namespaces; so nothing has to be remembered to end them all, even after a crash.
"""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any, Self, TypeVar

from mpmanager.lab import cgroups, namespaces
from mpmanager.lab.control import LinkControl, LinkState
from mpmanager.lab.emulator import EmulatorConfig
from mpmanager.lab.enter import command_inside
from mpmanager.lab.errors import LabError, LabExistsError, LabNotFoundError, LinkEmulationError, RightsMissingError
from mpmanager.lab.rights import missing_rights
from mpmanager.lab.topology import (
    LAPTOP,
    NET,
    LinkChange,
    LinkDirection,
    ServerSpec,
    Topology,
    gateway_of,
    load_topology,
)
from mpmanager.linux.mounts import mount_bpffs
from mpmanager.model.errors import NotSupportedError

ResultT = TypeVar("ResultT")

DEFAULT_NAME = "lab"
STATE_VARIABLE = "MPMANAGER_LAB_STATE"

_STATE_ROOT = "/run/mpmanager-lab"
_NAME = re.compile(r"[a-z0-9_.]{1,32}")  # without `-`, which ends it in `mpm-NAME-laptop`
_TOPOLOGY_FILE = "topology.json"
_START_TIMEOUT_S = 15.0
_LONGEST_SOCKET_PATH = 107
_QUEUE_PACKETS = 2000  # between kernel and emulator, for the moments when the emulator has no processor
_SERVER_SUBFLOWS = 8

# The server's side of the wire to a server: the same everywhere, on link only.
_GATEWAY = {4: "169.254.1.1", 6: "fe80::1"}


def instances_directory() -> Path:
    """Where instances keep their state."""
    return Path(os.environ.get(STATE_VARIABLE, _STATE_ROOT))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """A running instance. Errors are of the `LabError` family."""

    name: str
    topology: Topology
    directory: Path
    """For configuration, logs and sockets; gone with the instance."""

    @classmethod
    def up(cls, topology: Topology | str, *, name: str = DEFAULT_NAME) -> Self:
        """Make an instance of a topology (or of the shipped one, or file, of that name). All or nothing.

        Raises:
            LabExistsError: the name is taken.
            RightsMissingError: names each right that is missing.
        """
        plan = topology if isinstance(topology, Topology) else load_topology(topology)
        directory = _claim(name)
        lab = cls(name=name, topology=plan, directory=directory)
        try:
            lab._build()
        except BaseException as error:
            tear_down(name)
            if isinstance(error, LabError) and (missing := missing_rights()):
                raise RightsMissingError(f"this machine refuses a lab; missing: {'; '.join(missing)}") from error
            raise
        return lab

    @classmethod
    def find(cls, name: str = DEFAULT_NAME) -> Self:
        """The running instance of that name.

        Raises:
            LabNotFoundError: there is none.
        """
        directory = _directory(name)
        try:
            text = (directory / _TOPOLOGY_FILE).read_bytes()
        except OSError as error:
            option = "" if name == DEFAULT_NAME else f" --name {name}"
            raise LabNotFoundError(f"there is no lab {name!r}; `mpm lab up{option}` makes one") from error
        topology = Topology.from_json(text, origin=str(directory / _TOPOLOGY_FILE))
        return cls(name=name, topology=topology, directory=directory)

    def down(self) -> None:
        """End the instance and everything that runs in it."""
        tear_down(self.name)

    @property
    def places(self) -> tuple[str, ...]:
        """Where programs can run: the laptop, the network between, and each server."""
        return (LAPTOP, NET, *self.topology.servers)

    @property
    def facts_file(self) -> Path:
        """What kind of link each is, for `mpmanagerd --facts`."""
        return self.directory / "facts.toml"

    @property
    def log_directory(self) -> Path:
        """One file for each program."""
        return self.directory / "log"

    def namespace(self, place: str = LAPTOP) -> str:
        """The network namespace of a place.

        Raises:
            LabError: there is no such place.
        """
        if place not in self.places:
            raise LabError(f"there is no place {place!r} in lab {self.name!r}; there are: {', '.join(self.places)}")
        return f"{_prefix(self.name)}{place}"

    def server_address(self, server: str = "server", *, version: int = 4) -> IPv4Address | IPv6Address:
        """A server's first address of an IP version.

        Raises:
            LabError: there is no such server, or it has no such address.
        """
        spec = self.topology.servers.get(server)
        for address in spec.ip_addresses if spec else ():
            if address.version == version:
                return address
        raise LabError(f"there is no server {server!r} with an IPv{version} address in lab {self.name!r}")

    def laptop_address(self, link: str, *, version: int = 4) -> IPv4Address | IPv6Address:
        """The laptop's first address of an IP version on a link.

        Raises:
            LabError: there is no such link, or it has no such address.
        """
        spec = self.topology.links.get(link)
        for interface in spec.interfaces if spec else ():
            if interface.version == version:
                return interface.ip
        raise LabError(f"there is no link {link!r} with an IPv{version} address in lab {self.name!r}")

    def cgroup(self, *, is_service: bool = False) -> Path | None:
        """The directory of the cgroup of the laptop's programs, or of its services; None where none could be made."""
        return cgroups.path_of(self.name, cgroups.SERVICES if is_service else cgroups.PEOPLE)

    def command(self, argv: Sequence[str], *, place: str = LAPTOP, is_service: bool = False) -> list[str]:
        """The command line that runs a program at a place, with the /sys of that place, under the same process id."""
        cgroup = self.cgroup(is_service=is_service) if place == LAPTOP else None
        return command_inside(self.namespace(place), list(argv), cgroup=cgroup)

    def popen(
        self,
        argv: Sequence[str],
        *,
        place: str = LAPTOP,
        is_service: bool = False,
        **options: Any,  # noqa: ANN401  # those of Popen
    ) -> subprocess.Popen[Any]:
        """Start a program at a place; the rest as in `subprocess.Popen`."""
        return subprocess.Popen(self.command(argv, place=place, is_service=is_service), **options)

    async def spawn(
        self,
        argv: Sequence[str],
        *,
        place: str = LAPTOP,
        is_service: bool = False,
        **options: Any,  # noqa: ANN401  # those of create_subprocess_exec
    ) -> asyncio.subprocess.Process:
        """Start a program at a place; the rest as in `asyncio.create_subprocess_exec`."""
        command = self.command(argv, place=place, is_service=is_service)
        return await asyncio.create_subprocess_exec(*command, **options)

    def run(
        self, argv: Sequence[str], *, place: str = LAPTOP, timeout_s: float = 60.0, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run a program at a place to its end and take its output.

        Raises:
            LabError: it ended with another code than 0 (unless `check` is off), or did not end in time.
        """
        command = self.command(argv, place=place)
        try:
            result = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, check=False)
        except subprocess.TimeoutExpired as error:
            raise LabError(f"{argv[0]} at {place} did not end within {timeout_s:g} s") from error
        if check and result.returncode != 0:
            raise LabError(f"{argv[0]} at {place} ended with {result.returncode}: {result.stderr.strip()}")
        return result

    def inside(self, place: str, function: Callable[[], ResultT]) -> ResultT:
        """Call a function at a place (in a thread of its own); sockets that it makes stay there."""
        return namespaces.inside(self.namespace(place), function)

    def link(self, name: str) -> LinkControl:
        """The control of a link.

        Raises:
            LabError: there is no such link.
        """
        if name not in self.topology.links:
            links = ", ".join(self.topology.links)
            raise LabError(f"there is no link {name!r} in lab {self.name!r}; there are: {links}")
        return LinkControl(name, self._socket_path(name))

    def change_link(self, name: str, change: LinkChange) -> LinkState:
        """Change a link while it runs; its state right after."""
        return self.link(name).change(change)

    def link_state(self, name: str) -> LinkState:
        """Settings and counters of a link."""
        return self.link(name).state()

    def _socket_path(self, link: str) -> Path:
        return self.directory / f"{link}.sock"

    def _build(self) -> None:
        self.log_directory.mkdir()
        self.facts_file.write_text(self.topology.facts_toml(), encoding="utf-8")
        cgroups.make(self.name)
        with suppress(NotSupportedError):
            mount_bpffs()  # what is pinned from inside shall outlive who pinned it; it stays for whoever comes later
        for place in self.places:
            namespaces.create(self.namespace(place))
        self._set_sysctls()
        self._start_emulators()
        namespaces.ip("-n", self.namespace(LAPTOP), batch=laptop_setup(self.topology))
        namespaces.ip("-n", self.namespace(NET), batch=net_setup(self.topology))
        for name, server in self.topology.servers.items():
            self._connect_server(name, server)
        # Last: who finds it finds a complete instance.
        (self.directory / _TOPOLOGY_FILE).write_bytes(self.topology.to_json())

    def _set_sysctls(self) -> None:
        quiet: dict[str, int | str] = {
            "net.ipv4.conf.all.rp_filter": 0,
            "net.ipv4.conf.default.rp_filter": 0,
            # No router and no address discovery: the counters of a link are those of its users.
            "net.ipv6.conf.default.accept_ra": 0,
            "net.ipv6.conf.default.accept_dad": 0,
        }
        router: dict[str, int | str] = {"net.ipv4.ip_forward": 1, "net.ipv6.conf.all.forwarding": 1}
        for place in self.places:
            namespaces.write_sysctls(self.namespace(place), quiet | (router if place == NET else {}))

    def _start_emulators(self) -> None:
        with ExitStack() as started:
            starters = {name: started.enter_context(self._start_emulator(name)) for name in self.topology.links}
            for name, starter in starters.items():
                self._await_emulator(name, starter)

    def _start_emulator(self, link: str) -> "subprocess.Popen[bytes]":
        spec = self.topology.links[link]
        config = EmulatorConfig(
            laptop_namespace=self.namespace(LAPTOP),
            net_namespace=self.namespace(NET),
            interface=link,
            peer=peer_name(link),
            socket_path=str(self._socket_path(link)),
            up=spec.shaping(LinkDirection.UP),
            down=spec.shaping(LinkDirection.DOWN),
        )
        command = [sys.executable, "-P", "-m", "mpmanager.lab.emulator", config.to_json()]
        with self._emulator_log(link).open("wb") as log:
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _await_emulator(self, link: str, starter: "subprocess.Popen[bytes]") -> None:
        try:
            if starter.wait(_START_TIMEOUT_S) == 0:
                return
        except subprocess.TimeoutExpired:
            starter.kill()
        log = self._emulator_log(link).read_text(encoding="utf-8", errors="replace").strip()
        raise LinkEmulationError(f"{link}: its emulator did not start: {log.rsplit(chr(10), maxsplit=1)[-1]}")

    def _emulator_log(self, link: str) -> Path:
        return self.log_directory / f"emulator-{link}.log"

    def _connect_server(self, name: str, server: ServerSpec) -> None:
        namespace, net = self.namespace(name), self.namespace(NET)
        namespaces.ip("-n", net, batch=server_wire(name, server, namespace=namespace))
        namespaces.ip("-n", namespace, batch=server_setup(server))
        limit = str(_SERVER_SUBFLOWS)
        namespaces.ip("-n", namespace, "mptcp", "limits", "set", "subflow", limit, "add_addr_accepted", limit)
        namespaces.write_sysctls(namespace, server.sysctl)


def peer_name(link: str) -> str:
    """The network's end of a link."""
    return f"gw-{link}"


def laptop_setup(topology: Topology) -> Iterator[str]:
    """Lines for `ip -batch` on the laptop: addresses, and a default route for each link, the first preferred."""
    for name, link in topology.links.items():
        yield from _switch_on(name)
        for interface in link.interfaces:
            yield f"address add {interface} dev {name} nodad"
        for interface in link.interfaces if link.default_route else ():
            gateway = gateway_of(interface).ip
            yield f"route add default via {gateway} dev {name} metric {topology.metric(name)}"


def net_setup(topology: Topology) -> Iterator[str]:
    """Lines for `ip -batch` in the network between: it is the gateway of every link."""
    for name, link in topology.links.items():
        yield from _switch_on(peer_name(name))
        for interface in link.interfaces:
            yield f"address add {gateway_of(interface)} dev {peer_name(name)} nodad"


def server_wire(name: str, server: ServerSpec, *, namespace: str) -> Iterator[str]:
    """Lines for `ip -batch` in the network between: a wire to the server and routes to its addresses."""
    device = f"to-{name}"
    yield f"link add {device} type veth peer name eth0 netns {namespace}"
    yield f"link set {device} up"
    yield f"address add {_GATEWAY[4]}/32 dev {device}"
    yield f"address add {_GATEWAY[6]}/64 dev {device} nodad"
    for address in server.ip_addresses:
        yield f"route add {address} dev {device}"


def server_setup(server: ServerSpec) -> Iterator[str]:
    """Lines for `ip -batch` on a server."""
    yield "link set eth0 up"
    for address in server.ip_addresses:
        yield f"address add {address} dev eth0 nodad"
    versions = {address.version for address in server.ip_addresses}
    if 4 in versions:  # noqa: PLR2004  # IPv4
        yield f"route add {_GATEWAY[4]} dev eth0 scope link"
    for version in sorted(versions):
        yield f"route add default via {_GATEWAY[version]} dev eth0"


def _switch_on(device: str) -> Iterator[str]:
    yield f"link set {device} addrgenmode none"
    yield f"link set {device} txqueuelen {_QUEUE_PACKETS} up"


def tear_down(name: str) -> None:
    """Remove an instance or what is left of it; where nothing is left, nothing happens.

    Raises:
        LabError: something cannot be removed.
    """
    directory = _directory(name)
    namespaces.remove(namespaces.named(_prefix(name)))
    cgroups.remove(name)
    with suppress(FileNotFoundError):
        shutil.rmtree(directory)


def instances() -> tuple[str, ...]:
    """Names of the instances that run or have left something behind."""
    root = instances_directory()
    return tuple(sorted(each.name for each in root.iterdir() if each.is_dir())) if root.is_dir() else ()


def _prefix(name: str) -> str:
    return f"mpm-{name}-"


def _directory(name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise LabError(f"{name!r} cannot be the name of a lab: lower-case letters, digits, `_` and `.`, 32 at most")
    return instances_directory() / name


def _claim(name: str) -> Path:
    """The directory of a new instance, which nobody else can have now."""
    directory = _directory(name)
    if len(str(directory / ("x" * 12))) + len(".sock") > _LONGEST_SOCKET_PATH:
        raise LabError(f"{directory} is too long a path for control sockets")
    if namespaces.named(_prefix(name)):
        raise LabExistsError(_exists(name))
    try:
        directory.mkdir(parents=True)
    except FileExistsError as error:
        raise LabExistsError(_exists(name)) from error
    except PermissionError as error:
        raise RightsMissingError(f"{directory} cannot be made: {error.strerror}; the lab needs root") from error
    return directory


def _exists(name: str) -> str:
    return f"the lab {name!r} exists already; `mpm lab down --name {name}` removes it"
