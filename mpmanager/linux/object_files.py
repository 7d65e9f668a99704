"""The compiled programs of mpmanager/bpf that a daemon loads at its start, and where their maps are pinned."""

from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

_DIRECTORY = Path(__file__).parent.parent / "bpf"


class ObjectFile(NamedTuple):
    """One of them."""

    path: Path
    kind: str
    """What its directory of pins is called, where it has one."""
    layout: int
    """To be counted up with every change of a map's form: pinned maps of another layout are not ours to go on with."""

    def pins(self, of_namespace: Path) -> Path:
        """Where its maps are pinned, below the directory of a network namespace."""
        return of_namespace / f"{self.kind}{self.layout}"


ENDS = ObjectFile(_DIRECTORY / "ends.bpf.o", kind="ends", layout=1)
FENCE = ObjectFile(_DIRECTORY / "fence.bpf.o", kind="layout", layout=2)
OPTIONS = ObjectFile(_DIRECTORY / "options.bpf.o", kind="options", layout=1)

TELLS_NAMESPACE, DOES_NOT = b"\1", b"\0"
"""The fence's constants: whether packets can be asked for their network namespace (Linux 6.15)."""


def namespace_constants(cookie: int) -> bytes:
    """Those of all others: the network namespace whose sockets they are about."""
    return cookie.to_bytes(8, "little")


def candidates(file: ObjectFile, cookie: int) -> Collection[bytes]:
    """The constants to be tried, best first."""
    return (TELLS_NAMESPACE, DOES_NOT) if file == FENCE else (namespace_constants(cookie),)
