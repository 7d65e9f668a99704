"""mpm profile against a real daemon (of the simulated world) on a real bus."""

import json
import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
SCHEMA = json.loads((ROOT / "resources/schema/mpm.schema.json").read_text())
CAFE = """\
version = 1
name = "Cafe"

[trust]
wires_need_login = true

[[tiers]]
paths = "kind:vpn"
tier = "backup"

[[tiers]]
paths = "metered"
tier = "never"

[[policies]]
selector = "exe:/usr/bin/ssh"
trust = "only"
pairs = [{ carrier = "kind:wifi", helper = "kind:xdsl", wait_ms = 20 }]
"""
WIDE = CAFE.replace('"metered"\ntier = "never"', '"metered"\ntier = "always"').replace('"Cafe"', '"Wide"')
BROKEN = CAFE.replace("wait_ms", "wait_mss").replace('"Cafe"', '"Broken"')


class Desk:
    """Somebody at a machine of their own."""

    def __init__(self, directory):
        self.directory = directory
        self.bus = f"private:{directory / 'bus'}"
        self.daemon = None

    def start(self):
        self.daemon = subprocess.Popen(
            [PROGRAMS / "mpmanagerd", "--simulate", f"--bus={self.bus}", f"--state={self.directory / 'state'}"],
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.daemon.stderr
        assert "ready" in self.daemon.stderr.readline()

    def stop(self):
        self.daemon.terminate()
        _, log = self.daemon.communicate(timeout=20)
        assert "Traceback" not in log

    def mpm(self, *arguments, typed=subprocess.DEVNULL):
        plain = {key: value for key, value in os.environ.items() if not key.startswith(("MPM", "NO_COLOR", "DBUS_"))}
        return subprocess.run(
            [PROGRAMS / "mpm", "--bus", self.bus, *map(str, arguments)],
            stdin=typed,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=plain | {"COLUMNS": "200", "XDG_CONFIG_HOME": str(self.directory / "config")},
        )

    def done(self, *arguments, **options):
        result = self.mpm(*arguments, **options)
        assert (result.returncode, result.stderr) == (0, ""), result.stderr
        return result.stdout

    def refused(self, *arguments, code=1, **options):
        result = self.mpm(*arguments, **options)
        assert result.returncode == code
        return result.stderr

    def printed(self, kind, *arguments):
        document = json.loads(self.done(*arguments, "--json"))
        jsonschema.validate(document, SCHEMA | {"$ref": f"#/$defs/{kind}"})
        return document

    def file(self, name, text):
        file = self.directory / name
        file.write_text(text)
        return file

    def wait_for_event(self, text):
        deadline = time.monotonic() + 20
        while text not in self.done("events"):
            assert time.monotonic() < deadline, f"nothing told: {text}"

    def decisions(self):
        return self.done("profile", "export", "-")


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    desk = Desk(tmp_path_factory.mktemp("profiles"))
    desk.start()
    yield desk
    desk.stop()


def test_a_profile_travels_from_file_to_force_and_back(desk):
    file = desk.file("cafe.toml", CAFE)
    held = desk.decisions()
    shown = desk.done("profile", "import", file, "--preview")
    assert "Signature: none." in shown
    assert "kind:vpn: there is none here; what it says of that has no effect (tiers)" in shown
    assert "kind:wifi: wlan0" in shown
    assert "Widens rights" not in shown
    assert desk.decisions() == held
    assert desk.printed("Profiles", "profile", "list") == {"profiles": []}
    assert "Kept as Cafe; nothing of it is in force yet." in desk.done("profile", "import", file)
    assert desk.decisions() == held
    assert "Profile Cafe is in force." in desk.done("profile", "activate", "Cafe")
    now = desk.decisions()
    assert now == CAFE.replace('"Cafe"', '"now"')
    back = desk.file("back.toml", now)
    assert desk.printed("ImportInfo", "profile", "import", back, "--preview")["preview"]["changes"] == []
    (row,) = [each for each in desk.printed("Profiles", "profile", "list")["profiles"] if each["active"]]
    assert (row["name"], row["chosen"], row["changed"]) == ("Cafe", "by-hand", False)
    assert desk.printed("StoredProfile", "profile", "show", "Cafe")["text"] == CAFE
    desk.done("profile", "activate", "before", "--yes")
    assert desk.decisions() == held
    desk.done("profile", "delete", "Cafe")


def test_what_widens_rights_is_shown_and_asked(desk):
    file = desk.file("wide.toml", WIDE)
    held = desk.decisions()
    refusal = desk.mpm("profile", "import", file, "--activate")
    assert refusal.returncode == 1
    assert "Widens rights (1):\n  ! when metered paths are used: not said -> always" in refusal.stdout
    assert "there is no terminal to ask on; --yes agrees" in refusal.stderr
    assert answered(desk, b"n\n", "profile", "import", file, "--activate").returncode == 1
    assert desk.decisions() == held
    assert answered(desk, b"y\n", "profile", "import", file, "--activate").returncode == 0
    assert 'tier = "always"' in desk.decisions()
    desk.done("profile", "activate", "before", "--yes")
    desk.done("profile", "delete", "Wide")


def answered(desk, answer, *arguments):
    """What becomes of a command whose question is answered on a terminal."""
    ours, theirs = pty.openpty()
    try:
        os.write(ours, answer)
        return desk.mpm(*arguments, typed=theirs)
    finally:
        os.close(theirs)
        os.close(ours)


def test_a_broken_profile_is_named_refused_and_taken_without_what_is_broken(desk):
    file = desk.file("broken.toml", BROKEN)
    place = "policies[0].pairs[0]: there is no key 'wait_mss'; did you mean 'wait_ms'?"
    assert place in desk.done("profile", "import", file, "--preview")
    assert "take the rest with --skip-broken" in desk.refused("profile", "import", file)
    desk.done("profile", "import", file, "--skip-broken", "--activate")
    assert place in desk.done("status")
    assert 'trust = "only"' in desk.decisions()
    desk.done("profile", "activate", "before", "--yes")
    desk.done("profile", "delete", "Broken")


def test_merging_adds_to_what_holds(desk):
    desk.done("app", "set", "exe:/usr/bin/rsync", "--trust", "first:1kB")
    desk.done("profile", "import", desk.file("more.toml", CAFE), "--merge", "--name", "Both", "--activate")
    now = desk.decisions()
    assert "exe:/usr/bin/rsync" in now
    assert "exe:/usr/bin/ssh" in now
    desk.done("app", "unset", "exe:/usr/bin/rsync")
    assert "changed since" in desk.done("profile", "list")
    desk.done("profile", "activate", "before", "--yes")
    desk.done("app", "unset", "exe:/usr/bin/rsync")
    desk.done("profile", "delete", "Both")


def test_a_signed_profile_is_foreign_then_trusted_and_refused_once_changed(desk):
    file = desk.directory / "signed.toml"
    made = desk.mpm("profile", "export", file, "--sign")
    assert made.returncode == 0
    assert "There is no keyring here: the file is readable by you alone, and not encrypted." in made.stderr
    key = desk.printed("KeyInfo", "profile", "key", "show")
    assert not key["keyring"]
    shown = desk.done("profile", "import", file, "--preview")
    assert "Signature: foreign." in shown
    assert key["fingerprint"] in shown
    desk.done("profile", "signers", "trust", file, "Anna")
    assert [each["name"] for each in desk.printed("SignerList", "profile", "signers", "list")["signers"]] == ["Anna"]
    assert "Signature: Anna, whom you trust" in desk.done("profile", "import", file, "--preview")
    again = desk.directory / "again.toml"
    desk.done("profile", "import", file)
    exported = desk.printed("ExportInfo", "profile", "export", again, "--profile", "signed")
    assert exported["signature"]["standing"] == "trusted"
    assert again.read_bytes() == file.read_bytes()
    file.write_text(file.read_text().replace("false", "true", 1))
    assert "refused, as the signature is invalid" in desk.refused("profile", "import", file)
    desk.done("profile", "signers", "forget", "Anna")
    desk.done("profile", "delete", "signed")


def test_a_profile_follows_a_network_unless_one_is_chosen_by_hand(desk):
    desk.done("profile", "import", desk.file("cafe.toml", CAFE))
    desk.done("profile", "activate", "--automatic")
    told = desk.done("profile", "follow", "dsl0", "Cafe")
    network = told.partition("is used with ")[2].partition(". To go back")[0]
    rows = desk.printed("Profiles", "profile", "follow", network, "Cafe")["profiles"]
    assert [each["follows"] for each in rows if each["name"] == "Cafe"] == [[network]]
    desk.wait_for_event("chosen by the network in use")
    assert "follows" in desk.refused("profile", "delete", "Cafe")
    assert "none that is in use is called so; in use are: " in desk.refused("profile", "follow", "Nowhere", "Cafe")
    desk.done("profile", "activate", "before", "--yes")
    assert "chosen: by hand." not in desk.done("profile", "list")  # what held before was no profile
    desk.done("profile", "unfollow", network)
    desk.done("profile", "delete", "Cafe")


def test_differences_are_those_from_the_first_to_the_second(desk):
    cafe, wide = desk.file("a.toml", CAFE), desk.file("b.toml", WIDE)
    (change,) = desk.printed("ProfileDifferences", "profile", "diff", cafe, wide)["changes"]
    assert (change["about"], change["before"], change["after"], change["widens_rights"]) == (
        "metered",
        "never",
        "always",
        True,
    )
    assert "when metered paths are used: always -> never" in desk.done("profile", "diff", wide, cafe)


def test_what_is_not_there_or_makes_no_sense_is_said_in_one_sentence(desk):
    assert "there is no profile 'Nobody'; profiles are: " in desk.refused("profile", "activate", "Nobody", code=5)
    assert "No such file or directory" in desk.refused("profile", "import", desk.directory / "none.toml")
    assert "either NAME or --automatic" in desk.refused("profile", "activate", code=2)
    desk.file("no.toml", "version = 3\n")
    assert "version: '3' is none that is known here" in desk.refused("profile", "import", desk.directory / "no.toml")
