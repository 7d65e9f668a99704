"""An interface that is taken away, and comes back by itself whoever dies."""

import socket
import time

import pytest

from mpmanager.linux.blackout import LinuxBlackout
from mpmanager.model.names import LinkName
from netns.stage import lab_of_two_links

pytestmark = [pytest.mark.netns, pytest.mark.alone]


@pytest.fixture(scope="module")
def lab():
    with lab_of_two_links("black") as made:
        yield made


def answers(lab, link):
    """Whether the server answers over a link, be it that nobody listens."""

    def ask():
        with socket.socket() as asking:
            asking.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, link.encode())
            asking.settimeout(0.3)
            try:
                asking.connect((str(lab.server_address()), 9))
            except ConnectionRefusedError:
                return True
            except TimeoutError:
                return False

    return lab.inside("laptop", ask)


def tables(lab):
    return lab.run(["nft", "list", "tables"]).stdout


def test_it_comes_back_by_itself_and_nothing_is_left_after_the_end(lab):
    assert answers(lab, "wlan0")
    lab.inside("laptop", lambda: LinuxBlackout().begin(LinkName("wlan0"), 1.0))
    assert not answers(lab, "wlan0")
    deadline = time.monotonic() + 10
    while not answers(lab, "wlan0"):
        assert time.monotonic() < deadline
    lab.inside("laptop", LinuxBlackout().end)
    assert tables(lab) == ""


def test_it_ends_when_it_is_told_to_and_takes_away_no_other_link(lab):
    lab.inside("laptop", lambda: LinuxBlackout().begin(LinkName("dsl0"), 60.0))
    assert answers(lab, "wlan0")
    lab.inside("laptop", LinuxBlackout().end)
    assert tables(lab) == ""
    lab.inside("laptop", LinuxBlackout().end)
