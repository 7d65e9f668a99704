"""The pictures of the window that a tour takes, and those of an earlier one in the same directory."""

import re
import stat
from pathlib import Path

_NAME = re.compile(r"[0-9]{4}-(overview|live)-(light|dark)\.png")


class Pictures:
    """The pictures in a directory since this was made. Files of other names are never touched."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._earlier = self._written()

    def new(self) -> list[Path]:
        """Those taken since, in the order of their names."""
        return sorted(file for file, when in self._written().items() if self._earlier.get(file) != when)

    def remove_earlier(self) -> None:
        """Remove those of an earlier tour, unless they are all there is."""
        new = self.new()
        for file in self._written().keys() - set(new) if new else ():
            file.unlink(missing_ok=True)

    def _written(self) -> dict[Path, int]:
        """When each picture was written, in ns."""
        if not self.directory.is_dir():
            return {}
        states = {each: each.lstat() for each in self.directory.iterdir() if _NAME.fullmatch(each.name)}
        return {file: state.st_mtime_ns for file, state in states.items() if stat.S_ISREG(state.st_mode)}
