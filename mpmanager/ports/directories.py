"""What the daemon needs of directories that others write to."""

from pathlib import Path
from typing import Protocol


class DirectoryWatch(Protocol):
    """Tells when files of some directories have become others."""

    @property
    def being_written(self) -> frozenset[Path]:
        """Files that somebody has begun to write and has not closed yet."""
        ...

    async def changed(self, longest_s: float) -> None:
        """Return when something has changed and it is quiet again, or after so long."""
        ...

    def close(self) -> None: ...
