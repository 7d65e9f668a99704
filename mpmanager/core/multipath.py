"""Which means make a program use Multipath TCP, what its environment has to be for that, and what came of it.

Nothing here looks at files: `Executable` says what was found (linux/executables.py). docs/decisions/021 tells why.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mpmanager.model.multipath import (
    MultipathBadge,
    MultipathMeans,
    MultipathObstacle,
    MultipathState,
    MultipathVerdict,
)

PRELOAD: Final = "LD_PRELOAD"
GODEBUG: Final = "GODEBUG"

_GO_KEY = "multipathtcp"
_GO_ALL = "1"
"""Whoever dials and whoever listens."""
_FIRST_GO = (1, 21)
_SEPARATORS = frozenset(" :")
"""Of LD_PRELOAD; there is no way to quote one."""
_ELSEWHERE = frozenset({"docker", "flatpak", "firejail", "machinectl", "podman", "snap", "systemd-run", "toolbox"})

STATIC_SENTENCE: Final = "the program is statically linked: no library can be loaded into it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Executable:
    """What decides about a program. Of a script it is the interpreter's."""

    path: str
    is_dynamic: bool
    """Whether it names a dynamic linker."""
    machine: tuple[int, int]
    """Of the ELF header: class (1: 32 bits, 2: 64 bits) and processor."""
    go_version: tuple[int, int] | None = None
    """Such as (1, 21), (0, 0) where it is Go and does not say which; None where it is none."""
    has_rights: bool = False
    """Whether it runs with more rights than whoever starts it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What holds for every program that is started here."""

    library: str | None
    """The path of ours; None where it is not built."""
    library_machine: tuple[int, int] | None = None
    is_switched_off: bool = False
    """Whether the kernel refuses Multipath TCP sockets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """How to start a program."""

    environment: Mapping[str, str]
    """All of it."""
    verdict: MultipathVerdict


def prepare(executable: Executable | None, surroundings: Surroundings, environment: Mapping[str, str]) -> Preparation:
    """Decide about a program, and change the environment for it and all that it starts.

    None is a program that was not found. A program that is not reached itself passes the environment on, so both
    variables are set for each that can do something with them or start one that can.
    """
    verdict = verdict_of(executable, surroundings, environment)
    if executable is None or verdict.obstacle in _FOR_ALL:
        return Preparation(environment=dict(environment), verdict=verdict)
    return Preparation(environment=_with_multipath(executable, surroundings, environment), verdict=verdict)


def verdict_of(
    executable: Executable | None, surroundings: Surroundings, environment: Mapping[str, str]
) -> MultipathVerdict:
    """Which means reach the sockets of this very program."""
    if executable is None:
        return _refused(MultipathObstacle.NO_PROGRAM, "there is no such program, or it cannot be read")
    if surroundings.is_switched_off:
        return _refused(MultipathObstacle.SWITCHED_OFF, "Multipath TCP is switched off here (net.mptcp.enabled)")
    if _name(executable.path) in _ELSEWHERE:
        sentence = f"what {_name(executable.path)} starts is in surroundings of its own: nothing is passed on to it"
        return _refused(MultipathObstacle.STARTS_ELSEWHERE, sentence)
    if executable.go_version is not None:
        return _of_go(executable.go_version, environment)
    return _of_other(executable, surroundings)


def without_multipath(environment: Mapping[str, str], library: str | None) -> dict[str, str]:
    """Undo `prepare` for a program that is started by one that was prepared so."""
    changed = dict(environment)
    if library in (preloaded := _preloaded(environment)):
        _set(changed, PRELOAD, ":".join(each for each in preloaded if each != library))
    if _go_choice(environment) == _GO_ALL:
        _set(changed, GODEBUG, ",".join(each for each in _go_settings(environment) if _go_name(each) != _GO_KEY))
    return changed


def badge_of(*, is_asked: bool, multipath: int, plain: int, verdict: MultipathVerdict | None = None) -> MultipathBadge:
    """What is in force for an application with so many connections of either kind.

    Those that were made with Multipath TCP and fell back count as `multipath`: the program's side is as it should be.
    `verdict` is what is known beforehand of whether the program can be reached.
    """
    state = _state(is_asked=is_asked, multipath=multipath, plain=plain)
    if verdict is not None and not verdict.means and state in _BLOCKED:
        return MultipathBadge(state=state, obstacle=verdict.obstacle, sentence=verdict.sentence)
    return MultipathBadge(state=state, obstacle=None, sentence=_SENTENCES[state].format(plain=plain))


_FOR_ALL = frozenset({MultipathObstacle.SWITCHED_OFF, MultipathObstacle.HAS_RIGHTS, MultipathObstacle.STARTS_ELSEWHERE})
"""Where nothing that the program starts is reached either."""
_BLOCKED = frozenset({MultipathState.WAITING, MultipathState.PARTLY, MultipathState.NOT_IN_FORCE})

_SENTENCES = {
    MultipathState.OFF: "It uses plain TCP, and nobody asked for anything else",
    MultipathState.PROGRAM_ITSELF: "It uses Multipath TCP on its own account",
    MultipathState.WAITING: "Multipath TCP is asked for; it has no connection by which to tell",
    MultipathState.IN_FORCE: "Multipath TCP is in force for all its connections",
    MultipathState.PARTLY: "{plain} of its connections are plain TCP: older ones, or opened in a way not reached",
    MultipathState.NOT_IN_FORCE: "Multipath TCP is asked for, and all its connections are plain TCP: it was started "
    "before, or opens them in a way that is not reached",
}


def _state(*, is_asked: bool, multipath: int, plain: int) -> MultipathState:
    if not is_asked:
        return MultipathState.PROGRAM_ITSELF if multipath else MultipathState.OFF
    if not multipath and not plain:
        return MultipathState.WAITING
    if not plain:
        return MultipathState.IN_FORCE
    return MultipathState.PARTLY if multipath else MultipathState.NOT_IN_FORCE


def _refused(obstacle: MultipathObstacle, sentence: str) -> MultipathVerdict:
    return MultipathVerdict(obstacle=obstacle, sentence=sentence)


def _of_go(version: tuple[int, int], environment: Mapping[str, str]) -> MultipathVerdict:
    """Go opens sockets without the C library, also where it is linked to it; its own rights do not matter to it."""
    if version < _FIRST_GO:
        known = f"Go {version[0]}.{version[1]}" if version[0] else "an unknown Go"
        return _refused(MultipathObstacle.OLD_GO, f"the program is made with {known}; Go 1.21 was the first that can")
    said = _go_choice(environment)
    if said is not None and said != _GO_ALL:
        return _refused(MultipathObstacle.OTHERWISE_SET, f"{GODEBUG} says {_GO_KEY}={said} already, which stays so")
    return MultipathVerdict(
        means=frozenset({MultipathMeans.GODEBUG}), sentence="the program is Go, which heeds GODEBUG"
    )


def _of_other(executable: Executable, surroundings: Surroundings) -> MultipathVerdict:
    if not executable.is_dynamic:
        return _refused(MultipathObstacle.STATIC, STATIC_SENTENCE)
    if executable.has_rights:
        sentence = "the program gets rights of its own when it is started (set-uid or capabilities): it loads nothing"
        return _refused(MultipathObstacle.HAS_RIGHTS, sentence)
    if surroundings.library is None:
        return _refused(MultipathObstacle.NO_LIBRARY, "our library is not built (packaging/preload.sh does that)")
    if _SEPARATORS & set(surroundings.library):
        sentence = f"{PRELOAD} cannot name a place with a space or a colon: {surroundings.library}"
        return _refused(MultipathObstacle.NO_LIBRARY, sentence)
    if executable.machine != surroundings.library_machine:
        return _refused(MultipathObstacle.OTHER_MACHINE, "the program is made for another kind of processor")
    return MultipathVerdict(means=frozenset({MultipathMeans.PRELOAD}), sentence="our library opens its sockets")


def _with_multipath(
    executable: Executable, surroundings: Surroundings, environment: Mapping[str, str]
) -> dict[str, str]:
    changed = dict(environment)
    if _can_preload(executable, surroundings) and surroundings.library is not None:
        others = [each for each in _preloaded(environment) if each != surroundings.library]
        # First in line: it asks the next one for the socket, and so leaves them theirs.
        _set(changed, PRELOAD, ":".join([surroundings.library, *others]))
    if _go_choice(environment) is None:
        _set(changed, GODEBUG, ",".join([*_go_settings(environment), f"{_GO_KEY}={_GO_ALL}"]))
    return changed


def _can_preload(executable: Executable, surroundings: Surroundings) -> bool:
    """The linker of another kind of program would complain about our library, aloud."""
    library = surroundings.library
    return (
        library is not None
        and not _SEPARATORS & set(library)
        and executable.machine == surroundings.library_machine
        and not executable.has_rights
    )


def _preloaded(environment: Mapping[str, str]) -> list[str]:
    return environment.get(PRELOAD, "").replace(":", " ").split()


def _go_settings(environment: Mapping[str, str]) -> list[str]:
    return [each for each in environment.get(GODEBUG, "").split(",") if each]


def _go_choice(environment: Mapping[str, str]) -> str | None:
    """The last one counts, as for Go."""
    said = [each.partition("=")[2] for each in _go_settings(environment) if _go_name(each) == _GO_KEY]
    return said[-1] if said else None


def _go_name(setting: str) -> str:
    return setting.partition("=")[0]


def _set(environment: dict[str, str], name: str, value: str) -> None:
    """An empty one is left out, as it was before."""
    if value:
        environment[name] = value
    else:
        environment.pop(name, None)


def _name(path: str) -> str:
    return path.rpartition("/")[2]
