"""What rules about Multipath TCP lead to, for programs that do not ask for it."""

import asyncio
from dataclasses import replace

import pytest

from mpmanager.core.ledger import ConnectionAccount
from mpmanager.core.policies import STOCK_POLICY
from mpmanager.daemon.multipath_rules import MultipathRules, badges
from mpmanager.model.connection import UNKNOWN_APPLICATION, Application, ProcessKey
from mpmanager.model.multipath import MultipathState
from mpmanager.model.policy import PolicyRule
from mpmanager.model.selector import Selector
from mpmanager.simulated.multipath import SimulatedMultipathHook, SimulatedSocketUnits

PLACES = {"cgroup:/a": ["/a"], "app:org.example.B": ["/a/b", "/c"], "unit:ssh.socket": ["/system.slice/ssh.socket"]}


def rule(selector, is_multipath):
    return PolicyRule(selector=Selector.parse(selector), is_multipath=is_multipath)


def places_of(selectors):
    return {each: PLACES[str(each)] for each in selectors if str(each) in PLACES}


class Stage:
    """Rules, and what comes of them."""

    def __init__(self, refusal=None):
        self.rules = []
        self.hook, self.units = SimulatedMultipathHook(refusal), SimulatedSocketUnits()
        self.multipath = MultipathRules(self.hook, self.units, rules=lambda: self.rules, places_of=places_of)

    async def say(self, *rules):
        """Until that has been looked at."""
        self.rules = list(rules)
        task = asyncio.create_task(self.multipath.run())
        await asyncio.sleep(0.05)
        task.cancel()


def run(*rules, stage=None):
    stage = stage or Stage()
    asyncio.run(stage.say(*rules))
    return stage


def test_the_hook_is_for_the_places_of_rules_the_most_specific_counting():
    stage = run(rule("app:org.example.B", is_multipath=False), rule("cgroup:/a", is_multipath=True))
    assert (stage.hook.wanted, stage.hook.unwanted) == ({"/a"}, {"/a/b", "/c"})
    assert stage.multipath.limits() == []


def test_rules_that_are_gone_take_the_hook_away_and_the_change_of_units():
    stage = run(rule("cgroup:/a", is_multipath=True), rule("unit:ssh.socket", is_multipath=True))
    assert [each.name for each in stage.units.units()] == ["ssh.socket"]
    run(rule("default", is_multipath=None), stage=stage)
    assert (stage.hook.wanted, stage.units.units()) == (frozenset(), frozenset())


def test_what_cannot_be_had_is_told():
    stage = run(rule("cgroup:/a", is_multipath=True), stage=Stage("this kernel has no place for it"))
    (limit,) = stage.multipath.limits()
    assert limit.endswith("programs that do not ask for it: this kernel has no place for it")


@pytest.mark.parametrize("selector", ["unit:ssh.socket user:anna", "unit:ssh.socket port:22"])
def test_units_are_the_administrators_as_a_whole(selector):
    assert run(rule(selector, is_multipath=True)).units.units() == frozenset()
    own = replace(rule("unit:ssh.socket", is_multipath=True), owner_uid=1000)
    assert run(own).units.units() == frozenset()


def test_of_rules_about_a_unit_the_first_counts():
    both = [rule("unit:ssh.socket", is_multipath=False), rule("unit:ssh.socket on:nm:1", is_multipath=True)]
    assert run(*both).units.units() == frozenset()


def test_a_rule_that_no_means_serves_is_told():
    (limit,) = run(rule("host:a.example", is_multipath=True)).multipath.limits()
    assert "the rule of host:a.example is about no application" in limit


def application(name):
    return Application(id=f"exe:/{name}", name=name, pid=1, exe=f"/{name}", cgroup=None)


class Sockets:
    """Plain TCP sockets, and the programs behind them."""

    def __init__(self, *owners):
        self._owners = owners

    def plain_connections(self):
        return [ProcessKey(number, 0, 0) for number in range(len(self._owners))]

    def find(self, keys):
        return [self._owners[each.inode] for each in keys]


def test_badges_tell_what_connections_really_use_of_whom_it_was_asked():
    ssh, curl, other = map(application, ("ssh", "curl", "other"))
    accounts = [ConnectionAccount(token=1, flow=None, is_server_side=False, opened=0.0, application=ssh)]
    sockets = Sockets(ssh, curl, other, UNKNOWN_APPLICATION)
    policies = {each.id: replace(STOCK_POLICY, is_multipath=True) for each in (ssh, curl)}
    found = badges(
        accounts,
        sockets,
        sockets,
        named=lambda each: each,
        policy_of=lambda each: policies.get(each.id, STOCK_POLICY),
    )
    assert {each.name: badge.state for each, badge in found} == {
        "ssh": MultipathState.PARTLY,
        "curl": MultipathState.NOT_IN_FORCE,
    }
