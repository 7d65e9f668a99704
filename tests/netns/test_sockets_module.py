"""`mpmanager.sockets` on the real kernel, with somebody who takes the options and with nobody."""

import socket
import threading
import time
from contextlib import contextmanager

import pytest

from mpmanager.sockets import (
    LONGEST_MS,
    NEVER,
    OptionsNotAvailableError,
    PlainTcpError,
    SectionNotInForceError,
    get_expiration,
    is_trusted,
    set_expiration,
    set_trusted,
    trusted,
)
from netns.options import options_at
from netns.stage import Talk, lab_of_two_links, on_the_laptop, socket_at


@pytest.fixture(scope="module")
def lab():
    with lab_of_two_links("sockets") as made:
        yield made


@contextmanager
def confirmed(options, token):
    """The first section that the connection begins meanwhile comes into force."""

    def confirm():
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if (wish := options.wish(token)).is_trusted:
                options.confirm(token, wish)
                return
            time.sleep(0.001)

    thread = threading.Thread(target=confirm)
    thread.start()
    yield
    thread.join(15)
    assert not thread.is_alive()


@on_the_laptop
async def test_without_anybody_to_take_options_all_of_them_say_so(lab):
    with Talk(lab) as talk:
        for action in (
            lambda: set_expiration(talk.client, 50),
            lambda: get_expiration(talk.client),
            lambda: set_trusted(talk.client, trusted=True),
            lambda: is_trusted(talk.client),
            trusted(talk.client).__enter__,
        ):
            with pytest.raises(OptionsNotAvailableError, match="mpmanagerd does not take socket options here"):
                action()


@on_the_laptop
async def test_an_expiration_is_read_as_it_was_set(lab, mount_point):
    with options_at(lab, "laptop", mount_point), socket_at(lab, "laptop", socket.AF_INET) as made:
        assert get_expiration(made) is None
        for ms in (0, 50, LONGEST_MS, NEVER, None):
            set_expiration(made, ms)
            assert get_expiration(made) == ms
        for ms in (-2, LONGEST_MS + 1):
            with pytest.raises(ValueError, match=rf"expiration {ms}: expected 0 to 60000 ms, -1 \(never\) or None"):
                set_expiration(made, ms)


@on_the_laptop
async def test_a_section_begins_when_it_is_in_force_and_ends_with_its_block(lab, mount_point):
    with options_at(lab, "laptop", mount_point) as (options, _told), Talk(lab) as talk:
        with confirmed(options, talk.token), trusted(talk.client):
            assert is_trusted(talk.client)
            with trusted(talk.client):
                assert is_trusted(talk.client)
            assert is_trusted(talk.client), "an inner one changes nothing"
        assert not options.wish(talk.token).is_trusted


@on_the_laptop
async def test_a_section_ends_also_when_its_block_fails_or_closes_the_socket(lab, mount_point):
    with options_at(lab, "laptop", mount_point) as (options, _told), Talk(lab) as talk:
        with pytest.raises(ZeroDivisionError), confirmed(options, talk.token), trusted(talk.client):
            raise ZeroDivisionError
        assert not options.wish(talk.token).is_trusted
        with confirmed(options, talk.token), trusted(talk.client):
            talk.client.close()


@on_the_laptop
async def test_a_section_that_does_not_come_into_force_in_time_is_ended_and_its_block_does_not_run(lab, mount_point):
    with options_at(lab, "laptop", mount_point) as (options, _told), Talk(lab) as talk:
        with (
            pytest.raises(SectionNotInForceError, match=r"not in force within 0\.05 s"),
            trusted(talk.client, timeout_s=0.05),
        ):
            pytest.fail("it is not in force")
        assert not options.wish(talk.token).is_trusted


@on_the_laptop
async def test_a_section_needs_a_connection_of_multipath_tcp(lab, mount_point):
    with (
        options_at(lab, "laptop", mount_point),
        socket_at(lab, "laptop", socket.AF_INET) as unconnected,
        pytest.raises(OSError, match="not connected"),
        trusted(unconnected),
    ):
        pytest.fail("it is not connected")
    with (
        options_at(lab, "laptop", mount_point),
        socket_at(lab, "server", socket.AF_INET, socket.IPPROTO_TCP) as listener,
        socket_at(lab, "laptop", socket.AF_INET, socket.IPPROTO_TCP) as plain,
    ):
        listener.bind(("", 0))
        listener.listen()
        plain.connect((str(lab.server_address()), listener.getsockname()[1]))
        with pytest.raises(PlainTcpError), trusted(plain):
            pytest.fail("it is plain TCP")
        assert not is_trusted(plain)


@on_the_laptop
async def test_a_daemon_that_stops_in_a_section_does_not_fail_its_end(lab, mount_point):
    with Talk(lab) as talk, options_at(lab, "laptop", mount_point) as (options, _told):
        with confirmed(options, talk.token), trusted(talk.client):
            options.close()
        with pytest.raises(OptionsNotAvailableError):
            is_trusted(talk.client)
