"""Who vouches for a profile: Ed25519 signatures, this user's own key, and the signers that this user trusts."""

import base64
import binascii
import getpass
import hashlib
import os
import stat
from dataclasses import dataclass
from enum import StrEnum, unique
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from platformdirs import user_config_path

from mpmanager.api.mistakes import mistake_in
from mpmanager.api.profile_file import SignatureTable
from mpmanager.api.profile_text import split_signature, toml_tables
from mpmanager.api.toml_text import toml_document
from mpmanager.model.errors import InvalidValueError, NotSupportedError

KEY_BYTES = 32
_SIGNATURE_BYTES = 64
_LONGEST_NAME = 100
_PURPOSE = b"mpmanager profile signature 1\n"
"""So that what is signed here means nothing elsewhere."""
_SERVICE, _ENTRY = "io.github.mpmanager.MPManager", "profile signing key"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@unique
class Standing(StrEnum):
    """What a signature is worth."""

    UNSIGNED = "unsigned"
    FOREIGN = "foreign"
    """It is valid, and nobody has said that this key can be trusted."""
    TRUSTED = "trusted"
    INVALID = "invalid"


class SignatureInfo(msgspec.Struct, kw_only=True):
    """Who vouches for a profile."""

    standing: Standing
    signer: str | None = None
    """Of a trusted key the name in the list of signers, else what the signature itself says."""
    fingerprint: str | None = None
    key: str | None = None
    """Base64."""
    reason: str | None = None
    """Why it is invalid."""


class SignerEntry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A signer that this user trusts."""

    name: str
    key: str
    """Ed25519, base64."""


class SignerInfo(msgspec.Struct, kw_only=True):
    """The same, to be shown."""

    name: str
    key: str
    fingerprint: str


class KeyInfo(msgspec.Struct, kw_only=True):
    """The key with which this user signs."""

    key: str
    """The public half, base64."""
    fingerprint: str
    place: str
    """Where the secret half is kept, for people."""
    keyring: bool
    """Whether that is the system's keyring."""


class _SignersFile(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    signers: list[SignerEntry] = []


def fingerprint(key: str) -> str:
    """Of a public key in base64, as ssh writes it."""
    digest = hashlib.sha256(_public_bytes(key)).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def _public_bytes(key: str) -> bytes:
    found = _decoded(key)
    if found is None or len(found) != KEY_BYTES:
        raise InvalidValueError(f"key {key[:60]!r}: expected {KEY_BYTES} bytes in base64")
    return found


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def signer_name(text: str) -> str:
    """A name for a signer.

    Raises:
        InvalidValueError: it cannot be shown.
    """
    if not text.strip() or not text.isprintable() or len(text) > _LONGEST_NAME:
        raise InvalidValueError(
            f"signer {text[:_LONGEST_NAME]!r}: expected {_LONGEST_NAME} printable characters at most"
        )
    return text


def _signed(body: str, signer: str) -> bytes:
    return _PURPOSE + signer.encode() + b"\n" + body.encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnKey:
    """The key with which this user signs."""

    private: Ed25519PrivateKey
    place: str
    """Where it is kept, for people."""
    is_in_keyring: bool

    @property
    def public(self) -> str:
        """In base64."""
        return base64.b64encode(self.private.public_key().public_bytes_raw()).decode()


def signed_text(text: str, key: OwnKey, signer: str) -> str:
    """A profile with a signature, in place of the one that it may have.

    Raises:
        InvalidValueError: the name cannot be shown, or the present signature has no form.
    """
    body = split_signature(text)[0].rstrip("\n") + "\n\n"
    signature = key.private.sign(_signed(body, signer_name(signer)))
    table = SignatureTable(
        signer=signer,
        key=key.public,
        fingerprint=fingerprint(key.public),
        signature=base64.b64encode(signature).decode(),
    )
    return body + toml_document({"signature": msgspec.to_builtins(table)})


def standing_of(text: str, signers: "Signers") -> SignatureInfo:
    """Who vouches for a profile, and whether that can be believed.

    Raises:
        InvalidValueError: the signature has no form.
    """
    body, table = split_signature(text)
    if table is None:
        return SignatureInfo(standing=Standing.UNSIGNED)
    reason = _fault(body, table)
    if reason is not None:
        return SignatureInfo(standing=Standing.INVALID, reason=reason)
    known = next((each for each in signers.entries() if each.key == table.key), None)
    return SignatureInfo(
        standing=Standing.FOREIGN if known is None else Standing.TRUSTED,
        signer=table.signer if known is None else known.name,
        fingerprint=table.fingerprint,
        key=table.key,
    )


def _fault(body: str, table: SignatureTable) -> str | None:
    """Why a signature is worth nothing."""
    try:
        signer_name(table.signer)
        if fingerprint(table.key) != table.fingerprint:
            return "its fingerprint is not that of its key"
    except InvalidValueError as error:
        return str(error)
    signature = _decoded(table.signature)
    if signature is None or len(signature) != _SIGNATURE_BYTES:
        return f"the signature has not the {_SIGNATURE_BYTES} bytes of one"
    try:
        public = Ed25519PublicKey.from_public_bytes(_public_bytes(table.key))
        public.verify(signature, _signed(body, table.signer))
    except InvalidSignature:
        return "it does not fit the text: one of the two was changed after signing"
    return None


class Signers:
    """The list of signers that this user trusts."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / "signers.toml"

    def entries(self) -> list[SignerEntry]:
        """All of them.

        Raises:
            InvalidValueError: the file cannot be read; then nobody is trusted unnoticed, and none forgotten.
        """
        try:
            tables = toml_tables(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError, InvalidValueError) as error:
            raise InvalidValueError(f"{self._file}: {error}") from error
        try:
            return msgspec.convert(tables, _SignersFile).signers
        except msgspec.ValidationError as error:
            place, reason = mistake_in(error, _SignersFile, tables)
            raise InvalidValueError(f"{self._file}: {place}: {reason}") from error

    def trust(self, key: str, name: str) -> SignerEntry:
        """Trust what a key signs.

        Raises:
            InvalidValueError: it is no key, or the name is that of another one; nothing was changed.
        """
        _public_bytes(key)
        entry = SignerEntry(name=signer_name(name), key=key)
        others = [each for each in self.entries() if each.key != key]
        if any(each.name == name for each in others):
            raise InvalidValueError(
                f"signer {name!r}: another key has that name; choose another one, or forget it first"
            )
        self._save([*others, entry])
        return entry

    def forget(self, name: str) -> SignerEntry:
        """Trust a signer no longer.

        Raises:
            InvalidValueError: there is none of that name.
        """
        known = self.entries()
        found = next((each for each in known if each.name == name), None)
        if found is None:
            names = ", ".join(each.name for each in known) or "none"
            raise InvalidValueError(f"signer {name!r}: there is none of that name; trusted are: {names}")
        self._save([each for each in known if each != found])
        return found

    def _save(self, entries: list[SignerEntry]) -> None:
        text = toml_document({"signers": msgspec.to_builtins(entries)})
        draft = self._file.with_suffix(".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(text, encoding="utf-8")
            draft.replace(self._file)
        except OSError as error:
            raise InvalidValueError(f"{self._file}: {error.strerror}") from error


class KeyStore:
    """Where this user's key is: in the system's keyring, or in a file where there is none."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / "signing-key"

    def find(self) -> OwnKey | None:
        """The key; None before it was made.

        Raises:
            InvalidValueError: others can read its file, or it is no key.
            NotSupportedError: the keyring refuses.
        """
        if os.path.lexists(self._file):
            return self._key(self._read(), str(self._file), is_in_keyring=False)
        found = _from_keyring()
        return None if found is None else self._key(found, "the system's keyring", is_in_keyring=True)

    def find_or_make(self) -> OwnKey:
        """The key, made where there is none.

        Raises:
            As `find`, and InvalidValueError where the file cannot be written.
        """
        known = self.find()
        if known is not None:
            return known
        secret = base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()
        if not _into_keyring(secret):
            self._write(secret)
        made = self.find()
        if made is None:
            raise NotSupportedError("the keyring has not kept the new key")
        return made

    def _key(self, secret: str, place: str, *, is_in_keyring: bool) -> OwnKey:
        raw = _decoded(secret.strip())
        if raw is None or len(raw) != KEY_BYTES:
            raise InvalidValueError(f"{place}: the signing key is damaged; remove it and a new one is made")
        return OwnKey(private=Ed25519PrivateKey.from_private_bytes(raw), place=place, is_in_keyring=is_in_keyring)

    def _read(self) -> str:
        try:
            descriptor = os.open(self._file, os.O_RDONLY | os.O_NOFOLLOW)
            with os.fdopen(descriptor, encoding="ascii") as stream:
                mode = os.fstat(descriptor).st_mode
                text = stream.read()
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidValueError(f"{self._file}: {error}") from error
        if mode & _OTHERS:
            raise InvalidValueError(
                f"{self._file}: others can read this key; make it yours alone: chmod 600 {self._file}"
            )
        return text

    def _write(self, secret: str) -> None:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as stream:
                stream.write(secret + "\n")
        except OSError as error:
            raise InvalidValueError(f"{self._file}: {error.strerror}") from error


def trusted_signers() -> Signers:
    """Those of this user."""
    return Signers(user_config_path("mpmanager"))


def key_store() -> KeyStore:
    """That of this user."""
    return KeyStore(user_config_path("mpmanager"))


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSignature:
    """A profile that this user vouches for."""

    text: str
    key: OwnKey
    is_new_key: bool
    """Whether the key was made for it."""


def sign_as_user(text: str) -> OwnSignature:
    """Sign a profile with this user's key, which is made if there is none. May wait for the keyring.

    Raises:
        InvalidValueError: the key cannot be used or written, or the present signature has no form.
        NotSupportedError: the keyring refuses.
    """
    store = key_store()
    is_new = store.find() is None
    own = store.find_or_make()
    return OwnSignature(text=signed_text(text, own, getpass.getuser()), key=own, is_new_key=is_new)


def _from_keyring() -> str | None:
    import keyring  # noqa: PLC0415  # slow to load, and rarely needed
    from keyring.errors import KeyringError, NoKeyringError  # noqa: PLC0415  # same

    try:
        return keyring.get_password(_SERVICE, _ENTRY)
    except NoKeyringError:
        return None
    except KeyringError as error:
        raise NotSupportedError(f"the system's keyring refuses: {error}") from error


def _into_keyring(secret: str) -> bool:
    """Whether there is one, and it has kept the secret."""
    import keyring  # noqa: PLC0415  # slow to load, and rarely needed
    from keyring.errors import KeyringError, NoKeyringError  # noqa: PLC0415  # same

    try:
        keyring.set_password(_SERVICE, _ENTRY, secret)
    except NoKeyringError:
        return False
    except KeyringError as error:
        raise NotSupportedError(f"the system's keyring refuses: {error}") from error
    return _from_keyring() == secret
