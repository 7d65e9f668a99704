"""The list of the Applications page: those that are seen and those with rules, in an order that does not jump."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from math import log10
from typing import NamedTuple

from mpmanager.api.structures import (
    AppInfo,
    ConnectionInfo,
    Frame,
    HelpCounts,
    MultipathInfo,
    PolicyInfo,
    ProtectionInfo,
)
from mpmanager.client.applications import changeable, rule_about
from mpmanager_ui.viewmodels.badges import Badge, multipath_badge, trust_badge
from mpmanager_ui.viewmodels.rule_draft import Standing
from mpmanager_ui.viewmodels.rule_words import rule_summary, selector_kind_words, selector_name
from mpmanager_ui.viewmodels.translation import tr, tr_count
from mpmanager_ui.viewmodels.waits import DEFAULT, NEVER, waits_words

KEPT_AFTER_END_S = 60.0
CHUNK_CONNECTIONS = 100
"""Connections looked at between two breaths of the event loop."""

_LEAST_BAR_BIT_S = 1e3
_BAR_DECADES = 6


class Who(NamedTuple):
    """An application as it was last seen; does not change with its traffic."""

    key: str
    name: str
    app: AppInfo | None
    """None of a rule whose application is not seen."""
    selector: str | None
    """Of the rule that can be made of it; None where nothing tells it from others."""
    order: tuple[str, str]
    search: str
    """All by which it can be found, in small letters."""


class ListRow(NamedTuple):
    """One row of the list."""

    who: Who
    detail: str
    """What its rule says."""
    has_rule: bool
    connections: int
    rates: tuple[tuple[str, float], ...]
    """By path, bit/s in both directions, in the order of the paths; those that carry nothing are left out."""
    trust: Badge | None
    multipath: Badge | None
    is_ended: bool
    """Whether it had connections a moment ago."""

    @property
    def rate_bit_s(self) -> float:
        """Over all paths."""
        return sum(rate for _path, rate in self.rates)


class _Seen:
    """What is added up of an application in a frame."""

    __slots__ = ("app", "connections", "policies", "protections", "rates")

    def __init__(self, app: AppInfo) -> None:
        self.app = app
        self.connections = 0
        self.policies: set[str] = set()
        self.protections: dict[tuple[str, str, str], ProtectionInfo] = {}
        self.rates: dict[str, float] = {}

    def add(self, connection: ConnectionInfo) -> None:
        self.connections += 1
        self.policies.add(connection.policy)
        for subflow in connection.subflows:
            rate = subflow.rx_bit_s + subflow.tx_bit_s
            if rate and subflow.path is not None:
                self.rates[subflow.path] = self.rates.get(subflow.path, 0.0) + rate
        protection = connection.protection
        if protection is not None:
            self.protections[protection.coverage, protection.reason, protection.demand] = protection


class Roster:
    """Takes frames and rules in, and tells rows."""

    def __init__(self) -> None:
        self.rows: list[ListRow] = []
        """By name, without the default."""
        self.others: ListRow = _others_row({}, {})
        """Whoever has no rule."""
        self._who: dict[str, Who] = {}
        self._last_seen: dict[str, float] = {}
        self._summaries: dict[str, str] = {}
        """What the rules say, by selector."""
        self._ruled: dict[str, Who] = {}
        """Whom they are about."""

    def learn(self, policies: Iterable[PolicyInfo]) -> None:
        """Take over what the daemon has; rows tell it from the next frame on."""
        known = tuple(policies)
        lasting, temporary = changeable(known), changeable(known, temporary=True)
        standing = {
            each: Standing(lasting=lasting.get(each, PolicyInfo(selector=each)), temporary=temporary.get(each))
            for each in {**lasting, **temporary}
        }
        self._summaries = {selector: rule_summary(each.shown) for selector, each in standing.items()}
        self._ruled = {each: self._ruled.get(each) or who_of_rule(each) for each in standing if each != DEFAULT}

    def take(self, frame: Frame) -> Iterator[None]:
        """Make the rows of a frame in steps; `rows` are those before until it is through."""
        seen: dict[str, _Seen] = {}
        for number, connection in enumerate(frame.connections, 1):
            key = _key(connection.app)
            if key not in seen:
                seen[key] = _Seen(connection.app)
            seen[key].add(connection)
            if number % CHUNK_CONNECTIONS == 0:
                yield
        badges = {each.id: each.multipath for each in frame.applications}
        places = {path.name: place for place, path in enumerate(frame.paths)}
        rows: list[ListRow] = []
        for row in self._seen_rows(seen, badges, places, frame.monotonic):
            rows.append(row)
            if len(rows) % CHUNK_CONNECTIONS == 0:
                yield
        rows += self._rule_rows({each.who.selector for each in rows})
        rows.sort(key=lambda each: each.who.order)
        self.rows = rows
        unruled = {key: each for key, each in seen.items() if self._who[key].selector not in self._summaries}
        self.others = _others_row(unruled, self._summaries)

    def _seen_rows(
        self,
        seen: Mapping[str, _Seen],
        badges: Mapping[str, MultipathInfo | None],
        places: Mapping[str, int],
        now: float,
    ) -> Iterator[ListRow]:
        for key, each in seen.items():
            self._last_seen[key] = now
            if key not in self._who or self._who[key].app != each.app:
                self._who[key] = _who(key, each.app)
            yield _row(self._who[key], each, self._summaries, badges.get(each.app.id), places)
        for key, then in list(self._last_seen.items()):
            if key in seen:
                continue
            if now - then < KEPT_AFTER_END_S:
                app = self._who[key].app
                yield _row(self._who[key], None, self._summaries, badges.get(app.id) if app else None, places)
            else:
                del self._last_seen[key], self._who[key]

    def _rule_rows(self, shown: Collection[str | None]) -> Iterator[ListRow]:
        """Of rules whose applications are not seen."""
        for selector, who in self._ruled.items():
            if selector not in shown:
                yield _row(who, None, self._summaries, None, {})._replace(is_ended=False)


def found(rows: Iterable[ListRow], text: str) -> list[ListRow]:
    """The rows in which all words of a text stand."""
    words = text.casefold().split()
    return [each for each in rows if all(word in each.who.search for word in words)]


def who_of_rule(selector: str) -> Who:
    """Whom a rule is about that is not seen."""
    name = selector_name(selector)
    return Who(selector, name, None, selector, (name.casefold(), selector), f"{name} {selector}".casefold())


def rule_row(selector: str) -> ListRow:
    """The row of a rule that is not applied yet."""
    return _row(who_of_rule(selector), None, {}, None, {})._replace(is_ended=False, detail=tr("New rule"))


def counts_sentence(rows: Iterable[ListRow]) -> str:
    """How many are connected, and how many have rules."""
    known = list(rows)
    connected = sum(1 for each in known if each.connections)
    ruled = sum(1 for each in known if each.has_rule)
    return tr(
        "{connected}, {ruled}",
        connected=tr_count("{count} connected", "{count} connected", count=connected),
        ruled=tr_count("{count} with a rule of its own", "{count} with rules of their own", count=ruled),
    )


def row_sentence(row: ListRow, rate: str) -> str:
    """A row for who hears it."""
    state = tr("ended") if row.is_ended else rate if row.connections else tr("not connected")
    badges = [
        "" if row.trust is None else tr("trust: {badge}", badge=row.trust.word),
        "" if row.multipath is None else tr("multipath: {badge}", badge=row.multipath.word),
    ]
    return ", ".join(each for each in (row.who.name, row.detail, state, *badges) if each)


def bar_share(rate_bit_s: float) -> float:
    """How high a bar stands, 0 to 1: from 1 kbit/s to 1 Gbit/s, each ten times as much is one step."""
    if rate_bit_s < _LEAST_BAR_BIT_S:
        return 0.0
    return min(1.0, 0.1 + 0.9 * log10(rate_bit_s / _LEAST_BAR_BIT_S) / _BAR_DECADES)


def helps_of(frame: Frame, row: ListRow) -> list[HelpCounts]:
    """How often the data of a row's application was helped."""
    app = row.who.app
    if app is None:
        return []
    return [each.help for each in frame.applications if each.id == app.id and each.uid in {None, app.uid}]


def _key(app: AppInfo) -> str:
    return app.id if app.uid is None else f"{app.id} {app.uid}"


def _who(key: str, app: AppInfo) -> Who:
    selector = rule_about(app)
    search = " ".join(each for each in (app.name, app.exe, app.script, app.app_id, app.unit, selector) if each)
    return Who(key, app.name, app, selector, (app.name.casefold(), key), search.casefold())


def _row(
    who: Who,
    seen: _Seen | None,
    summaries: Mapping[str, str],
    multipath: MultipathInfo | None,
    places: Mapping[str, int],
) -> ListRow:
    summary = summaries.get(who.selector or "")
    rates = () if seen is None else tuple(sorted(seen.rates.items(), key=lambda each: places.get(each[0], len(places))))
    return ListRow(
        who=who,
        detail=_detail(who, seen, summary),
        has_rule=summary is not None,
        connections=0 if seen is None else seen.connections,
        rates=rates,
        trust=None if seen is None else trust_badge(seen.protections.values()),
        multipath=multipath_badge(multipath, is_seen=seen is not None),
        is_ended=seen is None,
    )


def _detail(who: Who, seen: _Seen | None, summary: str | None) -> str:
    """What its rule says; without one, who decides instead."""
    if who.selector is None:
        return tr("Not told from others")
    if summary is not None:
        return tr("{kind}: {rule}", kind=selector_kind_words(who.selector), rule=summary)
    if seen is not None and seen.policies == {DEFAULT}:
        return tr("No rule of its own: as all others")
    return tr("No rule of its own")


def _others_row(unruled: Mapping[str, _Seen], summaries: Mapping[str, str]) -> ListRow:
    rates: dict[str, float] = {}
    for each in unruled.values():
        for path, rate in each.rates.items():
            rates[path] = rates.get(path, 0.0) + rate
    name = tr("All others")
    return ListRow(
        who=Who(DEFAULT, name, None, DEFAULT, (name, DEFAULT), name.casefold()),
        detail=tr("Default: {rule}", rule=summaries.get(DEFAULT) or waits_words(NEVER)),
        has_rule=True,
        connections=sum(each.connections for each in unruled.values()),
        rates=tuple(rates.items()),
        trust=None,
        multipath=None,
        is_ended=False,
    )
