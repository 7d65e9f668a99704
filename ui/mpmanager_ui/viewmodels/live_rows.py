"""Rows of the Live page: what each application, connection and subflow does, kept a while after its end."""

from array import array
from collections.abc import Hashable, Iterable, Iterator, Mapping
from enum import Enum, IntEnum, unique
from typing import NamedTuple

from mpmanager.api.structures import AppInfo, ConnectionInfo, ExpirationInfo, Frame, ProtectionInfo, SubflowInfo
from mpmanager.client.applications import rule_about
from mpmanager.model.connection import TcpState
from mpmanager.model.expiration import ExpirationState
from mpmanager.model.protection import Coverage, CoverageReason
from mpmanager.model.socket_options import SocketOption
from mpmanager.model.trust import Hold
from mpmanager_ui.viewmodels.history import LONGEST_STEP_S
from mpmanager_ui.viewmodels.translation import Spoken, tr, tr_later
from mpmanager_ui.viewmodels.waits import THE_PROGRAM, WaitSetting

HISTORY_TICKS = 60
KEPT_AFTER_END_S = 5.0
CHUNK_CONNECTIONS = 100
"""Connections booked between two breaths of the event loop."""
CARRYING_BIT_S = 1_000.0
"""Below this a subflow only keeps itself alive."""


class RowKind(IntEnum):
    """The level of a row."""

    APPLICATION = 0
    CONNECTION = 1
    SUBFLOW = 2


@unique
class RowSign(Enum):
    """What a row is, at a glance."""

    APPLICATION = "application"
    CONNECTION = "connection"
    INCOMING = "incoming"
    """A connection that came from outside."""
    DOUBTFUL = "doubtful"
    """A connection that cannot be given more paths."""
    SUBFLOW = "subflow"


@unique
class RowState(Enum):
    """What a row does, in the order in which a parent takes over the state of its children."""

    FAILED_OVER = "failed over"
    SUSPECT = "suspect"
    PROBING = "probing"
    STEERED = "steered"
    HELPED = "helped"
    CARRYING = "carrying"
    STANDING_IN = "carries instead"
    HELPING = "helps"
    IDLE = "idle"
    AVOIDED = "avoided"
    LEFT = "left"
    STANDBY = "standby"
    CONNECTING = "connecting"
    CLOSING = "closing"
    ENDED = "ended"


_RANK = {state: rank for rank, state in enumerate(RowState)}

STATE_WORDS = Spoken(
    {
        RowState.FAILED_OVER: tr_later("failed over"),
        RowState.SUSPECT: tr_later("suspect"),
        RowState.PROBING: tr_later("probing"),
        RowState.STEERED: tr_later("steered"),
        RowState.HELPED: tr_later("helped"),
        RowState.CARRYING: tr_later("carrying"),
        RowState.STANDING_IN: tr_later("carries instead"),
        RowState.HELPING: tr_later("helps"),
        RowState.IDLE: tr_later("idle"),
        RowState.AVOIDED: tr_later("avoided"),
        RowState.LEFT: tr_later("left"),
        RowState.STANDBY: tr_later("standby"),
        RowState.CONNECTING: tr_later("connecting"),
        RowState.CLOSING: tr_later("closing"),
        RowState.ENDED: tr_later("ended"),
    }
)
"""The states as people read them; their values stand in filters and exports, in every language the same."""

STATE_MEANINGS = Spoken(
    {
        RowState.FAILED_OVER: tr_later("A path delivers nothing and was left; another one carries."),
        RowState.SUSPECT: tr_later("Nothing has come for longer than usual: the path is being asked whether it lives."),
        RowState.PROBING: tr_later("The path answers again and has to stay well for a while before it carries."),
        RowState.STEERED: tr_later("A congested path is avoided for a while; another one carries."),
        RowState.HELPED: tr_later("There is more to send than the preferred path carries in time; another one helps."),
        RowState.CARRYING: tr_later("Data flows here now."),
        RowState.STANDING_IN: tr_later("It carries in place of a path that delivers nothing or is congested."),
        RowState.HELPING: tr_later("Opened for late data; it closes when the preferred path suffices again."),
        RowState.IDLE: tr_later("It may carry data; nobody sends any at the moment."),
        RowState.AVOIDED: tr_later("Its path is congested; it carries again after a while."),
        RowState.LEFT: tr_later("Its path delivers nothing; it is used only when nothing else is left."),
        RowState.STANDBY: tr_later("Marked as backup and quiet: it waits until it is needed."),
        RowState.CONNECTING: tr_later("The handshake is under way."),
        RowState.CLOSING: tr_later("One side has finished sending."),
        RowState.ENDED: tr_later("It is closed; the numbers are its last."),
    }
)

_HOLDS = Spoken(
    {
        Hold.STANDBY: tr_later("first bytes on trusted paths"),
        Hold.RECEIVING: tr_later("sends on trusted paths"),
        Hold.FENCED: tr_later("trusted paths only"),
        Hold.TRUSTED: tr_later("trusted paths only"),
    }
)

_CONNECTING = frozenset({TcpState.SYN_SENT, TcpState.SYN_RECEIVED})


class Values(NamedTuple):
    """One row as it is shown; a new value each tick, so that a paused view keeps the old one."""

    kind: RowKind
    name: str
    detail: str
    state: RowState
    paths: tuple[str, ...]
    """In the order of the frame's paths, each once; of a connection or application those of its living subflows."""
    down_bit_s: float
    up_bit_s: float
    rtt_ms: float | None
    """Of an application or connection: the mean of what carries below, weighted by rate; None while nothing does."""
    byte_count: int
    """Both directions: of a subflow payload, of a connection its own stream, of an application the sum of its
    connections since the window shows them. Never falls."""
    retransmits: int
    """Of all subflows since the window shows them, ended ones included. Never falls."""
    history: "array[float]"
    """Both directions together, bit/s, one for each tick, the oldest first; never changed. An array, because the
    garbage collector would look at each number of a tuple: of thousands of rows that takes three frames' time."""
    wait: WaitSetting | None = None
    """How long data may wait; None for a subflow."""
    lateness: ExpirationInfo | None = None
    """Of a connection and of its subflows; None while nothing is watched."""
    time: float = 0.0
    """Unix time of the frame it is of."""
    sign: RowSign = RowSign.SUBFLOW


class Record:
    """One row's past and present."""

    __slots__ = ("children", "ended_at", "gone_bytes", "gone_retransmits", "key", "tick", "values")

    def __init__(self, key: Hashable) -> None:
        self.key = key
        self.values: Values = _NOTHING
        self.children: dict[Hashable, Record] = {}
        self.ended_at: float | None = None
        self.gone_bytes = 0
        """Of the children that are shown no more."""
        self.gone_retransmits = 0
        self.tick = 0

    def forget_history(self) -> None:
        """Begin anew with the rates of the last minute."""
        self.values = self.values._replace(history=_NOTHING.history)

    def frozen(self) -> "Record":
        """The record as it is now, with all below it; the recorder does not touch it any more."""
        copy = Record(self.key)
        copy.values = self.values
        copy.children = {key: child.frozen() for key, child in self.children.items()}
        return copy


_NOTHING = Values(RowKind.SUBFLOW, "", "", RowState.CONNECTING, (), 0.0, 0.0, None, 0, 0, array("d"))


class Recorder:
    """Books frames into records: application, connection, subflow. Goes on while the view is paused."""

    def __init__(self) -> None:
        self.applications: dict[Hashable, Record] = {}
        self._tick = 0
        self._taken_at: float | None = None
        """Monotonic: the frame before."""
        self._places: dict[str, int] = {}
        """The order of the paths."""

    def take(self, frame: Frame) -> Iterator[None]:
        """Book a frame in steps; between two steps others may work. Run it to its end before the next."""
        self._tick += 1
        if self._taken_at is not None and frame.monotonic - self._taken_at > LONGEST_STEP_S:
            self._begin_anew()
        self._taken_at = frame.monotonic
        self._places = {path.name: place for place, path in enumerate(frame.paths)}
        for number, connection in enumerate(frame.connections, 1):
            self._book_connection(connection, frame.time)
            if number % CHUNK_CONNECTIONS == 0:
                yield
        closed = 0
        for key, record in list(self.applications.items()):
            closed += 1 + len(record.children)
            self._close_application(record, frame.monotonic)
            if not record.children:
                del self.applications[key]
            if closed >= CHUNK_CONNECTIONS:
                closed = 0
                yield

    def _begin_anew(self) -> None:
        """Nobody recorded for a while: what rows did before is not what they did in the last minute."""
        for application in self.applications.values():
            for record in (application, *application.children.values()):
                record.forget_history()
                for subflow in record.children.values():
                    subflow.forget_history()

    def counts(self) -> tuple[int, int, int]:
        """Living applications, connections and subflows."""
        connections = [c for a in self.applications.values() for c in _living(a.children.values())]
        subflows = sum(1 for c in connections for _ in _living(c.children.values()))
        applications = sum(1 for _ in _living(self.applications.values()))
        return applications, len(connections), subflows

    def _book_connection(self, connection: ConnectionInfo, time: float) -> None:
        application = _child(self.applications, connection.app.id, self._tick)
        if application.values is _NOTHING:
            application.values = _application_stub(connection.app)
        key = (connection.token, connection.opened)
        record = _child(application.children, key, self._tick)
        for subflow in connection.subflows:
            child = _child(record.children, (subflow.local, subflow.remote), self._tick)
            child.values = _subflow_values(subflow, child.values, connection.expiration, time)
        record.values = _connection_values(connection, record, self._places, time)

    def _close_application(self, record: Record, now: float) -> None:
        for connection in record.children.values():
            if connection.tick == self._tick:
                self._close_missing(connection, now)
            else:
                _end(connection, now)
                _forget(connection, now)
        _forget(record, now)
        if record.tick != self._tick:
            _end(record, now)
        record.values = _application_values(record, self._places)

    def _close_missing(self, connection: Record, now: float) -> None:
        for subflow in connection.children.values():
            if subflow.tick != self._tick:
                _end(subflow, now)
        _forget(connection, now)


def _living(records: Iterable[Record]) -> Iterator[Record]:
    return (each for each in records if each.ended_at is None)


def _child(records: dict[Hashable, Record], key: Hashable, tick: int) -> Record:
    record = records.get(key)
    if record is None:
        record = records[key] = Record(key)
    record.tick = tick
    record.ended_at = None
    return record


def _end(record: Record, now: float) -> None:
    """Mark a record and all below it as ended; the first time counts."""
    if record.ended_at is None:
        record.ended_at = now
    for child in record.children.values():
        _end(child, record.ended_at)
    values = record.values
    record.values = values._replace(
        state=RowState.ENDED,
        paths=values.paths if values.kind is RowKind.SUBFLOW else (),
        down_bit_s=0.0,
        up_bit_s=0.0,
        rtt_ms=values.rtt_ms if values.kind is RowKind.SUBFLOW else None,
        history=_longer(values.history, 0.0),
    )


def _forget(parent: Record, now: float) -> None:
    """Let go of ended children whose time is over; their counts stay with the parent."""
    for key, record in list(parent.children.items()):
        if record.ended_at is not None and (now - record.ended_at >= KEPT_AFTER_END_S or _was_never(record.values)):
            parent.gone_bytes += record.values.byte_count
            parent.gone_retransmits += record.values.retransmits
            del parent.children[key]


def _was_never(values: Values) -> bool:
    """Whether a subflow was never answered: while a path is dead, there is a new one every second."""
    return values.kind is RowKind.SUBFLOW and values.rtt_ms is None and not values.byte_count


def _longer(history: "array[float]", rate: float) -> "array[float]":
    longer = history[-(HISTORY_TICKS - 1) :]
    longer.append(rate)
    return longer


def _subflow_values(subflow: SubflowInfo, old: Values, lateness: ExpirationInfo | None, time: float) -> Values:
    rate = subflow.rx_bit_s + subflow.tx_bit_s
    return Values(
        RowKind.SUBFLOW,
        subflow.path or tr("no path"),
        subflow.local,
        _part_of(subflow, lateness) or subflow_state(subflow),
        (subflow.path,) if subflow.path else (),
        subflow.rx_bit_s,
        subflow.tx_bit_s,
        subflow.rtt_ms,
        max(subflow.tx_bytes + subflow.rx_bytes, old.byte_count),
        max(subflow.retransmits, old.retransmits),
        _longer(old.history, rate),
        None,
        lateness,
        time,
    )


def subflow_state(subflow: SubflowInfo) -> RowState:
    """What a subflow does, by its TCP state, its backup flags and its rates."""
    if subflow.state in _CONNECTING:
        return RowState.CONNECTING
    if subflow.state is not TcpState.ESTABLISHED:
        return RowState.CLOSING
    if subflow.rx_bit_s + subflow.tx_bit_s >= CARRYING_BIT_S:
        return RowState.CARRYING
    return RowState.STANDBY if subflow.backup.local or subflow.backup.peer else RowState.IDLE


_CONNECTION_STATES = {
    ExpirationState.AGGREGATE: RowState.HELPED,
    ExpirationState.STEERED: RowState.STEERED,
    ExpirationState.SUSPECT: RowState.SUSPECT,
    ExpirationState.FAILED_OVER: RowState.FAILED_OVER,
    ExpirationState.PROBING: RowState.PROBING,
}
"""Under `PRIMARY` a connection does what its subflows do."""

_LATE_PATH_STATES = {
    ExpirationState.STEERED: RowState.AVOIDED,
    ExpirationState.SUSPECT: RowState.SUSPECT,
    ExpirationState.FAILED_OVER: RowState.LEFT,
    ExpirationState.PROBING: RowState.PROBING,
}
_HELPER_STATES = {
    ExpirationState.AGGREGATE: RowState.HELPING,
    ExpirationState.STEERED: RowState.STANDING_IN,
    ExpirationState.FAILED_OVER: RowState.STANDING_IN,
    ExpirationState.PROBING: RowState.STANDING_IN,
}


def _part_of(subflow: SubflowInfo, lateness: ExpirationInfo | None) -> RowState | None:
    """The part that a standing subflow has in what late data led to; None if it has none."""
    if lateness is None or subflow.path is None or subflow.state is not TcpState.ESTABLISHED:
        return None
    if subflow.path == lateness.helper:
        return _HELPER_STATES.get(lateness.state)
    return _LATE_PATH_STATES.get(lateness.state) if subflow.path == lateness.path else None


def _connection_values(connection: ConnectionInfo, record: Record, places: Mapping[str, int], time: float) -> Values:
    below = [each.values for each in record.children.values() if each.tick == record.tick]
    down = sum(each.down_bit_s for each in below)
    up = sum(each.up_bit_s for each in below)
    return Values(
        RowKind.CONNECTION,
        connection.remote,
        _connection_detail(connection),
        _connection_state(connection, below),
        _paths_of(below, places),
        down,
        up,
        _carrying_rtt(below),
        max(connection.tx_bytes + connection.rx_bytes, record.values.byte_count),
        record.gone_retransmits + sum(each.values.retransmits for each in record.children.values()),
        _longer(record.values.history, down + up),
        _wait_of(connection, record.values.wait),
        connection.expiration,
        time,
        _sign_of(connection),
    )


def _connection_state(connection: ConnectionInfo, below: list[Values]) -> RowState:
    late = _CONNECTION_STATES.get(connection.expiration.state) if connection.expiration else None
    return late or (_state_of(below) if below else _lone_state(connection.state))


def _wait_of(connection: ConnectionInfo, old: WaitSetting | None) -> WaitSetting:
    policy = THE_PROGRAM if SocketOption.EXPIRATION in connection.asked else connection.policy
    if old is not None and old.wait == connection.wait_ms and old.policy == policy:
        return old  # of a thousand connections hardly one has changed
    return WaitSetting(connection.wait_ms, policy, rule_about(connection.app))


def _connection_detail(connection: ConnectionInfo) -> str:
    parts = []
    if connection.server_side:
        parts.append(tr("incoming"))
    if connection.fallback:
        parts.append(tr("fell back to plain TCP"))
    elif not connection.managed:
        parts.append(tr("began before mpmanagerd"))
    if connection.protection is not None:
        parts += trust_details(connection.protection)
    return ", ".join(parts)


def _sign_of(connection: ConnectionInfo) -> RowSign:
    if connection.fallback or not connection.managed:
        return RowSign.DOUBTFUL
    return RowSign.INCOMING if connection.server_side else RowSign.CONNECTION


def trust_details(protection: ProtectionInfo) -> Iterator[str]:
    """What a connection may not do on untrusted paths, and where a demand does not hold: nothing of most of them."""
    if protection.hold in _HOLDS:
        held = _HOLDS[protection.hold]
        is_sure = protection.coverage is not Coverage.BEST_EFFORT
        yield held if is_sure else tr("{held} as well as can be", held=held)
    elif protection.reason in {CoverageReason.NO_TRUSTED_PATH, CoverageReason.OPENED_UNTRUSTED}:
        yield tr("opened unprotected")


def _lone_state(state: TcpState) -> RowState:
    """The state of a connection whose subflows are not known."""
    if state in _CONNECTING:
        return RowState.CONNECTING
    return RowState.IDLE if state is TcpState.ESTABLISHED else RowState.CLOSING


def _application_stub(app: AppInfo) -> Values:
    detail = app.exe or app.cgroup or ""
    wait = WaitSetting(None, "", rule_about(app))
    sign = RowSign.APPLICATION
    return _NOTHING._replace(kind=RowKind.APPLICATION, name=app.name, detail=detail, wait=wait, sign=sign)


def _application_values(record: Record, places: Mapping[str, int]) -> Values:
    below = [each.values for each in record.children.values()]
    living = [each.values for each in _living(record.children.values())]
    down = sum(each.down_bit_s for each in living)
    up = sum(each.up_bit_s for each in living)
    old = record.values
    return old._replace(
        state=_state_of(living) if living else RowState.ENDED,
        paths=_paths_of(living, places),
        down_bit_s=down,
        up_bit_s=up,
        rtt_ms=_carrying_rtt(living),
        byte_count=record.gone_bytes + sum(each.byte_count for each in below),
        retransmits=record.gone_retransmits + sum(each.retransmits for each in below),
        history=_longer(old.history, down + up),
        wait=_common_wait(living, old.wait),
        time=max((each.time for each in living), default=old.time),
    )


def _common_wait(living: Iterable[Values], old: WaitSetting | None) -> WaitSetting | None:
    """What is in force for all of them; after the last has ended, what was."""
    settings = {each.wait for each in living}
    if not settings:
        return old
    return settings.pop() if len(settings) == 1 else old and old._replace(wait=None, policy="")


def _state_of(below: Iterable[Values]) -> RowState:
    return min((each.state for each in below), key=_RANK.__getitem__)


def _carrying_rtt(below: Iterable[Values]) -> float | None:
    """What a byte meets on its way now: the mean over what carries, weighted by rate."""
    weighted = total = 0.0
    for values in below:
        rate = values.down_bit_s + values.up_bit_s
        if values.rtt_ms is not None and rate >= CARRYING_BIT_S:
            weighted += rate * values.rtt_ms
            total += rate
    return weighted / total if total else None


def _paths_of(below: Iterable[Values], places: Mapping[str, int]) -> tuple[str, ...]:
    """Each path once, always in the same order; one that the daemon does not tell (any more) stands last."""
    names = {path for values in below for path in values.paths}
    return tuple(sorted(names, key=lambda path: (places.get(path, len(places)), path)))
