"""Where the cgroups of ours go in which `mpm run` starts programs, and which other ones may belong to a program."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.errors import InvalidValueError, NotAuthorizedError
from mpmanager.model.policy import PolicyRule, TrustPolicy

ROOT: Final = CgroupPath("/")

_NAME = "mpm-run-"
_OURS = re.compile(rf"{_NAME}[0-9]+")
_OF_MANY_PROGRAMS = re.compile(r".*\.slice|session-.*\.scope|user@.*\.service|init\.scope")
"""Units of systemd that sort, and in which a login or a service manager runs whatever its user starts."""
_ROOT_UID = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A cgroup that was made for a program and all that it starts."""

    cgroup: CgroupPath
    trust: TrustPolicy
    uid: int
    """Of who asked for it."""
    rule: PolicyRule
    """What was said beside of trust; it counts before all rules."""
    app_id: str | None = None
    """The application as which it runs."""


def scope_name(number: int) -> str:
    """What a cgroup of ours is called."""
    return f"{_NAME}{number}"


def is_scope(cgroup: CgroupPath) -> bool:
    """Whether a cgroup is called as ours are."""
    return _OURS.fullmatch(cgroup.rpartition("/")[2]) is not None


def chain(cgroup: CgroupPath) -> Iterator[CgroupPath]:
    """The cgroups that what is in one of them is in, from the root to that one."""
    yield ROOT
    parts = cgroup.strip("/").split("/") if cgroup != ROOT else []
    for count in range(1, len(parts) + 1):
        yield CgroupPath("/" + "/".join(parts[:count]))


def is_within(inner: CgroupPath, outer: CgroupPath) -> bool:
    """Whether a cgroup is another one, or below it."""
    return outer in {ROOT, inner} or inner.startswith(f"{outer}/")


def may_be_led(cgroup: CgroupPath) -> bool:
    """Whether a cgroup may belong to one program: none of those that sort many, and none of ours or below them."""
    parts = cgroup.strip("/").split("/")
    return cgroup != ROOT and not _OF_MANY_PROGRAMS.fullmatch(parts[-1]) and not any(map(_OURS.fullmatch, parts))


def place_of_scope(
    origin: CgroupPath,
    *,
    uid: int,
    root: CgroupPath,
    scopes: Collection[CgroupPath],
    is_held: Callable[[CgroupPath], bool],
) -> CgroupPath:
    """Beneath which cgroup a process in `origin` gets one of its own that the user `uid` cannot take it out of.

    That is a scope it is in already, or the innermost cgroup that is held, as are all around it: for a program of the
    desktop the user's slice (what is in it is the user's own service manager, which may move everything), for others
    the very cgroup they are in. So nothing is lost of what holds for a service or a login.

    Raises:
        InvalidValueError: `origin` is outside of `root`.
        NotAuthorizedError: that would take the process out of a cgroup that is another's to decide about.
    """
    if not is_within(origin, root):
        raise InvalidValueError(
            f"the process is in the cgroup {origin}, outside of {root}, which is all that is managed"
        )
    around = [each for each in chain(origin) if is_within(each, root)]
    inside = [each for each in around if each in scopes]
    if inside:
        return inside[-1]
    held = [root, *takewhile(is_held, around[1:])]
    left = around[len(held) :]
    if left and uid != _ROOT_UID and left[0].rpartition("/")[2] != f"user@{uid}.service":
        raise NotAuthorizedError(
            f"the process is in {left[0]}, which was given to a user to divide: what it starts stays there, "
            "where nothing could be held against that user"
        )
    return held[-1]
