"""What mpm history prints, from what a daemon answers."""

import json

import msgspec
import pytest
from click.testing import CliRunner

from mpmanager.api.history import HistoryInfo, HistoryPath, HistoryQuery, HistoryRow, WaitCostInfo, WaitEstimate
from mpmanager.cli import history as module
from mpmanager.cli.main import main
from mpmanager.model.history import HistoryRange
from mpmanager.model.path import PathKind


def row(bar, name, path, rx_bytes, **other):
    known = {"tx_bytes": 0, "helper_bytes": 0, "helps": 0, "waits": 0, "waited_ms": None, "longest_ms": None}
    fields = known | {"allowed_ms": None, "metered": path == "wwan0"} | other
    return HistoryRow(bar=bar, app=f"exe:/{name}", name=name, path=path, rx_bytes=rx_bytes, **fields)


HELP = {"helper_bytes": 38_000_000, "helps": 14, "waits": 2, "longest_ms": 61.0, "allowed_ms": 50.0}
HISTORY = HistoryInfo(
    range=HistoryRange.WEEK,
    offset=1,
    edges=[1_794_700_800.0 + 86_400 * number for number in range(8)],
    zone="UTC",
    since=1_794_000_000.0,
    rows=[
        row(0, "ssh", "wlan0", 1_500_000),
        row(1, "ssh", "wwan0", 38_000_000, waited_ms=54.0, **HELP),
        row(2, "ssh", "wwan0", 2_000_000, waited_ms=60.0, **(HELP | {"helper_bytes": 0, "helps": 1, "waits": 1})),
        row(2, "=cmd()", "wlan0", 5),
    ],
    paths=[HistoryPath(name="wlan0", kind=PathKind.WIFI), HistoryPath(name="wwan0", kind=PathKind.LTE)],
)
ESTIMATE = WaitEstimate(
    app="ssh",
    names=["ssh"],
    weeks=1,
    start=0.0,
    end=604_800.0,
    moved_bytes=200_000_000,
    known_bytes=100_000_000,
    helper_bytes=38_000_000,
    helps=14,
    costs=[WaitCostInfo(wait_ms=0.0, bytes=100_000_000), WaitCostInfo(wait_ms=50.0, bytes=38_000_000)],
)


class Client:
    def __init__(self):
        self.asked = []

    async def history(self, query):
        self.asked.append(query)
        return HISTORY

    async def estimate_wait(self, app, weeks):
        self.asked.append((app, weeks))
        return ESTIMATE


@pytest.fixture
def mpm(monkeypatch):
    client = Client()

    def ask(_bus, talk):
        coroutine = talk(client)
        with pytest.raises(StopIteration) as done:
            coroutine.send(None)
        return done.value.value

    monkeypatch.setattr(module, "ask", ask)
    monkeypatch.setenv("TZ", "UTC")

    def run(*arguments):
        return CliRunner().invoke(main, ["history", *arguments]), client.asked

    return run


def test_a_line_for_each_program_and_path_the_most_first(mpm):
    result, asked = mpm("--week", "--back", "1", "--app", "ssh", "--metered")
    assert asked == [HistoryQuery(range=HistoryRange.WEEK, offset=1, app="ssh", only_metered=True)]
    lines = [line.split() for line in result.output.splitlines()]
    assert lines[0] == ["15", "November", "to", "21", "November", "2026"]
    assert lines[2] == [
        "ssh",
        "wwan0",
        "*",
        "40.0",
        "MB",
        "0",
        "B",
        "38.0",
        "MB",
        "15",
        "56",
        "ms",
        "(to",
        "61)",
        "50",
        "ms",
    ]
    assert lines[3][:4] == ["ssh", "wlan0", "1.5", "MB"]
    assert lines[-1] == ["*", "metered"]


def test_csv_and_json_hold_every_row(mpm):
    result, _asked = mpm("--month", "--csv")
    lines = result.output.splitlines()
    assert lines[0].startswith("start,end,app,name,path,metered,rx_bytes")
    assert lines[2].startswith("2026-11-16T00:00:00+00:00,2026-11-17T00:00:00+00:00,exe:/ssh,ssh,wwan0,1,38000000,0,")
    assert "'=cmd()" in lines[4]  # no formula
    result, _asked = mpm("--json")
    assert json.loads(result.output) == {"history": msgspec.to_builtins(HISTORY)}
    assert mpm("--json", "--csv")[0].exit_code == 2


def test_what_waits_would_have_cost(mpm):
    result, asked = mpm("cost", "--app", "ssh")
    assert asked == [("ssh", 1)]
    assert result.output.replace("\N{NO-BREAK SPACE}", " ").splitlines() == [
        "ssh: 200.0 MB in the last week, of which 38.0 MB went over a backup because of late data (14 times).",
        "Wait                 Would have gone over a backup",
        "0 (pool everything)               at most 100.0 MB",
        "50 ms                                      38.0 MB",
        "An estimate, from 100.0 MB of which the wait is known.",
    ]
