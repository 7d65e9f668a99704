"""What somebody has done on a page before its picture is taken."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from fake_manager import FakeDaemon
from fake_profiles import CAFE
from PySide6.QtCore import QModelIndex

from mpmanager.api.structures import (
    DiagnosisInfo,
    FindingInfo,
    HopInfo,
    PlainStallInfo,
    ProbeInfo,
    RehearsalInfo,
    RehearsedInfo,
)
from mpmanager.model.diagnosis import FindingId, ProbeOutcome, ProbeStep, Severity
from mpmanager.model.rehearsal import Endurance
from mpmanager_ui.viewmodels.page_names import PageName
from mpmanager_ui.viewmodels.rule_draft import Preset
from mpmanager_ui.window import Window

Scene = Callable[[Window, FakeDaemon], Awaitable[None]]
WITHIN_S = 10.0

FOUND = DiagnosisInfo(
    findings=[
        FindingInfo(
            id=FindingId.GATEWAY_SILENT,
            severity=Severity.PROBLEM,
            title="The gateway of dsl0 does not answer",
            measured="192.0.2.1 was asked three times over dsl0 in two seconds and has not answered once.",
            meaning="Nothing gets out by this path at the moment, although its link is up.",
            fix="Look whether the modem is on. Until then, leave the path out:",
            command="mpm path tier dsl0 never",
            path="dsl0",
        ),
        FindingInfo(
            id=FindingId.JOIN_STRIPPED,
            severity=Severity.WARNING,
            title="Something on the way of wwan0 removes MP_JOIN",
            measured="example.org:443 speaks Multipath TCP over wlan0; over wwan0 the option was gone from the answer.",
            meaning="Connections that began elsewhere cannot use this path.",
            fix="Ask the provider of the network, or go through a proxy or a VPN there.",
            path="wwan0",
        ),
        FindingInfo(
            id=FindingId.APPLICATION_WITHOUT_MPTCP,
            severity=Severity.NOTE,
            title="rsync uses plain TCP",
            measured="2 connections of rsync use plain TCP.",
            meaning="They break when their path is lost.",
            fix="Have it ask for Multipath TCP:",
            command="mpm policy set exe:/usr/bin/rsync --multipath",
        ),
    ],
    probes=[
        ProbeInfo(path="wlan0", step=ProbeStep.ROUTE, outcome=ProbeOutcome.OK, took_ms=0.1),
        ProbeInfo(path="wlan0", step=ProbeStep.GATEWAY, outcome=ProbeOutcome.OK, target="10.0.1.1", took_ms=2.31),
        ProbeInfo(path="wlan0", step=ProbeStep.DNS, outcome=ProbeOutcome.OK, target="10.0.1.1", took_ms=14.2),
        ProbeInfo(path="wlan0", step=ProbeStep.SERVICE, outcome=ProbeOutcome.OK, target="192.0.2.80", took_ms=31.0),
        ProbeInfo(path="wlan0", step=ProbeStep.JOIN, outcome=ProbeOutcome.OK, target="192.0.2.80", took_ms=33.0),
        ProbeInfo(path="wwan0", step=ProbeStep.ROUTE, outcome=ProbeOutcome.OK, took_ms=0.1),
        ProbeInfo(path="wwan0", step=ProbeStep.GATEWAY, outcome=ProbeOutcome.OK, target="10.64.3.10", took_ms=48.7),
        ProbeInfo(path="wwan0", step=ProbeStep.DNS, outcome=ProbeOutcome.REFUSED, target="10.64.3.10"),
        ProbeInfo(path="wwan0", step=ProbeStep.SERVICE, outcome=ProbeOutcome.OK, target="192.0.2.80", took_ms=61.0),
        ProbeInfo(path="wwan0", step=ProbeStep.JOIN, outcome=ProbeOutcome.STRIPPED, target="192.0.2.80"),
        ProbeInfo(path="dsl0", step=ProbeStep.ROUTE, outcome=ProbeOutcome.OK, took_ms=0.1),
        ProbeInfo(path="dsl0", step=ProbeStep.GATEWAY, outcome=ProbeOutcome.SILENT, target="192.0.2.1"),
    ],
    hops=[
        HopInfo(path="wlan0", distance=1, address="10.0.1.1", took_ms=2.3),
        HopInfo(path="wlan0", distance=2, address=None, took_ms=None),
        HopInfo(path="wlan0", distance=3, address="192.0.2.80", took_ms=31.0, destination=True),
    ],
)
REHEARSED = RehearsalInfo(
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


async def _wait_until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not condition():  # noqa: ASYNC110  # nobody tells
            await asyncio.sleep(0.02)


async def checked(window: Window, daemon: FakeDaemon) -> None:
    """A check has found something of each sort, and a rehearsal was made."""
    window.show_page(PageName.DIAGNOSTICS)
    page = window.page_widget(PageName.DIAGNOSTICS)
    daemon.manager.diagnosis, daemon.manager.rehearsal = FOUND, REHEARSED
    daemon.manager.enough.set()
    page.check()
    page.rehearsal.button.click()
    await _wait_until(lambda: page.diagnosis is not None and page.rehearsal.lines())


async def checking(window: Window, daemon: FakeDaemon) -> None:
    """A check is under way, and so is a rehearsal."""
    window.show_page(PageName.DIAGNOSTICS)
    page = window.page_widget(PageName.DIAGNOSTICS)

    async def diagnose(_options: object) -> DiagnosisInfo:
        await daemon.manager.enough.wait()
        return FOUND

    daemon.manager.diagnose = diagnose
    page.check()
    page.rehearsal.button.click()


async def importing(window: Window, _daemon: FakeDaemon) -> None:
    """A profile that widens rights was opened and is looked at."""
    window.show_page(PageName.PROFILES)
    page = window.page_widget(PageName.PROFILES)
    await _wait_until(lambda: page.shelf.rows is not None)
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "cafe.toml"
        file.write_text(CAFE)
        page.open_file(file)
        await _wait_until(lambda: page.is_reviewing)


async def inspecting(window: Window, _daemon: FakeDaemon) -> None:
    """A row of the Live page is current."""
    window.show_page(PageName.LIVE)
    page = window.page_widget(PageName.LIVE)
    await _wait_until(lambda: page.model.rowCount(QModelIndex()))
    page.view.setCurrentIndex(page.model.index(0, 0))


async def editing(window: Window, _daemon: FakeDaemon) -> None:
    """The rule of a program has edits that are not applied yet."""
    window.show_page(PageName.APPLICATIONS)
    page = window.page_widget(PageName.APPLICATIONS)
    await _wait_until(page.list.applications.rowCount)
    page.list.setCurrentIndex(page.list.applications.index(1, 0))
    page.editor.presets.buttons[Preset.BROWSING].click()
    page.editor.trust.buttons["only"].click()
