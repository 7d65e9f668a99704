"""The shield on a path's card: how far its network is trusted and why, and what a person can say of it."""

from dataclasses import dataclass, replace

from mpmanager.api.structures import PathInfo
from mpmanager.model.trust import REASON_WORDS, Trust, TrustDecisions, TrustReason, TrustSource
from mpmanager_ui.viewmodels.translation import Spoken, labelled, tr, tr_later, tr_literal
from mpmanager_ui.viewmodels.wishes import Wishes

LEVEL_WORDS = Spoken({Trust.TRUSTED: tr_later("Trusted"), Trust.UNTRUSTED: tr_later("Untrusted")})
EFFECTS = Spoken(
    {
        Trust.TRUSTED: tr_later("Connections may open here, and programs that are held to trusted paths may use it."),
        Trust.UNTRUSTED: tr_later(
            "Connections open elsewhere while they can, and programs that are held to trusted paths avoid it."
        ),
    }
)
NO_NAME = tr_later("Nothing names its network at the moment, so only the interface can be decided on.")
NOT_NOW = tr_later("The daemon is not connected: nothing can be changed at the moment.")
_BY_ITSELF = tr_later("Decided automatically: you have said nothing about it.")
LEVELS = Spoken({Trust.TRUSTED: tr_later("trusted"), Trust.UNTRUSTED: tr_later("untrusted")})
"""In the middle of a sentence."""
_OF_NETWORK = Spoken(
    {Trust.TRUSTED: tr_later("Trust this network"), Trust.UNTRUSTED: tr_later("Do not trust this network")}
)
_OF_INTERFACE = Spoken(
    {
        Trust.TRUSTED: tr_later("Trust this interface, whatever network it is in"),
        Trust.UNTRUSTED: tr_later("Do not trust this interface, whatever network it is in"),
    }
)
_OTHER_NETWORKS = Spoken(
    {
        Trust.TRUSTED: tr_later("In other networks: trusted, as you have said of this interface."),
        Trust.UNTRUSTED: tr_later("In other networks: untrusted, as you have said of this interface."),
    }
)
_WOULD_BE = Spoken(
    {
        Trust.TRUSTED: tr_later("Automatically it would be trusted: {reason}."),
        Trust.UNTRUSTED: tr_later("Automatically it would be untrusted: {reason}."),
    }
)
_BACK = Spoken(
    {
        None: tr_later("Back to automatic"),
        Trust.TRUSTED: tr_later("Back to automatic (would be trusted)"),
        Trust.UNTRUSTED: tr_later("Back to automatic (would be untrusted)"),
    }
)
_REASONS = Spoken(REASON_WORDS)
_CHOSEN = Spoken(
    {
        TrustSource.AUTOMATIC: REASON_WORDS[TrustReason.CHOSEN],
        TrustSource.NETWORK: tr_later("you have said so of this network"),
        TrustSource.INTERFACE: tr_later("you have said so of this interface"),
    }
)


def reason_in_words(reason: TrustReason, source: TrustSource) -> str:
    """Why a path is trusted or not, as the second half of a sentence."""
    return _CHOSEN[source] if reason is TrustReason.CHOSEN else _REASONS[reason]


def _automatic(path: PathInfo) -> tuple[Trust, TrustReason] | None:
    if path.automatic_trust is None or path.automatic_reason is None:
        return None
    return path.automatic_trust, path.automatic_reason


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustChange:
    """What a person wants to be said of a path, in place of what was said."""

    before: TrustDecisions
    after: TrustDecisions
    network_ids: frozenset[str]
    """What named the network then: what was said of one network shall not fall upon the next."""

    def is_about(self, path: PathInfo) -> bool:
        """Whether the path is still where it was, as far as that matters."""
        return self.before.network is self.after.network or self.is_made_in(path)

    def is_made_in(self, path: PathInfo) -> bool:
        """Whether the path is still in the same network; without names, it may be."""
        now = frozenset(path.network_ids)
        return now == self.network_ids or not now.isdisjoint(self.network_ids)

    @property
    def reversed(self) -> "TrustChange":
        """The way back."""
        return replace(self, before=self.after, after=self.before)

    def network_in(self, scope: TrustSource) -> str:
        """One name of the network that a step is about; empty where it is about the interface."""
        return min(self.network_ids, default="") if scope is TrustSource.NETWORK else ""

    def steps(self) -> tuple[tuple[TrustSource, Trust | None], ...]:
        """What has to be said of what; None takes back what was said."""
        said = (
            (TrustSource.NETWORK, self.before.network, self.after.network),
            (TrustSource.INTERFACE, self.before.interface, self.after.interface),
        )
        return tuple((scope, new) for scope, old, new in said if old is not new)


class TrustWishes(Wishes[TrustChange]):
    """How far paths are to be trusted."""

    def is_shown(self, wish: TrustChange, path: PathInfo) -> bool:
        """Whether the daemon says so too."""
        return _as_wished(wish, path) == _said_of(path)

    def decisions_on(self, path: PathInfo) -> TrustDecisions:
        """What was said, the last wish included."""
        wish = self.wish_for(path.name)
        return _said_of(path) if wish is None else _as_wished(wish, path)


def _as_wished(wish: TrustChange, path: PathInfo) -> TrustDecisions:
    """What was said of another network, in which the path was, is not said of this one."""
    return wish.after if wish.is_made_in(path) else replace(wish.after, network=path.network_trust)


def _said_of(path: PathInfo) -> TrustDecisions:
    return TrustDecisions(network=path.network_trust, interface=path.interface_trust)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustChoice:
    """One entry of the shield's menu."""

    text: str
    level: Trust | None
    """None: whatever it is automatically."""
    change: TrustChange
    is_present: bool
    """Whether it has been said already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shield:
    """How far a path's network is trusted, why, and who decided."""

    level: Trust
    reason: TrustReason
    source: TrustSource
    said: TrustDecisions
    network: str
    """Its name; empty when nobody told."""
    network_ids: frozenset[str]
    automatic: tuple[Trust, TrustReason] | None
    """What it would be if nobody had said anything, where that is known."""

    @classmethod
    def of(cls, path: PathInfo, said: TrustDecisions) -> "Shield":
        """The shield of a path of which that was said, which may be a wish still on its way."""
        automatic = _automatic(path)
        level, reason, source = _verdict(path, said, automatic)
        return cls(
            level=level,
            reason=reason,
            source=source,
            said=said,
            network=path.network or "",
            network_ids=frozenset(path.network_ids),
            automatic=automatic,
        )

    @property
    def is_chosen(self) -> bool:
        """Whether a person decided."""
        return self.source is not TrustSource.AUTOMATIC

    @property
    def sentence(self) -> str:
        """The level, and why."""
        return labelled(LEVEL_WORDS[self.level], reason_in_words(self.reason, self.source))

    @property
    def summary(self) -> str:
        """The same, as a part of a longer sentence."""
        return f"{self.sentence[0].lower()}{self.sentence[1:]}"

    @property
    def explanation(self) -> tuple[str, ...]:
        """Level, reason, who decided, and what that does: one sentence each."""
        unnamed = () if self.network_ids else (tr_literal(NO_NAME),)
        return (f"{self.sentence}.", *self._decision(), *unnamed, EFFECTS[self.level])

    def _decision(self) -> list[str]:
        lines = [] if self.is_chosen else [tr_literal(_BY_ITSELF)]
        if self.source is TrustSource.NETWORK and self.said.interface is not None:
            lines.append(_OTHER_NETWORKS[self.said.interface])
        if self.is_chosen and self.automatic is not None:
            level, reason = self.automatic
            lines.append(_WOULD_BE[level].format(reason=_REASONS[reason]))
        return lines

    @property
    def choices(self) -> tuple[tuple[TrustChoice, ...], ...]:
        """The menu, group by group."""
        network = tuple(self._of_network(level) for level in Trust) if self.network_ids else ()
        interface = tuple(self._of_interface(level) for level in Trust)
        back = (self._back(),) if self.said != TrustDecisions() else ()
        return tuple(group for group in (network, interface, back) if group)

    def _of_network(self, level: Trust) -> TrustChoice:
        name = f" ({self.network})" if self.network and level is Trust.TRUSTED else ""
        return self._choice(f"{_OF_NETWORK[level]}{name}", level, replace(self.said, network=level))

    def _of_interface(self, level: Trust) -> TrustChoice:
        return self._choice(_OF_INTERFACE[level], level, replace(self.said, interface=level))

    def _back(self) -> TrustChoice:
        return self._choice(_BACK[self.automatic[0] if self.automatic else None], None, TrustDecisions())

    def _choice(self, text: str, level: Trust | None, after: TrustDecisions) -> TrustChoice:
        change = TrustChange(before=self.said, after=after, network_ids=self.network_ids)
        return TrustChoice(text=text, level=level, change=change, is_present=after == self.said)


def _verdict(
    path: PathInfo, said: TrustDecisions, automatic: tuple[Trust, TrustReason] | None
) -> tuple[Trust, TrustReason, TrustSource]:
    """What follows from what was said; what the daemon shows where nothing else was said by now."""
    if said == _said_of(path):
        return path.trust, path.trust_reason, path.trust_source
    if said.network is not None:
        return said.network, TrustReason.CHOSEN, TrustSource.NETWORK
    if said.interface is not None:
        return said.interface, TrustReason.CHOSEN, TrustSource.INTERFACE
    level, reason = automatic or (path.trust, path.trust_reason)
    return level, reason, TrustSource.AUTOMATIC if automatic else path.trust_source


def done_words(path: str, title: str, network: str, change: TrustChange) -> str:
    """What has become of a change; `title` is how the path is called, `network` what it is in."""
    said = change.after
    if said == TrustDecisions():
        return tr("{path}: trust is automatic now", path=title)
    scope, level = change.steps()[0]
    if level is None:
        return _TAKEN_BACK[scope].format(path=title)
    if scope is TrustSource.NETWORK:
        name = network or tr("The network of {path}", path=title)
        return tr("{name} is {level} now", name=name, level=LEVELS[level])
    if said.network is not None:
        return tr("{path} is {level} now in other networks", path=path, level=LEVELS[level])
    return tr("{path} is {level} now, whatever network it is in", path=path, level=LEVELS[level])


_TAKEN_BACK = Spoken(
    {
        TrustSource.NETWORK: tr_later("{path}: what you had said of this network is taken back"),
        TrustSource.INTERFACE: tr_later("{path}: what you had said of this interface is taken back"),
    }
)
