"""The Diagnostics page in the window."""

from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from mpmanager.api.structures import (
    DiagnosisInfo,
    FindingInfo,
    PlainStallInfo,
    ProbeInfo,
    RehearsalInfo,
    RehearsedInfo,
)
from mpmanager.model.diagnosis import FindingId, ProbeOutcome, ProbeStep, Severity
from mpmanager.model.errors import NotAuthorizedError
from mpmanager.model.rehearsal import Endurance
from mpmanager_ui.viewmodels.page_names import PageName
from mpmanager_ui.widgets.finding_card import CommandLine, FindingView
from mpmanager_ui.widgets.probe_grid import ProbeGrid

FOUND = DiagnosisInfo(
    findings=[
        FindingInfo(
            id=FindingId.NO_GATEWAY,
            severity=Severity.PROBLEM,
            title="No gateway",
            measured="wlan0 has 10.0.1.7/24 in Café am Markt.",
            meaning="It leads nowhere.",
            fix="Leave it out:",
            command="mpm path tier wlan0 never",
            path="wlan0",
        )
    ],
    probes=[ProbeInfo(path="wlan0", step=ProbeStep.GATEWAY, outcome=ProbeOutcome.SILENT, target="10.0.1.1")],
)


def page_of(stage):
    stage.begin()
    stage.window.show_page(PageName.DIAGNOSTICS)
    stage.settle()
    return stage.window.page_widget(PageName.DIAGNOSTICS)


def test_a_check_shows_what_was_found_and_its_report_names_nobody(stage):
    page = page_of(stage)
    assert page.sentence() == "Not checked yet"
    assert not page.copy_button.isEnabled()
    stage.daemon.manager.diagnosis = FOUND
    assert not page.server.isVisible()
    stage.act(page.ask_others.click)
    page.server.setText("192.0.2.7:443")
    stage.act(lambda: QTest.keyClick(page.server, "\r"))
    stage.wait_until(lambda: page.diagnosis is not None and page.check_button.isEnabled(), "it was checked")
    assert [each.server for each in stage.daemon.manager.examined] == ["192.0.2.7:443"]
    assert page.sentence() == "1\N{NO-BREAK SPACE}finding to look at."
    (card,) = page.findChildren(FindingView)
    assert card.accessibleName() == "Problem: No gateway"
    assert page.findChildren(ProbeGrid)
    stage.act(card.findChild(CommandLine).button.click)
    assert QGuiApplication.clipboard().text() == "mpm path tier wlan0 never"
    stage.act(page.copy_button.click)
    report = QGuiApplication.clipboard().text()
    assert "No gateway" in report
    assert [each for each in ("10.0.1", "Café", "Telekom") if each in report] == []


def test_a_check_that_is_refused_can_be_tried_again(stage):
    page = page_of(stage)
    stage.daemon.manager.refusal = NotAuthorizedError("may not")
    stage.act(page.check_button.click)
    stage.wait_until(page.check_button.isEnabled, "it has ended")
    assert stage.window.problem_banner.isVisible()
    assert page.sentence() == "Not checked yet"
    stage.daemon.manager.refusal = None
    stage.act(stage.window.problem_banner.button.click)
    stage.wait_until(lambda: page.diagnosis is not None and page.check_button.isEnabled(), "it was checked")
    assert page.sentence() == "Nothing is wrong, as far as was asked."


def test_without_the_daemon_nothing_can_be_checked(stage):
    page = page_of(stage)
    assert page.check_button.isEnabled()
    stage.daemon.stop()
    stage.wait_until(lambda: not page.check_button.isEnabled(), "the button went grey")


def test_a_proof_that_cannot_be_started_says_so(stage, tmp_path):
    page = page_of(stage)
    page.trust_test._mpm = tmp_path / "mpm"
    stage.act(page.trust_button.click)
    stage.wait_until(page.trust_button.isEnabled, "it was tried")
    assert "could not be started" in page.trust_sentence() or "root" in page.trust_sentence()


def test_nothing_is_tried_while_enforcing_is_paused(stage):
    page = page_of(stage)
    stage.run(stage.session.pause_enforcing(600))
    stage.act(page.trust_button.click)
    assert page.trust_sentence().startswith("Not proven: enforcing is paused until ")
    assert not page.trust_test.is_running
    assert page.trust_button.isEnabled()


def test_a_rehearsal_needs_a_path_and_the_daemon(stage):
    page = page_of(stage)
    card, paths = page.rehearsal, list(stage.world.paths)
    assert card.button.isEnabled()
    stage.world.paths.clear()
    stage.tick()
    stage.settle()
    assert card.paths.count() == 0
    assert not card.button.isEnabled()
    assert not card.paths.isEnabled()
    stage.world.paths.extend(paths)
    stage.tick()
    stage.settle()
    assert card.paths.currentText() == "Wi-Fi"
    assert card.button.isEnabled()
    stage.act(stage.daemon.stop)
    stage.wait_until(lambda: bool(stage.session.as_of), "contact was lost")
    assert not card.button.isEnabled()
    assert not card.paths.isEnabled()


def test_a_rehearsal_can_be_ended_and_says_what_became_of_each_connection(stage):
    page = page_of(stage)
    card, manager = page.rehearsal, stage.daemon.manager
    manager.rehearsal = RehearsalInfo(
        path="wlan0",
        took_s=10.0,
        connections=[
            RehearsedInfo(
                token="0x1",  # noqa: S106  # of a connection
                app="ssh",
                remote="",
                outcome=Endurance.MOVED,
                waited_ms=54.0,
                moved_to=["wwan0"],
                moved_bytes=1_400_000,
            )
        ],
        plain=[PlainStallInfo(app="curl", connections=2)],
    )
    stage.act(card.button.click)
    stage.wait_until(lambda: manager.rehearsals == [("wlan0", 10.0)], "it has begun")
    assert not card.paths.isEnabled()
    stage.act(card.button.click)
    stage.wait_until(card.paths.isEnabled, "it has ended")
    assert manager.rehearsals[1:] == [("wlan0", 0.0)]
    assert "2" in card.lines()[0]
    assert card.lines()[1].startswith("ssh went on by LTE after 54")
    assert "2" in card.sentence()
