"""The files that tell polkit and the system bus about the daemon."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from mpmanager.api import contract
from mpmanager.model.authority import Action

RESOURCES = Path(__file__).parents[2] / "resources"
ANSWERS = {"no", "yes", "auth_self", "auth_admin", "auth_self_keep", "auth_admin_keep"}
ADMINISTRATOR = ("auth_admin_keep", "auth_admin_keep", "auth_admin_keep")
ANYBODY = ("yes", "yes", "yes")


def policy():
    return ET.parse(RESOURCES / "polkit/io.github.mpmanager1.policy").getroot()  # noqa: S314  # our own file


@pytest.fixture(scope="module")
def actions():
    root = policy()
    assert root.tag == "policyconfig"
    return {each.get("id"): each for each in root.iter("action")}


def defaults(action):
    """For anybody, for inactive sessions, for active ones."""
    return tuple(action.findtext(f"defaults/allow_{who}") for who in ("any", "inactive", "active"))


def test_polkit_knows_all_actions_and_no_others(actions):
    assert set(actions) == {each.value for each in Action}


def test_every_action_says_what_a_password_is_for(actions):
    for action in actions.values():
        assert set(defaults(action)) <= ANSWERS
        assert len(action.findtext("description")) > 20
        assert action.findtext("message").startswith("Authentication is required to ")


def test_reading_is_free_own_programs_are_the_active_sessions_and_the_rest_is_the_administrators(actions):
    found = {Action(name): defaults(action) for name, action in actions.items()}
    assert found.pop(Action.INFO) == ANYBODY
    assert found.pop(Action.POLICY_OWN) == ("auth_self_keep", "auth_self_keep", "yes")
    assert set(found.values()) == {ADMINISTRATOR}


def test_the_icon_of_the_policy_is_ours():
    assert (RESOURCES / "icons" / f"{policy().findtext('icon_name')}.svg").exists()


def test_what_is_trusted_takes_the_right_to_say_so():
    named = {each.name for each in contract.METHODS if each.action is Action.PATH_TRUST}
    assert named == {"PauseEnforcing", "SetPathTrust", "SetWiresNeedLogin"}
