"""Finds the cgroups in which the programs of rules are, and looks at no more of this machine than the rules need."""

from collections.abc import Callable, Collection, Mapping

from mpmanager.core.rule_places import Surroundings, places_of
from mpmanager.core.unit_names import place_of
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.selector import Selector, SelectorKind
from mpmanager.ports.cgroups import Cgroups

Places = Mapping[Selector, Collection[CgroupPath]]


class ProgramPlaces:
    """The places of rules, as they are at the moment."""

    def __init__(
        self,
        cgroups: Cgroups,
        *,
        root: CgroupPath,
        uids: Callable[[Collection[str]], Mapping[str, int]],
        scope_applications: Callable[[], Mapping[CgroupPath, str]],
    ) -> None:
        """Needs the cgroup in which is all that rules are about, and what is known elsewhere.

        Args:
            cgroups: the port.
            root: outside of it nothing is found.
            uids: the numbers of users.
            scope_applications: as which application programs run that were started so.
        """
        self._cgroups = cgroups
        self._root = root
        self._uids = uids
        self._scope_applications = scope_applications

    def of(self, selectors: Collection[Selector]) -> Places:
        """Where the programs of these are."""
        if not selectors:
            return {}
        kinds = {each.kind for each in selectors}
        executables = {each.value for each in selectors if each.kind is SelectorKind.EXE}
        tree = self._cgroups.tree() if kinds & {SelectorKind.APP, SelectorKind.UNIT} else ()
        around = Surroundings(
            root=self._root,
            led=self._cgroups.led_by(executables) if executables else {},
            tree=tree,
            applications=self._applications_in(tree) if SelectorKind.APP in kinds else {},
            uids=self._uids({each.user for each in selectors if each.user}),
        )
        return places_of(selectors, around)

    def _applications_in(self, tree: Collection[CgroupPath]) -> Mapping[CgroupPath, Collection[str]]:
        found: dict[CgroupPath, Collection[str]] = {each: place_of(each).app_ids for each in tree}
        return found | {cgroup: (app_id,) for cgroup, app_id in self._scope_applications().items()}
