"""The time of day is set: by an hour, by a day, to 1970, beyond 2038. Nothing ends, begins or gets lost by it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from mpmanager.api.history import HistoryRange
from mpmanager.core.caps import usage
from mpmanager.core.history import DAY_S, MOST_OFFSET, minute_of, stretches
from mpmanager.core.paths import PathPreferences
from mpmanager.core.profile_mapping import Decisions
from mpmanager.core.standing import Standing
from mpmanager.daemon.cap_keeper import CapKeeper
from mpmanager.daemon.change_keeper import ChangeKeeper
from mpmanager.daemon.history_file import HistoryFile
from mpmanager.daemon.journal import Journal
from mpmanager.daemon.state import StateDirectory
from mpmanager.model.caps import CapAction, CapState, PathCap
from mpmanager.model.change import Author
from mpmanager.model.clock import Moment
from mpmanager.model.history import RecordedApplication, RecordedPath, Span, Usage, UsageEntry
from mpmanager.model.names import LinkName
from mpmanager.model.path import LinkCounters, PathKind, Tier
from mpmanager.model.profile import ProfileChoices

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
JUMPS = {
    "an hour forth": timedelta(hours=1),
    "an hour back": timedelta(hours=-1),
    "a day forth": timedelta(days=1),
    "a day back": timedelta(days=-1),
    "1970": datetime(1970, 1, 1, tzinfo=UTC) - NOW,
    "after 2038": datetime(2038, 1, 19, 3, 14, 9, tzinfo=UTC) - NOW,
    "2106": datetime(2106, 2, 7, 6, 28, 17, tzinfo=UTC) - NOW,
}
WWAN = LinkName("wwan0")
MB = 10**6
jumping = pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS)


class Clocks:
    """One that people set, and one that nobody sets."""

    def __init__(self):
        self.since_boot_s = 900.0
        self.set_by = timedelta()

    def unix(self):
        return self.local.timestamp()

    @property
    def local(self):
        return NOW + self.set_by + timedelta(seconds=self.since_boot_s - 900)

    def moment(self):
        return Moment(local=self.local, since_boot_s=self.since_boot_s, boot="this")


@jumping
@pytest.mark.parametrize("at_s", [0, 30, 59])
def test_a_change_on_probation_ends_after_its_sixty_seconds_and_no_sooner_or_later(tmp_path, jump, at_s):
    clocks, standing = Clocks(), []
    standing.append(Standing(decisions=Decisions(preferences=PathPreferences(), rules=()), choices=ProfileChoices()))
    before = standing[0]

    async def restore(wanted):
        standing.append(wanted)

    keeper = ChangeKeeper(
        StateDirectory(tmp_path),
        journal=Journal(wall_clock=clocks.unix),
        standing=lambda: standing[-1],
        restore=restore,
        reach=lambda: 1,
        wall_clock=clocks.unix,
        clock=lambda: clocks.since_boot_s,
    )

    async def scenario():
        keeper.expect(0, ":1.1", 60)
        async with keeper.recorded(Author(uid=0), bus_name=":1.1"):
            preferences = PathPreferences(tiers={WWAN: Tier.NEVER})
            standing.append(Standing(decisions=Decisions(preferences=preferences, rules=()), choices=ProfileChoices()))
        decided = standing[-1]
        clocks.since_boot_s += at_s
        clocks.set_by = jump
        await keeper.end_probations()
        assert standing[-1] == decided
        clocks.since_boot_s += 59.9 - at_s
        await keeper.end_probations()
        assert standing[-1] == decided
        clocks.since_boot_s += 0.2
        await keeper.end_probations()
        assert standing[-1] == before

    asyncio.run(scenario())


@jumping
def test_what_a_path_has_carried_counts_whatever_day_it_is_said_to_be(tmp_path, jump):
    clocks = Clocks()
    cap = PathCap(day_bytes=10 * MB, month_bytes=10 * MB, reset_day=21, then=CapAction.STOP)

    def keeper():
        return CapKeeper(StateDirectory(tmp_path), journal=Journal(wall_clock=clocks.unix), moment=clocks.moment)

    def carry(caps, count):
        clocks.since_boot_s += 60
        caps.count({3: LinkCounters(rx_bytes=count, tx_bytes=0)}, [PATH])
        return caps.usage(WWAN, cap)

    caps = keeper()
    carry(caps, 0)
    assert carry(caps, 11 * MB).state is CapState.REACHED
    for step in (jump, timedelta()):
        clocks.set_by = step
        used = carry(caps, 11 * MB)
        assert (used.today_bytes, used.period_bytes, used.state) == (11 * MB, 11 * MB, CapState.REACHED)
        caps.save()
        caps = keeper()
        used = carry(caps, 11 * MB)
        assert (used.today_bytes, used.period_bytes, used.state) == (11 * MB, 11 * MB, CapState.REACHED)


class PATH:  # stands for a value
    """What a keeper of caps looks at of a path."""

    name, index, network = WWAN, 3, None


@jumping
def test_the_history_keeps_every_byte_and_answers_whatever_time_it_is(tmp_path, jump):
    clocks = Clocks()
    file = HistoryFile(tmp_path / "history.sqlite")
    file.open()
    app, path = RecordedApplication("a", 0, "a"), RecordedPath(WWAN, PathKind.LTE, is_metered=True)
    for step in (timedelta(), jump, timedelta()):
        clocks.set_by = step
        for _minute in range(3):
            clocks.since_boot_s += 60
            file.add([UsageEntry(minute_of(clocks.unix()), app, path, Usage(rx_bytes=7))], [])
        file.tidy(now=clocks.unix(), zone=UTC)
        for wanted in HistoryRange:
            for offset in (0, 1, MOST_OFFSET):
                bars = stretches(wanted, offset, now=clocks.unix(), zone=UTC)
                file.usage(bars)
        today = stretches(HistoryRange.DAY, 0, now=clocks.unix(), zone=UTC)
        assert sum(usage.rx_bytes for _bar, _app, _path, usage in file.usage(today)) >= 3 * 7
    ((_bar, _app, _path, whole),) = file.usage([Span(-DAY_S, 2**33)])
    assert whole.rx_bytes == 9 * 7
    file.close()


@jumping
def test_no_cap_is_reckoned_with_days_that_are_none(jump):
    for reset_day in (1, 29, 31):
        cap = PathCap(month_bytes=10 * MB, reset_day=reset_day)
        used = usage({(NOW + jump).date(): MB}, cap, None, NOW + jump)
        assert used.period.first <= (NOW + jump).date() < used.period.end
        assert used.period_bytes == MB
