"""Makes cgroups for programs before they run, and removes them when nothing runs there any more."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import partial, reduce
from itertools import count

from mpmanager.api.policy_rules import rule_of
from mpmanager.api.structures import PolicyInfo, ScopeOptions
from mpmanager.core.programs import short_name
from mpmanager.core.scopes import ROOT, Scope, is_within, place_of_scope, scope_name
from mpmanager.daemon.process_handle import ProcessHandle
from mpmanager.daemon.state import StateDirectory
from mpmanager.model.connection import Application
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.errors import CommandRefusedError, MpmanagerError, NotSupportedError
from mpmanager.model.policy import NOTHING_DEMANDED, PolicyRule, TrustPolicy
from mpmanager.model.selector import Selector, SelectorKind
from mpmanager.ports.cgroups import Cgroups

SWEEP_INTERVAL_S = 1.0
"""Between looks for scopes that are empty, while there are any."""

_MOST_PER_USER = 100
_ROOT_UID = 0

_log = logging.getLogger(__name__)


class ScopeKeeper:
    """The scopes of this host: cgroups of ours, each for a program and all that it starts."""

    def __init__(
        self,
        cgroups: Cgroups,
        state: StateDirectory,
        *,
        trust_at: Callable[[CgroupPath], TrustPolicy],
        changed: Callable[[], None],
        root: CgroupPath = ROOT,
    ) -> None:
        """Know again what an earlier daemon has made, as far as it is still there.

        `trust_at` tells what holds for a cgroup without regard to scopes. `changed` is called whenever `scopes` has
        become another, and when it returns that is in force; its errors are those of `enter`.
        """
        self._cgroups = cgroups
        self._state = state
        self._trust_at = trust_at
        self._changed = changed
        self._root = root
        self._scopes = {each.cgroup: each for each in state.load_scopes() if cgroups.exists(each.cgroup)}
        self._numbers = count(1)
        self._has_some = asyncio.Event()
        self._note()

    @property
    def scopes(self) -> Mapping[CgroupPath, TrustPolicy]:
        """What holds in which."""
        return {each.cgroup: each.trust for each in self._scopes.values()}

    def enter(self, process: ProcessHandle, options: ScopeOptions, *, uid: int) -> CgroupPath:
        """Move a process of the user `uid` into a scope of its own, in which what it demands is in force by then.

        What held for it before goes on holding: nobody gets rid of a restriction so. All or nothing: when this raises,
        the process is where it was.

        Raises:
            InvalidValueError: the process or the options cannot be used.
            NotAuthorizedError: the process is not the user's, or may not leave where it is.
            NotSupportedError: this machine cannot enforce that, or the user has too many scopes.
            CommandRefusedError: the kernel refused.
            StateFileError: it could not be written down.
        """
        demanded = NOTHING_DEMANDED if options.trust is None else TrustPolicy.parse(options.trust)
        rule, app_id = _rule(options), _app_id(options)
        process.require_owner(uid)
        origin = self._cgroups.of_process(process.pid)
        process.require_life()
        beneath = self._place(origin, uid)
        if uid != _ROOT_UID and sum(each.uid == uid for each in self._scopes.values()) >= _MOST_PER_USER:
            raise NotSupportedError(f"you have {_MOST_PER_USER} programs in scopes already: end some")
        cgroup = self._cgroups.make(beneath, self._free_name(beneath))
        with ExitStack() as unfinished:
            unfinished.callback(self._withdraw, cgroup)
            scope = Scope(
                cgroup=cgroup,
                trust=self._held(demanded, origin),
                uid=uid,
                rule=replace(rule, selector=Selector(kind=SelectorKind.CGROUP, value=cgroup)),
                app_id=app_id,
            )
            self._take([*self._scopes.values(), scope])
            self._changed()
            self._cgroups.move(process.pid, cgroup)
            process.require_life()
            unfinished.pop_all()
        return cgroup

    @property
    def rules(self) -> tuple[PolicyRule, ...]:
        """What was said of programs when they were started."""
        return tuple(each.rule for each in self._scopes.values() if not each.rule.is_empty)

    @property
    def applications(self) -> Mapping[CgroupPath, str]:
        """As which application each runs, where somebody has said so."""
        return {each.cgroup: each.app_id for each in self._scopes.values() if each.app_id is not None}

    def named(self, application: Application) -> Application:
        """An application, as it was called where it was started."""
        around = {cgroup: app_id for cgroup, app_id in self.applications.items() if _is_in(application, cgroup)}
        if not around:
            return application
        app_id = around[max(around, key=len)]
        reason = f"started by mpm run as {app_id}"
        return replace(application, id=f"app:{app_id}", name=short_name(app_id), app_id=app_id, reason=reason)

    def rules_about(self, application: Application) -> tuple[PolicyRule, ...]:
        """What was said of a program when it was started, the innermost scope first."""
        around = [each for each in self._scopes.values() if _is_in(application, each.cgroup) and not each.rule.is_empty]
        return tuple(each.rule for each in sorted(around, key=lambda each: -len(each.cgroup)))

    async def run(self) -> None:
        """Remove scopes that have become empty, until cancelled."""
        while True:
            await self._has_some.wait()
            await asyncio.sleep(SWEEP_INTERVAL_S)
            self.sweep()

    def sweep(self) -> None:
        """Remove the scopes in which no process is any more."""
        if gone := {each for each in self._scopes if self._remove(each)}:
            self._forget(gone)

    def _place(self, origin: CgroupPath, uid: int) -> CgroupPath:
        return place_of_scope(
            origin, uid=uid, root=self._root, scopes=self._scopes.keys(), is_held=self._cgroups.is_held
        )

    def _free_name(self, beneath: CgroupPath) -> str:
        names = (scope_name(number) for number in self._numbers)
        return next(each for each in names if not self._cgroups.exists(CgroupPath(f"{beneath.rstrip('/')}/{each}")))

    def _held(self, demanded: TrustPolicy, origin: CgroupPath) -> TrustPolicy:
        around = [each.trust for each in self._scopes.values() if is_within(origin, each.cgroup)]
        return reduce(TrustPolicy.strictest, [demanded, self._trust_at(origin), *around])

    def _withdraw(self, cgroup: CgroupPath) -> None:
        """Unless something is in it, which is held then."""
        if self._remove(cgroup):
            self._forget({cgroup})

    def _remove(self, cgroup: CgroupPath) -> bool:
        try:
            return self._cgroups.remove_if_empty(cgroup)
        except CommandRefusedError as error:
            _log.warning("%s", error)
            return False

    def _forget(self, gone: Collection[CgroupPath]) -> None:
        """What is gone needs neither be written down nor be held, so failing at that is no failure."""
        kept = [each for each in self._scopes.values() if each.cgroup not in gone]
        for act in (partial(self._take, kept), self._changed):
            try:
                act()
            except MpmanagerError as error:
                _log.warning("%s", error)

    def _take(self, scopes: Collection[Scope]) -> None:
        self._scopes = {each.cgroup: each for each in scopes}
        self._note()
        self._state.save_scopes(scopes)

    def _note(self) -> None:
        if self._scopes:
            self._has_some.set()
        else:
            self._has_some.clear()


def _is_in(application: Application, cgroup: CgroupPath) -> bool:
    return application.cgroup is not None and is_within(CgroupPath(application.cgroup), cgroup)


def _rule(options: ScopeOptions) -> PolicyRule:
    """What is said beside of trust; its selector is still to come."""
    said = PolicyInfo(
        selector=f"{SelectorKind.CGROUP}:{ROOT}",
        wait_ms=options.wait_ms,
        intent=options.intent,
        tiers=options.tiers,
        lowest_delay=options.lowest_delay,
        multipath=options.multipath,
    )
    return rule_of(said)


def _app_id(options: ScopeOptions) -> str | None:
    return None if options.app is None else Selector.parse(f"{SelectorKind.APP}:{options.app}").value
