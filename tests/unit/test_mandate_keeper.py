"""What files of an administrator demand holds until these say otherwise, whatever becomes of them."""

import asyncio
import os
from contextlib import asynccontextmanager

import pytest

from mpmanager.api.file_signature import new_key, private_key, sign
from mpmanager.daemon.configuration import ProfilesConfiguration
from mpmanager.daemon.journal import Journal
from mpmanager.daemon.mandate_keeper import MandateKeeper
from mpmanager.linux.directory_watch import LinuxDirectoryWatch

OFFICE = 'version = 1\nname = "Office"\n[[policies]]\nselector = "exe:/usr/bin/ssh"\ntrust = "only"\n'


class Stage:
    def __init__(self, directory):
        self.directory = directory / "profiles.d"
        self.keys = directory / "keys"
        self.copies = directory / "state" / "mandates"
        for each in (self.directory, self.keys, self.copies.parent):
            each.mkdir(mode=0o755)
        self.file = self.directory / "10-office.toml"
        self.journal = Journal(wall_clock=lambda: 0.0)
        self.authors = []
        self.put_into_force = 0

    def keeper(self, *, needs_signature=False):
        """As after a start of the daemon."""
        configuration = ProfilesConfiguration(directory=self.directory, keys=self.keys, needs_signature=needs_signature)
        return MandateKeeper(
            configuration,
            self.copies,
            watch=LinuxDirectoryWatch,
            journal=self.journal,
            changed=self._changed,
            recorded=self._recorded,
        )

    async def _changed(self):
        self.put_into_force += 1

    @asynccontextmanager
    async def _recorded(self, author):
        self.authors.append(author)
        yield

    def put(self, text):
        self.file.write_text(text)
        self.file.chmod(0o644)

    def look(self, keeper):
        asyncio.run(keeper.look())
        return [str(each.profile.rules[0].trust) if each.profile.rules else None for each in keeper.mandates]


@pytest.fixture
def stage(tmp_path):
    return Stage(tmp_path)


def test_a_file_is_put_into_force_once_and_told(stage):
    keeper = stage.keeper()
    stage.put(OFFICE)
    assert stage.look(keeper) == stage.look(keeper) == ["only"]
    assert stage.put_into_force == 1
    assert [each.text for each in stage.journal.recent(9)] == [f"set by your administrator: {stage.file} is in force"]
    assert [(each.uid, each.program) for each in stage.authors] == [(0, str(stage.directory))]


@pytest.mark.parametrize("damaged", ["", "version = 1\nname =", OFFICE.replace("only", "x"), OFFICE + "colour = 1\n"])
def test_what_a_damaged_file_demanded_before_holds_also_after_a_restart(stage, damaged):
    stage.put(OFFICE)
    stage.look(stage.keeper())
    stage.put(damaged)
    keeper = stage.keeper()
    assert stage.look(keeper) == ["only"]
    (limit,) = keeper.limits()
    assert limit.startswith(f"{stage.file}: ")
    assert limit.endswith("what it demanded before stays in force")
    stage.put(OFFICE)
    assert stage.look(keeper) == ["only"]
    assert keeper.limits() == []


def test_a_file_that_was_never_whole_holds_as_far_as_it_can_be_read(stage):
    stage.put(OFFICE + "colour = 1\n")
    keeper = stage.keeper()
    assert stage.look(keeper) == ["only"]
    assert keeper.limits()[0].endswith("what can be read of it is in force")


def test_a_file_that_loses_its_signature_or_its_owner_lets_nothing_go(stage):
    secret, public = new_key(None)
    (stage.keys / "office.pub").write_bytes(public)
    stage.put(OFFICE)
    signature = stage.directory / "10-office.toml.sig"
    signature.write_bytes(sign(OFFICE.encode(), private_key(secret, None)))
    keeper = stage.keeper(needs_signature=True)
    assert stage.look(keeper) == ["only"]
    assert (keeper.rows()[0].signer or "").startswith("office (SHA256:")
    signature.unlink()
    stage.put(OFFICE.replace("only", "any"))
    assert stage.look(keeper) == ["only"]
    assert "it is not signed" in keeper.limits()[0]
    assert stage.look(stage.keeper(needs_signature=True)) == ["only"]


def test_an_unsigned_file_says_nothing_where_signatures_are_needed(stage):
    stage.put(OFFICE + "colour = 1\n")
    keeper = stage.keeper(needs_signature=True)
    assert stage.look(keeper) == []
    assert keeper.limits()[0].endswith("nothing of it is in force")


def test_a_file_that_is_removed_demands_nothing_any_more_also_after_a_restart(stage):
    stage.put(OFFICE)
    keeper = stage.keeper()
    stage.look(keeper)
    stage.file.unlink()
    assert stage.look(keeper) == []
    assert stage.keeper().mandates == ()
    assert list(stage.copies.iterdir()) == []


def test_before_the_first_look_what_held_last_does(stage):
    stage.put(OFFICE)
    stage.look(stage.keeper())
    assert [str(each.profile.name) for each in stage.keeper().mandates] == ["Office"]


def test_a_directory_that_others_may_write_to_changes_nothing(stage):
    stage.put(OFFICE)
    keeper = stage.keeper()
    stage.look(keeper)
    stage.directory.chmod(0o777)
    stage.put(OFFICE.replace("only", "any"))
    assert stage.look(keeper) == ["only"]
    assert f"others than root may write to the directory {stage.directory}" in keeper.limits()[0]


def test_files_are_followed_and_looked_at_together(stage):
    async def talk():
        keeper = stage.keeper()
        await keeper.begin()
        task = asyncio.create_task(keeper.run())
        for number in range(5):
            file = stage.directory / f"{number}.toml"
            file.write_text(f'version = 1\nname = "P{number}"\n')
            file.chmod(0o644)
        async with asyncio.timeout(10):
            while len(keeper.mandates) < 5:  # noqa: ASYNC110  # what is waited for has no event
                await asyncio.sleep(0.02)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(talk())
    assert stage.put_into_force <= 2


def test_a_directory_that_comes_later_is_noticed(stage):
    stage.directory.rmdir()

    async def talk():
        watch = LinuxDirectoryWatch([stage.directory])
        try:
            waiting = asyncio.create_task(watch.changed(10))
            await asyncio.sleep(0)
            await asyncio.to_thread(os.mkdir, stage.directory)
            await waiting
            again = asyncio.create_task(watch.changed(10))
            await asyncio.sleep(0)
            await asyncio.to_thread(stage.put, OFFICE)
            await again
        finally:
            watch.close()

    asyncio.run(talk())
