"""A report to hand on: nothing of a person, a place or a machine is left in it, and what is one stays one."""

from mpmanager.api.structures import DiagnosisInfo, FindingInfo, HopInfo, PathInfo, ProbeInfo, StatusInfo
from mpmanager.client.diagnosis_report import Redaction, report_text
from mpmanager.model.diagnosis import FindingId, ProbeOutcome, ProbeStep, Severity
from mpmanager.model.path import KindSource, PathKind, PathState, Security, Tier

SSID = "Café am Markt (5 GHz)"
SECRETS = (
    "192.0.2.7",
    "192.0.2.1",
    "2001:db8::17",
    "fe80::1",
    "198.51.100.9",
    "02:00:5e:00:53:01",
    "5d1c7f0e-6a5b-4f0e-9d41-77a1d3c0f2aa",
    SSID,
    "alice",
    "Alice Liddell",
    "thinkpad",
    "portal.example",
)
PATH = PathInfo(
    name="wlan0",
    index=2,
    kind=PathKind.WIFI,
    kind_source=KindSource.KERNEL,
    network=SSID,
    security=Security.WPA2,
    tier=Tier.ALWAYS,
    tier_chosen=False,
    state=PathState.UP,
    addresses=["192.0.2.7/24", "2001:db8::17/64"],
    gateway="192.0.2.1",
    gateways=["192.0.2.1", "fe80::1"],
    rx_bytes=0,
    tx_bytes=0,
    rx_bit_s=0.0,
    tx_bit_s=0.0,
)
STATUS = StatusInfo(
    version="1.2.3",
    pid=1,
    started=0.0,
    simulated=False,
    path_manager="userspace",
    paths_up=1,
    connections=0,
    events=0,
    limits=[],
)
DIAGNOSIS = DiagnosisInfo(
    findings=[
        FindingInfo(
            id=FindingId.CAPTIVE_PORTAL,
            severity=Severity.PROBLEM,
            title="A portal",
            measured=f"http://portal.example/x in {SSID}, by gateway:02:00:5e:00:53:01 or "
            "nm:5d1c7f0e-6a5b-4f0e-9d41-77a1d3c0f2aa; exe:/home/alice/bin/x of Alice Liddell on thinkpad at 10:15:30",
            meaning="",
            fix="",
        )
    ],
    probes=[
        ProbeInfo(path="wlan0", step=ProbeStep.GATEWAY, outcome=ProbeOutcome.OK, target="192.0.2.1", took_ms=2.0),
        ProbeInfo(path="wlan0", step=ProbeStep.SERVICE, outcome=ProbeOutcome.OK, target="[2001:db8::17]:443"),
    ],
    hops=[HopInfo(path="wlan0", distance=1, address="198.51.100.9", took_ms=3.0)],
)
REDACTION = Redaction(networks=[SSID], users=["alice", "Alice Liddell"], hosts=["thinkpad"])


def test_nothing_of_a_person_a_place_or_a_machine_is_left():
    plain = report_text(DIAGNOSIS, STATUS, [PATH])
    assert [each for each in SECRETS if each not in plain] == []
    redacted = report_text(DIAGNOSIS, STATUS, [PATH], REDACTION)
    assert [each for each in SECRETS if each in redacted] == []


def test_what_the_report_is_for_stays():
    redacted = report_text(DIAGNOSIS, STATUS, [PATH], REDACTION)
    for each in ("1.2.3", "wlan0", "wifi", "2.0 ms", "/home/<user 1>/bin/x", "10:15:30", "]:443"):
        assert each in redacted


def test_the_same_is_replaced_by_the_same():
    redacted = report_text(DIAGNOSIS, STATUS, [PATH], REDACTION).splitlines()
    via = next(line for line in redacted if line.startswith("wlan0 ")).partition("via ")[2].partition(",")[0]
    assert f"- wlan0: gateway {via}: ok, 2.0 ms" in redacted


def test_a_name_within_a_word_is_no_name():
    assert REDACTION.of("malice, alice") == "malice, <user 1>"
