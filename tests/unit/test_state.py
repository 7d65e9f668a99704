"""What outlives the daemon."""

import logging
from ipaddress import ip_address

import msgspec
import pytest
from msgspec.structs import asdict

from mpmanager.core.connection_state import ConnectionMemory
from mpmanager.daemon.state import StateDirectory, _ConnectionEntry
from mpmanager.model.connection import Endpoint, FourTuple
from mpmanager.model.errors import StateFileError
from mpmanager.model.names import AddressId, Token

MEMORY = ConnectionMemory(
    token=Token(0xDEADBEEF),
    initial=FourTuple(Endpoint(ip_address("10.0.1.2"), 40000), Endpoint(ip_address("2001:db8::80"), 443)),
    is_initial_address_forbidden=True,
    announced=((AddressId(3), Endpoint(ip_address("198.51.100.1"), 8443)),),
    offered=((AddressId(1), ip_address("fd00::2")), (AddressId(2), ip_address("10.0.2.2"))),
    has_left_initial_address=True,
)


def test_what_is_noted_of_connections_is_read_back(tmp_path):
    StateDirectory(tmp_path).save_connections([MEMORY])
    assert StateDirectory(tmp_path).load_connections() == [MEMORY]


def test_nothing_noted_is_nothing_known(tmp_path):
    assert StateDirectory(tmp_path).load_connections() == []


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[{",
        b'{"token": 1}',
        msgspec.json.encode([asdict(_ConnectionEntry.of(MEMORY)) | {"local": ["nowhere", 1]}]),
    ],
)
def test_a_damaged_note_is_said_and_costs_only_itself(tmp_path, caplog, text):
    (tmp_path / "connections.json").write_bytes(text)
    with caplog.at_level(logging.WARNING):
        assert StateDirectory(tmp_path).load_connections() == []
    assert "connections.json cannot be read" in caplog.text


def test_a_note_that_cannot_be_written_leaves_the_old_one(tmp_path):
    directory = StateDirectory(tmp_path)
    directory.save_connections([MEMORY])
    (tmp_path / "connections.new").mkdir()
    with pytest.raises(StateFileError, match=r"connections\.json"):
        directory.save_connections([])
    assert directory.load_connections() == [MEMORY]


def test_a_directory_serves_one_daemon_at_a_time(tmp_path):
    for _daemon in range(2):
        with (
            StateDirectory(tmp_path),
            pytest.raises(StateFileError, match="another mpmanagerd"),
            StateDirectory(tmp_path),
        ):
            pass


@pytest.mark.parametrize("mode", [0o777, 0o775, 0o1777])
def test_a_directory_in_which_others_may_write_is_refused(tmp_path, mode):
    directory = tmp_path / "shared"
    directory.mkdir()
    directory.chmod(mode)
    with pytest.raises(StateFileError, match="others may write in this directory"):
        StateDirectory(directory)
