"""Files of groups of keys, as desktops and Flatpak write them; they may belong to anybody, and hold anything."""

import os
import re
import stat
from pathlib import Path

_MOST_BYTES = 1 << 19
_KEY = re.compile(rb"^[ \t]*([^\s#=\[][^=\[\n]*?)[ \t]*=[ \t]*(.*?)[ \t\r]*$", re.MULTILINE)
"""One line. Translations have brackets (`Name[de]`). As a whole in bytes: most of a file is translations."""


def start_of(path: Path, most_bytes: int = _MOST_BYTES) -> bytes:
    """The first bytes of a file, links followed; nothing where it cannot be read or is no file, as a FIFO is."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except (OSError, ValueError):
        return b""
    try:
        return os.read(descriptor, most_bytes) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""
    except OSError:
        return b""
    finally:
        os.close(descriptor)


def group_of(path: Path, group: str) -> dict[str, str]:
    """The keys of one group of a file, without translations, the first of each; empty where there is none."""
    keys: dict[str, str] = {}
    for key, value in _KEY.findall(_group(start_of(path), group.encode())):
        keys.setdefault(key.decode(errors="replace"), value.decode(errors="replace"))
    return keys


def _group(content: bytes, name: bytes) -> bytes:
    """What is below the first heading of that name, up to the next one."""
    heading = re.search(rb"^\[" + re.escape(name) + rb"\][ \t\r]*$", content, re.MULTILINE)
    if heading is None:
        return b""
    end = content.find(b"\n[", heading.end())
    return content[heading.end() : None if end < 0 else end]
