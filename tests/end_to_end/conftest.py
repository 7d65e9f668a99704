"""Daemons, servers and programs that end with their test."""

from contextlib import ExitStack

import pytest

from end_to_end.cafe import Cafe
from end_to_end.stage import Daemon, Server


@pytest.fixture
def daemon_in(tmp_path):
    """Starts daemons in labs; stops them at the end and looks at what they said."""
    daemons = []

    def start(lab, **options):
        directory = tmp_path / f"daemon{len(daemons)}"
        directory.mkdir()
        daemons.append(Daemon(lab, directory, **options))
        return daemons[-1].start()

    yield start
    for each in daemons:
        each.stop()


@pytest.fixture
def server_in():
    """Starts servers in labs."""
    servers = []

    def start(lab, **options):
        servers.append(Server(lab, **options))
        return servers[-1]

    yield start
    for each in servers:
        each.close()


@pytest.fixture
def running():
    """Ends the programs that a test adds to this list."""
    programs = []
    yield programs
    for each in programs:
        if each.poll() is None:
            each.terminate()
        each.communicate(timeout=10)


@pytest.fixture
def cafe(lab_up, daemon_in, running):
    """A daemon and programs in a café."""
    with ExitStack() as stack:
        lab = lab_up("cafe")
        yield Cafe(stack, lab, daemon_in(lab), running)
