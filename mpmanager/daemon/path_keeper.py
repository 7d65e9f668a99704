"""Follows the network: derives the paths, keeps their routing, tells what changed."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from mpmanager.api.structures import EventKind
from mpmanager.core.mandates import NO_FLOOR, Floor, Mandate
from mpmanager.core.paths import PathPreferences, derive_paths
from mpmanager.core.profile_mapping import Places
from mpmanager.core.routing import desired_routing
from mpmanager.daemon.cap_keeper import CapKeeper, title_of
from mpmanager.daemon.journal import Journal
from mpmanager.daemon.state import StateDirectory
from mpmanager.daemon.world import World
from mpmanager.model.caps import PathCap
from mpmanager.model.errors import CommandRefusedError, InvalidValueError, SetByFileError, UnknownPathError
from mpmanager.model.facts import Facts
from mpmanager.model.names import IPAddress, LinkName
from mpmanager.model.network import LinkHints, NetworkState
from mpmanager.model.path import Path, PathKind, PathState, Tier
from mpmanager.model.trust import NetworkId, Trust, TrustSource, why

ChoiceT = TypeVar("ChoiceT", Tier, PathKind, Trust)
KeyT = TypeVar("KeyT", LinkName, NetworkId)

AUTOMATIC = "auto"

_ANSWERS = {"yes": True, "no": False}

_REST_S = 1.0
"""Before the network is looked at again when the kernel did not answer."""
_LONGEST_REST_S = 60.0
"""Between attempts at routing that the kernel goes on refusing."""

_log = logging.getLogger(__name__)

_STATE_WORDS = {
    PathState.UP: "is up",
    PathState.LOCAL_ONLY: "has an address but no gateway",
    PathState.NO_ADDRESS: "has a carrier but no address",
    PathState.NO_CARRIER: "has no carrier",
    PathState.DOWN: "is switched off",
}
_LOSS_WORDS = {
    PathState.LOCAL_ONLY: "has lost its gateway",
    PathState.NO_ADDRESS: "has lost its address",
    PathState.NO_CARRIER: "has lost its carrier",
    PathState.DOWN: "was switched off",
}
_BEST_FIRST = tuple(PathState)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What the last look has found."""

    network: NetworkState
    hints: LinkHints


class PathKeeper:
    """The paths of this host.

    With every look `enforce` is called with what was found, and when something has changed, `changed` after it: what is
    forbidden is forbidden before anybody makes use of the new paths.
    """

    def __init__(
        self,
        world: World,
        *,
        facts: Facts,
        state: StateDirectory,
        journal: Journal,
        caps: CapKeeper,
        enforce: Callable[[tuple[Path, ...]], None],
        changed: Callable[[], None],
        mandates: Callable[[], tuple[Mandate, ...]] = lambda: (),
    ) -> None:
        self._world = world
        self._facts = facts
        self._state = state
        self._journal = journal
        self._caps = caps
        self._enforce = enforce
        self._changed = changed
        self._mandates = mandates
        self.floor = NO_FLOOR
        """What the administrator's files demand, of the paths of the last look."""
        self._preferences = state.load_preferences()
        self._turn = asyncio.Lock()
        self._changes: tuple[AsyncIterator[None], ...] = ()
        self._seen: _Seen | None = None
        self._refusal: str | None = None
        """Why routing is incomplete."""
        self._has_refusal = asyncio.Event()
        self.paths: tuple[Path, ...] = ()
        self.other_addresses: frozenset[IPAddress] = frozenset()
        """Of this host and of no path."""

    async def begin(self) -> None:
        """Start to listen and look once."""
        self._changes = (self._world.network.changes(), self._world.identification.changes())
        await self.look()

    async def follow(self) -> None:
        """Keep up with the network until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for changes in self._changes:
                tasks.create_task(self._look_again(changes))
            tasks.create_task(self._complete())

    async def _look_again(self, changes: AsyncIterator[None]) -> None:
        async for _change in changes:
            await self._look_until_answered()

    async def _look_until_answered(self) -> None:
        while True:
            try:
                await self.look()
            except CommandRefusedError as error:
                _log.warning("%s; trying again", error)
                await asyncio.sleep(_REST_S)
            else:
                return

    async def _complete(self) -> None:
        """Try again what was refused: whatever was in the way may go without a word."""
        rest_s = _REST_S
        while True:
            if self._refusal is None:
                rest_s = _REST_S
            await self._has_refusal.wait()
            await asyncio.sleep(rest_s)
            if self._refusal is not None:
                await self._look_until_answered()
                rest_s = min(2 * rest_s, _LONGEST_REST_S)

    async def look(self) -> None:
        """Look at the network once and act on what is new."""
        async with self._turn:
            network = await self._world.network.observe()
            hints = await self._world.identification.hints(network.links)
            self._seen = _Seen(network=network, hints=hints)
            await self._act_on(self._seen)

    async def _act_on(self, seen: _Seen) -> None:
        paths = self._paths_in(seen)
        self._enforce(paths)
        await self._route(paths)
        others = _addresses_outside(seen.network, paths)
        before, self.paths = self.paths, paths
        if before != paths or others != self.other_addresses:
            self.other_addresses = others
            self._tell({path.name: path for path in before}, {path.name: path for path in paths})
            self._changed()

    async def _route(self, paths: tuple[Path, ...]) -> None:
        before, self._refusal = self._refusal, None
        self._has_refusal.clear()
        try:
            await self._world.routing.apply(desired_routing(paths))
        except CommandRefusedError as error:
            self._refusal = str(error)
            self._has_refusal.set()
            if self._refusal != before:
                _log.warning("routing is incomplete: %s; trying again", error)

    def _paths_in(self, seen: _Seen) -> tuple[Path, ...]:
        """What files call paths by their kinds is known only once there are paths."""
        paths = self._derived(seen, NO_FLOOR)
        mandates = self._mandates()
        self.floor = Floor.of(mandates, Places(paths)) if mandates else NO_FLOOR
        return self._derived(seen, self.floor) if mandates else paths

    def _derived(self, seen: _Seen, floor: Floor) -> tuple[Path, ...]:
        def most(path: Path) -> Tier | None:
            ceiling = floor.ceiling(path)
            return None if ceiling is None else ceiling.tier

        return derive_paths(
            seen.network,
            hints=seen.hints,
            facts=self._facts,
            preferences=floor.under(self._preferences),
            tier_limits=self._caps.tier_limits(self._preferences.caps),
            ceiling=most,
        )

    async def set_tier(self, name: str, tier: str) -> None:
        """Set, or give back to the default, when a path may be used.

        Raises:
            UnknownPathError, InvalidValueError, SetByFileError, StateFileError: nothing was changed.
        """
        path = self.path(name)
        tiers = dict(self._preferences.tiers)
        if tier == AUTOMATIC:
            tiers.pop(path.name, None)
        else:
            tiers[path.name] = self._allowed(path, _member(Tier, tier, what="tier"))
        await self._prefer(replace(self._preferences, tiers=tiers))

    def _allowed(self, path: Path, tier: Tier) -> Tier:
        ceiling = self.floor.ceiling(path)
        if ceiling is not None and tier.at_most(ceiling.tier) is not tier:
            raise SetByFileError(
                f"{path.name}: your administrator allows {ceiling.tier} at most, and not {tier}: {ceiling.origin}"
            )
        return tier

    async def set_kind(self, name: str, kind: str) -> None:
        """Correct, or give back to detection, what a path is.

        Raises:
            UnknownPathError, InvalidValueError, StateFileError: nothing was changed.
        """
        path = self.path(name)
        kinds = dict(self._preferences.kinds)
        if kind == AUTOMATIC:
            kinds.pop(path.name, None)
        else:
            kinds[path.name] = _member(PathKind, kind, what="kind")
        await self._prefer(replace(self._preferences, kinds=kinds))

    async def set_trust(self, name: str, trust: str, scope: str, network: str = "") -> None:
        """Say, or give back to the network's nature, how far a path is trusted.

        `scope` is `network`, `interface`, or empty: the network where it has a name, else the interface. `network` says
        which network is meant; empty means whatever the path is in.

        Raises:
            UnknownPathError, InvalidValueError, SetByFileError, StateFileError: nothing was changed.
        """
        path = self.path(name)
        if network and network not in path.network_ids:
            raise InvalidValueError(f"{name} is in another network by now, and not in {network}")
        level = None if trust == AUTOMATIC else _member(Trust, trust, what="trust")
        scopes = _scopes(path, level, scope)
        origin = self.floor.refusal_origin(path.network_ids) if level is Trust.TRUSTED else None
        if origin is not None:
            raise SetByFileError(f"{name}: your administrator does not trust this network: {origin}")
        chosen = self._preferences.trust
        networks, interfaces = dict(chosen.networks), dict(chosen.interfaces)
        if TrustSource.NETWORK in scopes:
            _say(networks, path.network_ids, level)
        if TrustSource.INTERFACE in scopes:
            _say(interfaces, [path.name], level)
        chosen = replace(chosen, networks=networks, interfaces=interfaces, are_lost=False)
        await self._prefer(replace(self._preferences, trust=chosen))

    async def set_metered(self, name: str, answer: str) -> None:
        """Say, or leave to what the path is, whether what it carries costs something.

        Raises:
            UnknownPathError, InvalidValueError, StateFileError: nothing was changed.
        """
        path = self.path(name)
        metered = dict(self._preferences.metered)
        if answer == AUTOMATIC:
            metered.pop(path.name, None)
        elif answer in _ANSWERS:
            metered[path.name] = _ANSWERS[answer]
        else:
            raise InvalidValueError(f"metered {answer!r}: expected one of {', '.join(_ANSWERS)}, {AUTOMATIC}")
        await self._prefer(replace(self._preferences, metered=metered))

    async def set_cap(self, name: str, cap: PathCap | None) -> None:
        """Say how much a path may carry, and what then; None: as much as it can.

        Raises:
            UnknownPathError, InvalidValueError, StateFileError: nothing was changed.
        """
        path = self.path(name)
        caps = dict(self._preferences.caps)
        if cap is None:
            caps.pop(path.name, None)
        else:
            caps[path.name] = cap.check()
        preferences = replace(self._preferences, caps=caps)
        self._state.save_preferences(preferences)
        before, self._preferences = self._preferences, preferences
        self._caps.tell_change(path, before.caps.get(path.name), cap)
        await self.keep_caps()

    async def allow_more(self, name: str, more_bytes: int) -> None:
        """Let a path carry so much more than its caps say until the day ends; 0 takes back what was allowed today.

        Raises:
            UnknownPathError, InvalidValueError, StateFileError: nothing was changed.
        """
        path = self.path(name)
        cap = self._preferences.caps.get(path.name)
        if cap is None:
            raise InvalidValueError(f"{name} has no cap, so there is nothing to allow beyond it")
        self._caps.allow(path, cap, more_bytes)
        await self.keep_caps()

    async def keep_caps(self) -> None:
        """Hold back paths whose caps are reached, and no others; cheap where nothing has changed."""
        self._caps.judge(self.paths, self._preferences.caps)
        limits = self._caps.tier_limits(self._preferences.caps)
        if self._seen is not None and any(limits.get(path.name) is not path.tier_limit for path in self.paths):
            async with self._turn:
                await self._act_on(self._seen)

    @property
    def wires_need_login(self) -> bool:
        """Whether a cable is trusted only where 802.1X has let this machine in."""
        return self._preferences.trust.needs_wired_login or self.floor.login_origin is not None

    async def set_wires_need_login(self, *, needed: bool) -> None:
        """Say whether a cable is trusted only where 802.1X has let this machine in.

        Raises:
            SetByFileError, StateFileError: nothing was changed.
        """
        if not needed and self.floor.login_origin is not None:
            raise SetByFileError(f"your administrator demands a login of cables: {self.floor.login_origin}")
        chosen = replace(self._preferences.trust, needs_wired_login=needed)
        await self._prefer(replace(self._preferences, trust=chosen))

    @property
    def preferences(self) -> PathPreferences:
        """What was decided about paths."""
        return self._preferences

    async def take_over(self, preferences: PathPreferences) -> None:
        """Have these decisions, which are written down already, instead of all others.

        They are about the network as it was seen last, so that no answer of the kernel has to be waited for: `enforce`
        is called before anything else can happen.
        """
        self._preferences = preferences
        if self._seen is None:
            return  # the first look is still to come
        self._enforce(self._paths_in(self._seen))
        async with self._turn:
            await self._act_on(self._seen)

    async def _prefer(self, preferences: PathPreferences) -> None:
        """In force for the network as it was seen last: the kernel may not tell of it for seconds."""
        self._state.save_preferences(preferences)
        await self.take_over(preferences)

    def path(self, name: str) -> Path:
        """A path as it is now.

        Raises:
            UnknownPathError: there is none of that name; the sentence lists those that there are.
        """
        for path in self.paths:
            if path.name == name:
                return path
        known = ", ".join(path.name for path in self.paths) or "none at the moment"
        raise UnknownPathError(f"there is no path {name!r}; paths are: {known}")

    def _tell(self, before: Mapping[LinkName, Path], after: Mapping[LinkName, Path]) -> None:
        for name in before.keys() - after.keys():
            self._journal.record(EventKind.PATH_REMOVED, f"{name} is gone", path=name)
        for name, path in after.items():
            old = before.get(name)
            if old is None:
                self._journal.record(EventKind.PATH_ADDED, f"{title_of(path)} {_STATE_WORDS[path.state]}", path=name)
            else:
                self._tell_difference(old, path)

    def _tell_difference(self, old: Path, new: Path) -> None:
        if old.state is not new.state:
            kind, words = _state_news(old.state, new.state)
            self._journal.record(kind, f"{title_of(new)} {words}", path=new.name)
        if old.tier_now is not new.tier_now:
            text = f"{title_of(new)}: {old.tier_now.value} is now {new.tier_now.value}"
            self._journal.record(EventKind.TIER_CHANGED, text, path=new.name)
        if old.trust.level is not new.trust.level:
            self._tell_trust(new)
        if old.state is new.state is PathState.UP and (changes := _changes(old, new)):
            self._journal.record(EventKind.PATH_CHANGED, f"{title_of(new)}: {', '.join(changes)}", path=new.name)

    def _tell_trust(self, path: Path) -> None:
        level, reason = path.trust.level, path.trust.reason
        text = f"{title_of(path)} is {level.value} now: {why(reason, path.trust.source)}"
        self._journal.record(EventKind.TRUST_CHANGED, text, path=path.name, trust=level, trust_reason=reason)


def _addresses_outside(network: NetworkState, paths: Iterable[Path]) -> frozenset[IPAddress]:
    mine = {each.address for path in paths for each in path.addresses}
    return frozenset({each.address.address for each in network.addresses} - mine)


def _state_news(old: PathState, new: PathState) -> tuple[EventKind, str]:
    """A path is lost once, however many steps it goes down, and nothing is lost on its way up."""
    if new is PathState.UP:
        return EventKind.PATH_UP, _STATE_WORDS[new]
    if _BEST_FIRST.index(new) < _BEST_FIRST.index(old):
        return EventKind.PATH_CHANGED, _STATE_WORDS[new]
    return EventKind.PATH_DOWN if old.is_usable else EventKind.PATH_CHANGED, _LOSS_WORDS[new]


def _changes(old: Path, new: Path) -> list[str]:
    """What is another now, in words."""
    changes = []
    if old.kind is not new.kind:
        changes.append(f"{old.kind.value} is now {new.kind.value}")
    if (old.network, old.security) != (new.network, new.security):
        changes.append("another network")
    if old.addresses != new.addresses:
        changes.append("other addresses")
    if old.ways_out != new.ways_out:
        changes.append("another gateway")
    if old.is_metered != new.is_metered:
        changes.append("metered now" if new.is_metered else "not metered any more")
    return changes


def _scopes(path: Path, level: Trust | None, scope: str) -> frozenset[TrustSource]:
    """What a decision is about."""
    choices = {each.value: each for each in (TrustSource.NETWORK, TrustSource.INTERFACE)}
    if scope and scope not in choices:
        raise InvalidValueError(f"scope {scope!r}: expected one of {', '.join(choices)}, or nothing")
    if scope == TrustSource.NETWORK and not path.network_ids:
        raise InvalidValueError(
            f"nothing names the network of {path.name} at the moment; say it of the interface (--interface), or later"
        )
    if scope:
        return frozenset({choices[scope]})
    if level is None:
        return frozenset(choices.values())
    return frozenset({TrustSource.NETWORK if path.network_ids else TrustSource.INTERFACE})


def _say(decisions: dict[KeyT, Trust], about: Iterable[KeyT], level: Trust | None) -> None:
    for each in about:
        if level is None:
            decisions.pop(each, None)
        else:
            decisions[each] = level


def _member(kind: type[ChoiceT], text: str, *, what: str) -> ChoiceT:
    try:
        return kind(text)
    except ValueError as error:
        choices = ", ".join(each.value for each in kind)
        raise InvalidValueError(f"{what} {text!r}: expected one of {choices}, {AUTOMATIC}") from error
