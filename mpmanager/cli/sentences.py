"""What commands say: about what they changed, and where there is nothing to show."""

from collections.abc import Iterator

from mpmanager.api.structures import Frame, PathInfo
from mpmanager.client.quantities import count_of
from mpmanager.model.connection import TcpState
from mpmanager.model.path import KindSource, Tier

AUTOMATIC = "auto"

_USED = {
    Tier.ALWAYS: "used always",
    Tier.WHEN_NEEDED: "used when needed",
    Tier.BACKUP: "a backup",
    Tier.NEVER: "never used",
}
_NO_CONNECTION = "No Multipath TCP connection. Programs that do not use it themselves can be started with mptcpize run."


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
