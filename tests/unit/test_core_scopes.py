"""Where programs of `mpm run` go, and which cgroups may be a program's own."""

import pytest

from mpmanager.core.scopes import ROOT, chain, is_within, may_be_led, place_of_scope, scope_name
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.errors import InvalidValueError, NotAuthorizedError

SLICE = "/user.slice/user-1000.slice"
MANAGER = f"{SLICE}/user@1000.service"
LAB = "/lab/laptop"


def place(origin, *, uid=1000, root=ROOT, scopes=(), divided=(MANAGER, "/system.slice/divided.service")):
    """Where everything is held but what was given to a user."""
    return place_of_scope(
        CgroupPath(origin),
        uid=uid,
        root=CgroupPath(root),
        scopes=scopes,
        is_held=lambda cgroup: not any(is_within(cgroup, each) for each in divided),
    )


@pytest.mark.parametrize(
    ("origin", "beneath"),
    [
        ("/", "/"),
        ("/user.slice", "/user.slice"),
        (f"{MANAGER}/app.slice/app-firefox-123.scope", SLICE),
        (f"{MANAGER}/app.slice/app-org.gnome.Terminal.slice/vte-spawn-1.scope", SLICE),
        (MANAGER, SLICE),
        (f"{SLICE}/session-3.scope", f"{SLICE}/session-3.scope"),
        ("/system.slice/cron.service", "/system.slice/cron.service"),
        ("/1", "/1"),
    ],
)
def test_a_scope_is_made_beneath_the_innermost_cgroup_that_its_user_cannot_take_it_out_of(origin, beneath):
    assert place(origin) == beneath


def test_who_is_in_a_scope_gets_the_next_one_inside_of_it():
    outer, inner = f"{SLICE}/mpm-run-1", f"{SLICE}/mpm-run-1/mpm-run-2"
    assert place(outer, scopes=(outer,)) == outer
    assert place(inner, scopes=(outer, inner)) == inner
    assert place(f"{inner}/its-own", scopes=(outer, inner)) == inner


def test_a_name_alone_makes_no_scope():
    assert place(f"{MANAGER}/mpm-run-1") == SLICE


def test_scopes_stay_below_the_root_that_is_managed():
    assert place(LAB, root=LAB) == LAB
    assert place(f"{LAB}/programs", root=LAB, divided=(f"{LAB}/programs",), uid=0) == LAB
    assert place("/lab", root="/lab", divided=("/lab",)) == "/lab", "the root itself is not asked"
    for outside in ("/", "/lab", "/lab/laptop2", MANAGER):
        with pytest.raises(InvalidValueError, match=f"in the cgroup {outside}, outside of {LAB}"):
            place(outside, root=LAB)


@pytest.mark.parametrize(
    ("origin", "uid"),
    [("/system.slice/divided.service/inner", 1000), (f"{MANAGER}/app.slice/x.scope", 1001)],
)
def test_nobody_but_root_is_taken_out_of_what_was_given_to_another(origin, uid):
    with pytest.raises(NotAuthorizedError, match="given to a user to divide"):
        place(origin, uid=uid)
    assert place(origin, uid=0) == ("/system.slice" if "system" in origin else SLICE)


@pytest.mark.parametrize(
    ("cgroup", "may"),
    [
        (f"{MANAGER}/app.slice/app-firefox-123.scope", True),
        ("/system.slice/ssh.service", True),
        ("/anything", True),
        ("/", False),
        ("/user.slice", False),
        (f"{SLICE}/session-c2.scope", False),
        (MANAGER, False),
        (f"{MANAGER}/init.scope", False),
        ("/init.scope", False),
        ("/mpm-run-12", False),
        (f"{SLICE}/mpm-run-1/below.scope", False),
        ("/mpm-run-x", True),
    ],
)
def test_which_cgroups_may_belong_to_one_program(cgroup, may):
    assert may_be_led(CgroupPath(cgroup)) is may


def test_our_own_names_are_known_as_ours():
    assert not may_be_led(CgroupPath(f"/{scope_name(7)}"))


def test_what_is_in_a_cgroup_is_in_all_around_it():
    assert list(chain(ROOT)) == ["/"]
    assert list(chain(CgroupPath("/a/b"))) == ["/", "/a", "/a/b"]
    assert is_within(CgroupPath("/a/b"), CgroupPath("/a"))
    assert not is_within(CgroupPath("/ab"), CgroupPath("/a"))
