"""How long data may wait: the slider's places, who decides, and the words."""

import pytest

from mpmanager.api.structures import AppInfo, PolicyInfo
from mpmanager.client.applications import selector_of
from mpmanager.core.policies import STOCK
from mpmanager_ui.viewmodels.waits import (
    CANNOT_SET,
    DEFAULT,
    DETENTS,
    THE_PROGRAM,
    Said,
    WaitSetting,
    detent_at,
    detent_beside,
    done_words,
    meaning,
    menu_words,
    place_of,
    setting_sentence,
    source_words,
    wait_words,
)

CURL = "exe:/usr/bin/curl"


def app(exe=None, cgroup=None):
    return AppInfo(id="name:curl", name="curl", pid=7, exe=exe, cgroup=cgroup)


def setting(wait="never", policy=DEFAULT, selector=CURL):
    return WaitSetting(wait, policy, selector)


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("known", "selector"),
    [
        ({"exe": "/usr/bin/curl", "cgroup": "/user.slice"}, CURL),
        ({"cgroup": "/user.slice"}, "cgroup:/user.slice"),
        ({"cgroup": "/"}, None),
        ({}, None),
    ],
)
def test_a_rule_is_about_the_program_else_its_group_and_never_about_everything(known, selector):
    assert selector_of(app(**known)) == selector


def test_what_the_program_says_itself_counts_before_every_rule():
    said = Said()
    said.learn([PolicyInfo(selector=CURL, wait_ms=200)])
    shown = said.in_force(setting(wait=20, policy=THE_PROGRAM))
    assert (shown.wait, shown.is_own, source_words(shown)) == (20, False, "program")
    assert setting_sentence(shown).endswith(
        ". The program itself asked for it (MPTCP_EXPIRATION), which counts before every rule."
    )


def test_every_detent_stands_on_its_place():
    assert [place_of(each) for each in DETENTS] == list(range(len(DETENTS)))
    assert [detent_at(place) for place in range(len(DETENTS))] == list(DETENTS)


@pytest.mark.parametrize(("wait", "low", "high"), [(10.0, 0, 1), (54.0, 2, 3), (501.0, 5, 6), (60_000.0, 5, 6)])
def test_a_wait_between_two_detents_stands_between_them(wait, low, high):
    assert low < place_of(wait) < high


def test_places_beyond_the_ends_are_the_ends():
    assert (detent_at(-3.0), detent_at(99.0)) == (0.0, "never")


@pytest.mark.parametrize(
    ("wait", "sooner", "longer"),
    [(50.0, 20.0, 100.0), (54.0, 50.0, 100.0), (0.0, 0.0, 20.0), ("never", 500.0, "never"), (3000.0, 500.0, "never")],
)
def test_a_step_goes_to_the_next_detent(wait, sooner, longer):
    assert (detent_beside(wait, -1), detent_beside(wait, 1)) == (sooner, longer)


@pytest.mark.parametrize("wait", [*DETENTS, 54.0, 1500.0, None])
def test_every_wait_has_words_and_a_meaning(wait):
    assert wait_words(wait)
    assert meaning(wait)
    assert setting_sentence(setting(wait)).startswith(f"{meaning(wait)}. ")


def test_the_words_of_the_detents():
    assert [plain(wait_words(each)) for each in DETENTS] == [
        "0 ms", "20 ms", "50 ms", "100 ms", "200 ms", "500 ms", "no limit",
    ]  # fmt: skip
    assert len({menu_words(each) for each in DETENTS}) == len(DETENTS)


@pytest.mark.parametrize(
    ("policy", "selector", "word"),
    [
        (DEFAULT, CURL, "default"),
        (CURL, CURL, ""),
        ("cgroup:/user.slice", CURL, "group"),
        ("exe:/usr/bin/env", CURL, "rule"),
        (DEFAULT, DEFAULT, ""),
        ("", CURL, ""),
    ],
)
def test_a_value_says_whose_it_is(policy, selector, word):
    assert source_words(setting(policy=policy, selector=selector)) == word


def test_a_sentence_says_where_the_value_comes_from_and_why_it_cannot_be_set():
    assert "The default says so" in setting_sentence(setting())
    assert "The rule for cgroup:/user.slice says so." in setting_sentence(setting(50.0, "cgroup:/user.slice"))
    assert setting_sentence(setting(50.0, CURL)).endswith("a path in the lane When needed helps.")
    assert setting_sentence(setting(selector=None)).endswith(CANNOT_SET)


def test_a_change_is_told_in_plain_words():
    told = [plain(done_words("curl", each, "never")) for each in (None, 0.0, 50.0, "never")]
    assert told == [
        "curl follows the default now (no limit)",
        "curl: all paths are pooled now",
        "curl: data may wait 50 ms now",
        "curl: others help only when nothing else is left",
    ]


def said(*rules):
    result = Said()
    result.learn(rules)
    return result


def test_without_a_word_from_anybody_the_default_is_that_of_the_daemon():
    assert Said().default == "never"
    assert STOCK.wait_s == float("inf")


def test_what_is_said_by_now_counts_more_than_what_a_frame_has_told():
    known = said(PolicyInfo(selector=CURL, wait_ms=20.0), PolicyInfo(selector=DEFAULT, wait_ms=100.0))
    assert known.in_force(setting()) == setting(20.0, CURL)
    assert known.in_force(setting(selector="exe:/bin/ssh")) == setting(100.0, DEFAULT, "exe:/bin/ssh")
    assert known.in_force(setting(50.0, "exe:/bin/ssh", "exe:/bin/ssh")) == setting(100.0, DEFAULT, "exe:/bin/ssh")
    group = setting(50.0, "cgroup:/a", "exe:/bin/ssh")
    assert known.in_force(group) == group
    assert known.in_force(setting(selector=None)).wait == 100.0


def test_a_wish_shows_at_once_and_goes_when_it_was_answered():
    known = said(PolicyInfo(selector=CURL, wait_ms=20.0))
    known.wish(CURL, 50.0)
    assert known.in_force(setting()).wait == 50.0
    known.wish(CURL, None)
    known.drop_wish(CURL, 50.0)
    assert known.in_force(setting()) == setting("never", DEFAULT)
    known.drop_wish(CURL, None)
    assert known.in_force(setting()).wait == 20.0
