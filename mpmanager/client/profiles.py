"""What front ends do with profiles beside asking the daemon."""

from dataclasses import replace

import msgspec

from mpmanager.api.profile_text import read_profile, write_profile
from mpmanager.api.structures import ProfileChangeInfo, ProfileChanges, ProfileInfo
from mpmanager.client.signing import SignatureInfo
from mpmanager.core.profile_changes import changes_between
from mpmanager.core.profile_mapping import merged
from mpmanager.model.profile import profile_name


class StoredProfile(msgspec.Struct, kw_only=True):
    """A stored profile with its text."""

    profile: ProfileInfo
    signature: SignatureInfo
    text: str


class ImportInfo(msgspec.Struct, kw_only=True):
    """What an import would do, or has done."""

    name: str
    """Under which it is stored."""
    signature: SignatureInfo
    preview: ProfileChanges
    stored: bool
    activated: bool


class ExportInfo(msgspec.Struct, kw_only=True):
    """What was written."""

    file: str
    signature: SignatureInfo


def named(text: str, name: str) -> str:
    """A profile of that name. Written anew, and so without comments and signature.

    Raises:
        InvalidValueError: it is no profile, or no profile can be called so.
    """
    return write_profile(replace(read_profile(text).profile, name=profile_name(name)))


def merged_text(base: str, added: str) -> str:
    """A profile that says what both say; where they disagree, what is added counts.

    Raises:
        InvalidValueError: one of them is no profile.
    """
    return write_profile(merged(read_profile(base).profile, read_profile(added).profile))


def differences(one: str, other: str) -> list[ProfileChangeInfo]:
    """What becomes another from one profile to the other, as they are written.

    Raises:
        InvalidValueError: one of them is no profile.
    """
    changes = changes_between(read_profile(one).profile, read_profile(other).profile)
    return [
        ProfileChangeInfo(
            kind=each.kind,
            about=each.about,
            before=each.before,
            after=each.after,
            widens_rights=each.widens_rights,
        )
        for each in changes
    ]
