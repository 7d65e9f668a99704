"""What is compared: ways to use two paths, each put into a running lab and taken out again.

The server always runs a stock kernel with its own path manager and the kernel's own limit of two additional subflows.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum, unique
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import psutil

from mpmanager.api.bus import Bus, parse_bus
from mpmanager.api.structures import EventInfo, EventKind, PolicyInfo, TrustInfo, Wait
from mpmanager.bench.errors import BenchError
from mpmanager.client.manager import ManagerClient, connected
from mpmanager.lab import namespaces
from mpmanager.lab.instance import Lab
from mpmanager.lab.programs import end
from mpmanager.lab.topology import LAPTOP
from mpmanager.model.errors import MpmanagerError
from mpmanager.model.path import Tier

if TYPE_CHECKING:
    from subprocess import Popen

ResultT = TypeVar("ResultT")

NEVER: Wait = "never"

_NO_RESTRICTION = "any"
"""Unless a measurement is about trust: else connections open on the trusted path, which may be the second one."""
_SERVER = "server"
_STALE_LOSS_COUNT = 4
"""The kernel's default."""
_SUBFLOW_LIMIT = 2
"""Additional subflows that a server accepts by default."""
_READY_WITHIN_S = 20.0
_PATHS_WITHIN_S = 10.0
_POLL_S = 0.05
_MANY_EVENTS = 10_000


@unique
class Approach(StrEnum):
    """Who decides when the backup is used."""

    STOCK = "stock"
    """The kernel's path manager with a backup endpoint."""
    STALE_1 = "stale_loss_cnt=1"
    """The same; a subflow counts as stale after one loss instead of four, on both ends."""
    POOLING = "pooling"
    """The kernel's path manager without a backup flag."""
    FULLMESH = "stock fullmesh"
    """The kernel's path manager with an endpoint on each path."""
    OURS = "mpmanager"
    """The daemon on the laptop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """One column of a table."""

    approach: Approach
    wait_ms: Wait = NEVER
    """Of our default policy."""
    big_transfers_to: str | None = None
    big_over_bytes: int | None = None
    """Of our default policy."""
    second_tier: Tier = Tier.WHEN_NEEDED
    """Of the second path under ours; the first is always used."""

    @property
    def name(self) -> str:
        if self.approach is not Approach.OURS or self.second_tier is Tier.ALWAYS:
            return self.approach.value
        if self.big_transfers_to:
            return f"{self.approach.value} steering"
        wait = self.wait_ms if isinstance(self.wait_ms, str) else f"{self.wait_ms:g} ms"
        return f"{self.approach.value} {wait}"


STOCK = Configuration(approach=Approach.STOCK)
STALE_1 = Configuration(approach=Approach.STALE_1)
POOLING = Configuration(approach=Approach.POOLING)
FULLMESH = Configuration(approach=Approach.FULLMESH)
BOTH_ALWAYS = Configuration(approach=Approach.OURS, second_tier=Tier.ALWAYS)
"""The daemon uses both paths alike."""


def ours(wait_ms: Wait) -> Configuration:
    """The daemon with an expiration delay."""
    return Configuration(approach=Approach.OURS, wait_ms=wait_ms)


class ManagedLaptop:
    """The daemon on a lab's laptop. Errors are of the `MpmanagerError` family."""

    def __init__(self, bus: Bus, process: "Popen[bytes]", log: Path) -> None:
        self._bus = bus
        self._process = process
        self._log = log

    def ask(self, talk: Callable[[ManagerClient], Awaitable[ResultT]]) -> ResultT:
        """Talk to it once."""

        async def run() -> ResultT:
            async with connected(self._bus) as client:
                return await talk(client)

        return asyncio.run(run())

    @property
    def pid(self) -> int:
        """Of its process."""
        return self._process.pid

    def cpu_s(self) -> float:
        """Processor time that it has used until now."""
        times = psutil.Process(self._process.pid).cpu_times()
        return float(times.user + times.system)

    def events(self) -> list[EventInfo]:
        """What has happened since it was started, the oldest first."""
        return self.ask(lambda client: client.recent_events(_MANY_EVENTS))

    def failovers(self) -> int:
        """How often it left a path."""
        return self._count(EventKind.FAILED_OVER)

    def openings(self) -> int:
        """How often it opened the backup beside a path that was late."""
        return self._count(EventKind.BACKUP_OPENED)

    def _count(self, kind: EventKind) -> int:
        return sum(each.kind == kind for each in self.events())

    def set_trust(self, trust: str) -> None:
        """Say by default what keeps to trusted paths; it is in force when this returns.

        Raises:
            BenchError: it is not.
        """

        async def talk(client: ManagerClient) -> TrustInfo:
            await client.set_policy(PolicyInfo(selector="default", trust=trust))
            return await client.trust()

        info = self.ask(talk)
        demands = {each.demand for each in info.restrictions}
        if not info.enforced or trust not in demands:
            raise BenchError(f"{trust} is not in force: {'; '.join(info.limits) or sorted(demands)}")

    def await_ready(self) -> None:
        """Until it is on its bus.

        Raises:
            BenchError: it ended, or did not become ready in time.
        """
        deadline = time.monotonic() + _READY_WITHIN_S
        while "ready on the bus" not in (said := self._log.read_text(errors="replace")):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise BenchError(f"mpmanagerd did not become ready: {said.strip()}")
            time.sleep(_POLL_S)

    def await_paths(self, names: Sequence[str], *, state: str = "up") -> None:
        """Until all of these paths are in this state.

        Raises:
            BenchError: it does not in time.
        """
        deadline = time.monotonic() + _PATHS_WITHIN_S
        while missing := set(names) - {each.name for each in self.ask(ManagerClient.paths) if each.state == state}:
            if time.monotonic() > deadline:
                raise BenchError(f"mpmanagerd does not see {', '.join(sorted(missing))} {state}")
            time.sleep(_POLL_S)


@contextmanager
def installed(
    configuration: Configuration, lab: Lab, *, primary: str, backup: str, scratch: Path
) -> Iterator[ManagedLaptop | None]:
    """Have a configuration in force for connections that open within the block; the daemon where it is ours.

    Args:
        configuration: what to put in force.
        lab: where, with the two links.
        primary: the preferred link, that of the best default route.
        backup: the other one.
        scratch: an empty directory for the daemon's bus, state and log.

    Raises:
        BenchError: the daemon did not start.
    """
    _set_stale_loss_count(lab, 1 if configuration.approach is Approach.STALE_1 else _STALE_LOSS_COUNT)
    _limit_server(lab)
    if configuration.approach is Approach.OURS:
        with _daemon(lab, scratch) as daemon:
            _instruct(daemon, configuration, primary=primary, backup=backup)
            try:
                yield daemon
            finally:
                # Restrictions outlive the daemon and would hold in the next configuration, too.
                with suppress(MpmanagerError):
                    daemon.set_trust(_NO_RESTRICTION)
        return
    _ip_on_laptop(lab, _endpoint_lines(lab, configuration.approach, primary=primary, backup=backup))
    try:
        yield None
    finally:
        _ip_on_laptop(lab, ["mptcp endpoint flush"])


def _set_stale_loss_count(lab: Lab, count: int) -> None:
    for place in (LAPTOP, _SERVER):
        namespaces.write_sysctls(lab.namespace(place), {"net.mptcp.stale_loss_cnt": count})


def _limit_server(lab: Lab) -> None:
    lines = [f"mptcp limits set subflows {_SUBFLOW_LIMIT} add_addr_accepted 0"]
    namespaces.ip("-n", lab.namespace(_SERVER), batch=lines)


def _ip_on_laptop(lab: Lab, lines: Iterable[str]) -> None:
    namespaces.ip("-n", lab.namespace(LAPTOP), batch=lines)


def _endpoint_lines(lab: Lab, approach: Approach, *, primary: str, backup: str) -> Iterator[str]:
    yield f"mptcp limits set subflows {_SUBFLOW_LIMIT} add_addr_accepted {_SUBFLOW_LIMIT}"
    match approach:
        case Approach.FULLMESH:
            endpoints = {primary: "subflow fullmesh", backup: "subflow fullmesh"}
        case Approach.POOLING:
            endpoints = {backup: "subflow"}
        case _:
            endpoints = {backup: "subflow backup"}
    for link, flags in endpoints.items():
        yield f"mptcp endpoint add {lab.laptop_address(link)} dev {link} {flags}"


@contextmanager
def _daemon(lab: Lab, scratch: Path) -> Iterator[ManagedLaptop]:
    bus = parse_bus(f"private:{scratch / 'bus'}")
    program = ["mpmanagerd", f"--bus={bus}", f"--facts={lab.facts_file}", f"--state={scratch / 'state'}"]
    log = scratch / "mpmanagerd.log"
    with log.open("wb") as output:
        # A Ctrl-C in the terminal is for the benchmark, which then ends the daemon itself.
        process = lab.popen(_installed_program(program), is_service=True, stderr=output, start_new_session=True)
    daemon = ManagedLaptop(bus, process, log)
    try:
        daemon.await_ready()
        yield daemon
    finally:
        end(process)


def _installed_program(program: list[str]) -> list[str]:
    """A program installed beside this one's interpreter."""
    return [str(Path(sys.executable).with_name(program[0])), *program[1:]]


def _instruct(daemon: ManagedLaptop, configuration: Configuration, *, primary: str, backup: str) -> None:
    policy = PolicyInfo(
        selector="default",
        wait_ms=configuration.wait_ms,
        big_transfers_to=configuration.big_transfers_to,
        big_over_bytes=configuration.big_over_bytes,
        trust=_NO_RESTRICTION,
    )

    async def talk(client: ManagerClient) -> None:
        await client.set_path_tier(primary, Tier.ALWAYS)
        await client.set_path_tier(backup, configuration.second_tier)
        await client.set_policy(policy)

    daemon.await_paths([primary, backup])
    daemon.ask(talk)
