"""The sentence on the state, the cards and their lanes."""

import pytest
from fake_manager import World

from mpmanager.api.structures import PathInfo, ProtectionInfo
from mpmanager.core.paths import DEFAULT_TIERS
from mpmanager.model.path import KindSource, PathKind, PathState, Tier
from mpmanager.model.protection import Coverage, CoverageReason
from mpmanager.model.trust import Hold, TrustDecisions
from mpmanager_ui.viewmodels.overview import (
    PathCard,
    lanes,
    median_rtts,
    state_sentence,
    traffic_sentence,
)
from mpmanager_ui.viewmodels.signs import KIND_SIGNS, NOBODYS_SIGN, SIGNS, PathSigns
from mpmanager_ui.viewmodels.translation import speak
from mpmanager_ui.viewmodels.trust import TrustWishes
from mpmanager_ui.viewmodels.wishes import TierWishes
from mpmanager_ui.viewmodels.wording import (
    AUTOMATIC_TIERS,
    KIND_WORDS,
    SECURITY_WORDS,
    STATE_EXPLANATIONS,
    STATE_WORDS,
    TIER_HINTS,
    TIER_WORDS,
    in_order,
    path_titles,
)


@pytest.fixture
def world():
    return World()


def path(name="wlan0", kind=PathKind.WIFI, tier=Tier.ALWAYS, *, state=PathState.UP, rate=0.0, **more):
    return PathInfo(
        name=name,
        index=more.pop("index", 2),
        kind=kind,
        kind_source=KindSource.KERNEL,
        network=more.pop("network", None),
        security=None,
        tier=tier,
        tier_chosen=False,
        state=state,
        addresses=[],
        gateway=None,
        gateways=[],
        rx_bytes=0,
        tx_bytes=0,
        rx_bit_s=rate,
        tx_bit_s=0.0,
    )


def lte(**more):
    return path("wwan0", PathKind.LTE, more.pop("tier", Tier.BACKUP), **more)


def test_one_path_carries_everything_while_the_other_stands_by():
    assert state_sentence([path(rate=5e6), lte()]) == "Wi-Fi carries everything; LTE stands by"


def test_shares_are_told_when_several_carry():
    sentence = state_sentence([path(rate=7e6), path("dsl0", PathKind.XDSL, rate=3e6), lte()])
    assert sentence == "Wi-Fi carries 70% and xDSL 30%; LTE stands by"


def test_nothing_moves():
    assert state_sentence([path(), lte()]) == "Nothing moves at the moment; Wi-Fi is ready; LTE stands by"


def test_a_backup_that_carries_says_what_it_replaces():
    sentence = state_sentence([path(state=PathState.NO_CARRIER), lte(rate=1e6)])
    assert sentence == "LTE carries everything, in place of what is not connected; Wi-Fi is not connected"


def test_a_backup_that_carries_although_the_first_choice_is_connected_is_told():
    sentence = state_sentence([path(), lte(rate=1e6)])
    assert sentence == "LTE carries everything; Wi-Fi is connected but carries nothing"
    sentence = state_sentence([path(rate=900.0), lte(rate=1e6)])
    assert sentence == "LTE carries everything; Wi-Fi is connected but carries next to nothing"


def used(world, *names):
    """Connections that carry on these paths."""
    connections = world.advance(7.0).connections
    for each in connections:
        each.subflows = [subflow for subflow in each.subflows if subflow.path in names]
    return connections


def test_a_path_set_to_never_that_connections_still_use_is_told(world):
    connections = used(world, "wlan0")
    alone = state_sentence([path(tier=Tier.NEVER, rate=1e6)], connections)
    assert alone == "Wi-Fi carries everything although it is set to Never: there is no other path"
    other = state_sentence([path(tier=Tier.NEVER, rate=1e6), lte()], connections)
    assert other == "Wi-Fi carries everything although it is set to Never; LTE stands by"
    shared = state_sentence([path(tier=Tier.NEVER, rate=4e6), lte(tier=Tier.ALWAYS, rate=6e6)], connections)
    assert shared == "LTE carries 60% and Wi-Fi 40%; Wi-Fi is set to Never, still in use"


def test_a_card_says_that_its_path_is_still_used_against_its_tier(world):
    frame = world.advance(7.0)
    wishes = TierWishes()
    wishes.add("wlan0", Tier.NEVER)
    card = lanes(frame, wishes, TrustWishes())[Tier.NEVER][0]
    assert card.state_words == "still in use"
    assert "; lane Never; " in card.summary


def test_the_daemon_and_the_window_agree_on_what_automatic_means():
    assert dict(DEFAULT_TIERS) == AUTOMATIC_TIERS


def test_nothing_is_connected():
    sentence = state_sentence([path(state=PathState.NO_ADDRESS), lte(state=PathState.DOWN)])
    assert sentence == "Nothing is connected: Wi-Fi has no address and LTE is switched off"


def test_no_path_at_all_has_a_sentence():
    assert state_sentence([]) == "No network path was found on this machine"


def test_a_virtual_link_is_no_way_into_the_world():
    bridge = path("br0", PathKind.VIRTUAL, Tier.NEVER)
    assert state_sentence([bridge]) == "No network path was found on this machine"


def test_a_path_that_shall_never_be_used_is_not_missed():
    unused = lte(tier=Tier.NEVER, state=PathState.DOWN)
    assert state_sentence([path(rate=1e6), unused]) == "Wi-Fi carries everything"


@pytest.mark.parametrize("state", PathState)
@pytest.mark.parametrize("tier", Tier)
@pytest.mark.parametrize("rate", [0.0, 1e6])
def test_every_state_has_a_sentence(state, tier, rate):
    sentence = state_sentence([path(tier=tier, state=state, rate=rate)])
    assert sentence
    assert not sentence.endswith((";", ":", " "))


def test_every_word_is_there():
    assert set(KIND_WORDS) == set(PathKind)
    assert set(STATE_WORDS) == set(STATE_EXPLANATIONS) == set(PathState)
    assert set(TIER_WORDS) == set(TIER_HINTS) == set(Tier)
    assert len(set(SECURITY_WORDS.values())) == len(SECURITY_WORDS)


def test_paths_of_one_kind_are_told_apart():
    two = [path("wlan0", network="Cafe"), path("wlan1", network="Home")]
    assert path_titles(two) == {"wlan0": "Wi-Fi (Cafe)", "wlan1": "Wi-Fi (Home)"}


def test_paths_of_one_network_are_called_by_their_interfaces():
    two = [path("wlan0", network="Cafe"), path("wlan1", network="Cafe")]
    assert path_titles(two) == {"wlan0": "Wi-Fi (wlan0)", "wlan1": "Wi-Fi (wlan1)"}


def test_paths_stand_by_kind_and_what_is_no_way_out_stands_last():
    several = [path("br0", PathKind.VIRTUAL, index=1), path("dsl0", PathKind.XDSL, index=2), lte(index=3)]
    several += [path("wlan1", index=9), path("wlan0", index=4)]
    assert [each.name for each in in_order(several)] == ["wlan0", "wlan1", "wwan0", "dsl0", "br0"]


def test_every_lane_is_there_and_holds_its_cards(world):
    shown = lanes(world.advance(), TierWishes(), TrustWishes())
    assert {tier: [card.name for card in cards] for tier, cards in shown.items()} == {
        Tier.ALWAYS: ["wlan0"],
        Tier.WHEN_NEEDED: ["wwan0"],
        Tier.BACKUP: ["dsl0"],
        Tier.NEVER: [],
    }


def in_never(world, wishes):
    return [card.name for card in lanes(world.advance(), wishes, TrustWishes())[Tier.NEVER]]


def test_a_wish_moves_a_card_until_it_is_refused(world):
    wishes = TierWishes()
    wishes.add("wlan0", Tier.NEVER)
    assert in_never(world, wishes) == ["wlan0"]
    wishes.drop_refused("wlan0", Tier.BACKUP)
    assert in_never(world, wishes) == ["wlan0"]
    wishes.drop_refused("wlan0", Tier.NEVER)
    assert in_never(world, wishes) == []


@pytest.mark.parametrize(("is_shown", "frames"), [(True, 1), (False, 3)])
def test_a_wish_that_was_agreed_to_holds_until_a_frame_tells_it_or_patience_ends(world, is_shown, frames):
    wishes = TierWishes()
    wishes.add("wlan0", Tier.NEVER)
    wishes.settle(world.paths)
    wishes.agree("wlan0", Tier.NEVER)
    wishes.drop_refused("wlan0", Tier.NEVER)
    if is_shown:
        world.path("wlan0").tier = Tier.NEVER
    for _ in range(frames):
        assert wishes.tier_of(world.path("wlan0")) is Tier.NEVER
        wishes.settle(world.paths)
    world.path("wlan0").tier = Tier.ALWAYS
    assert in_never(world, wishes) == []


def test_a_card_has_a_dash_where_no_subflow_was_measured():
    card = PathCard.of(path(), rtt_ms=None, tier=Tier.ALWAYS, said=TrustDecisions())
    assert card.rtt == "—"
    assert card.summary.startswith("Wi-Fi, interface wlan0: connected; download 0")


def test_the_round_trip_of_a_path_is_the_median_of_its_subflows(world):
    connections = world.advance().connections[:3]
    for rtt_ms, connection in zip((10.0, 90.0, 20.0), connections, strict=True):
        connection.subflows[0].rtt_ms = rtt_ms
    assert median_rtts(connections)["wlan0"] == 20.0


def test_the_traffic_is_told_in_numbers(world):
    text = traffic_sentence(world.advance()).replace("\N{NO-BREAK SPACE}", " ")
    assert text == "5 applications with 10 connections over 30 subflows; 1 fell back to plain TCP."


def test_the_clauses_on_the_traffic_are_joined_as_the_language_has_it(world):
    speak(lambda text: " ; " if text == "; " else text)
    try:
        assert "subflows ; 1" in traffic_sentence(world.advance())
    finally:
        speak(None)


def test_applications_that_keep_to_trusted_paths_are_counted(world):
    frame = world.advance()
    for each in frame.connections:
        each.protection = ProtectionInfo(
            demand="only",
            rule="default",
            coverage=Coverage.ENFORCED,
            reason=CoverageReason.KERNEL,
            hold=Hold.FENCED if each.app.name == "ssh" else Hold.FREE,
        )
    assert traffic_sentence(frame).endswith("; 1 held to trusted paths.")


def test_no_connections_have_a_sentence(world):
    world.programs = 0
    assert traffic_sentence(world.advance()) == "No program uses Multipath TCP at the moment."


def test_without_a_path_the_page_says_what_to_do(world):
    world.paths, world.programs = [], 0
    assert traffic_sentence(world.advance()).startswith("Join a Wi-Fi")


@pytest.mark.parametrize("kind", KIND_SIGNS)
def test_the_first_path_of_a_kind_has_the_kinds_own_sign_whatever_else_there_is(kind):
    signs = PathSigns()
    signs.learn([path("first", PathKind.ETHERNET, index=1), path("tun0", PathKind.VPN, index=2)])
    if kind not in {PathKind.ETHERNET, PathKind.VPN}:
        signs.learn([path("other", kind, index=3)])
        assert signs.of("other") == KIND_SIGNS[kind]
    assert signs.of("first") == KIND_SIGNS[PathKind.ETHERNET]


def test_further_paths_of_a_kind_take_signs_that_are_free():
    signs = PathSigns()
    signs.learn([path(f"wlan{number}", index=number) for number in range(3)] + [lte(index=9)])
    of = [signs.of(name) for name in ("wlan0", "wlan1", "wlan2", "wwan0")]
    assert of[0] == KIND_SIGNS[PathKind.WIFI]
    assert of[3] == KIND_SIGNS[PathKind.LTE]
    assert len(set(of)) == 4


def test_a_path_keeps_its_sign_when_others_come_and_go_and_over_a_restart():
    memory = {}
    signs = PathSigns(memory)
    signs.learn([path("wlan0", index=2), path("wlan1", index=3)])
    before = signs.of("wlan1")
    signs.learn([path("wlan1", index=3)])
    assert signs.of("wlan1") == before
    again = PathSigns(memory)
    again.learn([path("wlan1", index=2)])
    again.learn([path("wlan0", index=3), path("wlan1", index=2)])
    assert (again.of("wlan1"), again.of("wlan0")) == (before, KIND_SIGNS[PathKind.WIFI])


def test_a_corrected_kind_brings_its_own_sign():
    memory = {}
    signs = PathSigns(memory)
    signs.learn([path("eth0", PathKind.ETHERNET)])
    signs.learn([path("eth0", PathKind.XDSL)])
    assert signs.of("eth0") == KIND_SIGNS[PathKind.XDSL]
    assert memory == {"eth0": "xdsl/dotted"}


def test_signs_differ_in_colour_and_in_hatch():
    assert len({each.colour for each in SIGNS}) == len({each.hatch for each in SIGNS}) == len(SIGNS)


def test_what_is_no_path_has_the_neutral_sign():
    assert PathSigns().of(None) is NOBODYS_SIGN
