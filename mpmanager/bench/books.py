"""Comparing accounts to the byte: what the programs of a soak counted, and what the daemon says of the same.

What exact means is said in docs/bench.md; here each of its sentences is a function.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from mpmanager.api.structures import ApplicationTotals, ConnectionInfo
from mpmanager.bench.churn import Counted, Outcome

_CLOCK_SLACK_S = 1.0
"""A connection's own beginning and the daemon's word of it lie so close together."""
_REST = "rest:"
"""Under which the history books what no connection has carried."""

Place = tuple[str, str]
"""Application and path."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Bytes in both directions, seen from the client."""

    tx_bytes: int = 0
    rx_bytes: int = 0

    def plus(self, other: "Moved") -> "Moved":
        return Moved(self.tx_bytes + other.tx_bytes, self.rx_bytes + other.rx_bytes)

    def difference(self, other: "Moved") -> int:
        """How many bytes they are apart."""
        return abs(self.tx_bytes - other.tx_bytes) + abs(self.rx_bytes - other.rx_bytes)


Sums = Mapping[Place, Moved]


@dataclass(slots=True, kw_only=True)
class Comparison:
    """What came of comparing. A discrepancy is a sentence that names connection and numbers."""

    connections: int = 0
    orderly: int = 0
    plain: int = 0
    """Left out: plain TCP from the beginning."""
    payload_bytes: int = 0
    """Of the orderly ones, both directions."""
    carried_bytes: int = 0
    """By their subflows."""
    missing: list[str] = field(default_factory=list)
    """Counted by both ends and not by the daemon."""
    wrong: list[str] = field(default_factory=list)
    """Orderly, and accounted otherwise than both ends have counted."""
    wrong_bytes: int = 0
    out_of_bounds: list[str] = field(default_factory=list)
    """Broken off, and accounted with more than was sent or less than was read."""
    lost_on_paths: list[str] = field(default_factory=list)
    """Whose paths together carried less than the connection."""
    off_its_path: list[str] = field(default_factory=list)
    """Held to one path, which did not carry exactly what the connection moved."""
    misattributed: list[str] = field(default_factory=list)
    """Booked under another application than their own."""


class Books:
    """What everybody has said so far."""

    def __init__(self, *, applications: Mapping[str, str], held_to: Mapping[str, str]) -> None:
        """What is known before.

        Args:
            applications: as the daemon calls them, by what the names of their connections begin with, up to a dot.
            held_to: applications whose connections may use one path only, and that path.
        """
        self._applications = applications
        self._held_to = held_to
        self.clients: dict[str, Counted] = {}
        self.servers: dict[str, Counted] = {}
        self.accounts: dict[tuple[str, str], ConnectionInfo] = {}
        """By local end and token: the daemon's final accounts."""
        self._living: dict[tuple[str, str], Moved] = {}
        self.went_back: list[str] = []
        """Accounts that were smaller than a moment before."""

    def take(self, living: Iterable[ConnectionInfo], ended: Iterable[ConnectionInfo]) -> None:
        """What the daemon shows at one moment."""
        before, self._living = self._living, {}
        final = {(each.local, each.token): each for each in ended}
        self.accounts.update(final)
        for each in (*living, *final.values()):
            moved = _moved(each)
            then = before.get((each.local, each.token), Moved())
            if moved.tx_bytes < then.tx_bytes or moved.rx_bytes < then.rx_bytes:
                self.went_back.append(f"{each.app.id} {each.local}: {then} and then {moved}")
            self._living[each.local, each.token] = moved

    def compare(self) -> Comparison:
        """What the programs counted and what the daemon did, connection by connection."""
        found = Comparison()
        accounts = defaultdict(list)
        for each in self.accounts.values():
            accounts[each.local].append(each)
        for name, client in self.clients.items():
            server = self.servers.get(name)
            if client.outcome is Outcome.PLAIN:
                found.plain += 1
            elif server is not None:
                self._compare(found, client, server, accounts.get(client.local, []))
        return found

    def _compare(
        self, found: Comparison, client: Counted, server: Counted, candidates: Collection[ConnectionInfo]
    ) -> None:
        found.connections += 1
        account = _account_of(client, candidates)
        if account is None:
            found.missing.append(_missing(client, candidates))
            return
        carried, moved = _sum(_carried(account).values()), _moved(account)
        words = f"{client.name} {client.local}: {moved}"
        if client.outcome is server.outcome is Outcome.ORDERLY:
            _compare_orderly(found, client, server, moved, words)
            found.carried_bytes += carried.tx_bytes + carried.rx_bytes
            if not self._is_on_its_path(account, moved):
                found.off_its_path.append(f"{words}, by {_carried(account)}")
        elif not (
            server.received <= moved.tx_bytes <= client.sent and client.received <= moved.rx_bytes <= server.sent
        ):
            sent = f"sent {client.sent}, of which {server.received} were read"
            found.out_of_bounds.append(f"{words}; {sent}; answered {server.sent}, of which {client.received} were read")
        if carried.tx_bytes < moved.tx_bytes or carried.rx_bytes < moved.rx_bytes:
            found.lost_on_paths.append(f"{words}, carried {carried}")
        if account.app.id != self._applications.get(client.name.partition(".")[0]):
            found.misattributed.append(f"{words}, as {account.app.id}")

    def _is_on_its_path(self, account: ConnectionInfo, moved: Moved) -> bool:
        path = self._held_to.get(account.app.id)
        return path is None or _carried(account) == {path: moved}

    def sums(self) -> Sums:
        """What ended connections carried, by application and path."""
        sums: dict[Place, Moved] = {}
        for account in self.accounts.values():
            for each in account.carried:
                _add(sums, (account.app.id, each.path), Moved(each.tx_bytes, each.rx_bytes))
        return sums


def _compare_orderly(found: Comparison, client: Counted, server: Counted, moved: Moved, words: str) -> None:
    counted = Moved(server.received, server.sent)
    found.orderly += 1
    found.payload_bytes += counted.tx_bytes + counted.rx_bytes
    # With both ends, each of which would notice what the other has lost.
    if difference := moved.difference(counted) + moved.difference(Moved(client.sent, client.received)):
        found.wrong.append(f"{words}, the server {counted}, the client {client.sent} and {client.received}")
        found.wrong_bytes += difference


def sums_of(applications: Iterable[ApplicationTotals]) -> Sums:
    """What the daemon says that applications have carried."""
    sums: dict[Place, Moved] = {}
    for application in applications:
        for each in application.carried:
            _add(sums, (application.id, each.path), Moved(each.tx_bytes, each.rx_bytes))
    return sums


def sums_in_history(file: Path) -> Sums:
    """What a history database of a daemon that has ended says; read by itself, without the daemon's code."""
    query = """
        SELECT application.app, path.name, sum(usage.tx), sum(usage.rx) FROM usage
        JOIN application ON application.id = usage.application JOIN path ON path.id = usage.path
        WHERE application.app != ? GROUP BY 1, 2
    """
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        return {(app, path): Moved(tx, rx) for app, path, tx, rx in database.execute(query, (_REST,))}


def differences(one: Sums, other: Sums) -> Iterator[tuple[str, int]]:
    """A sentence, and how many bytes apart; places with nothing are the same as none."""
    for place in sorted({*one, *other}):
        left, right = one.get(place, Moved()), other.get(place, Moved())
        if apart := left.difference(right):
            yield f"{place[0]} over {place[1]}: {left} and {right}", apart


def _missing(client: Counted, others: Iterable[ConnectionInfo]) -> str:
    """What there is to say of a connection without an account."""
    opened = "".join(f", one {each.opened - client.began:+.1f} s later" for each in others) or ", none"
    lasted_s = client.ended - client.began
    return (
        f"{client.name} {client.local}: {client.outcome}, {lasted_s:.2f} s, {client.sent} B sent and {client.received}"
        f" received; accounts from the same port{opened}"
    )


def _account_of(client: Counted, candidates: Iterable[ConnectionInfo]) -> ConnectionInfo | None:
    """Ports are used again: the one that was opened meanwhile."""
    fitting = [
        each for each in candidates if client.began - _CLOCK_SLACK_S <= each.opened <= client.ended + _CLOCK_SLACK_S
    ]
    return min(fitting, key=lambda each: abs(each.opened - client.began), default=None)


def _moved(account: ConnectionInfo) -> Moved:
    return Moved(account.tx_bytes, account.rx_bytes)


def _carried(account: ConnectionInfo) -> dict[str, Moved]:
    """By path; those that carried nothing are left out."""
    return {
        each.path: Moved(each.tx_bytes, each.rx_bytes) for each in account.carried if each.tx_bytes or each.rx_bytes
    }


def _add(sums: dict[Place, Moved], place: Place, moved: Moved) -> None:
    sums[place] = sums.get(place, Moved()).plus(moved)


def _sum(parts: Iterable[Moved]) -> Moved:
    total = Moved()
    for each in parts:
        total = total.plus(each)
    return total
