"""The table of what can be found: each row has its test, and says everything that a finding needs."""

from datetime import UTC, date, datetime
from ipaddress import ip_address

import pytest

from mpmanager.core.caps import CapReached, caps_reached, usage
from mpmanager.core.diagnoses import DIAGNOSES, Evidence, FallenBack, PlainTcp, findings
from mpmanager.model.caps import PathCap
from mpmanager.model.diagnosis import FindingId, ProbeOutcome, ProbeStep, Severity
from mpmanager.model.kernel import KernelFeature, KernelTrial
from mpmanager.model.path import PathState, Tier
from mpmanager.model.pathmanager import EventListener, KernelEndpoint
from mpmanager.model.policy import Life, PolicyRule
from mpmanager.model.selector import Selector
from unit.diagnosis_evidence import LTE, SERVER, WLAN, path, probe


def tried(*probes):
    return findings(Evidence(probes=probes))


def only(found, wanted, severity, *, where=None):
    (finding,) = found
    assert (finding.id, finding.severity, finding.path) == (wanted, severity, where)
    return finding


def test_every_row_is_there_once_and_names_what_it_means_and_one_fix():
    assert [each.id for each in DIAGNOSES] == list(FindingId)
    for row in DIAGNOSES:
        assert row.title
        assert row.meaning.endswith(".")
        assert row.fix.endswith(":") == bool(row.command), row.id


def test_nothing_measured_is_nothing_found():
    assert findings(Evidence(paths=(path(PathState.UP),))) == ()


@pytest.mark.parametrize(
    ("state", "wanted"), [(PathState.NO_ADDRESS, FindingId.NO_ADDRESS), (PathState.LOCAL_ONLY, FindingId.NO_GATEWAY)]
)
def test_a_path_that_lacks_its_address_or_its_gateway_is_a_problem_unless_it_is_never_used(state, wanted):
    finding = only(findings(Evidence(paths=(path(state),))), wanted, Severity.PROBLEM, where=WLAN)
    assert finding.command == "mpm path tier wlan0 never"
    assert findings(Evidence(paths=(path(state, tier=Tier.NEVER),))) == ()


def test_a_source_address_without_a_route_is_a_problem():
    found = tried(probe(ProbeStep.ROUTE, ProbeOutcome.NO_ROUTE, target="192.0.2.7", detail="no route"))
    assert "192.0.2.7" in only(found, FindingId.NO_ROUTE, Severity.PROBLEM, where=WLAN).measured


def test_a_silent_gateway_is_a_problem_and_only_a_note_where_somebody_behind_it_answers():
    silent = probe(ProbeStep.GATEWAY, ProbeOutcome.SILENT, target="192.0.2.1")
    only(tried(silent), FindingId.GATEWAY_SILENT, Severity.PROBLEM, where=WLAN)
    only(tried(silent, probe(ProbeStep.DNS, ProbeOutcome.OK)), FindingId.GATEWAY_SILENT, Severity.NOTE, where=WLAN)
    elsewhere = probe(ProbeStep.DNS, ProbeOutcome.OK, name=LTE)
    only(tried(silent, elsewhere), FindingId.GATEWAY_SILENT, Severity.PROBLEM, where=WLAN)


@pytest.mark.parametrize("outcome", [ProbeOutcome.SILENT, ProbeOutcome.REFUSED])
def test_a_name_server_that_does_not_serve_is_a_problem(outcome):
    only(tried(probe(ProbeStep.DNS, outcome, detail="SERVFAIL")), FindingId.NO_DNS, Severity.PROBLEM, where=WLAN)


def test_a_portal_is_a_problem_and_its_answer_is_told():
    found = tried(probe(ProbeStep.PORTAL, ProbeOutcome.PORTAL, detail="it leads elsewhere (status 302)"))
    assert "status 302" in only(found, FindingId.CAPTIVE_PORTAL, Severity.PROBLEM, where=WLAN).measured


def test_a_server_that_another_path_reaches_is_told_so():
    silent = probe(ProbeStep.SERVICE, ProbeOutcome.SILENT)
    assert (
        "another path" not in only(tried(silent), FindingId.SERVICE_UNREACHABLE, Severity.WARNING, where=WLAN).measured
    )
    (finding,) = tried(silent, probe(ProbeStep.SERVICE, ProbeOutcome.OK, name=LTE))
    assert "another path" in finding.measured


def test_a_path_strips_what_another_one_lets_pass_and_else_it_is_the_peer():
    stripped = probe(ProbeStep.CAPABLE, ProbeOutcome.STRIPPED)
    only(tried(stripped), FindingId.PEER_WITHOUT_MPTCP, Severity.NOTE)
    passed = probe(ProbeStep.CAPABLE, ProbeOutcome.OK, name=LTE)
    only(tried(stripped, passed), FindingId.MPTCP_STRIPPED, Severity.WARNING, where=WLAN)


def test_a_path_where_a_syn_with_the_option_is_lost_and_plain_tcp_is_not_filters_it():
    lost = probe(ProbeStep.SYN, ProbeOutcome.SILENT)
    assert tried(lost) == ()
    plain = probe(ProbeStep.SERVICE, ProbeOutcome.OK)
    only(tried(lost, plain), FindingId.MPTCP_STRIPPED, Severity.WARNING, where=WLAN)


def test_a_join_that_does_not_come_about_is_a_warning_and_one_that_was_not_tried_is_nothing():
    refused = probe(ProbeStep.JOIN, ProbeOutcome.REFUSED, detail="the SYN was answered by a reset")
    assert "a reset" in only(tried(refused), FindingId.JOIN_STRIPPED, Severity.WARNING, where=WLAN).measured
    assert tried(probe(ProbeStep.JOIN, ProbeOutcome.NOT_ASKED)) == ()


def test_connections_that_fell_back_are_told_once_for_each_peer():
    fallen = tuple(FallenBack(name=name, remote=SERVER, path=WLAN) for name in ("curl", "curl", "ssh"))
    finding = only(findings(Evidence(fallen_back=fallen)), FindingId.PEER_WITHOUT_MPTCP, Severity.NOTE)
    assert finding.measured == f"curl, ssh: the connection to {SERVER} has fallen back to plain TCP."


def test_another_path_manager_is_a_problem():
    found = findings(Evidence(path_manager="kernel"))
    assert "kernel" in only(found, FindingId.OTHER_PATH_MANAGER, Severity.PROBLEM).measured


@pytest.mark.parametrize(
    ("name", "severity"), [("mptcpd", Severity.PROBLEM), ("ip", Severity.WARNING), ("", Severity.WARNING)]
)
def test_who_hears_the_same_events_is_told_and_a_known_path_manager_is_a_problem(name, severity):
    listener = EventListener(pid=77 if name else None, name=name)
    measured = only(findings(Evidence(other_listeners=(listener,))), FindingId.OTHER_LISTENER, severity).measured
    assert measured.startswith(f"{name} (process 77) hears" if name else "A program (not visible from here) hears")


def test_endpoints_of_the_kernels_path_manager_are_worth_one_note():
    endpoints = tuple(
        KernelEndpoint(address=ip_address(address), flags=flags)
        for address, flags in (("192.0.2.1", ("subflow", "backup")), ("2001:db8::1", ()))
    )
    finding = only(findings(Evidence(kernel_endpoints=endpoints)), FindingId.KERNEL_ENDPOINTS, Severity.NOTE)
    assert finding.measured.endswith("endpoints: 192.0.2.1 subflow backup, 2001:db8::1.")


@pytest.mark.parametrize(("is_asked", "severity"), [(False, Severity.NOTE), (True, Severity.WARNING)])
def test_a_program_without_multipath_is_worth_a_note_and_a_warning_where_a_rule_asks_for_it(is_asked, severity):
    plain = PlainTcp(name="two words", selector="exe:/opt/two words", connections=2, is_asked=is_asked)
    finding = only(findings(Evidence(plain=(plain,))), FindingId.APPLICATION_WITHOUT_MPTCP, severity)
    assert finding.command == "mpm app set 'exe:/opt/two words' --multipath on"


def test_a_cap_that_is_reached_is_told_with_its_figures():
    cap = CapReached(path=LTE, used_bytes=5_000_000, cap_bytes=4_000_000, period="month")
    found = findings(Evidence(caps_reached=(cap,)))
    assert "5,000,000 of 4,000,000" in only(found, FindingId.CAP_REACHED, Severity.WARNING, where=LTE).measured


def test_only_what_has_reached_its_cap_is_told_by_day_and_by_month():
    cap = PathCap(month_bytes=1000, day_bytes=100)
    used = usage({date(2027, 3, 1): 500, date(2027, 3, 2): 120}, cap, None, datetime(2027, 3, 2, 12, tzinfo=UTC))
    (reached,) = caps_reached(LTE, cap, used)
    assert (reached.period, reached.used_bytes, reached.cap_bytes) == ("day", 120, 100)


def test_a_lasting_rule_is_shadowed_by_a_temporary_one_that_says_all_of_it():
    selector = Selector.parse("exe:/usr/bin/ssh")
    lasting = PolicyRule(selector=selector, wait_s=0.05)
    hour = PolicyRule(selector=selector, wait_s=0.0, is_multipath=True, life=Life(is_temporary=True, until=1.0))
    finding = only(findings(Evidence(rules=(hour, lasting))), FindingId.RULE_SHADOWED, Severity.NOTE)
    assert finding.command == "mpm app unset exe:/usr/bin/ssh --temporary"
    more = PolicyRule(selector=selector, wait_s=0.05, prefers_lowest_delay=True)
    assert findings(Evidence(rules=(hour, more))) == ()


def test_what_this_kernel_does_not_do_is_said_one_by_one_with_what_follows():
    missing = frozenset({KernelFeature.INTERFACE_AT_JOIN, KernelFeature.BACKUP_AT_JOIN})
    found = findings(Evidence(kernel=KernelTrial(missing=missing)))
    assert [(each.id, each.severity) for each in found] == [(FindingId.OLDER_KERNEL, Severity.NOTE)] * 2
    assert "backup flag" in found[0].measured
    assert "source address" in found[1].measured
    untried = findings(Evidence(kernel=KernelTrial(untried="no subflow has joined")))
    assert "no subflow has joined" in only(untried, FindingId.OLDER_KERNEL, Severity.NOTE).measured


def test_limits_of_the_daemon_become_findings():
    found = findings(Evidence(limits=("cgroup v2 is not mounted",)))
    assert only(found, FindingId.DAEMON_LIMIT, Severity.WARNING).measured == "Cgroup v2 is not mounted."


def test_the_worst_comes_first():
    found = findings(Evidence(limits=("a limit",), path_manager="kernel", paths=(path(PathState.NO_ADDRESS),)))
    assert [each.severity for each in found] == [Severity.PROBLEM, Severity.PROBLEM, Severity.WARNING]
