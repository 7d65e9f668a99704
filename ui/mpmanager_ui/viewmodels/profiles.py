"""The stored profiles: which is active and why, which networks they follow, and what may be done with each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, unique

from mpmanager.api.structures import PathInfo, ProfileInfo
from mpmanager.model.path import Security
from mpmanager.model.profile import BEFORE, OTHERWISE, ProfileChoice
from mpmanager_ui.viewmodels.translation import tr, tr_count
from mpmanager_ui.viewmodels.wording import SECURITY_WORDS


@unique
class BadgeTone(Enum):
    """What a badge is about."""

    ACTIVE = "active"
    NOTICE = "notice"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """A few words about a profile."""

    text: str
    tone: BadgeTone


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileCardWords:
    """What the card of a profile says."""

    name: str
    title: str
    description: str
    facts: str
    """Which networks it follows and who signed it; may be empty."""
    badges: tuple[Badge, ...]
    mistakes: tuple[str, ...]
    action: str
    """What its button does; empty: nothing is left to do."""
    is_own: bool
    """Whether a person keeps it: it can be deleted, and can follow networks."""

    @property
    def summary(self) -> str:
        """All of it in one sentence, for those who do not see it."""
        words = (self.title, *(badge.text for badge in self.badges), self.description, self.facts)
        return ". ".join(each.rstrip(".") for each in words if each)


def title_of(name: str) -> str:
    """How a profile is called."""
    return tr("What held before") if name == BEFORE else name


def card_words(row: ProfileInfo, paths: Iterable[PathInfo]) -> ProfileCardWords:
    """What the card of a profile says."""
    is_own = row.name != BEFORE
    description = row.description.partition("\n")[0]
    return ProfileCardWords(
        name=row.name,
        title=title_of(row.name),
        description=description if is_own else tr("Everything as it was until a profile last took its place."),
        facts=_facts(row, list(paths)),
        badges=tuple(_badges(row)),
        mistakes=tuple(row.mistakes),
        action=_action(row),
        is_own=is_own,
    )


def _action(row: ProfileInfo) -> str:
    if row.name == BEFORE:
        return tr("Go back")
    if not row.active:
        return tr("Activate")
    return tr("Activate again") if row.changed else ""


def _facts(row: ProfileInfo, paths: Sequence[PathInfo]) -> str:
    facts = []
    if row.follows:
        networks = ", ".join(network_words(each, paths) for each in row.follows)
        facts.append(tr("Used with: {networks}", networks=networks))
    if row.signer:
        facts.append(tr("Signed as {signer}", signer=row.signer))
    return "  ·  ".join(facts)


def _badges(row: ProfileInfo) -> Iterable[Badge]:
    if row.active:
        yield Badge(text=_active(row), tone=BadgeTone.ACTIVE)
    if row.active and row.changed:
        yield Badge(text=tr("changed since"), tone=BadgeTone.NOTICE)
    if row.mistakes:
        text = tr_count("{count} mistake", "{count} mistakes", len(row.mistakes))
        yield Badge(text=text, tone=BadgeTone.TROUBLE)


def _active(row: ProfileInfo) -> str:
    by_hand = row.chosen is ProfileChoice.BY_HAND
    return tr("active, chosen by you") if by_hand else tr("active, chosen by the network")


def ordered(rows: Iterable[ProfileInfo]) -> list[ProfileInfo]:
    """The active one first, then by name; what held before comes last."""
    return sorted(rows, key=lambda row: (row.name == BEFORE, not row.active, row.name.casefold()))


def headline(rows: Sequence[ProfileInfo]) -> str:
    """Which profile is active, in one sentence."""
    active = next((row for row in rows if row.active), None)
    if active is None:
        return tr("No profile is active")
    title = title_of(active.name)
    if active.changed:
        return tr("{profile} is active, and was changed since", profile=title)
    return tr("{profile} is active", profile=title)


def explanation(rows: Sequence[ProfileInfo]) -> str:
    """Why it is that one."""
    active = next((row for row in rows if row.active), None)
    follows = any(row.follows for row in rows)
    if active is None:
        return tr("Save your current decisions as one, to carry them to another machine or use them with a network.")
    if active.chosen is ProfileChoice.BY_HAND:
        if follows:
            return tr("You have chosen it: it stays until you let the networks choose again.")
        return tr("You have chosen it: it stays, whatever network this machine is in.")
    return tr("The network in use has chosen it: another network may choose another profile.")


def may_networks_choose(rows: Iterable[ProfileInfo]) -> bool:
    """Whether a choice by hand keeps profiles from following networks."""
    known = list(rows)
    by_hand = any(row.chosen is ProfileChoice.BY_HAND for row in known)
    return by_hand and any(row.follows for row in known)


def network_words(network: str, paths: Iterable[PathInfo] = ()) -> str:
    """How people call a network that a profile knows by what names it."""
    if network == OTHERWISE:
        return tr("all other networks")
    kind, _, rest = network.partition(":")
    if kind == "wifi":
        name, _, security = rest.rpartition("/")
        known_as = SECURITY_WORDS[Security(security)] if security in set(Security) else security
        return tr("Wi-Fi “{name}” ({security})", name=name or rest, security=known_as)
    known = next((path.network for path in paths if network in path.network_ids and path.network), None)
    if known is not None:
        return tr("“{name}”", name=known)
    if kind == "gateway":
        return tr("the network of the gateway {address}", address=rest)
    return tr("the connection {id}", id=rest) if kind == "nm" else network


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowChoice:
    """A network that a profile may follow."""

    network: str
    text: str
    is_present: bool
    """Whether it does so already."""


def follow_choices(row: ProfileInfo, rows: Iterable[ProfileInfo], paths: Iterable[PathInfo]) -> list[FollowChoice]:
    """The networks in use, those it follows already, and all others together."""
    known = list(paths)
    in_use = [path.network_ids[0] for path in known if path.network_ids]
    networks = dict.fromkeys((*in_use, *(each for each in row.follows if each != OTHERWISE), OTHERWISE))
    others = {each: other.name for other in rows if other.name != row.name for each in other.follows}
    return [
        FollowChoice(network=each, text=_follow_words(each, others.get(each), known), is_present=each in row.follows)
        for each in networks
    ]


def _follow_words(network: str, other: str | None, paths: Sequence[PathInfo]) -> str:
    words = network_words(network, paths)
    words = words[0].upper() + words[1:]
    return words if other is None else tr("{network}, now with {profile}", network=words, profile=other)


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """A name that no stored profile has, like `Cafe 2`."""
    names = set(taken)
    numbered = (f"{wanted} {number}" for number in range(2, len(names) + 3))
    return next(each for each in (wanted, *numbered) if each not in names)
