"""Names of hosts, as they are learnt and as rules mean them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpmanager.core.host_form import host_name
from mpmanager.model.connection import UNKNOWN_APPLICATION, Endpoint
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.selector import Selector, Subject


def means(pattern, name):
    """Whether a rule about a pattern is about a connection to a name."""
    remote = Endpoint(None, 443)
    subject = Subject(application=UNKNOWN_APPLICATION, remote=remote, hosts=frozenset({host_name(name)}))
    return Selector.parse(f"host:{pattern}").selects(subject)


@pytest.mark.parametrize(
    ("pattern", "meant", "not_meant"),
    [
        ("example.org", ["example.org"], ["www.example.org", "org", "example.org.evil.com", "badexample.org"]),
        ("*.example.org", ["www.example.org", "a.b.example.org"], ["example.org", "badexample.org", "www.example.com"]),
        ("*.EXAMPLE.org.", ["www.example.org"], ["example.org"]),
        ("*.B\u00fccher.example", ["www.xn--bcher-kva.example", "www.b\u00fccher.example"], ["xn--bcher-kva.example"]),
        ("nas", ["nas"], ["nas.lan"]),
        ("*.lan", ["nas.lan"], ["lan"]),
        ("_sip.example.org", ["_sip.example.org"], []),
    ],
)
def test_a_rule_means_one_name_or_all_below_one(pattern, meant, not_meant):
    assert [name for name in meant if not means(pattern, name)] == []
    assert [name for name in not_meant if means(pattern, name)] == []


@pytest.mark.parametrize(
    "text",
    ["*.", ".", "a..example.org", "*", "www.*.org", "w*.example.org", "*.*.org", "192.0.2.1", "2001:db8::1", "-a.org"],
)
def test_what_is_no_name_is_refused_in_a_rule(text):
    with pytest.raises(InvalidValueError, match=r"name of a host|expected default|no host"):
        Selector.parse(f"host:{text}")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "there is nothing where"),
        (".", "there is nothing where"),
        ("a..example.org", "there is nothing where"),
        ("192.0.2.1", "is an address"),
        ("[2001:db8::1]", "is an address"),
        ("example.1", "ends in a number"),
        ("-a.example.org", "'-a' is no part of a name"),
        ("a b.example.org", "'a b' is no part of a name"),
        ("http://example.org/", "is no part of a name"),
        (f"{'a' * 64}.org", "is no part of a name"),
        (".".join(["a" * 63] * 4), "at most 253 characters, not 255"),
    ],
)
def test_what_is_no_name_is_refused_by_name(text, what):
    with pytest.raises(InvalidValueError, match=f"host {re.escape(repr(text))}.*{re.escape(what)}"):
        host_name(text)


@given(st.text(max_size=70))
def test_any_text_is_a_name_in_its_one_form_or_refused(text):
    try:
        name = host_name(text)
    except InvalidValueError:
        return
    assert host_name(name) == name
    assert host_name(name.upper() + ".") == name
