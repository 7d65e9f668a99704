"""Which files of an administrator can be believed: theirs alone, whole, and signed where that is demanded."""

import os

import pytest

from mpmanager.api.file_signature import new_key, private_key, sign
from mpmanager.api.mandate_files import MandateText, Refusal, line_of, names_of, read_file, trusted
from mpmanager.model.errors import InvalidValueError

OFFICE = """version = 1
name = "Office"

[trust.networks]
"wifi:Cafe/open" = "untrusted"

[[policies]]
selector = "exe:/usr/bin/ssh"
trust = "only"
"""
OURS = {os.getuid()}


@pytest.fixture
def profiles(tmp_path):
    made = tmp_path / "profiles.d"
    made.mkdir(mode=0o755)
    return made


@pytest.fixture
def keys(tmp_path):
    made = tmp_path / "trusted-keys.d"
    made.mkdir(mode=0o755)
    return made


def put(directory, content, name="10-office.toml", mode=0o644):
    file = directory / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    file.chmod(mode)
    return file


def believe(keys, *, needs_signature=False, owners=OURS):
    return trusted(keys, needs_signature=needs_signature, owners=owners)


def read(profiles, keys, name="10-office.toml", **more):
    return read_file(profiles, name, believe(keys, **more))


def reason(found):
    assert isinstance(found, Refusal), found
    return found.reason


def test_a_whole_file_of_root_is_believed(profiles, keys):
    put(profiles, OFFICE)
    found = read(profiles, keys)
    assert isinstance(found, MandateText)
    assert found.profile.name == "Office"
    assert found.signer is None


def test_the_same_can_be_said_in_json(profiles, keys):
    put(profiles, OFFICE)
    text = (
        '{"version": 1, "name": "Office", "trust": {"networks": {"wifi:Cafe/open": "untrusted"}},'
        ' "policies": [{"selector": "exe:/usr/bin/ssh", "trust": "only"}]}'
    )
    put(profiles, text, "10-office.json")
    one, other = read(profiles, keys), read(profiles, keys, "10-office.json")
    assert isinstance(one, MandateText)
    assert isinstance(other, MandateText)
    assert one.profile == other.profile


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"version": 1, "name": "a", "name": "b"}', "a key is there twice"),
        ('{"version": 1, "nam": "a"}', "there is no key 'nam'; did you mean 'name'?"),
        ("[1]", "no JSON object"),
        ('{"version": 1', "this is no JSON"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_json_with_mistakes_is_refused(profiles, keys, text, said):
    put(profiles, text, "a.json")
    assert said in reason(read(profiles, keys, "a.json"))


def test_only_names_that_are_meant_count_and_in_their_order(profiles):
    for name in (
        "20-b.toml",
        "10-a.json",
        ".10-a.toml.swp",
        "10-a.toml~",
        "10-a.toml.rpmsave",
        "x.sig",
        ".hidden.toml",
    ):
        put(profiles, "", name)
    assert names_of(profiles) == ["10-a.json", "20-b.toml"]
    assert names_of(profiles / "none") == []


def test_a_file_of_another_user_is_refused(profiles, keys):
    put(profiles, OFFICE)
    assert "belongs to the user" in reason(read(profiles, keys, owners={os.getuid() + 1}))


def test_a_file_that_others_may_write_is_refused(profiles, keys):
    put(profiles, OFFICE, mode=0o664)
    assert "others than root may write to the file" in reason(read(profiles, keys))


def test_a_directory_that_others_may_write_is_refused(profiles, keys):
    put(profiles, OFFICE)
    profiles.chmod(0o777)
    assert "others than root may write to the directory" in reason(read(profiles, keys))


def test_a_link_is_refused_wherever_it_leads(profiles, keys, tmp_path):
    put(tmp_path, OFFICE, "elsewhere.toml")
    (profiles / "10-office.toml").symlink_to(tmp_path / "elsewhere.toml")
    assert "it is a link" in reason(read(profiles, keys))


def test_what_is_no_file_is_refused_and_nobody_waits_for_it(profiles, keys):
    os.mkfifo(profiles / "10-office.toml", 0o644)
    assert "no ordinary file" in reason(read(profiles, keys))


def test_a_file_that_is_too_long_is_refused(profiles, keys):
    put(profiles, "#" * 600_000)
    assert "more than 524288 bytes" in reason(read(profiles, keys))


def test_a_mistake_is_told_with_its_line_and_what_can_be_read_is_kept(profiles, keys):
    put(profiles, OFFICE + "wait_mss = 3\n")
    found = read(profiles, keys)
    assert "line 7: policies[0]: there is no key 'wait_mss'" in reason(found)
    assert isinstance(found, Refusal)
    assert found.rest is not None
    assert str(found.rest.rules[0].trust) == "only"


def test_what_is_no_text_is_told_with_its_line(profiles, keys):
    put(profiles, OFFICE.encode() + b"\n# \xff\n")
    assert "line 11: this is no text in UTF-8" in reason(read(profiles, keys))


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("policies[0]", 7),
        ("policies[0].trust", 9),
        ("trust.networks.'wifi:Cafe/open'", 5),
        ("name", 2),
        ("policies[1]", None),
    ],
)
def test_the_line_of_a_place_is_found(place, line):
    assert line_of(OFFICE, place) == line


def test_a_signature_of_a_trusted_key_counts_and_is_named(profiles, keys):
    secret, public = new_key(None)
    put(keys, public, "office.pub")
    file = put(profiles, OFFICE)
    put(profiles, sign(file.read_bytes(), private_key(secret, None)), "10-office.toml.sig")
    found = read(profiles, keys, needs_signature=True)
    assert isinstance(found, MandateText)
    assert found.signer == "office"
    assert str(found.signer_fingerprint).startswith("SHA256:")


def test_an_unsigned_file_is_refused_where_signatures_are_needed_and_nothing_of_it_is_kept(profiles, keys):
    put(profiles, OFFICE)
    found = read(profiles, keys, needs_signature=True)
    assert reason(found) == "it is not signed: there is no 10-office.toml.sig"
    assert isinstance(found, Refusal)
    assert found.rest is None


@pytest.mark.parametrize("needs_signature", [False, True])
def test_a_signature_that_is_there_has_to_be_right_whether_it_is_needed_or_not(profiles, keys, needs_signature):
    secret, public = new_key(None)
    put(keys, public, "office.pub")
    signature = sign(OFFICE.encode(), private_key(secret, None))
    put(profiles, signature, "10-office.toml.sig")
    put(profiles, OFFICE.replace("only", "any "))
    assert "that of another text, or of none" in reason(read(profiles, keys, needs_signature=needs_signature))
    put(profiles, OFFICE)
    for broken in (b"", b"!", signature[:40], signature[::-1]):
        put(profiles, broken, "10-office.toml.sig")
        assert isinstance(read(profiles, keys, needs_signature=needs_signature), Refusal)


def test_a_signature_of_a_key_that_nobody_trusts_is_refused(profiles, keys):
    secret, _public = new_key(None)
    put(profiles, sign(OFFICE.encode(), private_key(secret, None)), "10-office.toml.sig")
    put(profiles, OFFICE)
    assert "there is no trusted key" in reason(read(profiles, keys))


def test_keys_that_cannot_be_believed_are_told_and_trusted_by_nobody(keys):
    _secret, public = new_key(None)
    put(keys, public, "loose.pub", mode=0o666)
    put(keys, b"no key", "broken.pub")
    put(keys, public, "good.pub")
    found = believe(keys)
    assert [each.name for each in found.keys] == ["good"]
    assert len(found.refusals) == 2


def test_a_secret_key_opens_with_its_passphrase_alone():
    secret, _public = new_key(b"sesame")
    assert private_key(secret, b"sesame")
    for wrong in (None, b"open"):
        with pytest.raises(InvalidValueError):
            private_key(secret, wrong)
