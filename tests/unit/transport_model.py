"""A small model of links, TCP subflows and Multipath TCP for tests of what decides about them; no clock but its own.

It has what the decisions rest on: delay, rate, black holes and loss of links; acknowledgements, holes and their repair
by selective acknowledgements, tail loss probes and timeouts; data that stays in a subflow until this is destroyed;
backup flags and withdrawn addresses, which reach the peer half a round trip later. Windows are fixed.
"""

import heapq
import itertools
import random
from collections import deque
from dataclasses import dataclass, field
from errno import ECONNREFUSED
from ipaddress import ip_address

from mpmanager.core.expirations import Expirations
from mpmanager.core.subflow_events import Order, PathsChanged, SubflowFailed, TimePassed
from mpmanager.core.subflows import SubflowManager
from mpmanager.model.connection import Endpoint, FourTuple, TcpState
from mpmanager.model.names import AddressId, LinkName, Token
from mpmanager.model.path import InterfaceAddress, KindSource, Path, PathKind, PathState, Tier, WayOut
from mpmanager.model.pathmanager import (
    ConnectionCreated,
    ConnectionEstablished,
    CreateSubflow,
    DestroySubflow,
    SetBackup,
    SubflowClosed,
    SubflowEstablished,
    WithdrawAddress,
)
from mpmanager.model.policy import Policy
from mpmanager.model.progress import Progress, SubflowVitals
from mpmanager.model.selector import Selector

SERVER = Endpoint(ip_address("192.0.2.80"), 443)
SEGMENT_BYTES = 1460
_ACK_BYTES = 60
_ECHO_BYTES = 44
_WINDOW = 64
"""Segments in flight on one subflow."""
_MOST_QUEUED = 128
"""Segments handed to one subflow; the rest waits in the connection."""
_LEAST_TIMEOUT_S = 0.2
_SYN_TIMEOUT_S = 1.0
UP, DOWN = "up", "down"


def policy(wait_s, *pairs, big=None, congestion=None):
    return Policy(
        wait_s=wait_s, decided_by=Selector.parse("default"), pairs=pairs, big_transfers=big, congestion=congestion
    )


class Link:
    """Treats both directions alike. `rate_bit_s` None: unlimited. Marks are those of congestion on data (CE)."""

    def __init__(self, *, delay_s, rate_bit_s=None, loss=0.0, marks=0.0, tier=Tier.ALWAYS, kind=PathKind.WIFI):
        self.delay_s, self.rate_bit_s, self.loss, self.marks = delay_s, rate_bit_s, loss, marks
        self.tier, self.kind = tier, kind
        self.is_hole = False
        self._free_at = {UP: 0.0, DOWN: 0.0}

    def arrival(self, direction, size, now, draw):
        """When a packet arrives, or None."""
        start = max(now, self._free_at[direction])
        self._free_at[direction] = start + (8 * size / self.rate_bit_s if self.rate_bit_s else 0.0)
        is_lost = self.is_hole or (self.loss and draw() < self.loss)
        return None if is_lost else self._free_at[direction] + self.delay_s


@dataclass
class Segment:
    start: int
    end: int
    sent: float = 0.0
    copies: int = 0
    delivered_before: int = 0
    """Bytes that had been delivered when it was sent,"""
    delivered_at: float = 0.0
    """and when the last of them was."""
    is_last: bool = True
    """Nothing waited behind it: the rate that it shows is the program's."""
    has_arrived: bool = False
    """As far as its sender knows."""


class Half:
    """One end of one subflow."""

    def __init__(self, end, link, direction, local_id, *, is_backup):
        self.end, self.link, self.direction, self.local_id = end, link, direction, local_id
        self.is_backup = is_backup
        self.is_backup_there = False
        self.peer = None
        self.is_open = True
        self.queue = deque()
        self.flight = {}
        self.next_number = self.expected = 0
        self.early = {}
        self.rtt_s = self.min_rtt_s = None
        self.heard = self._opened = end.world.now
        self.backoff = 0
        self.acknowledged = self.received = self.out_of_order = 0
        self.sent = self.sent_again = self.delivered = self.delivered_marked = 0
        self.acknowledged_at = end.world.now
        self.rate_byte_s = 0.0
        self._timer = 0

    @property
    def load_s(self):
        """How long what was handed over takes to leave."""
        waiting = len(self.queue) + len(self.flight)
        rate = self.link.rate_bit_s or 1e9
        return self.link.delay_s + waiting * SEGMENT_BYTES * 8 / rate

    def offer(self, start, end):
        self.queue.append(Segment(start, end))
        self._send_queued()

    def _send_queued(self):
        while self.queue and len(self.flight) < _WINDOW:
            segment = self.queue.popleft()
            self.flight[self.next_number] = segment
            self.next_number += 1
            self._transmit(self.next_number - 1, segment)

    def _transmit(self, number, segment):
        segment.sent = self.end.world.now
        segment.copies += 1
        self.sent += 1
        self.sent_again += segment.copies > 1
        segment.delivered_before, segment.is_last = self.acknowledged, not self.queue
        segment.delivered_at = self.acknowledged_at if len(self.flight) > 1 else segment.sent
        is_marked = self.end.world.marks(self.link)
        size = segment.end - segment.start
        self._carry(_ACK_BYTES + size, self.peer.take, number, segment.start, segment.end, is_marked)
        self._arm()

    def _carry(self, size, receive, *arguments):
        self.end.world.carry(self.link, self.direction, size, receive, *arguments)

    def _arm(self):
        self._timer += 1
        smoothed = self.rtt_s or 0.1
        wait_s = 2 * smoothed if self.backoff == 0 else max(_LEAST_TIMEOUT_S, 2 * smoothed) * 2 ** min(self.backoff, 6)
        self.end.world.at(self.end.world.now + wait_s, self._time_out, self._timer)

    def _time_out(self, timer):
        if timer != self._timer or not self.flight or not self.is_open:
            return
        self.backoff += 1
        number = max(self.flight) if self.backoff == 1 else min(self.flight)
        self._transmit(number, self.flight[number])

    def take(self, number, start, end, is_marked):
        if not self.is_open:
            self._reset()
            return
        self.received += 1
        self.heard = self.end.world.now
        if number > self.expected and number not in self.early:
            self.out_of_order += 1
        if number >= self.expected:
            self.early[number] = (start, end)
        while self.expected in self.early:
            self.end.deliver(*self.early.pop(self.expected))
            self.expected += 1
        self._carry(
            _ACK_BYTES,
            self.peer.take_acknowledgement,
            self.expected,
            frozenset(self.early),
            number,
            self.end.rcv_nxt,
            is_marked,
        )

    def take_acknowledgement(self, expected, early, latest, data_acknowledged, is_marked):
        if not self.is_open:
            self._reset()
            return
        self.received += 1
        self.heard = self.end.world.now
        sample = self.flight.get(latest)
        newest = max((self.flight[each].sent for each in (*early, latest) if each in self.flight), default=None)
        before = self.delivered
        for number in [each for each in self.flight if each < expected or each in early]:
            segment = self.flight[number]
            self.delivered += not segment.has_arrived
            segment.has_arrived = True
            if number < expected:
                del self.flight[number]
                self.acknowledged += segment.end - segment.start
        self.delivered_marked += is_marked * (self.delivered - before)
        if sample is not None and sample.copies == 1:  # or nobody knows which one arrived
            self._measure(sample)
        self.backoff = 0
        self._repair(newest, early)
        self._send_queued()
        if self.flight:
            self._arm()
        self.end.acknowledge(data_acknowledged)

    def _measure(self, segment):
        now = self.end.world.now
        rtt_s = now - segment.sent
        self.rtt_s = rtt_s if self.rtt_s is None else self.rtt_s + (rtt_s - self.rtt_s) / 8
        self.min_rtt_s = min(rtt_s, self.min_rtt_s or rtt_s)
        rate_byte_s = (self.acknowledged - segment.delivered_before) / (now - segment.delivered_at)
        if not segment.is_last or rate_byte_s > self.rate_byte_s:
            self.rate_byte_s = rate_byte_s
        self.acknowledged_at = now

    def _repair(self, newest, early):
        """What was sent well before something that has arrived is lost (RACK)."""
        if newest is None:
            return
        for number, segment in list(self.flight.items()):
            if number not in early and segment.sent + (self.min_rtt_s or 0.0) / 4 < newest:
                self._transmit(number, segment)

    def _reset(self):
        """As a host does for whom there is no such socket."""
        self._carry(_ACK_BYTES, self.peer.take_reset)

    def take_reset(self):
        if self.is_open:
            self.end.is_reset(self)

    def set_flag_there(self, is_backup):
        self.is_backup = is_backup

    def close(self):
        """Without a word to the peer; what was handed over goes back to the connection."""
        if self.is_open:
            self.is_open = False
            self.end.drop(self)

    def _handshake_segments(self, now):
        """The SYN's answer, and a round trip later that to the handshake's end: the peer has accepted."""
        return 1 if now - self._opened < 2 * self.link.delay_s else 2

    def vitals(self, flow, now):
        return SubflowVitals(
            flow=flow,
            state=TcpState.ESTABLISHED,
            is_backup_there=self.is_backup_there,
            rtt_s=self.rtt_s,
            min_rtt_s=self.min_rtt_s,
            receiver_rtt_s=None,
            silent_s=now - self.heard,
            unacknowledged=len(self.flight),
            in_flight_bytes=sum(each.end - each.start for each in self.flight.values()),
            unsent_bytes=sum(each.end - each.start for each in self.queue),
            delivery_rate_byte_s=int(self.rate_byte_s),
            acknowledged_bytes=self.acknowledged,
            received_segments=self.received + self._handshake_segments(now),
            out_of_order_packets=self.out_of_order,
            delivered=self.delivered,
            delivered_ce=self.delivered_marked,
            data_segs_out=self.sent,
            total_retrans=self.sent_again,
        )


class End:
    """One end of a connection: the two streams, and the scheduler that hands data to subflows."""

    def __init__(self, world):
        self.world = world
        self.write_seq = self.snd_una = self.rcv_nxt = 0
        self.halves = []
        self.peer = None
        self.delays = []
        self.received = lambda: None
        self._unsent = deque()
        self._early = {}
        self._marks = deque()

    def write(self, size):
        self.peer._marks.append((self.write_seq + size, self.world.now))
        for start in range(self.write_seq, self.write_seq + size, SEGMENT_BYTES):
            self._unsent.append((start, min(start + SEGMENT_BYTES, self.write_seq + size)))
        self.write_seq += size
        self.push()

    def push(self):
        while self._unsent and self.halves:
            usable = [each for each in self.halves if not each.is_backup] or self.halves
            best = min(usable, key=lambda each: each.load_s)
            if len(best.queue) + len(best.flight) >= _MOST_QUEUED:
                return
            best.offer(*self._unsent.popleft())

    def deliver(self, start, end):
        self._early[start] = max(end, self._early.get(start, end))
        moved = False
        for start_, end_ in sorted(self._early.items()):
            if start_ > self.rcv_nxt:
                break
            moved |= end_ > self.rcv_nxt
            self.rcv_nxt = max(self.rcv_nxt, end_)
            del self._early[start_]
        while self._marks and self._marks[0][0] <= self.rcv_nxt:
            self.delays.append(self.world.now - self._marks.popleft()[1])
        if moved:
            self.received()

    def acknowledge(self, data_acknowledged):
        self.snd_una = max(self.snd_una, data_acknowledged)
        self.push()

    def is_reset(self, half):
        half.close()

    def drop(self, half):
        self.halves.remove(half)
        left = [(each.start, each.end) for each in (*half.flight.values(), *half.queue) if each.end > self.snd_una]
        self._unsent.extendleft(reversed(left))
        self.push()


@dataclass
class Connection:
    token: Token
    client: End
    server: End
    initial: FourTuple
    halves: dict = field(default_factory=dict)
    """Of the client, by flow."""


class Laptop:
    """A laptop with the real decisions and modelled links. The first link is that of the first subflow."""

    def __init__(self, *, seed=1, **links):
        self.now = 100.0
        self.links = {LinkName(name): each for name, each in links.items()}
        self.connections = {}
        self.commands = []
        """(time, command)"""
        self.orders = []
        self.reports = []
        self.beats = []
        """When heartbeats were sent, and which."""
        self.ignores_withdrawals = self.refuses_joins = False
        """What the peer may do."""
        self.core = Expirations()
        self._draw = random.Random(seed).random  # noqa: S311  # no secret
        self._events = []
        self._numbers = itertools.count()
        ports = itertools.count(50_000)
        self.manager = SubflowManager(choose_port=lambda: next(ports))
        self.change_paths()

    def change_paths(self, *without):
        """Have the network be what the links say."""
        paths = tuple(self._path(index, name) for index, name in enumerate(self.links, 1) if name not in without)
        self.core.set_paths(paths)
        self._obey(PathsChanged(paths=paths))

    def _path(self, index, name):
        return Path(
            name=name,
            index=index,
            kind=self.links[name].kind,
            kind_source=KindSource.FACTS,
            network=None,
            security=None,
            tier=self.links[name].tier,
            state=PathState.UP,
            addresses=(InterfaceAddress(address=ip_address(f"10.0.{index}.2"), prefix_length=24),),
            ways_out=(WayOut(version=4, gateway=None),),
        )

    def link_of(self, flow):
        return list(self.links.values())[int(str(flow.local.address).split(".")[2]) - 1]

    def connect(self, wait_s, *pairs, big=None, congestion=None):
        """A connection under a policy, all of its subflows up."""
        number = len(self.connections)
        flow = FourTuple(Endpoint(ip_address("10.0.1.2"), 40_000 + number), SERVER)
        client, server = End(self), End(self)
        client.peer, server.peer = server, client
        connection = Connection(Token(0x1000 + number), client, server, flow)
        client.is_reset = lambda half: self._close_here(connection, self._flow_of(connection, half))
        self.connections[connection.token] = connection
        self._add(connection, flow, AddressId(0), is_backup=False)
        news = {"token": connection.token, "flow": flow, "is_server_side": False}
        self._obey(ConnectionCreated(**news))
        self._obey(ConnectionEstablished(**news, is_initial_address_forbidden=False))
        client.write(100)
        server.write(100)
        self.run(1.0)
        self.watch(connection, policy(wait_s, *pairs, big=big, congestion=congestion))
        self.run(0.1)
        return connection

    def watch(self, connection, chosen):
        self.core.watch(connection.token, chosen, is_server_side=False, now=self.now)

    def state(self, connection):
        return self.core.view(connection.token).state

    def happenings(self, *wanted):
        return [each.happening for each in self.reports if not wanted or each.happening in wanted]

    def flags(self, connection):
        """Whether the client's subflows are backups, by link."""
        names = {id(link): name for name, link in self.links.items()}
        return {names[id(each.link)]: each.is_backup for each in connection.halves.values()}

    def machine(self, connection):
        return self.core._watched[connection.token].machine

    # Time and packets.

    def at(self, time, call, *arguments):
        heapq.heappush(self._events, (time, next(self._numbers), call, arguments))

    def every(self, interval_s, seconds, call, *arguments):
        """Call so often from now on."""
        for number in range(round(seconds / interval_s)):
            self.at(self.now + number * interval_s, call, *arguments)

    def carry(self, link, direction, size, receive, *arguments):
        arrives = link.arrival(direction, size, self.now, self._draw)
        if arrives is not None:
            self.at(arrives, receive, *arguments)

    def marks(self, link):
        """Whether the link marks the next packet."""
        return bool(link.marks) and self._draw() < link.marks

    def run(self, seconds):
        """Let time pass; the decisions look as often as they wish."""
        until = self.now + seconds
        while self.now < until:
            interval_s = self.core.interval_s(self.now, cost_s=0.0) or seconds
            self._let_happen(min(until, self.now + interval_s))
            self.poll()

    def be_late(self, seconds):
        """All goes on but the daemon, whose look comes so late."""
        self._let_happen(self.now + seconds)
        self.core.note_lag(seconds, self.now)
        self.poll()

    def leap(self, seconds):
        """The clock goes on while nothing else does, as while a machine sleeps; the daemon's look comes so late."""
        self._events = [(time + seconds, *rest) for time, *rest in self._events]  # the order stays
        self.now += seconds
        self.core.note_lag(seconds, self.now)

    def _let_happen(self, until):
        while True:
            due = min(self._events[0][0] if self._events else until, self.manager.deadline or until)
            if due >= until:
                break
            self.now = max(self.now, due)
            if self._events and self._events[0][0] <= self.now:
                _due, _number, call, arguments = heapq.heappop(self._events)
                call(*arguments)
            else:
                self._obey(TimePassed())
        self.now = until

    def poll(self):
        """As the daemon does it."""
        for beat in self.core.beats(self.now):
            link = self.links[beat.path]
            self.beats.append((self.now, beat))
            self.carry(link, UP, _ECHO_BYTES, self.carry, link, DOWN, _ECHO_BYTES, self._hear_beat, beat)
        for token in self.core.tokens:
            connection = self.connections[token]
            seen = Progress(token, connection.client.write_seq, connection.client.snd_una, connection.client.rcv_nxt)
            if self.core.take(seen, self.now):
                self._look(connection)

    def _hear_beat(self, beat):
        self.core.note_heartbeat(beat, self.now)

    def _look(self, connection):
        standing = self.manager.standing(connection.token)
        seen = [
            (each, connection.halves[each.flow].vitals(each.flow, self.now))
            for each in standing
            if each.flow in connection.halves
        ]
        decision = self.core.judge(connection.token, seen, self.now)
        failed = {each.flow for each in decision.orders if isinstance(each, SubflowFailed)}
        assert not failed or failed < {each.flow for each, _vitals in seen}, "all subflows were given up"
        self.orders += [(self.now, each) for each in decision.orders]
        self.reports += decision.reports
        for order in decision.orders:
            self._obey(order)

    # The kernel's part.

    def _obey(self, event):
        for command in self.manager.handle(event, now=self.now):
            self.commands.append((self.now, command))
            self._execute(self.connections[command.token], command)
        assert not isinstance(event, Order) or self.connections[event.token].halves, "nothing is left"

    def _execute(self, connection, command):
        match command:
            case CreateSubflow():
                self._send_syn(connection, command, attempt=0)
            case DestroySubflow():
                self._destroy(connection, command.flow)
            case SetBackup():
                half = connection.halves.get(command.flow)
                if half is not None:
                    half.is_backup = command.is_backup
                    self.carry(half.link, UP, _ACK_BYTES, half.peer.set_flag_there, command.is_backup)
            case WithdrawAddress():
                self._withdraw(connection, command.local_id)

    def _send_syn(self, connection, command, *, attempt):
        link = self.link_of(command.flow)

        def answer():
            reply = self._refuse if self.refuses_joins else self._establish
            self.carry(link, DOWN, _ACK_BYTES, reply, connection, command)

        if attempt and (command.flow in connection.halves or command.flow not in self._joins(connection)):
            return
        self.carry(link, UP, _ACK_BYTES, answer)
        if attempt == 0:
            self.at(self.now + _SYN_TIMEOUT_S, lambda: self._send_syn(connection, command, attempt=1))

    def _joins(self, connection):
        known = self.manager._connections[connection.token]
        return known.joins.keys() | known.probes.keys()

    def _establish(self, connection, command):
        if command.flow in connection.halves or command.flow not in self._joins(connection):
            return
        self._add(connection, command.flow, command.local_id, is_backup=command.is_backup)
        path = next(name for name, link in self.links.items() if link is self.link_of(command.flow))
        is_probe = self.manager.is_probe(connection.token, command.flow)
        self.core.note_join(connection.token, path, self.now)
        if is_probe:
            self.core.note_probe_answer(connection.token)
        self._obey(
            SubflowEstablished(
                token=connection.token,
                flow=command.flow,
                local_id=command.local_id,
                remote_id=AddressId(0),
                is_backup_there=False,
            )
        )

    def _refuse(self, connection, command):
        is_probe = self.manager.is_probe(connection.token, command.flow)
        if command.flow not in self._joins(connection):
            return
        closed = SubflowClosed(
            token=connection.token,
            flow=command.flow,
            local_id=command.local_id,
            remote_id=AddressId(0),
            error=ECONNREFUSED,
        )
        if is_probe and self.manager.is_probe_answer(closed):
            self.core.note_probe_answer(connection.token)
        self._obey(closed)

    def _add(self, connection, flow, local_id, *, is_backup):
        link = self.link_of(flow)
        here = Half(connection.client, link, UP, local_id, is_backup=is_backup)
        there = Half(connection.server, link, DOWN, local_id, is_backup=is_backup)
        here.peer, there.peer = there, here
        here.rtt_s = here.min_rtt_s = there.rtt_s = there.min_rtt_s = 2 * link.delay_s  # of the handshake
        connection.halves[flow] = here
        connection.client.halves.append(here)
        connection.server.halves.append(there)
        connection.client.push()
        connection.server.push()

    def _destroy(self, connection, flow):
        half = connection.halves.get(flow)
        if half is None:
            return
        self.carry(half.link, UP, _ACK_BYTES, half.peer.take_reset)
        self._close_here(connection, flow)

    def _close_here(self, connection, flow):
        half = connection.halves.pop(flow, None)
        if half is not None:
            half.close()
            news = SubflowClosed(
                token=connection.token, flow=flow, local_id=AddressId(half.local_id), remote_id=AddressId(0)
            )
            self.at(self.now, self._obey, news)

    def _withdraw(self, connection, local_id):
        """Goes out on another subflow, a normal one if there is one."""
        others = [each for each in connection.halves.values() if each.local_id != local_id]
        if others:
            way = min(others, key=lambda each: each.is_backup)
            self.carry(way.link, UP, _ACK_BYTES, self._drop_there, connection, local_id)

    def _drop_there(self, connection, local_id):
        if self.ignores_withdrawals:
            return
        for half in [each for each in connection.server.halves if each.local_id == local_id]:
            half.close()
            self.carry(half.link, DOWN, _ACK_BYTES, half.peer.take_reset)

    def _flow_of(self, connection, half):
        return next((flow for flow, each in connection.halves.items() if each is half), None)
