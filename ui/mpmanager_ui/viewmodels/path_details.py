"""What the page Paths tells about the path that was chosen."""

from dataclasses import dataclass

from mpmanager.api.structures import PathInfo
from mpmanager.model.path import Tier
from mpmanager_ui.viewmodels.quantities import format_rate
from mpmanager_ui.viewmodels.translation import tr
from mpmanager_ui.viewmodels.trust import LEVEL_WORDS, Shield, TrustChange, TrustChoice
from mpmanager_ui.viewmodels.wording import (
    KIND_WORDS,
    SECURITY_WORDS,
    STATE_EXPLANATIONS,
    STATE_WORDS,
    TIER_HINTS,
    TIER_WORDS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A line of the table about a path."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustOption:
    """What can be said of the trust in a network or an interface."""

    word: str
    """Under a title that tells of what."""
    text: str
    """By itself."""
    change: TrustChange
    is_present: bool


def trust_groups(shield: Shield) -> tuple[tuple[str, tuple[TrustOption, ...]], ...]:
    """The three meanings of a decision: of this network, of this interface, or none; each with its title."""
    said = [group for group in shield.choices if group[0].level is not None]
    network = tr("This network ({network})", network=shield.network) if shield.network else tr("This network")
    titles = [network, tr("This interface, whatever network it is in")][-len(said) :]
    named = [(title, tuple(map(_option, group))) for title, group in zip(titles, said, strict=True)]
    return (*named, (tr("By its nature"), (_automatic(shield),)))


def _option(choice: TrustChoice) -> TrustOption:
    word = tr("Automatic") if choice.level is None else LEVEL_WORDS[choice.level]
    return TrustOption(word=word, text=choice.text, change=choice.change, is_present=choice.is_present)


def _automatic(shield: Shield) -> TrustOption:
    back = next((group[0] for group in shield.choices if group[0].level is None), None)
    if back is not None:
        return _option(back)
    nothing = TrustChange(before=shield.said, after=shield.said, network_ids=shield.network_ids)
    return TrustOption(word=tr("Automatic"), text=tr("Automatic"), change=nothing, is_present=True)


def title_of(path: PathInfo) -> str:
    """Kind and network."""
    kind = KIND_WORDS[path.kind]
    return f"{kind} ({path.network})" if path.network else kind


def subtitle_of(path: PathInfo) -> str:
    """How it stands, and what that means."""
    state = STATE_WORDS[path.state]
    return f"{state[0].upper()}{state[1:]}. {STATE_EXPLANATIONS[path.state]}"


def facts_of(path: PathInfo, rtt: str) -> tuple[Fact, ...]:
    """Interface, addresses, gateway, security, and what passes now; `rtt` in words."""
    nothing = tr("none")
    return (
        Fact(name=tr("Interface"), value=path.name),
        Fact(name=tr("Addresses"), value="\n".join(path.addresses) or nothing),
        Fact(name=tr("Gateway"), value="\n".join(path.gateways) or nothing),
        Fact(name=tr("Security"), value=SECURITY_WORDS[path.security] if path.security else tr("nobody told")),
        Fact(name=tr("Known by"), value="\n".join(map(_breakable, path.network_ids)) or tr("nothing at the moment")),
        Fact(name=tr("Download"), value=format_rate(path.rx_bit_s)),
        Fact(name=tr("Upload"), value=format_rate(path.tx_bit_s)),
        Fact(name=tr("Round trip"), value=rtt),
    )


def _breakable(name: str) -> str:
    """So that a line may end within a long name."""
    return name.replace("-", "-\N{ZERO WIDTH SPACE}").replace(":", ":\N{ZERO WIDTH SPACE}")


def said_tier(path: PathInfo) -> Tier:
    """The lane in which it is while its cap is not reached."""
    return path.tier_without_cap or path.tier


def tier_sentence(path: PathInfo, tier: Tier) -> str:
    """When it is used, who says so, and whether a cap holds it back; `tier` may be a wish on its way."""
    if said_tier(path) is not path.tier and tier is said_tier(path):
        return tr(
            "Its cap is reached, so it is in the lane {lane} until it begins anew; then {other} again.",
            lane=TIER_WORDS[path.tier],
            other=TIER_WORDS[tier],
        )
    if path.tier_chosen or tier is not said_tier(path):
        return tr("{hint}, as you have said.", hint=TIER_HINTS[tier])
    return tr("{hint}, as its kind suggests.", hint=TIER_HINTS[tier])
