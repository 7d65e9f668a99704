"""What desktops and software centres are told of the window."""

import re
import subprocess
from configparser import ConfigParser
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree as ET

import click
import pytest

from mpmanager_ui.main import main as window

ROOT = Path(__file__).parents[2]
ID = "io.github.mpmanager.MPManager"
DESKTOP = ROOT / "resources/desktop" / f"{ID}.desktop"
METAINFO = ROOT / "resources/metainfo" / f"{ID}.metainfo.xml"
POLICY = ROOT / "resources/polkit/io.github.mpmanager1.policy"
LANGUAGES = ("de", "fr")
XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


@pytest.fixture(scope="module")
def entry():
    parsed = ConfigParser(interpolation=None)
    parsed.optionxform = str
    parsed.read(DESKTOP, encoding="utf-8")
    return parsed


def metainfo():
    return ET.parse(METAINFO).getroot()  # noqa: S314  # our own file


def said(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_desktop_entry_is_valid():
    assert said("desktop-file-validate", "--warn-kde", DESKTOP) == ""


def test_the_metainfo_is_valid():
    words = said("appstreamcli", "validate", "--no-net", "--strict", METAINFO)
    assert "successful" in words


def test_everything_that_people_read_in_the_desktop_entry_is_in_all_languages(entry):
    for section in entry.sections():
        for key in ("GenericName", "Comment", "Keywords") if section == "Desktop Entry" else ("Name",):
            texts = [entry[section][key], *(entry[section][f"{key}[{language}]"] for language in LANGUAGES)]
            assert len(set(texts)) == len(texts)
            assert {text.endswith(";") for text in texts} == {key == "Keywords"}


def test_each_entry_of_the_menu_opens_the_window_as_its_options_allow(entry):
    sections = {f"Desktop Action {name}" for name in entry["Desktop Entry"]["Actions"].split(";") if name}
    assert sections == set(entry.sections()) - {"Desktop Entry"}
    for section in entry.sections():
        program, *arguments = entry[section]["Exec"].split()
        assert program == "mpmanager"
        window.make_context("mpmanager", arguments, resilient_parsing=False)


def test_the_name_of_the_desktop_entry_is_the_one_that_the_window_tells_the_desktop(entry):
    icons = (ROOT / "ui/mpmanager_ui/look/icons.py").read_text()
    application = (ROOT / "ui/mpmanager_ui/application.py").read_text()
    assert f'APPLICATION_ICON = "{ID}"' in icons
    assert "setDesktopFileName(APPLICATION_ICON)" in application
    assert entry["Desktop Entry"]["Icon"] == ID
    wm_class = entry["Desktop Entry"]["StartupWMClass"]
    assert f'setApplicationName("{wm_class}")' in application  # Qt's class of windows on X11


def test_the_icon_of_the_window_is_that_of_the_desktop():
    inside = (ROOT / "ui/mpmanager_ui/icons" / f"{ID}.svg").read_text()
    assert inside == (ROOT / "resources/icons" / f"{ID}.svg").read_text()


def test_software_centres_know_the_same_application(entry):
    root = metainfo()
    assert root.findtext("id") == ID
    assert root.findtext("launchable") == DESKTOP.name
    assert [each.text for each in root.iter("category")] == entry["Desktop Entry"]["Categories"].strip(";").split(";")
    assert root.findtext("summary") == entry["Desktop Entry"]["Comment"]


def texts(parent, tag):
    """By language; the English ones under None."""
    found = {}
    for each in parent.findall(tag):
        found.setdefault(each.get(XML_LANGUAGE), []).append(each.text)
    return found


def test_everything_that_software_centres_show_is_in_all_languages():
    root = metainfo()
    lists = [(parent, tag) for parent in root.iter("description") for tag in ("p", "ul/li")]
    for parent, tag in [(root, "summary"), (root, "developer_name"), *lists]:
        found = texts(parent, tag)
        assert {language: len(each) for language, each in found.items()} == {
            language: len(found[None]) for language in (None, *LANGUAGES)
        }
        assert all(None not in each for each in found.values())


def test_the_newest_release_is_the_version_and_stands_in_the_changelog():
    newest = next(metainfo().iter("release")).get("version")
    assert newest == version("mpmanager")
    assert re.search(rf"^## .*\b{re.escape(newest)}\b", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)


def test_every_question_for_a_password_is_in_all_languages():
    actions = list(ET.parse(POLICY).getroot().iter("action"))  # noqa: S314  # our own file
    for action in actions:
        for tag in ("description", "message"):
            found = texts(action, tag)
            assert set(found) == {None, *LANGUAGES}
            assert len({text for each in found.values() for text in each}) == 1 + len(LANGUAGES)


def test_a_page_that_is_not_there_cannot_be_opened_from_the_menu():
    with pytest.raises(click.BadParameter, match="nowhere"):
        window.make_context("mpmanager", ["--page", "nowhere"])
