"""Profiles as text: read part by part, so that one mistake costs no other part, and written in one way only."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import msgspec

from mpmanager.api.mistakes import mistake_in
from mpmanager.api.policy_rules import PathWords, info_of, rule_of
from mpmanager.api.profile_file import (
    DefaultsTable,
    PolicyTable,
    ProfileFile,
    SignatureTable,
    TierEntry,
    TrustTable,
)
from mpmanager.api.structures import PairWaitInfo, PolicyInfo, TierChoiceInfo
from mpmanager.api.toml_text import toml_document
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.mistakes import unknown_key
from mpmanager.model.policy import PolicyRule, TierChoice, TrustDemand, TrustPolicy
from mpmanager.model.profile import (
    LONGEST_TEXT_BYTES,
    MOST_RULES,
    PROFILE_VERSION,
    Profile,
    ProfileMistake,
    ProfileName,
    path_reference,
    profile_description,
    profile_name,
    tier_choice,
)
from mpmanager.model.selector import EVERYBODY, Selector
from mpmanager.model.trust import LONGEST_NETWORK_ID, NetworkId, Trust

TableT = TypeVar("TableT")

_WORDS = PathWords(name=path_reference, choice=tier_choice)
_SIGNATURE_LINE = "[signature]"
_UNNAMED = ProfileName("unnamed")
_PART = r"""(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')"""
_LONG_KEY = re.compile(rf"""(?:(?<![A-Za-z0-9_-])|(?=["']))(?:{_PART}[ \t]*+\.[ \t]*+){{60}}{_PART}""")
"""Reading such a dotted key takes memory by the square of its parts; names of hosts have no more than that.

Looked for from the beginning of a part alone: a profile may be anybody's, and the time is everybody's.
"""
_ONLY = TrustPolicy(demand=TrustDemand.ONLY)
_KEYS = tuple(ProfileFile.__struct_fields__)
_POLICY_FIELDS = set(PolicyTable.__struct_fields__) - {"tiers", "pairs"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileText:
    """What stands in a file."""

    body: str
    """All before the signature: what was signed."""
    signature: SignatureTable | None
    profile: Profile
    """Without what is broken; of a broken rule what it demands of trust is kept, so that nothing is let go by it."""
    mistakes: tuple[ProfileMistake, ...]


def read_profile(text: str) -> ProfileText:
    """Read all of a profile that can be read.

    Raises:
        InvalidValueError: nothing can be: it is too long, no TOML, of another version, or its signature has no form.
    """
    if len(text.encode(errors="replace")) > LONGEST_TEXT_BYTES:
        raise InvalidValueError(f"a profile has {LONGEST_TEXT_BYTES} bytes at most")
    body, signature = split_signature(text)
    tables = toml_tables(body)
    if "signature" in tables:
        raise InvalidValueError("signature: this table has to be the last one, and to begin with the line [signature]")
    profile, mistakes = profile_in(tables)
    return ProfileText(body=body, signature=signature, profile=profile, mistakes=mistakes)


def profile_in(tables: Mapping[str, Any]) -> tuple[Profile, tuple[ProfileMistake, ...]]:
    """The profile that tables say, however they were written, and what of them is broken.

    Raises:
        InvalidValueError: they are of another version.
    """
    version = tables.get("version")
    if type(version) is not int or version != PROFILE_VERSION:
        raise InvalidValueError(f"version: {_version_words(version)}")
    reader = _Reader()
    profile = reader.read(tables)
    return profile, tuple(reader.mistakes)


def _version_words(version: object) -> str:
    if version is None:
        return f"the key is missing; a profile begins with: version = {PROFILE_VERSION}"
    return f"{str(version)[:20]!r} is none that is known here; this mpmanager reads {PROFILE_VERSION}"


def toml_tables(text: str) -> dict[str, Any]:
    """What a TOML document says.

    Raises:
        InvalidValueError: it is none.
    """
    import tomllib  # noqa: PLC0415  # for those who have a profile

    if _LONG_KEY.search(text):
        raise InvalidValueError("a key has too many parts")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise InvalidValueError("it is nested too deeply") from error
    except ValueError as error:  # of tomllib, and of numbers with thousands of digits
        raise InvalidValueError(f"this is no TOML: {error}") from error


def split_signature(text: str) -> tuple[str, SignatureTable | None]:
    """What can be signed, and the signature that follows it.

    Raises:
        InvalidValueError: the signature has another form.
    """
    place = 0 if text.startswith(_SIGNATURE_LINE + "\n") else text.rfind(f"\n{_SIGNATURE_LINE}\n") + 1
    if not text[place:].startswith(_SIGNATURE_LINE):
        return text, None
    tail = toml_tables(text[place:])
    if len(tail) > 1:
        raise InvalidValueError("signature: nothing may follow this table")
    try:
        return text[:place], msgspec.convert(tail["signature"], SignatureTable)
    except msgspec.ValidationError as error:
        at, reason = mistake_in(error, SignatureTable, tail["signature"])
        raise InvalidValueError(f"signature: {at}: {reason}" if at else f"signature: {reason}") from error


@dataclass(slots=True)
class _Reader:
    mistakes: list[ProfileMistake] = field(default_factory=list)

    def read(self, tables: Mapping[str, Any]) -> Profile:
        for key in (each for each in tables if each not in _KEYS):
            self._note(key, unknown_key(key, _KEYS))
        trust = self._trust(tables.get("trust", {}))
        return Profile(
            name=self._name(tables),
            description=self._description(tables.get("description", "")),
            networks=self._networks(tables.get("trust", {})),
            wires_need_login=trust.wires_need_login,
            tiers=tuple(self._tiers(tables.get("tiers", []))),
            rules=tuple(self._rules(tables)),
        )

    def _note(self, place: str, sentence: str) -> None:
        self.mistakes.append(ProfileMistake(place=place, sentence=sentence))

    def _name(self, tables: Mapping[str, Any]) -> ProfileName:
        name = tables.get("name")
        if not isinstance(name, str):
            self._note("name", "the key is missing" if name is None else "this is no text")
            return _UNNAMED
        try:
            return profile_name(name)
        except InvalidValueError as error:
            self._note("name", str(error))
            return _UNNAMED

    def _description(self, said: object) -> str:
        try:
            return profile_description(msgspec.convert(said, str))
        except (msgspec.ValidationError, InvalidValueError) as error:
            self._note("description", str(error))
            return ""

    def _trust(self, said: object) -> TrustTable:
        """But for networks. Where it cannot be read whether cables need a login, they do."""
        plain = {key: each for key, each in said.items() if key != "networks"} if isinstance(said, dict) else said
        found = self._convert(plain, TrustTable, "trust")
        if found is not None:
            return found
        answer = plain.get("wires_need_login") if isinstance(plain, dict) else None
        return TrustTable(wires_need_login=None if answer is None or answer is False else True)

    def _networks(self, trust: object) -> dict[NetworkId, Trust]:
        """A network of which it cannot be read how far it is trusted is not."""
        said = trust.get("networks", {}) if isinstance(trust, dict) else {}
        found: dict[NetworkId, Trust] = {}
        if not isinstance(said, dict):
            self._note("trust.networks", "this is no table")
            return found
        for name, each in said.items():
            if not 0 < len(name) <= LONGEST_NETWORK_ID:
                self._note("trust.networks", f"{name[:40]!r}: nothing names a network so")
                continue
            level = self._convert(each, Trust, f"trust.networks.{name!r}")
            found[NetworkId(name)] = Trust.UNTRUSTED if level is None else level
        return dict(sorted(found.items()))

    def _tiers(self, said: object) -> list[TierChoice]:
        found: dict[str, TierChoice] = {}
        for place, each in self._entries(said, "tiers"):
            entry = self._convert(each, TierEntry, place)
            try:
                choice = None if entry is None else tier_choice(entry.paths, entry.tier)
            except InvalidValueError as error:
                self._note(place, str(error))
                continue
            if choice is not None and choice.paths in found:
                self._note(place, f"{choice.paths} is there already")
            elif choice is not None:
                found[choice.paths] = choice
        return list(found.values())

    def _entries(self, said: object, place: str) -> list[tuple[str, Any]]:
        if not isinstance(said, list):
            self._note(place, "this is no list of tables")
            return []
        return [(f"{place}[{number}]", each) for number, each in enumerate(said)]

    def _rules(self, tables: Mapping[str, Any]) -> list[PolicyRule]:
        places: list[tuple[str, dict[str, str], type[DefaultsTable | PolicyTable], object]] = [
            ("defaults", {"selector": str(EVERYBODY)}, DefaultsTable, tables.get("defaults", {}))
        ]
        entries = self._entries(tables.get("policies", []), "policies")
        if len(entries) > MOST_RULES:
            self._note("policies", f"there are {len(entries)}; those after {MOST_RULES} are left out")
        places += [(place, {}, PolicyTable, each) for place, each in entries[:MOST_RULES]]
        found: dict[Selector, tuple[str, PolicyRule]] = {}
        for place, more, kind, said in places:
            rule = self._rule(said, more, kind, place)
            if rule is None:
                continue
            if rule.selector in found:
                self._note(place, f"there is a rule for {rule.selector} already: {found[rule.selector][0]}")
                rule = _stricter(found[rule.selector][1], rule)
            found[rule.selector] = (found.get(rule.selector, (place,))[0], rule)
        rules = [rule for _place, rule in found.values() if not rule.is_empty]
        return sorted(rules, key=lambda rule: rule.selector != EVERYBODY)  # as it is written: the default first

    def _rule(
        self, said: object, more: Mapping[str, str], kind: type[DefaultsTable | PolicyTable], place: str
    ) -> PolicyRule | None:
        table = self._convert(said, kind, place)
        try:
            if table is not None:
                return rule_of(_info(table, more), _WORDS)
        except InvalidValueError as error:
            self._note(place, str(error))
        return _trust_alone({**said, **more}) if isinstance(said, dict) else None

    def _convert(self, said: object, kind: type[TableT], place: str) -> TableT | None:
        try:
            return msgspec.convert(said, kind)
        except msgspec.ValidationError as error:
            inner, reason = mistake_in(error, kind, said)
            self._note(f"{place}.{inner}" if inner and not inner.startswith("[") else f"{place}{inner}", reason)
            return None


def _info(table: DefaultsTable | PolicyTable, more: Mapping[str, str]) -> PolicyInfo:
    plain: dict[str, Any] = {key: getattr(table, key) for key in table.__struct_fields__ if key in _POLICY_FIELDS}
    return PolicyInfo(
        **(plain | dict(more)),
        tiers=[TierChoiceInfo(paths=each.paths, tier=each.tier) for each in table.tiers],
        pairs=[PairWaitInfo(carrier=each.carrier, helper=each.helper, wait_ms=each.wait_ms) for each in table.pairs],
    )


def _trust_alone(said: Mapping[str, Any]) -> PolicyRule | None:
    """What a broken rule surely demands, and `only` where that cannot be read; it lets nothing go."""
    selector, trust = said.get("selector"), said.get("trust")
    try:
        whom = Selector.parse(selector) if isinstance(selector, str) else None
    except InvalidValueError:
        whom = None
    if whom is None or trust is None:
        return None
    try:
        demand = TrustPolicy.parse(trust) if isinstance(trust, str) else _ONLY
    except InvalidValueError:
        demand = _ONLY
    return PolicyRule(selector=whom, trust=None if demand.demand is TrustDemand.ANY else demand)


def _stricter(first: PolicyRule, second: PolicyRule) -> PolicyRule:
    """Of two rules for the same the first, with all that either demands."""
    if first.trust is None or second.trust is None:
        return replace(first, trust=first.trust or second.trust)
    return replace(first, trust=first.trust.strictest(second.trust))


def write_profile(profile: Profile) -> str:
    """The text of a profile; the same profile is always the same text."""
    return toml_document(_document(profile))


def _document(profile: Profile) -> dict[str, Any]:
    default = next((rule for rule in profile.rules if rule.selector == EVERYBODY), None)
    rules = [rule for rule in profile.rules if rule.selector != EVERYBODY]
    trust = {
        "wires_need_login": profile.wires_need_login,
        "networks": {str(name): str(level) for name, level in profile.networks.items()} or None,
    }
    document = {
        "version": PROFILE_VERSION,
        "name": profile.name,
        "description": profile.description or None,
        "trust": _said(trust) or None,
        "tiers": [_tier_entry(each) for each in profile.tiers] or None,
        "defaults": None if default is None else _rule_table(default),
        "policies": [{"selector": str(rule.selector), **_rule_table(rule)} for rule in rules] or None,
    }
    return _said(document)


def _said(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if value is not None}


def _tier_entry(choice: TierChoice) -> dict[str, str]:
    return {"paths": choice.paths, "tier": choice.tier_text}


def _rule_table(rule: PolicyRule) -> dict[str, Any]:
    info: dict[str, Any] = msgspec.to_builtins(info_of(rule))
    kept = {key: info[key] for key in DefaultsTable.__struct_fields__}
    return {key: value for key, value in kept.items() if value not in (None, [])}
