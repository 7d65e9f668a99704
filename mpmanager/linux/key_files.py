"""Files of groups of keys, as desktops and Flatpak write them; they may belong to anybody, and hold anything."""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MOST_BYTES = 1 << 19
_KEY = re.compile(rb"^[ \t]*+([^\s#=\[][^=\[\n]*+)=([^\n]*+)$", re.MULTILINE)
"""One line, read once: it may be long. Translations have brackets (`Name[de]`); most of a file is translations."""
_BLANK = b" \t\r"


def start_of(path: Path, most_bytes: int = _MOST_BYTES) -> bytes:
    """The first bytes of a file, links followed; nothing where it cannot be read or is no file, as a FIFO is."""
    try:
        with _descriptor(path, os.O_PATH) as place:
            if not stat.S_ISREG(os.fstat(place).st_mode):
                return b""  # it may be a link to a device, of which some do something when they are opened
            with _descriptor(f"/proc/self/fd/{place}", os.O_RDONLY | os.O_NONBLOCK) as file:
                return os.read(file, most_bytes)
    except (OSError, ValueError):
        return b""


@contextmanager
def _descriptor(path: Path | str, flags: int) -> Iterator[int]:
    descriptor = os.open(path, flags | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def group_of(path: Path, group: str) -> dict[str, str]:
    """The keys of one group of a file, without translations, the first of each; empty where there is none."""
    keys: dict[str, str] = {}
    for key, value in _KEY.findall(_group(start_of(path), group.encode())):
        keys.setdefault(key.rstrip(_BLANK).decode(errors="replace"), value.strip(_BLANK).decode(errors="replace"))
    return keys


def _group(content: bytes, name: bytes) -> bytes:
    """What is below the first heading of that name, up to the next one."""
    heading = re.search(rb"^\[" + re.escape(name) + rb"\][ \t\r]*$", content, re.MULTILINE)
    if heading is None:
        return b""
    end = content.find(b"\n[", heading.end())
    return content[heading.end() : None if end < 0 else end]
