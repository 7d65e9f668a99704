"""What is said of profiles, in words."""

from collections.abc import Iterable, Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from mpmanager.api.structures import PlacedReferenceInfo, ProfileChangeInfo, ProfileChanges, ProfileInfo
from mpmanager.cli.fitting import Column, FittingTable
from mpmanager.cli.sentences import printable
from mpmanager.client.quantities import count_of
from mpmanager.client.signing import SignatureInfo, Standing
from mpmanager.model.profile import ChangeKind, ProfileChoice, named_path

_COLUMNS = tuple(Column(title=each) for each in ("Profile", "In force", "Follows", "Signed as", "Description"))
_NOTHING = "-"
_NOT_SAID = "not said"
_ABOUT = {
    ChangeKind.NETWORK_TRUST: "trust of the network {}",
    ChangeKind.WIRES_NEED_LOGIN: "{} need a login to be trusted",
    ChangeKind.TIER: "when {} paths are used",
    ChangeKind.TRUST_DEMAND: "{}: what keeps to trusted paths",
    ChangeKind.WAIT: "{}",
    ChangeKind.PATHS: "{}: when used",
    ChangeKind.OTHER: "{}",
}
_WORDS = {"true": "yes", "false": "no"}


def profiles(rows: Sequence[ProfileInfo]) -> RenderableType:
    """One line for each profile."""
    if not rows:
        return Text(
            "No profiles yet. Keep what holds now as one: mpm profile export FILE, then mpm profile import FILE"
        )
    return FittingTable(
        columns=_COLUMNS,
        rows=[
            (
                Text(row.name),
                _in_force(row),
                Text(printable(", ".join(row.follows)) or _NOTHING),
                Text(printable(row.signer or _NOTHING)),
                Text(printable(row.description.partition("\n")[0]) or _NOTHING),
            )
            for row in rows
        ],
        dispensable=("Description", "Signed as"),
    )


def _in_force(row: ProfileInfo) -> str:
    if not row.active:
        return f"no ({count_of(len(row.mistakes), 'mistake')})" if row.mistakes else "no"
    words = ["by hand" if row.chosen is ProfileChoice.BY_HAND else "by the network"]
    if row.changed:
        words.append("changed since")
    if row.mistakes:
        words.append(count_of(len(row.mistakes), "mistake"))
    return f"yes, {', '.join(words)}"


def choice_hint(rows: Iterable[ProfileInfo]) -> str | None:
    """What keeps profiles from following networks."""
    if any(row.chosen is ProfileChoice.BY_HAND for row in rows) and any(row.follows for row in rows):
        return "chosen: by hand. To let the networks in use choose again: mpm profile activate --automatic"
    return None


def signature_line(signature: SignatureInfo) -> str:
    """Who vouches for a profile."""
    signer, mark = printable(signature.signer or ""), signature.fingerprint
    match signature.standing:
        case Standing.UNSIGNED:
            return "Signature: none. Nobody vouches for where it comes from, nor that nobody has changed it."
        case Standing.INVALID:
            return f"Signature: invalid, {signature.reason}"
        case Standing.TRUSTED:
            return f"Signature: {signer}, whom you trust ({mark})"
        case Standing.FOREIGN:
            return f"Signature: foreign. It calls itself {signer} ({mark}), which is none of the signers you trust."


def changes(rows: Sequence[ProfileChangeInfo]) -> Iterator[str]:
    """All changes, those that widen rights first and by themselves."""
    wider = [row for row in rows if row.widens_rights]
    others = [row for row in rows if not row.widens_rights]
    if wider:
        yield f"Widens rights ({len(wider)}):"
        yield from (f"  ! {_change(row)}" for row in wider)
    if others:
        yield f"Changes otherwise ({len(others)}):"
        yield from (f"    {_change(row)}" for row in others)
    if not rows:
        yield "Changes nothing."


def _change(row: ProfileChangeInfo) -> str:
    before, after = (printable(_WORDS.get(each, each)) or _NOT_SAID for each in (row.before, row.after))
    return f"{_ABOUT[row.kind].format(printable(row.about))}: {before} -> {after}"


def references(rows: Sequence[PlacedReferenceInfo]) -> Iterator[str]:
    """What the profile calls paths, and which these are here."""
    if rows:
        yield "Paths it speaks of, on this machine:"
    for row in rows:
        yield f"    {printable(row.reference)}: {', '.join(row.paths) or _absent(row)}"


def _absent(row: PlacedReferenceInfo) -> str:
    why = "not here now" if named_path(row.reference) is not None else "there is none here"
    return f"{why}; what it says of that has no effect ({printable(', '.join(row.users))})"


def mistakes(rows: Sequence[str]) -> Iterator[str]:
    """What cannot be used."""
    if rows:
        yield f"Cannot be used ({len(rows)}):"
    yield from (f"  ! {printable(row)}" for row in rows)


def preview(shown: ProfileChanges, signature: SignatureInfo) -> Iterator[str]:
    """All that an import is about."""
    yield signature_line(signature)
    yield from mistakes(shown.mistakes)
    yield from references(shown.references)
    yield from changes(shown.changes)
