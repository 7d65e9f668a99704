"""What is found when somebody asks why something does not work: probes of paths, and findings."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique

from mpmanager.model.connection import Endpoint
from mpmanager.model.names import IPAddress, LinkName


@unique
class Severity(StrEnum):
    """How bad a finding is, the worst first."""

    PROBLEM = "problem"
    """Something does not work."""
    WARNING = "warning"
    """It works less well than it could, or not as somebody has decided."""
    NOTE = "note"
    """Worth knowing; nothing is wrong."""


@unique
class ProbeStep(StrEnum):
    """What a probe asks of a path, in the order in which one needs the other."""

    ROUTE = "route"
    """Whether the kernel leads what leaves from the path's own address."""
    GATEWAY = "gateway"
    DNS = "dns"
    PORTAL = "portal"
    SERVICE = "service"
    """Plain TCP to the chosen server."""
    SYN = "syn"
    """Whether a SYN that asks for Multipath TCP is answered at all."""
    CAPABLE = "mp-capable"
    JOIN = "mp-join"
    ADD_ADDRESS = "add-addr"


@unique
class ProbeOutcome(StrEnum):
    """What came of a probe."""

    OK = "ok"
    SILENT = "silent"
    """Nobody answered in time."""
    REFUSED = "refused"
    """Somebody answered that it is not to be had."""
    STRIPPED = "stripped"
    """It was answered, and the option of Multipath TCP was not in the answer."""
    PORTAL = "portal"
    """Somebody else has answered than who was asked."""
    NO_ROUTE = "no-route"
    FORBIDDEN = "forbidden"
    """This machine itself lets nothing out there."""
    NOT_SEEN = "not-seen"
    """It did not happen, which proves nothing."""
    NOT_ASKED = "not-asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One step on one path."""

    path: LinkName
    step: ProbeStep
    outcome: ProbeOutcome
    target: str = ""
    """Whom it has asked."""
    detail: str = ""
    """Why it was not asked, or what the answer was, in words; may be empty."""
    took_ms: float | None = None
    """Until the answer; None where there was none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One router on the way of a path to somewhere."""

    path: LinkName
    distance: int
    """1 is the first router."""
    address: IPAddress | None
    """None: it did not answer."""
    took_ms: float | None
    is_destination: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeWishes:
    """Whom to ask beside a path's own gateway and its own name server; what is None is not asked at all."""

    server: Endpoint | None = None
    portal_url: str | None = None
    portal_text: str = ""
    """What the answer of `portal_url` has to begin with; empty: it must have no content (status 204)."""
    trace: IPAddress | None = None


@unique
class FindingId(StrEnum):
    """The names of what can be found."""

    NO_ADDRESS = "no-address"
    NO_GATEWAY = "no-gateway"
    NO_ROUTE = "no-route"
    GATEWAY_SILENT = "gateway-silent"
    NO_DNS = "no-dns"
    CAPTIVE_PORTAL = "captive-portal"
    SERVICE_UNREACHABLE = "service-unreachable"
    MPTCP_STRIPPED = "mptcp-stripped"
    JOIN_STRIPPED = "join-stripped"
    PEER_WITHOUT_MPTCP = "peer-without-mptcp"
    OTHER_PATH_MANAGER = "other-path-manager"
    OTHER_LISTENER = "other-listener"
    KERNEL_ENDPOINTS = "kernel-endpoints"
    APPLICATION_WITHOUT_MPTCP = "application-without-mptcp"
    CAP_REACHED = "cap-reached"
    RULE_SHADOWED = "rule-shadowed"
    OLDER_KERNEL = "older-kernel"
    DAEMON_LIMIT = "daemon-limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not as it should be: what was measured, what that means, and one way to mend it."""

    id: FindingId
    severity: Severity
    title: str
    measured: str
    meaning: str
    fix: str
    command: str = ""
    """Of `mpm`, where one mends it."""
    path: LinkName | None = None


STEP_WORDS: Mapping[ProbeStep, str] = {
    ProbeStep.ROUTE: "route",
    ProbeStep.GATEWAY: "gateway",
    ProbeStep.DNS: "name server",
    ProbeStep.PORTAL: "captive portal",
    ProbeStep.SERVICE: "TCP",
    ProbeStep.SYN: "SYN of MPTCP",
    ProbeStep.CAPABLE: "MP_CAPABLE",
    ProbeStep.JOIN: "MP_JOIN",
    ProbeStep.ADD_ADDRESS: "ADD_ADDR",
}
"""For people."""
