"""A pause in the kernel: everything passes until a time, which the kernel looks at itself."""

import time

from mpmanager.model.enforcement import Restriction
from netns.restricted import restricting, tried

_ATTACKS = ("tcp4", "mptcp4", "udp6", "raw4", "tcp_bound4")


def now():
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def by_wifi(results):
    return {name for name, (_, wifi, _) in results.items() if wifi}


def test_a_pause_lets_everything_pass_until_its_time(cgroup, enforcement, attacker, captures):
    enforcement.apply(restricting(cgroup))
    enforcement.pause(now() + 60)
    assert by_wifi(tried(attacker, captures, _ATTACKS)) == set(_ATTACKS)
    attacker.tries("held_udp_connected")
    enforcement.pause(now())  # nobody takes it back: it is over
    assert by_wifi(tried(attacker, captures, (*_ATTACKS, "use_held_udp_connected"))) == set()


def test_a_pause_lets_handshakes_take_their_usual_path_until_it_is_taken_back(cgroup, enforcement, attacker, captures):
    enforcement.pause(now() + 60)
    enforcement.apply(restricting(cgroup, Restriction.HANDSHAKE))
    assert by_wifi(tried(attacker, captures, ["mptcp4", "mptcp_bound4"])) == {"mptcp4", "mptcp_bound4"}
    enforcement.pause(0)
    assert by_wifi(tried(attacker, captures, ["mptcp4", "mptcp_bound4"])) == set()
