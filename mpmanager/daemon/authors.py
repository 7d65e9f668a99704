"""Which program somebody has used, as far as it tells."""

from pathlib import Path


def program_of(pid: int) -> str | None:
    """What a process calls itself (15 bytes, which it may choose); None where it is gone."""
    try:
        name = Path(f"/proc/{pid}/comm").read_text(errors="replace").strip()
    except OSError:
        return None
    return "".join(each for each in name if each.isprintable()) or None
