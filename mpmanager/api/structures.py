"""What travels over the bus; the same structures are the JSON of the command line.

Rates are bits per second over the last sampling interval, byte counts are payload unless said otherwise.
"""

from enum import StrEnum, unique
from typing import Literal

import msgspec

from mpmanager.model.caps import CapAction, CapState, PathCap
from mpmanager.model.change import AspectKind
from mpmanager.model.connection import TcpState
from mpmanager.model.diagnosis import FindingId, ProbeOutcome, ProbeStep, Severity
from mpmanager.model.expiration import ExpirationReason, ExpirationState
from mpmanager.model.multipath import MultipathObstacle, MultipathState
from mpmanager.model.path import KindSource, PathKind, PathState, Security, Tier
from mpmanager.model.policy import Intent
from mpmanager.model.profile import ChangeKind, ProfileChoice
from mpmanager.model.protection import Coverage, CoverageReason
from mpmanager.model.rehearsal import Endurance
from mpmanager.model.socket_options import SocketOption
from mpmanager.model.sysctl import SysctlKind
from mpmanager.model.traffic import TrafficPattern
from mpmanager.model.trust import Hold, Trust, TrustReason, TrustSource


class Structure(msgspec.Struct, kw_only=True, gc=False):
    """Base of all structures on the wire: unknown fields are ignored, so that either side may be newer.

    None can hold itself, so that the garbage collector need not look at the thousands of a frame.
    """


Wait = float | Literal["never"]
"""Milliseconds, 0 to 60,000; `never`: a backup is used when nothing else is left, as the stock kernel does."""


Trigger = float | Literal["off"]
"""A share of packets, over 0 to 1, that is not borne; `off`: any share is."""


class MandateInfo(Structure):
    """A profile in the administrator's directory, which people may be stricter than and not laxer."""

    file: str
    in_force: bool
    """Of a file that is refused: whether what it demanded before is."""
    name: str | None = None
    description: str = ""
    signer: str | None = None
    """The trusted key that has signed it, with its fingerprint; null: it is not signed."""
    refusal: str | None = None
    """Why it is not believed, with the line where that is known; null: it is."""


class StatusInfo(Structure):
    """The daemon as a whole."""

    version: str
    pid: int
    started: float
    """Unix time, seconds."""
    simulated: bool
    """True when nothing of what the daemon shows exists outside its memory."""
    path_manager: str
    """`userspace` while the daemon manages the connections of this namespace, else what manages them."""
    paths_up: int
    connections: int
    events: int
    """Events recorded since the start."""
    limits: list[str]
    """What cannot be done on this machine, one sentence each; empty when everything works."""
    notes: list[str] = []
    """What is not there and is done without, one sentence each."""
    wires_need_login: bool = False
    """Whether a cable is trusted only where a login (802.1X) has let this machine in."""
    paused_until: float | None = None
    """Unix time until which nothing of the policies is enforced; null: it is."""
    administrator: list[MandateInfo] = []
    """What configuration management has set down, in the order of the files."""


class CapInfo(Structure):
    """How much a path may carry, both directions together."""

    month_bytes: int | None = None
    reset_day: int = 1
    """Of the month (1 to 31), on which a billing month begins; months that have no such day begin on their last one."""
    day_bytes: int | None = None
    then: CapAction = CapAction.STOP
    """What becomes of the path: nothing new begins there (tier never), or it stands by (tier backup)."""

    def cap(self) -> PathCap | None:
        """What it says; None where it limits nothing. Unchecked."""
        if self.month_bytes is None and self.day_bytes is None:
            return None
        return PathCap(month_bytes=self.month_bytes, reset_day=self.reset_day, day_bytes=self.day_bytes, then=self.then)


def cap_info(cap: PathCap) -> CapInfo:
    """A cap as it travels."""
    return CapInfo(month_bytes=cap.month_bytes, reset_day=cap.reset_day, day_bytes=cap.day_bytes, then=cap.then)


class UsageInfo(Structure):
    """What a path has carried, both directions together, also before the daemon was restarted; days are local."""

    today_bytes: int
    period_bytes: int
    """In the present billing month; without a cap in the present month."""
    period_first: str
    """Its first day, as 2026-11-15."""
    period_end: str
    """The first day of the next one."""
    counted_since: str | None = None
    """The first day of which there is a count."""
    forecast_bytes: int | None = None
    """For the whole billing month, if it goes on as so far; null before a day of it was counted."""
    allowed_today_bytes: int = 0
    """Allowed today beyond the caps."""
    state: CapState = CapState.UNLIMITED
    """Of the cap that is used up further."""


class PathInfo(Structure):
    """One network path. Byte counts are those of the interface: everything it carried, headers included."""

    name: str
    index: int
    kind: PathKind
    kind_source: KindSource
    network: str | None
    security: Security | None
    tier: Tier
    tier_chosen: bool
    """Whether a person has set the tier; else the kind suggests it."""
    state: PathState
    addresses: list[str]
    """With prefix length, such as 192.0.2.7/24."""
    gateway: str | None
    gateways: list[str]
    rx_bytes: int
    tx_bytes: int
    rx_bit_s: float
    tx_bit_s: float
    trust: Trust = Trust.UNTRUSTED
    trust_reason: TrustReason = TrustReason.UNKNOWN
    trust_source: TrustSource = TrustSource.AUTOMATIC
    """Who decided: a person about this network or this interface, or nobody."""
    automatic_trust: Trust | None = None
    """What it would be if nothing had been said of it; null from a daemon that does not tell."""
    automatic_reason: TrustReason | None = None
    network_trust: Trust | None = None
    """What a person has said of this network; null: nothing."""
    interface_trust: Trust | None = None
    """What a person has said of this interface: counts where nothing was said of the network."""
    network_ids: list[str] = []
    """What names its network, the most telling first; empty where nothing does (yet)."""
    tier_without_cap: Tier | None = None
    """What `tier` is while no cap is reached; null from a daemon that knows nothing of caps."""
    metered: bool = False
    """Whether what it carries costs something, or drains a telephone."""
    metered_said: bool | None = None
    """The same, as a person has said; null: its kind, or NetworkManager, decides."""
    cap: CapInfo | None = None
    usage: UsageInfo | None = None
    """Null from a daemon that does not count."""
    administrator: list[str] = []
    """What files of the administrator say of it, each with the file."""


class GatewayAnswer(Structure):
    """How a path's gateway has answered just now."""

    path: str
    peer: str
    sent: int
    received: int
    """Many gateways, those of cellular networks above all, never answer: none tells nothing."""
    rtt_min_ms: float | None = None
    rtt_ms: float | None = None
    """The median; null where nothing was received."""
    rtt_max_ms: float | None = None


class AppInfo(Structure):
    """The program that owns a connection."""

    id: str
    name: str
    pid: int | None
    exe: str | None
    cgroup: str | None
    app_id: str | None = None
    """Of its desktop entry (`org.mozilla.firefox`) or container (`docker:0123456789ab`). A program in a terminal
    belongs to the terminal."""
    unit: str | None = None
    """The innermost unit of systemd that it runs in, such as `ssh.service`."""
    uid: int | None = None
    """Of the user to whom the socket belongs; null while that is not known."""
    icon: str | None = None
    """A name to look up in an icon theme, or a path."""
    script: str | None = None
    """What an interpreter runs: an absolute path, or the name of a module."""
    reason: str = ""
    """How it was recognised; empty where it was not."""


class PairWaitInfo(Structure):
    """How long data on one path may wait before one other path helps."""

    carrier: str
    helper: str
    wait_ms: Wait


class TierChoiceInfo(Structure):
    """When an application may use some paths."""

    paths: str
    """`path:wlan0`, `kind:lte`, or `metered`, `unmetered`, `trusted`, `untrusted`, `any`."""
    tier: str
    """As in `PathInfo.tier`, or `auto`: the path's own."""


class PolicyInfo(Structure):
    """What somebody has said about some applications; null where nothing was said."""

    selector: str
    """`default`, or conditions with a space between them: `exe:/path`, `script:/path`, `app:ID`, `unit:NAME` or
    `cgroup:/path`, and
    `user:NAME`, `host:NAME`, `to:NETWORK`, `port:NUMBER`, `on:NETWORK-IN-USE`."""
    wait_ms: Wait | None = None
    """Expiration delay: how long data may wait before paths of tier when-needed help; 0 pools everything."""
    pairs: list[PairWaitInfo] = []
    """Exceptions from `wait_ms` for pairs of paths."""
    big_transfers_to: str | None = None
    """The path to which connections go that move much within a second."""
    big_over_bytes: int | None = None
    """What is much; null: 1,000,000."""
    leave_on_marks: Trigger | None = None
    """A path is left for a while when, of what it delivered within a round trip, more carries congestion marks."""
    leave_on_loss: Trigger | None = None
    """The same when, of what was sent over it, more had to be sent again."""
    trust: str | None = None
    """What keeps to trusted paths: `any` (nothing is held), `handshake`, `handshake-strict`, `first:BYTES`,
    `first-strict:BYTES` or `only`."""
    intent: Intent | None = None
    """Gives the wait where `wait_ms` does not."""
    tiers: list[TierChoiceInfo] = []
    """When they may use which paths; of those about the same path the most specific counts."""
    multipath: bool | None = None
    """False: one subflow is enough. True: also for programs that do not ask for it, as far as that can be had."""
    lowest_delay: bool | None = None
    """True: of the paths that may carry, the one with the shortest round trip does."""
    temporary: bool = False
    """A temporary rule stands beside the lasting one with its selector, and counts before it."""
    until: float | None = None
    """Unix time when a temporary rule ends; null: when the machine restarts."""
    owner: int | None = None
    """The user whose rule it is; null: the administrator's. Told, and not to be set."""
    origin: str | None = None
    """The administrator's file that says so, or part of it; null: people have. Told, and not to be set."""


class PolicyQuery(Structure):
    """About what to tell the rules: one of these."""

    token: str | None = None
    """A living connection."""
    app: str | None = None
    """The `AppInfo.id` of an application that has or had a connection, whatever it connects to."""


class ProfileInfo(Structure):
    """A stored profile."""

    name: str
    description: str = ""
    active: bool = False
    """Whether it was the last one to be activated."""
    changed: bool = False
    """Of the active one: whether something was decided since that it does not say."""
    chosen: ProfileChoice | None = None
    """Of the active one: who chose it."""
    follows: list[str] = []
    """The networks with which it is activated; `otherwise`: with all others."""
    mistakes: list[str] = []
    """What of it cannot be used, each with its place."""
    signer: str | None = None
    """As the signature says, which is not checked here; null: it has none."""


class ProfileChangeInfo(Structure):
    """One thing that a profile changes."""

    kind: ChangeKind
    about: str
    """The network, the paths, or the selector and what of its rule."""
    before: str
    """In the words of the file; empty: nothing was said."""
    after: str
    widens_rights: bool
    """Whether less trust is demanded, a network may be trusted that is not now, or metered paths are used more."""


class PlacedReferenceInfo(Structure):
    """What a profile calls some paths, and which these are here."""

    reference: str
    """`kind:wifi`, `kind:wifi:2` (by name the second), `path:wlan0`, or a role."""
    paths: list[str]
    """Empty: there is none now, and what is said of it has no effect."""
    users: list[str]
    """Who speaks of it: `tiers`, and selectors of rules."""


class ProfileChanges(Structure):
    """What would become of this machine's decisions."""

    name: str
    changes: list[ProfileChangeInfo] = []
    """Those that widen rights first."""
    references: list[PlacedReferenceInfo] = []
    mistakes: list[str] = []
    """What of the profile cannot be used, each with its place."""


class ChangePartInfo(Structure, kw_only=True):
    """One decision that became another by a change."""

    kind: AspectKind
    about: str
    """The path, the network, or the selector of the rule; empty where there is only one such decision."""
    before: str | None = None
    """A tier, a kind, how far trusted, a profile, `true`; null: nothing was said, or a rule, which `text` tells."""
    after: str | None = None
    text: str
    """One sentence for people."""


class ChangeInfo(Structure):
    """Decisions that became others together, and can be taken back."""

    id: int
    time: float
    """Unix time."""
    text: str
    """One sentence for people."""
    uid: int | None = None
    """Of the user who has made it; null: the daemon did, for the networks in use."""
    program: str | None = None
    """With which it was made, as that calls itself; null where that is not known or another user's."""
    parts: list[ChangePartInfo] = []
    """50 at most."""
    taken_back: float | None = None
    """Unix time at which it was taken back; null: it was not."""
    later: list[int] = []
    """Changes since that are about the same, and have to be taken back with it."""
    keep_until: float | None = None
    """Unix time at which it is taken back, or what was taken back is made again, unless somebody keeps it so."""


class BackupInfo(Structure):
    """Who has marked a subflow as backup."""

    local: bool
    peer: bool


class SubflowInfo(Structure):
    """One living subflow."""

    path: str | None
    """None when its address belongs to no path any more."""
    local: str
    remote: str
    local_id: int
    remote_id: int
    backup: BackupInfo
    state: TcpState
    rtt_ms: float | None
    tx_bytes: int
    rx_bytes: int
    tx_bit_s: float
    rx_bit_s: float
    retransmits: int


class TrafficInfo(Structure):
    """What an automatic wait is computed from beside the pattern: what is usual, and the paths that it is about.

    Null: not known yet, or no such path.
    """

    sent_bytes: float | None
    """Between two pauses, as `received_bytes`."""
    received_bytes: float | None
    pause_s: float | None
    rate_bit_s: float
    """Of both directions together, while something passes."""
    carrier: str | None
    carrier_rtt_ms: float | None
    """The shortest round trip."""
    helper: str | None
    """The fastest that may help."""
    helper_rtt_ms: float | None
    metered_helpers: list[str]


class ExpirationInfo(Structure):
    """What late data has led to on one connection."""

    state: ExpirationState
    reason: ExpirationReason
    since: float
    """Unix time."""
    path: str | None
    """The path that is late, suspected or left."""
    helper: str | None
    """The path that carries beside it or instead of it."""
    waited_ms: float | None
    allowed_ms: Wait
    pattern: TrafficPattern | None = None
    """What the connection does; null where its wait is not automatic."""
    traffic: TrafficInfo | None = None
    """Null where `pattern` is."""


class CarriedInfo(Structure):
    """What one path has carried of a connection or an application, ended subflows included."""

    path: str
    tx_bytes: int
    rx_bytes: int


class ProtectionInfo(Structure):
    """What of a connection has to keep to trusted paths, and how far that holds."""

    demand: str
    """As in `PolicyInfo.trust`: the strictest of what rules and its cgroup demand."""
    rule: str
    """Selector of the rule that says so."""
    coverage: Coverage
    reason: CoverageReason
    """Why it holds so far and no further."""
    hold: Hold
    """What it may do on untrusted paths at the moment."""


class ConnectionInfo(Structure):
    """One MPTCP connection. Its own byte counts are of the stream, each byte once."""

    token: str
    """Such as 0x2833a25d."""
    app: AppInfo
    local: str
    remote: str
    state: TcpState
    fallback: bool
    server_side: bool
    managed: bool
    """False for a connection that was made before the daemon took over: it keeps the subflows it has."""
    opened: float
    """Unix time at which the daemon first saw it."""
    tx_bytes: int
    rx_bytes: int
    subflows: list[SubflowInfo]
    carried: list[CarriedInfo]
    policy: str
    """Selector of the rule that says how long data may wait."""
    wait_ms: Wait
    """What is in force: also where an intent gives it, or where it is automatic."""
    expiration: ExpirationInfo | None
    """Null while nothing is watched: under the policy `never`, and where there is no second path."""
    protection: ProtectionInfo | None = None
    """Null from a daemon that knows nothing of trust."""
    withheld: bool = False
    """Whether it is another user's: its program, its remote ends and its rules are `withheld` then."""
    asked: list[SocketOption] = []
    """What the program itself has set on its socket: its word on the wait counts before every rule."""
    intent: Intent | None = None
    """What the rule says that it is for, where it names no wait."""


class HelpCounts(Structure):
    """How often late data was helped since the daemon started, and what it cost."""

    openings: int = 0
    """A helper was opened beside a path that was full."""
    failovers: int = 0
    """A path that delivered nothing was left."""
    detours: int = 0
    """A congested path was avoided for a while."""
    returns: int = 0
    """The preferred path carries again."""
    moves: int = 0
    """A big transfer was moved to its own path."""
    helper_bytes: int = 0
    """Carried by helpers while they were open, both directions."""


class MultipathInfo(Structure):
    """What is really in force for an application of which a rule asks that it uses Multipath TCP."""

    state: MultipathState
    obstacle: MultipathObstacle | None
    """Why it is not in force, as far as that is known."""
    sentence: str
    """For people."""


class ApplicationTotals(Structure):
    """What an application has moved over MPTCP since the daemon started, ended connections included.

    Those of other users come as one, without name and under the id `withheld`, unless root asks.
    """

    id: str
    name: str
    connections: int
    """Living ones."""
    carried: list[CarriedInfo]
    help: HelpCounts
    uid: int | None = None
    """Of the user who runs it: there is one entry for each; null for those of other users."""
    multipath: MultipathInfo | None = None
    """Null where no rule asks for it."""


class RestrictionInfo(Structure):
    """What the kernel holds the processes of a cgroup to."""

    cgroup: str
    demand: str
    """As in `PolicyInfo.trust`."""
    is_scope: bool
    """Whether `mpm run` has made the cgroup."""
    rules: list[str] = []
    """Selectors of the rules that are about this very cgroup."""


class FenceInfo(Structure):
    """What the processes of a cgroup under `only` have sent over one interface, and what was dropped of it."""

    cgroup: str
    interface_index: int
    passed_packets: int
    passed_bytes: int
    dropped_packets: int
    dropped_bytes: int
    path: str | None = None
    """None for an interface that is no path."""


class PlainDestinationInfo(Structure):
    """Somebody who speaks no Multipath TCP: connections there may open on any path, as plain TCP."""

    destination: str
    until: float
    """Unix time."""
    uid: int | None = None
    """Of the user whose connection has shown it last: nobody else but root sees it."""


class TrustInfo(Structure):
    """What of trust is in force."""

    enforced: bool
    """Whether the kernel takes restrictions at all."""
    limits: list[str]
    """What does not hold on this machine, one sentence each."""
    root: str
    """The cgroup of everybody."""
    restrictions: list[RestrictionInfo]
    fences: list[FenceInfo]
    plain_destinations: list[PlainDestinationInfo]
    paused_until: float | None = None
    """As in `StatusInfo`: what stands in the kernel lets everything pass until then."""


@unique
class EventKind(StrEnum):
    """What can happen."""

    DAEMON_STARTED = "daemon-started"
    PATH_ADDED = "path-added"
    PATH_REMOVED = "path-removed"
    PATH_UP = "path-up"
    PATH_DOWN = "path-down"
    PATH_CHANGED = "path-changed"
    TIER_CHANGED = "tier-changed"
    TRUST_CHANGED = "trust-changed"
    CAP_CHANGED = "cap-changed"
    CAP_WARNING = "cap-warning"
    CAP_REACHED = "cap-reached"
    CAP_LIFTED = "cap-lifted"
    CONNECTION_OPENED = "connection-opened"
    CONNECTION_CLOSED = "connection-closed"
    CONNECTION_FELL_BACK = "connection-fell-back"
    CONNECTION_UNMANAGED = "connection-unmanaged"
    HANDSHAKE_UNPROTECTED = "handshake-unprotected"
    ENFORCEMENT_FAILED = "enforcement-failed"
    SUBFLOW_OPENED = "subflow-opened"
    SUBFLOW_CLOSED = "subflow-closed"
    SUBFLOW_REFUSED = "subflow-refused"
    BACKUP_OPENED = "backup-opened"
    BACKUP_CLOSED = "backup-closed"
    STEERED = "steered"
    STEERED_BACK = "steered-back"
    FAILED_OVER = "failed-over"
    RETURNED = "returned"
    TRANSFER_MOVED = "transfer-moved"
    TRANSFER_RETURNED = "transfer-returned"
    POLICY_CHANGED = "policy-changed"
    SYSCTL_CHANGED = "sysctl-changed"
    PROFILE_CHANGED = "profile-changed"
    ENFORCING_PAUSED = "enforcing-paused"
    ENFORCING_RESUMED = "enforcing-resumed"
    CHANGE_TAKEN_BACK = "change-taken-back"
    CHANGE_MADE_AGAIN = "change-made-again"
    RESYNCHRONISED = "resynchronised"
    REHEARSAL_BEGAN = "rehearsal-began"
    REHEARSAL_ENDED = "rehearsal-ended"


class SysctlInfo(Structure):
    """One of the kernel's settings of Multipath TCP, as they are in the daemon's network namespace."""

    name: str
    """With `net.mptcp.`."""
    kind: SysctlKind
    value: str
    default: str | None
    """The kernel's own; null where it depends on the machine, or is not known."""
    meaning: str
    """One sentence for people."""
    lowest: int | None = None
    highest: int | None = None
    """Inclusive; null where it is no number."""
    choices: list[str] = []
    """Empty where any number between `lowest` and `highest` will do."""
    refusal: str | None = None
    """Why it cannot be set, in words; null: it can."""
    warning: str | None = None
    """What the value does to mpmanager's work, one sentence; null: nothing worth telling."""
    before: str | None = None
    """What it was before mpmanager set it, and is again after `UndoSysctl`; null where it was not set."""
    kept: str | None = None
    """What it becomes when the machine (for a daemon on a bus of its own: the daemon) starts again; null: not kept."""
    kept_in: str | None = None
    """The file that says so."""


class EventInfo(Structure):
    """Something that happened."""

    id: int
    time: float
    """Unix time, seconds."""
    kind: EventKind
    text: str
    """One sentence for people."""
    path: str | None = None
    token: str | None = None
    app: str | None = None
    """Application id."""
    uid: int | None = None
    """Of the user whose connection it is about: nobody else but root sees it."""
    helper: str | None = None
    """The path that helps, or helped."""
    trust: Trust | None = None
    """How far the path is trusted now."""
    trust_reason: TrustReason | None = None
    reason: ExpirationReason | None = None
    waited_ms: float | None = None
    """How long the oldest data had waited beyond the path's own round trip."""
    allowed_ms: Wait | None = None
    helper_bytes: int | None = None
    """What the helper carried until it was closed again."""
    lasted_s: float | None = None
    """From opening to closing, or from leaving to return."""


class ProbeOptions(Structure):
    """What to try, beside what every examination does: each path's own route, gateway and name server are asked.

    Nothing is sent to anybody else unless it is named here, which takes `Action.POLICY_SYSTEM`.
    """

    path: str | None = None
    """Only this one; null: all that could be used."""
    server: str = ""
    """Address and port, such as `192.0.2.7:443` or `[2001:db8::7]:443`: is it reached over every path, and which of the
    options of Multipath TCP pass?"""
    portal_url: str = ""
    """`http://`, answered with status 204, or with `portal_text` first: else a captive portal has answered."""
    portal_text: str = ""
    trace: str = ""
    """An address: which routers lead there?"""


class ProbeInfo(Structure):
    """One step of an examination on one path."""

    path: str
    step: ProbeStep
    outcome: ProbeOutcome
    target: str = ""
    """Whom it has asked."""
    detail: str = ""
    """Why it was not asked, or what the answer was; for people."""
    took_ms: float | None = None
    """Until the answer; null where there was none."""


class HopInfo(Structure):
    """One router on the way to somewhere."""

    path: str
    distance: int
    """1 is the first router."""
    address: str | None
    """Null: it did not answer."""
    took_ms: float | None
    destination: bool = False


class ProbesInfo(Structure):
    """What came of trying."""

    probes: list[ProbeInfo] = []
    hops: list[HopInfo] = []
    took_s: float = 0.0


class FindingInfo(Structure):
    """One thing that is not as it should be, and one way to mend it."""

    id: FindingId
    severity: Severity
    title: str
    measured: str
    """What was seen, one sentence."""
    meaning: str
    fix: str
    command: str = ""
    """Of `mpm`, where one mends it."""
    path: str | None = None


class DiagnosisInfo(ProbesInfo):
    """What came of an examination; the worst finding first."""

    findings: list[FindingInfo] = []


class RehearsedInfo(Structure):
    """How one Multipath TCP connection got through the loss of a path."""

    token: str
    app: str
    remote: str
    outcome: Endurance
    waited_ms: float | None
    """The longest time for which it had something to carry and nothing moved; null where nothing was to be carried."""
    moved_to: list[str] = []
    """Paths that carried for it meanwhile."""
    moved_bytes: int = 0
    """By these, both directions."""
    fallback: bool = False
    """Whether it had fallen back to plain TCP, and could not move."""


class PlainStallInfo(Structure):
    """A program whose plain TCP connections were on the path: they had to wait, or ended."""

    app: str
    connections: int


class RehearsalInfo(Structure):
    """What would survive the loss of a path. All that was on it is in `connections` and `plain`, the worst first."""

    path: str
    took_s: float
    connections: list[RehearsedInfo] = []
    plain: list[PlainStallInfo] = []


@unique
class Topic(StrEnum):
    """What a stream can carry."""

    PATHS = "paths"
    CONNECTIONS = "connections"
    ENDED = "ended"
    """Connections that ended in the last minute, with their final accounts (1,000 at most)."""
    APPLICATIONS = "applications"
    EVENTS = "events"


class SubscribeOptions(Structure):
    """What a subscriber wants."""

    interval_s: float = 1.0
    """Between frames; 0.1 to 60."""
    count: int = 0
    """Frames after which the stream ends; 0: never."""
    topics: list[Topic] = msgspec.field(default_factory=lambda: [Topic.PATHS, Topic.CONNECTIONS, Topic.EVENTS])


class ScopeOptions(Structure):
    """What a program is held to from its start."""

    trust: str | None = None
    """As in `PolicyInfo`; null: what holds for the caller. What is stricter of the two comes about."""
    wait_ms: Wait | None = None
    """This and the following as in `PolicyInfo`; they count before all rules."""
    intent: Intent | None = None
    tiers: list[TierChoiceInfo] = []
    lowest_delay: bool | None = None
    multipath: bool | None = None
    app: str | None = None
    """The id of the application as which it runs: it is under the rules of that one, and shown with it."""


class Frame(Structure):
    """One tick of a stream. A topic that was not asked for is an empty list.

    A slow reader misses frames (`dropped` counts them) but no event: events wait for the next frame.
    """

    sequence: int
    time: float
    """Unix time, seconds."""
    monotonic: float
    """Seconds of the daemon's monotonic clock: differences are exact when the system clock jumps."""
    simulated: bool
    dropped: int
    paths: list[PathInfo] = []
    connections: list[ConnectionInfo] = []
    ended: list[ConnectionInfo] = []
    applications: list[ApplicationTotals] = []
    events: list[EventInfo] = []
    changes: int = 0
    """Grows whenever `ListChanges` would tell something else."""
    events_lost: int = 0
    """Events since the frame before that were forgotten before they could be sent, of all users together."""
