"""The proof that trusted paths are kept to: it passes where they are, and fails where the fence is broken."""

import json
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from end_to_end.stage import until
from mpmanager.linux import bpf, mounts
from mpmanager.linux.mounts import cgroup_mount

pytestmark = pytest.mark.netns

MPM = Path(sys.executable).with_name("mpm")
KINDS_OF_ONLY = {"tcp", "mptcp", "udp", "udp-connected", "dns", "ping"}


class Stage:
    """A café with a daemon and a rule: nothing of one program's cgroup on untrusted paths."""

    def __init__(self, lab, daemon):
        self.lab, self.daemon = lab, daemon
        self.directory = lab.cgroup() / "app.scope"
        self.directory.mkdir()
        self.cgroup = "/" + str(self.directory.relative_to(cgroup_mount()))
        self.root = str(Path(self.cgroup).parents[1])
        self.rule = f"cgroup:{self.cgroup}"
        self.mpm("app", "set", self.rule, "--trust", "only")

    def start(self, *arguments):
        command = [MPM, "--bus", str(self.daemon.bus), *arguments]
        return self.lab.popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def mpm(self, *arguments):
        """Exit code and output."""
        process = self.start(*arguments)
        output, errors = process.communicate(timeout=60)
        assert "Traceback" not in errors, errors
        return process.returncode, output

    def proof(self, *arguments):
        """Exit code and what was proven."""
        code, output = self.mpm("verify", "trust", "--json", *arguments)
        return code, json.loads(output)["proof"]

    def break_into(self, cgroup):
        """Take off all programs that hold a cgroup, behind the daemon's back."""
        number = (cgroup_mount() / cgroup[1:]).stat().st_ino
        pins = list(mounts.BPFFS.glob(f"mpmanager/namespace*/layout*/*-{number}"))
        assert pins
        for each in pins:
            bpf.detach(each)

    def cgroups(self):
        """That proofs have made; some may go while they are looked for."""
        root = cgroup_mount() / self.root[1:]
        found = (root / each[1:] for _id, each in mounts.cgroups_of(root))
        return [each for each in found if each.name.startswith("mpm-verify-")]

    def is_populated_by_proofs(self):
        return any((each / "cgroup.procs").read_text() for each in self.cgroups())

    def leftovers(self):
        """What proofs have made."""
        selectors = [each.selector for each in self.daemon.ask(lambda client: client.policies())]
        return [each for each in selectors if "mpm-verify" in each] + self.cgroups()


@pytest.fixture
def stage(lab_up, daemon_in):
    lab = lab_up("cafe")
    return Stage(lab, daemon_in(lab))


def case_of(proof, rule):
    return next(each for each in proof["cases"] if each["rule"] == rule)


def checks_of(case, path="wlan0"):
    return {each["traffic"]: each for each in case["checks"] if each["path"] == path}


def suites_in(file):
    return ET.parse(file).getroot()  # noqa: S314  # our own words


def test_what_is_in_force_is_proven(stage, tmp_path):
    code, proof = stage.proof("--junit", str(tmp_path / "trust.xml"))
    assert (code, proof["proven"], proof["verdict"]) == (0, True, "passed")
    assert proof["took_s"] < 30
    default, only = case_of(proof, "default"), case_of(proof, stage.rule)
    assert (default["cgroup"], default["demand"]) == (stage.root, "handshake")
    assert (only["cgroup"], only["demand"]) == (stage.cgroup, "only")
    assert {kind: each["verdict"] for kind, each in checks_of(default).items()} == {"mptcp": "passed"}
    assert {kind: each["verdict"] for kind, each in checks_of(only).items()} == dict.fromkeys(KINDS_OF_ONLY, "passed")
    for case in (default, only):
        assert checks_of(case, "wwan0")[None]["verdict"] == "not-restricted"
        for each in checks_of(case).values():
            manners = Counter((attempt["manner"], attempt["ip_version"]) for attempt in each["attempts"])
            assert len(manners) == 12
            assert set(manners.values()) == {1}
    unbound = [each for each in checks_of(only)["tcp"]["attempts"] if each["manner"] == "unbound"]
    assert all(each["packets"].keys() == {"wwan0"} for each in unbound), "it leaves by the trusted path"
    suites = suites_in(tmp_path / "trust.xml")
    assert (suites.get("tests"), suites.get("failures"), suites.get("errors")) == ("86", "0", "0")
    assert stage.leftovers() == []


def test_a_broken_fence_is_seen(stage, tmp_path):
    stage.break_into(stage.cgroup)
    code, proof = stage.proof("--junit", str(tmp_path / "trust.xml"))
    assert (code, proof["proven"], proof["verdict"]) == (1, False, "failed")
    assert case_of(proof, "default")["verdict"] == "passed"
    only = case_of(proof, stage.rule)
    # What holds everybody's handshakes still holds this program's.
    assert {kind for kind, each in checks_of(only).items() if each["verdict"] == "failed"} >= KINDS_OF_ONLY - {"mptcp"}
    bound = [each for each in checks_of(only)["udp"]["attempts"] if each["manner"] == "bound-to-device"]
    assert [each["reason"] for each in bound] == ["1 packet on wlan0"] * 2
    assert int(suites_in(tmp_path / "trust.xml").get("failures")) >= 5 * 12


def test_people_read_which_rule_failed_on_which_path_and_what_was_seen(stage):
    stage.break_into(stage.cgroup)
    code, text = stage.mpm("verify", "trust")
    lines = text.splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith(f"{stage.rule}: only"))
    row = next(line for line in lines[begin:] if line.startswith("wlan0  udp  "))
    assert code == 1
    assert "nothing on wlan0" in row
    assert "packets on wlan0, in 12 of 12 attempts: unbound IPv4, bound-to-address IPv4" in row
    assert row.rstrip().endswith("FAILED")
    assert "NOT proven, the worst verdict is FAILED" in text


def test_a_key_that_leaves_by_an_untrusted_path_is_seen(stage):
    stage.break_into(stage.root)
    code, proof = stage.proof()
    assert code == 1
    handshakes = checks_of(case_of(proof, "default"))["mptcp"]
    assert handshakes["verdict"] == "failed"
    assert "packets on wlan0 (MP_CAPABLE)" in handshakes["seen"]
    assert case_of(proof, stage.rule)["verdict"] == "passed"


def test_what_would_not_be_seen_anyway_proves_nothing(stage):
    rules = "table inet blind { chain output { type filter hook output priority 300; oifname wlan0 drop; }; }"
    stage.lab.run(["nft", rules])
    code, proof = stage.proof()
    assert (code, proof["proven"], proof["verdict"]) == (1, False, "inconclusive")
    assert {each["verdict"] for each in checks_of(case_of(proof, stage.rule)).values()} == {"inconclusive"}
    assert "did not leave by wlan0" in checks_of(case_of(proof, "default"))["mptcp"]["seen"]


def test_first_bytes_are_proven_with_a_peer_that_answers_and_not_without(stage, running):
    stage.mpm("app", "set", stage.rule, "--trust", "first:16kB")
    code, proof = stage.proof()
    checks = checks_of(case_of(proof, stage.rule))
    assert (code, proof["verdict"]) == (1, "not-verified")
    assert checks["mptcp"]["verdict"] == "passed"
    assert "--sink" in checks["first-bytes"]["seen"]
    sink = stage.lab.popen(
        [sys.executable, "-P", "-m", "mpmanager.verify.sink"], place="server", stdout=subprocess.PIPE, text=True
    )
    running.append(sink)
    assert "listening" in sink.stdout.readline()
    addresses = [str(stage.lab.server_address(version=version)) for version in (4, 6)]
    code, proof = stage.proof(*(part for each in addresses for part in ("--sink", each)))
    assert (code, proof["verdict"]) == (0, "passed"), json.dumps(proof, indent=1)
    assert sorted(proof["sinks"]) == sorted(proof["destinations"]) == sorted(addresses)
    first = checks_of(case_of(proof, stage.rule))["first-bytes"]["attempts"]
    assert all(each["packets"]["wwan0"] > 8 for each in first)


def test_without_a_trusted_path_only_still_lets_nothing_out_and_handshakes_are_let_go(stage):
    stage.mpm("path", "trust", "wwan0", "untrusted")
    code, proof = stage.proof()
    assert (code, proof["verdict"]) == (0, "passed")
    for path in ("wlan0", "wwan0"):
        assert checks_of(case_of(proof, stage.rule), path).keys() == KINDS_OF_ONLY
        let_go = checks_of(case_of(proof, "default"), path)["mptcp"]
        assert (let_go["verdict"], "let go" in let_go["seen"]) == ("not-restricted", True)


def test_a_program_that_shares_its_cgroup_is_never_called_proven(stage, running):
    running.append(stage.lab.popen(["/bin/sleep", "60"], stdout=subprocess.PIPE, stderr=subprocess.PIPE))
    executable = str(Path("/bin/sleep").resolve())
    until(lambda: "sleep" in Path(f"/proc/{running[0].pid}/comm").read_text(), "it runs")
    stage.mpm("app", "set", f"exe:{executable}", "--trust", "only")
    code, proof = stage.proof()
    (check,) = case_of(proof, f"exe:{executable}")["checks"]
    assert (code, check["verdict"]) == (1, "not-verified")
    assert "best effort: it shares" in check["seen"]


def test_what_mpm_run_has_started_is_proven_where_it_runs(stage, running):
    running.append(stage.start("run", "--trust", "only", "--", "sleep", "60"))
    until(lambda: "sleep" in Path(f"/proc/{running[0].pid}/comm").read_text(), "it runs")
    code, proof = stage.proof()
    case = case_of(proof, "mpm run")
    assert (code, case["verdict"]) == (0, "passed")
    assert "mpm-run-" in case["cgroup"]
    assert running[0].poll() is None


@pytest.mark.parametrize("sign", ["mpm-verify-", "mpm-verify-free-"])
def test_interrupted_it_leaves_nothing_behind(stage, sign):
    process = stage.start("verify", "trust")
    until(lambda: any(sign in str(each) for each in stage.leftovers()), f"there is {sign}")
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=20)
    assert (process.returncode, output) == (130, "")
    assert "everything that was made is removed" in errors
    assert stage.leftovers() == []


@pytest.mark.parametrize("sign", ["mpm-verify-", "cgroup:"])
def test_what_a_killed_proof_has_left_is_removed_by_the_next_one(stage, sign):
    process = stage.start("verify", "trust")
    until(lambda: any(sign in str(each) for each in stage.leftovers()), f"there is {sign}")
    process.kill()
    process.communicate(timeout=20)
    assert stage.leftovers()
    until(lambda: not stage.is_populated_by_proofs(), "its programs have ended")
    code, _proof = stage.proof()
    assert (code, stage.leftovers()) == (0, [])


def test_people_read_that_it_is_proven_and_nothing_else(stage):
    process = stage.start("verify", "trust")
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
    assert output.splitlines()[-1].startswith("Proven: 84\N{NO-BREAK SPACE}attempts in")
