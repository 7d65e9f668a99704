"""SECURITY.md names tests behind what it promises: they exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "SECURITY.md").read_text()
CODE = re.findall(r"`([^`\n]+)`", PAGE)


def functions():
    found = {}
    for file in (ROOT / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found.setdefault(node.name, set()).add(file.name)
    return found


def test_every_test_that_is_named_exists():
    known = functions()
    named = [each for each in CODE if re.fullmatch(r"test_\w+", each)]
    assert len(named) > 50
    assert [each for each in named if each not in known] == []


def test_every_test_stands_in_the_file_that_is_named_before_it():
    known = functions()
    pairs = [
        (Path(file).name, test)
        for file, tests in re.findall(r"`([\w/]*test_\w+\.py)`: ((?:`test_\w+`(?:, )?)+)", PAGE)
        for test in re.findall(r"`(test_\w+)`", tests)
    ]
    assert len(pairs) > 40
    assert [(file, test) for file, test in pairs if file not in known.get(test, ())] == []


@pytest.mark.parametrize(
    "file", sorted({each for each in CODE if re.fullmatch(r"[\w/]*test_\w+\.py|tests/[\w/]+", each)})
)
def test_every_file_of_tests_that_is_named_exists(file):
    assert (ROOT / file).exists() or list((ROOT / "tests").rglob(file))


def test_no_name_is_shortened_so_that_nobody_could_look_for_it():
    assert [each for each in CODE if "test" in each and "..." in each] == []
