"""Facts files, and what is said about mistakes in them."""

import os
from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpmanager.daemon.facts import read_facts
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.facts import LinkFacts
from mpmanager.model.path import PathKind, Security


def facts(directory, text):
    file = directory / "facts.toml"
    file.write_text(text, encoding="utf-8")
    return read_facts(file)


def test_each_key_may_be_missing(tmp_path):
    text = (
        '[interface.wlan0]\nkind = "wifi"\nsecurity = "open"\n[interface."eth0.7"]\nnetwork = "Home"\ngateway = "::1"'
    )
    assert facts(tmp_path, text) == {
        "wlan0": LinkFacts(kind=PathKind.WIFI, security=Security.OPEN),
        "eth0.7": LinkFacts(network="Home", gateway=ip_address("::1")),
    }
    assert facts(tmp_path, "") == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            '[interface.wlan0]\nkimd = "wifi"',
            "[interface.wlan0]: there is no key 'kimd'; did you mean 'kind'? Keys: kind, network, security, gateway",
        ),
        ("[interface.wlan0]\ncolour = 1", "there is no key 'colour'; keys: kind, network, security, gateway"),
        ('[interface.wlan0]\nkind = "wify"', "[interface.wlan0] kind: 'wify' is none of wifi, lte, xdsl, "),
        ('[interface.wlan0]\nkind = "wify"', "; did you mean 'wifi'?"),
        ('[interface.wlan0]\nsecurity = "WPA2"', "; did you mean 'wpa2'?"),
        ("[interface.wlan0]\nnetwork = 5", "[interface.wlan0] network: 5 is no text; write it in quotes"),
        ('[interface.wlan0]\ngateway = "192.0.2"', "[interface.wlan0] gateway: '192.0.2' is no address"),
        ('[interfaces.wlan0]\nkind = "wifi"', "no table or key 'interfaces'; the table of a link is [interface.NAME]"),
        ('[interface]\nkind = "wifi"', "[interface]: a link's name is missing; its table is [interface.NAME]"),
        ("interface = 1", "[interface]: a link's name is missing"),
        ("[interface", "not TOML: "),
    ],
)
def test_a_mistake_is_told_with_file_table_and_key_and_the_choices(tmp_path, text, words):
    with pytest.raises(InvalidValueError) as error:
        facts(tmp_path, text)
    assert str(error.value).startswith(f"--facts {tmp_path / 'facts.toml'}: ")
    assert words in str(error.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InvalidValueError, match=r"gone\.toml: No such file"):
        read_facts(tmp_path / "gone.toml")


@settings(max_examples=int(os.environ.get("MPMANAGER_FUZZ_CASES", "100")), deadline=None)
@given(
    content=st.binary(max_size=80)
    | st.lists(
        st.sampled_from(
            (
                *(
                    "[interface.wlan0]",
                    "[interface]",
                    "[other]",
                    "kind",
                    " = ",
                    '"wifi"',
                    '"lte"',
                    "network",
                    "security",
                ),
                *("gateway", '"192.0.2.1"', '"::1"', "[", "]", "3", "'", "\n", "1979-05-27", "true", "{}"),
                "interface = 3",
            )
        ),
        max_size=14,
    ).map(lambda parts: "".join(parts).encode())
)
def test_any_text_is_facts_or_a_mistake_with_the_files_name(tmp_path_factory, content):
    file = tmp_path_factory.mktemp("facts") / "facts.toml"
    file.write_bytes(content)
    try:
        read_facts(file)
    except InvalidValueError as error:
        assert str(file) in str(error)  # noqa: PT017  # some texts are facts
