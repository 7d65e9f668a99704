"""What a profile would change here, in words: who vouches for it, which rights it widens, which paths it means."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, unique

from mpmanager.api.structures import PathInfo, PlacedReferenceInfo, ProfileChangeInfo, ProfileChanges
from mpmanager.client.profile_files import mistake_line
from mpmanager.client.signing import SignatureInfo, Standing
from mpmanager.model.path import Tier
from mpmanager.model.policy import Role
from mpmanager.model.profile import ChangeKind, kind_reference, named_path
from mpmanager_ui.viewmodels.profiles import network_words
from mpmanager_ui.viewmodels.translation import Spoken, tr, tr_count, tr_later, tr_literal
from mpmanager_ui.viewmodels.wording import KIND_WORDS, TIER_WORDS


@unique
class Purpose(Enum):
    """Why somebody looks at what a profile would change."""

    IMPORT = "import"
    ACTIVATE = "activate"
    FOLLOW = "follow"
    COMPARE = "compare"
    """Only to know; nothing is decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One thing that becomes another."""

    about: str
    before: str
    after: str

    @property
    def sentence(self) -> str:
        """All of it, for those who do not see the columns."""
        return tr("{about}: {before} becomes {after}", about=self.about, before=self.before, after=self.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow:
    """What a profile calls some paths, and which these are here."""

    reference: str
    here: str
    is_present: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MistakeRow:
    """What of a profile cannot be used."""

    place: str
    sentence: str


@unique
class Vouching(Enum):
    """What a signature is worth to the reader."""

    TRUSTED = "trusted"
    UNKNOWN = "unknown"
    NOBODY = "nobody"
    REFUSED = "refused"


_VOUCHING = {
    Standing.TRUSTED: Vouching.TRUSTED,
    Standing.FOREIGN: Vouching.UNKNOWN,
    Standing.UNSIGNED: Vouching.NOBODY,
    Standing.INVALID: Vouching.REFUSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewWords:
    """All that is shown of a profile before it is taken in or put into force."""

    wider: tuple[ChangeRow, ...]
    others: tuple[ChangeRow, ...]
    places: tuple[PlaceRow, ...]
    mistakes: tuple[MistakeRow, ...]

    @property
    def sentence(self) -> str:
        """How much it is."""
        count = len(self.wider) + len(self.others)
        if not count:
            return tr("It would change nothing: all of it holds already.")
        changes = tr_count("It would change one thing", "It would change {count} things", count)
        if not self.wider:
            return tr("{changes}; it widens no rights.", changes=changes)
        if not self.others:
            return tr("{changes}, and that widens rights.", changes=changes)
        wider = tr_count("one of them widens rights", "{count} of them widen rights", len(self.wider))
        return tr("{changes}; {wider}.", changes=changes, wider=wider)


def preview_words(shown: ProfileChanges, text: str, paths: Iterable[PathInfo]) -> PreviewWords:
    """The words for what a profile, as it is written in `text`, would change on this machine."""
    known = list(paths)
    rows = [(each.widens_rights, _change(each, known)) for each in shown.changes]
    return PreviewWords(
        wider=tuple(row for widens, row in rows if widens),
        others=tuple(row for widens, row in rows if not widens),
        places=tuple(_place(each) for each in shown.references),
        mistakes=tuple(_mistake(each, text) for each in shown.mistakes),
    )


def vouching(signature: SignatureInfo) -> Vouching:
    """What it is worth."""
    return _VOUCHING[signature.standing]


def signature_words(signature: SignatureInfo) -> str:
    """Who vouches for a profile."""
    signer, mark = signature.signer or "", signature.fingerprint or ""
    match signature.standing:
        case Standing.UNSIGNED:
            return tr("Not signed: nobody vouches for where it comes from, nor that nobody has changed it.")
        case Standing.INVALID:
            reason = signature.reason or ""
            return tr("The signature is invalid: {reason}. Such a profile is refused.", reason=reason)
        case Standing.TRUSTED:
            return tr("Signed by {signer}, whom you trust.\n{fingerprint}", signer=signer, fingerprint=mark)
        case Standing.FOREIGN:
            return tr(
                "Signed by a key that you do not know and that calls itself {signer}.\n{fingerprint}",
                signer=signer,
                fingerprint=mark,
            )


_REFERENCES = Spoken(
    {
        Role.METERED: tr_later("Metered paths"),
        Role.UNMETERED: tr_later("Paths that are not metered"),
        Role.TRUSTED: tr_later("Trusted paths"),
        Role.UNTRUSTED: tr_later("Paths that are not trusted"),
        Role.ANY: tr_later("All paths"),
    }
)


def reference_words(reference: str) -> str:
    """How people call what a profile calls `kind:wifi`, `path:wlan0` or `metered`."""
    if (name := named_path(reference)) is not None:
        return tr("The interface {name}", name=name)
    if (found := kind_reference(reference)) is not None:
        kind, number = found
        if number is None:
            return tr("{kind} paths", kind=KIND_WORDS[kind])
        return tr("{kind} path number {number}", kind=KIND_WORDS[kind], number=number)
    return _REFERENCES[Role(reference)] if reference in set(Role) else reference


def _place(row: PlacedReferenceInfo) -> PlaceRow:
    missing = (
        tr("not here now: what is said of it has no effect yet")
        if named_path(row.reference) is not None
        else tr("none on this machine: what is said of them has no effect yet")
    )
    here = ", ".join(row.paths) or missing
    return PlaceRow(reference=reference_words(row.reference), here=here, is_present=bool(row.paths))


def _mistake(mistake: str, text: str) -> MistakeRow:
    place, _, sentence = mistake.partition(": ")
    line = mistake_line(text, mistake)
    where = place if line is None else tr("Line {line}", line=line)
    return MistakeRow(place=where if sentence else "", sentence=sentence or mistake)


_VALUES = Spoken(
    {
        "true": tr_later("yes"),
        "false": tr_later("no"),
        "trusted": tr_later("trusted"),
        "untrusted": tr_later("not trusted"),
        "never": tr_later("never"),
        "auto": tr_later("as their kind suggests"),
        "only": tr_later("everything on trusted paths only"),
        "handshake": tr_later("begins on trusted paths"),
        "any": tr_later("any path"),
        "off": tr_later("off"),
    }
)
_ORDER = "order"
_OTHER_PARTS = {
    "wait": tr_later("{whom}: how long data may wait"),
    "intent": tr_later("{whom}: what its data is like"),
    "pairs": tr_later("{whom}: waits from one path to another"),
    "big transfers": tr_later("{whom}: where big transfers go"),
    "leave on marks": tr_later("{whom}: a path is left at this share of congestion marks"),
    "leave on loss": tr_later("{whom}: a path is left at this share of loss"),
    "multipath": tr_later("{whom}: multipath"),
    "lowest delay": tr_later("{whom}: the lowest delay is preferred"),
    _ORDER: tr_later("{whom}: order of what is said about paths"),
}
"""By what stands after the selector in what a change is about."""


def _change(row: ProfileChangeInfo, paths: list[PathInfo]) -> ChangeRow:
    return ChangeRow(about=_about(row, paths), before=_value(row, row.before), after=_value(row, row.after))


def _about(row: ProfileChangeInfo, paths: list[PathInfo]) -> str:
    match row.kind:
        case ChangeKind.NETWORK_TRUST:
            return tr("Trust in {network}", network=network_words(row.about, paths))
        case ChangeKind.WIRES_NEED_LOGIN:
            return tr("Cables are trusted only with a login (802.1X)")
        case ChangeKind.TIER:
            is_order = row.about == _ORDER
            return tr("Order of what is said about paths") if is_order else _used_words(row.about)
        case ChangeKind.TRUST_DEMAND:
            return tr("{whom}: what keeps to trusted paths", whom=selector_words(row.about))
    return _about_rule(row.about)


def _about_rule(about: str) -> str:
    for part, words in _OTHER_PARTS.items():
        if about.endswith(f" {part}"):
            return tr_literal(words, whom=selector_words(about.removesuffix(f" {part}")))
    selector, _, where = about.rpartition(" ")
    return tr("{whom}: {paths}", whom=selector_words(selector), paths=_used_words(where))


def _used_words(paths: str) -> str:
    return tr("{paths}: when used", paths=reference_words(paths))


def _value(row: ProfileChangeInfo, value: str) -> str:
    if not value:
        return tr("decided automatically") if row.kind is ChangeKind.NETWORK_TRUST else tr("not said")
    if row.kind in {ChangeKind.TIER, ChangeKind.PATHS} and value in set(Tier):
        return TIER_WORDS[Tier(value)]
    return _VALUES.get(value, value)


def selector_words(selector: str) -> str:
    """Whom a rule is about."""
    kind, _, rest = selector.partition(":")
    if not rest:
        return tr("All applications") if selector == "default" else selector
    return rest if kind in {"app", "exe"} else selector
