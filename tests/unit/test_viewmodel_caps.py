"""What the window says of caps, and what people type."""

from datetime import date

import pytest
from fake_manager import World

from mpmanager.api.structures import CapInfo, GatewayAnswer, PathInfo
from mpmanager.model.caps import CapAction, CapState
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.path import Tier
from mpmanager_ui.viewmodels.caps import (
    cap_bars,
    cap_done,
    carried_words,
    metered_sentence,
    probe_sentence,
    read_size,
    usage_sentences,
    write_size,
)
from mpmanager_ui.viewmodels.path_details import tier_sentence, trust_groups
from mpmanager_ui.viewmodels.trust import Shield, TrustWishes

TODAY = date(2027, 1, 20)
MONTHLY = CapInfo(month_bytes=5 * 10**9, reset_day=15, day_bytes=200 * 10**6)


def lte(**used) -> PathInfo:
    world = World()
    world.use("wwan0", **used)
    return world.path("wwan0")


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_each_cap_is_a_bar_with_what_is_used_and_when_it_begins_anew():
    month, day = cap_bars(lte(today=50_000_000, period=4_000_000_000, forecast=6 * 10**9, cap=MONTHLY), TODAY)
    assert (plain(month.text), plain(month.note)) == ("4.0 GB of 5 GB", "Begins anew in 26 days")
    assert (month.share, month.forecast_share, month.state) == (0.8, 1.2, CapState.WARNED)
    assert (plain(day.text), day.note, day.state) == ("50.0 MB of 200 MB", "Begins anew at midnight", CapState.WITHIN)


def test_without_a_cap_it_is_told_what_was_carried():
    path = lte(today=50_000_000, period=4_000_000_000)
    assert cap_bars(path, TODAY) == ()
    assert plain(carried_words(path)) == "50.0 MB today"
    assert plain(usage_sentences(path)[0]) == "50.0 MB today, 4.0 GB in this billing month, both directions."


def test_a_card_tells_the_cap_that_is_used_up_further():
    assert plain(carried_words(lte(today=190_000_000, period=10**9, cap=MONTHLY))) == "190.0 MB of 200 MB"
    assert plain(carried_words(lte(today=1, period=10**9, cap=MONTHLY))) == "1.0 GB of 5 GB"


def test_a_path_that_is_held_back_says_so():
    path = lte(today=200_000_000, period=10**9, cap=MONTHLY)
    assert path.tier is Tier.NEVER
    assert "cap is reached" in tier_sentence(path, Tier.WHEN_NEEDED)
    assert usage_sentences(path)[-1] == "The cap is reached."


@pytest.mark.parametrize(
    ("text", "count"),
    [("5 GB", 5 * 10**9), ("0,5gb", 5 * 10**8), ("200MB", 2 * 10**8), ("7 B", 7), (" ", None), ("0 MB", 0)],
)
def test_sizes_are_read_as_people_write_them(text, count):
    assert read_size(text) == count


@pytest.mark.parametrize("text", ["5", "GB", "-1 GB", "5 GiB!", "five GB"])
def test_what_is_no_size_is_refused_with_how_it_is_written(text):
    with pytest.raises(InvalidValueError, match="5 GB or 200 MB"):
        read_size(text)


@pytest.mark.parametrize("count", [None, 0, 1, 999, 1_234_567, 10**6, 5 * 10**9, 1_250_000_000, 10**18])
def test_what_is_written_is_read_as_the_same(count):
    assert read_size(write_size(count)) == count


def test_changes_are_told():
    assert plain(cap_done("LTE", MONTHLY)) == "LTE: 5 GB a month from day 15, 200 MB a day"
    assert cap_done("LTE", CapInfo(then=CapAction.STANDBY)) == "LTE has no cap now"


def test_a_probe_without_an_answer_blames_nobody():
    assert "Many gateways never do" in probe_sentence(GatewayAnswer(path="wwan0", peer="10.0.0.1", sent=5, received=0))


def test_every_combination_of_what_is_said_and_so_has_words():
    for said, is_metered in ((None, True), (None, False), (True, True), (False, False)):
        path = lte(today=0, period=0)
        path.metered_said, path.metered = said, is_metered
        assert metered_sentence(path)


def test_trust_has_three_meanings_and_one_of_them_is_present():
    path = World().path("wwan0")
    groups = trust_groups(Shield.of(path, TrustWishes().decisions_on(path)))
    assert [title for title, _options in groups] == [
        "This network (Telekom.de)",
        "This interface, whatever network it is in",
        "By its nature",
    ]
    assert [option.word for _title, options in groups for option in options if option.is_present] == ["Automatic"]
