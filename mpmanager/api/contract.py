"""The D-Bus contract, written once for both sides: the daemon serves it, the client calls it."""

from dataclasses import dataclass
from xml.etree import ElementTree as ET

from mpmanager.model.authority import Action

BUS_NAME = "io.github.mpmanager1"
OBJECT_PATH = "/io/github/mpmanager1"
INTERFACE = "io.github.mpmanager1.Manager"
ERROR_PREFIX = "io.github.mpmanager1.Error."


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One argument: its name and D-Bus signature."""

    name: str
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One method of the interface."""

    name: str
    action: Action
    """The least that a caller has to be allowed."""
    inputs: tuple[Argument, ...] = ()
    outputs: tuple[Argument, ...] = ()

    @property
    def input_signature(self) -> str:
        return "".join(each.signature for each in self.inputs)

    @property
    def output_signature(self) -> str:
        return "".join(each.signature for each in self.outputs)


GET_STATUS = Method(
    name="GetStatus",
    action=Action.INFO,
    outputs=(Argument(name="status", signature="a{sv}"),),
)
"""`StatusInfo`."""

GET_METRICS = Method(
    name="GetMetrics",
    action=Action.INFO,
    outputs=(Argument(name="text", signature="s"),),
)
"""How it goes, for monitoring systems: Prometheus' text format. Sums only, and without other users' rules and events,
which root's have."""

LIST_PATHS = Method(
    name="ListPaths",
    action=Action.INFO,
    outputs=(Argument(name="paths", signature="aa{sv}"),),
)
"""`PathInfo` each."""

RECENT_EVENTS = Method(
    name="RecentEvents",
    action=Action.INFO,
    inputs=(Argument(name="limit", signature="u"),),
    outputs=(Argument(name="events", signature="aa{sv}"),),
)
"""`EventInfo` each, the oldest first; `limit` at most (the daemon remembers 1,000)."""

SUBSCRIBE = Method(
    name="Subscribe",
    action=Action.INFO,
    inputs=(Argument(name="options", signature="a{sv}"),),
    outputs=(Argument(name="stream", signature="h"),),
)
"""Takes `SubscribeOptions`; the stream delivers frames: u32 length (big-endian), then a `Frame` as JSON."""

SET_PATH_TIER = Method(
    name="SetPathTier",
    action=Action.POLICY_SYSTEM,
    inputs=(Argument(name="path", signature="s"), Argument(name="tier", signature="s")),
)
"""`tier`: always, when-needed, backup, never, or auto (what the path's kind suggests)."""

SET_PATH_KIND = Method(
    name="SetPathKind",
    action=Action.POLICY_SYSTEM,
    inputs=(Argument(name="path", signature="s"), Argument(name="kind", signature="s")),
)
"""`kind`: a `PathKind`, or auto (what facts and detection say)."""

SET_PATH_TRUST = Method(
    name="SetPathTrust",
    action=Action.PATH_TRUST,
    inputs=(
        Argument(name="path", signature="s"),
        Argument(name="trust", signature="s"),
        Argument(name="scope", signature="s"),
        Argument(name="network", signature="s"),
    ),
)
"""`trust`: trusted, untrusted, or auto (what the network's nature suggests). `scope`: network, interface, or empty:
the network where it has a name, else the interface; with auto both. `network`: one of the path's `network_ids`, so that
what is meant for one network does not fall upon the next; empty for whatever it is in."""

SET_PATH_METERED = Method(
    name="SetPathMetered",
    action=Action.POLICY_SYSTEM,
    inputs=(Argument(name="path", signature="s"), Argument(name="metered", signature="s")),
)
"""`metered`: yes, no, or auto (what NetworkManager or the path's kind says)."""

SET_PATH_CAP = Method(
    name="SetPathCap",
    action=Action.POLICY_SYSTEM,
    inputs=(Argument(name="path", signature="s"), Argument(name="cap", signature="a{sv}")),
)
"""Takes a whole `CapInfo` in place of what was said; one with neither a month nor a day removes it."""

ALLOW_MORE = Method(
    name="AllowMore",
    action=Action.POLICY_SYSTEM,
    inputs=(Argument(name="path", signature="s"), Argument(name="bytes", signature="t")),
)
"""So much more than the caps say, until the local day ends, beside what was allowed today already; 0 takes all of it
back."""

PROBE_PATH = Method(
    name="ProbePath",
    action=Action.POLICY_OWN,
    inputs=(Argument(name="path", signature="s"),),
    outputs=(Argument(name="result", signature="a{sv}"),),
)
"""`GatewayAnswer`: asks the path's gateway five times, which takes two seconds at most."""

SET_WIRES_NEED_LOGIN = Method(
    name="SetWiresNeedLogin",
    action=Action.PATH_TRUST,
    inputs=(Argument(name="needed", signature="b"),),
)
"""Whether a cable is trusted only where a login (802.1X) has let this machine in; `StatusInfo` tells."""

LIST_POLICIES = Method(
    name="ListPolicies",
    action=Action.INFO,
    outputs=(Argument(name="policies", signature="aa{sv}"),),
)
"""`PolicyInfo` each, the most specific first; the default is always the last."""

EXPLAIN_POLICIES = Method(
    name="ExplainPolicies",
    action=Action.INFO,
    inputs=(Argument(name="query", signature="a{sv}"),),
    outputs=(Argument(name="policies", signature="aa{sv}"),),
)
"""Takes a `PolicyQuery`; `PolicyInfo` each of the rules about that, in the order in which they count: each part of a
policy is that of the first that says something of it; but a user's own rule only adds to the demand of trust."""

SET_POLICY = Method(
    name="SetPolicy",
    action=Action.POLICY_SYSTEM,
    inputs=(Argument(name="policy", signature="a{sv}"),),
)
"""Takes a whole `PolicyInfo` in place of the one with its selector; one that says nothing removes that."""

ENTER_SCOPE = Method(
    name="EnterScope",
    action=Action.POLICY_OWN,
    inputs=(Argument(name="process", signature="h"), Argument(name="options", signature="a{sv}")),
    outputs=(Argument(name="cgroup", signature="s"),),
)
"""Takes a pidfd of one of the caller's processes and `ScopeOptions`, and moves it to a cgroup of its own, in which
they are in force by then."""

GET_TRUST = Method(
    name="GetTrust",
    action=Action.INFO,
    outputs=(Argument(name="trust", signature="a{sv}"),),
)
"""`TrustInfo`."""

HOLD_CONNECTION = Method(
    name="HoldConnection",
    action=Action.POLICY_OWN,
    inputs=(Argument(name="token", signature="s"), Argument(name="held", signature="b")),
)
"""From now on the connection (its token as in `ConnectionInfo`) keeps to trusted paths, or no longer does. Where there
is no such path its data waits; Linux ends a connection that has had none for a minute. Another user's connection takes
`Action.POLICY_SYSTEM`."""

PAUSE_ENFORCING = Method(
    name="PauseEnforcing",
    action=Action.PATH_TRUST,
    inputs=(Argument(name="seconds", signature="u"),),
)
"""Holds nobody to trusted paths and watches no wait for so long (an hour at most), then by itself as before, whatever
becomes of the daemon. 0 ends it at once, which takes `Action.POLICY_OWN`. `StatusInfo` tells until when."""
CAPTURE_CONNECTION = Method(
    name="CaptureConnection",
    action=Action.POLICY_OWN,
    inputs=(
        Argument(name="token", signature="s"),
        Argument(name="seconds", signature="u"),
        Argument(name="max_bytes", signature="t"),
    ),
    outputs=(Argument(name="file", signature="h"),),
)
"""The packets of one connection (its token as in `ConnectionInfo`) and of no other, subflows that come later included:
a socket from which a pcapng file can be read, until its end. Another user's connection takes `Action.POLICY_SYSTEM`."""

LIST_SYSCTLS = Method(
    name="ListSysctls",
    action=Action.INFO,
    outputs=(Argument(name="sysctls", signature="aa{sv}"),),
)
"""`SysctlInfo` each: all `net.mptcp.*` that the kernel has, in the daemon's network namespace."""

SET_SYSCTL = Method(
    name="SetSysctl",
    action=Action.POLICY_SYSTEM,
    inputs=(
        Argument(name="name", signature="s"),
        Argument(name="value", signature="s"),
        Argument(name="persistent", signature="b"),
    ),
)
"""`name` with or without `net.mptcp.`. `persistent`: also from the next start on."""

UNDO_SYSCTL = Method(
    name="UndoSysctl",
    action=Action.POLICY_SYSTEM,
    inputs=(Argument(name="name", signature="s"),),
)
"""What it was before mpmanager set it, and no longer persistent."""

LIST_PROFILES = Method(
    name="ListProfiles",
    action=Action.INFO,
    outputs=(Argument(name="profiles", signature="aa{sv}"),),
)
"""`ProfileInfo` each."""

GET_PROFILE = Method(
    name="GetProfile",
    action=Action.INFO,
    inputs=(Argument(name="name", signature="s"),),
    outputs=(Argument(name="text", signature="s"),),
)
"""The text of a stored profile as it was handed in."""

CURRENT_DECISIONS = Method(
    name="CurrentDecisions",
    action=Action.INFO,
    outputs=(Argument(name="text", signature="s"),),
)
"""A profile with what people decided and what holds now, in words that other machines understand."""

PREVIEW_PROFILE = Method(
    name="PreviewProfile",
    action=Action.INFO,
    inputs=(Argument(name="text", signature="s"), Argument(name="mode", signature="s")),
    outputs=(Argument(name="changes", signature="a{sv}"),),
)
"""What would change with a profile, as `ProfileChanges`; `mode`: replace or merge. Nothing is changed."""

STORE_PROFILE = Method(
    name="StoreProfile",
    action=Action.IMPORT_PROFILE,
    inputs=(Argument(name="name", signature="s"), Argument(name="text", signature="s")),
)
"""Keeps a profile under a name, in place of the one that has it; nothing of it is in force by that, unless a network
in use has asked for it in vain."""

ACTIVATE_PROFILE = Method(
    name="ActivateProfile",
    action=Action.IMPORT_PROFILE,
    inputs=(Argument(name="name", signature="s"),),
)
"""Puts a profile in the place of all that people decided, as a choice by hand; what held becomes the profile `before`.
An empty name: from now on the networks in use choose (`FollowNetwork`). `Action.POLICY_SYSTEM` is enough where no right
is widened."""

DELETE_PROFILE = Method(
    name="DeleteProfile",
    action=Action.POLICY_SYSTEM,
    inputs=(Argument(name="name", signature="s"),),
)
"""Forgets a profile; what is in force stays."""

FOLLOW_NETWORK = Method(
    name="FollowNetwork",
    action=Action.IMPORT_PROFILE,
    inputs=(Argument(name="network", signature="s"), Argument(name="profile", signature="s")),
)
"""While a network (one of a path's `network_ids`, or `otherwise`) is in use, a profile is activated; empty: none."""

LIST_CHANGES = Method(
    name="ListChanges",
    action=Action.INFO,
    inputs=(Argument(name="limit", signature="u"),),
    outputs=(Argument(name="changes", signature="aa{sv}"),),
)
"""`ChangeInfo` each, the newest first; `limit` at most (the daemon remembers 100), without those of other users' own
rules."""

PREVIEW_UNDO = Method(
    name="PreviewUndo",
    action=Action.INFO,
    inputs=(Argument(name="id", signature="u"), Argument(name="with_later", signature="b")),
    outputs=(Argument(name="changes", signature="aa{sv}"),),
)
"""`ChangeInfo` each of what `UndoChange` would take back. Nothing is changed."""

UNDO_CHANGE = Method(
    name="UndoChange",
    action=Action.POLICY_OWN,
    inputs=(Argument(name="id", signature="u"), Argument(name="with_later", signature="b")),
    outputs=(Argument(name="changes", signature="aa{sv}"),),
)
"""Takes a change back; `id` 0: the last one that holds. `with_later`: with all later ones that are about the same, of
which there may else be none. Takes what making the opposite by hand takes. Returns what was taken back."""

REDO_CHANGE = Method(
    name="RedoChange",
    action=Action.POLICY_OWN,
    inputs=(Argument(name="id", signature="u"),),
    outputs=(Argument(name="changes", signature="aa{sv}"),),
)
"""Makes a change again; `id` 0: the one that was taken back last. Takes what making it by hand takes."""

PROVISIONAL_CHANGE = Method(
    name="ProvisionalChange",
    action=Action.INFO,
    inputs=(Argument(name="seconds", signature="u"),),
)
"""The caller's next change (within five minutes) is taken back after so many seconds, unless it is kept by then."""

GUARD_CHANGES = Method(
    name="GuardChanges",
    action=Action.INFO,
    inputs=(Argument(name="seconds", signature="u"),),
)
"""The same for all changes of the caller from now on that leave no path that programs can use."""

KEEP_CHANGE = Method(
    name="KeepChange",
    action=Action.POLICY_OWN,
    inputs=(Argument(name="id", signature="u"),),
)
"""Has a change stay that would be taken back by itself; `id` 0: the last such one. Another's takes what making it
takes."""
PROBE_PATHS = Method(
    name="ProbePaths",
    action=Action.INFO,
    inputs=(Argument(name="options", signature="a{sv}"),),
    outputs=(Argument(name="probes", signature="a{sv}"),),
)
"""Takes `ProbeOptions`, answers `ProbesInfo` within 30 s. Options that name a destination take `Action.POLICY_SYSTEM`;
without them nobody but each path's own gateway and name server is asked. One at a time."""

DIAGNOSE = Method(
    name="Diagnose",
    action=Action.INFO,
    inputs=(Argument(name="options", signature="a{sv}"),),
    outputs=(Argument(name="diagnosis", signature="a{sv}"),),
)
"""As `ProbePaths`, and what that and all else that is known amounts to: `DiagnosisInfo`. Of programs it tells those of
the caller's own, root all."""

REHEARSE = Method(
    name="Rehearse",
    action=Action.POLICY_SYSTEM,
    inputs=(Argument(name="path", signature="s"), Argument(name="seconds", signature="d")),
    outputs=(Argument(name="report", signature="a{sv}"),),
)
"""Swallows all that comes and goes on a path for 1 to 60 s, which ends by itself whatever happens, and answers
`RehearsalInfo` then. 0 seconds: the one that is under way ends now, and the answer is empty."""

QUERY_HISTORY = Method(
    name="QueryHistory",
    action=Action.INFO,
    inputs=(Argument(name="query", signature="a{sv}"),),
    outputs=(Argument(name="history", signature="s"),),
)
"""Takes a `HistoryQuery`; a `HistoryInfo` as JSON: what was carried in a day, week or month."""

ESTIMATE_WAIT = Method(
    name="EstimateWait",
    action=Action.INFO,
    inputs=(Argument(name="app", signature="s"), Argument(name="weeks", signature="u")),
    outputs=(Argument(name="estimate", signature="s"),),
)
"""A `WaitEstimate` as JSON: what wait budgets would have cost in the last weeks. `app`: the id of one of the caller's
applications, or a part of its name or id; empty for all of them."""

METHODS = (
    GET_STATUS,
    GET_METRICS,
    LIST_PATHS,
    RECENT_EVENTS,
    SUBSCRIBE,
    SET_PATH_TIER,
    SET_PATH_KIND,
    SET_PATH_TRUST,
    SET_PATH_METERED,
    SET_PATH_CAP,
    ALLOW_MORE,
    PROBE_PATH,
    SET_WIRES_NEED_LOGIN,
    LIST_POLICIES,
    EXPLAIN_POLICIES,
    SET_POLICY,
    GET_TRUST,
    HOLD_CONNECTION,
    CAPTURE_CONNECTION,
    ENTER_SCOPE,
    PAUSE_ENFORCING,
    LIST_SYSCTLS,
    SET_SYSCTL,
    UNDO_SYSCTL,
    LIST_PROFILES,
    GET_PROFILE,
    CURRENT_DECISIONS,
    PREVIEW_PROFILE,
    STORE_PROFILE,
    ACTIVATE_PROFILE,
    DELETE_PROFILE,
    FOLLOW_NETWORK,
    LIST_CHANGES,
    PREVIEW_UNDO,
    UNDO_CHANGE,
    REDO_CHANGE,
    PROVISIONAL_CHANGE,
    GUARD_CHANGES,
    KEEP_CHANGE,
    DIAGNOSE,
    ESTIMATE_WAIT,
    PROBE_PATHS,
    QUERY_HISTORY,
    REHEARSE,
)


def introspection_xml() -> str:
    """The interface as D-Bus introspection data (without the standard interfaces)."""
    node = ET.Element("node")
    interface = ET.SubElement(node, "interface", name=INTERFACE)
    for method in METHODS:
        element = ET.SubElement(interface, "method", name=method.name)
        for direction, arguments in (("in", method.inputs), ("out", method.outputs)):
            for argument in arguments:
                ET.SubElement(element, "arg", name=argument.name, type=argument.signature, direction=direction)
    ET.indent(node)
    return ET.tostring(node, encoding="unicode") + "\n"
