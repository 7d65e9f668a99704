"""Plans for enforcement: what contradicts itself, and which versions of IP are held."""

import pytest

from mpmanager.linux.class_marks import MARK_FAMILY, held_versions, mark_of
from mpmanager.model.enforcement import CgroupPath, CgroupPolicy, ClassNumber, EnforcementPlan, PathClass, Restriction
from mpmanager.model.errors import InvalidValueError


def a_class(number=1, **values):
    return PathClass(number=ClassNumber(number), **values)


def a_policy(cgroup="/app", number=1, restriction=Restriction.ONLY):
    return CgroupPolicy(cgroup=CgroupPath(cgroup), restriction=restriction, path_class=ClassNumber(number))


@pytest.mark.parametrize(
    ("classes", "policies", "reason"),
    [
        ([a_class(0)], [], "numbered"),
        ([a_class(256)], [], "numbered"),
        ([a_class(1), a_class(1, interfaces=frozenset({7}))], [], "each once"),
        ([a_class(1)], [a_policy(number=2)], "not there"),
        ([a_class(1)], [a_policy(), a_policy(restriction=Restriction.ANY)], "one policy"),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused(classes, policies, reason):
    with pytest.raises(InvalidValueError, match=reason):
        EnforcementPlan(classes=frozenset(classes), policies=frozenset(policies))


def test_the_mark_of_whatever_is_restricted_to_a_class_is_above_that_of_every_handshake():
    handshakes = {mark_of(ClassNumber(number), Restriction.HANDSHAKE) for number in range(1, 256)}
    everything = {mark_of(ClassNumber(number), Restriction.ONLY) for number in range(1, 256)}
    assert max(handshakes) < min(everything)
    assert {mark & 0xFFFF0000 for mark in handshakes | everything} == {MARK_FAMILY}
    assert len(handshakes | everything) == 2 * 255


@pytest.mark.parametrize(
    ("restriction", "is_lenient", "held"),
    [
        (Restriction.HANDSHAKE, True, set()),
        (Restriction.HANDSHAKE, False, {4, 6}),
        (Restriction.ONLY, True, {4, 6}),
        (Restriction.ONLY, False, {4, 6}),
    ],
)
def test_a_class_without_ways_out_lets_go_of_lenient_handshakes_alone(restriction, is_lenient, held):
    assert held_versions(a_class(is_lenient=is_lenient), restriction) == held
