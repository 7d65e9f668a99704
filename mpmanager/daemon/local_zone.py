"""The time zone of this machine, with the rules for its summer time."""

import os
from datetime import UTC, tzinfo
from pathlib import Path

_LOCAL_TIME = Path("/etc/localtime")


def local_zone() -> tzinfo:
    """As TZ names it, else as the machine is set; UTC where nothing tells."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415  # the daemon starts before it needs them

    try:
        if name := os.environ.get("TZ", "").removeprefix(":"):
            return ZoneInfo(name)
        with _LOCAL_TIME.open("rb") as file:
            return ZoneInfo.from_file(file, key=_name(_LOCAL_TIME))
    except (OSError, ValueError, ZoneInfoNotFoundError):  # a rule such as CET-1CEST is no name of a zone
        return UTC


def _name(link: Path) -> str:
    _before, found, name = str(link.resolve()).partition("/zoneinfo/")
    return name if found else "localtime"
