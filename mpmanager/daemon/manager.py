"""mpmanagerd without its bus: takes over, follows, samples, and hands everything back."""

import asyncio
import logging
import os
import random
import socket
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from mpmanager.api.policy_rules import info_of
from mpmanager.api.structures import EventKind, Frame, PathInfo, PolicyInfo, PolicyQuery, StatusInfo, TrustInfo
from mpmanager.core.caps import CapReached, caps_reached
from mpmanager.core.help_record import HelpRecord
from mpmanager.core.ledger import ConnectionAccount, Volume
from mpmanager.core.policies import STOCK, paused
from mpmanager.core.profile_mapping import Decisions
from mpmanager.core.reach import usable_paths
from mpmanager.core.restrictions import root_of
from mpmanager.core.scopes import ROOT
from mpmanager.core.standing import Standing
from mpmanager.daemon.cap_keeper import CapKeeper
from mpmanager.daemon.capture_keeper import CaptureKeeper
from mpmanager.daemon.change_keeper import ChangeKeeper
from mpmanager.daemon.configuration import Configuration
from mpmanager.daemon.connection_keeper import ConnectionKeeper
from mpmanager.daemon.expiration_keeper import ExpirationKeeper
from mpmanager.daemon.frames import ConnectionRows, PathRates, application_rows, help_counts, sum_of_helps
from mpmanager.daemon.health import LoopLag, health
from mpmanager.daemon.history_keeper import HistoryKeeper
from mpmanager.daemon.journal import Journal, token_text
from mpmanager.daemon.mandate_keeper import MandateKeeper
from mpmanager.daemon.metrics_server import export
from mpmanager.daemon.multipath_rules import MultipathRules, badges
from mpmanager.daemon.option_keeper import OptionKeeper
from mpmanager.daemon.path_keeper import PathKeeper
from mpmanager.daemon.path_prober import PathProber
from mpmanager.daemon.pause_keeper import PauseKeeper
from mpmanager.daemon.policy_keeper import PolicyKeeper
from mpmanager.daemon.privacy import EVERYTHING, Viewer, policies_for
from mpmanager.daemon.profile_keeper import ProfileKeeper
from mpmanager.daemon.program_places import ProgramPlaces
from mpmanager.daemon.rehearser import Rehearser
from mpmanager.daemon.scope_keeper import ScopeKeeper
from mpmanager.daemon.state import StateDirectory
from mpmanager.daemon.streams import Streams
from mpmanager.daemon.subjects import Subjects, uids_of
from mpmanager.daemon.sysctl_keeper import SysctlKeeper
from mpmanager.daemon.trust_keeper import TrustKeeper
from mpmanager.daemon.wait_observer import WaitObserver
from mpmanager.daemon.waiting import wait
from mpmanager.daemon.world import World
from mpmanager.model.connection import Application
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.errors import CommandRefusedError, InvalidValueError, NotSupportedError, StateFileError
from mpmanager.model.facts import Facts
from mpmanager.model.multipath import MultipathBadge
from mpmanager.model.names import IPAddress, LinkName, Token
from mpmanager.model.path import Path, PathState
from mpmanager.model.policy import Policy, TrustDemand
from mpmanager.model.selector import Subject
from mpmanager.model.socket_options import SocketWish

if TYPE_CHECKING:
    from mpmanager.daemon.doctor import Doctor
    from mpmanager.daemon.metrics import DropCounts

_log = logging.getLogger(__name__)

IDLE_INTERVAL_S = 5.0
"""Between samples while nobody watches: often enough to notice fall-backs, too rare to be noticed."""

SETTLE_INTERVAL_S = 0.02
"""Between looks at connections that were just closed: shorter than a round trip over any path of interest."""

_REST_S = 1.0
"""Before something is tried again that the kernel refused."""

_REMEMBER_EVERY_S = 1.0
"""What peers announced in the last moment before a crash may be lost."""

_BADGES_EVERY_S = 2.0
"""Looking at all plain TCP sockets costs milliseconds."""

_LONGEST_TRUST_IN_CLOCKS_S = 30.0
"""Until the time of day is looked at again: while a machine sleeps it goes on, and the clock of waits does not."""

_SHORTEST_SAMPLE_S = 0.05
"""Somebody who comes so soon after a sample gets that one."""

_LONG_S, _BREATH_S = 0.02, 0.002
"""After a part of a sample that took so long, as with thousands of connections, others are served for a moment."""

_SAMPLE_REST, _LONGEST_SAMPLE_REST_S = 1.0, 2.0
"""Rest after a sample by its duration, whatever subscribers ask for. What seems to have taken longer has slept."""

_FIRST_PORT, _LAST_PORT = 32768, 65535
"""From the first that Linux takes by itself (`ip_local_port_range`) to the last dynamic one of RFC 6335. Subflows that
have ended keep theirs for a minute, so thousands that come and go need more than the 16,384 of the RFC."""


def choose_port() -> int:
    """A local port for a join; the kernel refuses the few that are taken, and another one is tried."""
    return random.randint(_FIRST_PORT, _LAST_PORT)  # noqa: S311  # not a secret


class Manager:
    """The daemon's life: `run` until it is cancelled."""

    def __init__(
        self, world: World, *, facts: Facts, state: StateDirectory, configuration: Configuration | None = None
    ) -> None:
        self._world = world
        self._state = state
        self._configuration = configuration or Configuration()
        self._started = time.time()
        self._stirred = asyncio.Event()
        self._has_other_policies = asyncio.Event()
        root = self._root = _everybody(world)
        self.journal = Journal(wall_clock=time.time)
        self._subjects = Subjects(world.host_names)
        self._hears_names = False
        self._has_new_rules = False
        """Whether other networks are in use, and so other rules count, than connections were told."""
        self.streams = Streams(self.journal, wake=self._stirred.set)
        self._captures = CaptureKeeper(world.packets)
        self._places = ProgramPlaces(
            world.cgroups, root=root, uids=uids_of, scope_applications=lambda: self.scopes.applications
        )
        self.trust = TrustKeeper(
            world,
            journal=self.journal,
            clock=time.monotonic,
            root=root,
            rules=lambda: self.policies.rules_in(self._subjects.networks),
            scopes=lambda: self.scopes.scopes,
            places_of=self._places.of,
            revise=self._on_protection_changed,
            are_rules_lost=lambda: state.are_policies_lost,
            is_paused=lambda: self.pause.is_paused,
        )
        self.scopes = ScopeKeeper(
            world.cgroups,
            state,
            trust_at=self.trust.demand_at,
            changed=self._put_scopes_into_force,
            root=root,
        )
        self.caps = CapKeeper(state, journal=self.journal, moment=world.moment)
        self.probes = PathProber(world.gateway_echo, clock=time.monotonic)
        self.paths = PathKeeper(
            world,
            facts=facts,
            state=state,
            journal=self.journal,
            caps=self.caps,
            enforce=self._enforce,
            changed=self._on_paths_changed,
            mandates=lambda: self.mandates.mandates,
        )
        self.policies = PolicyKeeper(state, journal=self.journal, changed=self._on_policies_changed)
        self.sysctls = SysctlKeeper(world.sysctls, state, journal=self.journal)
        self._multipath = MultipathRules(
            world.multipath_hook,
            world.socket_units,
            rules=lambda: [*self.scopes.rules, *self.policies.rules_in(self._subjects.networks)],
            places_of=self._places.of,
        )
        self.changes = ChangeKeeper(
            state,
            journal=self.journal,
            standing=self._standing,
            restore=self._restore,
            reach=lambda: usable_paths(self.paths.paths, self.policies.rules),
            widens=lambda standing: self.profiles.widens(standing.decisions),
        )
        self.mandates = MandateKeeper(
            self._configuration.profiles,
            state.mandates,
            watch=world.watch,
            journal=self.journal,
            changed=self._take_mandates,
            recorded=self.changes.recorded,
        )
        self.profiles = ProfileKeeper(
            state,
            journal=self.journal,
            paths=lambda: self.paths.paths,
            decisions=lambda: Decisions(preferences=self.paths.preferences, rules=self.policies.said),
            take_over=self._take_over,
            recorded=self.changes.recorded,
        )
        self._news = asyncio.Event()
        self._connections = ConnectionKeeper(
            world,
            journal=self.journal,
            clock=time.monotonic,
            choose_port=choose_port,
            news=self._news.set,
            policy_for=lambda account: self._policy_for(self._subjects.of(account)),
            named=self.scopes.named,
            protection_of=self.trust.protection,
            wish_of=self._wish_of,
            fell_back=self.trust.learn_plain,
            closed=self._on_closed,
            revised=self._on_connections_revised,
            joined=self._on_joined,
        )
        self.pause = PauseKeeper(
            state, world.enforcement, journal=self.journal, changed=self._connections.refresh_policies
        )
        self._expirations = ExpirationKeeper(world, self._connections, journal=self.journal, clock=time.monotonic)
        self.options = OptionKeeper(world, self._connections, root=root, heeded=self._expirations.heed)
        self.rehearser = Rehearser(
            world,
            journal=self.journal,
            paths=lambda: self.paths.paths,
            accounts=lambda: list(self._connections.ledger.living()),
            named=self.scopes.named,
            sample=self._connections.sample,
        )
        self._wait_observer = WaitObserver(world.connections, clock=time.monotonic)
        self._rates = PathRates()
        self.history = HistoryKeeper(
            state.history_file(is_simulated=world.is_simulated),
            self._connections.ledger,
            carriers=self._carriers,
            take_record=self._take_record,
        )
        self._rows = ConnectionRows(unix_time=_unix_time)
        self._lag = LoopLag()
        self._sampled = 0.0
        self._known_badges: Mapping[str, tuple[Application, MultipathBadge]] = {}
        self._next_badges = 0.0

    async def run(self, *, ready: Callable[[], None], progressed: Callable[[], None] = lambda: None) -> None:
        """Manage the namespace's connections until cancelled; then everything is as before.

        `ready` is called once paths and connections are known, `progressed` whenever a round of sampling is done, which
        is every few seconds at least.

        Raises:
            NotSupportedError: this machine or this user cannot do that.
        """
        has_taken_over = False
        try:
            self._connections.listen(self._root)
            self._listen_to_names()
            self._world.path_manager.take_over()
            has_taken_over = True
            self.sysctls.begin()
            self.trust.begin()
            self.pause.begin()
            self.options.begin()
            self.rehearser.begin()
            await self.mandates.begin()
            await self.paths.begin()
            self._connections.recall(self._state.load_connections())
            self.trust.recall(self._state.load_holds())
            self._connections.resynchronise()
            self.trust.end_recall()
            await self.history.begin()
            self.journal.record(EventKind.DAEMON_STARTED, "mpmanagerd manages the connections of this machine")
            ready()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.paths.follow())
                tasks.create_task(self.changes.run())
                tasks.create_task(self.profiles.run())
                tasks.create_task(self.mandates.run())
                tasks.create_task(self.trust.run())
                tasks.create_task(self.pause.run())
                tasks.create_task(self.scopes.run())
                tasks.create_task(self._expire_policies())
                tasks.create_task(self._multipath.run())
                tasks.create_task(self._tend_connections())
                tasks.create_task(self._sample_forever(progressed))
                tasks.create_task(self._remember_forever())
                tasks.create_task(self._expirations.run())
                tasks.create_task(self._wait_observer.run())
                tasks.create_task(self.history.run())
                tasks.create_task(self._lag.run())
                for sink in self._configuration.metrics:
                    tasks.create_task(export(sink, lambda: self.metrics(EVERYTHING)))
        finally:
            self.streams.close()
            self._captures.close()
            try:
                if has_taken_over:
                    await self._hand_back()
                await self.history.close()
            finally:
                await self._world.close()

    def sentence(self) -> str:
        """What the daemon is doing, for a line of `systemctl status`."""
        paths, connections = self._paths_up(), len(list(self._connections.ledger.living()))
        return f"Managing {connections} connection{'s' * (connections != 1)} over {paths} path{'s' * (paths != 1)}"

    def _paths_up(self) -> int:
        return sum(path.state is PathState.UP for path in self.paths.paths)

    def status(self) -> StatusInfo:
        """The daemon as a whole."""
        from importlib.metadata import version  # noqa: PLC0415  # it loads a tenth of what the daemon does

        return StatusInfo(
            version=version("mpmanager"),
            pid=os.getpid(),
            started=self._started,
            simulated=self._world.is_simulated,
            path_manager=self._world.path_manager.current(),
            paths_up=self._paths_up(),
            connections=len(list(self._connections.ledger.living())),
            events=self.journal.count,
            limits=self._limits(),
            notes=[*self._world.notes(), *(self._world.host_names.limits() if self._hears_names else ())],
            wires_need_login=self.paths.wires_need_login,
            paused_until=self._paused_until(),
            administrator=self.mandates.rows(),
        )

    @cached_property
    def doctor(self) -> "Doctor":
        """Loaded when somebody asks: few ever do."""
        from mpmanager.daemon.doctor import Doctor  # noqa: PLC0415  # see above

        return Doctor(
            self._world,
            paths=lambda: self.paths.paths,
            limits=self._limits,
            caps_reached=self._caps_reached,
            rules=lambda: self.policies.rules,
            accounts=lambda: list(self._connections.ledger.living()),
            named=self.scopes.named,
            policy_of=lambda application: self._policy_for(self._subjects.of_application(application)),
        )

    def metrics(self, viewer: Viewer) -> str:
        """How it goes, for monitoring systems: Prometheus' text format, with what somebody may know of."""
        from mpmanager.api.exposition import exposition  # noqa: PLC0415  # where nobody watches, nobody needs it
        from mpmanager.daemon.metrics import Observation, metrics_of  # noqa: PLC0415  # as above

        trust, ledger = self.trust_info(), self._connections.ledger
        seen = Observation(
            status=self.status(),
            paths=self.path_rows(),
            accounts=tuple(ledger.living()),
            retransmits=ledger.retransmits,
            policies=policies_for(viewer, self.policies.rows()),
            help=sum_of_helps(help_counts(each) for (_app, uid), each in ledger.helps().items() if viewer.may_see(uid)),
            dropped=self._drops.take(trust.fences),
            is_enforced=trust.enforced,
            events=self.journal.counts(viewer.may_see),
            subscribers=self.streams.count,
            health=health(lag_s=self._lag.longest_s, overruns=self._connections.overruns),
        )
        return exposition(metrics_of(seen))

    @cached_property
    def _drops(self) -> "DropCounts":
        from mpmanager.daemon.metrics import DropCounts  # noqa: PLC0415  # see `metrics`

        return DropCounts()

    def _limits(self) -> list[str]:
        return [
            *self._world.limits(),
            *self.trust.limits(),
            *self.options.limits(),
            *self._state.limits(),
            *self._multipath.limits(),
            *self.profiles.limits(),
            *self.mandates.limits(),
            *self.history.limits(),
        ]

    def trust_info(self) -> TrustInfo:
        """What of trust is in force."""
        return replace(self.trust.info(unix_time=_unix_time), paused_until=self._paused_until())

    def _paused_until(self) -> float | None:
        return time.time() + self.pause.left_s if self.pause.is_paused else None

    def hold_connection(self, token: str, *, held: bool) -> None:
        """Begin or end a trusted section of a connection.

        Raises:
            InvalidValueError: there is no such connection.
            StateFileError: it could not be written down; it is so until this daemon ends.
        """
        self.trust.hold(self._account(token), held=held)
        living = self._connections.ledger.living()
        self._state.save_holds({each.token: each.flow for each in living if each.is_in_section})

    def capture(self, token: str, *, uid: int | None, seconds: int, max_bytes: int) -> socket.socket:
        """Begin to record the packets of a connection for a user; the caller sends the returned end away and closes it.

        Raises:
            InvalidValueError: there is no such connection, or so long or so much is not possible.
            NotSupportedError: it is not possible here or now.
        """
        return self._captures.begin(self._account(token), uid=uid, seconds=seconds, max_bytes=max_bytes)

    def _account(self, token: str) -> ConnectionAccount:
        account = self.connection(token)
        if account is None:
            raise InvalidValueError(f"token {token!r}: there is no such connection")
        return account

    def policies_about(
        self, query: PolicyQuery, *, may_see: Callable[[int | None], bool] = lambda _uid: True
    ) -> list[PolicyInfo]:
        """The rules about a connection or an application, in the order in which they count.

        Raises:
            InvalidValueError: there is none such that belongs to a user whose connections may be seen.
        """
        ledger = self._connections.ledger
        accounts = [*ledger.living(), *ledger.closing(), *ledger.ended(time.monotonic())]
        known = [each for each in accounts if may_see(each.owner_uid)]
        if query.token is not None:
            subject = self._subjects.of(_first(known, lambda each: token_text(each.token), query.token, "token"))
        elif query.app is not None:
            account = _first(known, lambda each: each.application.id, query.app, "app")
            subject = self._subjects.of_application(account.application)
        else:
            raise InvalidValueError("query: a token or an app is needed")
        rules = [*self.scopes.rules_about(subject.application), *self.policies.fitting(subject)]
        return [*(info_of(each) for each in rules if each.key != STOCK.key), self.policies.rows()[-1]]

    def connection(self, token: str) -> ConnectionAccount | None:
        """A living connection by its token as people see it."""
        return next((each for each in self._connections.ledger.living() if token_text(each.token) == token), None)

    def _caps_reached(self) -> Iterator[CapReached]:
        for name, cap in self.paths.preferences.caps.items():
            yield from caps_reached(name, cap, self.caps.usage(name, cap))

    def path_rows(self) -> list[PathInfo]:
        """All paths with their counters and rates of the last sample."""
        caps = self.paths.preferences.caps
        rows = [
            self._rates.row(path, cap := caps.get(path.name), self.caps.usage(path.name, cap))
            for path in self.paths.paths
        ]
        for row, path in zip(rows, self.paths.paths, strict=True):
            row.administrator = list(self.paths.floor.about(path))
        return rows

    def _take_record(self) -> HelpRecord:
        record = self._expirations.take_record()
        self._wait_observer.note_in(record)
        return record

    def _carriers(self) -> list[tuple[Path, Volume]]:
        """What is known of what the interfaces of paths have carried."""
        looked_at = ((path, self._rates.counters(path)) for path in self.paths.paths)
        return [(path, Volume(tx_bytes=each.tx_bytes, rx_bytes=each.rx_bytes)) for path, each in looked_at if each]

    def _enforce(self, paths: tuple[Path, ...]) -> None:
        """Rules that are about other networks may count from now on, and before anybody makes use of these."""
        self._has_new_rules |= self._subjects.set_paths(paths)
        self._has_new_rules |= self.policies.take_mandated(self.paths.floor.rules)
        self.trust.enforce(paths, has_new_rules=self._has_new_rules)

    def _on_paths_changed(self) -> None:
        if self._has_new_rules:
            self._has_new_rules = False
            self._multipath.stir()
            self._connections.refresh_policies()
        self._connections.set_paths(self.paths.paths, self.paths.other_addresses)
        self.profiles.stir()
        self._expirations.set_paths(self.paths.paths)

    def _wish_of(self, token: Token) -> SocketWish:
        return self.options.wish(token)

    def _on_closed(self, token: Token) -> None:
        self.options.forget(token)

    async def _take_over(self, decisions: Decisions) -> None:
        """Rules and trust change in one go: neither is ever handed to the kernel with the other of before.

        What the kernel does not take of it is told by those who hand it over, and tried again by them.
        """
        self.policies.take_over(decisions.rules)
        self._has_new_rules = True
        try:
            await self.paths.take_over(decisions.preferences)
        finally:
            self._has_new_rules = False
            self._on_policies_changed()

    async def _take_mandates(self) -> None:
        """As `_take_over`, below what people have decided."""
        self._has_new_rules = True
        try:
            await self.paths.take_over(self.paths.preferences)
        finally:
            self._has_new_rules = False
            self._on_policies_changed()

    def _standing(self) -> Standing:
        return Standing(
            decisions=Decisions(preferences=self.paths.preferences, rules=self.policies.said),
            are_rules_lost=self._state.are_policies_lost,
            choices=self.profiles.choices,
            mandates=self.mandates.contents,
        )

    async def _restore(self, standing: Standing) -> None:
        """All or nothing.

        Raises:
            UnknownProfileError, InvalidValueError, StateFileError: nothing was changed.
        """
        now = self._standing()
        self.profiles.check(standing.choices)
        if (standing.decisions, standing.are_rules_lost) != (now.decisions, now.are_rules_lost):
            self._state.save_decisions(standing.decisions, before=now.decisions, are_rules_lost=standing.are_rules_lost)
            await self._take_over(standing.decisions)
        if standing.choices != now.choices:
            self.profiles.restore(standing.choices)

    def _on_connections_revised(self) -> None:
        self._expirations.stir()
        self.options.answer()

    def _on_joined(self, token: Token, path: LinkName | None, is_probe: bool) -> None:  # noqa: FBT001  # see `Joined`
        self._expirations.note_join(token, path, is_probe)

    def _listen_to_names(self) -> None:
        """Names are nobody's business where no rule is about one."""
        if self._hears_names or not any(rule.selector.host for rule in self.policies.rules):
            return
        self._hears_names = True
        self._world.host_names.listen(self._on_names_changed)

    def _on_names_changed(self, addresses: Collection[IPAddress]) -> None:
        for account in list(self._connections.ledger.living()):
            if account.flow.remote.address in addresses:
                self._connections.revise(account)

    def _put_scopes_into_force(self) -> None:
        self._multipath.stir()
        if self.trust.can_enforce:
            self.trust.enforce_now(has_new_places=bool(self.scopes.applications), asked_for=self.scopes.scopes)
        elif any(trust.demand is not TrustDemand.ANY for trust in self.scopes.scopes.values()):
            raise NotSupportedError(self.trust.limits()[0])

    def _policy_for(self, subject: Subject) -> Policy:
        found = self.policies.policy_for(subject, self.scopes.rules_about(subject.application))
        return paused(found) if self.pause.is_paused else found

    def _on_policies_changed(self) -> None:
        self._multipath.stir()
        self._listen_to_names()
        self._has_other_policies.set()
        self.trust.take_rules()
        self._connections.refresh_policies()

    def _on_protection_changed(self, account: ConnectionAccount | None) -> None:
        if account is None:
            self._connections.refresh_policies()
        else:
            self._connections.revise(account)

    async def _tend_connections(self) -> None:
        """Do what has to be done at a time of its own: joins that expire, accounts that become final."""
        while True:
            self._news.clear()
            try:
                if self._connections.resynchronise_if_needed():
                    await asyncio.sleep(0)  # what the kernel has told comes first
                    continue
                self._connections.name_newcomers()
                is_settling = self._connections.settle()
            except CommandRefusedError as error:
                await _rest_after(error)
                self._news.set()
                continue
            deadline = self._connections.deadline
            if deadline is not None and deadline <= time.monotonic():
                self._connections.wake()
                await asyncio.sleep(0)  # what the kernel tells, and others, come first
                continue
            wait_s = None if deadline is None else deadline - time.monotonic()
            if is_settling:
                wait_s = SETTLE_INTERVAL_S if wait_s is None else min(wait_s, SETTLE_INTERVAL_S)
                await asyncio.sleep(wait_s)
            else:
                await wait(self._news, wait_s)

    async def _expire_policies(self) -> None:
        while True:
            self._has_other_policies.clear()
            deadline = self.policies.deadline
            left_s = None if deadline is None else min(max(0.0, deadline - time.time()), _LONGEST_TRUST_IN_CLOCKS_S)
            await wait(self._has_other_policies, left_s)
            try:
                self.policies.expire()
            except StateFileError as error:
                _log.warning("%s; trying again", error)
                await asyncio.sleep(_REST_S)

    async def _remember_forever(self) -> None:
        saved = refusal = None
        while True:
            memories = self._connections.memories()
            if memories != saved:
                try:
                    self._state.save_connections(memories)
                except StateFileError as error:
                    if str(error) != refusal:
                        _log.warning("%s", error)
                    refusal = str(error)
                else:
                    saved, refusal = memories, None
            await asyncio.sleep(_REMEMBER_EVERY_S)

    async def _sample_forever(self, progressed: Callable[[], None]) -> None:
        while True:
            self._stirred.clear()
            began = time.monotonic()
            try:
                await self._sample()
            except CommandRefusedError as error:
                await _rest_after(error)
            progressed()
            took_s = time.monotonic() - began
            await asyncio.sleep(min(took_s * _SAMPLE_REST, _LONGEST_SAMPLE_REST_S))
            interval_s = self.streams.interval_s or IDLE_INTERVAL_S
            await wait(self._stirred, max(0.0, self._sampled + interval_s - time.monotonic()))

    async def _sample(self) -> None:
        """Look at everything and serve those who are due."""
        counters = await self._world.network.counters()
        now = time.monotonic()
        if now - self._sampled >= _SHORTEST_SAMPLE_S:
            self._rates.take(counters, now=now)
            self._connections.sample()
            self._sampled = now
            await _breathe(now)
            self._wait_observer.choose(self._connections.ledger.living())
            self.caps.count(counters, self.paths.paths)
            await self.paths.keep_caps()
        due = self.streams.due(now)
        if due:
            began = time.monotonic()
            frame = self._frame(now)
            for subscriber in due:
                await _breathe(began)
                began = time.monotonic()
                subscriber.offer(frame, self.journal, now=now)

    def _frame(self, now: float) -> Frame:
        ledger = self._connections.ledger
        return Frame(
            sequence=0,
            time=time.time(),
            monotonic=now,
            simulated=self._world.is_simulated,
            dropped=0,
            paths=self.path_rows(),
            connections=self._rows.living(ledger.living()),
            ended=self._rows.ended(ledger.ended(now)),
            applications=application_rows(ledger, self._badges(now)),
            changes=self.changes.revision,
        )

    def _badges(self, now: float) -> Mapping[str, tuple[Application, MultipathBadge]]:
        """What is in force of Multipath TCP for whom it was asked; looked at now and then."""
        if not any(rule.is_multipath for rule in (*self.scopes.rules, *self.policies.rules)):
            return {}
        if now >= self._next_badges:
            self._next_badges = now + _BADGES_EVERY_S
            world, living = self._world, list(self._connections.ledger.living())
            found = badges(
                living,
                world.connections,
                world.applications,
                named=self.scopes.named,
                policy_of=lambda application: self._policy_for(self._subjects.of_application(application)),
            )
            self._known_badges = {application.id: (application, badge) for application, badge in found}
        return self._known_badges

    async def _hand_back(self) -> None:
        """Undo what was done to this machine, all of it, whatever fails on the way."""
        async with AsyncExitStack() as left:  # the last one first
            left.push_async_callback(self._world.routing.clear)
            for undo in (
                self._world.path_manager.hand_back,
                self.trust.retire,
                self._expirations.close,
                self.caps.save,
                self.options.close,
                self._multipath.close,
            ):
                left.callback(undo)


def _everybody(world: World) -> CgroupPath:
    try:
        return root_of(world.cgroups.of_process(os.getpid()))
    except (NotSupportedError, CommandRefusedError):
        return ROOT  # nothing is enforced then


async def _breathe(since: float) -> None:
    """Let others be served if what began then has taken long."""
    if time.monotonic() - since > _LONG_S:
        await asyncio.sleep(_BREATH_S)


async def _rest_after(error: CommandRefusedError) -> None:
    """The kernel was too busy or refused for once: neither ends the daemon."""
    _log.warning("%s; trying again", error)
    await asyncio.sleep(_REST_S)


def _first(
    accounts: Iterable[ConnectionAccount], name_of: Callable[[ConnectionAccount], str], name: str, field: str
) -> ConnectionAccount:
    found = next((each for each in accounts if name_of(each) == name), None)
    if found is None:
        raise InvalidValueError(f"{field} {name!r}: there is no such connection, nor was there lately")
    return found


def _unix_time(monotonic: float) -> float:
    return time.time() - time.monotonic() + monotonic
