"""MPTCP_EXPIRATION and MPTCP_TRUSTED on a kernel that knows neither: programs at the cgroup around everybody."""

import asyncio
import logging
import os
import struct
from collections.abc import Callable
from pathlib import Path

from mpmanager.linux import bpf, pins
from mpmanager.linux.bpf import AttachType, BpfMap, BpfObject, RingBuffer
from mpmanager.linux.mounts import BPFFS, cgroup_directory, cgroup_mount, mount_bpffs
from mpmanager.linux.object_files import OPTIONS, namespace_constants
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.errors import CommandRefusedError, NotSupportedError
from mpmanager.model.names import Token
from mpmanager.model.policy import NEVER
from mpmanager.model.socket_options import NOTHING_ASKED, SocketWish

_PLACES = {
    "set_option": AttachType.SETSOCKOPT,
    "get_option": AttachType.GETSOCKOPT,
    "begin": AttachType.SOCK_OPS,
}
_TOKEN = struct.Struct("=I")
"""Key of `connections` and of `in_force`, and a record of `changes`."""
_WISH = struct.Struct("=iIIxxxxQ")
"""`struct wish`: expiration, whether there is one, whether a section has begun, which one."""
_SECTION = struct.Struct("=Q")
_LOST_KEY = bytes(4)
_NEVER_MS = -1
_REST_S = 0.005
"""Between looks at what is new."""
_MS_PER_S = 1000.0

_log = logging.getLogger(__name__)


class LinuxSocketOptions:
    """SocketOptions in the network namespace in which it is made and used. Needs a running event loop.

    The maps are pinned in bpffs beside those of the enforcement, so that the next daemon knows what was said. The
    programs are not: without a daemon, the kernel refuses the options as it always has.
    """

    def __init__(self, *, mount_point: Path = BPFFS, ahead: BpfObject | None = None) -> None:
        """With bpffs at another place than usual for tests; `ahead` are the programs, where they are loaded already."""
        self._mount_point = mount_point
        self._namespace = pins.namespace_cookie()
        self._directory = OPTIONS.pins(pins.directory_of_namespace(mount_point, self._namespace))
        self._ahead = ahead
        self._object: BpfObject | None = None
        self._links: list[int] = []
        self._changes: RingBuffer | None = None
        self._resting: asyncio.TimerHandle | None = None
        self._lost = bytes(8)

    def begin(self, root: CgroupPath, changed: Callable[[Token], None]) -> None:
        if cgroup_mount() is None:
            raise NotSupportedError("cgroup v2 is not mounted")
        mount_bpffs(self._mount_point)
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            self._load(root, changed)
        except OSError as error:
            self.close()
            raise NotSupportedError(f"nothing can be pinned at {self._mount_point}: {error}") from error
        except BaseException:
            self.close()
            raise

    def _load(self, root: CgroupPath, changed: Callable[[Token], None]) -> None:
        constants = namespace_constants(self._namespace)
        ahead, self._ahead = self._ahead, None
        loaded = self._object = bpf.load(OPTIONS.path, pins=self._directory, constants=constants, ahead=ahead)
        pins.call_witness(loaded, self._directory.parent)
        pins.remove_other_layouts(self._directory, kind=OPTIONS.kind)
        pins.remove_other_namespaces(self._directory.parent)
        changes = self._changes = RingBuffer(self._map("changes"))
        changes.read()  # what was said to an earlier daemon is in the map, too
        self._lost = self._map("lost").get(_LOST_KEY) or self._lost
        self._follow(changes, changed)
        for name, where in _PLACES.items():
            self._links.append(bpf.attach_for_life(loaded.programs[name], cgroup_directory(root), where))

    def wish(self, token: Token) -> SocketWish:
        if self._object is None:
            return NOTHING_ASKED
        value = self._map("connections").get(_TOKEN.pack(token))
        return NOTHING_ASKED if value is None else decode_wish(value)

    def confirm(self, token: Token, wish: SocketWish) -> None:
        if self._object is not None:
            self._map("in_force").update(_TOKEN.pack(token), _SECTION.pack(wish.section))

    def forget(self, token: Token) -> None:
        if self._object is not None:
            for name in ("connections", "in_force"):
                self._map(name).delete(_TOKEN.pack(token))

    def close(self) -> None:
        for link in self._links:
            os.close(link)
        self._links.clear()
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None
        if self._changes is not None:
            asyncio.get_running_loop().remove_reader(self._changes.fileno())
            self._changes.close()
            self._changes = None
        for each in (self._object, self._ahead):
            if each is not None:
                each.close()
        self._object = self._ahead = None

    def _map(self, name: str) -> BpfMap:
        assert self._object is not None  # noqa: S101  # every caller has asked or loaded it
        return self._object.maps[name]

    def _follow(self, changes: RingBuffer, changed: Callable[[Token], None]) -> None:
        asyncio.get_running_loop().add_reader(changes.fileno(), self._read, changes, changed)

    def _read(self, changes: RingBuffer, changed: Callable[[Token], None]) -> None:
        """Tell what is new, and rest: a program may say something else as often as it likes."""
        loop = asyncio.get_running_loop()
        loop.remove_reader(changes.fileno())
        self._resting = loop.call_later(_REST_S, self._follow, changes, changed)
        try:
            tokens = self._news(changes)
        except CommandRefusedError as error:
            _log.warning("socket options: %s", error)
            return
        for token in tokens:
            changed(token)

    def _news(self, changes: RingBuffer) -> list[Token]:
        """Of whom something else may be said now, each once."""
        records = changes.read()
        lost = self._map("lost").get(_LOST_KEY) or self._lost
        if lost != self._lost:
            self._lost = lost
            records += self._map("connections").current_keys()
        return [Token(_TOKEN.unpack(each)[0]) for each in dict.fromkeys(records)]


def decode_wish(value: bytes) -> SocketWish:
    """What a `struct wish` says."""
    expiration_ms, has_expiration, is_trusted, asked_ns = _WISH.unpack(value)
    wait_s = NEVER if expiration_ms == _NEVER_MS else expiration_ms / _MS_PER_S
    return SocketWish(wait_s=wait_s if has_expiration else None, is_trusted=bool(is_trusted), section=asked_ns)
