"""A profile in a café, on the real kernel: in force at once, following the network, and taken back."""

import pytest

from end_to_end.cafe import LTE
from end_to_end.stage import until

pytestmark = pytest.mark.netns

ANYWHERE = """\
version = 1
name = "Anywhere"

[[tiers]]
paths = "metered"
tier = "never"

[defaults]
trust = "any"
"""


@pytest.fixture
def anywhere(cafe, tmp_path):
    file = tmp_path / "anywhere.toml"
    file.write_text(ANYWHERE)
    cafe.mpm("profile", "import", str(file), "--yes")


def test_a_profile_and_its_undo_are_in_force_at_once(cafe, anywhere):
    assert cafe.talker().says(cafe.opening()) == str(cafe.lte)
    cafe.mpm("profile", "activate", "Anywhere", "--yes")
    assert cafe.talker().says(cafe.opening()) == str(cafe.wifi)
    assert cafe.daemon.path(LTE).tier == "never"
    cafe.mpm("profile", "activate", "before", "--yes")
    assert cafe.talker().says(cafe.opening()) == str(cafe.lte)
    assert cafe.daemon.path(LTE).tier == "backup"


def test_a_profile_is_in_force_while_its_network_is_in_use(cafe, anywhere):
    cafe.mpm("profile", "follow", "otherwise", "Anywhere", "--yes")
    until(lambda: cafe.daemon.path(LTE).tier == "never", "the profile is in force")
    assert cafe.talker().says(cafe.opening()) == str(cafe.wifi)
