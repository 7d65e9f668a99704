"""Has rules about Multipath TCP carried out for programs that do not ask for it, and tells what is really in force."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Collection, Sequence

from mpmanager.core.ledger import ConnectionAccount
from mpmanager.core.multipath import badge_of
from mpmanager.daemon.multipath_keeper import MultipathKeeper
from mpmanager.daemon.program_places import Places
from mpmanager.daemon.waiting import wait
from mpmanager.model.connection import UNKNOWN_APPLICATION, Application
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.errors import CommandRefusedError, InvalidValueError, NotSupportedError
from mpmanager.model.multipath import MultipathBadge, SocketUnit
from mpmanager.model.policy import Policy, PolicyRule
from mpmanager.model.selector import Selector, SelectorKind
from mpmanager.ports.connections import ApplicationFinder, ConnectionTable
from mpmanager.ports.multipath import MultipathHook, SocketUnits

_LOOK_EVERY_S = 1.0
"""For programs that have begun since; and where Multipath TCP is switched off, the hook must go."""
_SOCKET = ".socket"

_log = logging.getLogger(__name__)


class MultipathRules:
    """Everything here but `run` is called in the event loop and returns at once."""

    def __init__(
        self,
        hook: MultipathHook,
        units: SocketUnits,
        *,
        rules: Callable[[], Sequence[PolicyRule]],
        places_of: Callable[[Collection[Selector]], Places],
    ) -> None:
        """What is asked, besides the ports.

        Args:
            hook: the port.
            units: the port.
            rules: what was said and counts in the networks in use, the most specific first; and of single programs.
            places_of: finds the cgroups in which the programs of rules are.
        """
        self._keeper = MultipathKeeper(hook)
        self._units = units
        self._rules = rules
        self._places_of = places_of
        self._trouble_with_units: str | None = None
        self._unreached: list[str] = []
        """Rules that no means serves, each in a sentence."""
        self._stirred = asyncio.Event()

    def limits(self) -> list[str]:
        """What was asked for and is not in force, one sentence each."""
        found = [self._keeper.info().sentence, self._trouble_with_units, *self._unreached]
        return [f"Multipath TCP for programs that do not ask for it: {each}" for each in found if each]

    def stir(self) -> None:
        """The rules are others now."""
        self._stirred.set()

    async def run(self) -> None:
        """Follow the rules and the programs until cancelled."""
        while True:
            self._stirred.clear()
            rules = [each for each in self._rules() if each.is_multipath is not None]
            self._hook_to(rules)
            await self._change_units(rules)
            await wait(self._stirred, _LOOK_EVERY_S if rules or self._trouble_with_units else None)

    def _hook_to(self, rules: Sequence[PolicyRule]) -> None:
        """The most specific rule about a cgroup counts."""
        places = self._places_of([each.selector for each in rules])
        self._unreached = [
            f"the rule of {each.selector} is about no application, unit or cgroup as a whole; use mpm run"
            for each in rules
            if each.is_multipath and each.selector not in places
        ]
        wanted, unwanted = set[CgroupPath](), set[CgroupPath]()
        for rule in rules:
            new = set(places.get(rule.selector, ())) - wanted - unwanted
            (wanted if rule.is_multipath else unwanted).update(new)
        self._keeper.set_wanted(wanted, unwanted)

    async def _change_units(self, rules: Sequence[PolicyRule]) -> None:
        try:
            wanted = _units_of(rules)
            if wanted or self._units.units():
                await self._units.apply(wanted)
        except (InvalidValueError, NotSupportedError, CommandRefusedError) as error:
            if self._trouble_with_units is None:
                _log.warning("%s", error)
            self._trouble_with_units = str(error)
        else:
            self._trouble_with_units = None

    def close(self) -> None:
        """Leave programs to what they ask for."""
        self._keeper.close()


def _units_of(rules: Sequence[PolicyRule]) -> set[SocketUnit]:
    """What administrators want of units; of the rules about one the first counts.

    Raises:
        InvalidValueError: no unit can be called so.
    """
    chosen: dict[str, bool] = {}
    for rule in rules:
        selector = rule.selector
        is_about_unit = selector.kind is SelectorKind.UNIT and selector.value.endswith(_SOCKET)
        is_about_all_of_it = not (selector.user or selector.has_destination) and rule.owner_uid is None
        if is_about_unit and is_about_all_of_it:
            chosen.setdefault(selector.value, rule.is_multipath is True)
    return {SocketUnit.parse(name) for name, is_wanted in chosen.items() if is_wanted}


def badges(
    accounts: Collection[ConnectionAccount],
    connections: ConnectionTable,
    applications: ApplicationFinder,
    *,
    named: Callable[[Application], Application],
    policy_of: Callable[[Application], Policy],
) -> list[tuple[Application, MultipathBadge]]:
    """What is really in force for each application of which something was said. Looks at all TCP sockets."""
    found = applications.find(connections.plain_connections())
    plain = [named(each) for each in found if each is not UNKNOWN_APPLICATION]
    known = {each.id: each for each in (*plain, *(account.application for account in accounts))}
    counts = Counter(account.application.id for account in accounts)
    plain_counts = Counter(each.id for each in plain)
    return [
        (application, badge_of(is_asked=True, multipath=counts[name], plain=plain_counts[name]))
        for name, application in known.items()
        if policy_of(application).is_multipath
    ]
