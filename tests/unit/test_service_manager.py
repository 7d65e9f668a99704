"""What a service manager hears, and what it is not told."""

import os
import socket

import pytest

from mpmanager.linux.service_manager import ServiceManager


@pytest.fixture
def hearing(tmp_path):
    """A socket such as systemd has, and its address."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.settimeout(5)
        listener.bind(str(tmp_path / "notify"))
        yield listener, str(tmp_path / "notify")


def test_it_hears_what_it_is_told_a_field_a_line(hearing):
    listener, address = hearing
    ServiceManager(address).tell(READY="1", STATUS="Managing 2 connections over 1 path")
    assert listener.recv(1000) == b"READY=1\nSTATUS=Managing 2 connections over 1 path"


def test_an_abstract_address_begins_with_an_at_sign():
    name = f"mpmanager-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.settimeout(5)
        listener.bind(f"\0{name}")
        ServiceManager(f"@{name}").tell(STOPPING="1")
        assert listener.recv(1000) == b"STOPPING=1"


def test_the_environment_says_where_and_how_often_and_children_do_not_hear_of_it(hearing):
    listener, address = hearing
    environment = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid()), "A": "b"}
    manager = ServiceManager.of_environment(environment)
    manager.tell(WATCHDOG="1")
    assert listener.recv(1000) == b"WATCHDOG=1"
    assert manager.watchdog_s == 30
    assert environment == {"A": "b"}


@pytest.mark.parametrize(
    "environment", [{}, {"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, {"WATCHDOG_USEC": "soon"}]
)
def test_no_watchdog_where_none_is_meant_for_this_process(environment):
    assert ServiceManager.of_environment(environment).watchdog_s is None


@pytest.mark.parametrize("address", ["", "/nowhere/at/all", "@mpmanager-nobody"])
def test_telling_nobody_is_no_error(address):
    ServiceManager(address).tell(READY="1")


def test_who_does_not_read_holds_up_nobody(hearing):
    _, address = hearing
    manager = ServiceManager(address)
    for _ in range(2000):
        manager.tell(WATCHDOG="1")
