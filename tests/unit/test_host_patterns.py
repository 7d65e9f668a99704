"""Host names and patterns of them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpmanager.core.host_patterns import HostPattern, host_name, matches, parse_pattern, patterns_for
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.names import HostName

LABELS = st.text("abc-_09", min_size=1, max_size=5).filter(lambda label: not label.startswith("-") and label[-1] != "-")
NAMES = st.lists(LABELS, min_size=1, max_size=5).map(lambda labels: HostName(".".join([*labels, "org"])))


@pytest.mark.parametrize(
    ("pattern", "meant", "not_meant"),
    [
        ("example.org", ["example.org"], ["www.example.org", "org", "example.org.evil.com", "badexample.org"]),
        ("*.example.org", ["www.example.org", "a.b.example.org"], ["example.org", "badexample.org", "www.example.com"]),
        ("*.EXAMPLE.org.", ["www.example.org"], ["example.org"]),
        ("*.Bücher.example", ["www.xn--bcher-kva.example"], ["xn--bcher-kva.example"]),
        ("straße.example", ["xn--strae-oqa.example"], ["strasse.example"]),
        ("日本。example", ["xn--wgv71a.example"], []),
        ("nas", ["nas"], ["nas.lan"]),
        ("*.lan", ["nas.lan"], ["lan"]),
        ("_sip.example.org", ["_sip.example.org"], []),
    ],
)
def test_a_pattern_means_one_name_or_all_below_one(pattern, meant, not_meant):
    parsed = parse_pattern(pattern)
    assert [name for name in meant if not matches(parsed, host_name(name))] == []
    assert [name for name in not_meant if matches(parsed, host_name(name))] == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "there is nothing where"),
        ("*.", "there is nothing where"),
        (".", "there is nothing where"),
        ("a..example.org", "there is nothing where"),
        ("example.org..", "there is nothing where"),
        ("*", "a star stands for"),
        ("www.*.org", "a star stands for"),
        ("w*.example.org", "a star stands for"),
        ("*.*.org", "a star stands for"),
        ("192.0.2.1", "is an address"),
        ("[2001:db8::1]", "is an address"),
        ("example.1", "ends in a number"),
        ("-a.example.org", "'-a' is no part of a name"),
        ("a b.example.org", "'a b' is no part of a name"),
        ("http://example.org/", "is no part of a name"),
        ("example.org:443", "is no part of a name"),
        (f"{'a' * 64}.org", "is no part of a name"),
        (".".join(["a" * 63] * 4), "at most 253 characters, not 255"),
        ("\N{SNOWMAN}.example\N{COMBINING ACUTE ACCENT}.\N{ZERO WIDTH NON-JOINER}", ""),
    ],
)
def test_what_is_no_pattern_is_refused_by_name(text, what):
    with pytest.raises(InvalidValueError, match=f"host {re.escape(repr(text))}.*{re.escape(what)}"):
        parse_pattern(text)


def test_the_most_specific_pattern_is_the_longest_and_a_whole_name_before_any_star():
    patterns = [parse_pattern(text) for text in ("*.org", "example.org", "*.b.example.org", "*.example.org")]
    by_specificity = sorted(patterns, key=lambda each: each.specificity, reverse=True)
    assert [str(each) for each in by_specificity] == ["example.org", "*.b.example.org", "*.example.org", "*.org"]


@given(NAMES, st.booleans())
def test_a_pattern_is_read_as_it_is_written(name, is_wildcard):
    pattern = HostPattern(name=name, is_wildcard=is_wildcard)
    assert parse_pattern(str(pattern)) == pattern
    assert parse_pattern(str(pattern).upper() + ".") == pattern


@given(NAMES, NAMES, st.booleans())
def test_looking_patterns_up_finds_those_that_match_the_most_specific_first(name, other, is_wildcard):
    found = patterns_for(name)
    assert all(matches(each, name) for each in found)
    assert [each.specificity for each in found] == sorted((each.specificity for each in found), reverse=True)
    pattern = HostPattern(name=other, is_wildcard=is_wildcard)
    assert matches(pattern, name) == (pattern in found)


@given(st.text(max_size=70))
def test_any_text_is_a_pattern_or_refused(text):
    try:
        pattern = parse_pattern(text)
    except InvalidValueError:
        return
    assert parse_pattern(str(pattern)) == pattern
