"""A client whose daemon is a script: three paths, some programs, rates that move with a clock of its own."""

import asyncio
import math
import os
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from fake_history import estimated, recorded
from fake_profiles import FakeProfiles
from msgspec.structs import replace

from mpmanager.api.history import HistoryInfo, HistoryQuery, WaitEstimate
from mpmanager.api.structures import (
    AppInfo,
    ApplicationTotals,
    BackupInfo,
    CapInfo,
    CarriedInfo,
    ChangeInfo,
    ChangePartInfo,
    ConnectionInfo,
    DiagnosisInfo,
    EventInfo,
    EventKind,
    ExpirationInfo,
    Frame,
    GatewayAnswer,
    HelpCounts,
    PathInfo,
    PolicyInfo,
    PolicyQuery,
    ProbeOptions,
    ProfileChanges,
    ProfileInfo,
    ProtectionInfo,
    RehearsalInfo,
    StatusInfo,
    SubflowInfo,
    SubscribeOptions,
    SysctlInfo,
    TrustInfo,
    UsageInfo,
    Wait,
)
from mpmanager.model.caps import CapState
from mpmanager.model.change import AspectKind
from mpmanager.model.connection import TcpState
from mpmanager.model.errors import (
    DaemonNotRunningError,
    InvalidValueError,
    MpmanagerError,
    UnknownApplicationError,
    UnknownChangeError,
    UnknownPathError,
)
from mpmanager.model.expiration import ExpirationReason, ExpirationState
from mpmanager.model.path import KindSource, PathKind, PathState, Security, Tier
from mpmanager.model.profile import MergeMode
from mpmanager.model.protection import Coverage, CoverageReason
from mpmanager.model.sysctl import KNOWN, PREFIX
from mpmanager.model.trust import Hold, Trust, TrustReason, TrustSource, why

EPOCH = 1_800_000_000.0
PROGRAMS = (
    ("Firefox", "/usr/lib/firefox/firefox"),
    ("curl", "/usr/bin/curl"),
    ("rsync", "/usr/bin/rsync"),
    ("ssh", "/usr/bin/ssh"),
    ("Element", "/opt/Element/element-desktop"),
)
NATURES = {
    PathKind.WIFI: (Trust.TRUSTED, TrustReason.WIFI_WPA2),
    PathKind.LTE: (Trust.TRUSTED, TrustReason.CELLULAR),
    PathKind.XDSL: (Trust.TRUSTED, TrustReason.TELEPHONE_LINE),
}
OPEN_AIR = (Trust.UNTRUSTED, TrustReason.WIFI_OPEN)
SLEEPER = 3
"""The program that is quiet at times."""


def three_paths() -> list[PathInfo]:
    """Wi-Fi first, LTE when needed, xDSL as backup."""
    return [
        _path(
            "wlan0",
            2,
            PathKind.WIFI,
            Tier.ALWAYS,
            network="Café am Markt",
            security=Security.WPA2,
            network_id="wifi:Café am Markt/wpa2",
            address="10.0.1.7/24",
            gateway="10.0.1.1",
        ),
        _path(
            "wwan0",
            3,
            PathKind.LTE,
            Tier.WHEN_NEEDED,
            network="Telekom.de",
            network_id="nm:5d1c7f0e-6a5b-4f0e-9d41-77a1d3c0f2aa",
            address="10.64.3.9/30",
            gateway="10.64.3.10",
        ),
        _path(
            "dsl0",
            4,
            PathKind.XDSL,
            Tier.BACKUP,
            network="Home line",
            network_id="gateway:02:00:5e:00:53:01",
            address="192.0.2.7/24",
            gateway="192.0.2.1",
        ),
    ]


def _path(name, index, kind, tier, *, network, network_id, address, gateway, security=None) -> PathInfo:
    trust, reason = NATURES[kind]
    return PathInfo(
        name=name,
        index=index,
        kind=kind,
        kind_source=KindSource.FACTS,
        network=network,
        security=security,
        tier=tier,
        tier_chosen=True,
        state=PathState.UP,
        addresses=[address],
        gateway=gateway,
        gateways=[gateway],
        rx_bytes=0,
        tx_bytes=0,
        rx_bit_s=0.0,
        tx_bit_s=0.0,
        trust=trust,
        trust_reason=reason,
        automatic_trust=trust,
        automatic_reason=reason,
        network_ids=[network_id],
        metered=kind is PathKind.LTE,
        usage=UsageInfo(
            today_bytes=0,
            period_bytes=0,
            period_first="2027-01-01",
            period_end="2027-02-01",
            counted_since="2026-12-01",
        ),
    )


def all_sysctls() -> list[SysctlInfo]:
    """As a kernel has them that nobody has changed."""
    return [
        SysctlInfo(
            name=PREFIX + each.name,
            kind=each.kind,
            value=each.default or "default",
            default=each.default,
            meaning=each.meaning,
            lowest=each.lowest if each.highest else None,
            highest=each.highest or None,
            choices=["default", "roundrobin"] if each.choices_in else [],
            refusal=each.refusal,
        )
        for each in KNOWN
    ]


@dataclass
class World:
    """What the script changes: paths, programs, and a clock that a test moves."""

    paths: list[PathInfo] = field(default_factory=three_paths)
    connections_per_program: int = 2
    programs: int = len(PROGRAMS)
    subflows_per_connection: int = 3
    now: float = 1000.0
    """Monotonic seconds."""
    simulated: bool = False
    is_history_empty: bool = False
    sequence: int = 0
    events: list[EventInfo] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)
    paused_until: float | None = None
    policies: list[PolicyInfo] = field(default_factory=lambda: [PolicyInfo(selector="default", wait_ms="never")])
    """The default is the last."""
    late: dict[int, ExpirationInfo] = field(default_factory=dict)
    """What late data has led to, by the number of the program."""
    helps: dict[int, HelpCounts] = field(default_factory=dict)
    """By the number of the program."""
    profiles: FakeProfiles = field(default_factory=FakeProfiles)
    wires_need_login: bool = False
    sysctls: dict[str, SysctlInfo] = field(
        default_factory=lambda: {each.name.removeprefix(PREFIX): each for each in all_sysctls()}
    )
    is_enforcing: bool = True
    """Whether the kernel takes restrictions at all."""
    anonymous: set[int] = field(default_factory=set)
    """Programs of which nobody knows where they come from."""
    changes: list[ChangeInfo] = field(default_factory=list)
    """The oldest first."""
    revision: int = 0
    held: set[str] = field(default_factory=set)
    """Tokens of connections that are held to trusted paths."""
    _told: int = 0
    _carried: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)

    def path(self, name: str) -> PathInfo:
        """A path by its name."""
        for each in self.paths:
            if each.name == name:
                return each
        raise UnknownPathError(f"there is no path {name}")

    def happen(self, kind: EventKind, text: str, path: str | None = None, **more) -> None:
        """Record an event now."""
        number = len(self.events) + 1
        self.events.append(EventInfo(id=number, time=EPOCH + self.now, kind=kind, text=text, path=path, **more))

    def delay(
        self,
        program: int,
        state: ExpirationState,
        reason: ExpirationReason,
        *,
        path: str | None = "wlan0",
        helper: str | None = "wwan0",
        waited_ms: float | None = 54.0,
    ) -> None:
        """The data of a program is late, or on time again."""
        self.late[program] = ExpirationInfo(
            state=state,
            reason=reason,
            since=EPOCH + self.now,
            path=path,
            helper=helper,
            waited_ms=waited_ms,
            allowed_ms=50.0,
        )

    def fail_over(self, program: int, *, waited_ms: float = 54.0) -> None:
        """The Wi-Fi answers nothing, and LTE carries instead."""
        self.delay(program, ExpirationState.FAILED_OVER, ExpirationReason.SILENT, waited_ms=waited_ms)
        for _ in range(self.connections_per_program):
            self._help(program, EventKind.FAILED_OVER, ExpirationReason.SILENT, waited_ms=waited_ms, allowed_ms=50.0)
        self.helps.setdefault(program, HelpCounts()).failovers += self.connections_per_program

    def open_helper(self, program: int, *, waited_ms: float = 61.0) -> None:
        """The Wi-Fi is full, and LTE helps."""
        self.delay(program, ExpirationState.AGGREGATE, ExpirationReason.BACKLOG, waited_ms=waited_ms)
        self._help(program, EventKind.BACKUP_OPENED, ExpirationReason.BACKLOG, waited_ms=waited_ms, allowed_ms=50.0)
        self.helps.setdefault(program, HelpCounts()).openings += 1

    def recover(self, program: int, *, helper_bytes: int = 1_400_000, lasted_s: float = 3.24) -> None:
        """The Wi-Fi carries again."""
        del self.late[program]
        proof = {"helper_bytes": helper_bytes, "lasted_s": lasted_s}
        self._help(program, EventKind.RETURNED, ExpirationReason.RECOVERED, **proof)
        counts = self.helps.setdefault(program, HelpCounts())
        counts.returns += 1
        counts.helper_bytes += helper_bytes

    def _help(self, program: int, kind: EventKind, reason: ExpirationReason, **proof) -> None:
        app = self._app(program)
        text = f"{app.name}: {kind.value}"
        self.happen(kind, text, "wlan0", app=app.id, helper="wwan0", reason=reason, **proof)

    def wait_of(self, app: AppInfo) -> tuple[str, Wait]:
        """The rule in force for a program, and its wait."""
        rules = {each.selector: each.wait_ms for each in self.policies if each.wait_ms is not None}
        chosen = next((each for each in (f"exe:{app.exe}", f"cgroup:{app.cgroup}") if each in rules), "default")
        return chosen, rules.get(chosen, "never")

    def join(self, name: str, network: str, security: Security = Security.OPEN) -> None:
        """A Wi-Fi roams into another network, of which nothing was said."""
        path = self.path(name)
        path.network, path.security, path.network_trust = network, security, None
        path.network_ids = [f"wifi:{network}/{security.value}"]
        self.judge(path)

    def say(self, name: str, scope: str, trust: Trust | None) -> None:
        """Somebody decides how far a path is trusted."""
        path = self.path(name)
        if scope == TrustSource.INTERFACE:
            path.interface_trust = trust
        elif path.network_ids:
            path.network_trust = trust
        else:
            raise InvalidValueError(f"nothing names the network of {name} at the moment")
        self.judge(path)

    def judge(self, path: PathInfo) -> None:
        """Let a path be trusted as was said of it, or by its nature."""
        before = path.trust
        path.trust, path.trust_reason = OPEN_AIR if path.security is Security.OPEN else NATURES[path.kind]
        path.automatic_trust, path.automatic_reason = path.trust, path.trust_reason
        path.trust_source = TrustSource.AUTOMATIC
        said = ((path.interface_trust, TrustSource.INTERFACE), (path.network_trust, TrustSource.NETWORK))
        for trust, source in said:
            if trust is not None:
                path.trust, path.trust_reason, path.trust_source = trust, TrustReason.CHOSEN, source
        if path.trust is not before:
            text = (
                f"{path.name} ({path.network}) is {path.trust.value} now: {why(path.trust_reason, path.trust_source)}"
            )
            self.happen(EventKind.TRUST_CHANGED, text, path.name, trust=path.trust, trust_reason=path.trust_reason)

    def use(self, name: str, *, today: int, period: int, forecast: int | None = None, cap: CapInfo | None = None):
        """A path has carried so much and may carry that."""
        path = self.path(name)
        path.cap = cap
        path.usage = UsageInfo(
            today_bytes=today,
            period_bytes=period,
            period_first="2027-01-15",
            period_end="2027-02-15",
            counted_since="2026-12-01",
            forecast_bytes=forecast,
        )
        self.judge_cap(path)

    def judge_cap(self, path: PathInfo) -> None:
        """Hold a path back whose cap is reached."""
        used, cap = path.usage, path.cap or CapInfo()
        limits = ((used.today_bytes, cap.day_bytes), (used.period_bytes, cap.month_bytes))
        share = max((count / (limit + used.allowed_today_bytes) for count, limit in limits if limit), default=0.0)
        states = ((1.0, CapState.REACHED), (0.95, CapState.NEARLY), (0.75, CapState.WARNED), (-1.0, CapState.WITHIN))
        state = next(state for least, state in states if share >= least)
        path.usage = replace(used, state=state if path.cap else CapState.UNLIMITED)
        path.tier_without_cap = path.tier_without_cap or path.tier
        path.tier = cap.then.tier if path.cap and state is CapState.REACHED else path.tier_without_cap

    def say_metered(self, name: str, said: bool | None) -> None:
        """Somebody says whether a path costs."""
        path = self.path(name)
        path.metered_said = said
        path.metered = path.kind is PathKind.LTE if said is None else said

    def lose(self, name: str) -> None:
        """The link of a path goes."""
        self.path(name).state = PathState.NO_CARRIER
        self.happen(EventKind.PATH_DOWN, f"{name} lost its carrier", name)

    def bring_back(self, name: str) -> None:
        """It comes back."""
        self.path(name).state = PathState.UP
        self.happen(EventKind.PATH_UP, f"{name} is up again", name)

    def decide(self, kind: AspectKind, about: str, before: str | None, after: str | None, **more) -> ChangeInfo:
        """Write a change into the journal."""
        part = ChangePartInfo(kind=kind, about=about, before=before, after=after, text=f"{about} is {after} now")
        more = {"uid": os.getuid(), "program": "mpmanager", "time": EPOCH + self.now} | more
        for each in self.changes:
            if each.taken_back is None and (each.parts[0].kind, each.parts[0].about) == (kind, about):
                each.later.append(len(self.changes) + 1)
        self.changes.append(ChangeInfo(id=len(self.changes) + 1, text=part.text, parts=[part], **more))
        self.revision += 1
        return self.changes[-1]

    def set_tier(self, name: str, tier: str | None) -> None:
        """Use a path in this tier; as its kind suggests if there is none."""
        self.path(name).tier = Tier(tier) if tier else Tier.ALWAYS
        self.path(name).tier_chosen = tier is not None

    def advance(self, seconds: float = 1.0) -> Frame:
        """Move the clock and tell the next frame."""
        self.now += seconds
        self.sequence += 1
        connections = self._connections(seconds)
        self._count_paths(connections, seconds)
        news, self._told = self.events[self._told :], len(self.events)
        return Frame(
            sequence=self.sequence,
            time=EPOCH + self.now,
            monotonic=self.now,
            simulated=self.simulated,
            dropped=0,
            paths=[_copy(each) for each in self.paths],
            connections=connections,
            applications=self._applications(connections),
            events=news,
            changes=self.revision,
        )

    def demand(self, program: int) -> float:
        """Download rate of one program in bit/s: each its own slow wave, some of them quiet at times."""
        period = 23 + 11 * program
        wave = 0.5 + 0.5 * math.sin(2 * math.pi * self.now / period + program)
        burst = 2.2 if (self.now // (17 + program)) % 3 == 0 else 1.0
        floor = 0.0 if program % len(PROGRAMS) == SLEEPER else 60_000.0
        return floor + 3e6 * burst * wave * wave / (1 + program % 5)

    def _connections(self, seconds: float) -> list[ConnectionInfo]:
        return [
            self._connection(program, number, seconds)
            for program in range(self.programs)
            for number in range(self.connections_per_program)
        ]

    def _app(self, program: int) -> AppInfo:
        name, exe = PROGRAMS[program % len(PROGRAMS)]
        suffix = f" {program // len(PROGRAMS) + 1}" if program >= len(PROGRAMS) else ""
        if program in self.anonymous:
            return AppInfo(id=f"name:{name}", name=name, pid=4000 + program, exe=None, cgroup=None)
        return AppInfo(id=f"exe:{exe}{suffix}", name=name + suffix, pid=4000 + program, exe=exe + suffix, cgroup=None)

    def _connection(self, program: int, number: int, seconds: float) -> ConnectionInfo:
        app = self._app(program)
        token = f"0x{program * 1000 + number + 0x2833A25D:08x}"
        rate = self.demand(program) / self.connections_per_program / (1 + number % 4)
        usable = [each for each in self.paths if each.state.is_usable and each.tier is not Tier.NEVER]
        subflows = [
            self._subflow(app.id, token, path, rate * share, seconds)
            for path, share in _shares(usable[: self.subflows_per_connection], self.late.get(program))
        ]
        selector, wait_ms = self.wait_of(app)
        return ConnectionInfo(
            token=token,
            app=app,
            local=f"10.0.1.7:{40000 + number}",
            remote=f"203.0.113.{10 + program % 200}:{443 if number % 2 == 0 else 8443}",
            state=TcpState.ESTABLISHED,
            fallback=program == 1 and number == 1,
            server_side=False,
            managed=not (program == 2 and number == 1),
            opened=EPOCH + 900.0 + number,
            tx_bytes=sum(each.tx_bytes for each in subflows),
            rx_bytes=sum(each.rx_bytes for each in subflows),
            subflows=subflows,
            carried=[],
            policy=selector,
            wait_ms=wait_ms,
            expiration=self.late.get(program),
            protection=_protection(is_held=token in self.held),
        )

    def _subflow(self, app_id: str, token: str, path: PathInfo, rate: float, seconds: float) -> SubflowInfo:
        counted = self._carried.setdefault((app_id, token, path.name), [0, 0])
        up = rate * 0.12
        counted[0] += int(rate * seconds / 8)
        counted[1] += int(up * seconds / 8)
        port = 40000 + int(token, 16) % 20000
        return SubflowInfo(
            path=path.name,
            local=f"{path.addresses[0].partition('/')[0]}:{port}",
            remote="203.0.113.10:443",
            local_id=path.index,
            remote_id=0,
            backup=BackupInfo(local=path.tier.is_backup, peer=False),
            state=TcpState.ESTABLISHED,
            rtt_ms={"wlan0": 18.4, "wwan0": 46.0, "dsl0": 9.7}.get(path.name, 30.0) + 2 * math.sin(self.now),
            rx_bytes=counted[0],
            tx_bytes=counted[1],
            rx_bit_s=rate,
            tx_bit_s=up,
            retransmits=counted[0] // 40_000_000,
        )

    def _count_paths(self, connections: list[ConnectionInfo], seconds: float) -> None:
        for path in self.paths:
            mine = [each for c in connections for each in c.subflows if each.path == path.name]
            path.rx_bit_s = sum(each.rx_bit_s for each in mine) * 1.03
            path.tx_bit_s = sum(each.tx_bit_s for each in mine) * 1.05
            path.rx_bytes += int(path.rx_bit_s * seconds / 8)
            path.tx_bytes += int(path.tx_bit_s * seconds / 8)
            self._count(path, int((path.rx_bit_s + path.tx_bit_s) * seconds / 8))

    def _count(self, path: PathInfo, count: int) -> None:
        used = path.usage
        path.usage = replace(used, today_bytes=used.today_bytes + count, period_bytes=used.period_bytes + count)

    def _applications(self, connections: list[ConnectionInfo]) -> list[ApplicationTotals]:
        living = {}
        for each in connections:
            living.setdefault(each.app.id, []).append(each)
        return [
            ApplicationTotals(
                id=key,
                name=mine[0].app.name,
                connections=len(mine),
                carried=self._sums(key),
                help=self._help_of(mine[0]),
            )
            for key, mine in living.items()
        ]

    def _help_of(self, connection: ConnectionInfo) -> HelpCounts:
        return self.helps.get((connection.app.pid or 0) - 4000, HelpCounts())

    def _sums(self, app_id: str) -> list[CarriedInfo]:
        mine = [(path, counted) for (app, _, path), counted in self._carried.items() if app == app_id]
        return [CarriedInfo(path=path, tx_bytes=up, rx_bytes=down) for path, (down, up) in mine]


def _protection(*, is_held: bool) -> ProtectionInfo:
    return ProtectionInfo(
        demand="any",
        rule="default",
        coverage=Coverage.ENFORCED,
        reason=CoverageReason.KERNEL if is_held else CoverageReason.NOTHING_DEMANDED,
        hold=Hold.TRUSTED if is_held else Hold.FREE,
    )


def _copy(path: PathInfo) -> PathInfo:
    return PathInfo(**{name: getattr(path, name) for name in PathInfo.__struct_fields__})


def _shares(usable: list[PathInfo], late: ExpirationInfo | None = None) -> list[tuple[PathInfo, float]]:
    """Who carries how much: the Always paths share, else the first that is left carries alone."""
    first = [each for each in usable if each.tier is Tier.ALWAYS] or usable[:1]
    weights = {each.name: (3.0 if each.name == "wlan0" else 2.0) for each in first}
    if late is not None and late.helper is not None:
        weights[late.helper] = 1.0
        if late.path is not None and late.state in {ExpirationState.FAILED_OVER, ExpirationState.PROBING}:
            weights[late.path] = 0.0
    total = sum(weights.values()) or 1.0
    return [(each, weights.get(each.name, 0.0) / total) for each in usable]


class FakeManager:
    """Tells the frames that are put into it; ends the stream when the daemon "stops"."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.refusal: MpmanagerError | None = None
        """What a change answers with."""
        self.refusals: dict[str, MpmanagerError] = {}
        """The same, for what begins with a word."""
        self.changes: list[tuple[str, ...]] = []
        self.diagnosis = DiagnosisInfo()
        """What an examination comes to,"""
        self.examined: list[ProbeOptions] = []
        """and what was asked for."""
        self.rehearsals: list[tuple[str, float]] = []
        self.rehearsal = RehearsalInfo(path="wlan0", took_s=10.0)
        self.enough = asyncio.Event()
        """A rehearsal lasts until this is set."""
        self.queries: list[PolicyQuery] = []
        """What was asked to be explained."""
        self.asked: list[HistoryQuery] = []
        self.is_closed = False
        self.guard_s: int | None = None
        self._frames: asyncio.Queue[Frame | None] = asyncio.Queue()

    def tell(self, frame: Frame) -> None:
        """Deliver a frame to the subscriber."""
        self._frames.put_nowait(frame)

    def tick(self, count: int = 1) -> None:
        """Let seconds pass, each with its frame."""
        for _ in range(count):
            self.tell(self.world.advance())

    def stop(self) -> None:
        """End the stream, as a daemon does that is stopped."""
        self._frames.put_nowait(None)

    async def status(self) -> StatusInfo:
        return StatusInfo(
            version="0.1.0",
            pid=1,
            started=EPOCH,
            simulated=self.world.simulated,
            path_manager="userspace",
            paths_up=sum(each.state is PathState.UP for each in self.world.paths),
            connections=0,
            events=len(self.world.events),
            limits=self.world.limits,
            paused_until=self.world.paused_until,
            wires_need_login=self.world.wires_need_login,
        )

    async def recent_events(self, limit: int = 100) -> list[EventInfo]:
        return self.world.events[-limit:]

    async def set_path_tier(self, path: str, tier: str) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.changes.append((path, tier))
        known = self.world.path(path)
        before = known.tier.value if known.tier_chosen else None
        after = tier if tier != "auto" else None
        self.world.set_tier(path, after)
        self.world.decide(AspectKind.TIER, path, before, after, keep_until=self._probation())
        self.world.happen(EventKind.TIER_CHANGED, f"{path} is used {tier} now", path)

    async def set_path_kind(self, path: str, kind: str) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.changes.append((path, kind))
        self.world.path(path).kind = PathKind(kind) if kind != "auto" else PathKind.WIFI

    async def set_path_trust(self, path: str, trust: str, scope: str = "", network: str = "") -> None:
        if self.refusal is not None:
            raise self.refusal
        if network and network not in self.world.path(path).network_ids:
            raise InvalidValueError(f"{path} is in another network by now")
        self.changes.append((path, trust, scope))
        self.world.say(path, scope, Trust(trust) if trust != "auto" else None)

    async def pause_enforcing(self, seconds: int) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.changes.append(("pause", str(seconds)))
        self.world.paused_until = EPOCH + self.world.now + seconds if seconds else None
        kind = EventKind.ENFORCING_PAUSED if seconds else EventKind.ENFORCING_RESUMED
        self.world.happen(kind, "somebody has said so")

    async def set_path_metered(self, path: str, metered: str) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.changes.append((path, "metered", metered))
        self.world.say_metered(path, {"yes": True, "no": False}.get(metered))

    async def set_path_cap(self, path: str, cap: CapInfo) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.changes.append((path, "cap", cap))
        self.world.path(path).cap = None if cap.cap() is None else cap
        self.world.judge_cap(self.world.path(path))

    async def allow_more(self, path: str, more_bytes: int) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.changes.append((path, "allow", more_bytes))
        known = self.world.path(path)
        before = known.usage.allowed_today_bytes if more_bytes else 0
        known.usage = replace(known.usage, allowed_today_bytes=before + more_bytes)
        self.world.judge_cap(known)

    async def probe_path(self, path: str) -> GatewayAnswer:
        if self.refusal is not None:
            raise self.refusal
        gateway = self.world.path(path).gateway
        return GatewayAnswer(path=path, peer=gateway, sent=5, received=4, rtt_min_ms=11.2, rtt_ms=12.0, rtt_max_ms=31.0)

    async def policies(self) -> list[PolicyInfo]:
        return list(self.world.policies)

    async def explain_policies(self, query: PolicyQuery) -> list[PolicyInfo]:
        self.queries.append(query)
        return list(self.world.policies)

    async def hold_connection(self, token: str, *, held: bool) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.changes.append((token, str(held)))
        (self.world.held.add if held else self.world.held.discard)(token)

    async def capture(self, token: str, *, seconds: int, max_bytes: int) -> AsyncGenerator[bytes, None]:
        self.changes.append((token, str(seconds), str(max_bytes)))
        yield b"packets of "
        yield token.encode()
        await asyncio.sleep(seconds)

    async def set_policy(self, policy: PolicyInfo) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.changes.append((policy.selector, str(policy.wait_ms)))
        key = policy.selector, policy.temporary
        others = [each for each in self.world.policies if (each.selector, each.temporary) != key]
        if key == ("default", False):
            self.world.policies = [*others, policy]
        elif policy == PolicyInfo(selector=policy.selector, temporary=policy.temporary):
            self.world.policies = others
        else:
            self.world.policies = [policy, *others]
        self.world.happen(EventKind.POLICY_CHANGED, f"{policy.selector}: data may wait {policy.wait_ms} ms")

    def _change(self, *words: str) -> None:
        refusal = self.refusals.get(words[0], self.refusal)
        if refusal is not None:
            raise refusal
        self.changes.append(words)

    async def profiles(self) -> list[ProfileInfo]:
        return self.world.profiles.rows()

    async def profile_text(self, name: str) -> str:
        return self.world.profiles.text(name)

    async def current_decisions(self) -> str:
        return self.world.profiles.holds

    async def preview_profile(self, text: str, mode: MergeMode) -> ProfileChanges:
        return self.world.profiles.preview(text, mode)

    async def store_profile(self, name: str, text: str) -> None:
        self._change("store", name)
        self.world.profiles.texts[name] = text

    async def activate_profile(self, name: str) -> None:
        self._change("activate", name)
        self.world.profiles.activate(name)

    async def delete_profile(self, name: str) -> None:
        self._change("delete", name)
        self.world.profiles.delete(name)

    async def follow_network(self, network: str, profile: str) -> None:
        self._change("follow", network, profile)
        self.world.profiles.follow(network, profile)

    async def set_wires_need_login(self, *, needed: bool) -> None:
        self._change("wires", str(needed))
        self.world.wires_need_login = needed

    async def sysctls(self) -> list[SysctlInfo]:
        return list(self.world.sysctls.values())

    async def set_sysctl(self, name: str, value: str, *, persistent: bool) -> None:
        self._change(name, value, "kept" if persistent else "for now")
        short = name.removeprefix(PREFIX)
        known = self.world.sysctls[short]
        before = known.value if known.before is None else known.before
        kept = value if persistent else known.kept
        file = "/etc/sysctl.d/90-mpmanager.conf" if kept else None
        self.world.sysctls[short] = replace(known, value=value, before=before, kept=kept, kept_in=file)

    async def undo_sysctl(self, name: str) -> None:
        self._change(name, "undo")
        short = name.removeprefix(PREFIX)
        known = self.world.sysctls[short]
        value = known.value if known.before is None else known.before
        self.world.sysctls[short] = replace(known, value=value, before=None, kept=None, kept_in=None)

    def _probation(self) -> float | None:
        has_path = any(each.state is PathState.UP and each.tier is not Tier.NEVER for each in self.world.paths)
        return None if has_path or self.guard_s is None else EPOCH + self.world.now + self.guard_s

    async def recent_changes(self, limit: int = 100) -> list[ChangeInfo]:
        return [replace(each) for each in reversed(self.world.changes[-limit:])]

    async def guard_changes(self, seconds: int) -> None:
        self.guard_s = seconds

    async def undo_change(self, change: int = 0, *, with_later: bool = False) -> list[ChangeInfo]:
        standing = [each for each in self.world.changes if each.taken_back is None]
        found = [each for each in standing if change in {0, each.id}]
        if not found:
            raise UnknownChangeError("there is nothing to take back")
        later = [each for each in standing if each.id in found[-1].later] if with_later else []
        gone = [*reversed(later), found[-1]]
        for each in gone:
            self._become(each, each.parts[0].before, EPOCH + self.world.now)
        return gone

    async def redo_change(self, change: int = 0) -> list[ChangeInfo]:
        found = [each for each in self.world.changes if each.taken_back is not None and change in {0, each.id}]
        if not found:
            raise UnknownChangeError("there is nothing to make again")
        self._become(found[0], found[0].parts[0].after, None)
        return found[:1]

    async def keep_change(self, change: int = 0) -> None:
        for each in self.world.changes:
            each.keep_until = None if each.id == change else each.keep_until
        self.world.revision += 1

    def _become(self, change: ChangeInfo, value: str | None, taken_back: float | None) -> None:
        if self.refusal is not None:
            raise self.refusal
        change.taken_back, change.keep_until = taken_back, None
        self.world.set_tier(change.parts[0].about, value)
        self.world.revision += 1
        for each in self.world.changes:
            each.later = [] if each.taken_back else [other for other in each.later if other != change.id]

    async def trust(self) -> TrustInfo:
        return TrustInfo(
            enforced=self.world.is_enforcing, limits=[], root="/", restrictions=[], fences=[], plain_destinations=[]
        )

    async def diagnose(self, options: ProbeOptions) -> DiagnosisInfo:
        if self.refusal is not None:
            raise self.refusal
        self.examined.append(options)
        return self.diagnosis

    async def rehearse(self, path: str, seconds: float) -> RehearsalInfo:
        self.rehearsals.append((path, seconds))
        if not seconds:
            self.enough.set()
            return RehearsalInfo(path=path, took_s=0.0)
        await self.enough.wait()
        return self.rehearsal

    async def history(self, query: HistoryQuery) -> HistoryInfo:
        self.asked.append(query)
        return recorded(query, is_empty=self.world.is_history_empty)

    async def estimate_wait(self, app: str, weeks: int) -> WaitEstimate:
        if app == "exe:/usr/bin/rsync":
            raise UnknownApplicationError(f"app {app!r}: nothing is recorded of it")
        return estimated(app, weeks, known=app != "exe:/usr/bin/ssh")

    async def frames(self, options: SubscribeOptions) -> AsyncGenerator[Frame, None]:
        self.options = options
        while (frame := await self._frames.get()) is not None:
            yield frame

    async def close(self) -> None:
        self.is_closed = True


class FakeDaemon:
    """Where clients connect: it can be away, come, and go again."""

    def __init__(self, world: World | None = None) -> None:
        self.world = world or World()
        self.is_running = True
        self.managers: list[FakeManager] = []

    @property
    def manager(self) -> FakeManager:
        """The latest connection."""
        return self.managers[-1]

    async def connect(self) -> FakeManager:
        """As `ManagerClient.connect`."""
        if not self.is_running:
            raise DaemonNotRunningError("mpmanagerd does not run on the system bus")
        self.managers.append(FakeManager(self.world))
        return self.manager

    def stop(self) -> None:
        """The daemon goes away."""
        self.is_running = False
        self.manager.stop()
