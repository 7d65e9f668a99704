"""Names from /etc/hosts."""

from ipaddress import ip_address

from mpmanager.linux.hosts_file import HostsFile, parse_hosts

TEXT = """\
127.0.0.1\tlocalhost
192.0.2.7  NAS.lan nas   # the box in the cellar
192.0.2.7  media.lan.
::ffff:192.0.2.8 printer
fe80::1%eth0 router
# 192.0.2.9 nobody
not-an-address name
192.0.2.10
192.0.2.11 good not/a/name
"""


def test_every_name_of_a_line_counts_and_what_says_nothing_is_passed_over():
    assert parse_hosts(TEXT) == {
        ip_address("127.0.0.1"): {"localhost"},
        ip_address("192.0.2.7"): {"nas.lan", "nas", "media.lan"},
        ip_address("192.0.2.8"): {"printer"},
        ip_address("fe80::1"): {"router"},
        ip_address("192.0.2.10"): frozenset(),
        ip_address("192.0.2.11"): {"good"},
    }


def test_a_change_is_found_and_names_the_addresses_that_it_concerns(tmp_path):
    path = tmp_path / "hosts"
    hosts = HostsFile(path)
    assert hosts.refresh() == frozenset()
    path.write_text("192.0.2.1 one\n192.0.2.2 two\n")
    assert hosts.refresh() == {ip_address("192.0.2.1"), ip_address("192.0.2.2")}
    assert hosts.refresh() == frozenset()
    path.write_text("192.0.2.1 one\n192.0.2.2 second\n")
    assert hosts.refresh() == {ip_address("192.0.2.2")}
    assert hosts.names[ip_address("192.0.2.2")] == {"second"}
    path.unlink()
    assert hosts.refresh() == {ip_address("192.0.2.1"), ip_address("192.0.2.2")}
    assert hosts.names == {}
