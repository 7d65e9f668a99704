"""Why something does not work: a table of all that can be found, from what was measured.

Every row looks at the evidence and says once for each case what was measured; what that means and what mends it stands
in the table.
"""

import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields

from mpmanager.core.caps import CapReached
from mpmanager.model.diagnosis import Finding, FindingId, Probe, ProbeOutcome, ProbeStep, Severity
from mpmanager.model.kernel import KernelFeature, KernelTrial
from mpmanager.model.names import LinkName
from mpmanager.model.path import Path, PathState, Tier
from mpmanager.model.pathmanager import EventListener, KernelEndpoint
from mpmanager.model.policy import Life, PolicyRule

OUR_PATH_MANAGER = "userspace"
_PATH_MANAGERS = frozenset({"mptcpd"})
"""Programs that steer the connections whose events they hear; others may only look (`ip mptcp monitor`)."""
_SEVERITIES = tuple(Severity)
_NOTHING_MISSING = KernelTrial()
_NOT_WORDS = {"selector", "life", "owner_uid", "origin"}
"""Fields of a rule that say about whom, for how long and by whom it speaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainTcp:
    """A program whose connections are plain TCP."""

    name: str
    selector: str
    """As `mpm app set` takes it."""
    connections: int
    is_asked: bool
    """Whether a rule asks that it uses Multipath TCP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FallenBack:
    """A connection that asked for Multipath TCP and got plain TCP."""

    name: str
    remote: str
    path: LinkName | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that was measured and is known."""

    paths: tuple[Path, ...] = ()
    probes: tuple[Probe, ...] = ()
    path_manager: str = OUR_PATH_MANAGER
    other_listeners: tuple[EventListener, ...] = ()
    kernel_endpoints: tuple[KernelEndpoint, ...] = ()
    limits: tuple[str, ...] = ()
    """What the daemon cannot do here, one sentence each."""
    fallen_back: tuple[FallenBack, ...] = ()
    plain: tuple[PlainTcp, ...] = ()
    caps_reached: tuple[CapReached, ...] = ()
    rules: tuple[PolicyRule, ...] = ()
    kernel: KernelTrial = _NOTHING_MISSING

    def of_step(self, step: ProbeStep, *outcomes: ProbeOutcome) -> Iterator[Probe]:
        """Probes of one step with one of these outcomes."""
        return (each for each in self.probes if each.step is step and each.outcome in outcomes)

    def has(self, step: ProbeStep, outcome: ProbeOutcome, *, path: LinkName | None = None, target: str = "") -> bool:
        """Whether a step came out so: on this path, with this target, where one is named."""
        found = self.of_step(step, outcome)
        return any((path in {None, each.path}) and (target in {"", each.target}) for each in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """That a finding is there, once."""

    measured: str
    path: LinkName | None = None
    subject: str = ""
    """What the command of the fix is about, where that is no path."""
    severity: Severity | None = None
    """Where it differs from the table's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One row of the table."""

    id: FindingId
    severity: Severity
    look: Callable[[Evidence], Iterator[Case]]
    title: str
    meaning: str
    fix: str
    command: str = ""
    """With `{path}` or `{subject}`."""

    def findings(self, evidence: Evidence) -> Iterator[Finding]:
        """One for each case."""
        for case in self.look(evidence):
            yield Finding(
                id=self.id,
                severity=case.severity or self.severity,
                title=self.title,
                measured=case.measured,
                meaning=self.meaning,
                fix=self.fix,
                command=self.command.format(path=case.path, subject=shlex.quote(case.subject)),
                path=case.path,
            )


def findings(evidence: Evidence) -> tuple[Finding, ...]:
    """All that there is to say, the worst first, else in the order of the table."""
    found = [finding for row in DIAGNOSES for finding in row.findings(evidence)]
    return tuple(sorted(found, key=lambda each: _SEVERITIES.index(each.severity)))


def _used(evidence: Evidence, state: PathState) -> Iterator[Path]:
    return (each for each in evidence.paths if each.state is state and each.tier is not Tier.NEVER)


def _no_address(evidence: Evidence) -> Iterator[Case]:
    for path in _used(evidence, PathState.NO_ADDRESS):
        yield Case(path=path.name, measured=f"{path.name} has a carrier and no address of global scope.")


def _no_gateway(evidence: Evidence) -> Iterator[Case]:
    for path in _used(evidence, PathState.LOCAL_ONLY):
        addresses = ", ".join(str(each) for each in path.addresses)
        yield Case(path=path.name, measured=f"{path.name} has {addresses} and no default route.")


def _no_route(evidence: Evidence) -> Iterator[Case]:
    for probe in evidence.of_step(ProbeStep.ROUTE, ProbeOutcome.NO_ROUTE):
        yield Case(path=probe.path, measured=f"What leaves from {probe.target} goes nowhere: {probe.detail}.")


def _gateway_silent(evidence: Evidence) -> Iterator[Case]:
    """Many gateways answer no echo request: where others behind it answer, nothing is wrong."""
    for probe in evidence.of_step(ProbeStep.GATEWAY, ProbeOutcome.SILENT):
        behind = (ProbeStep.DNS, ProbeStep.PORTAL, ProbeStep.SERVICE)
        is_passed = any(evidence.has(step, ProbeOutcome.OK, path=probe.path) for step in behind)
        measured = f"{probe.target} has answered no echo request over {probe.path}."
        if is_passed:
            measured += " Others have answered over this path, so it forwards."
        yield Case(path=probe.path, measured=measured, severity=Severity.NOTE if is_passed else None)


def _no_dns(evidence: Evidence) -> Iterator[Case]:
    for probe in evidence.of_step(ProbeStep.DNS, ProbeOutcome.SILENT, ProbeOutcome.REFUSED):
        what = f"answered: {probe.detail}" if probe.outcome is ProbeOutcome.REFUSED else "has not answered"
        yield Case(path=probe.path, measured=f"The name server {probe.target}, asked over {probe.path}, {what}.")


def _portal(evidence: Evidence) -> Iterator[Case]:
    for probe in evidence.of_step(ProbeStep.PORTAL, ProbeOutcome.PORTAL):
        yield Case(path=probe.path, measured=f"{probe.target}, asked over {probe.path}: {probe.detail}.")


def _service(evidence: Evidence) -> Iterator[Case]:
    """Refused on all paths is the server's own word, and nothing of a path."""
    for probe in evidence.of_step(ProbeStep.SERVICE, ProbeOutcome.SILENT, ProbeOutcome.REFUSED):
        what = "refused the connection" if probe.outcome is ProbeOutcome.REFUSED else "has not answered"
        elsewhere = evidence.has(ProbeStep.SERVICE, ProbeOutcome.OK, target=probe.target)
        measured = f"{probe.target} {what} over {probe.path}{'; over another path it answers' if elsewhere else ''}."
        yield Case(path=probe.path, measured=measured)


def _stripped(evidence: Evidence) -> Iterator[Case]:
    """A path is to blame where another one lets the same pass, or where plain TCP is answered and a SYN is not."""
    for probe in evidence.of_step(ProbeStep.CAPABLE, ProbeOutcome.STRIPPED):
        if evidence.has(ProbeStep.CAPABLE, ProbeOutcome.OK, target=probe.target):
            measured = f"{probe.target} answers with MP_CAPABLE over another path and without it over {probe.path}."
            yield Case(path=probe.path, measured=measured)
    for probe in evidence.of_step(ProbeStep.SYN, ProbeOutcome.SILENT):
        if evidence.has(ProbeStep.SERVICE, ProbeOutcome.OK, path=probe.path, target=probe.target):
            measured = f"Over {probe.path} {probe.target} answers plain TCP, and no SYN that asks for Multipath TCP."
            yield Case(path=probe.path, measured=measured)


def _join_stripped(evidence: Evidence) -> Iterator[Case]:
    for probe in evidence.of_step(ProbeStep.JOIN, ProbeOutcome.SILENT, ProbeOutcome.STRIPPED, ProbeOutcome.REFUSED):
        measured = f"MP_CAPABLE passes over {probe.path}; a subflow that joins there does not come about"
        yield Case(path=probe.path, measured=f"{measured}{': ' + probe.detail if probe.detail else ''}.")


def _peer_without(evidence: Evidence) -> Iterator[Case]:
    """Where some path lets it pass, the peer speaks it."""
    asked = {each.target for each in evidence.of_step(ProbeStep.CAPABLE, ProbeOutcome.STRIPPED)}
    for target in sorted(asked):
        if not evidence.has(ProbeStep.CAPABLE, ProbeOutcome.OK, target=target):
            yield Case(measured=f"{target} answers without MP_CAPABLE over every path that was tried.")
    for remote in sorted({each.remote for each in evidence.fallen_back} - asked):
        names = sorted({each.name for each in evidence.fallen_back if each.remote == remote})
        yield Case(measured=f"{', '.join(names)}: the connection to {remote} has fallen back to plain TCP.")


def _other_manager(evidence: Evidence) -> Iterator[Case]:
    if evidence.path_manager != OUR_PATH_MANAGER:
        yield Case(measured=f"net.mptcp.path_manager is {evidence.path_manager}, and not {OUR_PATH_MANAGER}.")


def _other_listener(evidence: Evidence) -> Iterator[Case]:
    for each in evidence.other_listeners:
        who = f"{each.name or 'A program'} ({'not visible from here' if each.pid is None else f'process {each.pid}'})"
        severity = Severity.PROBLEM if each.name in _PATH_MANAGERS else None
        yield Case(measured=f"{who} hears what the kernel tells path managers.", severity=severity)


def _endpoints(evidence: Evidence) -> Iterator[Case]:
    if evidence.kernel_endpoints:
        shown = ", ".join(" ".join((str(each.address), *each.flags)) for each in evidence.kernel_endpoints)
        yield Case(measured=f"The kernel's own path manager has endpoints: {shown}.")


def _plain(evidence: Evidence) -> Iterator[Case]:
    for each in evidence.plain:
        count = "1 connection is" if each.connections == 1 else f"{each.connections} connections are"
        asked = ", although a rule asks for Multipath TCP" if each.is_asked else ""
        severity = Severity.WARNING if each.is_asked else None
        yield Case(subject=each.selector, measured=f"{each.name}: {count} plain TCP{asked}.", severity=severity)


def _cap(evidence: Evidence) -> Iterator[Case]:
    for each in evidence.caps_reached:
        measured = f"{each.path} has carried {each.used_bytes:,} of {each.cap_bytes:,} bytes this {each.period}."
        yield Case(path=each.path, measured=measured)


def _shadowed(evidence: Evidence) -> Iterator[Case]:
    """A lasting rule of which a temporary one about the same says everything anew."""
    for rule in evidence.rules:
        others = (each for each in evidence.rules if each.life.is_temporary and each.selector == rule.selector)
        other = next((each for each in others if _is_of_the_same(each, rule) and _covers(each, rule)), None)
        if other is not None and not rule.life.is_temporary:
            measured = (
                f"The rule of {rule.selector} has no effect: a temporary one says all of it anew, {_end(other.life)}."
            )
            yield Case(subject=str(rule.selector), measured=measured)


def _is_of_the_same(other: PolicyRule, rule: PolicyRule) -> bool:
    return (other.owner_uid, other.origin) == (rule.owner_uid, rule.origin)


def _covers(other: PolicyRule, rule: PolicyRule) -> bool:
    said = _words(rule)
    return bool(said) and said <= _words(other)


def _words(rule: PolicyRule) -> set[str]:
    empty = PolicyRule(selector=rule.selector)
    names = {each.name for each in fields(rule)} - _NOT_WORDS
    return {name for name in names if getattr(rule, name) != getattr(empty, name)}


def _end(life: Life) -> str:
    return "until this machine restarts" if life.until is None else "for a while"


_WITHOUT = {
    KernelFeature.BACKUP_AT_JOIN: "A new subflow does not take the backup flag with it: it is set right after, and the "
    "first data of a transfer, some 65 kB, may go over a standby path.",
    KernelFeature.INTERFACE_AT_JOIN: "A new subflow is not bound to the interface of its path: rules for its source "
    "address alone lead it there.",
    KernelFeature.BYTE_COUNTS: "A connection does not count its bytes: those of its subflows are added up.",
}


def _older_kernel(evidence: Evidence) -> Iterator[Case]:
    for feature in KernelFeature:
        if feature in evidence.kernel.missing:
            yield Case(measured=_WITHOUT[feature])
    if evidence.kernel.untried:
        yield Case(measured=f"What this kernel can do could not be tried: {evidence.kernel.untried}.")


def _limits(evidence: Evidence) -> Iterator[Case]:
    for sentence in evidence.limits:
        yield Case(measured=f"{sentence[:1].upper()}{sentence[1:].rstrip('.')}.")


DIAGNOSES = (
    Diagnosis(
        id=FindingId.NO_ADDRESS,
        severity=Severity.PROBLEM,
        look=_no_address,
        title="No address",
        meaning="The network has not given this machine an address (yet): nothing can leave by this path.",
        fix="Connect to this network again, or look at its DHCP server. A path that is not needed can be left out:",
        command="mpm path tier {path} never",
    ),
    Diagnosis(
        id=FindingId.NO_GATEWAY,
        severity=Severity.PROBLEM,
        look=_no_gateway,
        title="No gateway",
        meaning="Only hosts of the same network can be reached by this path, and nothing behind it.",
        fix="Have the network tell a default gateway. A path that is not meant to lead further can be left out:",
        command="mpm path tier {path} never",
    ),
    Diagnosis(
        id=FindingId.NO_ROUTE,
        severity=Severity.PROBLEM,
        look=_no_route,
        title="No route for this source address",
        meaning="Rules or routes of another program come before those of mpmanager: no subflow leaves by this path.",
        fix="Look for rules with a priority before ours, and remove what another program has left there.",
    ),
    Diagnosis(
        id=FindingId.GATEWAY_SILENT,
        severity=Severity.PROBLEM,
        look=_gateway_silent,
        title="The gateway is silent",
        meaning="The first router does not answer. Some never answer echo requests; else it is off or out of reach.",
        fix="Restart the router or move closer to it; meanwhile other paths carry.",
    ),
    Diagnosis(
        id=FindingId.NO_DNS,
        severity=Severity.PROBLEM,
        look=_no_dns,
        title="No name server",
        meaning="Names cannot be resolved over this path. When it is the only one left, nothing will open by name.",
        fix="Have the network, or your own settings of it, name a DNS server that can be reached there.",
    ),
    Diagnosis(
        id=FindingId.CAPTIVE_PORTAL,
        severity=Severity.PROBLEM,
        look=_portal,
        title="A portal stands in between",
        meaning="This network wants a login in a browser before it lets anything pass.",
        fix="Log in there with a browser. Until then, keep connections off it:",
        command="mpm path tier {path} never",
    ),
    Diagnosis(
        id=FindingId.SERVICE_UNREACHABLE,
        severity=Severity.WARNING,
        look=_service,
        title="The server cannot be reached",
        meaning="No connection to the chosen server comes about over this path, with or without Multipath TCP.",
        fix="Check the address and the port; where other paths reach it, this network filters it.",
    ),
    Diagnosis(
        id=FindingId.MPTCP_STRIPPED,
        severity=Severity.WARNING,
        look=_stripped,
        title="Multipath TCP is filtered on this path",
        meaning="Something in this network removes the options of Multipath TCP: what opens here stays on this path.",
        fix="Have connections open on another path, and this one only join or help:",
        command="mpm path tier {path} backup",
    ),
    Diagnosis(
        id=FindingId.JOIN_STRIPPED,
        severity=Severity.WARNING,
        look=_join_stripped,
        title="No subflow can join on this path",
        meaning="Connections can open here and none can move here: as a backup this path is worth nothing.",
        fix="Rely on another path as the backup, and leave this one out:",
        command="mpm path tier {path} never",
    ),
    Diagnosis(
        id=FindingId.PEER_WITHOUT_MPTCP,
        severity=Severity.NOTE,
        look=_peer_without,
        title="The other end speaks no Multipath TCP",
        meaning="Such connections are plain TCP: they stay on one path and break with it.",
        fix="Only the server's side can change that (Linux 5.6 or later, and a service that listens for it).",
    ),
    Diagnosis(
        id=FindingId.OTHER_PATH_MANAGER,
        severity=Severity.PROBLEM,
        look=_other_manager,
        title="Another path manager is active",
        meaning="New connections belong to somebody else: tiers, waits and helping do not hold for them.",
        fix="Stop the other one (mptcpd, or a setting that undoes ours), and start mpmanagerd again:",
        command="systemctl restart mpmanager",
    ),
    Diagnosis(
        id=FindingId.OTHER_LISTENER,
        severity=Severity.WARNING,
        look=_other_listener,
        title="Another program may steer the same connections",
        meaning="A second path manager (mptcpd) opens and closes subflows of our connections as it likes; both waste "
        "subflows that the other one undoes. Who only looks (ip mptcp monitor) does no harm.",
        fix="Leave one of the two; to stop mptcpd, also at the next start:",
        command="systemctl disable --now mptcp",
    ),
    Diagnosis(
        id=FindingId.KERNEL_ENDPOINTS,
        severity=Severity.NOTE,
        look=_endpoints,
        title="Endpoints of the kernel's path manager",
        meaning="NetworkManager, or somebody by hand, has set them. They have no effect on connections that mpmanager "
        "manages; those that were open before it, or are opened while it is stopped, may use these addresses.",
        fix="Nothing has to be done. To have none (NetworkManager: connection.mptcp-flags disabled):",
        command="ip mptcp endpoint flush",
    ),
    Diagnosis(
        id=FindingId.APPLICATION_WITHOUT_MPTCP,
        severity=Severity.NOTE,
        look=_plain,
        title="This application does not use Multipath TCP",
        meaning="Its connections stay on the path on which they were opened, and end when that is lost.",
        fix="Have it use Multipath TCP from its next connections on:",
        command="mpm app set {subject} --multipath on",
    ),
    Diagnosis(
        id=FindingId.CAP_REACHED,
        severity=Severity.WARNING,
        look=_cap,
        title="The cap of this path is reached",
        meaning="It is kept from carrying more until the next period begins.",
        fix="Let it carry more for today, or wait until counting begins anew:",
        command="mpm path allow {path} 100MB",
    ),
    Diagnosis(
        id=FindingId.RULE_SHADOWED,
        severity=Severity.NOTE,
        look=_shadowed,
        title="A rule without effect",
        meaning="What the lasting rule says holds again when the temporary one has ended.",
        fix="End the temporary rule now:",
        command="mpm app unset {subject} --temporary",
    ),
    Diagnosis(
        id=FindingId.OLDER_KERNEL,
        severity=Severity.NOTE,
        look=_older_kernel,
        title="Newer kernels do more",
        meaning="mpmanager goes round it as said. It was tried over loopback, whatever the kernel's version says.",
        fix="Where it matters, use a newer kernel (Linux 6.12 has all that is tried here).",
    ),
    Diagnosis(
        id=FindingId.DAEMON_LIMIT,
        severity=Severity.WARNING,
        look=_limits,
        title="Something cannot be done on this machine",
        meaning="What needs it is not enforced, or done in a lesser way; the rest works.",
        fix="See which of the requirements of mpmanager this machine does not meet:",
        command="mpm status",
    ),
)
"""Every `FindingId` once."""
