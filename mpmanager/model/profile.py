"""Profiles: everything that a person decided, in words that mean something on other machines too."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import NewType
from unicodedata import normalize

from mpmanager.model.errors import InvalidValueError
from mpmanager.model.names import LinkName
from mpmanager.model.path import PathKind
from mpmanager.model.policy import PolicyRule, Role, TierChoice, link_name
from mpmanager.model.trust import NetworkId, Trust

ProfileName = NewType("ProfileName", str)
"""Also the name of its file, without `.toml`."""

PROFILE_VERSION = 1
MOST_RULES = 1000
"""Of a profile, besides the default."""
LONGEST_TEXT_BYTES = 512 * 1024
"""Of a profile with so many rules."""

BEFORE = ProfileName("before")
"""What held until a profile was activated: activating it is the undo."""

OTHERWISE = NetworkId("otherwise")
"""Stands, where profiles follow networks, for all networks that none follows."""

_LONGEST_NAME_BYTES = 100
_LONGEST_DESCRIPTION = 1000
_NAME = re.compile(r"\w(?:[\w .-]*\w)?")
_PATH = "path:"
_KIND = re.compile(rf"kind:(?P<kind>{'|'.join(PathKind)})(?::(?P<number>[1-9][0-9]?))?")
_PLACES = f"path:NAME, kind:{'|'.join(PathKind)}, perhaps with :NUMBER"


def profile_name(text: str) -> ProfileName:
    """A name that a profile can have.

    Raises:
        InvalidValueError: it cannot.
    """
    name = normalize("NFC", text)
    if not _NAME.fullmatch(name) or len(name.encode()) > _LONGEST_NAME_BYTES:
        raise InvalidValueError(
            f"name {text[:_LONGEST_NAME_BYTES]!r}: expected letters, digits, spaces, '.', '-' and '_', with a letter "
            f"or digit first and last, {_LONGEST_NAME_BYTES} bytes at most"
        )
    return ProfileName(name)


def profile_description(text: str) -> str:
    """A text for people.

    Raises:
        InvalidValueError: it is too long, or would do something to a terminal.
    """
    if len(text) > _LONGEST_DESCRIPTION or not text.replace("\n", "").isprintable():
        raise InvalidValueError(f"expected {_LONGEST_DESCRIPTION} printable characters at most")
    return text


def kind_reference(text: str) -> tuple[PathKind, int | None] | None:
    """Of `kind:wifi` the kind, and of `kind:wifi:2` also that the second one is meant; None where it is neither."""
    match = _KIND.fullmatch(text)
    return None if match is None else (PathKind(match["kind"]), int(match["number"]) if match["number"] else None)


def path_reference(text: str, place: str) -> LinkName:
    """How a profile calls paths that are no role: `kind:wifi`, `kind:wifi:2` (by name the second), or `path:wlan0`.

    Rules of a profile have such references where rules in force have the names of interfaces.

    Raises:
        InvalidValueError: it is none; the sentence begins with the place.
    """
    if text.startswith(_PATH):
        link_name(text.removeprefix(_PATH), place)
    elif kind_reference(text) is None:
        raise InvalidValueError(f"{place} {text!r}: expected {_PLACES}")
    return LinkName(text)


def tier_choice(paths: str, tier: str) -> TierChoice:
    """As `TierChoice.parse`, with `kind:wifi:2` among the paths.

    Raises:
        InvalidValueError: names what is none.
    """
    reference = kind_reference(paths)
    if reference is None or reference[1] is None:
        return TierChoice.parse(paths, tier)
    return TierChoice(paths=paths, tier=TierChoice.parse(f"kind:{reference[0]}", tier).tier)


def named_path(reference: str) -> LinkName | None:
    """The interface that `path:wlan0` names; None for other references."""
    return LinkName(reference.removeprefix(_PATH)) if reference.startswith(_PATH) else None


def is_role(reference: str) -> bool:
    """Whether it means paths by what they are to their user."""
    return reference in set(Role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Everything that a person decided. Its rules name paths as `path_reference` reads them."""

    name: ProfileName
    description: str = ""
    networks: Mapping[NetworkId, Trust] = field(default_factory=dict)
    wires_need_login: bool | None = None
    """None: nothing was said."""
    tiers: tuple[TierChoice, ...] = ()
    """Of all applications; the first that is about a path counts, the most specific come first."""
    rules: tuple[PolicyRule, ...] = ()
    """Lasting ones of the administrator, the default's among them, in the order in which they were said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileMistake:
    """What of a profile cannot be used."""

    place: str
    """Such as `policies[2].pairs[0]`; empty for the profile as a whole."""
    sentence: str

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}" if self.place else self.sentence


@unique
class ChangeKind(StrEnum):
    """What a profile can change."""

    NETWORK_TRUST = "network-trust"
    WIRES_NEED_LOGIN = "wires-need-login"
    TIER = "tier"
    TRUST_DEMAND = "trust-demand"
    WAIT = "wait"
    PATHS = "paths"
    """When an application may use which paths, and where its big transfers go."""
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChange:
    """One thing that becomes another."""

    kind: ChangeKind
    about: str
    """The network, the paths, or the selector."""
    before: str
    """What holds now, in the words of the file; empty: nothing was said."""
    after: str
    widens_rights: bool
    """Whether less trust is demanded, a network may be trusted that is not now, or metered paths are used more."""


@unique
class ProfileChoice(StrEnum):
    """Who chose a profile."""

    BY_HAND = "by-hand"
    """A person; it stays until the person says otherwise, whatever networks are in use."""
    AUTOMATIC = "automatic"
    """The network in use."""


@unique
class MergeMode(StrEnum):
    """What becomes of what holds already."""

    REPLACE = "replace"
    MERGE = "merge"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChoices:
    """What was said of profiles."""

    active: ProfileName | None = None
    """The last one to be activated."""
    previous: ProfileName | None = None
    """The one before, to which the undo goes back."""
    is_by_hand: bool = False
    """Whether a person has chosen, so that no network does."""
    follows: Mapping[NetworkId, ProfileName] = field(default_factory=dict)
