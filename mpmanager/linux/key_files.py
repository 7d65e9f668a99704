"""Files of groups of keys, as desktops and Flatpak write them; they may belong to anybody, and hold anything."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

_MOST_BYTES = 1 << 19


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
    for line in _lines_of(start_of(path).decode(errors="replace"), f"[{group}]"):
        key, equals, value = line.partition("=")
        if equals and "[" not in key:
            keys.setdefault(key.strip(), value.strip())
    return keys


def _lines_of(text: str, heading: str) -> Iterator[str]:
    """What is below a heading, up to the next one; neither comments nor what is empty."""
    is_in_group = False
    for line in text.splitlines():
        if line.startswith("["):
            if is_in_group:
                return
            is_in_group = line.rstrip() == heading
        elif is_in_group and line and not line.startswith("#"):
            yield line
