"""The daemon sets the kernel's settings of its own network namespace, and takes them back."""

from pathlib import Path

import pytest

from mpmanager.lab.topology import Topology
from mpmanager.model.errors import InvalidValueError

pytestmark = pytest.mark.netns

ONE_LINK = Topology.from_data(
    {"links": {"wlan0": {"kind": "wifi"}}, "servers": {"server": {"addresses": ["10.9.9.9"]}}}, origin="the test"
)
NAME = "stale_loss_cnt"
SYSTEM_FILE = Path("/etc/sysctl.d/60-mpmanager.conf")


def value(lab, name=NAME):
    return lab.inside("laptop", lambda: Path(f"/proc/sys/net/mptcp/{name}").read_text().strip())


def test_a_setting_is_set_in_the_daemons_namespace_kept_in_its_directory_and_taken_back(lab_up, daemon_in):
    lab = lab_up(ONE_LINK)
    daemon = daemon_in(lab)
    outside = Path(f"/proc/sys/net/mptcp/{NAME}").read_text()
    before, file = value(lab), daemon.directory / "state" / SYSTEM_FILE.name
    daemon.ask(lambda client: client.set_sysctl(NAME, "2", persistent=True))
    assert (value(lab), file.read_text().splitlines()[1:]) == ("2", [f"net.mptcp.{NAME} = 2"])
    daemon.stop()
    assert value(lab) == "2"
    lab.run(["sysctl", "-qw", f"net.mptcp.{NAME}={before}"])
    daemon.start()
    assert value(lab) == "2"
    daemon.ask(lambda client: client.undo_sysctl(NAME))
    assert (value(lab), file.exists()) == (before, False)
    assert (Path(f"/proc/sys/net/mptcp/{NAME}").read_text(), SYSTEM_FILE.exists()) == (outside, False)


def test_who_manages_connections_is_not_for_sale(lab_up, daemon_in):
    lab = lab_up(ONE_LINK)
    daemon = daemon_in(lab)
    for name, other in (("path_manager", "kernel"), ("pm_type", "0")):
        before = value(lab, name)
        with pytest.raises(InvalidValueError, match="mpmanagerd manages connections here"):
            daemon.ask(lambda client, name=name, other=other: client.set_sysctl(name, other, persistent=False))
        assert value(lab, name) == before
