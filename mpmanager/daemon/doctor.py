"""Examines paths and connections when somebody asks, and says what is not as it should be."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from ipaddress import ip_address
from typing import TypeVar
from urllib.parse import urlsplit

from mpmanager.api.structures import DiagnosisInfo, FindingInfo, HopInfo, ProbeInfo, ProbeOptions, ProbesInfo
from mpmanager.core.caps import CapReached
from mpmanager.core.diagnoses import Evidence, FallenBack, PlainTcp, findings
from mpmanager.core.ledger import ConnectionAccount
from mpmanager.daemon.world import World
from mpmanager.model.connection import UNKNOWN_APPLICATION, Application, Endpoint, ProcessKey
from mpmanager.model.diagnosis import Finding, Hop, Probe, ProbeWishes
from mpmanager.model.errors import CommandRefusedError, InvalidValueError, NotSupportedError, UnknownPathError
from mpmanager.model.names import IPAddress
from mpmanager.model.path import Path, Tier
from mpmanager.model.policy import Policy, PolicyRule

_LONGEST_S = 30.0
_MOST_PLAIN = 20
"""Programs that are named."""
_LOOK_SHARE = 0.02
"""Of the loop's time at most goes into looking at all TCP sockets, of which anybody may have thousands, and may ask."""
_LONGEST_REST_S = 60.0
"""What seems to have taken longer has slept meanwhile."""
_SELECTED_BY = ("exe:", "app:", "unit:")
_LAST_PORT = 65535

ToldT = TypeVar("ToldT")


class Doctor:
    """One examination at a time. What is called is given as functions, as it may be another by then."""

    def __init__(
        self,
        world: World,
        *,
        paths: Callable[[], tuple[Path, ...]],
        limits: Callable[[], list[str]],
        caps_reached: Callable[[], Iterable[CapReached]],
        rules: Callable[[], tuple[PolicyRule, ...]],
        accounts: Callable[[], Collection[ConnectionAccount]],
        named: Callable[[Application], Application],
        policy_of: Callable[[Application], Policy],
    ) -> None:
        self._world = world
        self._paths = paths
        self._limits = limits
        self._caps_reached = caps_reached
        self._rules = rules
        self._accounts = accounts
        self._named = named
        self._policy_of = policy_of
        self._examining = asyncio.Lock()
        self._plain_seen: list[tuple[ProcessKey, Application]] = []
        self._next_look = 0.0
        """Monotonic."""

    async def probe(self, options: ProbeOptions) -> ProbesInfo:
        """Try the paths.

        Raises:
            InvalidValueError, UnknownPathError: of the options.
            NotSupportedError: somebody else is examining at the moment.
        """
        started = time.monotonic()
        probes, hops = await self._examine(options)
        return ProbesInfo(
            probes=[_probe_info(each) for each in probes],
            hops=[_hop_info(each) for each in hops],
            took_s=time.monotonic() - started,
        )

    async def diagnose(self, options: ProbeOptions, *, may_see: Callable[[int | None], bool]) -> DiagnosisInfo:
        """Try the paths and say what that means, with all else that is known.

        `may_see` says whether what belongs to a user is told.

        Raises:
            InvalidValueError, UnknownPathError: of the options.
            NotSupportedError: somebody else is examining at the moment.
        """
        started = time.monotonic()
        probes, hops = await self._examine(options)
        kernel = await self._world.kernel_trials.run()
        accounts = [each for each in self._accounts() if may_see(each.owner_uid)]
        evidence = Evidence(
            paths=tuple(self._chosen(options)),
            probes=probes,
            path_manager=self._world.path_manager.current(),
            other_listeners=self._told(self._world.path_manager.other_listeners),
            kernel_endpoints=self._told(self._world.path_manager.kernel_endpoints),
            limits=tuple(self._limits()),
            fallen_back=tuple(_fallen_back(accounts)),
            plain=tuple(self._plain(may_see)),
            caps_reached=tuple(each for each in self._caps_reached() if options.path in {None, each.path}),
            rules=tuple(each for each in self._rules() if each.owner_uid is None or may_see(each.owner_uid)),
            kernel=kernel,
        )
        return DiagnosisInfo(
            probes=[_probe_info(each) for each in probes],
            hops=[_hop_info(each) for each in hops],
            findings=[_finding_info(each) for each in findings(evidence)],
            took_s=time.monotonic() - started,
        )

    async def _examine(self, options: ProbeOptions) -> tuple[tuple[Probe, ...], tuple[Hop, ...]]:
        wishes, paths = wishes_of(options), self._chosen(options)
        if self._examining.locked():
            raise NotSupportedError("another examination is under way; try again in some seconds")
        usable = [each for each in paths if each.state.is_usable]
        async with self._examining:
            try:
                async with asyncio.timeout(_LONGEST_S):
                    probed, traced = await asyncio.gather(
                        asyncio.gather(*(self._probe(each, wishes) for each in usable)),
                        asyncio.gather(*(self._trace(each, wishes.trace) for each in usable)),
                    )
            except TimeoutError as error:
                raise NotSupportedError(f"the examination has not ended within {_LONGEST_S:g} s") from error
        return tuple(probe for each in probed for probe in each), tuple(hop for each in traced for hop in each)

    async def _probe(self, path: Path, wishes: ProbeWishes) -> tuple[Probe, ...]:
        others = [each for each in self._paths() if each.state.is_usable and each != path]
        return await self._world.probes.probe(path, wishes, others=others)

    async def _trace(self, path: Path, destination: IPAddress | None) -> tuple[Hop, ...]:
        return () if destination is None else await self._world.probes.trace(path, destination)

    def _chosen(self, options: ProbeOptions) -> list[Path]:
        if options.path is None:
            return [each for each in self._paths() if each.tier is not Tier.NEVER]
        found = [each for each in self._paths() if each.name == options.path]
        if not found:
            known = ", ".join(each.name for each in self._paths()) or "none at the moment"
            raise UnknownPathError(f"there is no path {options.path!r}; paths are: {known}")
        return found

    @staticmethod
    def _told(ask: Callable[[], tuple[ToldT, ...]]) -> tuple[ToldT, ...]:
        """What the kernel tells, or nothing where it does not: the rest is told."""
        with suppress(CommandRefusedError):
            return ask()
        return ()

    def _plain(self, may_see: Callable[[int | None], bool]) -> Iterator[PlainTcp]:
        """Programs with plain connections, those with the most first."""
        with suppress(CommandRefusedError):  # too busy to tell: the rest is told
            self._look()
        found = [each for owner, each in self._plain_seen if may_see(owner.uid)]
        named = [self._named(each) for each in found if each is not UNKNOWN_APPLICATION]
        by_id = {each.id: each for each in named}
        for name, count in Counter(each.id for each in named).most_common(_MOST_PLAIN):
            application = by_id[name]
            selector = _selector(application)
            if selector is not None:
                asked = self._policy_of(application).is_multipath is True
                yield PlainTcp(name=application.name, selector=selector, connections=count, is_asked=asked)

    def _look(self) -> None:
        """See which programs have plain connections, unless that was so much work lately that others would wait."""
        began = time.monotonic()
        if began < self._next_look:
            return
        self._plain_seen = []
        owners = self._world.connections.plain_connections()
        self._plain_seen = list(zip(owners, self._world.applications.find(owners), strict=True))
        ended = time.monotonic()
        self._next_look = ended + min((ended - began) / _LOOK_SHARE, _LONGEST_REST_S)


def wishes_of(options: ProbeOptions) -> ProbeWishes:
    """Whom to ask, by what somebody wrote.

    Raises:
        InvalidValueError: names the option.
    """
    return ProbeWishes(
        server=_endpoint(options.server) if options.server else None,
        portal_url=_url(options.portal_url) if options.portal_url else None,
        portal_text=options.portal_text,
        trace=_address(options.trace, "trace") if options.trace else None,
    )


def _endpoint(text: str) -> Endpoint:
    host, _colon, port = text.rpartition(":")
    if not port.isascii() or not port.isdecimal() or not 0 < int(port) <= _LAST_PORT:
        raise InvalidValueError(f"server {text!r}: expected address and port, such as 192.0.2.7:443")
    return Endpoint(_address(host.removeprefix("[").removesuffix("]"), "server"), int(port))


def _address(text: str, option: str) -> IPAddress:
    try:
        address = ip_address(text)
    except ValueError as error:
        raise InvalidValueError(f"{option} {text!r}: it is no address, such as 192.0.2.7 or 2001:db8::7") from error
    if address.is_loopback or address.is_multicast or address.is_unspecified or address.is_link_local:
        raise InvalidValueError(f"{option} {text!r}: it is not the address of one host beyond a path")
    return address


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        is_usable = parts.scheme == "http" and parts.hostname and parts.port != 0 and parts.username is None
    except ValueError:
        is_usable = False
    if not is_usable or not text.isascii() or not text.isprintable() or " " in text:
        raise InvalidValueError(f"portal_url {text!r}: expected http://HOST/PATH; https shows no portal")
    return text


def _fallen_back(accounts: Iterable[ConnectionAccount]) -> Iterator[FallenBack]:
    for account in accounts:
        if account.is_fallback and not account.is_server_side:
            paths = [each.path for each in account.living_subflows()]
            yield FallenBack(name=account.title, remote=str(account.flow.remote), path=paths[0] if paths else None)


def _selector(application: Application) -> str | None:
    if application.id.startswith(_SELECTED_BY):
        return application.id
    return f"exe:{application.exe}" if application.exe else None


def _probe_info(probe: Probe) -> ProbeInfo:
    return ProbeInfo(
        path=probe.path,
        step=probe.step,
        outcome=probe.outcome,
        target=probe.target,
        detail=probe.detail,
        took_ms=probe.took_ms,
    )


def _hop_info(hop: Hop) -> HopInfo:
    return HopInfo(
        path=hop.path,
        distance=hop.distance,
        address=None if hop.address is None else str(hop.address),
        took_ms=hop.took_ms,
        destination=hop.is_destination,
    )


def _finding_info(finding: Finding) -> FindingInfo:
    return FindingInfo(
        id=finding.id,
        severity=finding.severity,
        title=finding.title,
        measured=finding.measured,
        meaning=finding.meaning,
        fix=finding.fix,
        command=finding.command,
        path=finding.path,
    )
