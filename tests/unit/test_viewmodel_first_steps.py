"""When the Overview explains lanes and shields."""

import pytest
from fake_manager import three_paths

from mpmanager.api.structures import PolicyInfo
from mpmanager.model.path import PathKind
from mpmanager.model.trust import Trust
from mpmanager_ui.viewmodels.first_steps import first_steps
from mpmanager_ui.viewmodels.waits import Said


@pytest.fixture
def paths():
    found = three_paths()
    for each in found:
        each.tier_chosen = False
    return found


def test_who_has_decided_nothing_is_told_how_to(paths):
    text = first_steps(paths, has_rules=False)
    assert "lane" in text
    assert "shield" in text


@pytest.mark.parametrize(
    "decision", [{"tier_chosen": True}, {"network_trust": Trust.TRUSTED}, {"interface_trust": Trust.UNTRUSTED}]
)
def test_whoever_has_decided_about_a_path_knows(paths, decision):
    for name, value in decision.items():
        setattr(paths[1], name, value)
    assert first_steps(paths, has_rules=False) == ""


def test_where_there_is_nothing_to_decide_about_nothing_is_explained(paths):
    for each in paths:
        each.kind = PathKind.VIRTUAL
    assert first_steps(paths, has_rules=False) == first_steps([], has_rules=False) == ""


@pytest.mark.parametrize(
    ("rules", "has_some"),
    [
        ([PolicyInfo(selector="default", wait_ms="never")], False),
        ([PolicyInfo(selector="default", wait_ms=50.0)], True),
        ([PolicyInfo(selector="exe:/bin/ssh", trust="only"), PolicyInfo(selector="default", wait_ms="never")], True),
    ],
)
def test_rules_are_decisions(paths, rules, has_some):
    said = Said()
    said.learn(rules)
    assert said.has_rules is has_some
    assert bool(first_steps(paths, has_rules=said.has_rules)) is not has_some
