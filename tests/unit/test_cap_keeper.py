"""What becomes of paths that reach their caps: events, tiers, and what is remembered."""

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mpmanager.api.structures import EventKind
from mpmanager.core.paths import PathPreferences
from mpmanager.core.profile_mapping import Decisions
from mpmanager.core.standing import Standing, with_values
from mpmanager.daemon.cap_keeper import SAVE_EVERY_S, CapKeeper
from mpmanager.daemon.compose import simulated_world
from mpmanager.daemon.journal import Journal
from mpmanager.daemon.path_keeper import PathKeeper
from mpmanager.daemon.path_prober import PathProber
from mpmanager.daemon.state import USAGE_LOST, StateDirectory
from mpmanager.model.caps import CapAction, PathCap
from mpmanager.model.change import Aspect, AspectKind
from mpmanager.model.clock import Moment
from mpmanager.model.errors import InvalidValueError, NotSupportedError, StateFileError
from mpmanager.model.facts import NO_FACTS
from mpmanager.model.names import LinkName
from mpmanager.model.path import LinkCounters, Tier
from mpmanager.model.policy import TierChoice, tier_of
from mpmanager.model.profile import ProfileChoices

LTE, LTE_INDEX = LinkName("wwan0"), 3
BEGAN = datetime(2026, 11, 21, 12, tzinfo=UTC)
MB = 10**6


class Host:
    """A laptop whose LTE carries what a test says, at the time that it says."""

    def __init__(self, directory):
        self.directory = directory
        self.after_s = 0.0
        self.carried = 0
        self.start()

    def start(self):
        self.state = StateDirectory(self.directory)
        self.journal = Journal(wall_clock=lambda: 0.0)
        self.caps = CapKeeper(self.state, journal=self.journal, moment=self.moment)
        self.keeper = PathKeeper(
            simulated_world(clock=lambda: 0.0),
            facts=NO_FACTS,
            state=self.state,
            journal=self.journal,
            caps=self.caps,
            enforce=list,
            changed=lambda: None,
        )
        asyncio.run(self.keeper.look())

    def moment(self):
        return Moment(local=BEGAN + timedelta(seconds=self.after_s), since_boot_s=900 + self.after_s, boot="this")

    def carry(self, megabytes=0, *, after_s=5.0):
        self.after_s += after_s
        self.carried += megabytes * MB

        async def sample():
            self.caps.count({LTE_INDEX: LinkCounters(rx_bytes=self.carried, tx_bytes=0)}, self.keeper.paths)
            await self.keeper.keep_caps()

        asyncio.run(sample())

    def cap(self, **said):
        asyncio.run(self.keeper.set_cap(LTE, PathCap(**said) if said else None))

    def allow(self, megabytes):
        asyncio.run(self.keeper.allow_more(LTE, megabytes * MB))

    @property
    def tier(self):
        return self.keeper.path(LTE).tier_now

    def told(self):
        kinds = {EventKind.CAP_CHANGED, EventKind.CAP_WARNING, EventKind.CAP_REACHED, EventKind.CAP_LIFTED}
        return [(each.kind, each.text) for each in self.journal.recent(100) if each.kind in kinds]

    def told_kinds(self):
        return [kind.value for kind, _text in self.told()]


@pytest.fixture
def host(tmp_path):
    host = Host(tmp_path)
    host.carry()
    return host


def test_a_path_that_uses_up_its_cap_is_warned_about_twice_and_stopped(host):
    host.cap(month_bytes=100 * MB, reset_day=15)
    for megabytes in (74, 1, 1, 19, 1, 4, 10):
        host.carry(megabytes)
    assert host.told() == [
        (EventKind.CAP_CHANGED, "wwan0 (Operator): 100 MB a month, from day 15; then nothing new begins there"),
        (EventKind.CAP_WARNING, "wwan0 (Operator): 75 % of the month's 100 MB are used; anew on 15.12."),
        (EventKind.CAP_WARNING, "wwan0 (Operator): 95 % of the month's 100 MB are used; anew on 15.12."),
        (
            EventKind.CAP_REACHED,
            "wwan0 (Operator): the month's 100 MB are used up: nothing new begins there; anew on 15.12.",
        ),
    ]
    assert host.tier is Tier.NEVER


def test_no_rule_of_an_application_gets_past_a_cap_that_is_reached(host):
    host.cap(day_bytes=MB, then=CapAction.STANDBY)
    host.carry(2)
    path = host.keeper.path(LTE)
    assert tier_of(path, [TierChoice(paths="metered", tier=Tier.ALWAYS)]) is Tier.BACKUP
    assert tier_of(path, [TierChoice(paths="metered", tier=Tier.NEVER)]) is Tier.NEVER


def test_a_path_comes_back_with_the_next_day_with_a_higher_cap_and_without_one(host):
    host.cap(day_bytes=MB)
    host.carry(2)
    assert host.tier is Tier.NEVER
    host.carry(after_s=86_400.0)
    assert host.tier is Tier.BACKUP
    host.carry(2)
    host.cap(day_bytes=3 * MB)
    assert host.tier is Tier.BACKUP
    host.carry(2)
    assert host.tier is Tier.NEVER
    host.cap()
    assert host.tier is Tier.BACKUP
    assert host.told_kinds().count("cap-lifted") == 3


def test_what_is_allowed_beyond_the_cap_ends_with_the_day_or_when_it_is_taken_back(host):
    host.cap(month_bytes=10 * MB)
    host.carry(11)
    host.allow(5)
    assert host.tier is Tier.BACKUP
    host.carry(4)
    assert host.tier is Tier.BACKUP
    host.carry(1)
    assert host.tier is Tier.NEVER
    host.allow(5)
    host.allow(0)
    assert host.tier is Tier.NEVER
    host.allow(5)
    host.carry(after_s=86_400.0)
    assert host.tier is Tier.NEVER


def test_a_crash_loses_no_byte_tells_nothing_twice_and_lets_nothing_through(host):
    host.cap(month_bytes=10 * MB)
    host.carry(11, after_s=SAVE_EVERY_S)
    host.start()
    assert host.tier is Tier.NEVER
    host.carry(3)
    assert host.told() == []
    used = host.caps.usage(LTE, None)
    assert (used.today_bytes, used.period_bytes) == (14 * MB, 14 * MB)


def test_counts_are_written_once_a_minute_at_most(host):
    file = host.directory / "usage.json"
    written = set()
    for _ in range(60):
        host.carry(1)
        written.add(file.stat().st_mtime_ns)
    assert 5 <= len(written) <= 6


def lose_counts(host, *names):
    for name in names:
        (host.directory / name).write_text("{")
    host.start()


def test_counts_that_are_damaged_are_those_of_their_copy(host):
    host.cap(month_bytes=10 * MB)
    host.carry(8, after_s=SAVE_EVERY_S)
    lose_counts(host, "usage.json")
    assert USAGE_LOST not in host.state.limits()
    assert any("its copy is in force" in each for each in host.state.limits())
    assert host.caps.usage(LTE, None).period_bytes == 8 * MB


def test_where_counts_are_lost_caps_count_as_reached_until_their_day_or_month_is_over(host):
    host.carry(1, after_s=SAVE_EVERY_S)
    for cap, after_days in (({"day_bytes": 10 * MB}, 1), ({"month_bytes": 10 * MB, "reset_day": 25}, 4)):
        host.cap()
        lose_counts(host, "usage.json", "usage.copy.json")
        assert USAGE_LOST in host.state.limits()
        host.cap(**cap)
        host.carry()
        assert host.tier is Tier.NEVER
        host.allow(5)
        host.carry()
        assert host.tier is not Tier.NEVER
        host.allow(0)
        host.start()
        host.carry()
        assert host.tier is Tier.NEVER, "a restart forgets nothing"
        host.carry(after_s=after_days * 86_400)
        assert host.tier is not Tier.NEVER
    host.carry(1, after_s=32 * 86_400)
    assert USAGE_LOST not in host.state.limits()


def test_damaged_caps_allow_little(tmp_path, host, caplog):
    host.cap(month_bytes=10 * MB)
    for name in ("paths.json", "paths.copy.json"):
        (tmp_path / name).write_text((tmp_path / name).read_text().replace('"stop"', '"whatever"'))
    with caplog.at_level(logging.WARNING):
        host.start()
    assert any("caps, wwan0" in each for each in host.state.limits())
    assert host.keeper.preferences.caps == {LTE: PathCap(day_bytes=0, then=CapAction.STANDBY)}


def test_what_cannot_be_allowed_is_refused(host):
    with pytest.raises(InvalidValueError, match="has no cap"):
        host.allow(5)
    host.cap(month_bytes=10 * MB)
    with pytest.raises(InvalidValueError, match="bytes"):
        host.allow(10**13)
    (host.directory / "usage.new").mkdir()
    with pytest.raises(StateFileError):
        host.allow(5)
    assert host.caps.usage(LTE, None).allowed_bytes == 0


def test_allowances_do_not_add_up_to_more_than_the_bus_can_tell(host):
    host.cap(month_bytes=10 * MB)
    host.allow(10**12)
    with pytest.raises(InvalidValueError, match="with what was allowed today already"):
        host.allow(10**12)
    assert host.caps.usage(LTE, None).allowed_bytes == 10**18


def test_metered_is_what_somebody_has_said_else_what_the_path_is(host):
    assert host.keeper.path(LTE).is_metered
    asyncio.run(host.keeper.set_metered(LTE, "no"))
    assert not host.keeper.path(LTE).is_metered
    assert "wwan0 (Operator): not metered any more" in [each.text for each in host.journal.recent(5)]
    host.start()
    assert not host.keeper.path(LTE).is_metered
    asyncio.run(host.keeper.set_metered(LTE, "auto"))
    assert host.keeper.path(LTE).is_metered
    with pytest.raises(InvalidValueError, match="yes, no, auto"):
        asyncio.run(host.keeper.set_metered(LTE, "maybe"))


def test_taking_back_another_change_leaves_caps_and_what_is_metered():
    said = PathPreferences(tiers={LTE: Tier.NEVER}, caps={LTE: PathCap(day_bytes=MB)}, metered={LTE: False})
    standing = Standing(decisions=Decisions(preferences=said, rules=()), are_rules_lost=False, choices=ProfileChoices())
    after = with_values(standing, {Aspect(kind=AspectKind.TIER, about=LTE): None}, {})
    assert after.decisions.preferences == replace(said, tiers={})


def test_a_probe_tells_how_fast_the_gateway_answers(host, monkeypatch):
    monkeypatch.setattr("mpmanager.daemon.path_prober.INTERVAL_S", 0.01)
    prober = PathProber(simulated_world().gateway_echo, clock=iter(range(100)).__next__)

    async def probe_twice():
        first, second = await asyncio.gather(
            prober.probe(host.keeper.path(LTE)), prober.probe(host.keeper.path(LTE)), return_exceptions=True
        )
        assert isinstance(second, NotSupportedError)
        return first

    result = asyncio.run(probe_twice())
    assert (result.path, result.peer, result.sent, result.received) == ("wwan0", "198.51.100.1", 5, 5)
    assert result.rtt_min_ms <= result.rtt_ms <= result.rtt_max_ms
