"""Files of profiles: read whole, checked before anything is asked of the daemon, and their mistakes found by line."""

import re
from pathlib import Path

from mpmanager.api.profile_text import read_profile
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.profile import LONGEST_TEXT_BYTES

_STEP = re.compile(r"(?P<key>\w+)(?:\[(?P<number>\d+)\])?")
_NETWORK = re.compile(r"trust\.networks\.(['\"])(?P<network>.*?)\1: ")
_TABLE = re.compile(r"\s*\[\[?\s*(?P<name>[\w.-]+)")


def read_profile_file(file: Path) -> str:
    """The text of a profile in a file.

    Raises:
        InvalidValueError: it cannot be read, or nothing of it is a profile; the sentence names the file.
    """
    try:
        with file.open("rb") as stream:
            content = stream.read(LONGEST_TEXT_BYTES + 1)
    except OSError as error:
        raise InvalidValueError(f"{file}: {error.strerror}") from error
    return checked_profile(content, str(file))


def checked_profile(content: bytes, place: str) -> str:
    """The same, of what was read already; `place` is how people call where that was.

    Raises:
        InvalidValueError: nothing of it is a profile.
    """
    try:
        text = content.decode()
        read_profile(text)
    except (UnicodeDecodeError, InvalidValueError) as error:
        raise InvalidValueError(f"{place}: {error}") from error
    return text


def write_profile_file(file: Path, text: str) -> None:
    """Write a file as a whole.

    Raises:
        InvalidValueError: it cannot be written.
    """
    try:
        file.write_bytes(text.encode())
    except OSError as error:
        raise InvalidValueError(f"{file}: {error.strerror}") from error


def mistake_line(text: str, mistake: str) -> int | None:
    """On which line, from 1, what a mistake such as `policies[2].wait_ms: ...` is about stands, or its table begins.

    None where that cannot be told, as for keys that are missing altogether.
    """
    lines = text.splitlines()
    if network := _NETWORK.match(mistake):
        start = _table_line(lines, "trust.networks", 0)
        return None if start is None else _key_line(lines, start + 1, network["network"]) or start + 1
    place = mistake.partition(":")[0]
    steps = [(match["key"], int(match["number"] or 0)) for match in _STEP.finditer(place)]
    if not steps:
        return None
    (table, number), inner = steps[0], steps[1:]
    start = _table_line(lines, table, number)
    if start is None:
        return _key_line(lines, 0, table)
    keys = inner or _quoted_keys(mistake)
    return (_key_line(lines, start + 1, keys[0][0]) if keys else None) or start + 1


def _table_line(lines: list[str], table: str, number: int) -> int | None:
    found = [place for place, line in enumerate(lines) if (match := _TABLE.match(line)) and match["name"] == table]
    return found[number] if number < len(found) else None


def _quoted_keys(mistake: str) -> list[tuple[str, int]]:
    """The key that is unknown, where the mistake is about one."""
    match = re.search(r"there is no key '(\w+)'", mistake)
    return [(match[1], 0)] if match else []


def _key_line(lines: list[str], start: int, key: str) -> int | None:
    """The line, from 1, on which a key of a table stands whose lines begin at `start`."""
    for place, line in enumerate(lines[start:], start + 1):
        if _TABLE.match(line):
            return None
        if re.match(rf"\s*\"?{re.escape(key)}\"?\s*[.=]", line):
            return place
    return None
