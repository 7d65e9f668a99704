"""Every text of the window is in every language, whole."""

import ast
import importlib.util
import string
from pathlib import Path

import pytest

from mpmanager_ui.viewmodels.translation import speak, tr, tr_count

ROOT = Path(__file__).parents[2]
_SPECIFICATION = importlib.util.spec_from_file_location("translations", ROOT / "packaging" / "translations.py")
translations = importlib.util.module_from_spec(_SPECIFICATION)
_SPECIFICATION.loader.exec_module(translations)


_SHOWING = {
    "Label",
    "addAction",
    "addItem",
    "drawText",
    "setAccessibleDescription",
    "setAccessibleName",
    "setPlaceholderText",
    "setText",
    "setToolTip",
}
"""What Qt and our widgets call that shows or speaks a text."""
_NAMES = {"mpmanager"}


def bare_texts(source):
    """Those that are shown as they stand in the code, whatever language is spoken."""
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call) and _name_of(call.func) in _SHOWING:
            for each in call.args:
                is_text = isinstance(each, ast.Constant) and isinstance(each.value, str)
                if is_text and any(character.isalpha() for character in each.value) and each.value not in _NAMES:
                    yield each.value


def _name_of(function):
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def fields_of(text):
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


@pytest.fixture(params=translations.LANGUAGES)
def language(request):
    return request.param


def test_each_text_is_in_the_file_of_each_language(language):
    assert translations.file_of(language).read_text() == translations.renewed(language), (
        "run packaging/translations.py, and translate what is new"
    )


def test_each_text_is_translated_with_all_that_it_says(language):
    translated = translations.read(translations.file_of(language))
    assert [text for text in translations.all_texts() if text not in translated] == []
    odd = [text for text, other in translated.items() if fields_of(text) != fields_of(other)]
    assert odd == []


def test_a_text_that_is_put_together_before_it_is_translated_is_refused():
    with pytest.raises(translations.NoLiteralError, match="somewhere:1"):
        list(translations.texts_of('tr(f"{count} paths")', "somewhere"))


def test_no_text_is_shown_in_english_only():
    assert list(bare_texts('painter.drawText(area, "not measured")')) == ["not measured"]
    sources = sorted(translations.SOURCES.rglob("*.py"))
    assert {str(file): found for file in sources if (found := list(bare_texts(file.read_text())))} == {}


def test_texts_are_shown_in_the_language_that_is_spoken():
    german = {"Paths": "Pfade", "{count} path": "{count} Pfad", "{count} paths": "{count} Pfade"}
    assert (tr("Paths"), tr_count("{count} path", "{count} paths", 2)) == ("Paths", "2\N{NO-BREAK SPACE}paths")
    speak(lambda text: german.get(text, text))
    try:
        assert (tr("Paths"), tr_count("{count} path", "{count} paths", 1)) == ("Pfade", "1\N{NO-BREAK SPACE}Pfad")
        assert tr("{name} is new", name="x") == "x is new"
    finally:
        speak(None)
