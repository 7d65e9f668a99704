"""What the editor of a rule shows: all of it, put together of the draft, the row, the rules and the last frame."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mpmanager.api.structures import EventInfo, Frame, PathInfo, PolicyInfo, TrustInfo
from mpmanager.client.consequences import RuleBook, networks_of, policy_of, standing_for, tiers_for
from mpmanager.model.path import PathKind
from mpmanager.model.policy import Policy, Role, TrustPolicy
from mpmanager_ui.viewmodels.applications import ListRow, helps_of
from mpmanager_ui.viewmodels.badges import Badge, expected_badge
from mpmanager_ui.viewmodels.lateness import Titles
from mpmanager_ui.viewmodels.promises import promise_and_proof, proof_of
from mpmanager_ui.viewmodels.quantities import format_rate
from mpmanager_ui.viewmodels.rule_draft import Lifetime, Part, Preset, RuleDraft, is_own_tier, path_reference
from mpmanager_ui.viewmodels.rule_words import (
    ChainLink,
    allowed_by,
    chain_links,
    network_names,
    paths_words,
    tier_words,
)
from mpmanager_ui.viewmodels.translation import tr, tr_count, tr_literal
from mpmanager_ui.viewmodels.waits import CANNOT_SET, DEFAULT, WaitSetting
from mpmanager_ui.viewmodels.wording import TIER_WORDS

_ALWAYS_OFFERED = (Role.METERED.value, Role.UNTRUSTED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class TierRow:
    """When the application may use some paths."""

    paths: str
    """As a rule names them."""
    path: str | None
    """The path, where it is a single one that is there."""
    title: str
    said: str | None
    words: str
    """What is said; else what holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorState:
    """All that the editor shows."""

    title: str
    selector: str
    """Whom it is about; empty where no rule can be."""
    activity: str
    preset: Preset | None
    wait: WaitSetting
    promise: str
    trust: TrustPolicy
    """In force once the draft is applied."""
    says_trust: bool
    trust_badge: Badge | None
    tiers: tuple[TierRow, ...]
    multipath: bool | None
    multipath_badge: Badge | None
    lowest_delay: bool
    life: Lifetime
    chain: tuple[ChainLink, ...]
    can_remove: bool
    is_editable: bool
    note: str = ""
    """What somebody else has done to the rule meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What is known beside the draft."""

    frame: Frame
    book: RuleBook
    """The rules as they are."""
    after: RuleBook
    """As they would be with the draft, see `applied`."""
    events: Sequence[EventInfo]
    titles: Titles
    trust: TrustInfo | None
    """None: not known (yet)."""


def rules_in_force(row: ListRow, draft: RuleDraft, book: RuleBook, frame: Frame) -> list[PolicyInfo]:
    """The rules about somebody in the order in which they count; a rule about some destinations alone stands first."""
    app = row.who.app or standing_for(draft.selector)
    found = book.about(app, networks_of(frame.paths))
    if any(each.selector == draft.selector for each in found):
        return found
    own = [each for each in book.policies if each.selector == draft.selector]
    return [*sorted(own, key=lambda each: not each.temporary), *found]


def applied(book: RuleBook, draft: RuleDraft, now: float) -> RuleBook:
    """All rules as they would be with the draft; `now` is Unix time."""
    if not draft.is_changed:
        return book
    commands = draft.commands(now)
    replaced = [draft.base.temporary if each.temporary else draft.base.lasting for each in commands]
    return RuleBook([*commands, *(each for each in book.policies if each not in replaced)])


def editor_state(row: ListRow, draft: RuleDraft, around: Surroundings, note: str = "") -> EditorState:
    """Put everything together."""
    frame, selector = around.frame, row.who.selector
    after = policy_of(rules_in_force(row, draft, around.after, frame))
    chain = rules_in_force(row, draft, around.book, frame)
    allowed = allowed_by(after)
    says_wait = draft.rule.wait_ms is not None or draft.rule.intent is not None
    decided_by = draft.selector if says_wait else str(after.decided_by)
    return EditorState(
        title=row.who.name,
        selector=selector or "",
        activity=_activity(row),
        preset=draft.preset,
        wait=WaitSetting(allowed, decided_by, selector),
        promise=_promise(row, policy_of(chain), around),
        trust=after.trust,
        says_trust=draft.rule.trust is not None,
        trust_badge=_trust_badge(row, draft, after, around),
        tiers=tuple(_tier_rows(draft, frame.paths, after, around.titles)),
        multipath=draft.rule.multipath,
        multipath_badge=row.multipath,
        lowest_delay=bool(draft.rule.lowest_delay),
        life=draft.life,
        chain=tuple(chain_links(chain, around.titles)),
        can_remove=draft.base.exists and draft.selector != DEFAULT,
        is_editable=selector is not None,
        note=note if selector is not None else tr_literal(CANNOT_SET),
    )


def _activity(row: ListRow) -> str:
    if row.connections:
        number = tr_count("{count} connection", "{count} connections", count=row.connections)
        return tr("{connections}, {rate} now", connections=number, rate=format_rate(row.rate_bit_s))
    return tr("Ended a moment ago") if row.is_ended else tr("Not connected now")


def _promise(row: ListRow, present: Policy, around: Surroundings) -> str:
    """Of what is in force, not of what is drafted: a proof is about what was promised."""
    allowed = allowed_by(present)
    app = row.who.app
    if row.who.selector == DEFAULT:
        meant = {each.app.id for each in around.frame.connections if each.policy == DEFAULT}
        helps = [each.help for each in around.frame.applications if each.id in meant]
    else:
        meant = {app.id} if app else set()
        helps = helps_of(around.frame, row)
    events = [each for each in around.events if each.app in meant]
    return promise_and_proof(allowed, proof_of(events, helps, allowed), around.titles)


def _trust_badge(row: ListRow, draft: RuleDraft, after: Policy, around: Surroundings) -> Badge | None:
    """Measured on its connections, as long as the draft demands nothing else."""
    if row.trust is not None and Part.TRUST not in draft.changed:
        return row.trust
    return expected_badge(draft.selector, after.trust, around.trust)


def _tier_rows(draft: RuleDraft, paths: Sequence[PathInfo], after: Policy, titles: Titles) -> Iterable[TierRow]:
    networks = network_names(paths, titles)
    effective = tiers_for(paths, after)
    listed = [each for each in paths if each.kind is not PathKind.VIRTUAL]
    for each in listed:
        reference = path_reference(each.name)
        said = draft.tier_of(reference)
        holds = TIER_WORDS[effective[each.name]]
        yield TierRow(
            paths=reference,
            path=each.name,
            title=networks.get(each.name) or titles.get(each.name, each.name),
            said=said,
            words=tr("No rule ({tier})", tier=holds) if said is None else tier_words(said),
        )
    named = {path_reference(each.name) for each in listed}
    for reference in dict.fromkeys((*_ALWAYS_OFFERED, *(each.paths for each in draft.rule.tiers))):
        if reference not in named:
            said = draft.tier_of(reference)
            title = paths_words(reference, titles)
            words = tr("No rule") if is_own_tier(said) else tier_words(said)
            yield TierRow(paths=reference, path=None, title=title[0].upper() + title[1:], said=said, words=words)
