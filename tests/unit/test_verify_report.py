"""Verdicts, and how they are told: to people, to programs, and as JUnit XML."""

from ipaddress import ip_address
from xml.etree import ElementTree as ET

import msgspec
import pytest
from rich.console import Console

from mpmanager.cli.verify import shown
from mpmanager.model.policy import TrustPolicy
from mpmanager.verify.attempts import Attempt, Manner, Outcome, Step, Traffic
from mpmanager.verify.capture import Sighting
from mpmanager.verify.cases import Case, Check, Settled
from mpmanager.verify.judgement import Evidence, Result, cases_of
from mpmanager.verify.junit import document
from mpmanager.verify.packets import Packet
from mpmanager.verify.report import ProofInfo, is_proven
from mpmanager.verify.verdict import Verdict

DESTINATION = "192.0.2.1"
SENT = Outcome(number=0, step=Step.DONE)
REFUSED = Outcome(number=0, step=Step.SENDING, error="EPERM")
UNTRIED = Outcome(number=0, step=Step.PREPARING, error="EADDRNOTAVAIL")


def packet(interface="wlan0", **marks):
    seen = Packet(version=4, protocol=6, destination=ip_address(DESTINATION), destination_port=28000, **marks)
    return Sighting(interface, seen)


KEY = packet(is_capable=True, has_key=True, is_syn=True)
PLAIN = packet(is_syn=True)
DATA = packet(payload_bytes=5)


def case(demand="only", traffic=Traffic.TCP, *, rule="cgroup:/app"):
    attempt = Attempt(
        number=0,
        traffic=traffic,
        manner=Manner.DEVICE,
        version=4,
        destination=DESTINATION,
        interface="wlan0",
        address="10.0.0.2",
    )
    check = Check(path="wlan0", traffic=traffic, attempts=(attempt,))
    return Case(rule=rule, cgroup="/app", demand=TrustPolicy.parse(demand), checks=(check,))


def evidence(result, traffic=Traffic.TCP, *, control=(KEY, DATA), **others):
    controls = {("wlan0", traffic, 4): Result(outcome=SENT, sightings=control)}
    return Evidence(results={0: result}, controls=controls, tolerated=frozenset({"wwan0"}), **others)


def judged(result, demand="only", traffic=Traffic.TCP, **others):
    ((found,),) = [each.checks for each in cases_of([case(demand, traffic)], evidence(result, traffic, **others))]
    return found


@pytest.mark.parametrize(
    ("demand", "traffic", "sighting", "verdict"),
    [
        ("only", Traffic.TCP, PLAIN, Verdict.FAILED),
        ("only", Traffic.TCP, packet("wwan0"), Verdict.PASSED),
        ("only", Traffic.TCP, packet("br0"), Verdict.FAILED),
        ("handshake", Traffic.MPTCP, KEY, Verdict.FAILED),
        ("handshake", Traffic.MPTCP, packet(is_capable=True), Verdict.FAILED),
        ("handshake", Traffic.MPTCP, PLAIN, Verdict.PASSED),
        ("handshake", Traffic.MPTCP, packet(is_join=True), Verdict.PASSED),
        ("handshake", Traffic.MPTCP, DATA, Verdict.PASSED),
        ("first:100", Traffic.FIRST_BYTES, DATA, Verdict.FAILED),
        ("first:100", Traffic.FIRST_BYTES, KEY, Verdict.FAILED),
    ],
)
def test_what_must_not_be_seen_is_a_failure_and_all_else_is_none(demand, traffic, sighting, verdict):
    found = judged(Result(outcome=SENT, sightings=[sighting]), demand, traffic)
    assert found.verdict is verdict
    assert found.attempts[0].leaked == (verdict is Verdict.FAILED)
    assert found.attempts[0].packets == {sighting.interface: 1}


def test_first_bytes_on_the_trusted_path_pass_and_none_anywhere_prove_nothing():
    carried = packet("wwan0", payload_bytes=50)
    joined = packet(is_join=True)
    assert (
        judged(Result(outcome=SENT, sightings=[carried, joined]), "first:100", Traffic.FIRST_BYTES).verdict == "passed"
    )
    silent = judged(Result(outcome=SENT, sightings=[packet("wwan0")]), "first:100", Traffic.FIRST_BYTES)
    assert (silent.verdict, "did not answer" in silent.seen) == (Verdict.INCONCLUSIVE, True)


def test_a_failure_tells_what_was_seen_and_how_it_got_out():
    found = judged(Result(outcome=SENT, sightings=[KEY, KEY, DATA]), "handshake", Traffic.MPTCP)
    assert found.expected == "no MP_CAPABLE on wlan0"
    assert found.seen == "2 packets on wlan0 (MP_CAPABLE with a key), in 1 of 1 attempts: bound-to-device IPv4"


@pytest.mark.parametrize(
    ("result", "others", "words"),
    [
        (Result(trouble="no cgroup"), {}, "could not be tried: no cgroup"),
        (Result(), {}, "nobody tells"),
        (Result(outcome=UNTRIED), {}, "EADDRNOTAVAIL before anything was sent"),
        (Result(outcome=REFUSED), {"control": ()}, "did not leave by wlan0 (nothing was seen of it)"),
        (Result(outcome=REFUSED), {"control": (packet("wwan0"),)}, "did not leave by wlan0"),
        (Result(outcome=REFUSED), {"gap": "the capture has lost 3 packets"}, "lost 3 packets"),
        (Result(outcome=REFUSED), {"doubt": "paths became others"}, "paths became others"),
        (Result(outcome=SENT, sightings=[PLAIN]), {"doubt": "paths became others"}, "paths became others"),
    ],
)
def test_what_was_not_tried_or_would_not_be_seen_is_inconclusive(result, others, words):
    found = judged(result, **others)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert words in found.seen


def test_a_control_has_to_show_what_is_looked_for():
    found = judged(Result(outcome=SENT), "handshake", Traffic.MPTCP, control=(PLAIN,))
    assert found.verdict is Verdict.INCONCLUSIVE


def test_a_leak_stays_one_though_other_packets_were_lost_or_the_control_failed():
    leak = Result(outcome=SENT, sightings=[PLAIN])
    assert judged(leak, gap="the capture has lost 3 packets").verdict is Verdict.FAILED
    assert judged(leak, control=()).verdict is Verdict.FAILED


def proof(*cases, result=None):
    found = cases_of(cases, evidence(result or Result(outcome=REFUSED)))
    return ProofInfo(
        proven=is_proven(found),
        verdict=found[0].verdict,
        destinations=[DESTINATION],
        sinks=[],
        began=0.0,
        took_s=3.2,
        notes=[],
        cases=found,
    )


def settled(verdict, reason="because"):
    check = Check(path=None, settled=Settled(verdict=verdict, reason=reason))
    return Case(rule="exe:/bin/x", cgroup=None, demand=TrustPolicy.parse("only"), checks=(check,))


@pytest.mark.parametrize("verdict", Verdict)
def test_a_proof_stands_when_nothing_failed_and_nothing_is_open(verdict):
    is_good = verdict in {Verdict.PASSED, Verdict.NOT_RESTRICTED, Verdict.NOTHING_TO_TRY}
    assert proof(case(), settled(verdict)).proven is is_good


def suites(made):
    return ET.fromstring(document(made))  # noqa: S314  # our own words


def test_junit_has_a_suite_for_each_rule_and_counts():
    root = suites(proof(case(), settled(Verdict.NOT_VERIFIED, "best effort: it shares <its> cgroup"), result=Result()))
    assert (root.tag, root.attrib) == (
        "testsuites",
        {"name": "mpm verify trust", "time": "3.200", "tests": "2", "failures": "0", "errors": "1", "skipped": "1"},
    )
    assert [each.get("name") for each in root] == ["cgroup:/app in /app: only", "exe:/bin/x: only"]
    tried, left = (suite[0] for suite in root)
    assert (tried.get("classname"), tried.get("name")) == ("cgroup:/app.wlan0", "tcp bound-to-device IPv4")
    assert (left[0].tag, left[0].get("message")) == ("skipped", "not-verified: best effort: it shares <its> cgroup")


def test_junit_tells_of_a_leak_as_a_failure():
    (suite,) = suites(proof(case(), result=Result(outcome=SENT, sightings=[PLAIN])))
    assert suite.get("failures") == "1"
    assert suite[0][0].get("message") == "expected nothing on wlan0; 1 packet on wlan0"


def test_junit_of_what_passed_has_nothing_to_say():
    (suite,) = suites(proof(case()))
    assert list(suite[0]) == []


def test_names_with_control_characters_make_no_broken_xml_and_no_broken_terminal():
    made = proof(case(rule="cgroup:/a\x1b[31m[bold]\x00"))
    assert suites(made)[0].get("name").startswith(r"cgroup:/a\x1b[31m[bold]\x00")
    console = Console(width=200, highlight=False, force_terminal=False)
    with console.capture() as captured:
        console.print(shown(made))
    assert r"cgroup:/a\x1b[31m[bold]\x00: only" in captured.get()


def test_json_comes_back_the_same():
    made = proof(case(), settled(Verdict.NOTHING_TO_TRY))
    assert msgspec.json.decode(msgspec.json.encode(made), type=ProofInfo) == made
