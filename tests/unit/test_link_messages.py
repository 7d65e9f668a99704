"""Links by their bytes, where this kind of machine has no such device."""

from mpmanager.linux.network import _link

MONITOR = bytes.fromhex("000023030500000002100000000000000b000300687773696d300000")
"""The beginning of what Linux 6.12 says of hwsim0, which shows the frames of mac80211_hwsim (ARPHRD 803)."""
STATION = bytes.fromhex("000001000200000043100100000000000a000300776c616e30000000")
"""And of wlan0, a station of it that is in a network."""


def test_a_monitor_of_wifi_is_no_link() -> None:
    assert list(_link(memoryview(MONITOR))) == []


def test_a_wifi_station_is_a_link_like_a_network_card() -> None:
    (link,) = _link(memoryview(STATION))
    assert (link.name, link.index, link.is_enabled, link.has_carrier, link.hardware_type) == ("wlan0", 2, True, True, 1)
