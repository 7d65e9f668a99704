"""Profiles as text: written in one way, read part by part, and every mistake named with its place."""

import json
import os
import random
from pathlib import Path

import jsonschema
import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mpmanager.api.profile_file import DefaultsTable, ProfileFile
from mpmanager.api.profile_text import read_profile, split_signature, toml_tables, write_profile
from mpmanager.api.structures import PolicyInfo
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.policy import TrustDemand
from mpmanager.model.profile import LONGEST_TEXT_BYTES, MOST_RULES, Profile, ProfileName, profile_name
from mpmanager.model.trust import Trust
from profile_model import profiles

SCHEMA = json.loads((Path(__file__).parents[2] / "resources/schema/profile.schema.json").read_text())
FUZZ_CASES = int(os.environ.get("MPMANAGER_FUZZ_CASES", "200"))
"""100,000 once: MPMANAGER_FUZZ_CASES=100000 pytest tests/unit/test_profile_text.py -k arbitrary"""
arbitrary = settings(max_examples=FUZZ_CASES, deadline=None)

COMPLETE = """\
version = 1
name = "Cafe"
description = "For open networks"

[trust]
wires_need_login = true

[trust.networks]
"wifi:Cafe/open" = "untrusted"
"wifi:Home/wpa2" = "trusted"

[[tiers]]
paths = "kind:wifi:2"
tier = "never"

[[tiers]]
paths = "metered"
tier = "backup"

[defaults]
wait_ms = 50
trust = "first:16384"

[[policies]]
selector = "exe:/usr/bin/ssh"
wait_ms = 20.5
big_transfers_to = "kind:xdsl"
big_over_bytes = 1000000
tiers = [{ paths = "kind:lte", tier = "always" }]
pairs = [{ carrier = "kind:wifi", helper = "kind:lte", wait_ms = 10 }]

[[policies]]
selector = "app:org.mozilla.firefox"
trust = "only"
"""


def read(old="", new=""):
    assert old in COMPLETE
    return read_profile(COMPLETE.replace(old, new, 1) if old else COMPLETE)


def mistakes(reading):
    return [str(each) for each in reading.mistakes]


def test_a_profile_is_written_as_it_was_read():
    assert mistakes(read()) == []
    assert write_profile(read().profile) == COMPLETE


@settings(deadline=None)
@given(profiles)
def test_what_is_written_is_read_as_the_same_and_written_as_the_same_bytes(profile):
    text = write_profile(profile)
    reading = read_profile(text)
    assert mistakes(reading) == []
    assert reading.profile == profile
    assert write_profile(reading.profile) == text


@settings(deadline=None)
@given(profiles)
def test_what_is_written_fits_the_schema(profile):
    jsonschema.validate(toml_tables(write_profile(profile)), SCHEMA)


def test_all_that_rules_can_say_can_be_said_in_a_profile():
    of_the_moment_or_a_user = {"selector", "temporary", "until", "owner", "origin"}
    assert set(DefaultsTable.__struct_fields__) == set(PolicyInfo.__struct_fields__) - of_the_moment_or_a_user


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        (
            "wait_ms = 20.5",
            "wait_mss = 20.5",
            "policies[0]: there is no key 'wait_mss'; did you mean 'wait_ms'? Keys: ",
        ),
        ("wait_ms = 20.5", 'wait_ms = "soon"', "policies[0].wait_ms: "),
        (
            "wait_ms = 20.5",
            "wait_ms = 60001",
            "policies[0]: wait_ms 60001.0: expected 0 to 60000 milliseconds, or never",
        ),
        ("wait_ms = 20.5", "wait_ms = nan", "policies[0]: wait_ms nan: expected 0 to 60000"),
        ("wait_ms = 10", "wait = 10", "policies[0].pairs[0]: there is no key 'wait'; did you mean 'wait_ms'?"),
        ('"exe:/usr/bin/ssh"', '"ssh"', "policies[0]: selector 'ssh': 'ssh': expected default, or exe:/path"),
        ('"only"', '"onyl"', "policies[1]: trust 'onyl': expected any, handshake, "),
        (
            'carrier = "kind:wifi"',
            'carrier = "wlan0"',
            "policies[0]: pairs: carrier 'wlan0': expected path:NAME, kind:",
        ),
        ('helper = "kind:lte"', 'helper = "metered"', "policies[0]: pairs: helper 'metered': expected path:NAME"),
        ('"kind:wifi:2"', '"kind:wlan:2"', "tiers[0]: paths 'kind:wlan:2': expected path:NAME, kind:"),
        ('tier = "never"', 'tier = "nevr"', "tiers[0]: tier 'nevr' of kind:wifi: expected always"),
        ('paths = "kind:wifi:2"', 'paths = "metered"', "tiers[1]: metered is there already"),
        (
            '= "trusted"',
            '= "trusd"',
            "trust.networks.'wifi:Home/wpa2': 'trusd' is none of trusted, untrusted; did you ",
        ),
        ("= true", '= "yes"', "trust.wires_need_login: this is a text, not true or false"),
        ("[defaults]", "[default]", "default: there is no key 'default'; did you mean 'defaults'? Keys: version, name"),
        ("wait_ms = 50", "temporary = true", "defaults: there is no key 'temporary'; keys: wait_ms"),
        (
            '"app:org.mozilla.firefox"',
            '"exe:/usr/bin/ssh"',
            "policies[1]: there is a rule for exe:/usr/bin/ssh already: ",
        ),
        ('"app:org.mozilla.firefox"', '"default"', "policies[1]: there is a rule for default already: defaults"),
        ('name = "Cafe"', 'name = "../Cafe"', "name: name '../Cafe': expected letters, digits, spaces, "),
        ('name = "Cafe"\n', "", "name: the key is missing"),
        ('"For open networks"', '"\\u001b[2J"', "description: expected 1000 printable characters at most"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_costs_nothing_else(old, new, mistake):
    reading = read(old, new)
    (named,) = mistakes(reading)
    assert named.startswith(mistake)
    assert len(reading.profile.rules) >= 2
    assert len(reading.profile.networks) == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "version: the key is missing; a profile begins with: version = 1"),
        ("version = 2", "version: '2' is none that is known here; this mpmanager reads 1"),
        ("version = true", "version: 'True' is none"),
        ("version = 1\nname =", "this is no TOML: Invalid value (at end of document)"),
        ("a = " + "[" * 5000, "it is nested too deeply"),
        ("a = " + "9" * 5000, "this is no TOML: Exceeds the limit"),
        ("#" * (LONGEST_TEXT_BYTES + 1), f"a profile has {LONGEST_TEXT_BYTES} bytes at most"),
        ("version = 1\n[signature]\nsigner = 1\n", "signature: signer: this is a whole number, not a text"),
        ("version = 1\n[ signature ]\nsigner = 1\n", "signature: this table has to be the last one"),
    ],
)
def test_what_is_no_profile_at_all_is_refused_with_the_reason(text, reason):
    with pytest.raises(InvalidValueError) as refused:
        read_profile(text)
    assert str(refused.value).startswith(reason)


def test_of_a_broken_rule_what_it_demands_of_trust_is_kept():
    broken = read('trust = "only"', 'trust = "only"\ncolour = 1').profile
    assert [str(rule.trust) for rule in broken.rules if "firefox" in str(rule.selector)] == ["only"]


def test_of_a_broken_rule_that_would_let_something_go_nothing_is_kept():
    broken = read('trust = "only"', 'trust = "any"\ncolour = 1').profile
    assert not any("firefox" in str(rule.selector) for rule in broken.rules)


def test_trust_that_cannot_be_read_is_as_strict_as_can_be():
    profile = read('trust = "only"', 'trust = "onyl"').profile
    assert profile.rules[-1].trust.demand is TrustDemand.ONLY
    assert read('= "trusted"', '= "?"').profile.networks["wifi:Home/wpa2"] is Trust.UNTRUSTED
    assert read("= true", '= "no"').profile.wires_need_login is True


def test_of_two_rules_for_the_same_both_demands_hold():
    profile = read('"app:org.mozilla.firefox"', '"exe:/usr/bin/ssh"').profile
    (rule,) = [rule for rule in profile.rules if "ssh" in str(rule.selector)]
    assert (rule.wait_s, str(rule.trust)) == (0.0205, "only")


def test_more_rules_than_are_taken_are_said_to_be_left_out():
    text = COMPLETE + "".join(f'[[policies]]\nselector = "port:{port}"\nwait_ms = 1\n' for port in range(1, MOST_RULES))
    reading = read_profile(text)
    assert mistakes(reading) == [f"policies: there are {MOST_RULES + 1}; those after {MOST_RULES} are left out"]
    assert len(reading.profile.rules) == MOST_RULES + 1


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\nb", " a", "a ", "-a", "a\x00", "x" * 101, "\u202e"])
def test_what_could_not_be_the_name_of_a_file_is_no_name(name):
    with pytest.raises(InvalidValueError):
        profile_name(name)


def test_names_that_look_the_same_are_the_same():
    assert profile_name("Cafe\u0301") == profile_name("Caf\u00e9")


def checked(text):
    """Either all of it is refused in words, or what is read can be written and read again as the same."""
    try:
        reading = read_profile(text)
    except InvalidValueError:
        return
    assert isinstance(reading.profile, Profile)
    assert all(each.sentence for each in reading.mistakes)
    again = read_profile(write_profile(reading.profile))
    assert mistakes(again) == []
    assert again.profile == reading.profile


def test_a_default_among_the_policies_comes_first_as_it_is_written():
    rules = "{selector = 'exe:/x', wait_ms = 1}, {selector = 'default', wait_ms = 1}"
    checked(f"version = 1\nname = 'a'\ndefaults = 'x'\npolicies = [{rules}]")


@arbitrary
@given(st.one_of(st.binary(max_size=300).map(lambda raw: raw.decode(errors="replace")), st.text(max_size=300)))
@example("[signature]\n")
@example('version = 1\nname = "a"\n[signature]\n[signature]\n')
def test_arbitrary_text_is_refused_or_read(text):
    checked(text)
    checked(f"version = 1\n{text}")


values = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(-(2**70), 2**70),
        st.floats(),
        st.text(max_size=12),
        st.sampled_from(["kind:wifi", "path:wlan0", "metered", "only", "any", "never", "trusted", "default", "exe:/a"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)


def places(value, place=()):
    yield place
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, (*place, key))


def put(value, place, new):
    *outer, last = place
    for key in outer:
        value = value[key]
    value[last] = new


@arbitrary
@given(st.data(), values, st.randoms(use_true_random=False))
def test_arbitrary_values_in_any_place_are_named_or_read(data, value, chance: random.Random):
    tables = toml_tables(COMPLETE)
    place = chance.choice([each for each in places(tables) if each and each != ("version",)])
    put(tables, place, value)
    if data.draw(st.booleans()):
        tables[data.draw(st.sampled_from(ProfileFile.__struct_fields__[1:-1]))] = value
    try:
        text = document(tables)
    except TypeError:
        return
    checked(text)


def document(tables):
    """Any tables as TOML, each in one line."""
    return "".join(f"{json.dumps(key)} = {inline(value)}\n" for key, value in tables.items())


def inline(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{text(key)} = {inline(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    if isinstance(value, str):
        return text(value)
    return "true" if value is True else "false" if value is False else repr(value)


def text(value):
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


@arbitrary
@given(st.lists(st.tuples(st.integers(0, len(COMPLETE)), st.integers(0, 12), st.text(max_size=6)), max_size=4))
def test_arbitrary_slips_of_the_pen_are_named_or_read(slips):
    text = COMPLETE
    for place, removed, added in slips:
        text = text[:place] + added + text[place + removed :]
    checked(text)


def test_the_signature_is_split_off_at_the_last_line_that_begins_one():
    table = '[signature]\nsigner = "a"\nkey = "b"\nfingerprint = "c"\nsignature = "d"\n'
    body, signature = split_signature(f"{COMPLETE}\n{table}")
    assert body == f"{COMPLETE}\n"
    assert msgspec.to_builtins(signature) == {"signer": "a", "key": "b", "fingerprint": "c", "signature": "d"}
    assert split_signature(COMPLETE) == (COMPLETE, None)
    with pytest.raises(InvalidValueError, match="there is no key 'more'"):
        split_signature(f'{COMPLETE}\n{table}more = "e"\n')
    with pytest.raises(InvalidValueError):
        split_signature(f'{COMPLETE}\n{table}[[policies]]\nselector = "exe:/a"\n')


def test_a_profile_is_named_as_its_file_says():
    assert read().profile.name == ProfileName("Cafe")
