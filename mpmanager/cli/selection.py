"""What a person means by a selector: `exe:/path`, `cgroup:/path`, `default`, or just the name of a program."""

from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import PurePosixPath

from msgspec.structs import asdict

from mpmanager.api.structures import AppInfo, ConnectionInfo, PolicyInfo, SubscribeOptions, Topic
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
    if ":" in text or text == SelectorKind.DEFAULT:
        return Selector.parse(text)
    if text.startswith("/"):
        return Selector.parse(f"{SelectorKind.EXE.value}:{text}")
    frame = await client.snapshot(SubscribeOptions(topics=[Topic.CONNECTIONS]))
    return named(text, frame.connections, await client.policies())


def named(name: str, connections: Iterable[ConnectionInfo], policies: Iterable[PolicyInfo]) -> Selector:
    """The selector of the program that has a name.

    Raises:
        InvalidValueError: several programs have it; the sentence lists their selectors.
        UnknownApplicationError: none has it; the sentence lists the names that there are.
    """
    known = {(each.app.name, selector) for each in connections if (selector := selector_of(each.app)) is not None}
    rules = (each.selector for each in policies if each.selector != SelectorKind.DEFAULT)
    known |= {(PurePosixPath(selector).name, selector) for selector in rules}
    found = sorted({selector for each, selector in known if each.casefold() == name.casefold()})
    if not found:
        names = ", ".join(sorted({each for each, _selector in known})) or "none at the moment"
        raise UnknownApplicationError(f"no program {name!r} is connected; programs are: {names}. {_HOW}")
    if len(found) > 1:
        raise InvalidValueError(f"several programs are called {name!r}; write one of: {', '.join(found)}")
    return Selector.parse(found[0])


def selector_of(app: AppInfo) -> str | None:
    """The most specific selector of an application; None where nothing is known of it."""
    if app.exe is not None:
        return f"{SelectorKind.EXE.value}:{app.exe}"
    return None if app.cgroup is None else f"{SelectorKind.CGROUP.value}:{app.cgroup}"


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
        remote=Endpoint(ip_address(host.strip("[]")), int(port)),
    )
