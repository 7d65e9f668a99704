"""Keeps profiles, puts them into force as a whole, and lets them follow the networks in use."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import lru_cache

from mpmanager.api.profile_text import ProfileText, read_profile, write_profile
from mpmanager.api.structures import EventKind, PlacedReferenceInfo, ProfileChangeInfo, ProfileChanges, ProfileInfo
from mpmanager.core.profile_changes import changes_between
from mpmanager.core.profile_mapping import (
    Decisions,
    Places,
    by_interface,
    decisions_by,
    merged,
    placed_references,
    profile_of,
)
from mpmanager.daemon.journal import Journal
from mpmanager.daemon.state import StateDirectory
from mpmanager.model.errors import InvalidValueError, MpmanagerError, StateFileError, UnknownProfileError
from mpmanager.model.names import LinkName
from mpmanager.model.path import Path
from mpmanager.model.profile import (
    BEFORE,
    OTHERWISE,
    MergeMode,
    Profile,
    ProfileChange,
    ProfileChoice,
    ProfileChoices,
    ProfileName,
    profile_name,
)
from mpmanager.model.trust import LONGEST_NETWORK_ID, NetworkId

_NOW = ProfileName("now")
_MOST_FOLLOWED = 1000
_REMEMBERED = 8
"""Texts that need not be read again."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Applied:
    """A profile as it was put into force."""

    profile: Profile
    decisions: Decisions
    places: dict[str, tuple[LinkName, ...]]


class ProfileKeeper:
    """The profiles of this host. `take_over` puts decisions into force that are written down; it refuses none."""

    def __init__(
        self,
        state: StateDirectory,
        *,
        journal: Journal,
        paths: Callable[[], tuple[Path, ...]],
        decisions: Callable[[], Decisions],
        take_over: Callable[[Decisions], Awaitable[None]],
        recorded: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
    ) -> None:
        self._state = state
        self._files = state.profiles
        self._journal = journal
        self._paths = paths
        self._decisions = decisions
        self._take_over = take_over
        self._recorded = recorded
        """Whatever a network changes is done within."""
        self._choices = state.load_profile_choices()
        self._reading = lru_cache(_REMEMBERED)(read_profile)
        self._limits = self._limits_of(self._choices.active)
        self._applied: _Applied | None = None
        self._failed: ProfileName | None = None
        """The one that a network asked for and that could not be activated: it is told once."""
        self._unplaced: _Applied | None = None
        """What could not be put into force for paths that came later: it is told once."""
        self._stirred = asyncio.Event()
        self._turn = asyncio.Lock()

    def rows(self) -> list[ProfileInfo]:
        """All profiles, by name."""
        return [self._row(name) for name in self._files.names()]

    def text(self, name: str) -> str:
        """A stored profile as it was handed in.

        Raises:
            UnknownProfileError, InvalidValueError, StateFileError
        """
        return self._files.read(profile_name(name))

    def current_text(self) -> str:
        """What holds now, for other machines."""
        return write_profile(self._current())

    async def preview(self, text: str, mode: str) -> ProfileChanges:
        """What a profile would change. A thousand rules take a while, during which the daemon goes on.

        Raises:
            InvalidValueError: nothing of it can be read, or the mode is none.
        """
        if mode not in set(MergeMode):
            raise InvalidValueError(f"mode {mode!r}: expected {', '.join(MergeMode)}")
        return await asyncio.to_thread(_previewed, text, MergeMode(mode), self._decisions(), self._places)

    def store(self, name: str, text: str) -> None:
        """Keep a profile. What is broken in it is kept with it, and left out later.

        Nothing of it is in force by that, unless a network in use has asked for it, or for another, in vain: it does
        so again.

        Raises:
            InvalidValueError: nothing of it can be read, or it cannot have that name.
            StateFileError: nothing was changed.
        """
        wanted = profile_name(name)
        if wanted == BEFORE:
            raise InvalidValueError(f"name {name!r}: that is where what held before is kept; choose another one")
        read_profile(text)
        self._files.write(wanted, text)
        self._ask_again()

    def delete(self, name: str) -> None:
        """Forget a profile; what is in force stays.

        Raises:
            UnknownProfileError, StateFileError: nothing was changed.
            InvalidValueError: a network follows it.
        """
        wanted = profile_name(name)
        followed = [network for network, each in self._choices.follows.items() if each == wanted]
        if followed:
            raise InvalidValueError(f"profile {wanted!r} follows {', '.join(followed)}; mpm profile unfollow it first")
        self._files.delete(wanted)
        if self._choices.active == wanted:
            self._note(replace(self._choices, active=None))

    def follow(self, network: str, profile: str) -> None:
        """Have a profile activated while a network is in use (`otherwise`: while none of the others is); empty: none.

        Raises:
            InvalidValueError, UnknownProfileError, StateFileError: nothing was changed.
        """
        if not 0 < len(network) <= LONGEST_NETWORK_ID:
            raise InvalidValueError(f"network {network[:40]!r}: nothing names a network so")
        follows = dict(self._choices.follows)
        if profile:
            wanted = profile_name(profile)
            self._read(wanted)
            follows[NetworkId(network)] = wanted
        elif follows.pop(NetworkId(network), None) is None:
            known = ", ".join(follows) or "none"
            raise InvalidValueError(f"network {network!r}: no profile follows it; followed are: {known}")
        if len(follows) > _MOST_FOLLOWED:
            raise InvalidValueError(f"more than {_MOST_FOLLOWED} networks are followed")
        self._choose(replace(self._choices, follows=follows))
        self._ask_again()

    def may_widen(self, name: str) -> bool:
        """Whether activating a profile may widen rights; one that cannot be read gets as far as saying so."""
        if not name:
            return bool(self._choices.follows)
        try:
            changes = self._changes(self._read(profile_name(name)).profile)
        except MpmanagerError:
            return False
        return any(each.widens_rights for each in changes)

    async def choose(self, name: str) -> None:
        """Activate a profile by hand; an empty name lets the networks in use choose again.

        That a profile was chosen may be forgotten with a restart, where it cannot be written down; that is told.

        Raises:
            UnknownProfileError, InvalidValueError, StateFileError: nothing was changed.
        """
        if name:
            wanted = profile_name(name)
            async with self._turn:
                await self._activate(wanted, ProfileChoice.BY_HAND)
        else:
            self._choose(replace(self._choices, is_by_hand=False))
            self._ask_again()

    @property
    def choices(self) -> ProfileChoices:
        """Which profile was activated, and which follow networks."""
        return self._choices

    def widens(self, after: Decisions) -> bool:
        """Whether other decisions would give more rights than those that hold."""
        places = self._places
        other = profile_of(after, name=_NOW, refer=places.refer)
        return any(each.widens_rights for each in changes_between(self._current(), other))

    def check(self, choices: ProfileChoices) -> None:
        """Look whether the profiles are still there that would follow networks.

        Raises:
            UnknownProfileError, InvalidValueError, StateFileError: one is not.
        """
        for network, name in choices.follows.items():
            if self._choices.follows.get(network) != name:
                self._read(name)

    def restore(self, choices: ProfileChoices) -> None:
        """Have other choices, of which the decisions are in force already."""
        active = choices.active if choices.active in self._files.names() else None
        if replace(choices, active=active) != self._choices:
            self._note(replace(choices, active=active))
        self._applied = None
        self._limits = self._limits_of(active)
        self._ask_again()

    def _ask_again(self) -> None:
        """What a network asked for in vain may be had now."""
        self._failed = None
        self.stir()

    def stir(self) -> None:
        """Other networks may be in use."""
        self._stirred.set()

    async def run(self) -> None:
        """Follow the networks in use until cancelled."""
        while True:
            self._stirred.clear()
            await self._follow()
            await self._stirred.wait()

    def limits(self) -> list[str]:
        """What of the profile in force has no effect, one sentence each."""
        return list(self._limits)

    def _limits_of(self, name: ProfileName | None) -> tuple[str, ...]:
        if name is None:
            return ()
        try:
            return tuple(f"profile {name}: {each}" for each in self._read(name).mistakes)
        except MpmanagerError as error:
            return (f"profile {name}: {error}",)

    @property
    def _places(self) -> Places:
        return Places(self._paths())

    def _current(self) -> Profile:
        return _current(self._decisions(), self._places)

    def _changes(self, profile: Profile) -> tuple[ProfileChange, ...]:
        return _changes(profile, self._decisions(), self._places)

    def _read(self, name: ProfileName) -> ProfileText:
        return self._reading(self._files.read(name))

    def _row(self, name: ProfileName) -> ProfileInfo:
        choices = self._choices
        is_active = name == choices.active
        follows = [str(network) for network, each in choices.follows.items() if each == name]
        chosen = (ProfileChoice.BY_HAND if choices.is_by_hand else ProfileChoice.AUTOMATIC) if is_active else None
        row = ProfileInfo(name=name, active=is_active, chosen=chosen, follows=follows)
        try:
            reading = self._read(name)
        except MpmanagerError as error:
            row.mistakes = [str(error)]
            return row
        row.description = reading.profile.description
        row.mistakes = [str(each) for each in reading.mistakes]
        row.signer = None if reading.signature is None else reading.signature.signer
        row.changed = is_active and bool(self._changes(reading.profile))
        return row

    def _choose(self, choices: ProfileChoices) -> None:
        self._state.save_profile_choices(choices)
        self._choices = choices

    async def _activate(self, name: ProfileName, choice: ProfileChoice) -> None:
        """Put a profile into force, all of it or nothing; it is written down before, with what held.

        Raises:
            UnknownProfileError, InvalidValueError, StateFileError: nothing was changed.
        """
        profile = self._read(name).profile
        changes = self._changes(profile)
        await self._put_into_force(profile)
        choices = self._choices
        active = choices.previous if name == BEFORE else name
        is_by_hand = choice is ProfileChoice.BY_HAND
        if is_by_hand or active != choices.active:
            self._note(replace(choices, active=active, previous=choices.active, is_by_hand=is_by_hand))
        self._limits = self._limits_of(active)
        self._tell(name, choice, changes)

    def _note(self, choices: ProfileChoices) -> None:
        """Of what is in force already: it is so until this daemon ends, also where it cannot be written down."""
        try:
            self._choose(choices)
        except StateFileError as error:
            self._choices = choices
            text = f"which profile is in force will not be known after a restart: {error}"
            self._journal.record(EventKind.PROFILE_CHANGED, text)

    async def _put_into_force(self, profile: Profile) -> None:
        places = self._places
        now = self._decisions()
        after = decisions_by(profile, places, now)
        if after != now:
            earlier = self._text_before()
            self._files.write(BEFORE, write_profile(profile_of(now, name=BEFORE, refer=by_interface)))
            try:
                self._state.save_decisions(after, before=now)
            except StateFileError:
                self._restore(earlier)
                raise
            await self._take_over(after)
        self._applied = _Applied(profile=profile, decisions=after, places=_found(profile, places))

    def _text_before(self) -> str | None:
        try:
            return self._files.read(BEFORE)
        except (UnknownProfileError, InvalidValueError):
            return None

    def _restore(self, earlier: str | None) -> None:
        try:
            if earlier is None:
                self._files.delete(BEFORE)
            else:
                self._files.write(BEFORE, earlier)
        except StateFileError as error:
            _log.warning("%s", error)

    def _tell(self, name: ProfileName, choice: ProfileChoice, changes: tuple[ProfileChange, ...]) -> None:
        whose = "chosen by hand" if choice is ProfileChoice.BY_HAND else "chosen by the network in use"
        wider = sum(each.widens_rights for each in changes)
        count = f"{len(changes)} changes" if len(changes) != 1 else "1 change"
        widening = f", {wider} of which widen rights" if wider else ""
        self._journal.record(EventKind.PROFILE_CHANGED, f"profile {name} is in force, {whose}: {count}{widening}")

    async def _follow(self) -> None:
        """One at a time with choices by hand: none of these is taken back while it is being put into force."""
        async with self._recorded(), self._turn:
            await self._follow_in_turn()

    async def _follow_in_turn(self) -> None:
        wanted, path = (None, None) if self._choices.is_by_hand else self._followed()
        if wanted is None or wanted in {self._choices.active, self._failed}:
            await self._place_again_or_tell()
            return
        if path is not None and not path.is_trusted and self.may_widen(wanted):
            self._failed = wanted
            text = (
                f"profile {wanted} is not put into force by a network that is not trusted, as it widens rights: "
                f"mpm profile activate {wanted}"
            )
            self._journal.record(EventKind.PROFILE_CHANGED, text)
            return
        try:
            await self._activate(wanted, ProfileChoice.AUTOMATIC)
        except MpmanagerError as error:
            self._failed = wanted
            text = f"profile {wanted} cannot be activated, what held still does: {error}"
            self._journal.record(EventKind.PROFILE_CHANGED, text)
        else:
            self._failed = None

    def _followed(self) -> tuple[ProfileName | None, Path | None]:
        """The profile of the first network in use that one follows, paths in their order, and the path there.

        Networks are known by names that anybody may give to his own.
        """
        follows = self._choices.follows
        used = ((path, each) for path in self._paths() if path.state.is_usable for each in path.network_ids)
        found = next(((follows[each], path) for path, each in used if each in follows), None)
        return (follows.get(OTHERWISE), None) if found is None else found

    async def _place_again_or_tell(self) -> None:
        applied = self._applied = self._applied or self._recalled()
        if applied is None:
            return
        try:
            await self._place_again(applied)
        except MpmanagerError as error:
            if self._unplaced is not applied:
                self._unplaced = applied
                name = applied.profile.name
                text = f"profile {name} does not hold for the paths that have come, what held still does: {error}"
                self._journal.record(EventKind.PROFILE_CHANGED, text)

    def _recalled(self) -> _Applied | None:
        """What a daemon before this one has put into force, where nothing else was decided since."""
        if self._choices.active is None:
            return None
        try:
            profile = self._read(self._choices.active).profile
        except MpmanagerError:
            return None  # `limits` tells it
        places, now = self._places, self._decisions()
        if decisions_by(profile, places, now) != now:
            return None
        return _Applied(profile=profile, decisions=now, places=_found(profile, places))

    async def _place_again(self, applied: _Applied) -> None:
        """Paths have come of which the profile spoke already; unless somebody has decided anything since.

        Raises:
            StateFileError: nothing was changed.
        """
        if applied.decisions != self._decisions():
            return
        places = self._places
        found = _found(applied.profile, places)
        has_more = found != applied.places and all(
            set(names) <= set(found.get(reference, ())) for reference, names in applied.places.items()
        )
        after = decisions_by(applied.profile, places, applied.decisions)
        if not has_more or after == applied.decisions:
            return
        self._state.save_decisions(after, before=applied.decisions)
        await self._take_over(after)
        self._applied = _Applied(profile=applied.profile, decisions=after, places=found)
        self._journal.record(EventKind.PROFILE_CHANGED, f"profile {applied.profile.name} holds for more paths now")


def _found(profile: Profile, places: Places) -> dict[str, tuple[LinkName, ...]]:
    """The paths that there are of those of which a profile speaks."""
    return {each.reference: each.names for each in placed_references(profile, places)}


def _current(now: Decisions, places: Places) -> Profile:
    return profile_of(now, name=_NOW, refer=places.refer)


def _changes(profile: Profile, now: Decisions, places: Places) -> tuple[ProfileChange, ...]:
    """From what holds to what would come about on this machine."""
    after = decisions_by(profile, places, now)
    return changes_between(_current(now, places), profile_of(after, name=profile.name, refer=places.refer))


def _previewed(text: str, mode: MergeMode, now: Decisions, places: Places) -> ProfileChanges:
    reading = read_profile(text)
    profile = merged(_current(now, places), reading.profile) if mode is MergeMode.MERGE else reading.profile
    return ProfileChanges(
        name=profile.name,
        changes=[_change_info(each) for each in _changes(profile, now, places)],
        references=[
            PlacedReferenceInfo(reference=each.reference, paths=list(each.names), users=list(each.users))
            for each in placed_references(profile, places)
        ],
        mistakes=[str(each) for each in reading.mistakes],
    )


def _change_info(change: ProfileChange) -> ProfileChangeInfo:
    return ProfileChangeInfo(
        kind=change.kind,
        about=change.about,
        before=change.before,
        after=change.after,
        widens_rights=change.widens_rights,
    )
