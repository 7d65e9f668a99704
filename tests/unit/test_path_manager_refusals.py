"""How the path manager understands refusals of kernels that this machine does not run."""

import errno
from ipaddress import IPv4Address

import pytest

from mpmanager.linux import mptcp_pm
from mpmanager.linux.generic_netlink import Family
from mpmanager.linux.mptcp_pm import LinuxPathManager
from mpmanager.model.connection import Endpoint, FourTuple
from mpmanager.model.errors import CommandRefusedError, ManagedElsewhereError
from mpmanager.model.names import AddressId, Token
from mpmanager.model.pathmanager import SetBackup

SET_FLAGS, SUBFLOW_DESTROY = 7, 11
FLOW = FourTuple(Endpoint(IPv4Address("192.0.2.7"), 40000), Endpoint(IPv4Address("198.51.100.1"), 443))
SET_BACKUP = SetBackup(token=Token(1), flow=FLOW, local_id=AddressId(0), is_backup=True)


@pytest.fixture
def path_manager(monkeypatch, tmp_path):
    """Makes the adapter on a kernel that gives these words, by command."""

    def on_kernel(words):
        class Kernel:
            def __init__(self, _protocol):
                pass

            def command(self, _family, body, *, what):
                raise CommandRefusedError(f"{what}: {words[body[0]]}", errno=errno.EINVAL)

        monkeypatch.setattr(mptcp_pm, "NetlinkSocket", Kernel)
        monkeypatch.setattr(mptcp_pm, "find_family", lambda _netlink, _name: Family(id=30, groups={}))
        return LinuxPathManager(remembered=tmp_path / "remembered")

    return on_kernel


def test_linux_6_1_says_of_backup_flags_only_indirectly_that_a_connection_is_managed_elsewhere(path_manager):
    there = path_manager({SET_FLAGS: "Invalid argument", SUBFLOW_DESTROY: "invalid request; userspace PM not selected"})
    with pytest.raises(ManagedElsewhereError):
        there.execute(SET_BACKUP)


def test_a_backup_flag_that_linux_6_1_refuses_for_another_reason_stays_a_refusal(path_manager):
    there = path_manager({SET_FLAGS: "Invalid argument", SUBFLOW_DESTROY: "missing local port"})
    with pytest.raises(CommandRefusedError, match="SetBackup: Invalid argument") as refusal:
        there.execute(SET_BACKUP)
    assert not isinstance(refusal.value, ManagedElsewhereError)
