"""What programs see of MPTCP_EXPIRATION and MPTCP_TRUSTED, and when the daemon's side knows of it."""

import asyncio
import ctypes
import errno
import os
import socket
import subprocess
from contextlib import closing

import pytest

from mpmanager.linux import socket_options
from mpmanager.linux.cgroups import LinuxCgroups
from mpmanager.linux.mptcp_pm import LinuxPathManager
from mpmanager.linux.object_files import OPTIONS
from mpmanager.linux.socket_options import LinuxSocketOptions
from mpmanager.model.errors import NotSupportedError
from mpmanager.model.pathmanager import ConnectionEstablished
from mpmanager.model.socket_options import NOTHING_ASKED
from netns.options import options_at
from netns.stage import (
    IPPROTO_MPTCP,
    Talk,
    lab_of_two_links,
    listening,
    on_the_laptop,
    socket_at,
    token_of,
    until,
)

EXPIRATION, TRUSTED = 0x6D700001, 0x6D700002
UNSET, NEVER, LONGEST = -2, -1, 60_000
PROTOCOLS = pytest.mark.parametrize("protocol", [IPPROTO_MPTCP, socket.IPPROTO_TCP], ids=["MPTCP", "TCP"])


@pytest.fixture(scope="module")
def lab():
    with lab_of_two_links("optionsof") as made:
        yield made


@pytest.fixture
def read_only(mount_point):
    subprocess.run(["mount", "-o", "remount,ro", mount_point], check=True)
    return mount_point


def said(made):
    return made.getsockopt(socket.SOL_TCP, EXPIRATION), made.getsockopt(socket.SOL_TCP, TRUSTED)


def say(made, expiration, trusted):
    made.setsockopt(socket.SOL_TCP, EXPIRATION, expiration)
    made.setsockopt(socket.SOL_TCP, TRUSTED, trusted)


def refusal(action, *arguments):
    """The name of the error."""
    try:
        action(*arguments)
    except OSError as error:
        return errno.errorcode[error.errno]
    return None


@PROTOCOLS
@on_the_laptop
async def test_a_socket_says_what_was_said_of_it_from_its_beginning(lab, mount_point, protocol):
    with options_at(lab, "laptop", mount_point), socket_at(lab, "laptop", socket.AF_INET, protocol) as made:
        assert said(made) == (UNSET, 0)
        for values in ((50, 1), (0, 1), (NEVER, 0), (LONGEST, 0), (UNSET, 0)):
            say(made, *values)
            assert said(made) == values


@PROTOCOLS
@on_the_laptop
async def test_bad_values_and_lengths_are_refused_and_change_nothing(lab, mount_point, protocol):
    bad = {EXPIRATION: (-3, LONGEST + 1, 2**31 - 1, -(2**31)), TRUSTED: (-1, 2, 256)}
    with options_at(lab, "laptop", mount_point), socket_at(lab, "laptop", socket.AF_INET, protocol) as made:
        say(made, 50, 1)
        for option, values in bad.items():
            for value in (*values, b"", b"\1", b"\1\0\0", b"\1\0\0\0\0", bytes(8), bytes(5000)):
                assert refusal(made.setsockopt, socket.SOL_TCP, option, value) == "EINVAL", value
            for length in (1, 3):
                assert refusal(made.getsockopt, socket.SOL_TCP, option, length) == "EINVAL", length
            assert len(made.getsockopt(socket.SOL_TCP, option, 16)) == 4
        assert said(made) == (50, 1)


@PROTOCOLS
@on_the_laptop
async def test_whoever_is_not_meant_meets_the_kernel_as_it_is(lab, mount_point, protocol):
    with socket_at(lab, "laptop", socket.AF_INET, protocol) as made, options_at(lab, "laptop", mount_point):
        others = {
            option: refusal(made.setsockopt, socket.SOL_TCP, option, 1) for option in (EXPIRATION - 1, 0x6D700003)
        }
        with socket_at(lab, "server", socket.AF_INET, protocol) as foreign:
            others |= {each: refusal(foreign.setsockopt, socket.SOL_TCP, each, 1) for each in (EXPIRATION, TRUSTED)}
    assert set(others.values()) == {"ENOPROTOOPT"}
    with socket_at(lab, "laptop", socket.AF_INET, protocol) as made:
        assert {refusal(made.setsockopt, socket.SOL_TCP, each, 1) for each in (EXPIRATION, TRUSTED)} == {"ENOPROTOOPT"}


@on_the_laptop
async def test_sockets_of_other_kinds_know_no_such_options(lab, mount_point):
    with (
        options_at(lab, "laptop", mount_point),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP) as segments,
        socket.socket(socket.AF_INET, socket.SOCK_RAW, IPPROTO_MPTCP) as of_its_number,
        socket.socket(socket.AF_UNIX) as local,
    ):
        for made in (datagrams, segments, of_its_number, local):
            assert refusal(made.setsockopt, socket.SOL_TCP, EXPIRATION, 1) in {"ENOPROTOOPT", "ENOTSUP"}


def _length_of_long(made, option):
    """Python itself asks for short ones only."""
    room, length = ctypes.create_string_buffer(8192), ctypes.c_uint32(8192)
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.getsockopt(made.fileno(), socket.SOL_TCP, option, room, ctypes.byref(length))
    return result, length.value, room.value


@on_the_laptop
async def test_other_options_of_any_length_are_the_kernels(lab, mount_point):
    """Also those that are longer than what the kernel shows to BPF, which is a page."""
    long = (0).to_bytes(4, "little") * 3 + bytes(6000)

    def answers(made):
        made.setsockopt(socket.SOL_TCP, socket.TCP_NODELAY, 1)
        made.setsockopt(socket.SOL_TCP, socket.TCP_CONGESTION, b"reno")
        return (
            made.getsockopt(socket.SOL_TCP, socket.TCP_NODELAY),
            made.getsockopt(socket.SOL_TCP, socket.TCP_CONGESTION, 16),
            _length_of_long(made, socket.TCP_CONGESTION),
            refusal(made.setsockopt, socket.SOL_IP, 41, long),  # IP_MSFILTER
            refusal(made.setsockopt, socket.SOL_SOCKET, socket.SO_KEEPALIVE, b"\1" + bytes(6000)),
        )

    with socket_at(lab, "laptop", socket.AF_INET, socket.IPPROTO_TCP) as made:
        before = answers(made)
        with options_at(lab, "laptop", mount_point):
            assert answers(made) == before


@on_the_laptop
async def test_what_is_said_before_connect_is_known_before_the_first_event_of_the_connection(
    lab, mount_point, tmp_path
):
    known = []
    path_manager = LinuxPathManager(remembered=tmp_path / "path-manager")
    with (
        closing(path_manager),
        options_at(lab, "laptop", mount_point) as (options, _told),
        listening(lab) as listener,
        socket_at(lab, "laptop", socket.AF_INET) as client,
    ):
        path_manager.listen(lambda event: known.append((event, options.wish(event.token))), lambda: None)
        say(client, 35, 1)
        client.connect((str(lab.server_address()), listener.getsockname()[1]))
        token = token_of(client)
        client.sendall(b"x")
        with listener.accept()[0] as accepted:
            accepted.sendall(b"x")
            await until(lambda: any(isinstance(event, ConnectionEstablished) for event, _wish in known), "it stands")
    assert {event.token for event, _wish in known} == {token}
    assert {(wish.wait_s, wish.is_trusted) for _event, wish in known} == {(0.035, True)}


@on_the_laptop
async def test_accepted_sockets_begin_with_what_the_listening_one_has_and_go_their_own_way(lab, mount_point):
    with options_at(lab, "server", mount_point) as (options, told), listening(lab) as listener:
        say(listener, 30, 1)
        address = (str(lab.server_address()), listener.getsockname()[1])
        with socket_at(lab, "laptop", socket.AF_INET) as client:
            client.connect(address)
            with listener.accept()[0] as accepted:
                token = token_of(accepted)
                await until(lambda: token in told, "the accepted connection is told")
                assert said(accepted) == (30, 1)
                assert (options.wish(token).wait_s, options.wish(token).is_trusted) == (0.03, True)
                say(accepted, 70, 0)
                assert said(accepted) == (70, 0)
                assert said(listener) == (30, 1)
                assert (options.wish(token).wait_s, options.wish(token).is_trusted) == (0.07, False)


@on_the_laptop
async def test_a_client_without_multipath_gives_a_plain_socket_that_inherits_nothing(lab, mount_point):
    with options_at(lab, "server", mount_point) as (_options, told), listening(lab) as listener:
        say(listener, 30, 1)
        with socket_at(lab, "laptop", socket.AF_INET, socket.IPPROTO_TCP) as client:
            client.connect((str(lab.server_address()), listener.getsockname()[1]))
            with listener.accept()[0] as accepted:
                assert said(accepted) == (UNSET, 0)
    assert not told


@on_the_laptop
async def test_of_plain_tcp_nothing_is_told_but_of_what_has_fallen_back_to_it(lab, mount_point):
    with options_at(lab, "laptop", mount_point) as (_options, told):
        with (
            listening(lab) as listener,
            socket_at(lab, "laptop", socket.AF_INET, socket.IPPROTO_TCP) as plain,
        ):
            plain.connect((str(lab.server_address()), listener.getsockname()[1]))
            say(plain, 30, 1)
            await asyncio.sleep(0.02)
            assert said(plain) == (30, 1)
        assert not told
        with Talk(lab, protocol=socket.IPPROTO_TCP) as fallen_back:
            say(fallen_back.client, 30, 1)
            await until(lambda: told, "it is told")


@on_the_laptop
async def test_the_same_thing_said_again_is_no_news_and_no_new_section(lab, mount_point):
    with options_at(lab, "laptop", mount_point) as (options, told), Talk(lab) as talk:
        say(talk.client, 30, 1)
        await until(lambda: talk.token in told, "it is told")
        wish = options.wish(talk.token)
        options.confirm(talk.token, wish)
        told.clear()
        say(talk.client, 30, 1)
        await asyncio.sleep(0.02)
        assert options.wish(talk.token) == wish
        assert said(talk.client) == (30, 2)
        assert not told


@on_the_laptop
async def test_news_for_which_there_was_no_room_is_made_up_for(lab, mount_point):
    with options_at(lab, "laptop", mount_point) as (options, told), Talk(lab) as talk, Talk(lab) as other:
        for value in range(10_000):  # the loop does not turn meanwhile
            talk.client.setsockopt(socket.SOL_TCP, EXPIRATION, value)
        other.client.setsockopt(socket.SOL_TCP, EXPIRATION, 77)
        await until(lambda: other.token in told, "the last change is told")
        assert options.wish(talk.token).wait_s == 9.999
        assert options.wish(other.token).wait_s == 0.077
        assert sorted(told) == sorted({talk.token, other.token}), "each once"


@on_the_laptop
async def test_where_nothing_can_be_pinned_that_is_said(lab, read_only):
    options = LinuxSocketOptions(mount_point=read_only)
    with closing(options), pytest.raises(NotSupportedError, match="nothing can be pinned at "):
        options.begin(LinuxCgroups().of_process(os.getpid()), lambda _token: None)


@on_the_laptop
async def test_maps_of_an_earlier_layout_are_removed(lab, mount_point, monkeypatch):
    with Talk(lab) as talk:
        with options_at(lab, "laptop", mount_point):
            say(talk.client, 30, 0)
        monkeypatch.setattr(socket_options, "OPTIONS", OPTIONS._replace(layout=OPTIONS.layout + 1))
        with options_at(lab, "laptop", mount_point) as (options, _told):
            assert options.wish(talk.token) == NOTHING_ASKED
    (namespace,) = (mount_point / "mpmanager").iterdir()
    assert [each.name for each in namespace.glob("options*")] == [f"options{OPTIONS.layout + 1}"]
