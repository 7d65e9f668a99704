"""Which word on a Wi-Fi counts while it changes from one network to another."""

import pytest

from mpmanager.linux.identification import in_time
from mpmanager.model.network import LinkHint
from mpmanager.model.path import KindSource, PathKind, Security

HOME = LinkHint(
    source=KindSource.NETWORK_MANAGER,
    kind=PathKind.WIFI,
    network="Home",
    security=Security.WPA2,
    connection="11111111-1111-1111-1111-111111111111",
)
FORGOTTEN = LinkHint(source=KindSource.NETWORK_MANAGER, kind=PathKind.WIFI)


def radio(network, security):
    return LinkHint(source=KindSource.NL80211, kind=PathKind.WIFI, network=network, security=security)


@pytest.mark.parametrize(
    ("heard", "kept"),
    [
        (radio("Home", Security.WPA2), HOME),
        (radio("Home", None), HOME),
        (radio("Café", Security.OPEN), FORGOTTEN),
        (radio("Home", Security.OPEN), FORGOTTEN),
        (radio(None, None), FORGOTTEN),
    ],
    ids=["the same", "an untold protection", "another network", "a twin without encryption", "none"],
)
def test_what_networkmanager_tells_counts_while_the_radio_is_there(heard, kept):
    assert in_time({3: HOME}, {3: heard}) == {3: kept}


def test_what_has_no_radio_is_as_networkmanager_tells():
    assert in_time({3: HOME}, {4: radio("Café", Security.OPEN)}) == {3: HOME}
