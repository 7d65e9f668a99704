"""The hook at `update_socket_protocol` (Linux 6.6), by which TCP sockets of chosen cgroups become Multipath TCP ones.

The program is mpmanager/bpf/multipath.bpf.c; the map's layout is repeated here.
"""

import os
import struct
from collections.abc import Collection, Mapping
from enum import IntEnum, unique
from errno import EACCES, EINVAL, ENOENT, EPERM, ESRCH
from pathlib import Path

from mpmanager.linux import bpf, pins
from mpmanager.linux.bpf import BpfMap, BpfObject
from mpmanager.linux.cgroups import LinuxCgroups
from mpmanager.linux.preload import is_switched_off
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.errors import CommandRefusedError, NotSupportedError

_OBJECT = Path(__file__).parent.parent / "bpf" / "multipath.bpf.o"
_PROGRAM = "multipath"
_MAP = "choices"
_KEY = struct.Struct("=Q")
"""The id of a cgroup."""
_CONSTANTS = struct.Struct("=Q")
"""The cookie of the network namespace that is meant."""
_NO_SUCH_PLACE = {ESRCH, ENOENT, EINVAL}
"""libbpf finds no such function, the kernel lets nobody attach to it, or does not know this way of attaching."""


@unique
class _Choice(IntEnum):
    """What the map says of a cgroup: enum choice of the program."""

    MULTIPATH = 1
    PLAIN = 2

    def packed(self) -> bytes:
        return struct.pack("=I", self)


class LinuxMultipathHook:
    """The hook for programs in the network namespace in which it is made. It ends with this process."""

    def __init__(self) -> None:
        self._cgroups = LinuxCgroups()
        self._namespace = pins.namespace_cookie()
        self._object: BpfObject | None = None
        self._link: int | None = None

    def refusal(self) -> str | None:
        """As the port says; loads the program for a moment where it is not in use (20 ms)."""
        was_attached = self._link is not None
        try:
            self._attach()
        except NotSupportedError as error:
            return str(error)
        if not was_attached:
            self.close()
        return None

    def apply(self, wanted: Collection[CgroupPath], unwanted: Collection[CgroupPath]) -> Collection[CgroupPath]:
        if not wanted:
            self.close()
            return [each for each in unwanted if not self._cgroups.exists(each)]
        try:
            attached = self._attach()
        except NotSupportedError:
            self.close()
            raise
        places = {each: self._cgroups.identity(each) for each in {*wanted, *unwanted}}
        choices = {
            _KEY.pack(place): (_Choice.PLAIN if each in unwanted else _Choice.MULTIPATH).packed()
            for each, place in places.items()
            if place is not None
        }
        _replace(attached.maps[_MAP], choices)
        return [each for each, place in places.items() if place is None]

    def close(self) -> None:
        if self._link is not None:
            os.close(self._link)
            self._link = None
        if self._object is not None:
            self._object.close()
            self._object = None

    def _attach(self) -> BpfObject:
        """Have the hook in the kernel, with an empty map at first."""
        if is_switched_off():
            raise NotSupportedError("Multipath TCP is switched off here (net.mptcp.enabled)")
        if self._object is not None:
            return self._object
        try:
            loaded = BpfObject(_OBJECT, pins=None, constants=_CONSTANTS.pack(self._namespace))
        except CommandRefusedError as error:
            raise NotSupportedError(_sentence(error)) from error
        try:
            self._link = bpf.attach_to_kernel(loaded.programs[_PROGRAM])
        except CommandRefusedError as error:
            loaded.close()
            raise NotSupportedError(_sentence(error)) from error
        self._object = loaded
        return loaded


def _sentence(error: CommandRefusedError) -> str:
    """In one line: libbpf's own words are many."""
    if error.errno in _NO_SUCH_PLACE:
        return "this kernel has no place for such a hook (Linux 6.6 with MPTCP and BTF has)"
    if error.errno in {EPERM, EACCES}:
        return "this machine refuses BPF programs that change what the kernel does"
    return str(error).splitlines()[0]


def _replace(choices: BpfMap, wanted: Mapping[bytes, bytes]) -> None:
    for key in set(choices.current_keys()) - wanted.keys():
        choices.delete(key)
    for key, value in wanted.items():
        choices.update(key, value)
