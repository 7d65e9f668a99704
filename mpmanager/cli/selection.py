"""What a person means by a selector: `exe:/path`, `cgroup:/path`, `default`, or just the name of a program."""

from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from pathlib import PurePosixPath

from msgspec.structs import asdict

from mpmanager.api.structures import ConnectionInfo, PolicyInfo, SubscribeOptions, Topic
from mpmanager.client.applications import selector_of
from mpmanager.client.manager import ManagerClient
from mpmanager.model.connection import Application, Endpoint
from mpmanager.model.errors import InvalidValueError, UnknownApplicationError
from mpmanager.model.selector import Selector, SelectorKind, Subject

_HOW = "exe:/path, cgroup:/path and default always work"


async def selected(client: ManagerClient, text: str) -> Selector:
    """The selector that is meant; names are those of connected programs and of programs with a rule.

    Raises:
        InvalidValueError: it cannot be one, or several programs have that name.
        UnknownApplicationError: no program has that name.
    """
    name, _space, conditions = text.partition(" ")
    if ":" in name or name == SelectorKind.DEFAULT:
        return Selector.parse(text)
    if name.startswith("/"):
        return Selector.parse(f"{SelectorKind.EXE.value}:{text}")
    if ":" not in conditions:
        name, conditions = text, ""
    frame = await client.snapshot(SubscribeOptions(topics=[Topic.CONNECTIONS]))
    found = named(name, frame.connections, await client.policies())
    return Selector.parse(f"{found} {conditions}") if conditions else found


def named(name: str, connections: Iterable[ConnectionInfo], policies: Iterable[PolicyInfo]) -> Selector:
    """The selector of the program that has a name: that of an application before that of the program that it runs.

    Raises:
        InvalidValueError: several programs have it; the sentence lists their selectors.
        UnknownApplicationError: none has it; the sentence lists the names that there are.
    """
    known = [*_names_of(connections, policies)]
    fitting = [(rank, selector) for rank, each, selector in known if each.casefold() == name.casefold()]
    found = sorted({selector for rank, selector in fitting if rank == min(fitting)[0]})
    if not found:
        names = ", ".join(sorted({each for rank, each, _selector in known if not rank})) or "none at the moment"
        raise UnknownApplicationError(f"no program {name!r} is connected; programs are: {names}. {_HOW}")
    if len(found) > 1:
        raise InvalidValueError(f"several programs are called {name!r}; write one of: {', '.join(found)}")
    return Selector.parse(found[0])


def _names_of(connections: Iterable[ConnectionInfo], policies: Iterable[PolicyInfo]) -> Iterator[tuple[int, str, str]]:
    """Names with the selectors that they may mean, and how well they do: the least number is the best."""
    for each in connections:
        if (selector := selector_of(each.app)) is not None:
            yield 0, each.app.name, selector
        for kind, file in ((SelectorKind.SCRIPT, each.app.script), (SelectorKind.EXE, each.app.exe)):
            if file is not None:
                yield 1, PurePosixPath(file).name, f"{kind.value}:{file}"
    for rule in policies:
        meant = Selector.parse(rule.selector)
        if meant.value:
            yield 0, PurePosixPath(meant.value).name, str(Selector(kind=meant.kind, value=meant.value))


def is_selected(row: ConnectionInfo, selector: Selector) -> bool:
    """Whether a rule with this selector is about a connection."""
    return selector.selects(subject_of(row))


def subject_of(row: ConnectionInfo) -> Subject:
    """A connection as selectors see it, as far as a front end knows of it."""
    uid = row.app.uid
    host, _colon, port = row.remote.rpartition(":")
    return Subject(
        application=Application(**asdict(row.app)),
        users=frozenset() if uid is None else frozenset({str(uid)}),
        remote=None if row.withheld else Endpoint(ip_address(host.strip("[]")), int(port)),
    )
