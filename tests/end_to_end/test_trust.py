"""How far the networks of a lab are trusted: by what the scenario says they are, and by what a person says."""

import subprocess
import sys
from pathlib import Path

import pytest

from end_to_end.stage import until
from mpmanager.api.structures import EventKind
from mpmanager.lab.topology import LinkChange
from mpmanager.model.trust import Trust, TrustReason, TrustSource

pytestmark = pytest.mark.netns

MPM = Path(sys.executable).with_name("mpm")
YES, NO = Trust.TRUSTED, Trust.UNTRUSTED
NOT_SAID = TrustSource.AUTOMATIC


def mpm(daemon, *arguments):
    command = [MPM, "--bus", str(daemon.bus), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout.splitlines()


def verdict(daemon, name="wlan0"):
    path = daemon.path(name)
    return path.trust, path.trust_reason, path.trust_source


@pytest.mark.parametrize(
    ("topology", "level", "reason"),
    [
        ("home", YES, TrustReason.WIFI_WPA2),
        ("cafe", NO, TrustReason.WIFI_OPEN),
        ("thesis", NO, TrustReason.ENTERPRISE_UNKNOWN),
    ],
)
def test_the_protection_of_the_wifi_gives_the_level(lab_up, daemon_in, topology, level, reason):
    daemon = daemon_in(lab_up(topology))
    assert verdict(daemon) == (level, reason, NOT_SAID)
    assert verdict(daemon, "wwan0") == (YES, TrustReason.CELLULAR, NOT_SAID)


def test_a_decision_is_told_outlives_the_daemon_and_is_taken_back(lab_up, daemon_in):
    daemon = daemon_in(lab_up("cafe"))
    path = daemon.path("wlan0")
    said = mpm(daemon, "path", "trust", "wlan0", "trusted")
    assert said == [
        f"wlan0 is trusted now: you have said so of this network ({path.network_ids[0]})",
        "To go back: mpm path trust wlan0 auto --network",
    ]
    chosen = (YES, TrustReason.CHOSEN, TrustSource.NETWORK)
    assert verdict(daemon) == chosen
    daemon.stop()
    daemon.start()
    assert verdict(daemon) == chosen
    mpm(daemon, *said[-1].removeprefix("To go back: mpm ").split())
    assert verdict(daemon) == (NO, TrustReason.WIFI_OPEN, NOT_SAID)
    told = daemon.events(EventKind.TRUST_CHANGED)
    assert [(each.path, each.trust, each.trust_reason) for each in told] == [("wlan0", NO, TrustReason.WIFI_OPEN)]
    assert told[0].text.endswith("is untrusted now: everybody in reach can overhear an open Wi-Fi")


def test_a_decision_outlives_a_daemon_that_is_killed(lab_up, daemon_in):
    daemon = daemon_in(lab_up("home"))
    mpm(daemon, "path", "trust", "wlan0", "untrusted")
    daemon.kill()
    daemon.start()
    assert verdict(daemon) == (NO, TrustReason.CHOSEN, TrustSource.NETWORK)


def test_what_is_said_of_the_interface_counts_when_the_wifi_has_gone_and_returned(lab_up, daemon_in):
    lab = lab_up("home")
    daemon = daemon_in(lab)
    mpm(daemon, "path", "trust", "wlan0", "untrusted", "--interface")
    for state, is_up in (("no-carrier", False), ("up", True)):
        lab.change_link("wlan0", LinkChange(carrier=is_up))
        until(lambda state=state: daemon.path("wlan0").state == state, f"wlan0 is {state}")
        assert verdict(daemon) == (NO, TrustReason.CHOSEN, TrustSource.INTERFACE)
