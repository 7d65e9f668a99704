"""Desktop entries, read from directories as they are found on desktops."""

import os
import pwd
import shutil
from pathlib import Path

import pytest

from mpmanager.linux import desktop_entries
from mpmanager.linux.desktop_entries import DesktopEntries, entry_of

CAT = tuple(dict.fromkeys([shutil.which("cat"), os.path.realpath(shutil.which("cat"))]))
NOBODY = pwd.getpwnam("nobody").pw_uid


@pytest.fixture
def shared(tmp_path):
    (tmp_path / "share/applications").mkdir(parents=True)
    return tmp_path / "share"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """That of every user."""
    directory = tmp_path / "home"
    monkeypatch.setattr(desktop_entries, "_home", lambda uid: None if uid is None else directory)
    return directory


def write(place, name, **keys):
    file = place / "applications" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = "\n".join(f"{key}={value}" for key, value in ({"Type": "Application"} | keys).items())
    file.write_text(f"[Desktop Entry]\n{lines}\n")
    return file


def program(place, name="program"):
    file = place / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)
    return file


def test_an_entry_gives_the_name_and_the_icon(shared):
    write(shared, "org.example.App.desktop", Name="App", Icon="app", StartupWMClass="AppWindow")
    catalogue = DesktopEntries([shared]).for_user(None)
    assert (catalogue.named(("org.example.App",)).name, catalogue.named(("AppWindow",)).icon) == ("App", "app")


def test_an_entry_without_a_command_is_one_too(shared):
    write(shared, "org.example.OnBus.desktop", Name="On the bus", Icon="bus", DBusActivatable="true")
    found = DesktopEntries([shared]).for_user(None).named(("org.example.OnBus",))
    assert (found.name, found.icon, found.programs) == ("On the bus", "bus", ())


def test_an_entry_is_found_by_what_it_starts_links_followed(shared, tmp_path):
    real = program(tmp_path)
    link = tmp_path / "link"
    link.symlink_to(real)
    write(shared, "a.desktop", Name="A", Exec=f'"{link}" %U')
    catalogue = DesktopEntries([shared]).for_user(None)
    assert catalogue.starting(str(real)).id == catalogue.starting(str(link)).id == "a"
    assert catalogue.starting(f"{real}-bin") is None
    assert catalogue.starting(str(tmp_path)) is None


def test_entries_in_directories_have_their_names_in_their_ids(shared):
    write(shared, "kde/mail.desktop", Name="Mail")
    assert DesktopEntries([shared]).for_user(None).named(("kde-mail",)).name == "Mail"


@pytest.mark.parametrize(
    ("command", "programs"),
    [
        ("cat %f", CAT),
        ("env -i A=b C=d cat", CAT),
        (f"{CAT[0]} --option", CAT),
        ("sh %f", ()),
        ("flatpak run org.example.App", ()),
        ("/usr/bin/flatpak run org.example.App", ()),
        ("/nowhere/to/be/found %u", ()),
        ('"unclosed', ()),
        ("", ()),
        ("env", ()),
    ],
)
def test_commands_are_found_as_shells_find_them(command, programs):
    assert entry_of("x", {"Name": "X", "Exec": command}).programs == programs


def test_a_script_that_an_entry_gives_to_an_interpreter_is_the_program():
    assert entry_of("x", {"Name": "X", "Exec": "sh /opt/x/start %f"}).programs == ("/opt/x/start",)
    assert entry_of("x", {"Name": "X", "Exec": "env A=b sh -c /opt/x/start"}).programs == ()


def test_what_is_not_installed_starts_nothing(tmp_path):
    real = str(program(tmp_path))
    keys = {"Name": "X", "Exec": real}
    assert entry_of("x", keys | {"TryExec": real}).programs == (real,)
    assert entry_of("x", keys | {"TryExec": "/nowhere/at/all"}).programs == ()


def test_arguments_menus_and_terminals_are_noted(tmp_path):
    real = str(program(tmp_path))
    plain = entry_of("x", {"Name": "X", "Exec": f"{real} %u"})
    assert (plain.has_arguments, plain.is_shown, plain.is_terminal) == (False, True, False)
    more = {"Exec": f"{real} --mail %u", "NoDisplay": "true", "Categories": "System;TerminalEmulator;"}
    odd = entry_of("x", {"Name": "X"} | more)
    assert (odd.has_arguments, odd.is_shown, odd.is_terminal) == (True, False, True)


def test_a_users_own_entries_come_first_and_are_no_others_business(shared, home):
    write(shared, "a.desktop", Name="for all")
    write(home / ".local/share", "a.desktop", Name="my own")
    write(home / ".local/share/flatpak/exports/share", "org.example.F.desktop", Name="my Flatpak")
    entries = DesktopEntries([shared])
    assert entries.for_user(NOBODY).named(("a",)).name == "my own"
    assert entries.for_user(NOBODY).named(("org.example.F",)).name == "my Flatpak"
    assert entries.for_user(None).named(("a",)).name == "for all"
    assert entries.for_user(None).named(("org.example.F",)) is None


def test_commands_in_a_users_own_directory_are_found(shared, home):
    real = program(home / ".local/bin", "mine")
    write(home / ".local/share", "mine.desktop", Name="Mine", Exec="mine %f")
    assert DesktopEntries([shared]).for_user(NOBODY).starting(str(real)).id == "mine"


def test_an_entry_that_is_said_to_be_deleted_hides_the_one_for_all(shared, home):
    write(shared, "a.desktop", Name="for all")
    write(home / ".local/share", "a.desktop", Hidden="true")
    assert DesktopEntries([shared]).for_user(NOBODY).named(("a",)) is None


def test_what_is_no_application_is_left_out(shared):
    write(shared, "link.desktop", Name="Link", Type="Link")
    write(shared, "nameless.desktop", Icon="x")
    (shared / "applications/dangling.desktop").symlink_to("nowhere")
    (shared / "applications/mimeinfo.cache").write_text("[Desktop Entry]\nName=x\n")
    os.mkfifo(shared / "applications/fifo.desktop")
    catalogue = DesktopEntries([shared]).for_user(None)
    assert [catalogue.named((each,)) for each in ("link", "nameless", "dangling", "mimeinfo.cache", "fifo")] == [
        None
    ] * 5


def changed(directory: Path):
    """As if time had passed since: file systems count in ticks."""
    stamp = directory.stat().st_mtime_ns + 1_000_000_000
    os.utime(directory, ns=(stamp, stamp))


def test_entries_are_read_again_where_a_directory_has_changed_and_only_then(shared):
    write(shared, "kde/a.desktop", Name="A")
    entries = DesktopEntries([shared, shared.parent / "later"])
    before = entries.for_user(None)
    assert entries.for_user(None) is before
    write(shared, "kde/b.desktop", Name="B")
    changed(shared / "applications/kde")
    between = entries.for_user(None)
    assert between.named(("kde-b",)).name == "B"
    write(shared.parent / "later", "c.desktop", Name="C")
    assert entries.for_user(None).named(("c",)).name == "C"
    (shared / "applications/kde/a.desktop").unlink()
    changed(shared / "applications/kde")
    assert entries.for_user(None).named(("kde-a",)) is None


def test_a_user_without_a_home_has_the_entries_for_all(shared):
    write(shared, "a.desktop", Name="for all")
    assert DesktopEntries([shared]).for_user(4_000_000_000).named(("a",)).name == "for all"


def test_the_directories_are_those_of_the_base_directory_specification(monkeypatch, tmp_path):
    write(tmp_path, "a.desktop", Name="A")
    monkeypatch.setenv("XDG_DATA_DIRS", f"relative:{tmp_path}")
    assert DesktopEntries().for_user(None).named(("a",)).name == "A"
