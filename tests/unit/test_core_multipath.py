"""Which means make a program use Multipath TCP, and what its environment is then."""

import pytest

from mpmanager.core.multipath import (
    Executable,
    Surroundings,
    badge_of,
    prepare,
    verdict_of,
    without_multipath,
)
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.multipath import MultipathMeans, MultipathObstacle, MultipathState, MultipathVerdict, SocketUnit

AMD64, I386 = (2, 62), (1, 3)
LIBRARY = "/usr/lib/mpmanager/libmpmanager-multipath.so"
HERE = Surroundings(library=LIBRARY, library_machine=AMD64)
GIVEN = {"HOME": "/home/me", "PATH": "/usr/bin"}


def program(path="/usr/bin/curl", **changes):
    return Executable(**{"path": path, "is_dynamic": True, "machine": AMD64} | changes)


STATIC = program("/bin/busybox", is_dynamic=False)
GO = program("/usr/bin/gh", is_dynamic=False, go_version=(1, 22))


def test_a_dynamic_program_is_given_the_library_and_what_it_may_start_in_go_the_variable():
    prepared = prepare(program(), HERE, GIVEN)
    assert prepared.verdict.means == {MultipathMeans.PRELOAD}
    assert prepared.environment == GIVEN | {"LD_PRELOAD": LIBRARY, "GODEBUG": "multipathtcp=1"}


def test_a_go_program_is_reached_by_its_variable_linked_as_it_may_be():
    for each in (GO, program(go_version=(1, 24))):
        assert prepare(each, HERE, GIVEN).verdict.means == {MultipathMeans.GODEBUG}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("", "multipathtcp=1"),
        ("netdns=go", "netdns=go,multipathtcp=1"),
        ("netdns=go,,http2debug=1", "netdns=go,http2debug=1,multipathtcp=1"),
        ("multipathtcp=1,netdns=go", "multipathtcp=1,netdns=go"),
        ("multipathtcp=0", "multipathtcp=0"),
        ("multipathtcp=1,multipathtcp=2", "multipathtcp=1,multipathtcp=2"),
    ],
)
def test_what_godebug_says_already_stays(given, expected):
    assert prepare(program(), HERE, GIVEN | {"GODEBUG": given}).environment["GODEBUG"] == expected


def test_who_has_switched_it_off_in_godebug_is_told_that_it_stays_so():
    verdict = verdict_of(GO, HERE, {"GODEBUG": "multipathtcp=0"})
    assert (verdict.means, verdict.obstacle) == (frozenset(), MultipathObstacle.OTHERWISE_SET)
    assert "multipathtcp=0" in verdict.sentence


@pytest.mark.parametrize("given", ["/opt/a.so", "/opt/a.so:/opt/b.so", "/opt/a.so /opt/b.so", f"/opt/a.so:{LIBRARY}"])
def test_libraries_that_are_preloaded_already_stay_behind_ours(given):
    others = [each for each in given.replace(" ", ":").split(":") if each != LIBRARY]
    prepared = prepare(program(), HERE, GIVEN | {"LD_PRELOAD": given})
    assert prepared.environment["LD_PRELOAD"].split(":") == [LIBRARY, *others]


def test_preparing_twice_changes_nothing():
    once = prepare(program(), HERE, GIVEN | {"LD_PRELOAD": "/opt/a.so", "GODEBUG": "netdns=go"}).environment
    assert prepare(program(), HERE, once).environment == once


@pytest.mark.parametrize("given", [{}, {"LD_PRELOAD": "/opt/a.so"}, {"GODEBUG": "netdns=go"}])
def test_it_is_undone_without_a_trace(given):
    before = GIVEN | given
    assert without_multipath(prepare(program(), HERE, before).environment, LIBRARY) == before


@pytest.mark.parametrize(
    "given", [{"GODEBUG": "multipathtcp=0"}, {"GODEBUG": "a=1,,b=2"}, {"LD_PRELOAD": "/a.so /b.so"}]
)
def test_what_is_not_of_ours_is_not_touched_by_undoing(given):
    assert without_multipath(GIVEN | given, LIBRARY) == GIVEN | given


@pytest.mark.parametrize(
    ("executable", "obstacle", "words"),
    [
        (STATIC, MultipathObstacle.STATIC, "statically linked"),
        (program(has_rights=True), MultipathObstacle.HAS_RIGHTS, "set-uid"),
        (program(machine=I386), MultipathObstacle.OTHER_MACHINE, "another kind of processor"),
        (program(is_dynamic=False, go_version=(1, 20)), MultipathObstacle.OLD_GO, "made with Go 1.20; Go 1.21"),
        (program(is_dynamic=False, go_version=(0, 0)), MultipathObstacle.OLD_GO, "an unknown Go"),
        (program("/usr/bin/flatpak"), MultipathObstacle.STARTS_ELSEWHERE, "what flatpak starts"),
        (None, MultipathObstacle.NO_PROGRAM, "no such program"),
    ],
)
def test_a_program_that_is_not_reached_is_told_with_the_reason(executable, obstacle, words):
    verdict = prepare(executable, HERE, GIVEN).verdict
    assert (verdict.means, verdict.obstacle) == (frozenset(), obstacle)
    assert words in verdict.sentence


@pytest.mark.parametrize(
    ("surroundings", "obstacle", "words"),
    [
        (Surroundings(library=None), MultipathObstacle.NO_LIBRARY, "not built"),
        (
            Surroundings(library="/home/me/my things/l.so", library_machine=AMD64),
            MultipathObstacle.NO_LIBRARY,
            "/home/me/my things/l.so",
        ),
        (
            Surroundings(library=LIBRARY, library_machine=AMD64, is_switched_off=True),
            MultipathObstacle.SWITCHED_OFF,
            "net.mptcp.enabled",
        ),
    ],
)
def test_surroundings_in_which_nothing_serves_are_told(surroundings, obstacle, words):
    prepared = prepare(program(), surroundings, GIVEN)
    assert (prepared.verdict.means, prepared.verdict.obstacle) == (frozenset(), obstacle)
    assert words in prepared.verdict.sentence
    assert "LD_PRELOAD" not in prepared.environment


def test_a_static_program_passes_on_what_reaches_those_that_it_starts():
    assert prepare(STATIC, HERE, GIVEN).environment["LD_PRELOAD"] == LIBRARY


def test_a_linker_that_would_complain_aloud_is_not_shown_our_library():
    for each in (program(machine=I386), program(has_rights=True), program("/usr/bin/flatpak"), None):
        assert "LD_PRELOAD" not in prepare(each, HERE, GIVEN).environment


@pytest.mark.parametrize(
    ("is_asked", "multipath", "plain", "state"),
    [
        (False, 0, 0, MultipathState.OFF),
        (False, 0, 3, MultipathState.OFF),
        (False, 1, 3, MultipathState.PROGRAM_ITSELF),
        (True, 0, 0, MultipathState.WAITING),
        (True, 2, 0, MultipathState.IN_FORCE),
        (True, 2, 3, MultipathState.PARTLY),
        (True, 0, 3, MultipathState.NOT_IN_FORCE),
    ],
)
def test_the_badge_says_what_the_connections_show(is_asked, multipath, plain, state):
    badge = badge_of(is_asked=is_asked, multipath=multipath, plain=plain)
    assert (badge.state, badge.obstacle) == (state, None)
    assert badge.sentence
    assert ("3 of its" in badge.sentence) == (state is MultipathState.PARTLY)


def test_a_badge_has_the_reason_that_is_known_beforehand_where_it_is_not_in_force():
    static = MultipathVerdict(obstacle=MultipathObstacle.STATIC, sentence="it is {static}")
    blocked = badge_of(is_asked=True, multipath=0, plain=3, verdict=static)
    assert (blocked.obstacle, blocked.sentence) == (MultipathObstacle.STATIC, "it is {static}")
    assert badge_of(is_asked=True, multipath=3, plain=0, verdict=static).obstacle is None


@pytest.mark.parametrize("name", ["ssh.socket", "ssh@.socket", "a-b@c:1.socket", "dev-x\\x2dy.socket"])
def test_names_of_socket_units_are_taken(name):
    assert SocketUnit.parse(name).name == name


@pytest.mark.parametrize(
    "name", ["", "ssh", "ssh.service", "../ssh.socket", "a/b.socket", ".socket", "a b.socket", "a\n.socket", "x" * 300]
)
def test_other_names_are_refused(name):
    with pytest.raises(InvalidValueError, match="no name of a socket unit"):
        SocketUnit.parse(name)
