"""What a caller sees: of other users' connections what they carry over which path, and nothing of where they go.

Nothing is left out of sums: rows that belong to somebody else stay, without their ends and without their program.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from msgspec.structs import replace

from mpmanager.api.structures import (
    AppInfo,
    ApplicationTotals,
    CarriedInfo,
    ConnectionInfo,
    EventInfo,
    ExpirationInfo,
    Frame,
    PolicyInfo,
    ProtectionInfo,
    TrustInfo,
)
from mpmanager.daemon.frames import sum_of_helps
from mpmanager.model.authority import ROOT_UID, Caller
from mpmanager.model.selector import Selector

WITHHELD = "withheld"
OTHERS = "other users"
_NOBODY = AppInfo(id=WITHHELD, name=OTHERS, pid=None, exe=None, cgroup=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who looks."""

    uid: int | None
    """None: the bus did not tell; nothing is this one's own then."""
    sees_all: bool

    @classmethod
    def of(cls, caller: Caller) -> Self:
        """Root and the daemon's own user see everything: they could read it out of the daemon's memory."""
        return cls(uid=caller.uid, sees_all=caller.uid in {ROOT_UID, os.getuid()})

    def may_see(self, owner_uid: int | None) -> bool:
        """Whether what belongs to that user is shown; what belongs to nobody known is not."""
        return self.sees_all or (owner_uid is not None and owner_uid == self.uid)


EVERYTHING = Viewer(uid=None, sees_all=True)
"""The administrator's view, where nobody in particular looks."""


def frame_for(viewer: Viewer, frame: Frame) -> Frame:
    """A frame without its events, as one viewer gets it."""
    return replace(
        frame,
        connections=_connections(viewer, frame.connections),
        ended=_connections(viewer, frame.ended),
        applications=_applications(viewer, frame.applications),
    )


def events_for(viewer: Viewer, events: Iterable[EventInfo]) -> list[EventInfo]:
    """Those about the machine, and those about the viewer's own connections and rules."""
    return [each for each in events if (each.token is None and each.uid is None) or viewer.may_see(each.uid)]


def policies_for(viewer: Viewer, policies: Iterable[PolicyInfo]) -> list[PolicyInfo]:
    """Without rules of others that say where they go; those of the machine are everybody's."""
    return [
        each
        for each in policies
        if each.owner is None or viewer.may_see(each.owner) or not Selector.parse(each.selector).has_destination
    ]


def trust_for(viewer: Viewer, trust: TrustInfo) -> TrustInfo:
    """Without destinations of others."""
    own = [each for each in trust.plain_destinations if viewer.may_see(each.uid)]
    return replace(trust, plain_destinations=own)


def _connections(viewer: Viewer, rows: list[ConnectionInfo]) -> list[ConnectionInfo]:
    return [row if viewer.may_see(row.app.uid) else _withheld(row) for row in rows]


def _withheld(row: ConnectionInfo) -> ConnectionInfo:
    """What may be said of somebody else's: how much it carries where. Rules may name its program or its peer."""
    return replace(
        row,
        app=_NOBODY,
        remote=WITHHELD,
        subflows=[replace(each, remote=WITHHELD) for each in row.subflows],
        policy=WITHHELD,
        protection=None if row.protection is None else _without_rule(row.protection),
        intent=None,
        expiration=None if row.expiration is None else _without_habits(row.expiration),
        withheld=True,
    )


def _without_habits(expiration: ExpirationInfo) -> ExpirationInfo:
    """How much somebody writes at a time, and the pauses between, are nobody else's business."""
    return replace(expiration, pattern=None, traffic=None)


def _without_rule(protection: ProtectionInfo) -> ProtectionInfo:
    return replace(protection, rule=WITHHELD)


def _applications(viewer: Viewer, rows: list[ApplicationTotals]) -> list[ApplicationTotals]:
    """One row for each application, whoever runs it, and one for all that are not shown."""
    merged: dict[str, ApplicationTotals] = {}
    for row in rows:
        shown = row if viewer.may_see(row.uid) else replace(row, id=WITHHELD, name=OTHERS, uid=None)
        known = merged.get(shown.id)
        merged[shown.id] = shown if known is None else _sum(known, shown)
    return list(merged.values())


def _sum(one: ApplicationTotals, other: ApplicationTotals) -> ApplicationTotals:
    return replace(
        one,
        connections=one.connections + other.connections,
        carried=_carried([*one.carried, *other.carried]),
        help=sum_of_helps((one.help, other.help)),
        uid=one.uid if one.uid == other.uid else None,
    )


def _carried(parts: Iterable[CarriedInfo]) -> list[CarriedInfo]:
    by_path: dict[str, CarriedInfo] = {}
    for part in parts:
        known = by_path.get(part.path)
        by_path[part.path] = part if known is None else _joined(known, part)
    return list(by_path.values())


def _joined(one: CarriedInfo, other: CarriedInfo) -> CarriedInfo:
    return replace(one, tx_bytes=one.tx_bytes + other.tx_bytes, rx_bytes=one.rx_bytes + other.rx_bytes)
