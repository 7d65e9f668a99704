"""Why a connection may use which paths, in sentences."""

from collections.abc import Iterator
from datetime import datetime

from mpmanager.api.structures import ConnectionInfo, PathInfo, TrustInfo
from mpmanager.client.rule_values import write_trust
from mpmanager.client.wait_words import ASKED_ITSELF, wait_reason
from mpmanager.model.path import TIER_WORDS
from mpmanager.model.protection import COVERAGE_NAMES, COVERAGE_WORDS
from mpmanager.model.socket_options import SocketOption
from mpmanager.model.trust import Hold, Trust, why

_HOLD_WORDS = {
    Hold.FREE: "may use every path that its tier allows",
    Hold.STANDBY: "has untrusted paths stand by, as its first bytes have not passed",
    Hold.RECEIVING: "takes data in by untrusted paths and sends none there, as its own first bytes have not passed",
    Hold.FENCED: "gets nothing out by untrusted paths",
    Hold.TRUSTED: "has no subflows on untrusted paths, and waits where there is no other",
}


def reasons(row: ConnectionInfo, paths: list[PathInfo], trust: TrustInfo) -> Iterator[str]:
    """Which connection it is, then why it may use what it uses, the first reason first; a sentence each."""
    yield f"{row.app.name} ({row.token}) {'from' if row.server_side else 'to'} {row.remote}"
    if row.app.reason:
        yield f"{row.app.name} is {row.app.id}: {row.app.reason}."
    if trust.paused_until is not None:
        yield f"{paused_words(trust.paused_until)}: what follows of trust and of waits holds again then."
    by_address = {address.partition("/")[0]: path for path in paths for address in path.addresses}
    if not row.managed:
        yield "It began before mpmanagerd: it keeps the subflows it has."
    yield wait_reason(row)
    yield from _trust_reasons(row)
    if SocketOption.TRUSTED in row.asked:
        yield f"It is in a trusted section, as {ASKED_ITSELF} ({SocketOption.TRUSTED.value})."
    origin = by_address.get(row.local.rpartition(":")[0].strip("[]"))
    if origin is not None:
        yield f"It opened on {origin.name}, which is {_trusted(origin)}."
    yield from _plain_reasons(row, trust)
    for subflow in row.subflows:
        path = next((each for each in paths if each.name == subflow.path), None)
        if path is not None:
            flag = "as a backup" if subflow.backup.local else "as a normal one"
            yield f"Subflow on {path.name}, {flag}: {path.name} {TIER_WORDS[path.tier]} and is {path.trust.value}."


def paused_words(until: float) -> str:
    """That nothing is enforced until a moment in Unix time."""
    return f"Enforcing is paused until {_time_of_day(until)}"


def _time_of_day(moment: float) -> str:
    return datetime.fromtimestamp(moment).astimezone().strftime("%H:%M")


def _trust_reasons(row: ConnectionInfo) -> Iterator[str]:
    protection = row.protection
    if protection is None:
        return
    by = f"the rule of {protection.rule}, or its cgroup"
    yield (
        f"Trusted paths for: {write_trust(protection.demand)} ({by}): "
        f"{COVERAGE_NAMES[protection.coverage]}, as {COVERAGE_WORDS[protection.reason]}."
    )
    yield f"At the moment it {_HOLD_WORDS[protection.hold]}."


def _plain_reasons(row: ConnectionInfo, trust: TrustInfo) -> Iterator[str]:
    if row.fallback:
        yield "The other end speaks no Multipath TCP: this is plain TCP over one path."
    for each in trust.plain_destinations:
        if each.destination == row.remote:
            until = _time_of_day(each.until)
            yield f"That is remembered until {until}: so long, connections there open on any path, as plain TCP."


def _trusted(path: PathInfo) -> str:
    word = "trusted" if path.trust is Trust.TRUSTED else "not trusted"
    return f"{word}: {why(path.trust_reason, path.trust_source)}"
