"""What the pipelines of configuration management run: no daemon is needed for it."""

import stat

import pytest
from click.testing import CliRunner

from mpmanager.cli.profiles import profile

OFFICE = 'version = 1\nname = "Office"\n'


@pytest.fixture
def pipeline(tmp_path):
    """Runs a command of `mpm profile`, in which KEYS stands for the directory of keys; gives status and output."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "profiles.d").mkdir()
    (tmp_path / "passphrase").write_text("sesame\n")

    def run(*arguments):
        texts = [each.format(at=tmp_path) for each in arguments]
        done = CliRunner().invoke(profile, texts)
        text = done.output if done.exception is None or isinstance(done.exception, SystemExit) else str(done.exception)
        return done.exit_code, text

    return run


FILE, KEY = "{at}/profiles.d/10-office.toml", "{at}/keys/office.key"
PASSPHRASE = ("--passphrase-file", "{at}/passphrase")
KEYS = ("--keys", "{at}/keys")


def test_a_pipeline_makes_keys_signs_checks_and_verifies(pipeline, tmp_path):
    file, secret = tmp_path / "profiles.d" / "10-office.toml", tmp_path / "keys" / "office.key"
    file.write_text(OFFICE)
    assert pipeline("keygen", KEY, *PASSPHRASE)[0] == 0
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert b"ENCRYPTED" in secret.read_bytes()
    check = ("check", "{at}/profiles.d", *KEYS, "--require-signature")
    status, text = pipeline(*check)
    assert (status, "it is not signed" in text) == (1, True)
    assert pipeline("sign", FILE, "--key", KEY, *PASSPHRASE)[0] == 0
    assert pipeline(*check) == (0, f"{file}: good: profile Office, 0 rules, signed with office\n")
    status, text = pipeline("verify", FILE, *KEYS)
    assert (status, "signed with office (SHA256:" in text) == (0, True)
    file.write_text(OFFICE + "\n")
    status, text = pipeline("verify", FILE, *KEYS)
    assert (status, "that of another text" in text) == (1, True)
    assert pipeline("sign", FILE, "--key", KEY, *PASSPHRASE)[0] == 0
    assert pipeline("verify", FILE, *KEYS)[0] == 0


def test_a_key_that_is_there_is_not_overwritten(pipeline, tmp_path):
    assert pipeline("keygen", KEY, "--no-passphrase")[0] == 0
    before = (tmp_path / "keys" / "office.key").read_bytes()
    status, text = pipeline("keygen", KEY, "--no-passphrase")
    assert (status, "File exists" in text) == (1, True)
    assert (tmp_path / "keys" / "office.key").read_bytes() == before


def test_a_file_with_mistakes_is_not_signed(pipeline, tmp_path):
    (tmp_path / "profiles.d" / "10-office.toml").write_text(OFFICE + "colour = 1\n")
    assert pipeline("keygen", KEY, "--no-passphrase")[0] == 0
    status, text = pipeline("sign", FILE, "--key", KEY)
    assert (status, "there is no key 'colour'" in text) == (1, True)
    assert not (tmp_path / "profiles.d" / "10-office.toml.sig").exists()


def test_a_check_names_file_line_and_reason(pipeline, tmp_path):
    file = tmp_path / "profiles.d" / "10-office.toml"
    file.write_text(OFFICE + "colour = 1\n")
    status, text = pipeline("check", "{at}/profiles.d", *KEYS)
    assert status == 1
    assert text.startswith(f"{file}: line 3: colour: there is no key 'colour'")
