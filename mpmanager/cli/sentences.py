"""What commands say: about what they changed, and where there is nothing to show."""

from collections.abc import Iterable, Iterator

from mpmanager.api.structures import Frame, PathInfo
from mpmanager.client.quantities import count_of
from mpmanager.model.connection import TcpState
from mpmanager.model.path import KindSource, Tier
from mpmanager.model.trust import TrustSource, why

AUTOMATIC = "auto"

_USED = {
    Tier.ALWAYS: "used always",
    Tier.WHEN_NEEDED: "used when needed",
    Tier.BACKUP: "a backup",
    Tier.NEVER: "never used",
}
_DECIDERS = {
    TrustSource.NETWORK: "you, about this network",
    TrustSource.INTERFACE: "you, about this interface, whatever network it is in",
    TrustSource.AUTOMATIC: "the nature of the network; you have said nothing about it",
}
_NO_CONNECTION = "No Multipath TCP connection. Programs that do not use it themselves can be started with mpm run."


def no_connection(*, app: str | None = None, path: str | None = None, ended: bool = False, others: int = 0) -> str:
    """Why there is none to show: of `others` that there are, none has what was asked for."""
    if not others:
        return "No connection ended in the last minute." if ended else _NO_CONNECTION
    wanted = (f" of an application like {app!r}" if app is not None else "") + (f" on {path}" if path else "")
    when = " ended in the last minute" if ended else ""
    return f"No connection{wanted}{when}; {count_of(others, 'other')}{' did' if ended else ''}."


def tier_changed(before: PathInfo, after: PathInfo) -> Iterator[str]:
    """What became of a path's tier, and how to go back."""
    name = after.name
    if (before.tier, before.tier_chosen) == (after.tier, after.tier_chosen):
        yield f"{name} is {after.tier.value} already"
        return
    if before.tier is after.tier:
        yield f"{name} is {after.tier.value} as before, {'whatever its kind' if after.tier_chosen else 'by its kind'}"
    else:
        yield f"{name}: {before.tier.value} -> {after.tier.value}"
    yield f"To go back: mpm path tier {name} {before.tier.value if before.tier_chosen else AUTOMATIC}"


def kind_changed(before: PathInfo, after: PathInfo) -> Iterator[str]:
    """What became of a path's kind and with it of its tier, and how to go back."""
    name = after.name
    if (before.kind, before.kind_source) == (after.kind, after.kind_source):
        yield f"{name} is {after.kind.value} already"
        return
    if before.kind is after.kind:
        decided = after.kind_source is KindSource.USER
        yield f"{name} is {after.kind.value} as before, {'whatever is detected' if decided else 'as detected'}"
    else:
        yield f"{name}: {before.kind.value} -> {after.kind.value}"
    if before.tier is not after.tier:
        yield f"It is {_USED[after.tier]} now (before: {before.tier.value})"
    was_decision = before.kind_source is KindSource.USER
    yield f"To go back: mpm path kind {name} {before.kind.value if was_decision else AUTOMATIC}"


def trust_changed(before: PathInfo, after: PathInfo) -> Iterator[str]:
    """How far a path is trusted now and why, and how to go back to exactly what was said before."""
    back = " && ".join(_ways_back(before, after))
    yield f"{after.name} {_trust_state(before, after, is_said=bool(back))}: {_trust_reason(after)}"
    if back:
        yield f"To go back: {back}"


def _trust_state(before: PathInfo, after: PathInfo, *, is_said: bool) -> str:
    if before.trust is not after.trust:
        return f"is {after.trust.value} now"
    return f"stays {after.trust.value}" if is_said else f"is {after.trust.value} already"


def _trust_reason(row: PathInfo) -> str:
    words = why(row.trust_reason, row.trust_source)
    if row.trust_source is TrustSource.NETWORK:
        other = f", which comes before the interface ({row.interface_trust.value})" if row.interface_trust else ""
        return f"{words} ({_names(row)}){other}"
    if row.trust_source is TrustSource.INTERFACE and not row.network_ids:
        return f"{words}, and nothing names its network at the moment"
    return words


def _ways_back(before: PathInfo, after: PathInfo) -> Iterator[str]:
    said = (
        (TrustSource.NETWORK, before.network_trust, after.network_trust),
        (TrustSource.INTERFACE, before.interface_trust, after.interface_trust),
    )
    for scope, old, new in said:
        if old is not new:
            yield f"mpm path trust {after.name} {old.value if old else AUTOMATIC} --{scope.value}"


def trust_shown(row: PathInfo) -> Iterator[str]:
    """How far a path is trusted, why, who decided, and what names its network."""
    yield f"{row.name} is {row.trust.value}: {why(row.trust_reason, row.trust_source)}"
    yield f"Decided by: {_DECIDERS[row.trust_source]}"
    if row.trust_source is TrustSource.NETWORK and row.interface_trust is not None:
        yield f"In other networks: {row.interface_trust.value}, as you have said of this interface"
    yield f"Its network: {_names(row) or 'nothing names it at the moment'}"
    for each in row.administrator:
        yield f"Set by your administrator: {printable(each)}"


def _names(row: PathInfo) -> str:
    return ", ".join(printable(each) for each in row.network_ids)


def trust_differences(before: Iterable[PathInfo], after: Iterable[PathInfo]) -> Iterator[str]:
    """One line for each path that is trusted further or less far than before."""
    levels = {row.name: row.trust for row in before}
    for row in after:
        if levels.get(row.name, row.trust) is not row.trust:
            yield f"{row.name} is {row.trust.value} now: {_trust_reason(row)}"


def wires_need_login(before: bool | None, now: bool) -> Iterator[str]:  # noqa: FBT001  # a setting, then and now
    """Whether cables need a login to be trusted, and how to go back; `before` is None where nothing was said."""
    again = "" if before is None else " now" if before is not now else " already"
    yield f"Cables are trusted {'only with a login (802.1X)' if now else 'without a login'}{again}"
    if before is not None and before is not now:
        yield f"To go back: mpm path wires-need-login {'on' if before else 'off'}"


_SPACES = "\N{NO-BREAK SPACE}"
"""That our own words have, and Python does not call printable."""


def printable(text: str) -> str:
    """A name that somebody else gave, so that its control characters mean nothing to the terminal."""
    return "".join(each if each.isprintable() or each in _SPACES else f"\\x{ord(each):02x}" for each in text)


def staying(frame: Frame, path: str) -> int:
    """How many connections remain on a path that is never used, because they live on no other."""
    closed = {each.name for each in frame.paths if each.tier is Tier.NEVER}
    living = [{each.path for each in row.subflows if each.state is TcpState.ESTABLISHED} for row in frame.connections]
    return sum(path in paths and paths <= closed for paths in living)


def staying_words(count: int) -> str:
    """Of `staying`."""
    if count == 1:
        return "1 connection has no other path and stays on it until it ends."
    return f"{count_of(count, 'connection')} have no other path and stay on it until they end."
