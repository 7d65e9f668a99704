"""Rows of the Live page in words: what a row does and why, for as much room as there is."""

from collections.abc import Callable, Mapping

from mpmanager.api.structures import ExpirationInfo, HelpCounts
from mpmanager.model.expiration import ExpirationState
from mpmanager_ui.viewmodels.lateness import StateWords, Titles, help_sentence, late_path, state_words, titled
from mpmanager_ui.viewmodels.live_rows import STATE_MEANINGS, STATE_WORDS, RowKind, RowState, Values
from mpmanager_ui.viewmodels.live_tree import Column, Node, cell_text
from mpmanager_ui.viewmodels.quantities import format_rate
from mpmanager_ui.viewmodels.translation import labelled, tr, tr_later, tr_literal
from mpmanager_ui.viewmodels.waits import WaitSetting, setting_sentence

Helps = Mapping[object, HelpCounts]
"""How often the data of applications was helped, by application id."""

SettingOf = Callable[[Values], WaitSetting | None]
"""How long the data of a row may wait."""

_SUBFLOW_WORDS = {
    RowState.HELPING: (tr_later("opened for late data"), tr_later("helps")),
    RowState.STANDING_IN: (tr_later("carries instead of {path}"), tr_later("carries instead")),
    RowState.PROBING: (tr_later("held back: has answered, must stay well"), tr_later("held back")),
    RowState.SUSPECT: (tr_later("suspect: nothing received"), tr_later("suspect")),
    RowState.AVOIDED: (tr_later("avoided: congested"), tr_later("avoided")),
    RowState.LEFT: (tr_later("left: delivers nothing"), tr_later("left")),
}


def words_of(values: Values, titles: Titles) -> StateWords:
    """What a row does."""
    late = values.lateness
    if late is None or values.state is RowState.ENDED or values.kind is RowKind.APPLICATION:
        return _plain(values.state)
    if values.kind is RowKind.CONNECTION:
        is_late = late.state is not ExpirationState.PRIMARY
        return state_words(late, titles, now=values.time) if is_late else _plain(values.state)
    return _subflow_words(values, late, titles)


def _subflow_words(values: Values, late: ExpirationInfo, titles: Titles) -> StateWords:
    left = late_path(late)
    if values.state is RowState.CONNECTING and left in values.paths and late.state is not ExpirationState.PRIMARY:
        return StateWords(tr("asked whether it answers"), (tr("asked"),))
    if values.state not in _SUBFLOW_WORDS:
        return _plain(values.state)
    full, short = _SUBFLOW_WORDS[values.state]
    if not left:
        return StateWords(tr_literal(short))
    return StateWords(tr_literal(full, path=titled(left, titles)), (tr_literal(short),))


def explanation(values: Values, titles: Titles) -> str:
    """What a row does, and what that means."""
    words = words_of(values, titles)
    if values.kind is RowKind.CONNECTION and words.full != STATE_WORDS[values.state]:
        return words.full
    return f"{words.full}: {STATE_MEANINGS[values.state]}" if ":" not in words.full else words.full


def cell_words(node: Node, column: Column, setting: WaitSetting | None, titles: Titles, helps: Helps) -> str:
    """A cell for who hears it, or wants to know more; `setting` is what is in force by now."""
    values = node.values
    match column:
        case Column.NAME:
            name = f"{values.name} ({values.detail})" if values.detail else values.name
            return f"{name}\n{help_sentence(helps.get(node.key))}" if values.kind is RowKind.APPLICATION else name
        case Column.STATE:
            return explanation(values, titles)
        case Column.WAIT:
            return setting_sentence(setting) if setting else ""
        case Column.HISTORY:
            peak = max(values.history, default=0.0)
            return tr("at most {rate} in the last minute", rate=format_rate(peak))
        case _:
            return cell_text(values, column)


def row_sentence(node: Node, setting: WaitSetting | None, titles: Titles, helps: Helps, proof: str = "") -> str:
    """All that there is to say about a row, in one line; `proof` tells more than how often it was helped."""
    values = node.values
    if values.kind is RowKind.APPLICATION:
        wait = setting_sentence(setting) if setting else ""
        return labelled(values.name, f"{proof or help_sentence(helps.get(node.key))} {wait}")
    name = titled(values.paths[0], titles) if values.kind is RowKind.SUBFLOW and values.paths else values.name
    return labelled(name, explanation(values, titles))


def _plain(state: RowState) -> StateWords:
    return StateWords(STATE_WORDS[state])
