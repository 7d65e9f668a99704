"""Who vouches for a profile."""

import base64
import stat

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import KeyringLocked

from mpmanager.api.profile_text import read_profile
from mpmanager.client.signing import KeyStore, Signers, Standing, fingerprint, signed_text, standing_of
from mpmanager.model.errors import InvalidValueError, NotSupportedError

TEXT = 'version = 1\nname = "Cafe"\n\n[trust.networks]\n"wifi:Cafe/open" = "untrusted"\n'


class MemoryKeyring(KeyringBackend):
    """A keyring that works."""

    priority = 1

    def __init__(self):
        super().__init__()
        self.kept = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password


class LockedKeyring(MemoryKeyring):
    """One whose owner does not type the password."""

    def get_password(self, _service, _username):
        raise KeyringLocked("dismissed")


@pytest.fixture
def use():
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


@pytest.fixture
def key(tmp_path, use):
    use(NoKeyring())
    return KeyStore(tmp_path).find_or_make()


@pytest.fixture
def signers(tmp_path):
    return Signers(tmp_path)


def test_a_signed_profile_says_the_same_and_is_signed(key, signers):
    text = signed_text(TEXT, key, "Anna")
    reading = read_profile(text)
    assert reading.profile == read_profile(TEXT).profile
    assert reading.mistakes == ()
    signature = standing_of(text, signers)
    assert (signature.standing, signature.signer) == (Standing.FOREIGN, "Anna")
    assert signature.fingerprint == fingerprint(key.public)
    assert signature.fingerprint.startswith("SHA256:")
    assert len(signature.fingerprint) == 50


def test_signing_twice_gives_the_same_text(key):
    text = signed_text(TEXT, key, "Anna")
    assert signed_text(text, key, "Anna") == text


def test_a_trusted_signer_has_the_name_that_this_user_gave(key, signers):
    text = signed_text(TEXT, key, "root")
    signers.trust(key.public, "Anna")
    signature = standing_of(text, signers)
    assert (signature.standing, signature.signer) == (Standing.TRUSTED, "Anna")
    signers.forget("Anna")
    assert standing_of(text, signers).standing is Standing.FOREIGN


def test_an_unsigned_profile_is_said_to_be_so(signers):
    assert standing_of(TEXT, signers).standing is Standing.UNSIGNED


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"untrusted"', '"trusted"', "it does not fit the text: one of the two was changed after signing"),
        ('name = "Cafe"', 'name =  "Cafe"', "it does not fit the text"),
        ('signer = "Anna"', 'signer = "Berta"', "it does not fit the text"),
        ('fingerprint = "SHA256:', 'fingerprint = "SHA256:x', "its fingerprint is not that of its key"),
        ('signature = "', 'signature = "AAAA', "the signature has not the 64 bytes of one"),
        ('signature = "', 'signature = "?', "the signature has not the 64 bytes of one"),
        ('key = "', 'key = "AAAA', "key 'AAAA"),
        ('signer = "Anna"', 'signer = "An\\u001bna"', "signer 'An\\x1bna': expected 100 printable"),
    ],
)
def test_a_signature_that_does_not_fit_is_invalid_whoever_is_trusted(key, signers, old, new, reason):
    signers.trust(key.public, "Anna")
    text = signed_text(TEXT, key, "Anna")
    assert old in text
    signature = standing_of(text.replace(old, new, 1), signers)
    assert signature.standing is Standing.INVALID
    assert signature.reason.startswith(reason)


def test_a_signature_of_another_text_is_invalid(key, signers):
    other = signed_text(TEXT.replace("Cafe", "Home"), key, "Anna")
    moved = (
        signed_text(TEXT, key, "Anna").partition("[signature]")[0] + "[signature]" + other.partition("[signature]")[2]
    )
    assert standing_of(moved, signers).standing is Standing.INVALID


def test_without_a_keyring_the_key_is_in_a_file_for_this_user_alone(tmp_path, key):
    file = tmp_path / "signing-key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (key.is_in_keyring, key.place) == (False, str(file))
    assert KeyStore(tmp_path).find().public == key.public


def test_a_key_that_others_can_read_is_refused(tmp_path, key):
    (tmp_path / "signing-key").chmod(0o640)
    with pytest.raises(InvalidValueError, match="others can read this key"):
        KeyStore(tmp_path).find()


def test_a_damaged_key_is_named_and_not_replaced(tmp_path, key):
    (tmp_path / "signing-key").write_text("AAAA\n")
    with pytest.raises(InvalidValueError, match="signing-key: the signing key is damaged"):
        KeyStore(tmp_path).find_or_make()


def test_with_a_keyring_the_key_is_there_and_in_no_file(tmp_path, use):
    use(MemoryKeyring())
    assert KeyStore(tmp_path).find() is None
    key = KeyStore(tmp_path).find_or_make()
    assert key.is_in_keyring
    assert list(tmp_path.iterdir()) == []
    assert KeyStore(tmp_path).find_or_make().public == key.public


def test_a_keyring_that_refuses_is_named_and_no_file_is_made(tmp_path, use):
    use(LockedKeyring())
    with pytest.raises(NotSupportedError, match="the system's keyring refuses: dismissed"):
        KeyStore(tmp_path).find_or_make()
    assert list(tmp_path.iterdir()) == []


def test_signers_are_kept_and_each_name_stands_for_one_key(signers, tmp_path):
    one, other = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
    signers.trust(one, "Anna")
    with pytest.raises(InvalidValueError, match="another key has that name"):
        signers.trust(other, "Anna")
    signers.trust(other, "Berta")
    signers.trust(one, "Anna B.")
    assert [each.name for each in Signers(tmp_path).entries()] == ["Berta", "Anna B."]
    with pytest.raises(InvalidValueError, match=r"there is none of that name; trusted are: Berta, Anna B\."):
        signers.forget("Nobody")


@pytest.mark.parametrize("key", ["", "AAAA", "not base64!", "A" * 500])
def test_what_is_no_key_is_not_trusted(signers, key):
    with pytest.raises(InvalidValueError, match="expected 32 bytes in base64"):
        signers.trust(key, "Anna")


def test_a_damaged_list_of_signers_is_named_and_not_overwritten(signers, tmp_path):
    (tmp_path / "signers.toml").write_text('[[signers]]\nnam = "Anna"\n')
    with pytest.raises(InvalidValueError, match=r"signers.toml: signers\[0\]: "):
        signers.trust(base64.b64encode(bytes(32)).decode(), "Anna")
    assert "nam" in (tmp_path / "signers.toml").read_text()
