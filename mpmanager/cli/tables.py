"""What people see in a terminal."""

import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from rich.console import Group, RenderableType
from rich.text import Text
from rich.tree import Tree

from mpmanager.api.structures import (
    ConnectionInfo,
    EventInfo,
    Frame,
    MandateInfo,
    PathInfo,
    PolicyInfo,
    StatusInfo,
    SubflowInfo,
    TrustInfo,
)
from mpmanager.cli.cap_words import cap_cell
from mpmanager.cli.fitting import Cell, Column, FittingTable
from mpmanager.cli.sentences import no_connection, printable
from mpmanager.client.applications import selector_of
from mpmanager.client.quantities import count_of, format_bytes, format_rate, format_rtt, format_wait
from mpmanager.client.rule_values import write_tier, write_trigger, write_trust
from mpmanager.model.caps import CapState
from mpmanager.model.connection import TcpState
from mpmanager.model.path import PathState, Tier
from mpmanager.model.protection import COVERAGE_NAMES, Coverage, CoverageReason
from mpmanager.model.trust import Trust, TrustSource

SIMULATED = Text(" SIMULATED: nothing of this exists outside the daemon ", style="bold black on yellow")

_KIND_WORDS = {
    "wifi": "Wi-Fi",
    "lte": "LTE",
    "xdsl": "xDSL",
    "ethernet": "Ethernet",
    "vpn": "VPN",
    "bluetooth": "Bluetooth",
    "tethering": "tethering",
    "virtual": "virtual",
    "unknown": "unknown",
}
_STATE_WORDS = {
    PathState.UP: ("up", "green"),
    PathState.LOCAL_ONLY: ("no gateway", "yellow"),
    PathState.NO_ADDRESS: ("no address", "yellow"),
    PathState.NO_CARRIER: ("no carrier", "red"),
    PathState.DOWN: ("off", "red"),
}
_TRUST_STYLES = {Trust.TRUSTED: "", Trust.UNTRUSTED: "yellow"}
_TIER_WORDS = {
    Tier.ALWAYS: "always",
    Tier.WHEN_NEEDED: "when needed",
    Tier.BACKUP: "backup",
    Tier.NEVER: "never",
}
_PATH_COLUMNS = (
    *(Column(title=each) for each in ("Path", "Kind", "Network", "Trust", "State", "Used")),
    *(Column(title=each, is_number=True) for each in ("Down", "Up", "Received", "Sent")),
)
_CAP_COLUMN = Column(title="Cap", is_number=True)
_CAP_STYLES = {CapState.WARNED: "yellow", CapState.NEARLY: "yellow", CapState.REACHED: "red"}
_DISPENSABLE = ("Sent", "Received", "Network", "Kind", "Up", "Trust", "Down", "State")
_CHOSEN = " *"
_LEGEND = Text("* your decision", style="dim")
_TIER_ORDER = tuple(Tier)
_POLICY_COLUMNS = tuple(
    Column(title=each)
    for each in ("Rule", "Help after", "Except", "Big transfers", "Leave on", "Paths", "Trusted paths")
)
_RARE = frozenset({"Except", "Big transfers", "Leave on", "Paths"})
_IN_FORCE_COLUMNS = (
    Column(title="Program"),
    Column(title="Connections", is_number=True),
    Column(title="Help after"),
    Column(title="By the rule"),
    Column(title="Trusted paths"),
    Column(title="Selector"),
)
_RESTRICTION_COLUMNS = tuple(Column(title=each) for each in ("Cgroup", "Trusted paths", "Demanded by"))
_FENCE_COLUMNS = (
    Column(title="Cgroup"),
    Column(title="Path"),
    Column(title="Sent", is_number=True),
    Column(title="Packets dropped", is_number=True),
)
_NOT_KNOWN = "-"
_MOVING_BIT_S = 1.0
_PATH_WIDTH = 8


def status(info: StatusInfo) -> RenderableType:
    """The daemon in a few lines."""
    managed = "manages" if info.path_manager == "userspace" else "does NOT manage"
    lines = [
        Text(f"mpmanagerd {info.version} (process {info.pid}) {managed} the Multipath TCP connections here."),
        Text(f"{count_of(info.paths_up, 'path')} up, {count_of(info.connections, 'connection')}."),
    ]
    if info.paused_until is not None:
        lines.append(Text(f"Enforcing is paused until {_time_of_day(info.paused_until)} (mpm resume).", style="yellow"))
    lines += [Text(f"Set by your administrator: {_file(each)}") for each in info.administrator if each.in_force]
    lines += [Text(f"Limited: {each}", style="yellow") for each in info.limits]
    lines += [Text(f"Without {each}", style="dim") for each in info.notes]
    return Group(*([SIMULATED] if info.simulated else []), *lines)


def _file(info: MandateInfo) -> str:
    signed = f", signed with {info.signer}" if info.signer else ""
    state = ", as it was before" if info.refusal else ""
    return f"{info.file} ({info.name}{signed}{state})"


def paused_until(info: StatusInfo) -> str:
    """The time of day at which a pause ends; now where there is none any more."""
    return _time_of_day(info.paused_until or time.time())


def paths(rows: Sequence[PathInfo]) -> RenderableType:
    """One line for each path, the most wanted first."""
    if not rows:
        return Text("No network path: no interface has an address, or all are switched off.")
    ordered = sorted(rows, key=lambda row: (_TIER_ORDER.index(row.tier), row.name))
    has_caps = any(row.cap is not None for row in ordered)
    table = FittingTable(
        columns=(*_PATH_COLUMNS, *([_CAP_COLUMN] if has_caps else [])),
        rows=[(*_path_cells(row), *([_cap_cell(row)] if has_caps else [])) for row in ordered],
        dispensable=_DISPENSABLE,
    )
    is_any_chosen = any(row.tier_chosen or _is_trust_chosen(row) for row in ordered)
    return Group(table, *([_LEGEND] if is_any_chosen else []))


def _is_trust_chosen(row: PathInfo) -> bool:
    return row.trust_source is not TrustSource.AUTOMATIC


def _path_cells(row: PathInfo) -> tuple[Cell, ...]:
    return (
        _bold(row.name),
        _KIND_WORDS[row.kind],
        _outside(row.network or _NOT_KNOWN),
        Text(row.trust.value + _CHOSEN * _is_trust_chosen(row), style=_TRUST_STYLES[row.trust]),
        Text(*_STATE_WORDS[row.state]),
        _TIER_WORDS[row.tier] + _CHOSEN * row.tier_chosen,
        format_rate(row.rx_bit_s),
        format_rate(row.tx_bit_s),
        format_bytes(row.rx_bytes),
        format_bytes(row.tx_bytes),
    )


def _cap_cell(row: PathInfo) -> Cell:
    state = CapState.UNLIMITED if row.usage is None else row.usage.state
    return Text(cap_cell(row), style=_CAP_STYLES.get(state, ""))


def connections(rows: Sequence[ConnectionInfo], *, nothing: str | None = None) -> RenderableType:
    """Application > connection > subflow; `nothing` says why there are none."""
    if not rows:
        return Text(nothing or no_connection(), style="dim")
    ordered = sorted(rows, key=lambda row: (row.app.name, row.app.id, row.opened))
    trees = []
    for _id, group in groupby(ordered, key=lambda row: row.app.id):
        members = list(group)
        tree = Tree(_application_line(members), guide_style="dim")
        for row in members:
            branch = tree.add(_connection_line(row))
            for subflow in row.subflows:
                branch.add(_subflow_line(subflow, row))
        trees.append(tree)
    return Group(*trees)


def frame(shown: Frame, *, news: Collection[Text] = ()) -> RenderableType:
    """Paths and connections together, for a live view; news stand between them, where a low terminal shows them."""
    parts: list[RenderableType] = [SIMULATED] if shown.simulated else []
    between = (Text(""), *news, Text("")) if news else (Text(""),)
    return Group(*parts, paths(shown.paths), *between, connections(shown.connections))


def policies(rows: Sequence[PolicyInfo]) -> RenderableType:
    """One line for each rule, in the order given; columns of which no rule says anything are left out."""
    cells = [_policy_cells(row) for row in rows]
    said = [
        number
        for number, column in enumerate(_POLICY_COLUMNS)
        if column.title not in _RARE or any(row[number] != _NOT_KNOWN for row in cells)
    ]
    return FittingTable(
        columns=[_POLICY_COLUMNS[number] for number in said],
        rows=[[row[number] for number in said] for row in cells],
        dispensable=(),
    )


def _policy_cells(row: PolicyInfo) -> tuple[Cell, ...]:
    exceptions = [
        Text.assemble(_outside(f"{each.carrier} to {each.helper}"), f": {format_wait(each.wait_ms)}")
        for each in row.pairs
    ]
    return (
        _who(row),
        row.intent or (_NOT_KNOWN if row.wait_ms is None else format_wait(row.wait_ms)),
        Text("; ").join(exceptions) if exceptions else _NOT_KNOWN,
        _NOT_KNOWN if row.big_transfers_to is None else _big_transfers(row.big_transfers_to, row.big_over_bytes),
        ", ".join(_triggers(row)) or _NOT_KNOWN,
        Text(", ").join(choices) if (choices := _path_choices(row)) else _NOT_KNOWN,
        _NOT_KNOWN if row.trust is None else write_trust(row.trust),
    )


def _who(row: PolicyInfo) -> Text:
    """Whom a rule is about, and until when where it is temporary."""
    if row.origin is not None:
        return Text.assemble(_bold(row.selector), (f" by your administrator: {row.origin}", "dim"))
    if not row.temporary:
        return _bold(row.selector)
    until = "restart" if row.until is None else datetime.fromtimestamp(row.until).astimezone().strftime("%a %H:%M")
    return Text.assemble(_bold(row.selector), (f" until {until}", "dim"))


def _path_choices(row: PolicyInfo) -> list[Text]:
    words = [_outside(write_tier(each)) for each in row.tiers]
    if row.lowest_delay is not None:
        words.append(Text("lowest delay" if row.lowest_delay else "as tiers say"))
    if row.multipath is not None:
        words.append(Text("several" if row.multipath else "one only"))
    return words


def _triggers(row: PolicyInfo) -> Iterator[str]:
    for name, trigger in (("marks", row.leave_on_marks), ("loss", row.leave_on_loss)):
        if trigger is not None:
            yield f"{name}: {trigger}" if isinstance(trigger, str) else f"{name} over {write_trigger(trigger)}"


def _big_transfers(path: str, over_bytes: int | None) -> Text:
    over = "" if over_bytes is None else f" over {format_bytes(over_bytes)}"
    return Text.assemble("to ", _outside(path), over)


def in_force(rows: Iterable[ConnectionInfo]) -> RenderableType:
    """What is in force for the programs of living connections."""
    counts = Counter(
        (row.app.name, selector_of(row.app) or _NOT_KNOWN, row.wait_ms, row.policy, protection_words(row))
        for row in rows
    )
    if not counts:
        return Text("No connection that this is about.", style="dim")
    cells = [
        (_bold(name), f"{count}", format_wait(wait_ms), _outside(policy), trust, _outside(selector))
        for (name, selector, wait_ms, policy, trust), count in sorted(counts.items(), key=lambda item: item[0][:2])
    ]
    return FittingTable(columns=_IN_FORCE_COLUMNS, rows=cells, dispensable=("Selector", "Connections"))


def protection_words(row: ConnectionInfo) -> str:
    """What is demanded of a connection, and how far that holds where it is not enforced."""
    protection = row.protection
    if protection is None or protection.reason is CoverageReason.NOTHING_DEMANDED:
        return _NOT_KNOWN
    demand = write_trust(protection.demand)
    return demand if protection.coverage is Coverage.ENFORCED else f"{demand} ({COVERAGE_NAMES[protection.coverage]})"


def restrictions(info: TrustInfo) -> RenderableType:
    """What is in force: by cgroup, what the fences have seen, and who needs no protection of keys."""
    parts: list[RenderableType] = [_outside(f"Not in force: {each}") for each in info.limits]
    if info.paused_until is not None:
        text = f"Nobody is held to anything until {_time_of_day(info.paused_until)}: enforcing is paused (mpm resume)."
        parts.append(Text(text, style="yellow"))
    if info.restrictions:
        cells = [
            (_bold(each.cgroup), write_trust(each.demand), "mpm run" if each.is_scope else "rules")
            for each in info.restrictions
        ]
        parts.append(FittingTable(columns=_RESTRICTION_COLUMNS, rows=cells, dispensable=()))
    if info.fences:
        sent = [
            (
                _bold(each.cgroup),
                _outside(each.path or f"interface {each.interface_index}"),
                format_bytes(each.passed_bytes),
                f"{each.dropped_packets}",
            )
            for each in info.fences
        ]
        parts += ["", FittingTable(columns=_FENCE_COLUMNS, rows=sent, dispensable=())]
    parts += [
        Text.assemble(
            _outside(each.destination),
            f" speaks no Multipath TCP: until {_time_of_day(each.until)} any path will do to open plain TCP there",
        )
        for each in info.plain_destinations
    ]
    return Group(*parts)


def events(rows: Iterable[EventInfo]) -> RenderableType:
    """One line for each event."""
    lines = [event(row) for row in rows]
    return Group(*lines) if lines else Text("Nothing has happened yet.", style="dim")


def event(row: EventInfo, *, began: float | None = None) -> Text:
    """Time and sentence; the time is that of the day, or where something began (Unix time) that since then."""
    time = f"{row.time - began:5.1f} s" if began is not None else _time_of_day(row.time)
    return Text.assemble((f"{time}  ", "dim"), _outside(row.text))


def _time_of_day(unix_time: float) -> str:
    return datetime.fromtimestamp(unix_time).astimezone().strftime("%H:%M:%S")


def _outside(text: str) -> Text:
    """A name that somebody else gave: neither its brackets nor its control characters mean anything to the terminal."""
    return Text(printable(text))


def _bold(text: str) -> Text:
    name = _outside(text)
    name.stylize("bold")
    return name


def _application_line(members: Sequence[ConnectionInfo]) -> Text:
    app = members[0].app
    where = app.script or app.exe or app.cgroup or "program not found"
    place = _outside(f"  {where}")
    place.stylize("dim")
    return Text.assemble(_bold(app.name), place, f"  {count_of(len(members), 'connection')}")


def _connection_line(row: ConnectionInfo) -> Text:
    arrow = "from" if row.server_side else "to"
    plain = ("  plain TCP: the peer speaks no Multipath TCP", "yellow") if row.fallback else ""
    foreign = "" if row.managed else ("  began before mpmanagerd: not managed", "yellow")
    moved = f"  {format_bytes(row.rx_bytes)} in, {format_bytes(row.tx_bytes)} out"
    return Text.assemble(f"{arrow} {row.remote}", (moved, "dim"), plain, foreign)


def _subflow_line(subflow: SubflowInfo, row: ConnectionInfo) -> Text:
    words, style = _role(subflow, row)
    path = _outside(subflow.path or subflow.local).plain.ljust(_PATH_WIDTH)
    rates = "".join(_rate(*each) for each in ((subflow.rx_bit_s, "down"), (subflow.tx_bit_s, "up")))
    return Text.assemble((path, "bold"), (f" {words:<10}", style), f" {format_rtt(subflow.rtt_ms):>7}", rates)


def _rate(rate_bit_s: float, direction: str) -> str:
    """Nothing where nothing moves."""
    return f"  {format_rate(rate_bit_s)} {direction}" if rate_bit_s >= _MOVING_BIT_S else ""


def _role(subflow: SubflowInfo, row: ConnectionInfo) -> tuple[str, str]:
    """What a subflow does, in a word, and its colour."""
    if subflow.state is TcpState.SYN_SENT:
        return "connecting", "yellow"
    if subflow.state is not TcpState.ESTABLISHED:
        return "closing", "dim"
    if subflow.rx_bit_s + subflow.tx_bit_s > _MOVING_BIT_S:
        return "carrying", "green"
    if (subflow.backup.local or subflow.backup.peer) and len(row.subflows) > 1:
        return "standby", "cyan"
    return "idle", "dim"
