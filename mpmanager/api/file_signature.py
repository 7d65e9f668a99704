"""Detached Ed25519 signatures of an administrator's profiles, and their keys as PEM, so that OpenSSL makes both too.

Loaded where a signature is looked at or made only: the library behind it is large.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from mpmanager.model.errors import InvalidValueError

_PURPOSE = b"mpmanager profiles.d signature 1\n"
"""So that what is signed here means nothing elsewhere."""
_SIGNATURE_BYTES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """Whose signatures count."""

    name: str
    """Of its file."""
    raw: bytes

    @property
    def fingerprint(self) -> str:
        """As ssh writes it."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.raw).digest()).decode().rstrip("=")


def public_key(pem: bytes, name: str) -> PublicKey:
    """Read the public half of a key.

    Raises:
        InvalidValueError: it is none.
    """
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InvalidValueError("this is no public key in PEM") from error
    if not isinstance(key, Ed25519PublicKey):
        raise InvalidValueError("this is a key of another kind than Ed25519")
    return PublicKey(name=name, raw=key.public_bytes_raw())


def private_key(pem: bytes, passphrase: bytes | None) -> Ed25519PrivateKey:
    """Read the secret half of a key.

    Raises:
        InvalidValueError: it is none, or the passphrase is missing, not needed, or wrong.
    """
    try:
        key = load_pem_private_key(pem, passphrase)
    except TypeError as error:  # a passphrase where none is needed, or the other way round
        raise InvalidValueError(str(error)) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InvalidValueError("this is no secret key in PEM, or the passphrase is wrong") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise InvalidValueError("this is a key of another kind than Ed25519")
    return key


def new_key(passphrase: bytes | None) -> tuple[bytes, bytes]:
    """Make a key; returns its secret half, encrypted where there is a passphrase, and its public half, both as PEM."""
    key = Ed25519PrivateKey.generate()
    encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    return secret, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def sign(content: bytes, key: Ed25519PrivateKey) -> bytes:
    """The content of a file of a signature."""
    return base64.b64encode(key.sign(_PURPOSE + content)) + b"\n"


def signer_of(content: bytes, signature: bytes, keys: list[PublicKey]) -> PublicKey:
    """Which of these keys has signed a content.

    Raises:
        InvalidValueError: none has.
    """
    try:
        raw = base64.b64decode(signature.strip(), validate=True)
    except binascii.Error as error:
        raise InvalidValueError("its signature is no base64") from error
    if len(raw) != _SIGNATURE_BYTES:
        raise InvalidValueError(f"its signature has not the {_SIGNATURE_BYTES} bytes of one")
    if not keys:
        raise InvalidValueError("it is signed, and there is no trusted key to look at that with")
    for key in keys:
        try:
            Ed25519PublicKey.from_public_bytes(key.raw).verify(raw, _PURPOSE + content)
        except InvalidSignature:
            continue
        return key
    names = ", ".join(f"{each.name} ({each.fingerprint})" for each in keys)
    raise InvalidValueError(f"its signature is that of another text, or of none of the trusted keys: {names}")
