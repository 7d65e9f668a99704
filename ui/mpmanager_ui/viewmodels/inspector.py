"""The inspector of the Live page: all that there is to know of one row."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from mpmanager.api.structures import ConnectionInfo, ExpirationInfo, Frame, PolicyInfo, TrustInfo, Wait
from mpmanager.client.reasons import reasons
from mpmanager.model.trust import Hold
from mpmanager_ui.viewmodels.lateness import Titles, milliseconds, titled
from mpmanager_ui.viewmodels.live_rows import HISTORY_TICKS, RowKind, RowState, Values
from mpmanager_ui.viewmodels.live_tree import Node
from mpmanager_ui.viewmodels.live_words import explanation
from mpmanager_ui.viewmodels.quantities import NOT_KNOWN, format_bytes, format_rate, format_rtt, format_wait
from mpmanager_ui.viewmodels.rule_words import chain_links, link_words
from mpmanager_ui.viewmodels.translation import tr, tr_number
from mpmanager_ui.viewmodels.waits import WaitSetting, setting_sentence

_ONLY = "only"
_ON_TRUSTED = frozenset({Hold.TRUSTED, Hold.FENCED})


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldSwitch:
    """The switch that keeps a connection to trusted paths."""

    token: str
    is_on: bool
    is_free: bool
    """Whether it can be moved."""
    words: str
    """Why it stands as it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What the inspector shows of a row, each second anew."""

    title: str
    subtitle: str
    state: RowState
    sentence: str
    figures: tuple[tuple[str, str], ...]
    history: tuple[float | None, ...]
    """Both directions, bit/s, one for each second of the last minute; None: the row was not there yet."""
    history_words: str
    path: str | None
    """Of a subflow: gives the history its colour."""
    promise: tuple[str, ...]
    """What was allowed, and what it came to."""
    hold: HoldSwitch | None


def details_of(
    node: Node, setting: WaitSetting | None, titles: Titles, connection: ConnectionInfo | None, *, proof: str
) -> Details:
    """A row in words.

    `connection` is what the daemon says of it, or of that to which the subflow belongs; `proof` says of an application
    what was promised, and what came of it.
    """
    values = node.values
    is_subflow = values.kind is RowKind.SUBFLOW
    path = values.paths[0] if is_subflow and values.paths else None
    peak = max(values.history, default=0.0)
    return Details(
        title=titled(path, titles) if path else values.name,
        subtitle=values.detail,
        state=values.state,
        sentence=explanation(values, titles),
        figures=tuple(_figures(values, titles)),
        history=(*[None] * (HISTORY_TICKS - len(values.history)), *values.history),
        history_words=tr("Last minute, at most {rate}", rate=format_rate(peak)),
        path=path,
        promise=tuple(_promise(node, setting, proof)),
        hold=hold_switch(connection) if connection is not None and values.kind is RowKind.CONNECTION else None,
    )


def _figures(values: Values, titles: Titles) -> list[tuple[str, str]]:
    rows = [
        (tr("Download"), format_rate(values.down_bit_s)),
        (tr("Upload"), format_rate(values.up_bit_s)),
        (tr("Round trip"), format_rtt(values.rtt_ms)),
        (tr("Carried"), format_bytes(values.byte_count)),
        (tr("Sent again"), tr_number(f"{values.retransmits:,}")),
    ]
    if values.kind is not RowKind.SUBFLOW:
        rows.append((tr("Paths"), ", ".join(titled(path, titles) for path in values.paths) or NOT_KNOWN))
    return rows


def _promise(node: Node, setting: WaitSetting | None, proof: str) -> list[str]:
    if node.values.kind is RowKind.APPLICATION:
        return [each for each in (setting_sentence(setting) if setting else "", proof) if each]
    late = node.values.lateness
    return [] if late is None else [proof_sentence(late)]


def proof_sentence(late: ExpirationInfo) -> str:
    """What was promised of the wait of a connection's data, and how long it waited the last time."""
    allowed = _allowed_sentence(late.allowed_ms)
    if late.waited_ms is None:
        return tr("{allowed} So far nothing has waited longer.", allowed=allowed)
    return tr("{allowed} The last time it waited {waited}.", allowed=allowed, waited=milliseconds(late.waited_ms))


def _allowed_sentence(allowed_ms: Wait) -> str:
    if isinstance(allowed_ms, str):
        return tr("Its data waits for its own path.")
    return tr("Its data may wait {wait}.", wait=format_wait(allowed_ms))


def hold_switch(connection: ConnectionInfo) -> HoldSwitch | None:
    """Where the switch stands for a connection; None from a daemon that knows nothing of trust."""
    protection = connection.protection
    if protection is None:
        return None
    is_on, is_ruled = protection.hold in _ON_TRUSTED, protection.demand == _ONLY
    if is_ruled:
        words = tr("The rule of {rule} keeps it there.", rule=protection.rule)
    elif is_on:
        words = tr("Where no trusted path is left its data waits.")
    else:
        words = tr("It may use every path that its tier allows.")
    return HoldSwitch(token=connection.token, is_on=is_on, is_free=not is_ruled, words=words)


def connection_of(frame: Frame | None, path: Sequence[Hashable]) -> ConnectionInfo | None:
    """What a frame says of the connection with these keys, or of the one to which the subflow belongs."""
    if frame is None or len(path) <= RowKind.CONNECTION:
        return None
    key = path[RowKind.CONNECTION]
    return next((each for each in frame.connections if (each.token, each.opened) == key), None)


def why_sentences(
    connection: ConnectionInfo | None,
    frame: Frame | None,
    trust: TrustInfo | None,
    rules: Sequence[PolicyInfo],
    titles: Titles,
) -> list[str]:
    """Why something may use what it uses, the first reason first, then the rules in the order in which they count."""
    sentences: list[str] = []
    if connection is not None and frame is not None and trust is not None:
        _title, *sentences = reasons(connection, frame.paths, trust)
    if rules:
        sentences.append(tr("The rules about it, in the order in which they count:"))
        sentences += [f"{place}. {link_words(each)}" for place, each in enumerate(chain_links(rules, titles), 1)]
    return sentences
