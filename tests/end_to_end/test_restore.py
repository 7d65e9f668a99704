"""Normal networking after a daemon that was killed, in the café: by `mpmanagerd --restore`."""

import shutil

import pytest

from end_to_end.cafe import DAEMON, LTE, WIFI
from end_to_end.stage import subflow_paths, until

pytestmark = pytest.mark.netns


KERNEL, USERSPACE = "0", "1"
_ON_ITS_WAY_NOWHERE = " [unresolved]"
"""The kernel's word on a rule of trust that would go on with those of paths."""
_LISTINGS = (
    ["ip", "-4", "rule"],
    ["ip", "-6", "rule"],
    ["ip", "-4", "route", "show", "table", "all"],
    ["ip", "-6", "route", "show", "table", "all"],
)


def routing(lab, protocol):
    """The rules and routes that carry a number of ours."""
    lines = [line for listing in _LISTINGS for line in lab.run(listing).stdout.splitlines()]
    return {line.replace(_ON_ITS_WAY_NOWHERE, "") for line in lines if f"proto {protocol} " in f"{line} "}


def path_manager(lab):
    return lab.run(["sysctl", "-n", "net.mptcp.pm_type"]).stdout.strip()


def restore(cafe, *, check=True):
    return cafe.lab.run([DAEMON, "--restore", f"--state={cafe.daemon.directory / 'state'}"], check=check)


def test_networking_is_normal_again_after_a_kill_and_trust_stays(cafe):
    lab, state = cafe.lab, cafe.daemon.directory / "state"
    cafe.mpm("default", "--trust", "any")
    held, free = cafe.run_with("only"), cafe.talker()
    assert (held.says(cafe.opening()), free.says(cafe.opening())) == (str(cafe.lte), str(cafe.wifi))
    assert {each.says("ask 1000 300000") for each in (held, free)} == {"done"}

    refused = restore(cafe, check=False)
    assert refused.returncode == 1
    assert "another mpmanagerd" in refused.stderr
    assert (path_manager(lab), bool(routing(lab, 109))) == (USERSPACE, True)

    cafe.daemon.kill()
    trust = routing(lab, 110)
    assert (path_manager(lab), bool(routing(lab, 109)), bool(trust)) == (USERSPACE, True, True)
    shutil.rmtree(state)
    state.write_text("this is no directory")
    for _ in range(2):
        restore(cafe)
        assert (path_manager(lab), routing(lab, 109), routing(lab, 110)) == (KERNEL, set(), trust)
    state.unlink()

    assert free.says("ask 200000 200000") == "done", "its connection lives"
    free.tell("stop")
    free.process.wait(10)
    cafe.left(WIFI)
    assert held.says("ask 200000 200000") == "done"
    assert held.says(cafe.opening()) == str(cafe.lte)
    assert held.says("ask 200000 200000") == "done"
    assert held.says(cafe.opening("tcp") + f" {cafe.wifi}") == "EPERM"
    assert not cafe.left(WIFI)

    lab.run(["ip", "mptcp", "endpoint", "add", str(cafe.lte), "dev", LTE, "subflow"])
    cafe.left(LTE)
    another = cafe.talker()
    assert another.says(cafe.opening()) == str(cafe.wifi)
    assert another.says("ask 1000 300000") == "done"
    until(lambda: any(each.is_join for each in cafe.left(LTE)), "the kernel's own path manager opens subflows")
    lab.run(["ip", "mptcp", "endpoint", "flush"])

    cafe.daemon.start()
    assert path_manager(lab) == USERSPACE
    cafe.mpm("default", "--trust", "any")
    newest = cafe.talker()
    newest.says(cafe.opening())
    assert newest.says("ask 1000 300000") == "done"
    until(lambda: any(subflow_paths(each) == {WIFI, LTE} for each in cafe.daemon.connections()), "it is managed")

    cafe.daemon.stop()
    stopped = [lab.run(listing).stdout for listing in _LISTINGS]
    restore(cafe)
    assert [lab.run(listing).stdout for listing in _LISTINGS] == stopped, "after a clean stop there is nothing to do"
    assert path_manager(lab) == KERNEL
