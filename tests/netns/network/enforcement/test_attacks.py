"""What a restricted application tries, and that nothing of it leaves elsewhere."""

from netns.restricted import restricting, tried

STEERED = "answered"
EXPECTED = {
    **dict.fromkeys(
        (
            *(
                f"{name}{version}"
                for name in ("tcp", "mptcp", "mptcp_again", "udp", "udp_connected", "raw")
                for version in (4, 6)
            ),
            *("tcp_mapped", "udp_mapped", "fast_open", "ping_socket"),
            *("own_mark", "own_mark_udp", "forked", "thread", "cgroup_below"),
        ),
        STEERED,
    ),
    **dict.fromkeys(
        (
            *(
                f"{name}_{how}{version}"
                for name in ("tcp", "mptcp", "udp")
                for how in ("bound", "device")
                for version in (4, 6)
            ),
            *(f"udp_connected_bound{version}" for version in (4, 6)),
            *("group_membership4", "group_membership6", "group_membership_of_any_version"),
            *("group_membership_by_address", "group_membership_by_default"),
            *("tcp_mapped_bound", "udp_packet_information_source"),
            *("broadcast", "multicast", "multicast6", "forged_header"),
            *("raw_device4", "raw_device6", "raw_bound4"),
        ),
        "EPERM",
    ),
}
"""What becomes of the attacks whose end is as important as that nothing leaks."""


def test_nothing_of_a_restricted_application_leaves_elsewhere_whatever_it_tries(
    two_paths, cgroup, enforcement, attacker, captures
):
    enforcement.apply(restricting(cgroup))
    results = tried(attacker, captures, attacker.attacks)
    assert {name: by_wifi for name, (_, by_wifi, _) in results.items() if by_wifi} == {}
    assert {name: results[name][0] for name in EXPECTED} == EXPECTED


def test_each_of_these_attacks_gets_through_where_nothing_is_restricted(attacker, captures):
    results = tried(attacker, captures, attacker.attacks)
    assert {name for name, (_, by_wifi, _) in results.items() if by_wifi == 0} == set()


def test_a_packet_socket_is_beyond_every_fence(cgroup, enforcement, attacker, captures):
    """No hook of a cgroup sees it. Only programs with CAP_NET_RAW can make one: decision 015."""
    enforcement.apply(restricting(cgroup))
    assert tried(attacker, captures, ["packet_socket"]) == {"packet_socket": ("sent", 1, 0)}
