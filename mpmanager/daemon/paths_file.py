"""How decisions about paths are written down, and what of them holds where they are damaged."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

import msgspec

from mpmanager.core.paths import PathPreferences
from mpmanager.core.trust import TrustPreferences
from mpmanager.daemon.kept_file import Reading
from mpmanager.model.caps import CapAction, PathCap
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.names import LinkName
from mpmanager.model.path import PathKind, Tier
from mpmanager.model.policy import TierChoice
from mpmanager.model.trust import NetworkId, Trust

ChoiceT = TypeVar("ChoiceT", Tier, PathKind, Trust)
TextT = TypeVar("TextT", bound=str)


_USED_UP = PathCap(day_bytes=0, then=CapAction.STANDBY)
"""Whoever wanted a path to carry little does not want it to carry anything at all before anybody has looked."""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    version: Literal[1] = 1
    tiers: dict[str, object] = {}
    role_tiers: list[object] = []
    kinds: dict[str, object] = {}
    network_trust: dict[str, object] = {}
    interface_trust: dict[str, object] = {}
    needs_wired_login: object = False
    is_trust_lost: bool = False
    metered: dict[str, object] = {}
    caps: dict[str, object] = {}


@dataclass(slots=True, kw_only=True)
class _Decisions(Generic[ChoiceT]):
    """Those of one sort."""

    read: dict[str, ChoiceT] = field(default_factory=dict)
    damaged: list[str] = field(default_factory=list)
    """What they are about."""
    faults: list[str] = field(default_factory=list)

    def restore(self, earlier: Mapping[str, ChoiceT], otherwise: ChoiceT | None) -> None:
        """What the damaged ones have said earlier holds, else what is given."""
        for each in self.damaged:
            decision = earlier.get(each, otherwise)
            if decision is not None:
                self.read.setdefault(each, decision)


class PathsFormat:
    """As JSON, by the names of interfaces and networks."""

    nothing = PathPreferences()
    lost = PathPreferences(trust=TrustPreferences(are_lost=True))

    def decode(self, text: bytes, earlier: PathPreferences | None) -> Reading[PathPreferences]:
        file = msgspec.json.decode(text, type=_File)
        known = earlier or PathPreferences()
        tiers = _decisions("tiers", file.tiers, Tier)
        kinds = _decisions("kinds", file.kinds, PathKind)
        networks = _decisions("network_trust", file.network_trust, Trust)
        interfaces = _decisions("interface_trust", file.interface_trust, Trust)
        roles, role_faults = _role_tiers(file.role_tiers)
        tiers.restore(_by_text(known.tiers), None)
        kinds.restore(_by_text(known.kinds), None)
        networks.restore(_by_text(known.trust.networks), Trust.UNTRUSTED)
        # Of what kind an interface is also tells how far it is trusted.
        interfaces.damaged += [each for each in kinds.damaged if each not in kinds.read]
        interfaces.restore(_by_text(known.trust.interfaces), Trust.UNTRUSTED)
        metered, metered_faults = _metered(file.metered, known.metered)
        caps, cap_faults = _caps(file.caps, known.caps)
        needs_login, login_faults = _login(file.needs_wired_login)
        return Reading(
            content=PathPreferences(
                tiers={LinkName(name): tier for name, tier in tiers.read.items()},
                role_tiers=known.role_tiers if role_faults else roles,
                kinds={LinkName(name): kind for name, kind in kinds.read.items()},
                trust=TrustPreferences(
                    networks={NetworkId(name): trust for name, trust in networks.read.items()},
                    interfaces={LinkName(name): trust for name, trust in interfaces.read.items()},
                    needs_wired_login=needs_login,
                    are_lost=file.is_trust_lost,
                ),
                metered=metered,
                caps=caps,
            ),
            faults=(
                *(*tiers.faults, *role_faults, *kinds.faults, *networks.faults, *interfaces.faults, *login_faults),
                *(*metered_faults, *cap_faults),
            ),
        )

    def encode(self, content: PathPreferences) -> bytes:
        file = {
            "version": 1,
            "tiers": content.tiers,
            "role_tiers": [[each.paths, each.tier_text] for each in content.role_tiers],
            "kinds": content.kinds,
            "network_trust": content.trust.networks,
            "interface_trust": content.trust.interfaces,
            "needs_wired_login": content.trust.needs_wired_login,
            "is_trust_lost": content.trust.are_lost,
            "metered": content.metered,
            "caps": content.caps,
        }
        return msgspec.json.format(msgspec.json.encode(file))


def _decisions(name: str, said: Mapping[str, object], kind: type[ChoiceT]) -> _Decisions[ChoiceT]:
    found = _Decisions[ChoiceT]()
    for about, choice in said.items():
        try:
            found.read[about] = kind(str(choice))
        except ValueError:
            found.damaged.append(about)
            found.faults.append(
                f"has a decision that cannot be read ({name}, {about}: {choice!r}); the one before is in force, else "
                "what allows least"
            )
    return found


def _role_tiers(said: Iterable[object]) -> tuple[tuple[TierChoice, ...], list[str]]:
    found, faults = [], []
    for each in said:
        try:
            found.append(TierChoice.parse(*msgspec.convert(each, tuple[str, str])))
        except (ValueError, InvalidValueError):  # msgspec's errors are ValueErrors
            faults.append(f"has a decision that cannot be read (role_tiers: {each!r}); those before are in force")
    return tuple(found), faults


def _login(said: object) -> tuple[bool, list[str]]:
    if isinstance(said, bool):
        return said, []
    return True, [f"has a decision that cannot be read (needs_wired_login: {said!r}); cables need a login"]


def _metered(said: Mapping[str, object], earlier: Mapping[LinkName, bool]) -> tuple[dict[LinkName, bool], list[str]]:
    found, faults = {}, []
    for name, answer in said.items():
        link = LinkName(name)
        if isinstance(answer, bool):
            found[link] = answer
        else:
            found[link] = earlier.get(link, True)
            faults.append(f"has a decision that cannot be read (metered, {name}: {answer!r}); {name} counts as metered")
    return found, faults


def _caps(said: Mapping[str, object], earlier: Mapping[LinkName, PathCap]) -> tuple[dict[LinkName, PathCap], list[str]]:
    found, faults = {}, []
    for name, cap in said.items():
        link = LinkName(name)
        try:
            found[link] = msgspec.convert(cap, PathCap).check()
        except (ValueError, InvalidValueError):  # msgspec's errors are ValueErrors
            found[link] = earlier.get(link, _USED_UP)
            faults.append(
                f"has a decision that cannot be read (caps, {name}: {cap!r}); the one before is in force, else {name} "
                "stands by until you say another cap"
            )
    return found, faults


def _by_text(decisions: Mapping[TextT, ChoiceT]) -> dict[str, ChoiceT]:
    return {str(about): choice for about, choice in decisions.items()}
