"""By which marks packets are told to belong to a class of paths, or to none; `bpf/fence.bpf.c` knows them, too."""

from typing import NewType

from mpmanager.model.enforcement import ClassNumber, PathClass, Restriction

Mark = NewType("Mark", int)
"""What SO_MARK holds; rules and the second fence match all of its bits."""

MARK_FAMILY = 0x6D700000
"""The upper half of all marks of classes."""

PLAIN_MARK = Mark(0x6D6E0001)
"""What bears it goes by any path, and gets no further than the second fence with a key."""

_ONLY = 0x100
"""Makes the mark of what is restricted to a class higher than that of all handshakes."""

EITHER_RESTRICTION = 0xFFFFFFFF & ~_ONLY
"""The bits in which both marks of a class are alike, and like that of its handshakes."""
_VERSIONS = frozenset({4, 6})


def mark_of(number: ClassNumber, restriction: Restriction) -> Mark:
    """The mark of what a class has to carry. The higher mark is the stricter one."""
    return Mark(MARK_FAMILY + number + (_ONLY if restriction is Restriction.ONLY else 0))


def steered_versions(path_class: PathClass, restriction: Restriction) -> frozenset[int]:
    """The IP versions in which all is led to the class."""
    return path_class.versions() if _is_lenient(path_class, restriction) else _VERSIONS


def held_versions(path_class: PathClass, restriction: Restriction) -> frozenset[int]:
    """The IP versions in which nothing may leave otherwise, whatever becomes of the ways out."""
    if path_class.is_unattended and _is_lenient(path_class, restriction):
        return frozenset()
    return steered_versions(path_class, restriction)


def _is_lenient(path_class: PathClass, restriction: Restriction) -> bool:
    return path_class.is_lenient and restriction is not Restriction.ONLY
