"""How far real Wi-Fi networks are trusted, told by the real NetworkManager and nl80211."""

import asyncio
import json
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from end_to_end.stage import until
from mpmanager.api.structures import EventKind
from mpmanager.linux.network import LinuxNetworkObserver
from mpmanager.linux.nl80211 import Nl80211Source
from mpmanager.model.path import KindSource, Security
from mpmanager.model.trust import Trust, TrustReason, TrustSource
from system.wifi.access_points import BY_NAME, PASSPHRASE, SERVER_NAME, run
from system.wifi.moments import moments_of

YES, NO = Trust.TRUSTED, Trust.UNTRUSTED
EXPECTED = {
    "Cafe": (Security.OPEN, NO, TrustReason.WIFI_OPEN),
    "Home": (Security.WPA2, YES, TrustReason.WIFI_WPA2),
    "New Home": (Security.WPA3, YES, TrustReason.WIFI_WPA3),
    "Changing Home": (Security.WPA2, YES, TrustReason.WIFI_WPA2),
    "Old Home": (Security.WPA, NO, TrustReason.WIFI_TKIP),
    "Airport": (Security.OWE, NO, TrustReason.WIFI_OWE),
}
"""Of the networks that need no login. A network that takes both WPA2 and WPA3 is worth what the weaker one is."""
_NOTICE_LIMIT_S = 5.0
"""From the moment at which NetworkManager says that a network is in use."""


def judged(daemon, station, network):
    """What the daemon says of the card's network; it must have noticed the network within the limit."""

    def path():
        found = daemon.path(station.interface)
        return found if found.network == network else None

    return until(path, f"the daemon sees {network}", within_s=_NOTICE_LIMIT_S)


def verdict(daemon, station, network):
    path = judged(daemon, station, network)
    return path.security, path.trust, path.trust_reason


@pytest.mark.parametrize("network", EXPECTED)
def test_a_network_is_trusted_by_its_encryption(station, daemon, network):
    station.join(network)
    assert verdict(daemon, station, network) == EXPECTED[network]
    path = daemon.path(station.interface)
    assert path.kind_source is KindSource.NETWORK_MANAGER
    assert path.network_ids[0] == f"wifi:{network}/{EXPECTED[network][0].value}"
    assert path.trust_source is TrustSource.AUTOMATIC


@pytest.mark.parametrize("network", EXPECTED)
def test_the_kernel_says_the_same_of_a_network_as_networkmanager(station, network):
    station.join(network)
    hint = asyncio.run(_hint_of_the_kernel(station.interface))
    assert (hint.network, hint.security) == (network, EXPECTED[network][0])


async def _hint_of_the_kernel(interface):
    observer, source = LinuxNetworkObserver(), Nl80211Source(lambda: None)
    try:
        links = (await observer.observe()).links
        return source.hints(links)[socket.if_nametoindex(interface)]
    finally:
        source.close()
        await observer.close()


@pytest.mark.parametrize("network", EXPECTED)
def test_data_goes_over_a_network_that_is_in_use(station, network):
    station.join(network)
    with pytest.raises(ConnectionRefusedError):  # by the access point, where nobody listens
        socket.create_connection((BY_NAME[network].gateway, 9), timeout=30)


def test_roaming_changes_the_verdict_within_seconds(station, daemon, record_property):
    station.join("Home")
    judged(daemon, station, "Home")
    noticed_s = {}
    for network in ("Cafe", "New Home", "Airport", "Home"):
        before = len(daemon.events(EventKind.TRUST_CHANGED))
        station.join(network)
        begin = time.monotonic()
        _, level, reason = EXPECTED[network]
        told = until(
            lambda before=before, level=level: _told_since(daemon, before, level),
            f"the verdict on {network} is told",
            within_s=_NOTICE_LIMIT_S,
        )
        noticed_s[network] = round(time.monotonic() - begin, 2)
        assert (told.path, told.trust) == (station.interface, level)
        # In between nothing is known of the new network, which is a reason not to trust it, too.
        until(
            lambda level=level, reason=reason: _judgement(daemon, station) == (level, reason),
            f"{network} is {level} for its own reason",
        )
    record_property("seconds after NetworkManager", noticed_s)


def _judgement(daemon, station):
    path = daemon.path(station.interface)
    return path.trust, path.trust_reason


def _told_since(daemon, before, level):
    """The newest change of trust, if it is one to this level."""
    events = sorted(daemon.events(EventKind.TRUST_CHANGED), key=lambda each: each.id)[before:]
    return events[-1] if events and events[-1].trust is level else None


@pytest.mark.parametrize(("trusted", "untrusted"), [("Home", "Cafe"), ("New Home", "Airport")])
def test_an_untrusted_network_is_recognised_soon_after_it_was_joined(
    station, daemon, record_property, trusted, untrusted
):
    """As the kernel tells it, which comes before NetworkManager's word. What leaves meanwhile: check_leaks.py."""
    station.join(trusted)
    until(lambda: daemon.path(station.interface).trust is YES, f"{trusted} is trusted")
    before = len(daemon.events(EventKind.TRUST_CHANGED))
    with moments_of(BY_NAME[untrusted].address) as moments:
        station.join(untrusted)
        told = until(lambda: _told_since(daemon, before, NO), f"the verdict on {untrusted} is told")
    waited_s = {"verdict": told.time - moments.joined, "address": moments.addressed - moments.joined}
    record_property("ms after joining", {name: round(value * 1000) for name, value in waited_s.items()})
    assert told.time - moments.joined < _NOTICE_LIMIT_S


LOGINS = {
    "without a certificate": ((), NO, TrustReason.ENTERPRISE_NO_CERTIFICATE),
    "authority of its own": (("802-1x.ca-cert", "{own}"), YES, TrustReason.ENTERPRISE_CERTIFICATE),
    "public authority": (("802-1x.ca-cert", "{public}"), NO, TrustReason.ENTERPRISE_NO_CERTIFICATE),
    "public authority and name": (
        ("802-1x.ca-cert", "{public}", "802-1x.domain-suffix-match", SERVER_NAME),
        YES,
        TrustReason.ENTERPRISE_CERTIFICATE,
    ),
    "system's authorities": (("802-1x.system-ca-certs", "yes"), NO, TrustReason.ENTERPRISE_NO_CERTIFICATE),
    "system's authorities and name": (
        ("802-1x.system-ca-certs", "yes", "802-1x.domain-suffix-match", SERVER_NAME),
        YES,
        TrustReason.ENTERPRISE_CERTIFICATE,
    ),
}
"""How a profile asks for the certificate of the login, and what the network is worth then."""


@pytest.fixture(scope="session")
def authorities(station):
    """Where the login's authority is found: in a file of the user's, and among those of the system."""
    own, public = station.directory / "authority.pem", Path("/etc/ssl/certs/office.pem")
    public.parent.mkdir(parents=True, exist_ok=True)
    public.write_bytes(own.read_bytes())
    run(["openssl", "rehash", public.parent])
    bundle = public.parent / "ca-certificates.crt"
    bundle.write_bytes(own.read_bytes())
    return {"own": own, "public": public}


@pytest.mark.parametrize("how", LOGINS)
def test_a_login_is_trusted_where_the_certificate_is_validated(station, daemon, authorities, how):
    settings, level, reason = LOGINS[how]
    asked = ("802-1x.ca-cert", "", "802-1x.domain-suffix-match", "", "802-1x.system-ca-certs", "no")
    given = [each.format(**authorities) for each in settings]
    station.manage("connection", "modify", "id", "Office", *asked)
    station.manage("connection", "modify", "id", "Office", *given) if given else None
    station.leave()
    station.join("Office")
    assert verdict(daemon, station, "Office") == (Security.ENTERPRISE, level, reason)


def test_a_profile_that_is_changed_counts_from_the_next_time_on(station, daemon, authorities):
    """In force is what was applied, not what the profile says by now."""
    station.manage("connection", "modify", "id", "Office", "802-1x.ca-cert", "", "802-1x.system-ca-certs", "no")
    station.join("Office")
    assert verdict(daemon, station, "Office")[1:] == (NO, TrustReason.ENTERPRISE_NO_CERTIFICATE)
    station.manage("connection", "modify", "id", "Office", "802-1x.ca-cert", str(authorities["own"]))
    time.sleep(1)
    assert daemon.path(station.interface).trust is NO
    station.join("Office")
    until(lambda: daemon.path(station.interface).trust is YES, "the certificate counts", within_s=_NOTICE_LIMIT_S)


def test_the_command_says_why(station, daemon):
    station.join("Cafe")
    judged(daemon, station, "Cafe")
    command = ["mpm", "--bus", str(daemon.bus), "path", "trust", station.interface, "--json"]
    (path,) = json.loads(run(command))["paths"]
    assert (path["network"], path["trust"], path["trust_reason"]) == ("Cafe", "untrusted", "wifi-open")


def test_a_person_who_trusts_a_network_trusts_it_whenever_it_is_joined(station, daemon):
    station.join("Cafe")
    judged(daemon, station, "Cafe")
    mpm = ["mpm", "--bus", str(daemon.bus), "path", "trust", station.interface]
    run([*mpm, "trusted", "--network"])
    station.join("Airport")
    assert verdict(daemon, station, "Airport")[1:] == (NO, TrustReason.WIFI_OWE)
    station.join("Cafe")
    assert verdict(daemon, station, "Cafe")[1:] == (YES, TrustReason.CHOSEN)
    run([*mpm, "auto"])
    assert verdict(daemon, station, "Cafe")[1:] == (NO, TrustReason.WIFI_OPEN)


@pytest.fixture
def own_supplicant(station, tmp_path):
    """Joins a network without NetworkManager, which leaves the card alone until the test ends."""
    station.manage("device", "set", station.interface, "managed", "no")

    @contextmanager
    def joined(network, settings):
        configuration = tmp_path / "supplicant.conf"
        configuration.write_text(f'network={{\nssid="{network}"\n{settings}\n}}\n')
        command = ["wpa_supplicant", "-i", station.interface, "-c", configuration]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as supplicant:
            try:
                until(lambda: _is_joined(station, network), f"{network} is joined", within_s=60)
                yield
            finally:
                supplicant.terminate()

    yield joined
    station.manage("device", "set", station.interface, "managed", "yes")


def _is_joined(station, network):
    return f"SSID: {network}" in run(["iw", "dev", station.interface, "link"])


def test_of_a_card_that_networkmanager_leaves_alone_the_kernel_tells(station, daemon, own_supplicant):
    for network, settings in (("Cafe", "key_mgmt=NONE"), ("Home", f'psk="{PASSPHRASE}"')):
        with own_supplicant(network, settings):
            assert verdict(daemon, station, network) == EXPECTED[network]
