"""Where in bpffs things of ours are pinned, and what becomes of them when their network namespace is gone."""

import logging
import socket
from contextlib import suppress
from pathlib import Path

from mpmanager.linux import bpf
from mpmanager.linux.bpf import BpfObject
from mpmanager.model.errors import CommandRefusedError

_WITNESS = "witness"
"""An empty program of each of our objects, and the pin of its link."""
_SO_NETNS_COOKIE = 71

_log = logging.getLogger(__name__)


def namespace_cookie() -> int:
    """The cookie of the network namespace of this thread: unlike an inode number, it is never given again."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        return int.from_bytes(any_socket.getsockopt(socket.SOL_SOCKET, _SO_NETNS_COOKIE, 8), "little")


def directory_of_namespace(mount_point: Path, cookie: int) -> Path:
    """All that is pinned for one network namespace is below it."""
    return mount_point / "mpmanager" / f"namespace{cookie}"


def call_witness(programs: BpfObject, directory: Path) -> None:
    """Make it known when our network namespace is gone. The first one never is, and pays nothing for it."""
    pin = directory / _WITNESS
    if pin.exists() or bpf.is_in_first_namespace():
        return
    try:
        bpf.attach_to_namespace(programs.programs[_WITNESS], pin=pin)
    except CommandRefusedError as refusal:
        _log.warning("what is pinned for this network namespace may outlive it: %s", refusal)


def remove_other_namespaces(directory: Path) -> None:
    """Of those alone that are gone for certain: no process, descriptor, mount or socket is in them."""
    for each in directory.parent.iterdir():
        if bpf.has_lost_namespace(each / _WITNESS):
            _log.debug("removing what was pinned for a network namespace that is gone: %s", each)
            with suppress(FileNotFoundError):  # daemons of two other namespaces may come to it at once
                _remove_namespace(each)


def _remove_namespace(directory: Path) -> None:
    for each in directory.iterdir():
        if each.is_dir():
            remove_layout(each)
    (directory / _WITNESS).unlink()
    directory.rmdir()


def remove_other_layouts(directory: Path, *, kind: str) -> None:
    """Remove what an earlier version has left of the same kind, once what is in `directory` stands."""
    for each in directory.parent.glob(f"{kind}*"):
        if each != directory and each.is_dir():
            remove_layout(each)


def remove_layout(directory: Path) -> None:
    """Detach all that is attached, and remove the maps."""
    for each in directory.iterdir():
        bpf.detach(each) if "-" in each.name else each.unlink(missing_ok=True)
    directory.rmdir()
