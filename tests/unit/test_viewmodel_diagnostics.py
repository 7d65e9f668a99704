"""What the Diagnostics page says, without Qt."""

from pathlib import Path

import msgspec
import pytest

from mpmanager.api.structures import DiagnosisInfo, FindingInfo, HopInfo, ProbeInfo
from mpmanager.model.diagnosis import FindingId, ProbeOutcome, ProbeStep, Severity
from mpmanager.verify.report import ProofInfo
from mpmanager.verify.verdict import Verdict
from mpmanager_ui.viewmodels.diagnostics import (
    STEP_WORDS,
    Mood,
    hop_lines,
    probe_table,
    summary,
    trust_test_command,
    trust_test_result,
)

TITLES = {"wlan0": "Wi-Fi", "wwan0": "LTE"}
PROOF = ProofInfo(
    proven=True,
    verdict=Verdict.PASSED,
    destinations=["192.0.2.1"],
    sinks=[],
    began=0.0,
    took_s=1.0,
    notes=[],
    cases=[],
)


def probe(path, step, outcome, took_ms=None):
    return ProbeInfo(path=path, step=step, outcome=outcome, took_ms=took_ms)


def finding(severity):
    return FindingInfo(id=FindingId.NO_DNS, severity=severity, title="", measured="", meaning="", fix="")


def test_every_step_has_a_word():
    assert all(STEP_WORDS[step] for step in ProbeStep)


def test_steps_go_down_and_paths_across_and_what_nobody_was_asked_stands_below():
    table = probe_table(
        [
            probe("wlan0", ProbeStep.GATEWAY, ProbeOutcome.OK, took_ms=12.0),
            probe("wlan0", ProbeStep.PORTAL, ProbeOutcome.NOT_ASKED),
            probe("wwan0", ProbeStep.GATEWAY, ProbeOutcome.OK, took_ms=30.0),
            probe("wwan0", ProbeStep.GATEWAY, ProbeOutcome.SILENT),
        ],
        TITLES,
    )
    assert table.paths == ("Wi-Fi", "LTE")
    (row,) = table.rows
    assert [each.mood for each in row.cells] == [Mood.GOOD, Mood.BAD]
    assert row.cells[1].text == "silent"
    assert "Captive portal" in table.left_out


@pytest.mark.parametrize(
    ("severities", "mood"),
    [
        ([], Mood.GOOD),
        ([Severity.NOTE], Mood.GOOD),
        ([Severity.WARNING], Mood.DOUBTFUL),
        ([Severity.WARNING, Severity.PROBLEM], Mood.BAD),
    ],
)
def test_notes_are_nothing_wrong_and_the_worst_decides(severities, mood):
    assert summary(DiagnosisInfo(findings=[finding(each) for each in severities]))[1] is mood


def test_a_router_that_does_not_answer_is_a_star():
    hops = [
        HopInfo(path="wlan0", distance=1, address=None, took_ms=None),
        HopInfo(path="wlan0", distance=2, address="192.0.2.9", took_ms=20.0),
    ]
    assert hop_lines(hops, TITLES)[0].startswith("Wi-Fi: * → 192.0.2.9 (20")


def test_the_proof_asks_for_root_where_a_dialogue_can():
    mpm = Path("/usr/bin/mpm")
    assert trust_test_command(mpm, "system", is_root=False, pkexec="/usr/bin/pkexec")[0] == "/usr/bin/pkexec"
    assert trust_test_command(mpm, "system", is_root=False, pkexec=None)[0] == "/usr/bin/mpm"
    assert trust_test_command(mpm, "system", is_root=True, pkexec="/usr/bin/pkexec")[0] == "/usr/bin/mpm"


@pytest.mark.parametrize("exit_code", [4, 126, 127])
def test_a_proof_that_needs_rights_says_what_to_type(exit_code):
    command = ["/usr/bin/pkexec", "/usr/bin/mpm", "--bus", "system", "verify", "trust", "--json"]
    result = trust_test_result(command, exit_code, b"", "mpm: needs root")
    assert result.command == "sudo /usr/bin/mpm --bus system verify trust"
    assert result.mood is Mood.DOUBTFUL


def test_a_program_that_says_no_proof_is_not_believed():
    result = trust_test_result(["mpm"], 0, b"", "")
    assert (result.mood, result.text) == (Mood.DOUBTFUL, "Not proven: it said nothing.")
    assert "no bus" in trust_test_result(["mpm"], 3, b"", "mpm: no bus\nmore").text


def test_without_attempts_nothing_is_called_proven():
    output = msgspec.json.encode({"proof": PROOF})
    assert trust_test_result(["mpm"], 0, output, "").mood is Mood.NEUTRAL
