"""Rules, what changes in them, and what that leads to, in words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mpmanager.api.structures import PathInfo, PolicyInfo, Wait
from mpmanager.client.consequences import Consequences
from mpmanager.model.path import PathKind
from mpmanager.model.policy import INTENT_WAITS_S, NEVER, Intent, Policy, Role, TrustDemand, TrustPolicy
from mpmanager.model.selector import Selector, SelectorKind
from mpmanager_ui.viewmodels.lateness import Titles
from mpmanager_ui.viewmodels.quantities import format_bytes
from mpmanager_ui.viewmodels.rule_draft import Lifetime, Part, Preset, RuleDraft
from mpmanager_ui.viewmodels.translation import enumerated, joined, tr, tr_count, tr_later, tr_literal
from mpmanager_ui.viewmodels.waits import wait_words, waits_words
from mpmanager_ui.viewmodels.wording import KIND_WORDS, TIER_WORDS, clock

_MS_PER_S = 1000
_PATH, _KIND = "path:", "kind:"

_PRESETS = {
    Preset.AUTOMATIC: tr_later("Automatic"),
    Preset.CALL_AND_SHELL: tr_later("Call and shell"),
    Preset.BROWSING: tr_later("Browsing"),
    Preset.DOWNLOAD: tr_later("Downloads"),
    Preset.TRUSTED_ONLY: tr_later("Trusted only"),
    Preset.OWN: tr_later("Own"),
}
_PRESET_HINTS = {
    Preset.AUTOMATIC: tr_later("The wait follows what each connection turns out to be."),
    Preset.CALL_AND_SHELL: tr_later("Somebody waits for every byte: another path helps after 20 ms."),
    Preset.BROWSING: tr_later("Somebody waits for pages: another path helps after 50 ms."),
    Preset.DOWNLOAD: tr_later("Nobody waits, and it is much: another path helps after 2 s."),
    Preset.TRUSTED_ONLY: tr_later("Everything keeps to trusted paths; without one, it waits."),
    Preset.OWN: tr_later("What you have set below."),
}
_INTENTS = {
    Intent.AUTOMATIC: tr_later("automatic"),
    Intent.CALL_AND_SHELL: tr_later("call and shell"),
    Intent.BROWSING: tr_later("browsing"),
    Intent.STREAMING: tr_later("streaming"),
    Intent.DOWNLOAD: tr_later("download"),
}
_LIVES = {
    Lifetime.ALWAYS: tr_later("Always"),
    Lifetime.HOUR: tr_later("For an hour"),
    Lifetime.UNTIL_RESTART: tr_later("Until restart"),
}
_DEMANDS = {
    TrustDemand.ANY: tr_later("any path"),
    TrustDemand.HANDSHAKE: tr_later("handshake"),
    TrustDemand.ONLY: tr_later("trusted only"),
}
_PARTS = {
    Part.WAIT: tr_later("Wait"),
    Part.TRUST: tr_later("Trust"),
    Part.TIERS: tr_later("Paths"),
    Part.MULTIPATH: tr_later("Multipath"),
    Part.LOWEST_DELAY: tr_later("Lowest delay"),
    Part.LIFE: tr_later("Holds"),
}
_ROLES = {
    Role.METERED: tr_later("metered paths"),
    Role.UNMETERED: tr_later("unmetered paths"),
    Role.TRUSTED: tr_later("trusted paths"),
    Role.UNTRUSTED: tr_later("untrusted paths"),
    Role.ANY: tr_later("all other paths"),
}


def preset_words(preset: Preset) -> str:
    """On its button."""
    return tr_literal(_PRESETS[preset])


def preset_hint(preset: Preset) -> str:
    """What it means."""
    return tr_literal(_PRESET_HINTS[preset])


def life_words(life: Lifetime) -> str:
    """On its button."""
    return tr_literal(_LIVES[life])


def trust_words(trust: str) -> str:
    """A demand, short."""
    demand = TrustPolicy.parse(trust)
    if demand.demand is TrustDemand.FIRST:
        words = tr("first {bytes}", bytes=format_bytes(demand.first_bytes))
    else:
        words = tr_literal(_DEMANDS[demand.demand])
    return tr("{demand}, strictly", demand=words) if demand.is_strict else words


def said_wait_words(wait: Wait | None, intent: Intent | None) -> str:
    """What a rule says of waits; empty where it says nothing."""
    if intent is not None and wait is None:
        return tr("{intent} ({wait})", intent=tr_literal(_INTENTS[intent]), wait=wait_words(intent_wait_ms(intent)))
    return "" if wait is None else wait_words(wait)


def intent_wait_ms(intent: Intent) -> Wait:
    """What an intent allows."""
    return INTENT_WAITS_S[intent] * _MS_PER_S


def allowed_by(policy: Policy) -> Wait:
    """The wait in force, in milliseconds."""
    return "never" if policy.wait_s == NEVER else round(policy.wait_s * _MS_PER_S, 3)


def rule_summary(rule: PolicyInfo) -> str:
    """All that a rule says, as short as it can be: for a row of the list."""
    parts = [_wait_part(rule), "" if rule.trust is None else trust_words(rule.trust)]
    if rule.tiers:
        parts.append(tr_count("{count} path rule", "{count} path rules", count=len(rule.tiers)))
    if rule.multipath is not None:
        parts.append(tr("several paths") if rule.multipath else tr("one path"))
    if rule.lowest_delay:
        parts.append(tr("lowest delay"))
    return " · ".join(each for each in parts if each)


def paths_words(reference: str, titles: Titles) -> str:
    """How a rule's reference to paths is called."""
    if reference.startswith(_PATH):
        name = reference.removeprefix(_PATH)
        return titles.get(name, name)
    if reference.startswith(_KIND):
        return KIND_WORDS[PathKind(reference.removeprefix(_KIND))]
    return tr_literal(_ROLES[Role(reference)])


def tier_words(tier: str | None) -> str:
    """When paths may be used; what follows from themselves where a rule says nothing of them."""
    words = {each.value: word for each, word in TIER_WORDS.items()}
    return words.get(tier or "", tr("as the path itself"))


def selector_name(selector: str) -> str:
    """Whom a rule is about, for people: the end of a path, and the further conditions."""
    meant = Selector.parse(selector)
    if meant.is_default:
        return tr("All others")
    own = str(Selector(kind=meant.kind, value=meant.value)) if meant.value else ""
    rest = selector.removeprefix(own).strip()
    name = meant.value.rstrip("/").rpartition("/")[2] or meant.value
    return " ".join(each for each in (name, f"({rest})" if rest and name else rest) if each)


def selector_kind_words(selector: str) -> str:
    """By what a rule knows its applications."""
    words = {
        SelectorKind.SCRIPT: tr("Script"),
        SelectorKind.EXE: tr("Program"),
        SelectorKind.APP: tr("Application"),
        SelectorKind.UNIT: tr("Unit"),
        SelectorKind.CGROUP: tr("Control group"),
        SelectorKind.DEFAULT: tr("Whoever connects"),
    }
    return words[Selector.parse(selector).kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What applying a draft changes."""

    changes: tuple[str, ...]
    """`Wait: 100 ms -> 20 ms`, one for each part."""
    effects: tuple[str, ...]
    """What becomes of open connections."""

    @property
    def text(self) -> str:
        """All of it, in a line."""
        return joined((*self.changes, *self.effects))


def preview_of(
    draft: RuleDraft, policies: tuple[Policy, Policy], consequences: Consequences, titles: Titles, networks: Titles
) -> Preview:
    """Say what a draft changes.

    Args:
        draft: the rule as it shall be.
        policies: what is in force for whom it is about, before and after.
        consequences: what becomes of open connections.
        titles: how paths are called.
        networks: in which networks they are, by name of the path, where that is known.
    """
    before, after = (RuleDraft.of(draft.base), policies[0]), (draft, policies[1])
    changes = (
        line
        for part in draft.changed
        for line in (_tier_changes(draft, titles) if part is Part.TIERS else [_change(part, before, after)])
    )
    return Preview(changes=tuple(changes), effects=tuple(_effects(consequences, titles, networks)))


def parts_words(parts: Iterable[Part]) -> str:
    """Names of what can be edited, in a row."""
    return enumerated([tr_literal(_PARTS[each]) for each in parts])


def _change(part: Part, before: tuple[RuleDraft, Policy], after: tuple[RuleDraft, Policy]) -> str:
    old, new = (_part_words(part, *each) for each in (before, after))
    return tr("{part}: {before} → {after}", part=tr_literal(_PARTS[part]), before=old, after=new)


def _part_words(part: Part, draft: RuleDraft, policy: Policy) -> str:
    """What is said; where nothing is, what follows from other rules."""
    rule = draft.rule
    if part is Part.WAIT:
        said, follows = said_wait_words(rule.wait_ms, rule.intent), wait_words(allowed_by(policy))
    elif part is Part.TRUST:
        said, follows = "" if rule.trust is None else trust_words(rule.trust), trust_words(str(policy.trust))
    elif part is Part.MULTIPATH:
        said, follows = _switch_words(rule.multipath), _switch_words(policy.is_multipath) or tr("as programs ask")
    elif part is Part.LOWEST_DELAY:
        said, follows = _switch_words(rule.lowest_delay), _switch_words(policy.prefers_lowest_delay)
    else:
        return life_words(draft.life)
    return said or tr("{value} (other rules)", value=follows)


def _switch_words(is_on: bool | None) -> str:  # noqa: FBT001  # the value of a switch, and nothing else
    if is_on is None:
        return ""
    return tr("on") if is_on else tr("off")


def _tier_changes(draft: RuleDraft, titles: Titles) -> Iterator[str]:
    old, new = ({each.paths: each.tier for each in rule.tiers} for rule in (draft.base.shown, draft.rule))
    for paths in dict.fromkeys((*old, *new)):
        if old.get(paths) != new.get(paths):
            yield tr(
                "{part}: {before} → {after}",
                part=paths_words(paths, titles),
                before=tier_words(old.get(paths)),
                after=tier_words(new.get(paths)),
            )


def _effects(consequences: Consequences, titles: Titles, networks: Titles) -> Iterator[str]:
    if not consequences.is_complete:
        yield tr("the connections to a name cannot be counted here")
    elif consequences.connections:
        yield tr_count(
            "{count} connection is affected", "{count} connections are affected", count=consequences.connections
        )
    else:
        yield tr("no open connection is affected")
    for path, number in consequences.closing.items():
        where = networks.get(path) or titles.get(path, path)
        yield tr_count(
            "{count} subflow on {path} will be closed",
            "{count} subflows on {path} will be closed",
            count=number,
            path=where,
        )


def network_names(paths: Iterable[PathInfo], titles: Titles) -> dict[str, str]:
    """`Cafe (Wi-Fi)`, where the network has a name."""
    return {each.name: f"{each.network} ({titles.get(each.name, each.name)})" for each in paths if each.network}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainLink:
    """One rule of those that are about somebody."""

    who: str
    said: str
    """What of it counts."""
    overruled: str
    """What a rule before it has decided; empty: nothing."""
    selector: str


def chain_links(rules: Iterable[PolicyInfo], titles: Titles) -> list[ChainLink]:
    """The rules in the order in which they count, and what each of them decides."""
    links, decided = [], set[str]()
    for rule in rules:
        said = _said(rule, titles)
        links.append(
            ChainLink(
                who=_rule_title(rule),
                said=", ".join(words for what, words in said.items() if what not in decided),
                overruled=", ".join(words for what, words in said.items() if what in decided),
                selector=rule.selector,
            )
        )
        decided |= said.keys() - _added(rule)
    return links


def link_words(link: ChainLink) -> str:
    """One rule of the chain, in a line."""
    words = f"{link.who}: {link.said or tr('decides nothing')}"
    return tr("{rule} (decided above: {overruled})", rule=words, overruled=link.overruled) if link.overruled else words


def _added(rule: PolicyInfo) -> set[str]:
    """A demand that only adds to others decides nothing alone (decision 017)."""
    return {Part.TRUST.value} if rule.owner is not None or Selector.parse(rule.selector).host else set()


def _said(rule: PolicyInfo, titles: Titles) -> Mapping[str, str]:
    said = {Part.WAIT.value: _wait_part(rule), Part.TRUST.value: rule.trust and _trust_part(rule.trust)}
    said |= {
        each.paths: tr("{path}: {tier}", path=paths_words(each.paths, titles), tier=tier_words(each.tier))
        for each in rule.tiers
    }
    if rule.multipath is not None:
        said[Part.MULTIPATH.value] = tr("multipath {state}", state=_switch_words(rule.multipath))
    if rule.lowest_delay is not None:
        said[Part.LOWEST_DELAY.value] = tr("lowest delay {state}", state=_switch_words(rule.lowest_delay))
    if rule.big_transfers_to is not None:
        said["big"] = tr("big transfers to {path}", path=titles.get(rule.big_transfers_to, rule.big_transfers_to))
    if rule.leave_on_marks is not None or rule.leave_on_loss is not None:
        said["congestion"] = tr("leaves congested paths")
    return {what: words for what, words in said.items() if words}


def _wait_part(rule: PolicyInfo) -> str:
    return waits_words(rule.wait_ms) if rule.wait_ms is not None else said_wait_words(None, rule.intent)


def _trust_part(trust: str) -> str:
    return tr("trust {demand}", demand=trust_words(trust))


def _rule_title(rule: PolicyInfo) -> str:
    name = tr("Default") if rule.selector == SelectorKind.DEFAULT else rule.selector
    if rule.origin is not None:
        return tr("{rule} (your administrator's, {file})", rule=name, file=rule.origin)
    if not rule.temporary:
        return name
    if rule.until is None:
        return tr("{rule} (until restart)", rule=name)
    return tr("{rule} (until {time})", rule=name, time=clock(rule.until)[:5])
