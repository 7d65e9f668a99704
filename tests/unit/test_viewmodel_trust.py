"""The shield: what it says, what can be chosen, and wishes on their way."""

import pytest
from fake_manager import World

from mpmanager.model.trust import Trust, TrustDecisions, TrustReason, TrustSource
from mpmanager_ui.viewmodels.trust import (
    EFFECTS,
    LEVEL_WORDS,
    NO_NAME,
    Shield,
    TrustChange,
    TrustWishes,
    done_words,
)

NOTHING = TrustDecisions()
YES, NO = Trust.TRUSTED, Trust.UNTRUSTED


@pytest.fixture
def world():
    return World()


def shield_of(path, said=None):
    return Shield.of(path, said or TrustDecisions(network=path.network_trust, interface=path.interface_trust))


def texts(shield):
    return [[choice.text for choice in group] for group in shield.choices]


def change(before=NOTHING, after=NOTHING, ids=("wifi:Café am Markt/wpa2",)):
    return TrustChange(before=before, after=after, network_ids=frozenset(ids))


def test_every_level_has_a_word():
    assert set(LEVEL_WORDS) == set(Trust)


def test_the_shield_says_level_reason_and_that_nobody_decided(world):
    shield = shield_of(world.path("wlan0"))
    assert not shield.is_chosen
    assert shield.explanation == (
        "Trusted: WPA2 encrypts the air.",
        "Decided automatically: you have said nothing about it.",
        EFFECTS[YES],
    )


def test_the_shield_says_who_decided_and_what_it_would_be_otherwise(world):
    world.say("wlan0", "network", NO)
    shield = shield_of(world.path("wlan0"))
    assert shield.is_chosen
    assert shield.explanation == (
        "Untrusted: you have said so of this network.",
        "Automatically it would be trusted: WPA2 encrypts the air.",
        EFFECTS[NO],
    )


def test_a_word_on_the_interface_that_does_not_count_here_is_told(world):
    world.say("wlan0", "interface", YES)
    world.say("wlan0", "network", NO)
    assert (
        "In other networks: trusted, as you have said of this interface." in shield_of(world.path("wlan0")).explanation
    )


@pytest.mark.parametrize("reason", TrustReason)
@pytest.mark.parametrize("level", Trust)
@pytest.mark.parametrize("source", TrustSource)
def test_every_verdict_has_a_sentence(world, reason, level, source):
    path = world.path("wlan0")
    path.trust, path.trust_reason, path.trust_source = level, reason, source
    shield = shield_of(path)
    assert shield.sentence.startswith(LEVEL_WORDS[level])
    assert shield.sentence[-1].isalpha() or shield.sentence[-1] == ")"


def test_what_a_level_does_is_told(world):
    assert all(shield_of(path).explanation[-1] == EFFECTS[path.trust] for path in world.paths)


def test_there_is_no_way_back_to_automatic_where_nobody_decided(world):
    assert texts(shield_of(world.path("wlan0"))) == [
        ["Trust this network (Café am Markt)", "Do not trust this network"],
        ["Trust this interface, whatever network it is in", "Do not trust this interface, whatever network it is in"],
    ]


def test_the_way_back_says_where_it_leads(world):
    world.say("wlan0", "interface", NO)
    assert texts(shield_of(world.path("wlan0")))[-1] == ["Back to automatic (would be trusted)"]
    world.path("wlan0").automatic_trust = None
    assert texts(shield_of(world.path("wlan0")))[-1] == ["Back to automatic"]


def test_a_network_that_nothing_names_cannot_be_decided_on(world):
    world.path("dsl0").network_ids = []
    shield = shield_of(world.path("dsl0"))
    assert [len(group) for group in shield.choices] == [2]
    assert NO_NAME in shield.explanation


def test_what_has_been_said_is_marked(world):
    world.say("wlan0", "network", NO)
    world.say("wlan0", "interface", YES)
    present = [choice.text for group in shield_of(world.path("wlan0")).choices for choice in group if choice.is_present]
    assert present == ["Do not trust this network", "Trust this interface, whatever network it is in"]


def test_a_choice_leaves_the_other_decision_alone_and_automatic_takes_back_both(world):
    world.say("wlan0", "interface", NO)
    choices = [choice for group in shield_of(world.path("wlan0")).choices for choice in group]
    assert choices[0].change.after == TrustDecisions(network=YES, interface=NO)
    assert choices[0].change.steps() == ((TrustSource.NETWORK, YES),)
    assert choices[-1].change.steps() == ((TrustSource.INTERFACE, None),)


def test_the_way_back_of_a_change_restores_all_that_was_said():
    both = TrustDecisions(network=NO, interface=YES)
    back = change(before=both).reversed
    assert back.steps() == ((TrustSource.NETWORK, NO), (TrustSource.INTERFACE, YES))


@pytest.mark.parametrize(
    ("ids", "is_about"), [(["wifi:Café am Markt/wpa2", "nm:1"], True), (["wifi:Elsewhere/open"], False), ([], False)]
)
def test_a_change_is_about_the_network_in_which_it_was_made(world, ids, is_about):
    path = world.path("wlan0")
    path.network_ids = ids
    assert change(after=TrustDecisions(network=NO)).is_about(path) is is_about
    assert change(after=TrustDecisions(interface=NO)).is_about(path)


@pytest.mark.parametrize(
    ("said", "level", "source"),
    [
        (TrustDecisions(network=NO), NO, TrustSource.NETWORK),
        (TrustDecisions(interface=NO), NO, TrustSource.INTERFACE),
        (TrustDecisions(network=YES, interface=NO), YES, TrustSource.NETWORK),
    ],
)
def test_a_wish_shows_what_will_follow_from_it(world, said, level, source):
    shield = shield_of(world.path("wlan0"), said)
    assert (shield.level, shield.source) == (level, source)


def test_the_wish_for_automatic_shows_what_is_known_of_it(world):
    path = world.path("wlan0")
    world.say("wlan0", "network", NO)
    assert Shield.of(path, NOTHING).sentence == "Trusted: WPA2 encrypts the air"
    path.automatic_trust, path.automatic_reason = None, None
    assert Shield.of(path, NOTHING).level is NO, "what the daemon shows, until it tells"


def test_a_wish_holds_until_a_frame_shows_it(world):
    path, wish = world.path("wlan0"), change(after=TrustDecisions(network=NO))
    wishes = TrustWishes()
    wishes.add("wlan0", wish)
    wishes.agree("wlan0", wish)
    wishes.drop_refused("wlan0", wish)
    wishes.settle(world.paths)
    assert wishes.decisions_on(path) == wish.after
    world.say("wlan0", "network", NO)
    wishes.settle(world.paths)
    world.say("wlan0", "network", YES)
    assert wishes.decisions_on(path).network is YES


def test_a_refused_wish_ends_at_once(world):
    wishes, wish = TrustWishes(), change(after=TrustDecisions(network=NO))
    wishes.add("wlan0", wish)
    wishes.drop_refused("wlan0", wish)
    assert wishes.decisions_on(world.path("wlan0")) == NOTHING


def test_a_wish_about_one_network_does_not_show_in_the_next(world):
    wishes = TrustWishes()
    wishes.add("wlan0", change(after=TrustDecisions(network=YES)))
    world.join("wlan0", "Elsewhere")
    assert shield_of(world.path("wlan0"), wishes.decisions_on(world.path("wlan0"))).level is NO


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (NOTHING, TrustDecisions(network=NO), "Home is untrusted now"),
        (NOTHING, TrustDecisions(interface=NO), "wlan0 is untrusted now, whatever network it is in"),
        (
            TrustDecisions(network=YES),
            TrustDecisions(network=YES, interface=NO),
            "wlan0 is untrusted now in other networks",
        ),
        (TrustDecisions(network=YES), NOTHING, "Wi-Fi: trust is automatic now"),
        (
            TrustDecisions(network=YES, interface=NO),
            TrustDecisions(network=YES),
            "Wi-Fi: what you had said of this interface is taken back",
        ),
    ],
)
def test_what_was_done_is_told(before, after, words):
    assert done_words("wlan0", "Wi-Fi", "Home", change(before, after)) == words


def test_a_network_without_a_name_is_called_by_its_path():
    done = done_words("wlan0", "Wi-Fi", "", change(after=TrustDecisions(network=YES)))
    assert done == "The network of Wi-Fi is trusted now"
