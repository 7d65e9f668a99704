"""The lab's programs and scenarios on the real kernel: are they real, and really Multipath TCP?"""

import asyncio
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mpmanager.lab.errors import LabError, ProgramFailedError
from mpmanager.lab.instance import Lab
from mpmanager.lab.messages import Direction
from mpmanager.lab.play import Step, StepKind, play
from mpmanager.lab.programs import (
    Command,
    Download,
    HttpServer,
    Iperf3,
    Iperf3Server,
    Messages,
    MessagesServer,
    is_listening,
    mptcp_sockets,
    run_to_end,
    running,
)
from mpmanager.lab.report import Verdict
from mpmanager.lab.scenario import Scenario, scenario_of
from mpmanager.lab.units import Duration, Rate

pytestmark = pytest.mark.alone

LabUp = Callable[..., Lab]
TIMEOUT_S = 10.0

SCENARIO = {
    "description": "a short one",
    "topology": "thesis",
    "duration": "2s",
    "programs": [
        {"run": "messages-server", "name": "server"},
        {"run": "messages", "name": "call", "duration": "1.5s"},
        {"run": "command", "name": "quick", "argv": ["sh", "-c", "echo broken >&2; exit 3"], "start": "0.2s"},
    ],
    "events": [
        {"at": "500ms", "link": "wlan0", "loss": "100%", "say": "gone"},
        {"at": "800ms", "link": "wlan0", "loss": "0%", "say": "back"},
    ],
    "expectations": {
        "programs": [
            {"program": "call", "measure": "lost", "at_most": 0},
            {"program": "call", "measure": "max_ms", "at_least": 200},
            {"program": "quick", "exit": 3},
        ],
        "links": [{"link": "wlan0", "direction": "up", "at_least": "70kB"}],
    },
}


def short_scenario(**changes: object) -> Scenario:
    return scenario_of(SCENARIO | changes, path=Path("short.toml"))


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def has_connection(lab: Lab, place: str, port: int) -> bool:
    """Whether `ss -M`, which shows nothing but MPTCP, has an established connection with that port."""
    return any("ESTAB" in line and f":{port} " in f"{line} " for line in mptcp_sockets(lab, place))


@pytest.mark.parametrize("version", [4, 6])
def test_curl_and_nginx_speak_mptcp(lab_up: LabUp, version: int) -> None:
    lab = lab_up("thesis")
    with (
        running(lab, HttpServer(name="web", files=("4M",))),
        running(lab, Download(name="page", file="4M", version=version)) as curl,
    ):
        wait_until(lambda: has_connection(lab, "laptop", 80) and has_connection(lab, "server", 80))
        assert curl.wait(TIMEOUT_S) == 0
    measures = Download(name="page", file="4M").measure((lab.log_directory / "page.out").read_text())
    assert measures["bytes"] == 4_000_000
    assert measures["bit_s"] < 10e6


@pytest.mark.parametrize("version", [4, 6])
def test_iperf3_speaks_mptcp_and_keeps_to_its_rate(lab_up: LabUp, version: int) -> None:
    lab = lab_up("thesis")
    upload = Iperf3(name="upload", version=version, duration=Duration(2), rate=Rate(2e6))
    with running(lab, Iperf3Server(name="server")):
        with running(lab, upload) as client:
            wait_until(lambda: has_connection(lab, "laptop", 5201) and has_connection(lab, "server", 5201))
            assert client.wait(TIMEOUT_S) == 0
        measures = upload.measure((lab.log_directory / "upload.out").read_text())
    assert measures["bit_s"] == pytest.approx(2e6, rel=0.2)


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("direction", list(Direction))
def test_messages_arrive_after_the_delay_of_the_link(lab_up: LabUp, version: int, direction: Direction) -> None:
    lab = lab_up("thesis")
    call = Messages(name="call", version=version, direction=direction, duration=Duration(1), congestion="cubic")
    with running(lab, MessagesServer(name="server")):
        measures = run_to_end(lab, call)
    assert measures["received"] == 50
    assert measures["lost"] == 0
    # 15 ms of delay, and 1,072 bytes at 10 Mbit/s.
    assert measures["p50_ms"] == pytest.approx(15.9, abs=1.5)
    assert '"mptcp": true' in (lab.log_directory / "call.out").read_text()


def test_a_server_without_mptcp_is_told_from_one_with_it(lab_up: LabUp) -> None:
    lab = lab_up("thesis")
    with running(lab, Command(name="plain", argv=("iperf3", "-s"), on="server")):
        wait_until(lambda: is_listening(lab, "server", 5201))
        assert mptcp_sockets(lab, "server") == ()
        assert run_to_end(lab, Iperf3(name="client", duration=Duration(1)))["bytes"] > 0
    with running(lab, Iperf3Server(name="multipath")):
        assert any(":5201" in line for line in mptcp_sockets(lab, "server"))


def test_a_program_that_fails_tells_in_its_own_words(lab_up: LabUp) -> None:
    lab = lab_up("thesis")
    with pytest.raises(ProgramFailedError, match=r"page ended with 7: curl: \(7\) Failed to connect"):
        run_to_end(lab, Download(name="page", file="1M"))
    with pytest.raises(ProgramFailedError, match=r"late did not end within 0.1 s"):
        run_to_end(lab, Command(name="late", argv=("sleep", "100")), timeout_s=0.1)
    with (
        running(lab, HttpServer(name="web")),
        pytest.raises(ProgramFailedError, match=r"second does not listen on port 99999: .*invalid port"),
        running(lab, HttpServer(name="second", port=99999)),
    ):
        pass


def test_a_scenario_is_played_in_time_and_judged(lab_up: LabUp) -> None:
    scenario = short_scenario()
    steps: list[Step] = []
    lab = lab_up(scenario.topology)
    report = asyncio.run(play(scenario, lab, on_step=steps.append))
    assert [check.verdict for check in report.checks] == [Verdict.HELD] * 4
    assert report.is_success
    changes = [(step.text, step.at_s) for step in steps if step.kind is StepKind.LINK_CHANGED]
    assert [text for text, _ in changes] == ["gone", "back"]
    assert changes[0][1] >= 0.5
    assert changes[1][1] >= 0.8
    assert any(step.text == "quick failed: broken" for step in steps)
    assert [step.at_s for step in steps] == sorted(step.at_s for step in steps)


def test_a_scenario_whose_expectation_fails_is_no_success(lab_up: LabUp) -> None:
    too_much = {"links": [{"link": "wwan0", "at_least": "1MB"}]}
    scenario = short_scenario(expectations=too_much, duration="1s", events=[], programs=SCENARIO["programs"][2:])
    report = asyncio.run(play(scenario, lab_up(scenario.topology)))
    assert [check.verdict for check in report.checks] == [Verdict.FAILED]
    assert not report.is_success


def test_a_cancelled_scenario_leaves_no_program(lab_up: LabUp) -> None:
    scenario = short_scenario(duration="60s")
    lab = lab_up(scenario.topology)

    async def cancel_when_it_runs() -> None:
        started = asyncio.Event()
        task = asyncio.create_task(play(scenario, lab, on_step=lambda _: started.set()))
        await asyncio.wait_for(started.wait(), TIMEOUT_S)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel_when_it_runs())
    found = subprocess.run(["ip", "netns", "pids", lab.namespace()], capture_output=True, text=True, check=True)
    assert found.stdout == ""
    assert mptcp_sockets(lab, "server") == ()


def test_a_scenario_whose_server_does_not_start_says_which(lab_up: LabUp) -> None:
    programs = [{"run": "http-server", "name": "web", "port": 99999}]
    scenario = short_scenario(programs=programs, expectations={})
    with pytest.raises(LabError, match="web does not listen on port 99999"):
        asyncio.run(play(scenario, lab_up(scenario.topology)))


def test_a_scenario_whose_link_dies_says_which(lab_up: LabUp) -> None:
    scenario = short_scenario(expectations={})
    lab = lab_up(scenario.topology)

    def lose_control(step: Step) -> None:
        if step.kind is StepKind.PROGRAM_STARTED:
            (lab.directory / "wlan0.sock").unlink(missing_ok=True)

    with pytest.raises(LabError, match="wlan0: its emulator does not answer"):
        asyncio.run(play(scenario, lab, on_step=lose_control))
