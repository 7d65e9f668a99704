"""Follows the connections: takes in the kernel's events, has the core decide, does it, keeps the accounts."""

import logging
from collections import deque
from collections.abc import Callable, Container, Iterable, Sequence
from errno import EADDRINUSE, ENOTCONN
from heapq import nsmallest

from mpmanager.api.structures import EventKind
from mpmanager.core.connection_state import ConnectionMemory
from mpmanager.core.ledger import ConnectionAccount, Ledger
from mpmanager.core.protection import Opening
from mpmanager.core.socket_options import heeding
from mpmanager.core.subflow_events import (
    BackupFlagObserved,
    CommandRefused,
    ConnectionHeld,
    Event,
    ManagedElsewhere,
    Order,
    PathsChanged,
    PathsChosen,
    ProbeWanted,
    Resynchronised,
    TimePassed,
)
from mpmanager.core.subflows import StandingSubflow, SubflowManager
from mpmanager.daemon.journal import Journal
from mpmanager.daemon.world import World
from mpmanager.model.connection import (
    NOBODY,
    UNKNOWN_APPLICATION,
    Application,
    FourTuple,
    ProcessKey,
    Snapshot,
    SubflowEnd,
    SubflowSample,
    TcpState,
)
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.errors import CommandRefusedError, ConnectionGoneError, ManagedElsewhereError
from mpmanager.model.names import IPAddress, LinkName, Token
from mpmanager.model.path import Path
from mpmanager.model.pathmanager import (
    ConnectionClosed,
    ConnectionCreated,
    ConnectionEstablished,
    CreateSubflow,
    KernelEvent,
    SubflowClosed,
    SubflowEstablished,
)
from mpmanager.model.policy import Policy
from mpmanager.model.protection import UNPROTECTED, Protection
from mpmanager.model.socket_options import NOTHING_ASKED, SocketWish
from mpmanager.model.trust import Hold

_log = logging.getLogger(__name__)

SETTLE_AFTER_S = 0.5
"""A closed connection's account becomes final when the kernel has known nothing of it for so long."""
_MOST_LOOKS = 300
"""At closing connections in one round."""
_MOST_NAMES = 500
"""Connections whose programs are sought in one round."""
_NAMING_REST, _LONGEST_NAMING_S = 9.0, 0.5
"""Rest after a search by its duration: one may cost a walk over all processes, and events must not wait for that. What
seems to have taken longer has slept meanwhile, with the machine or by itself."""
_OWNER_SOUGHT_S = 15.0
"""A connection whose process nobody found for so long stays without: its cgroup tells what it can."""
_LONGEST_BEHIND_S = 30.0
"""Behind the events of the kernel; after that what is due is done all the same: a peer may never stop to tell."""
_OPEN_STATES = frozenset({TcpState.SYN_SENT, TcpState.SYN_RECEIVED, TcpState.ESTABLISHED})


Joined = Callable[[Token, LinkName | None, bool], None]
"""The connection, the path where it joined, and whether that was only a probe."""


class ConnectionKeeper:
    """The connections of this namespace. Everything here is called in the event loop and returns at once."""

    def __init__(
        self,
        world: World,
        *,
        journal: Journal,
        clock: Callable[[], float],
        choose_port: Callable[[], int],
        news: Callable[[], None],
        policy_for: Callable[[ConnectionAccount], Policy],
        named: Callable[[Application], Application] = lambda application: application,
        protection_of: Callable[[ConnectionAccount], Protection] = lambda account: UNPROTECTED,  # noqa: ARG005  # as its type says
        wish_of: Callable[[Token], SocketWish] = lambda token: NOTHING_ASKED,  # noqa: ARG005  # as its type says
        fell_back: Callable[[ConnectionAccount], None] = lambda account: None,  # noqa: ARG005  # as its type says
        closed: Callable[[Token], None] = lambda token: None,  # noqa: ARG005  # as its type says
        revised: Callable[[], None] = lambda: None,
        joined: Joined = lambda token, path, is_probe: None,  # noqa: ARG005  # as its type says
    ) -> None:
        """What is called back, besides the ports.

        Args:
            world: the ports.
            journal: takes the events.
            clock: seconds.
            choose_port: gives a local port for a join.
            news: called when a method that does what has piled up, or a new `deadline`, waits for attention.
            policy_for: says which policy is in force for a connection.
            named: says what an application is called that was recognised.
            protection_of: says how far a connection has to be kept off untrusted paths.
            wish_of: says what the program has said of a connection by its socket's options.
            fell_back: called when a connection turned out to be plain TCP.
            closed: called when a connection has ended.
            revised: called when connections, their subflows or their policies have become others.
            joined: called when a join was answered, be it by a refusal.
        """
        self._news = news
        self._revised = revised
        self._joined = joined
        self._policy_for = policy_for
        self._named = named
        self._protection_of = protection_of
        self._wish_of = wish_of
        self._fell_back = fell_back
        self._closed = closed
        self._world = world
        self._journal = journal
        self._clock = clock
        self._manager = SubflowManager(choose_port=choose_port)
        self._paths: tuple[Path, ...] = ()
        self._path_of: dict[IPAddress, Path] = {}
        self._newcomers: list[Token] = []
        self._nameless: dict[Token, float] = {}
        """Connections whose application is not known yet, and since when."""
        self._by_cgroup: dict[ProcessKey, Application] = {}
        """What the cgroups of connections tell whose programs are still sought."""
        self._naming_rests_until = 0.0
        self._has_lost_events = False
        self._behind_since: float | None = None
        """When events of the kernel were found that had not been taken in, and have been since."""
        self.overruns = 0
        """How often events of the kernel were lost."""
        self._last_seen: dict[Token, float] = {}
        """When a closing connection was last known to the kernel."""
        self._fallbacks: set[Token] = set()
        self.ledger = Ledger()

    @property
    def deadline(self) -> float | None:
        """When `wake` has to be called."""
        return self._manager.deadline

    def memories(self) -> tuple[ConnectionMemory, ...]:
        """What only this object knows, for the one after a crash."""
        return self._manager.memories()

    def recall(self, memories: Iterable[ConnectionMemory]) -> None:
        """Hand in what the one before the crash knew; before `resynchronise`."""
        self._manager.recall(memories)

    def listen(self, root: CgroupPath) -> None:
        """Begin to take in what the kernel reports; of processes below the cgroup `root` also their last words."""
        self._world.path_manager.listen(self.take_event, self._note_lost_events)
        self._world.connections.listen(self._take_end, self._lost_ends, root=root)

    def wake(self) -> None:
        """The deadline has come: do part of what is due, the rest when called again.

        While the kernel has told what is not taken in yet, nothing is due: the answer that has not come may be there.
        """
        if not self.is_behind():
            self._decide(TimePassed())

    def is_behind(self) -> bool:
        """Whether the kernel has told what is not taken in yet, or was lost and not made up for."""
        return self._has_lost_events or self._is_told_more()

    def _is_told_more(self) -> bool:
        """Whether events of the kernel wait; not for longer than they may be waited for."""
        if not self._world.path_manager.has_news():
            self._behind_since = None
        elif self._behind_since is None:
            self._behind_since = self._clock()
        return self._behind_since is not None and self._clock() - self._behind_since <= _LONGEST_BEHIND_S

    def set_paths(self, paths: tuple[Path, ...], other_addresses: frozenset[IPAddress] = frozenset()) -> None:
        """The network is another now; the other addresses are this host's too, but no path's."""
        self._paths = paths
        self._path_of = {each.address: path for path in paths for each in path.addresses}
        self.ledger.set_paths({address: path.name for address, path in self._path_of.items()})
        self._decide(PathsChanged(paths=paths, other_addresses=other_addresses))

    def resynchronise(self) -> None:
        """Look at everything: at the start, and after events were lost."""
        snapshot = self._world.connections.snapshot()
        self.take_snapshot(snapshot)
        self._decide(Resynchronised(snapshot=snapshot))
        if snapshot.connections:
            text = f"{len(snapshot.connections)} connections taken over as they are"
            self._journal.record(EventKind.RESYNCHRONISED, text)

    def _note_lost_events(self) -> None:
        self.overruns += 1
        self._has_lost_events = True
        self._news()

    def resynchronise_if_needed(self) -> bool:
        """Look at everything if events were lost since the last time; whether that has to be put off.

        What was told before they were lost comes first: its end may be among them, and nobody would tell it again.
        """
        if self._has_lost_events and not self._is_told_more():
            probing = self._manager.probing()
            self.resynchronise()
            self._has_lost_events = False
            for token in probing:
                self._joined(token, None, True)  # noqa: FBT003  # see `Joined`; the answer may have been lost, too
        return self._has_lost_events

    def sample(self) -> None:
        """Look at all connections and bring their accounts up to date."""
        self.take_snapshot(self._world.connections.snapshot())

    def take_snapshot(self, snapshot: Snapshot) -> None:
        for account in self.ledger.take(self._without_probes(snapshot), now=self._clock()):
            self._welcome(account)
        for each in snapshot.connections:
            if each.is_fallback and each.token not in self._fallbacks:
                self._note_fallback(each.token, each.flow)
        self._fallbacks &= {each.token for each in snapshot.connections}
        self._newcomers += self._nameless
        self.name_newcomers()

    def _without_probes(self, snapshot: Snapshot) -> Snapshot:
        """Nobody asked for them; but one that carried data has to be counted."""
        return snapshot._replace(subflows=tuple(each for each in snapshot.subflows if self._is_shown(each)))

    def _is_shown(self, subflow: SubflowSample) -> bool:
        if subflow.tx_bytes or subflow.rx_bytes or not subflow.local_id:
            return True
        # One that is closing is no probe any more, and may have been one.
        return subflow.state in _OPEN_STATES and not self._manager.is_probe(subflow.token, subflow.flow)

    def take_event(self, event: KernelEvent) -> None:
        """Take in one event of the kernel's path manager."""
        match event:
            case ConnectionCreated() | ConnectionEstablished():
                self._open(event)
            case SubflowEstablished() | SubflowClosed() if self._manager.is_probe(event.token, event.flow):
                if self._manager.is_probe_answer(event):
                    self._joined(event.token, self._path_name(event.flow), True)  # noqa: FBT003  # see `Joined`
            case SubflowEstablished():
                self._open_subflow(event)
                self._joined(event.token, self._path_name(event.flow), False)  # noqa: FBT003  # see `Joined`
            case SubflowClosed():
                self._note_subflow_closed(event)
            case ConnectionClosed():
                self._close(event.token)
            case _:
                pass
        self._decide(event)
        if isinstance(event, SubflowEstablished):
            self._check_backup_flag(event)
        self._news()
        self._revised()

    def standing(self, token: Token) -> tuple[StandingSubflow, ...]:
        """The subflows of a connection that are established, probes left out."""
        return self._manager.standing(token)

    def is_managed(self, token: Token) -> bool:
        """Whether the subflows of a connection can be steered."""
        return self._manager.is_managed(token)

    def keeps_to_trusted(self, account: ConnectionAccount) -> bool:
        """Whether nothing of a connection leaves by an untrusted path, and nothing will while it is held."""
        if account.is_foreign or account.protection.hold not in {Hold.FENCED, Hold.TRUSTED}:
            return False
        if account.protection.hold is Hold.FENCED:
            return True
        if self._manager.is_managed(account.token):
            return all(each.path.is_trusted for each in self._manager.standing(account.token))
        path = self._path_of.get(account.flow.local.address)  # plain TCP, or inside this machine
        return path is None or path.is_trusted

    def order(self, order: Order) -> None:
        """Have something done to a connection that was decided about it elsewhere."""
        self._decide(order)
        if isinstance(order, ProbeWanted) and not self._manager.is_probing(order.token):
            # It could not be asked, so its silence would say nothing.
            self._joined(order.token, self._path_name(order.flow), True)  # noqa: FBT003  # see `Joined`
        self._news()

    def name_newcomers(self) -> None:
        """Find the programs behind connections that are new. What is left over waits for the next snapshot."""
        now = self._clock()
        if now < self._naming_rests_until or not self._newcomers:
            return
        self._by_cgroup.clear()
        waiting = list(dict.fromkeys(self._newcomers))
        newcomers, self._newcomers = waiting[:_MOST_NAMES], waiting[_MOST_NAMES:]
        again = self._nameless.keys() & set(newcomers)
        for token in newcomers:
            self._nameless.setdefault(token, now)
        accounts = [account for token in newcomers if (account := self.ledger.connection(token)) is not None]
        self._name(accounts, again)
        self._nameless = {
            token: since
            for token, since in self._nameless.items()
            if (account := self.ledger.connection(token)) is not None
            and account.application.pid is None
            and now - since <= _OWNER_SOUGHT_S
        }
        took = min(self._clock() - now, _LONGEST_NAMING_S)
        self._naming_rests_until = now + took * (1 + _NAMING_REST)

    def _name(self, accounts: Sequence[ConnectionAccount], again: Container[Token]) -> None:
        """Note whose the connections are; where that was asked before, only what is new."""
        owners = [self._owner(each) for each in accounts]
        for account, owner in zip(accounts, owners, strict=True):
            if owner.is_known:  # in the middle of a handshake the kernel may not have told
                account.owner_uid = owner.uid
        found = self._world.applications.find(owners)
        named = [
            (account, application)
            for account, application in zip(accounts, map(self._named, found), strict=True)
            if account.token not in again or account.application != application
        ]
        for account, application in named:
            account.application = application
            self.revise(account)
        if named:
            self._revised()

    def refresh_policies(self) -> None:
        """The rules are others now: see what they say of every connection."""
        for account in (*self.ledger.living(), *self.ledger.closing()):
            self.revise(account)
        self._revised()

    def revise(self, account: ConnectionAccount) -> None:
        """See what the rules say of one connection."""
        policy = heeding(self._policy_for(account), account.wish)
        before_it, account.policy = account.policy, policy
        # Of one that has ended it would be kept as of one that has yet to come.
        is_steered = account.closed is None or self._manager.is_managed(account.token)
        if is_steered and (policy.tiers, policy.is_multipath) != (before_it.tiers, before_it.is_multipath):
            is_multipath = policy.is_multipath is not False
            self._decide(PathsChosen(token=account.token, tiers=policy.tiers, is_multipath=is_multipath))
            self._news()
        before, account.protection = account.protection, self._protection_of(account)
        if is_steered and before.hold is not account.protection.hold:
            self._decide(ConnectionHeld(token=account.token, hold=account.protection.hold))
            self._news()

    def _opening(self, account: ConnectionAccount) -> Opening:
        path = self._path_of.get(account.flow.local.address)
        return Opening(
            is_on_trusted=path is None or path.is_trusted,
            had_trusted=any(each.is_trusted and each.state.is_usable for each in self._paths),
            is_server_side=account.is_server_side,
        )

    def settle(self) -> bool:
        """Look once more at closed connections and close the accounts of those that are gone.

        Returns whether some are left.
        """
        now = self._clock()
        for account in self._closing_in_turn():
            if self.look(account.token):
                self._last_seen[account.token] = now
            elif now - self._last_seen.setdefault(account.token, now) >= SETTLE_AFTER_S:
                del self._last_seen[account.token]
                self._settle(account, now)
        return bool(self.ledger.closing())

    def _closing_in_turn(self) -> list[ConnectionAccount]:
        """Those that were not seen for long come first: some linger for a minute, as where a path is silent."""
        return nsmallest(_MOST_LOOKS, self.ledger.closing(), key=lambda each: self._last_seen.get(each.token, 0.0))

    def _settle(self, account: ConnectionAccount, now: float) -> None:
        self.ledger.settle(account.token, now=now)
        volume = account.volume
        moved = f"{volume.rx_bytes} B in, {volume.tx_bytes} B out"
        text = f"{account.title}: {account.flow.remote} closed after {moved}"
        self._journal.record(
            EventKind.CONNECTION_CLOSED, text, token=account.token, app=account.application.id, uid=account.owner_uid
        )

    def look(self, token: Token) -> bool:
        """Bring the account of one connection up to date; whether the kernel knows it."""
        account = self.ledger.connection(token)
        if account is None:
            return False
        connections = self._world.connections
        subflows = [
            connections.subflow(each.flow, interface_index=each.interface_index) for each in account.open_accounts()
        ]
        sample = connections.connection(token)
        # Subflows may linger after their connection: snapshots leave them out then.
        self.ledger.look(token, sample, [each for each in subflows if each is not None and each.token == token])
        return sample is not None

    def _welcome(self, account: ConnectionAccount) -> None:
        """Note what is known of a connection that is new, and what follows for it."""
        owner = self._owner(account)
        account.owner_uid = owner.uid if owner.is_known else None
        account.application = self._told_by_cgroup(owner)
        account.opening = self._opening(account)
        account.wish = self._wish_of(account.token)
        self.revise(account)
        self._newcomers.append(account.token)

    def _open(self, event: ConnectionCreated | ConnectionEstablished) -> None:
        if self.ledger.connection(event.token) is not None:
            return
        account = self.ledger.open(event.token, event.flow, is_server_side=event.is_server_side, now=self._clock())
        self._welcome(account)
        direction = "from" if event.is_server_side else "to"
        self._journal.record(
            EventKind.CONNECTION_OPENED,
            f"connection {direction} {event.flow.remote} over {self._path_words(account.flow)}",
            token=event.token,
            path=self._path_name(event.flow),
            uid=account.owner_uid,
        )

    def _open_subflow(self, event: SubflowEstablished) -> None:
        account = self.ledger.connection(event.token)
        if account is None:
            return
        self.ledger.open_subflow(account, event.flow, interface_index=event.interface_index)
        self._journal.record(
            EventKind.SUBFLOW_OPENED,
            f"{account.title}: {event.flow.remote} now also over {self._path_words(event.flow)}",
            token=event.token,
            path=self._path_name(event.flow),
            app=account.application.id,
            uid=account.owner_uid,
        )

    def _note_subflow_closed(self, event: SubflowClosed) -> None:
        account = self.ledger.connection(event.token)
        if account is None:
            return
        subflow = account.subflows.get(event.flow)
        if subflow is None:
            return  # a join that was never answered
        self.ledger.close_subflow(event.flow)
        path = subflow.path  # its address may be gone from the path by now: that may be why it was closed
        self._journal.record(
            EventKind.SUBFLOW_CLOSED,
            f"{account.title}: {event.flow.remote} no longer over {path or event.flow.local.address}",
            token=event.token,
            path=path,
            app=account.application.id,
            uid=account.owner_uid,
        )

    def _close(self, token: Token) -> None:
        account = self.ledger.close(token, now=self._clock())
        if account is not None:
            self._last_seen[token] = self._clock()
            self.look(token)
            self._closed(token)

    def _take_end(self, end: SubflowEnd) -> None:
        self.ledger.end_subflow(end)

    def _lost_ends(self) -> None:
        text = "the kernel dropped final counters: what is shown of connections that ended just now may be too little"
        self._journal.record(EventKind.RESYNCHRONISED, text)

    def _note_fallback(self, token: Token, flow: FourTuple) -> None:
        self._fallbacks.add(token)
        text = f"{flow.remote} speaks no Multipath TCP: this connection is plain TCP over {self._path_words(flow)}"
        account = self.ledger.connection(token)
        uid = None if account is None else account.owner_uid
        self._journal.record(EventKind.CONNECTION_FELL_BACK, text, token=token, path=self._path_name(flow), uid=uid)
        if account is not None:
            self._fell_back(account)
            self.revise(account)

    def _owner(self, account: ConnectionAccount) -> ProcessKey:
        sample = account.sample
        if sample is None or not sample.owner.inode:
            sample = self._world.connections.connection(account.token)
        return sample.owner if sample is not None else NOBODY

    def _told_by_cgroup(self, owner: ProcessKey) -> Application:
        """Whose a connection is as far as nobody has to be sought: it may be joined before its program is found."""
        place = owner._replace(inode=0)
        if not place.cgroup_id:
            return UNKNOWN_APPLICATION
        if place not in self._by_cgroup:
            self._by_cgroup[place] = self._named(self._world.applications.find([place])[0])
        return self._by_cgroup[place]

    def _check_backup_flag(self, event: SubflowEstablished) -> None:
        """Some kernels ignore the backup flag of a new subflow: see what it really has."""
        sample = self._world.connections.subflow(event.flow, interface_index=event.interface_index)
        if sample is not None:
            self._decide(BackupFlagObserved(token=event.token, flow=event.flow, is_backup=sample.is_backup_here))

    def _decide(self, event: Event) -> None:
        """Have the core decide about an event and about every refusal that follows from it."""
        events: deque[Event] = deque([event])
        while events:
            for command in self._manager.handle(events.popleft(), now=self._clock()):
                try:
                    self._world.path_manager.execute(command)
                except ConnectionGoneError:
                    self._close(command.token)
                    self._revised()
                    events.append(ConnectionClosed(token=command.token))
                except ManagedElsewhereError:
                    self._note_foreign(command.token)
                    self._revised()
                    events.append(ManagedElsewhere(token=command.token))
                except CommandRefusedError as error:
                    self._note_refusal(command, error)
                    events.append(CommandRefused(command=command, is_port_taken=error.errno == EADDRINUSE))

    def _note_foreign(self, token: Token) -> None:
        account = self.ledger.connection(token)
        if account is None or account.is_foreign:
            return
        account.is_foreign = True
        text = f"{account.title}: {account.flow.remote} began before mpmanagerd; it keeps the subflows it has"
        self._journal.record(
            EventKind.CONNECTION_UNMANAGED, text, token=token, app=account.application.id, uid=account.owner_uid
        )

    def _note_refusal(self, command: object, error: CommandRefusedError) -> None:
        _log.debug("%s", error)
        if error.errno in {EADDRINUSE, ENOTCONN}:
            return  # another port is tried at once; or the connection is closing
        if isinstance(command, CreateSubflow):
            text = f"{command.remote} over {self._path_words(command.flow)}: {error}"
            account = self.ledger.connection(command.token)
            self._journal.record(
                EventKind.SUBFLOW_REFUSED,
                text,
                token=command.token,
                path=self._path_name(command.flow),
                uid=None if account is None else account.owner_uid,
            )

    def _path_name(self, flow: FourTuple) -> LinkName | None:
        path = self._path_of.get(flow.local.address)
        return None if path is None else path.name

    def _path_words(self, flow: FourTuple) -> str:
        return self._path_name(flow) or str(flow.local.address)
