"""Profiles in words: which is active and why, which networks they follow, what one would change."""

from mpmanager.api.structures import PlacedReferenceInfo, ProfileChangeInfo, ProfileChanges, ProfileInfo
from mpmanager.client.signing import SignatureInfo, Standing
from mpmanager.core.profile_changes import _PARTS
from mpmanager.model.profile import BEFORE, ChangeKind, ProfileChoice
from mpmanager_ui.viewmodels.profile_preview import preview_words, reference_words, signature_words, vouching
from mpmanager_ui.viewmodels.profiles import (
    card_words,
    explanation,
    follow_choices,
    free_name,
    headline,
    may_networks_choose,
    network_words,
    ordered,
)

CAFE = ProfileInfo(name="Cafe", follows=["wifi:Cafe/open"])
OFFICE = ProfileInfo(name="Office", active=True, changed=True, chosen=ProfileChoice.BY_HAND, signer="anna")
HELD = ProfileInfo(name=BEFORE)


def change(kind, about, before="", after="", *, widens=False):
    return ProfileChangeInfo(kind=kind, about=about, before=before, after=after, widens_rights=widens)


def previewed(*changes, **more):
    return preview_words(ProfileChanges(name="Cafe", changes=list(changes), **more), "version = 1\n", ())


def test_the_active_profile_comes_first_and_what_held_before_last():
    assert [row.name for row in ordered([HELD, CAFE, OFFICE])] == ["Office", "Cafe", BEFORE]


def test_the_headline_says_which_is_active_and_why():
    assert headline([CAFE, OFFICE]) == "Office is active, and was changed since"
    assert "until you let the networks choose" in explanation([CAFE, OFFICE])
    assert headline([CAFE]) == "No profile is active"


def test_networks_are_let_choose_only_where_they_are_kept_from_it():
    assert may_networks_choose([CAFE, OFFICE])
    assert not may_networks_choose([OFFICE])
    assert not may_networks_choose([CAFE])


def test_a_card_tells_all_in_one_sentence():
    words = card_words(OFFICE, ())
    assert words.summary == "Office. active, chosen by you. changed since. Signed as anna"
    assert words.action == "Activate again"


def test_what_held_before_can_neither_be_deleted_nor_follow():
    assert (card_words(HELD, ()).action, card_words(HELD, ()).is_own) == ("Go back", False)


def test_networks_are_called_as_people_call_them():
    names = ("otherwise", "wifi:a/b/open", "gateway:02:00:5e:00:53:01", "nm:5d1c", "odd")
    assert [network_words(each) for each in names] == [
        "all other networks",
        "Wi-Fi “a/b” (open)",
        "the network of the gateway 02:00:5e:00:53:01",
        "the connection 5d1c",
        "odd",
    ]


def test_a_profile_may_follow_what_it_does_and_all_others_and_says_who_else_does():
    other = ProfileInfo(name="Other", follows=["otherwise"])
    choices = follow_choices(CAFE, [CAFE, other], ())
    assert [(each.network, each.is_present) for each in choices] == [("wifi:Cafe/open", True), ("otherwise", False)]
    assert choices[1].text == "All other networks, now with Other"


def test_a_free_name_is_not_taken():
    assert free_name("Cafe", ["Cafe", "Cafe 2"]) == "Cafe 3"


def test_every_kind_of_change_has_words():
    about = {
        ChangeKind.NETWORK_TRUST: "wifi:Cafe/open",
        ChangeKind.WIRES_NEED_LOGIN: "cables",
        ChangeKind.TIER: "kind:lte",
        ChangeKind.TRUST_DEMAND: "default",
        ChangeKind.WAIT: "exe:/usr/bin/ssh wait",
        ChangeKind.PATHS: "app:org.mozilla.firefox kind:wifi:2",
        ChangeKind.OTHER: "default multipath",
    }
    shown = previewed(*(change(kind, about[kind], after="always") for kind in ChangeKind))
    assert [row.about for row in shown.others] == [
        "Trust in Wi-Fi “Cafe” (open)",
        "Cables are trusted only with a login (802.1X)",
        "LTE paths: when used",
        "All applications: what keeps to trusted paths",
        "/usr/bin/ssh: how long data may wait",
        "org.mozilla.firefox: Wi-Fi path number 2: when used",
        "All applications: multipath",
    ]


def test_every_part_of_a_rule_has_words_of_its_own():
    rows = previewed(*(change(part.kind, f"exe:/bin/x {part.name}") for part in _PARTS)).others
    assert all(row.about.startswith("/bin/x: ") and not row.about.endswith("when used") for row in rows)
    assert len({row.about for row in rows}) == len(_PARTS)


def test_what_widens_rights_is_told_apart_and_counted():
    wide = change(ChangeKind.NETWORK_TRUST, "wifi:Cafe/open", "untrusted", "trusted", widens=True)
    other = change(ChangeKind.WAIT, "default wait", "50 ms", "never")
    shown = previewed(other, wide)
    assert [(row.before, row.after) for row in shown.wider] == [("not trusted", "trusted")]
    assert len(shown.others) == 1
    assert shown.sentence.replace("\N{NO-BREAK SPACE}", " ") == "It would change 2 things; one of them widens rights."
    assert previewed().sentence == "It would change nothing: all of it holds already."


def test_paths_that_are_not_here_are_told():
    row = PlacedReferenceInfo(reference="kind:xdsl", paths=[], users=["tiers"])
    (place,) = previewed(references=[row]).places
    assert (place.reference, place.is_present) == ("xDSL paths", False)
    assert place.here.startswith("none on this machine")
    assert reference_words("path:wlan9") == "The interface wlan9"
    assert reference_words("unmetered") == "Paths that are not metered"


def test_every_signature_has_words_and_a_worth():
    infos = [SignatureInfo(standing=each, signer="anna", fingerprint="SHA256:x", reason="odd") for each in Standing]
    assert len({signature_words(each) for each in infos}) == len(Standing)
    assert len({vouching(each) for each in infos}) == len(Standing)
