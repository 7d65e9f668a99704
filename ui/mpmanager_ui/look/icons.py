"""Symbolic icons, drawn in whatever colour the palette asks for."""

from functools import cache
from importlib.resources import files

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from mpmanager.api.structures import EventKind
from mpmanager.model.path import PathKind, Tier
from mpmanager.model.trust import Trust

APPLICATION_ICON = "io.github.mpmanager.MPManager"

KIND_ICONS = {kind: kind.value for kind in PathKind}
TIER_ICONS = {tier: tier.value for tier in Tier}
TRUST_ICONS = {trust: f"shield-{trust.value}" for trust in Trust}
EVENT_ICONS = {
    EventKind.DAEMON_STARTED: "daemon",
    EventKind.PATH_ADDED: "path-back",
    EventKind.PATH_REMOVED: "path-lost",
    EventKind.PATH_UP: "path-back",
    EventKind.PATH_DOWN: "path-lost",
    EventKind.PATH_CHANGED: "information",
    EventKind.TIER_CHANGED: "tier-changed",
    EventKind.TRUST_CHANGED: "trust-changed",
    EventKind.CAP_CHANGED: "cap",
    EventKind.CAP_WARNING: "cap",
    EventKind.CAP_REACHED: "cap-reached",
    EventKind.CAP_LIFTED: "cap",
    EventKind.CONNECTION_OPENED: "connection",
    EventKind.CONNECTION_CLOSED: "close",
    EventKind.CONNECTION_FELL_BACK: "warning",
    EventKind.CONNECTION_UNMANAGED: "warning",
    EventKind.HANDSHAKE_UNPROTECTED: "warning",
    EventKind.ENFORCEMENT_FAILED: "warning",
    EventKind.SUBFLOW_OPENED: "live",
    EventKind.SUBFLOW_CLOSED: "close",
    EventKind.SUBFLOW_REFUSED: "never",
    EventKind.BACKUP_OPENED: "helper-opened",
    EventKind.BACKUP_CLOSED: "helper-closed",
    EventKind.STEERED: "transfer-moved",
    EventKind.STEERED_BACK: "transfer-returned",
    EventKind.FAILED_OVER: "failed-over",
    EventKind.RETURNED: "returned",
    EventKind.TRANSFER_MOVED: "transfer-moved",
    EventKind.TRANSFER_RETURNED: "transfer-returned",
    EventKind.POLICY_CHANGED: "policy-changed",
    EventKind.SYSCTL_CHANGED: "policy-changed",
    EventKind.PROFILE_CHANGED: "policy-changed",
    EventKind.ENFORCING_PAUSED: "pause",
    EventKind.ENFORCING_RESUMED: "play",
    EventKind.CHANGE_TAKEN_BACK: "undo",
    EventKind.CHANGE_MADE_AGAIN: "redo",
    EventKind.RESYNCHRONISED: "information",
    EventKind.REHEARSAL_BEGAN: "pause",
    EventKind.REHEARSAL_ENDED: "play",
}


@cache
def pixmap(name: str, colour: str, size: int, ratio: float = 1.0) -> QPixmap:
    """An icon of this size in device-independent pixels."""
    image = QPixmap(round(size * ratio), round(size * ratio))
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    _renderer(name, colour).render(painter, QRectF(image.rect()))
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image


def icon(name: str, colour: str, size: int = 16) -> QIcon:
    """The same as a QIcon, sharp on screens of single and double density."""
    result = QIcon(pixmap(name, colour, size))
    result.addPixmap(pixmap(name, colour, size, 2.0))
    return result


def _renderer(name: str, colour: str) -> QSvgRenderer:
    source = files("mpmanager_ui").joinpath("icons", f"{name}.svg").read_text(encoding="utf-8")
    return QSvgRenderer(QByteArray(source.replace("currentColor", colour).encode()))
