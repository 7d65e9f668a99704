"""What the window says while it has no daemon, and when something fails."""

from pathlib import Path

import pytest

from mpmanager.api.bus import parse_bus
from mpmanager.model.errors import Actor, MpmanagerError, NotAuthorizedError
from mpmanager_ui.viewmodels.contact import (
    CONTACT_WORDS,
    Contact,
    absence_sentence,
    bus_words,
    limits_sentence,
    problem_of,
    starting_instructions,
)
from mpmanager_ui.viewmodels.translation import speak


@pytest.mark.parametrize("bus", ["session", "private:/run/x", "unix:path=/run/bus"])
def test_every_bus_has_a_command_that_starts_a_daemon_there(bus):
    first = starting_instructions(parse_bus(bus), Path("/opt/mpmanager/bin/mpmanagerd"))[0]
    assert first.text
    assert first.command.startswith("sudo ")
    assert first.command.endswith(f" /opt/mpmanager/bin/mpmanagerd --bus {bus}")


def test_in_place_of_the_system_bus_a_bus_of_its_own_is_offered():
    commands = [each.command for each in starting_instructions(parse_bus("system"), Path("/opt/m/bin/mpmanagerd"))]
    assert commands[:2] == [
        "sudo /opt/m/bin/mpmanagerd --bus private:/run/mpmanager",
        "/opt/m/bin/mpmanager --bus private:/run/mpmanager",
    ]


def test_every_contact_has_a_word():
    assert set(CONTACT_WORDS) == set(Contact)


def test_buses_have_words():
    assert bus_words(parse_bus("system")) == "system bus"
    assert bus_words(parse_bus("private:/run/x")) == "private bus"
    assert bus_words(parse_bus("unix:path=/run/x")) == "bus by address"


def test_a_refusal_says_what_why_and_what_to_do():
    problem = problem_of(NotAuthorizedError("only root may do that"), attempt="Moving LTE failed")
    assert problem.cause == "Moving LTE failed: only root may do that."
    assert "administers" in problem.remedy


@pytest.mark.parametrize("actor", Actor)
def test_every_actor_has_a_remedy(actor):
    class SomeError(MpmanagerError):
        pass

    SomeError.actor = actor
    assert problem_of(SomeError("x"), attempt="y").remedy


def test_the_reason_of_absence_ends_with_one_stop():
    assert absence_sentence("is it running?").startswith("is it running? This window")
    assert absence_sentence("no bus").startswith("no bus. This window")


@pytest.mark.parametrize(
    "reason",
    [
        "mpmanagerd does not run on the system bus",
        "no bus at private:/run/x (No such file or directory); is mpmanagerd running?",
        "the daemon does not answer",
        "the connection to the daemon broke",
    ],
)
def test_the_reason_of_absence_is_in_the_language_that_is_spoken(reason):
    speak(lambda text: f"<{text}>")
    try:
        assert absence_sentence(reason).count("<") == 2
    finally:
        speak(None)


def test_limits_become_one_strip():
    text = limits_sentence(["No events", "No tun."])
    assert text == "Not everything works on this machine: No events. No tun."
