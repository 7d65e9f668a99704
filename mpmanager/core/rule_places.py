"""In which cgroups the programs of a rule are: there, and nowhere finer, the kernel can hold them to it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePosixPath
from typing import Final

from mpmanager.core.scopes import is_within
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.selector import Selector, SelectorKind

_MOST: Final = 64
"""Cgroups of one rule: users can make as many as they like, each of which costs the kernel something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What is known of cgroups and of users."""

    root: CgroupPath
    """In which is all that rules are about."""
    led: Mapping[str, Collection[CgroupPath]] = field(default_factory=dict)
    """The cgroups that belong to an executable alone."""
    tree: Collection[CgroupPath] = ()
    """All there are."""
    applications: Mapping[CgroupPath, Collection[str]] = field(default_factory=dict)
    """What the application may be called that each cgroup belongs to, where its name tells."""
    uids: Mapping[str, int] = field(default_factory=dict)
    """The numbers of users, by name and by number."""


def places_of(selectors: Iterable[Selector], around: Surroundings) -> dict[Selector, frozenset[CgroupPath]]:
    """The cgroups of each rule; none for destinations and scripts, which no cgroup tells apart, and the default.

    Outside of the root are others, who may have another daemon, and another network. Of very many the first are taken.
    """
    return {
        each: frozenset(islice((found for found in _places(each, around) if is_within(found, around.root)), _MOST))
        for each in selectors
        if not each.has_destination and (each.user or each.kind not in {SelectorKind.DEFAULT, SelectorKind.SCRIPT})
    }


def _places(selector: Selector, around: Surroundings) -> Iterator[CgroupPath]:
    anybodys = _of_programs(selector, around)
    if not selector.user:
        yield from anybodys
        return
    uid = around.uids.get(selector.user)
    if uid is None:
        return
    users = CgroupPath(str(PurePosixPath(around.root) / "user.slice" / f"user-{uid}.slice"))
    if selector.kind is SelectorKind.DEFAULT:
        yield users
    for each in anybodys:
        if is_within(each, users):
            yield each
        elif is_within(users, each):
            yield users


def _of_programs(selector: Selector, around: Surroundings) -> Iterator[CgroupPath]:
    match selector.kind:
        case SelectorKind.EXE:
            yield from around.led.get(selector.value, ())
        case SelectorKind.APP:
            yield from (cgroup for cgroup, app_ids in around.applications.items() if selector.value in app_ids)
        case SelectorKind.UNIT:
            yield from (each for each in around.tree if each.rpartition("/")[2] == selector.value)
        case SelectorKind.CGROUP:
            yield CgroupPath(selector.value)
        case SelectorKind.SCRIPT | SelectorKind.DEFAULT:
            pass  # an interpreter runs one script after the other in the cgroup where it is
