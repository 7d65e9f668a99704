"""The soak, a few seconds of it, on the real kernel."""

import os
import threading

import pytest

from mpmanager.bench import soak as soaking
from mpmanager.bench.soak import Application, soak
from mpmanager.bench.soak_checks import checks
from mpmanager.lab.instance import instances

pytestmark = [pytest.mark.netns, pytest.mark.slow, pytest.mark.alone]

FEW = (
    Application(name="browser", habit="requests", threads=2),
    Application(name="radio", habit="impatient", threads=1),
)
LONGEST_S = 60.0
ENOUGH = 4


@pytest.fixture
def soaked(monkeypatch):
    """What a soak saw that ended when some connections had ended."""
    over = threading.Event()
    monkeypatch.setattr(soaking, "APPLICATIONS", FEW)
    monkeypatch.setattr(soaking, "SAMPLE_EVERY_S", 0.3)
    monkeypatch.setattr(soaking, "_REST_S", 0.5)

    def look(progress):
        if progress.connections >= ENOUGH:
            over.set()

    return soak(LONGEST_S, seed=1, over=over, on_sample=look)


def unequal(soaked):
    """What is said of bytes that differ. Which program a connection of a tenth of a second belonged to, the daemon does
    not always find, nor every connection of a machine that is too busy: `mpm bench soak` says so.
    """
    return [each.text for each in checks(soaked) if each.is_held is False and "bytes of connections" in each.text]


def test_a_short_soak_counts_every_byte_and_one_that_is_lost_would_be_noticed(soaked):
    assert len(soaked.books.accounts) >= ENOUGH
    assert unequal(soaked) == []
    assert f"soak{os.getpid()}" not in instances()
    key, account = next((key, each) for key, each in soaked.books.accounts.items() if each.app.id == "app:soak.browser")
    account.rx_bytes -= 1
    assert unequal(soaked) == ["bytes of connections that differ from what both ends counted"], key
