"""A scenario: a topology, programs, a time line of link changes, and what is expected at the end."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from mpmanager.lab.definitions import Definition, convert, find_definition, read_toml
from mpmanager.lab.errors import LabFileError
from mpmanager.lab.programs import ClientSpec, Program
from mpmanager.lab.topology import LinkChange, LinkDirection, Topology, load_topology
from mpmanager.lab.units import Duration, Size

_FOLDER = "scenarios"


class LinkEvent(LinkChange, frozen=True, kw_only=True):
    """A change of a link at a time."""

    at: Duration
    """Since the scenario began."""
    link: str
    say: str
    """What it means, for people."""


class ProgramExpectation(Definition, frozen=True, kw_only=True):
    """What a program shall have done: its exit code, or one of its measures."""

    program: str
    exit: int | None = None
    measure: str | None = None
    at_least: float | None = None
    """Of the measure, in its own unit."""
    at_most: float | None = None
    managed: bool = False
    """Asked only where mpmanagerd manages the laptop."""

    def __post_init__(self) -> None:
        has_bound = self.at_least is not None or self.at_most is not None
        if (self.measure is not None) != has_bound or (self.exit is None) == (self.measure is None):
            raise ValueError("either `exit`, or `measure` with `at_least` or `at_most`")


class LinkExpectation(Definition, frozen=True, kw_only=True):
    """What a link shall have carried, counted at its emulator: IP packets that arrived, headers included."""

    link: str
    direction: LinkDirection = LinkDirection.BOTH
    at_least: Size | None = None
    at_most: Size | None = None
    managed: bool = False
    """Asked only where mpmanagerd manages the laptop."""

    def __post_init__(self) -> None:
        if self.at_least is None and self.at_most is None:
            raise ValueError("`at_least` or `at_most` is needed")


class Expectations(Definition, frozen=True, kw_only=True):
    """All of them have to hold."""

    programs: tuple[ProgramExpectation, ...] = ()
    links: tuple[LinkExpectation, ...] = ()


class _ScenarioFile(Definition, frozen=True, kw_only=True):
    description: str
    topology: str
    duration: Duration
    programs: tuple[Program, ...]
    events: tuple[LinkEvent, ...] = ()
    expectations: Expectations = msgspec.field(default_factory=Expectations)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A complete scenario; every name in it leads somewhere."""

    name: str
    description: str
    topology: Topology
    duration_s: float
    programs: tuple[Program, ...]
    events: tuple[LinkEvent, ...]
    """In the order of time."""
    expectations: Expectations


def load_scenario(name: str) -> Scenario:
    """A shipped scenario by its name, or one from a file.

    Raises:
        LabFileError: there is none, or it cannot be used.
    """
    path = find_definition(_FOLDER, name)
    return scenario_of(read_toml(path), path=path)


def scenario_of(data: dict[str, Any], *, path: Path) -> Scenario:
    """A scenario from the tables of a file. A topology file is looked for beside it.

    Raises:
        LabFileError: an unknown key, a value that does not fit, or a name that leads nowhere.
    """
    file = convert(data, _ScenarioFile, origin=str(path))
    beside = path.parent / file.topology
    scenario = Scenario(
        name=path.stem,
        description=file.description,
        topology=load_topology(str(beside) if beside.is_file() else file.topology),
        duration_s=float(file.duration),
        programs=file.programs,
        events=tuple(sorted(file.events, key=lambda event: event.at)),
        expectations=file.expectations,
    )
    if mistake := next(_mistakes(file, scenario.topology), None):
        raise LabFileError(f"{path}: {mistake}")
    return scenario


def _mistakes(file: _ScenarioFile, topology: Topology) -> Iterator[str]:
    """What the types of the file cannot tell, each with its place."""
    yield from _double_names(file)
    yield from _strange_names(file, topology)
    yield from _late_moments(file)


def _double_names(file: _ScenarioFile) -> Iterator[str]:
    names = [program.name for program in file.programs]
    for number, name in enumerate(names):
        if name in names[:number]:
            yield f"programs[{number}].name: the name {name!r} appears twice"


def _strange_names(file: _ScenarioFile, topology: Topology) -> Iterator[str]:
    """Names that lead nowhere."""
    links = {f"events[{number}].link": event.link for number, event in enumerate(file.events)}
    links |= {f"expectations.links[{number}].link": each.link for number, each in enumerate(file.expectations.links)}
    yield from _absent(links, topology.links, f"the topology {file.topology} has no link")
    programs = enumerate(file.programs)
    servers = {f"programs[{number}].server": each.server for number, each in programs if isinstance(each, ClientSpec)}
    yield from _absent(servers, topology.servers, f"the topology {file.topology} has no server")
    clients = [program.name for program in file.programs if program.listening_port is None]
    expected = enumerate(file.expectations.programs)
    asked = {f"expectations.programs[{number}].program": each.program for number, each in expected}
    yield from _absent(asked, clients, "this scenario has no program that ends by itself with the name")


def _absent(names: Mapping[str, str], known: Collection[str], complaint: str) -> Iterator[str]:
    for place, name in names.items():
        if name not in known:
            yield f"{place}: {complaint} {name!r}; it has {', '.join(known) or 'none'}"


def _late_moments(file: _ScenarioFile) -> Iterator[str]:
    moments = {f"events[{number}].at": event.at for number, event in enumerate(file.events)}
    moments |= {f"programs[{number}].start": program.start for number, program in enumerate(file.programs)}
    for place, moment in moments.items():
        if moment >= file.duration:
            yield f"{place}: at {moment} the scenario has ended; its duration is {file.duration}"
