"""Collects what people read in the window into Qt Linguist's files, beside which their compiled forms are put.

Usage: translations.py             renews ui/mpmanager_ui/translations/*.ts; what is translated stays so
       translations.py --compile   makes .qm files of them where these are older
"""

import ast
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from mpmanager.core.diagnoses import DIAGNOSES
from mpmanager.model.trust import REASON_WORDS
from mpmanager_ui.viewmodels.translation import CONTEXT

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "ui" / "mpmanager_ui"
DIRECTORY = SOURCES / "translations"
LANGUAGES = ("de", "fr")
_TEXTS_OF = {"tr": 1, "tr_later": 1, "tr_count": 2}
"""How many of the first arguments are texts."""


_FINDINGS = {f"{row.id} {text}": text for row in DIAGNOSES for text in (row.title, row.meaning, row.fix)}
_TABLES = (REASON_WORDS, _FINDINGS)
"""Of texts that the window shows and the command line, too."""


class NoLiteralError(Exception):
    """A text is put together before it is translated, so that no translator can ever see it."""


def texts_of(source: str, where: str) -> Iterator[str]:
    """The texts that a module has translated, in their order.

    Raises:
        NoLiteralError: one is no literal.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _TEXTS_OF:
            for argument in node.args[: _TEXTS_OF[node.func.id]]:
                if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
                    raise NoLiteralError(f"{where}:{argument.lineno}: {node.func.id}() takes literals only")
                yield argument.value


def all_texts() -> list[str]:
    """Of all modules of the window, each once."""
    files = sorted(SOURCES.rglob("*.py"))
    found = (text for file in files for text in texts_of(file.read_text(), str(file)))
    return list(dict.fromkeys([*found, *chain.from_iterable(each.values() for each in _TABLES)]))


def read(file: Path) -> dict[str, str]:
    """Translations by their texts; empty ones are not there."""
    if not file.exists():
        return {}
    messages = ET.parse(file).iter("message")  # noqa: S314  # our own file
    pairs = ((each.findtext("source", ""), each.findtext("translation", "")) for each in messages)
    return {source: translation for source, translation in pairs if translation}


def written(language: str, texts: Iterable[str], known: dict[str, str]) -> str:
    """A Linguist file."""
    root = ET.Element("TS", version="2.1", language=language, sourcelanguage="en")
    context = ET.SubElement(root, "context")
    ET.SubElement(context, "name").text = CONTEXT
    for text in texts:
        message = ET.SubElement(context, "message")
        ET.SubElement(message, "source").text = text
        translation = ET.SubElement(message, "translation", {} if text in known else {"type": "unfinished"})
        translation.text = known.get(text, "")
    ET.indent(root, " " * 4)
    return f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{ET.tostring(root, encoding="unicode")}\n'


def renewed(language: str) -> str:
    """What the file of a language should hold."""
    return written(language, all_texts(), read(file_of(language)))


def file_of(language: str) -> Path:
    """The Linguist file of a language."""
    return DIRECTORY / f"mpmanager_{language}.ts"


def compile_all() -> None:
    """Make what the window reads."""
    for language in LANGUAGES:
        file, compiled = file_of(language), file_of(language).with_suffix(".qm")
        if not compiled.exists() or compiled.stat().st_mtime <= file.stat().st_mtime:
            release = Path(sys.executable).with_name("pyside6-lrelease")
            subprocess.run([release, "-silent", file, "-qm", compiled], check=True)  # our own tool


def main() -> None:
    """Do what the command line says."""
    if sys.argv[1:] == ["--compile"]:
        compile_all()
        return
    DIRECTORY.mkdir(exist_ok=True)
    for language in LANGUAGES:
        file_of(language).write_text(renewed(language))


if __name__ == "__main__":
    main()
