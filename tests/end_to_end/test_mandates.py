"""What an administrator's file demands holds on the real kernel, whatever people say, and as long as it is there."""

from contextlib import ExitStack

import pytest

from end_to_end.cafe import DAEMON, WIFI, Cafe
from end_to_end.stage import until

pytestmark = pytest.mark.netns

COMPANY = """\
version = 1
name = "Company"

[defaults]
trust = "only"
"""


@pytest.fixture
def profiles(tmp_path):
    """What configuration management writes to."""
    directory = tmp_path / "profiles.d"
    directory.mkdir(mode=0o755)
    return directory


@pytest.fixture
def cafe(lab_up, daemon_in, running, tmp_path, profiles):
    config = tmp_path / "daemon.toml"
    config.write_text(f'profiles-directory = "{profiles}"\ntrusted-keys-directory = "{tmp_path}/keys"\n')
    with ExitStack() as stack:
        lab = lab_up("cafe")
        yield Cafe(stack, lab, daemon_in(lab, program=(DAEMON, f"--config={config}")), running)


def opened(cafe):
    """By which addresses connections and datagrams of a new program go."""
    talker = cafe.talker()
    addresses = {talker.says(cafe.opening(kind)) for kind in ("mptcp", "tcp", "udp")}
    talker.says("ask 10 10")
    return addresses


def test_a_file_holds_everybody_to_trusted_paths_until_it_is_removed(cafe, profiles):
    cafe.mpm("default", "--trust", "any")
    assert opened(cafe) == {str(cafe.wifi)}
    (profiles / "company.toml").write_text(COMPANY)
    until(lambda: opened(cafe) == {str(cafe.lte)}, "the file is in force")
    cafe.left(WIFI)
    with pytest.raises(AssertionError, match=r"company\.toml"):
        cafe.mpm("default", "--trust", "handshake")
    assert opened(cafe) == {str(cafe.lte)}
    cafe.daemon.kill()
    assert opened(cafe) == {str(cafe.lte)}
    cafe.daemon.start()
    assert opened(cafe) == {str(cafe.lte)}
    assert cafe.left(WIFI) == []
    (profiles / "company.toml").unlink()
    until(lambda: opened(cafe) == {str(cafe.wifi)}, "what people said is in force")


def test_a_file_that_is_broken_later_loosens_nothing(cafe, profiles):
    file = profiles / "company.toml"
    file.write_text(COMPANY)
    until(lambda: opened(cafe) == {str(cafe.lte)}, "the file is in force")
    cafe.left(WIFI)
    file.write_text(COMPANY[:-4])
    until(
        lambda: any("company.toml" in each for each in cafe.daemon.ask(lambda client: client.status()).limits),
        "that it is broken is told",
    )
    cafe.daemon.kill()
    cafe.daemon.start()
    assert opened(cafe) == {str(cafe.lte)}
    assert cafe.left(WIFI) == []
