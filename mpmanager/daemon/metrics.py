"""What monitoring systems are told: sums over paths and rules, and how the daemon itself is. Of nobody in particular.

No name of a user, a program, a network or a peer is in it, and how many figures there are is bounded.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import asdict

from mpmanager.api.exposition import Metric, MetricKind, Sample
from mpmanager.api.structures import EventKind, FenceInfo, HelpCounts, PathInfo, PolicyInfo, StatusInfo
from mpmanager.core.ledger import ConnectionAccount
from mpmanager.daemon.health import Health
from mpmanager.model.names import LinkName
from mpmanager.model.path import PathState, Tier
from mpmanager.model.policy import TrustDemand
from mpmanager.model.trust import Trust

MOST_PATHS = 64
"""What comes after these is counted and not told: a machine that makes interfaces without end fills no database."""

_PREFIX = "mpmanager_"
_MS_PER_S = 1000.0
_NO_PATH = "none"
"""As a label: of an address that is no path's."""
_HELPS = ("openings", "failovers", "detours", "returns", "moves")

Labelled = Iterable[tuple[Mapping[str, str], float | None]]
"""Labels, and a figure; none where it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What is told, as one viewer may know it."""

    status: StatusInfo
    paths: Sequence[PathInfo]
    accounts: Sequence[ConnectionAccount]
    """Of the living connections of everybody."""
    retransmits: Mapping[LinkName | None, int]
    policies: Sequence[PolicyInfo]
    help: HelpCounts
    dropped: Mapping[str | None, tuple[int, int]]
    """What fences have dropped, by path: packets and bytes."""
    is_enforced: bool
    events: Mapping[EventKind, int]
    subscribers: int
    health: Health


def metrics_of(seen: Observation) -> list[Metric]:
    """All figures, in a fixed order."""
    return [
        *_daemon_metrics(seen),
        *_path_metrics(_shown(seen.paths), seen),
        *_rule_metrics(seen.policies),
        *_help_metrics(seen.help),
        *_trust_metrics(seen),
        _counter("events_total", "Events recorded since the start, by kind.", _by_kind(seen.events)),
    ]


def _metric(name: str, kind: MetricKind, meaning: str, found: Labelled) -> Metric:
    samples = tuple(Sample(labels=labels, value=value) for labels, value in found if value is not None)
    return Metric(name=_PREFIX + name, kind=kind, meaning=meaning, samples=samples)


def _gauge(name: str, meaning: str, found: Labelled) -> Metric:
    return _metric(name, MetricKind.GAUGE, meaning, found)


def _counter(name: str, meaning: str, found: Labelled) -> Metric:
    return _metric(name, MetricKind.COUNTER, meaning, found)


def _one(value: float | None) -> Labelled:
    return [({}, value)]


def _daemon_metrics(seen: Observation) -> Iterator[Metric]:
    status, health = seen.status, seen.health
    yield _gauge("build_info", "Always 1; the version is a label.", [({"version": status.version}, 1)])
    yield _gauge("start_time_seconds", "Unix time of the start; each restart is another one.", _one(status.started))
    yield _gauge("event_loop_lag_seconds", "The longest delay of the main loop lately.", _one(health.lag_s))
    yield _counter("netlink_overruns_total", "How often events of the kernel were lost.", _one(health.overruns))
    yield _counter("cpu_seconds_total", "Time of processors that the daemon has used.", _one(health.cpu_s))
    yield _gauge("resident_memory_bytes", "Memory of the daemon.", _one(health.memory_bytes))
    yield _gauge("open_descriptors", "Files and sockets that the daemon holds.", _one(health.descriptors))
    yield _gauge("stream_subscribers", "Front ends that follow the daemon.", _one(seen.subscribers))
    yield _gauge("limits", "What cannot be done here; mpm status names it.", _one(len(status.limits)))
    yield _gauge("paths_omitted", f"Paths beyond {MOST_PATHS}, of which nothing is told.", _one(_omitted(seen)))
    yield _gauge("connections", "Living Multipath TCP connections.", _one(len(seen.accounts)))
    fallen = sum(each.is_fallback for each in seen.accounts)
    yield _gauge("connections_fallback", "Those of them that have fallen back to plain TCP.", _one(fallen))


def _omitted(seen: Observation) -> int:
    return max(0, len(seen.paths) - MOST_PATHS)


def _shown(paths: Sequence[PathInfo]) -> list[PathInfo]:
    """Those that are up first, where there are too many."""
    ranked = sorted(paths, key=lambda path: (path.state is not PathState.UP, path.index))
    return sorted(ranked[:MOST_PATHS], key=lambda path: path.index)


def _labels(path: PathInfo, **more: str) -> dict[str, str]:
    return {"path": path.name, **more}


def _path_metrics(paths: Sequence[PathInfo], seen: Observation) -> Iterator[Metric]:
    yield _gauge(
        "path_up",
        "Whether it has an address and a way out.",
        [(_labels(p, kind=p.kind), p.state is PathState.UP) for p in paths],
    )
    yield _gauge(
        "path_trusted", "Whether its network is trusted.", [(_labels(p), p.trust is Trust.TRUSTED) for p in paths]
    )
    yield _gauge("path_metered", "Whether what it carries costs something.", [(_labels(p), p.metered) for p in paths])
    yield _gauge(
        "path_tier",
        "When it may be used: 1 for the tier in force, 0 for the others.",
        [(_labels(p, tier=tier), p.tier is tier) for p in paths for tier in Tier],
    )
    yield _counter("path_receive_bytes_total", "Received by the interface.", [(_labels(p), p.rx_bytes) for p in paths])
    yield _counter("path_transmit_bytes_total", "Sent by the interface.", [(_labels(p), p.tx_bytes) for p in paths])
    yield from _cap_metrics(paths)
    yield from _subflow_metrics(paths, seen)


def _cap_metrics(paths: Sequence[PathInfo]) -> Iterator[Metric]:
    capped = [(path, path.cap) for path in paths if path.cap is not None]
    yield _gauge(
        "path_cap_bytes",
        "How much it may carry in a billing month or a day.",
        [
            (_labels(path, period=period), size)
            for path, cap in capped
            for period, size in (("month", cap.month_bytes), ("day", cap.day_bytes))
        ],
    )
    used = [(path, path.usage) for path in paths if path.usage is not None]
    yield _gauge(
        "path_used_bytes",
        "What it has carried in this billing month and today.",
        [
            (_labels(path, period=period), size)
            for path, usage in used
            for period, size in (("month", usage.period_bytes), ("day", usage.today_bytes))
        ],
    )


def _subflow_metrics(paths: Sequence[PathInfo], seen: Observation) -> Iterator[Metric]:
    subflows: Counter[str] = Counter()
    rtts_ms: dict[str, float] = {}
    for each in (subflow for account in seen.accounts for subflow in account.living_subflows()):
        name = each.path or _NO_PATH
        subflows[name] += 1
        if each.sample is not None and each.sample.rtt_ms is not None:
            rtts_ms[name] = min(each.sample.rtt_ms, rtts_ms.get(name, each.sample.rtt_ms))
    yield _gauge("path_subflows", "Living subflows of Multipath TCP.", [(_labels(p), subflows[p.name]) for p in paths])
    yield _gauge(
        "path_rtt_seconds",
        "The shortest smoothed round trip of its subflows; absent without any.",
        [(_labels(p), rtts_ms[p.name] / _MS_PER_S if p.name in rtts_ms else None) for p in paths],
    )
    yield _counter(
        "path_retransmitted_segments_total",
        "Segments of its subflows that were sent again.",
        [(_labels(p), seen.retransmits.get(LinkName(p.name), 0)) for p in paths],
    )


def _rule_metrics(policies: Sequence[PolicyInfo]) -> Iterator[Metric]:
    """Without the default, which is always there."""
    rules = policies[:-1]
    demands = Counter(_demand(each) for each in rules)
    yield _gauge(
        "rules",
        "Rules about applications, by what they demand of trust (none: nothing).",
        [({"demand": each}, demands[each]) for each in ("none", *TrustDemand)],
    )
    waits = sum(each.wait_ms is not None or each.intent is not None for each in rules)
    yield _gauge("rules_with_wait", "Those that say how long data may wait.", _one(waits))


def _demand(policy: PolicyInfo) -> str:
    return "none" if policy.trust is None else policy.trust.partition(":")[0].removesuffix("-strict")


def _help_metrics(helped: HelpCounts) -> Iterator[Metric]:
    counts = asdict(helped)
    yield _counter(
        "late_data_helped_total",
        "How often late data was helped: a helper opened, a path left, a congested one avoided, a return, a move.",
        [({"by": name}, counts[name]) for name in _HELPS],
    )
    yield _counter("helper_bytes_total", "Carried by helpers beside preferred paths.", _one(helped.helper_bytes))


def _trust_metrics(seen: Observation) -> Iterator[Metric]:
    yield _gauge("trust_enforced", "Whether the kernel holds programs to trusted paths.", _one(seen.is_enforced))
    is_paused = seen.status.paused_until is not None
    yield _gauge("paused", "Whether nothing of the rules is enforced for now.", _one(is_paused))
    by_path = sorted(seen.dropped.items(), key=lambda each: each[0] or "")
    yield _counter(
        "fence_dropped_packets_total",
        "Packets of restricted programs that were kept off paths.",
        [({"path": path or _NO_PATH}, packets) for path, (packets, _bytes) in by_path],
    )
    yield _counter(
        "fence_dropped_bytes_total",
        "The same in bytes.",
        [({"path": path or _NO_PATH}, size) for path, (_packets, size) in by_path],
    )


def _by_kind(events: Mapping[EventKind, int]) -> Labelled:
    return [({"kind": kind.value}, events.get(kind, 0)) for kind in EventKind]


class DropCounts:
    """What fences have dropped since the start, also of cgroups that have gone since."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, int], tuple[int, int]] = {}
        self._totals: dict[str | None, tuple[int, int]] = {}

    def take(self, fences: Iterable[FenceInfo]) -> Mapping[str | None, tuple[int, int]]:
        """Take in what they say now; returns packets and bytes by path."""
        known, self._last = self._last, {}
        for each in fences:
            now = each.dropped_packets, each.dropped_bytes
            before = known.get((each.cgroup, each.interface_index), (0, 0))
            self._last[each.cgroup, each.interface_index] = now
            # A fence that counts less than before is another one of the same name.
            packets, size = (a - b for a, b in zip(now, before, strict=True)) if now >= before else now
            path = each.path if each.path in self._totals or len(self._totals) < MOST_PATHS else None
            total = self._totals.get(path, (0, 0))
            self._totals[path] = total[0] + packets, total[1] + max(0, size)
        return self._totals
