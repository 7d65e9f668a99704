"""Builds the frames of the stream from paths, counters and accounts.

Rows of living connections are kept and updated in place: with thousands of connections, of which few move, making all
of them anew every second would cost more than looking at them.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from msgspec.structs import asdict

from mpmanager.api.policy_rules import wait_ms
from mpmanager.api.structures import (
    AppInfo,
    ApplicationTotals,
    BackupInfo,
    CarriedInfo,
    ConnectionInfo,
    EventInfo,
    ExpirationInfo,
    Frame,
    HelpCounts,
    MultipathInfo,
    PathInfo,
    ProtectionInfo,
    SubflowInfo,
    Topic,
    TrafficInfo,
    UsageInfo,
    Wait,
    cap_info,
)
from mpmanager.core.ledger import ApplicationAccount, Carried, ConnectionAccount, Ledger, SubflowAccount
from mpmanager.daemon.journal import token_text
from mpmanager.model.caps import PathCap, Usage
from mpmanager.model.connection import Application, TcpState
from mpmanager.model.expiration import ExpirationView, HelpCount
from mpmanager.model.multipath import MultipathBadge
from mpmanager.model.names import LinkName, Token
from mpmanager.model.path import LinkCounters, Path
from mpmanager.model.policy import Intent
from mpmanager.model.socket_options import NOTHING_ASKED
from mpmanager.model.traffic import Grounds

_BITS_PER_BYTE = 8
_MS_PER_S = 1000.0
_NOTHING = LinkCounters(rx_bytes=0, tx_bytes=0)


class PathRates:
    """What the paths carry per second, from two looks at the interfaces' counters."""

    def __init__(self) -> None:
        self._counters: Mapping[int, LinkCounters] = {}
        self._rates: dict[int, tuple[float, float]] = {}
        self._time: float | None = None

    def take(self, counters: Mapping[int, LinkCounters], *, now: float) -> None:
        """Take in the counters of all interfaces."""
        interval_s = now - self._time if self._time is not None else 0.0
        self._rates = {
            index: (
                _rate(each.rx_bytes, self._counters[index].rx_bytes, interval_s),
                _rate(each.tx_bytes, self._counters[index].tx_bytes, interval_s),
            )
            for index, each in counters.items()
            if index in self._counters and interval_s > 0
        }
        self._counters, self._time = counters, now

    def counters(self, path: Path) -> LinkCounters | None:
        """Of its interface; None before the first look at it."""
        return self._counters.get(path.index)

    def row(self, path: Path, cap: PathCap | None = None, usage: Usage | None = None) -> PathInfo:
        """A path with its counters and rates, its cap, and what of that is used."""
        counters = self._counters.get(path.index, _NOTHING)
        rx_bit_s, tx_bit_s = self._rates.get(path.index, (0.0, 0.0))
        gateway = path.gateway
        return PathInfo(
            name=path.name,
            index=path.index,
            kind=path.kind,
            kind_source=path.kind_source,
            network=path.network,
            security=path.security,
            trust=path.trust.level,
            trust_reason=path.trust.reason,
            trust_source=path.trust.source,
            automatic_trust=path.automatic_trust.level,
            automatic_reason=path.automatic_trust.reason,
            network_trust=path.trust_decisions.network,
            interface_trust=path.trust_decisions.interface,
            network_ids=[str(each) for each in path.network_ids],
            tier=path.tier_now,
            tier_chosen=path.is_tier_chosen,
            tier_without_cap=path.tier,
            state=path.state,
            addresses=[str(each) for each in path.addresses],
            gateway=str(gateway) if gateway else None,
            gateways=[str(each) for each in path.gateways],
            rx_bytes=counters.rx_bytes,
            tx_bytes=counters.tx_bytes,
            rx_bit_s=rx_bit_s,
            tx_bit_s=tx_bit_s,
            metered=path.is_metered,
            metered_said=path.metered_said,
            cap=None if cap is None else cap_info(cap),
            usage=None if usage is None else _usage(usage),
        )


def _usage(usage: Usage) -> UsageInfo:
    return UsageInfo(
        today_bytes=usage.today_bytes,
        period_bytes=usage.period_bytes,
        period_first=usage.period.first.isoformat(),
        period_end=usage.period.end.isoformat(),
        counted_since=None if usage.counted_since is None else usage.counted_since.isoformat(),
        forecast_bytes=usage.forecast_bytes,
        allowed_today_bytes=usage.allowed_bytes,
        state=usage.state,
    )


def _rate(after: int, before: int, interval_s: float) -> float:
    # A counter that went back belongs to an interface that was made anew under the same index.
    return max(0, after - before) * _BITS_PER_BYTE / interval_s


class ConnectionRows:
    """The rows of connections. `unix_time` turns the ledger's clock into Unix time."""

    def __init__(self, *, unix_time: Callable[[float], float]) -> None:
        self._unix_time = unix_time
        self._connections: dict[Token, tuple[int, ConnectionInfo]] = {}
        """With the revision of the account that they show."""

    def living(self, accounts: Iterable[ConnectionAccount]) -> list[ConnectionInfo]:
        """Rows of the living connections, updated in place since the last call."""
        known, self._connections = self._connections, {}
        rows = []
        for account in accounts:
            revision, row = known.get(account.token) or (-1, self._new_row(account))
            if revision != account.revision:
                _update(row, account)
            told, named = row.app, account.application
            if (told.id, told.pid, told.app_id, told.reason, told.uid) != (
                named.id,
                named.pid,
                named.app_id,
                named.reason,
                account.owner_uid,
            ):
                row.app = _app(account)
            row.managed = not account.is_foreign
            self._update_policy(row, account)
            self._connections[account.token] = (account.revision, row)
            rows.append(row)
        return rows

    def ended(self, accounts: Iterable[ConnectionAccount]) -> list[ConnectionInfo]:
        """Rows of connections whose accounts are final."""
        rows = []
        for account in accounts:
            row = self._new_row(account)
            row.state = TcpState.CLOSED
            row.tx_bytes, row.rx_bytes = account.volume
            row.carried = _carried(account.carried())
            rows.append(row)
        return rows

    def _new_row(self, account: ConnectionAccount) -> ConnectionInfo:
        return ConnectionInfo(
            token=token_text(account.token),
            app=_app(account),
            local=str(account.flow.local),
            remote=str(account.flow.remote),
            state=account.state,
            fallback=account.is_fallback,
            server_side=account.is_server_side,
            managed=not account.is_foreign,
            opened=self._unix_time(account.opened),
            tx_bytes=0,
            rx_bytes=0,
            subflows=[],
            carried=[],
            policy=str(account.policy.decided_by),
            wait_ms=_wait_ms(account),
            expiration=None,
            protection=_protection(account),
            asked=list(account.wish.options),
            intent=account.policy.intent,
        )

    def _update_policy(self, row: ConnectionInfo, account: ConnectionAccount) -> None:
        row.policy = str(account.policy.decided_by)
        row.wait_ms = _wait_ms(account)
        row.intent = account.policy.intent
        row.expiration = self._expiration(account.expiration)
        row.protection = _protection(account)
        if row.asked or account.wish is not NOTHING_ASKED:
            row.asked = list(account.wish.options)

    def _expiration(self, view: ExpirationView | None) -> ExpirationInfo | None:
        if view is None:
            return None
        return ExpirationInfo(
            state=view.state,
            reason=view.reason,
            since=self._unix_time(view.since),
            path=view.path,
            helper=view.helper,
            waited_ms=_ms(view.waited_s),
            allowed_ms=wait_ms(view.allowed_s),
            pattern=None if view.grounds is None else view.grounds.traffic.pattern,
            traffic=None if view.grounds is None else _traffic(view.grounds),
        )


def _wait_ms(account: ConnectionAccount) -> Wait:
    """What is in force: a computed wait is known where it is computed."""
    if account.policy.intent is Intent.AUTOMATIC and account.expiration is not None:
        return wait_ms(account.expiration.allowed_s)
    return wait_ms(account.policy.wait_s)


def _traffic(grounds: Grounds) -> TrafficInfo:
    traffic, paths = grounds.traffic, grounds.paths
    return TrafficInfo(
        sent_bytes=traffic.sent_bytes,
        received_bytes=traffic.received_bytes,
        pause_s=traffic.pause_s,
        rate_bit_s=traffic.rate_byte_s * _BITS_PER_BYTE,
        carrier=paths.carrier if paths else None,
        carrier_rtt_ms=_ms(paths.carrier_rtt_s) if paths else None,
        helper=paths.helper if paths else None,
        helper_rtt_ms=_ms(paths.helper_rtt_s) if paths else None,
        metered_helpers=list(paths.metered_helpers) if paths else [],
    )


def _ms(time_s: float | None) -> float | None:
    return None if time_s is None else time_s * _MS_PER_S


def _protection(account: ConnectionAccount) -> ProtectionInfo:
    protection = account.protection
    return ProtectionInfo(
        demand=str(protection.demand),
        rule=str(account.policy.trust_decided_by),
        coverage=protection.coverage,
        reason=protection.reason,
        hold=protection.hold,
    )


def _update(row: ConnectionInfo, account: ConnectionAccount) -> None:
    row.state = account.state
    row.fallback = account.is_fallback
    row.tx_bytes, row.rx_bytes = account.volume
    row.subflows = [_subflow(each) for each in account.living_subflows()]
    row.carried = _carried(account.carried())


def _subflow(account: SubflowAccount) -> SubflowInfo:
    sample = account.sample
    return SubflowInfo(
        path=account.path,
        local=str(account.flow.local),
        remote=str(account.flow.remote),
        local_id=sample.local_id if sample else 0,
        remote_id=sample.remote_id if sample else 0,
        backup=BackupInfo(
            local=sample.is_backup_here if sample else False, peer=sample.is_backup_there if sample else False
        ),
        state=sample.state if sample else TcpState.ESTABLISHED,
        rtt_ms=sample.rtt_ms if sample else None,
        tx_bytes=account.volume.tx_bytes,
        rx_bytes=account.volume.rx_bytes,
        tx_bit_s=account.tx_bit_s,
        rx_bit_s=account.rx_bit_s,
        retransmits=account.retransmits,
    )


def application_rows(
    ledger: Ledger, badges: Mapping[str, tuple[Application, MultipathBadge]]
) -> list[ApplicationTotals]:
    """What each application of each user has moved since the daemon started, and those that are to move something.

    `badges` tells by id what is in force for those of which Multipath TCP was asked.
    """
    living = Counter(account.key for account in ledger.living())
    totals = ledger.application_totals()
    unseen = badges.keys() - {application_id for application_id, _uid in totals}
    waiting = [ApplicationAccount(application=badges[each][0], owner_uid=badges[each][0].uid) for each in unseen]
    return [
        ApplicationTotals(
            id=each.application.id,
            name=each.application.name,
            connections=living[each.key],
            carried=_carried(each.carried),
            help=help_counts(ledger.help_of(each)),
            uid=each.owner_uid,
            multipath=_multipath(badges.get(each.application.id)),
        )
        for each in (*totals.values(), *waiting)
    ]


def _multipath(found: tuple[Application, MultipathBadge] | None) -> MultipathInfo | None:
    if found is None:
        return None
    _application, badge = found
    return MultipathInfo(state=badge.state, obstacle=badge.obstacle, sentence=badge.sentence)


def sum_of_helps(helps: Iterable[HelpCounts]) -> HelpCounts:
    """Of several applications together."""
    total: Counter[str] = Counter()
    for each in helps:
        total.update(asdict(each))
    return HelpCounts(**total)


def help_counts(count: HelpCount) -> HelpCounts:
    return HelpCounts(
        openings=count.openings,
        failovers=count.failovers,
        detours=count.detours,
        returns=count.returns,
        moves=count.moves,
        helper_bytes=count.helper_bytes,
    )


def _app(account: ConnectionAccount) -> AppInfo:
    application = account.application
    return AppInfo(
        id=application.id,
        name=application.name,
        pid=application.pid,
        exe=application.exe,
        cgroup=application.cgroup,
        app_id=application.app_id,
        unit=application.unit,
        uid=account.owner_uid,
        icon=application.icon,
        script=application.script,
        reason=application.reason,
    )


def _carried(carried: Carried) -> list[CarriedInfo]:
    """By path; what no path carried (loopback, say) counts under an empty name."""
    return [
        CarriedInfo(path=path or LinkName(""), tx_bytes=volume.tx_bytes, rx_bytes=volume.rx_bytes)
        for path, volume in carried.items()
    ]


def cut_to_topics(frame: Frame, topics: Iterable[Topic], events: list[EventInfo]) -> Frame:
    """The part of a frame that a subscriber asked for, with its own events."""
    wanted = set(topics)
    return Frame(
        sequence=frame.sequence,
        time=frame.time,
        monotonic=frame.monotonic,
        simulated=frame.simulated,
        dropped=frame.dropped,
        paths=frame.paths if Topic.PATHS in wanted else [],
        connections=frame.connections if Topic.CONNECTIONS in wanted else [],
        ended=frame.ended if Topic.ENDED in wanted else [],
        applications=frame.applications if Topic.APPLICATIONS in wanted else [],
        events=events if Topic.EVENTS in wanted else [],
        changes=frame.changes,
    )
