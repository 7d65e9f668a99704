"""What became of the checks of a guest, from what it told."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@unique
class Outcome(StrEnum):
    """Of one check."""

    HELD = "held"
    FAILED = "failed"
    KNOWN = "not on this kernel"
    """It failed as it must here."""
    UNEXPECTED = "held, and was said not to"
    SKIPPED = "skipped"
    NOT_ENDED = "did not end"

    @property
    def is_fine(self) -> bool:
        """A check that was skipped has shown nothing."""
        return self in {Outcome.HELD, Outcome.KNOWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check in one guest."""

    id: str
    """Of pytest: FILE::NAME[PARAMETERS]."""
    outcome: Outcome
    seconds: float | None
    """Of the guest's clock; None when it did not end."""
    said: str
    """Why it failed."""
    properties: Mapping[str, str]
    """What it measured."""

    @property
    def sentence(self) -> str:
        """Its name as a person reads it."""
        name, _, parameters = self.id.rpartition("::")[2].partition("[")
        words = name.removeprefix("test_").replace("_", " ")
        return f"{words} ({parameters.removesuffix(']')})" if parameters else words

    @property
    def reason(self) -> str:
        """The first line of what failed, as pytest marks it; empty where it says nothing so."""
        marked = (line.removeprefix("E").strip() for line in self.said.splitlines() if line.startswith("E "))
        return _COLOURS.sub("", next(marked, ""))


def checks_of(lines: Sequence[Mapping[str, object]], known: Mapping[str, str]) -> tuple[Check, ...]:
    """In the order in which they were planned; those that could not even be read come last."""
    planned = [name for line in lines if isinstance(names := line.get("planned"), list) for name in names]
    told = [str(line["check"]) for line in lines if "check" in line]
    return tuple(_check(name, lines, known) for name in dict.fromkeys([*planned, *told]))


def _check(name: str, lines: Sequence[Mapping[str, object]], known: Mapping[str, str]) -> Check:
    mine = [line for line in lines if line.get("check") == name]
    phases = [line for line in mine if "outcome" in line]
    return Check(
        id=name,
        outcome=_outcome({str(line["outcome"]) for line in phases}, is_known=name in known),
        seconds=sum(float(str(line["seconds"])) for line in phases) if phases else None,
        said=known.get(name) or "\n".join(str(line["said"]) for line in phases if line["said"]),
        properties={str(line["property"]): str(line["value"]) for line in mine if "property" in line},
    )


def _outcome(phases: set[str], *, is_known: bool) -> Outcome:
    if "failed" in phases:
        return Outcome.KNOWN if is_known else Outcome.FAILED
    if "skipped" in phases:
        return Outcome.SKIPPED
    if "passed" in phases:
        return Outcome.UNEXPECTED if is_known else Outcome.HELD
    return Outcome.NOT_ENDED
