"""How a program is started so that it uses Multipath TCP: this needs no daemon."""

from collections.abc import Mapping, Sequence

from mpmanager.core.multipath import Preparation, prepare, without_multipath
from mpmanager.linux.executables import look_at
from mpmanager.linux.preload import LIBRARY, surroundings


def with_multipath(command: Sequence[str], environment: Mapping[str, str]) -> Preparation:
    """The environment to start a command in, and whether its own sockets are reached by that."""
    return prepare(look_at(command[0], environment), surroundings(), environment)


def plain(environment: Mapping[str, str]) -> Mapping[str, str]:
    """The environment without what `with_multipath` has put into it."""
    return without_multipath(environment, str(LIBRARY))
