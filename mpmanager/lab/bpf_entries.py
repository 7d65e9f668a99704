"""How many entries the BPF maps of a process have: what it has put into the kernel and may forget there."""

import ctypes
import errno
import os
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

_HASHES = frozenset({1, 9})  # BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_LRU_HASH


def bpf_entries(pid: int) -> int:
    """In the hash maps of which the process holds a descriptor, each map once; 0 where libbpf is missing.

    Raises:
        OSError: refused (CAP_SYS_ADMIN).
    """
    library = _library()
    if library is None:
        return 0
    return sum(_entries(library, number, key_bytes) for number, key_bytes in sorted(set(_maps(pid))))


def _maps(pid: int) -> Iterator[tuple[int, int]]:
    """Number and size of keys."""
    for each in Path(f"/proc/{pid}/fdinfo").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            lines = each.read_text(encoding="ascii").splitlines()
            fields = dict(line.split(":", 1) for line in lines if ":" in line)
            if int(fields.get("map_type", 0)) in _HASHES:
                yield int(fields["map_id"]), int(fields["key_size"])


@cache
def _library() -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL("libbpf.so.1", use_errno=True)
    except OSError:
        return None


def _entries(library: ctypes.CDLL, number: int, key_bytes: int) -> int:
    descriptor = library.bpf_map_get_fd_by_id(ctypes.c_uint32(number))
    if descriptor < 0:
        if ctypes.get_errno() == errno.ENOENT:  # closed meanwhile
            return 0
        raise OSError(ctypes.get_errno(), f"BPF map {number}")
    try:
        found: set[bytes] = set()
        last: bytes | None = None
        following = ctypes.create_string_buffer(key_bytes)
        while library.bpf_map_get_next_key(descriptor, last, following) == 0:
            last = following.raw
            if last in found:
                break  # the kernel begins anew where the last key has just been removed
            found.add(last)
        return len(found)
    finally:
        os.close(descriptor)
