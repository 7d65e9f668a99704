"""The documents: their links lead somewhere, and their commands can be typed."""

import re
import shlex
from pathlib import Path

import click
import pytest

from mpmanager.cli.main import main as mpm
from mpmanager.daemon.main import main as daemon
from mpmanager_ui.main import main as window

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "flatpak/*.md", "mpmanager/*.md", "resources/**/*.md")
    for path in ROOT.glob(pattern)
)
PROGRAMS = {"mpm": mpm, "mpmanagerd": daemon, "mpmanager": window}
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"")
SPAN = re.compile(r"`([^`]+)`")
COMMAND = re.compile(r"(?:\$ )?(?:sudo )?(?:\S*/)?(mpm|mpmanagerd|mpmanager)(?= |$)(.*)")
SHORTENED = re.compile(r"\.\.\.|…|\[|\||<|>")


def fenced(text):
    """The lines of fenced blocks that are typed in a shell."""
    for language, block in re.findall(r"^```(\w*)\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        if language in {"", "sh"}:
            lines = block.replace("\\\n", " ").splitlines()
            prompted = [line for line in lines if line.startswith("$ ")]
            yield from prompted or lines  # beside prompts the rest is what is printed


def without_blocks(text):
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def typed(line):
    """Program and arguments of a line that begins with one of ours; what stands behind two spaces is a remark."""
    found = COMMAND.fullmatch(re.split(r"\s{2,}|\s#\s", line.strip())[0])
    if found is None or SHORTENED.search(line):
        return None
    return found[1], shlex.split(found[2])


def commands_in(document):
    return [each for each in map(typed, fenced(document.read_text())) if each is not None]


def mentions_in(document):
    spans = SPAN.findall(without_blocks(document.read_text()))
    return [each for each in map(typed, spans) if each is not None]


def parsed(program, arguments):
    """Have click take the arguments as it does before a command runs; nothing is run."""
    command, words, parent = PROGRAMS[program], list(arguments), None
    while True:
        context = command.make_context(command.name, words, parent=parent)
        if not isinstance(command, click.Group):
            return
        _name, command, words = command.resolve_command(context, [*context._protected_args, *context.args])
        parent = context


def slug(heading):
    """The anchor of a heading, as code hosts make it."""
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading.replace("`", "")).strip().lower()
    return re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


def anchors(document):
    return {slug(each) for each in re.findall(r"^#+ (.*)$", without_blocks(document.read_text()), re.MULTILINE)}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_every_anchor_to_a_heading(document):
    for target in (first or second for first, second in LINK.findall(without_blocks(document.read_text()))):
        if target.startswith(("http:", "https:", "mailto:")):
            continue
        file, _, anchor = target.partition("#")
        place = (document.parent / file).resolve() if file else document
        assert place.exists(), f"{target} is not there"
        if anchor and place.suffix == ".md":
            assert anchor in anchors(place), f"{target}: no such heading"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_in_a_block_can_be_typed_as_it_stands(document):
    for program, arguments in commands_in(document):
        try:
            parsed(program, arguments)
        except click.exceptions.Exit:  # --help and --version end so
            pass
        except click.UsageError as error:
            if "does not exist" not in str(error):  # a file of the reader's
                pytest.fail(f"{program} {shlex.join(arguments)}: {error.format_message()}")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_in_a_sentence_is_one_that_there_is(document):
    for program, arguments in mentions_in(document):
        command = PROGRAMS[program]
        words = iter(arguments)
        for word in words:
            if word == "--":
                break
            if word.startswith("-"):
                known = {flag for each in command.params for flag in (*each.opts, *each.secondary_opts)}
                known |= {"-h", "--help"}
                assert word.partition("=")[0] in known, f"{program} {shlex.join(arguments)}: no {word}"
            elif isinstance(command, click.Group):
                found = command.get_command(click.Context(command), word)
                if found is not None:
                    command = found
                else:
                    assert word.isupper(), f"{program} {shlex.join(arguments)}: no command {word}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_python_example_is_python(document):
    for block in re.findall(r"^```python\n(.*?)^```", document.read_text(), re.MULTILINE | re.DOTALL):
        compile(block, str(document), "exec")


def test_the_architecture_names_modules_that_there_are():
    text = (ROOT / "mpmanager/README.md").read_text()
    rows = [line.split("|") for line in text.partition("## By subject")[2].splitlines() if line.startswith("|")]
    columns = [(2, "core"), (3, "daemon")]
    named = {
        f"{package}/{each}.py"
        for row in rows[2:]
        if len(row) == 6
        for at, package in columns
        for each in SPAN.findall(row[at])
    }
    named |= {each for each in SPAN.findall(text) if re.fullmatch(r"\w+/\w+(\.bpf\.c|\.py)", each)}
    assert len(named) > 80
    assert {each for each in named if not any((ROOT / base / each).exists() for base in ("mpmanager", "ui"))} == set()


def test_the_commands_of_the_documents_are_found():
    tour = ROOT / "docs/tour.md"
    assert ("mpm", ["status"]) in commands_in(tour)
    assert len(commands_in(tour)) > 30
    assert len(mentions_in(ROOT / "README.md")) > 10


def test_a_command_that_is_not_there_is_noticed():
    with pytest.raises(click.UsageError, match="No such command"):
        parsed("mpm", ["pth", "trust"])
    with pytest.raises(click.UsageError, match="No such option"):
        parsed("mpm", ["path", "trust", "wlan0", "--colour"])
