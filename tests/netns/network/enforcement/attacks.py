"""A program that tries to get something out: reads names of attacks from its input and prints what became of each.

`python attacks.py SERVER4 SERVER6 PORT`. It leaves by wifi0 (10.0.1.1, 2001:db8:1::1) if it can. An outcome is
`answered` by the server, `sent` where no answer can come, `silence`, or the name of an error.
"""

import errno
import os
import socket
import struct
import sys
import threading
from pathlib import Path

SERVER = {socket.AF_INET: sys.argv[1], socket.AF_INET6: sys.argv[2]}
PORT = int(sys.argv[3])
LTE = {socket.AF_INET: "10.0.2.1", socket.AF_INET6: "2001:db8:2::1"}
WIFI = {socket.AF_INET: "10.0.1.1", socket.AF_INET6: "2001:db8:1::1"}
GATEWAY = {socket.AF_INET: "10.0.1.2", socket.AF_INET6: "2001:db8:1::2"}
TIMEOUT_S = 0.5
RAW_SEGMENTS = 50
IPPROTO_MPTCP = 262
SOL_MPTCP, MPTCP_INFO = 284, 1
SO_MARK = 36
IP_UNICAST_IF, IPV6_UNICAST_IF, IP_PKTINFO = 50, 76, 8
MSG_FASTOPEN = 0x20000000
MCAST_JOIN_GROUP = 42
ECHO_REQUEST = {socket.AF_INET: b"\x08\0\xf7\xfe\0\x01\0\0", socket.AF_INET6: b"\x80\0\0\0\0\x01\0\0"}

ATTACKS = {}
STEPS = {}
"""What is no attack in itself."""
HELD = {}


def attack(function):
    """Under its own name, for both IP versions."""
    for family, version in ((socket.AF_INET, 4), (socket.AF_INET6, 6)):
        ATTACKS[f"{function.__name__}{version}"] = (function, family)
    return function


def attack4(function):
    """Under its own name, for IPv4."""
    ATTACKS[function.__name__] = (function, socket.AF_INET)
    return function


def stream(family, protocol=socket.IPPROTO_TCP):
    made = socket.socket(family, socket.SOCK_STREAM, protocol)
    made.settimeout(TIMEOUT_S)
    return made


def datagrams(family):
    made = socket.socket(family, socket.SOCK_DGRAM)
    made.settimeout(TIMEOUT_S)
    return made


def to_wifi(made):
    made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"wifi0")
    return made


def from_wifi(made):
    made.bind((WIFI[made.family], 0))
    return made


def server(made):
    return SERVER[made.family], PORT


def talk(made):
    """Connect, ask, and wait for the answer."""
    with made:
        made.connect(server(made))
        return ask(made)


def ask(made):
    made.send(b"hello")
    return "answered" if made.recv(2) == b"ok" else "silence"


def send_to(made, address=None):
    with made:
        made.sendto(b"hello", address or server(made))
        return "answered" if made.recv(2) == b"ok" else "silence"


@attack
def tcp(family):
    return talk(stream(family))


@attack
def mptcp(family):
    return talk(stream(family, IPPROTO_MPTCP))


def _abandon(made):
    """Close it with the answer unread: the kernel resets it at once."""
    with made:
        made.connect(server(made))
        made.send(b"hello")
        return "answered" if made.recv(2, socket.MSG_PEEK) == b"ok" else "silence"


@attack
def tcp_abandoned(family):
    return _abandon(stream(family))


@attack
def mptcp_abandoned(family):
    return _abandon(stream(family, IPPROTO_MPTCP))


def _waiting_in_the_kernel(made):
    made.settimeout(None)
    for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        made.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", 1, 0))
    return made


@attack
def mptcp_again(family):
    """With the same socket, after it was refused."""
    with _waiting_in_the_kernel(stream(family, IPPROTO_MPTCP)) as made:
        if made.connect_ex((SERVER[family], PORT - 1)) != errno.ECONNREFUSED:
            return "not refused"
        made.connect(server(made))
        return ask(made)


def is_fallen_back(made):
    """To plain TCP: the kernel then knows of no Multipath TCP here."""
    try:
        made.getsockopt(SOL_MPTCP, MPTCP_INFO, 100)
    except OSError as error:
        if error.errno not in {errno.EOPNOTSUPP, errno.ENOPROTOOPT}:  # as TCP over IPv4 and IPv6 answers
            raise
        return True
    return False


def in_kind(name, prepare):
    """A step: whether what a socket becomes is `multipath`, or `plain` after all."""

    def step(family):
        with prepare(stream(family, IPPROTO_MPTCP)) as made:
            made.connect(server(made))
            ask(made)
            return "plain" if is_fallen_back(made) else "multipath"

    for family, version in ((socket.AF_INET, 4), (socket.AF_INET6, 6)):
        STEPS[f"kind_of_{name}{version}"] = (step, family)


def with_own_mark(made):
    made.setsockopt(socket.SOL_SOCKET, SO_MARK, 77)
    return made


for each_kind, each_preparation in {
    "mptcp": lambda made: made,
    "mptcp_bound": from_wifi,
    "mptcp_device": to_wifi,
    "mptcp_marked": with_own_mark,
}.items():
    in_kind(each_kind, each_preparation)


@attack
def udp_connected(family):
    return talk(datagrams(family))


@attack
def udp(family):
    return send_to(datagrams(family))


@attack4
def tcp_mapped(_family):
    with stream(socket.AF_INET6) as made:
        made.connect((f"::ffff:{SERVER[socket.AF_INET]}", PORT))
        return ask(made)


@attack4
def udp_mapped(_family):
    return send_to(datagrams(socket.AF_INET6), (f"::ffff:{SERVER[socket.AF_INET]}", PORT))


@attack4
def tcp_mapped_bound(_family):
    with stream(socket.AF_INET6) as made:
        made.bind(("::ffff:10.0.1.1", 0))
        made.connect((f"::ffff:{SERVER[socket.AF_INET]}", PORT))
        return ask(made)


@attack
def tcp_bound(family):
    return talk(from_wifi(stream(family)))


@attack
def mptcp_bound(family):
    return talk(from_wifi(stream(family, IPPROTO_MPTCP)))


@attack
def udp_connected_bound(family):
    return talk(from_wifi(datagrams(family)))


@attack
def udp_bound(family):
    return send_to(from_wifi(datagrams(family)))


@attack
def tcp_device(family):
    return talk(to_wifi(stream(family)))


@attack
def mptcp_device(family):
    return talk(to_wifi(stream(family, IPPROTO_MPTCP)))


@attack
def udp_device(family):
    return send_to(to_wifi(datagrams(family)))


@attack4
def tcp_unicast_interface(family):
    made = stream(family)
    made.setsockopt(socket.IPPROTO_IP, IP_UNICAST_IF, struct.pack("!I", socket.if_nametoindex("wifi0")))
    return talk(made)


@attack
def udp_unicast_interface(family):
    made = datagrams(family)
    level, option = (0, IP_UNICAST_IF) if family == socket.AF_INET else (socket.IPPROTO_IPV6, IPV6_UNICAST_IF)
    made.setsockopt(level, option, struct.pack("!I", socket.if_nametoindex("wifi0")))
    return send_to(made)


@attack4
def udp_packet_information_interface(family):
    return _with_packet_information(family, struct.pack("I4s4s", socket.if_nametoindex("wifi0"), b"", b""))


@attack4
def udp_packet_information_source(family):
    return _with_packet_information(family, struct.pack("I4s4s", 0, socket.inet_aton("10.0.1.1"), b""))


def _with_packet_information(family, information):
    with datagrams(family) as made:
        made.sendmsg([b"hello"], [(socket.IPPROTO_IP, IP_PKTINFO, information)], 0, server(made))
        return ask(made)


@attack
def neighbour(family):
    """Whoever is on the same link."""
    return send_to(datagrams(family), (GATEWAY[family], PORT))


@attack4
def link_local(_family):
    return send_to(datagrams(socket.AF_INET6), ("fe80::2", PORT, 0, socket.if_nametoindex("wifi0")))


@attack4
def broadcast(family):
    with datagrams(family) as made:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        made.sendto(b"hello", ("10.0.1.255", PORT))
        return "sent"


@attack4
def multicast(family):
    with datagrams(family) as made:
        made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("10.0.1.1"))
        made.sendto(b"hello", ("239.9.9.9", PORT))
        return "sent"


@attack4
def multicast6(_family):
    with datagrams(socket.AF_INET6) as made:
        interface = struct.pack("I", socket.if_nametoindex("wifi0"))
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, interface)
        made.sendto(b"hello", ("ff05::99", PORT))
        return "sent"


@attack4
def fast_open(family):
    with _waiting_in_the_kernel(stream(family)) as made:
        made.sendto(b"hello", MSG_FASTOPEN, server(made))
        return "answered" if made.recv(2) == b"ok" else "silence"


@attack
def raw(family):
    return _echo(_raw(family), family)


@attack
def raw_device(family):
    return _echo(to_wifi(_raw(family)), family)


@attack
def raw_bound(family):
    return _echo(from_wifi(_raw(family)), family)


def _raw(family):
    protocol = socket.IPPROTO_ICMP if family == socket.AF_INET else socket.IPPROTO_ICMPV6
    made = socket.socket(family, socket.SOCK_RAW, protocol)
    made.settimeout(TIMEOUT_S)
    return made


def _echo(made, family):
    with made:
        made.sendto(ECHO_REQUEST[family], (SERVER[family], 0))
        while source := made.recvfrom(1000)[1][0]:
            if source == SERVER[family]:
                return "answered"
        return "silence"


@attack
def raw_segments(family):
    """SYNs, by sockets whose protocol is TCP and which are no connections."""
    for _ in range(RAW_SEGMENTS):
        with socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_TCP) as made:
            made.sendto(struct.pack("!HHIIBBHHH", 4000, PORT, 0, 0, 5 << 4, 2, 1000, 0, 0), (SERVER[family], 0))
    return "sent"


@attack4
def ping_socket(family):
    with socket.socket(family, socket.SOCK_DGRAM, socket.IPPROTO_ICMP) as made:
        made.settimeout(TIMEOUT_S)
        made.sendto(ECHO_REQUEST[family], (SERVER[family], 0))
        return "answered" if made.recv(1000) else "silence"


@attack4
def forged_header(_family):
    with to_wifi(socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)) as made:
        addresses = socket.inet_aton("10.0.1.1") + socket.inet_aton(SERVER[socket.AF_INET])
        header = struct.pack("!BBHHHBBH", 0x45, 0, 28, 1, 0, 64, 17, 0) + addresses
        made.sendto(header + struct.pack("!HHHH", 4000, PORT, 8, 0), (SERVER[socket.AF_INET], 0))
        return "sent"


@attack4
def own_mark(family):
    """A route of the network's own choice, before and after connecting."""
    with stream(family) as made:
        made.setsockopt(socket.SOL_SOCKET, SO_MARK, 77)
        made.connect(server(made))
        made.setsockopt(socket.SOL_SOCKET, SO_MARK, 0)
        return ask(made)


@attack4
def own_mark_udp(family):
    with datagrams(family) as made:
        made.setsockopt(socket.SOL_SOCKET, SO_MARK, 0)
        made.sendto(b"hello", server(made))
        made.setsockopt(socket.SOL_SOCKET, SO_MARK, 0)
        made.sendto(b"hello", server(made))
        return "answered" if made.recv(2) == b"ok" else "silence"


@attack4
def own_mark_raw(family):
    made = _raw(family)
    made.setsockopt(socket.SOL_SOCKET, SO_MARK, 0)
    return _echo(made, family)


@attack
def group_membership(family):
    """The kernel reports to the routers around what an application wants to hear."""
    interface = socket.if_nametoindex("wifi0")
    if family == socket.AF_INET:
        request = struct.pack("4s4sI", socket.inet_aton("239.1.2.3"), b"", interface)
        return _join(family, socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, request)
    request = struct.pack("16sI", socket.inet_pton(family, "ff05::1234"), interface)
    return _join(family, socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, request)


@attack4
def group_membership_by_address(family):
    request = struct.pack("4s4s", socket.inet_aton("239.1.2.4"), socket.inet_aton("10.0.1.1"))
    return _join(family, socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, request)


@attack4
def group_membership_by_default(family):
    request = struct.pack("4s4s", socket.inet_aton("239.1.2.5"), b"")
    return _join(family, socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, request)


@attack4
def group_membership_of_any_version(family):
    address = struct.pack("=HH4s120x", socket.AF_INET, 0, socket.inet_aton("239.1.2.6"))
    request = struct.pack("=I4x", socket.if_nametoindex("wifi0")) + address
    return _join(family, socket.IPPROTO_IP, MCAST_JOIN_GROUP, request)


def _join(family, level, option, request):
    with datagrams(family) as made:
        made.setsockopt(level, option, request)
        threading.Event().wait(TIMEOUT_S)
        return "sent"


@attack4
def forked(family):
    """A child; what it got stands in its exit code."""
    child = os.fork()
    if child == 0:
        os._exit(0 if send_to(datagrams(family)) == "answered" and tcp(family) == "answered" else 1)
    return "answered" if os.waitpid(child, 0)[1] == 0 else "silence"


@attack4
def thread(family):
    outcomes = []
    made = threading.Thread(target=lambda: outcomes.extend((tcp(family), udp(family))))
    made.start()
    made.join()
    return "answered" if outcomes == ["answered", "answered"] else "silence"


@attack4
def cgroup_below(family):
    """A cgroup of its own below the restricted one, as container tools and shells make them."""
    hierarchy = next(line for line in Path("/proc/mounts").read_text().splitlines() if " cgroup2 " in line).split()[1]
    own = Path("/proc/self/cgroup").read_text().partition("0::")[2].splitlines()[0]
    below = Path(f"{hierarchy}{own}/below")
    below.mkdir()
    child = os.fork()
    if child == 0:
        (below / "cgroup.procs").write_text("0")
        os._exit(0 if send_to(datagrams(family)) == "answered" and tcp(family) == "answered" else 1)
    outcome = os.waitpid(child, 0)[1]
    below.rmdir()
    return "answered" if outcome == 0 else "silence"


def opens(function):
    """A first step: what it makes is kept for `use`."""

    def step(family):
        HELD[function.__name__] = function(family)
        return "opened"

    STEPS[function.__name__] = (step, socket.AF_INET)
    return function


def _connected(made):
    made.connect(server(made))
    ask(made)
    return made


@opens
def held_tcp(family):
    return _connected(stream(family))


@opens
def held_mptcp(family):
    return _connected(stream(family, IPPROTO_MPTCP))


@opens
def held_udp_connected(family):
    return _connected(datagrams(family))


@opens
def held_udp(family):
    return datagrams(family)


@opens
def held_udp6(_family):
    return datagrams(socket.AF_INET6)


@opens
def held_raw(family):
    return _raw(family)


@opens
def refused_mptcp(family):
    """One that has tried in vain."""
    made = _waiting_in_the_kernel(stream(family, IPPROTO_MPTCP))
    made.connect_ex((SERVER[family], PORT - 1))
    return made


@opens
def held_listener(family):
    made = stream(family, IPPROTO_MPTCP)
    made.bind(("", PORT + 1))
    made.listen()
    return made


@opens
def held_listener_of_both(_family):
    made = stream(socket.AF_INET6, IPPROTO_MPTCP)
    made.bind(("::", PORT + 1))
    made.listen()
    return made


def serve(_family):
    """Take in the next peer, and answer once."""
    HELD["served"] = HELD["held_listener_of_both"].accept()[0]
    HELD["served"].settimeout(TIMEOUT_S)
    return serve_more(None)


def serve_more(_family):
    HELD["served"].recv(100_000)
    HELD["served"].send(b"ok")
    return "answered"


STEPS["serve"] = (serve, None)
STEPS["serve_more"] = (serve_more, None)


def _aborted(family):
    """What it returns is the port that is no connection's any more."""
    with stream(family) as made:
        port = _connected(made).getsockname()[1]
        made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return str(port)


STEPS["aborted4"] = (_aborted, socket.AF_INET)
STEPS["aborted6"] = (_aborted, socket.AF_INET6)


def own_host(family):
    """A conversation with itself, over an address of the forbidden interface."""
    with stream(family) as listener, stream(family) as client:
        listener.bind((WIFI[family], 0))
        listener.listen()
        client.connect(listener.getsockname())
        with listener.accept()[0] as served:
            served.send(b"ok")
            return "answered" if client.recv(2) == b"ok" else "silence"


def packet_socket(_family):
    """A UDP packet as a frame of its own."""
    addresses = socket.inet_aton("10.0.1.1") + socket.inet_aton(SERVER[socket.AF_INET])
    header = struct.pack("!BBHHHBBH", 0x45, 0, 28, 1, 0, 64, 17, 0) + addresses
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM) as made:
        made.sendto(header + struct.pack("!HHHH", 4000, PORT, 8, 0), ("wifi0", 0x0800, 0, 0, b"\xff" * 6))
        return "sent"


def from_lte(made):
    made.bind((LTE[made.family], 0))
    return made


for each_family, each_version in ((socket.AF_INET, 4), (socket.AF_INET6, 6)):
    STEPS[f"tcp_from_lte{each_version}"] = (lambda family: talk(from_lte(stream(family))), each_family)
    STEPS[f"mptcp_from_lte{each_version}"] = (lambda family: talk(from_lte(stream(family, IPPROTO_MPTCP))), each_family)
    STEPS[f"udp_from_lte{each_version}"] = (lambda family: send_to(from_lte(datagrams(family))), each_family)
STEPS["packet_socket"] = (packet_socket, socket.AF_INET)
STEPS["own_host"] = (own_host, socket.AF_INET)


def use(name):
    """The second step: something more over what was opened before."""
    made = HELD[name]
    if name.startswith("held_raw"):
        made.sendto(ECHO_REQUEST[made.family], (SERVER[made.family], 0))
        return "sent"
    if name == "refused_mptcp":
        made.connect(server(made))
        return ask(made)
    if name in {"held_udp", "held_udp6"}:
        made.sendto(b"hello", server(made))
        return "answered" if made.recv(2) == b"ok" else "silence"
    return ask(made)


for each_name in tuple(STEPS):
    STEPS[f"use_{each_name}"] = (lambda _family, name=each_name: use(name), None)


def outcome_of(name):
    function, family = (ATTACKS | STEPS)[name]
    try:
        return function(family)
    except TimeoutError:
        return "silence"
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))


def main():
    print(" ".join(ATTACKS), flush=True)  # noqa: T201  # read by the test
    for line in sys.stdin:
        print(outcome_of(line.strip()), flush=True)  # noqa: T201  # read by the test


if __name__ == "__main__":
    main()
