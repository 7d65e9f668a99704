"""What trying the packages has shown, as a page of the documentation."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Of one step on one system."""

    system: str
    sentence: str
    lasted_s: float
    said: str
    is_fine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """All of it."""

    date: str
    sizes: Mapping[str, tuple[int, int]]
    """Of each package: of its file in bytes, and installed in kB."""
    results: Sequence[Result]


def written(introduction: Path, page: Page) -> str:
    """The whole document."""
    return introduction.read_text(encoding="utf-8") + "\n".join(_lines(page)) + "\n"


def _lines(page: Page) -> Iterator[str]:
    verdict = "everything held" if all(each.is_fine for each in page.results) else "**not everything held**"
    yield f"\n## Last result: {page.date}, {verdict}\n"
    yield "| package | file | installed |"
    yield "|---|---|---|"
    for name, (file, installed_kb) in page.sizes.items():
        yield f"| {name} | {file / 1e6:.1f} MB | {installed_kb / 1e3:.0f} MB |"
    systems = {name: list(group) for name, group in groupby(page.results, key=lambda each: each.system)}
    yield f"\n| step | {' | '.join(systems)} |"
    yield "|---" * (len(systems) + 1) + "|"
    for sentence in dict.fromkeys(each.sentence for each in page.results):
        yield f"| {sentence} | {' | '.join(_cell(results, sentence) for results in systems.values())} |"
    minutes = {name: sum(each.lasted_s for each in results) / 60 for name, results in systems.items()}
    yield "\n" + ", ".join(f"{name} took {lasted:.0f} minutes" for name, lasted in minutes.items()) + "."


def _cell(results: Sequence[Result], sentence: str) -> str:
    for each in results:
        if each.sentence == sentence:
            return f"{'held' if each.is_fine else '**failed**'}, {each.lasted_s:.0f} s"
    return "-"
