"""What the daemon says reaches people in their language, as far as its form is known."""

from ipaddress import ip_address

import pytest

from mpmanager.core.caps import CapReached
from mpmanager.core.diagnoses import Evidence, FallenBack, PlainTcp, findings
from mpmanager.model.diagnosis import FindingId, ProbeOutcome, ProbeStep
from mpmanager.model.kernel import KernelFeature, KernelTrial
from mpmanager.model.path import PathState
from mpmanager.model.pathmanager import EventListener, KernelEndpoint
from mpmanager.model.policy import UNTIL_RESTART, Life, PolicyRule
from mpmanager.model.selector import Selector
from mpmanager_ui.viewmodels.daemon_sentences import is_known, spoken, whole
from mpmanager_ui.viewmodels.translation import speak
from unit.diagnosis_evidence import LTE, SERVER, WLAN, path, probe


def rule(**words):
    return PolicyRule(selector=Selector.parse("exe:/usr/bin/ssh"), **words)


EVIDENCE = (
    Evidence(paths=(path(PathState.NO_ADDRESS, WLAN), path(PathState.LOCAL_ONLY, LTE))),
    Evidence(probes=(probe(ProbeStep.ROUTE, ProbeOutcome.NO_ROUTE, detail="it is refused"),)),
    Evidence(probes=(probe(ProbeStep.GATEWAY, ProbeOutcome.SILENT),)),
    Evidence(probes=(probe(ProbeStep.GATEWAY, ProbeOutcome.SILENT), probe(ProbeStep.DNS, ProbeOutcome.OK))),
    Evidence(probes=(probe(ProbeStep.DNS, ProbeOutcome.SILENT),)),
    Evidence(probes=(probe(ProbeStep.DNS, ProbeOutcome.REFUSED, detail="not for you"),)),
    Evidence(probes=(probe(ProbeStep.PORTAL, ProbeOutcome.PORTAL, detail="302 to a login"),)),
    Evidence(probes=(probe(ProbeStep.SERVICE, ProbeOutcome.SILENT),)),
    Evidence(probes=(probe(ProbeStep.SERVICE, ProbeOutcome.REFUSED), probe(ProbeStep.SERVICE, ProbeOutcome.OK, LTE))),
    Evidence(probes=(probe(ProbeStep.CAPABLE, ProbeOutcome.STRIPPED), probe(ProbeStep.CAPABLE, ProbeOutcome.OK, LTE))),
    Evidence(probes=(probe(ProbeStep.CAPABLE, ProbeOutcome.STRIPPED),)),
    Evidence(probes=(probe(ProbeStep.SYN, ProbeOutcome.SILENT), probe(ProbeStep.SERVICE, ProbeOutcome.OK))),
    Evidence(probes=(probe(ProbeStep.JOIN, ProbeOutcome.SILENT),)),
    Evidence(probes=(probe(ProbeStep.JOIN, ProbeOutcome.REFUSED, detail="reset"),)),
    Evidence(fallen_back=(FallenBack(name="curl", remote=SERVER, path=WLAN),)),
    Evidence(path_manager="kernel"),
    *(
        Evidence(plain=(PlainTcp(name="Web Browser", selector="app:x", connections=count, is_asked=is_asked),))
        for count in (1, 3)
        for is_asked in (True, False)
    ),
    *(
        Evidence(caps_reached=(CapReached(path=LTE, used_bytes=2_000_000, cap_bytes=1_000_000, period=period),))
        for period in ("day", "month")
    ),
    *(
        Evidence(rules=(rule(wait_s=0.1), rule(wait_s=0.2, life=life)))
        for life in (UNTIL_RESTART, Life(is_temporary=True, until=1_800_000_000.0))
    ),
    Evidence(kernel=KernelTrial(untried="no namespace was to be had")),
    Evidence(kernel=KernelTrial(missing=frozenset(KernelFeature))),
    *(
        Evidence(other_listeners=(EventListener(pid=pid, name=name),))
        for pid, name in ((7, "mptcpd"), (7, ""), (None, ""))
    ),
    Evidence(kernel_endpoints=(KernelEndpoint(address=ip_address("192.0.2.9"), flags=("subflow", "backup")),)),
    Evidence(limits=("the history is not written: the disk is full", "trust is not enforced as it should be: no BPF")),
)


@pytest.mark.parametrize("evidence", EVIDENCE)
def test_each_finding_has_a_known_form_whose_values_all_come_back(evidence):
    found = findings(evidence)
    assert found
    for each in found:
        assert is_known(each.measured), each.measured
        assert spoken(each.measured) == each.measured  # English is the source


def test_there_is_evidence_of_every_finding():
    assert {each.id for evidence in EVIDENCE for each in findings(evidence)} == set(FindingId)


def test_a_known_form_is_told_in_the_users_language_with_its_values():
    german = {"{path} has {addresses} and no default route.": "{path} hat {addresses} und keine Standardroute."}
    speak(lambda text: german.get(text, text))
    try:
        told = spoken("wlan0 has 192.0.2.7/24, 2001:db8::7/64 and no default route.")
        assert told == "wlan0 hat 192.0.2.7/24, 2001:db8::7/64 und keine Standardroute."
        assert spoken("Something else.") == "Something else."
    finally:
        speak(None)


def test_a_clause_becomes_a_sentence():
    assert whole("the disk is full") == "The disk is full."
    assert whole("It is.") == "It is."
