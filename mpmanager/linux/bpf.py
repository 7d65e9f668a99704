"""BPF programs of our own in the kernel by way of libbpf: load, attach, pin, and find again."""

import ctypes
import os
import struct
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum, unique
from errno import EACCES, EINVAL, ENOENT, EPERM
from functools import cache
from pathlib import Path
from typing import Final, Self

from mpmanager.linux.mounts import BPFFS, has_bpffs
from mpmanager.model.errors import CommandRefusedError, NotSupportedError

_LIBRARY = "libbpf.so.1"
_LOG_LIMIT = 200_000
_LOG_LINES = 12
_MESSAGE_BYTES = 4096
_UPDATE_ANY = 0
_LINK_INFO = struct.Struct("=IIIIQI")
"""struct bpf_link_info of a cgroup's link: type, id, program, padding, cgroup, kind of attachment."""
_NAMESPACE_LINK_INFO = struct.Struct("=IIIIII")
"""Of a network namespace's: type, id, program, padding, inode of the namespace, kind of attachment."""
_LINK_INFO_BYTES = 256
_RODATA = ".rodata"


@unique
class AttachType(IntEnum):
    """Places of a cgroup, a network namespace or the kernel itself, with the numbers of `linux/bpf.h`."""

    INET_INGRESS = 0
    INET_EGRESS = 1
    INET_SOCK_CREATE = 2
    SOCK_OPS = 3
    INET4_CONNECT = 10
    INET6_CONNECT = 11
    UDP4_SENDMSG = 14
    UDP6_SENDMSG = 15
    GETSOCKOPT = 21
    SETSOCKOPT = 22
    MODIFY_RETURN = 26
    SK_LOOKUP = 36


class _Library:
    """libbpf with its calls declared, and what it has said."""

    def __init__(self) -> None:
        try:
            self.calls: Final = ctypes.CDLL(_LIBRARY, use_errno=True)
        except OSError as error:
            raise NotSupportedError(f"{_LIBRARY} is missing (Debian: libbpf1)") from error
        self._said: list[str] = []
        self._declare()
        # Kept: libbpf calls it for as long as the process lives.
        self._printer = _PRINTER(self._listen)
        self.calls.libbpf_set_print(self._printer)

    def _declare(self) -> None:
        for name, result, arguments in _CALLS:
            function = getattr(self.calls, name)
            function.restype, function.argtypes = result, arguments

    def _listen(self, level: int, form: bytes, arguments: int) -> int:
        if level == _DEBUG or sum(map(len, self._said)) > _LOG_LIMIT:
            return 0
        text = ctypes.create_string_buffer(_MESSAGE_BYTES)
        _libc.vsnprintf(text, _MESSAGE_BYTES, form, arguments)
        self._said.append(text.value.decode(errors="replace"))
        return 0

    def log(self) -> str:
        """What was said since the last time, its last lines."""
        lines = "".join(self._said).strip().splitlines()
        self._said.clear()
        return "\n".join(lines[-_LOG_LINES:])


_DEBUG = 2
_PRINTER = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)
_LISTENER = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
_libc = ctypes.CDLL(None, use_errno=True)
_libc.vsnprintf.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_void_p)

_POINTER, _INT, _TEXT, _SIZE, _U32, _U64 = (
    ctypes.c_void_p,
    ctypes.c_int,
    ctypes.c_char_p,
    ctypes.c_size_t,
    ctypes.c_uint32,
    ctypes.c_uint64,
)
_CALLS = (
    ("libbpf_set_print", _POINTER, (_PRINTER,)),
    ("bpf_object__open_file", _POINTER, (_TEXT, _POINTER)),
    ("bpf_object__load", _INT, (_POINTER,)),
    ("bpf_object__close", None, (_POINTER,)),
    ("bpf_object__next_program", _POINTER, (_POINTER, _POINTER)),
    ("bpf_object__next_map", _POINTER, (_POINTER, _POINTER)),
    ("bpf_program__name", _TEXT, (_POINTER,)),
    ("bpf_program__fd", _INT, (_POINTER,)),
    ("bpf_map__name", _TEXT, (_POINTER,)),
    ("bpf_map__fd", _INT, (_POINTER,)),
    ("bpf_map__key_size", _U32, (_POINTER,)),
    ("bpf_map__value_size", _U32, (_POINTER,)),
    ("bpf_map__is_internal", ctypes.c_bool, (_POINTER,)),
    ("bpf_map__set_pin_path", _INT, (_POINTER, _TEXT)),
    ("bpf_map__pin", _INT, (_POINTER, _TEXT)),
    ("bpf_map__set_initial_value", _INT, (_POINTER, _POINTER, _SIZE)),
    ("bpf_map_update_elem", _INT, (_INT, _POINTER, _POINTER, _U64)),
    ("bpf_map_lookup_elem", _INT, (_INT, _POINTER, _POINTER)),
    ("bpf_map_delete_elem", _INT, (_INT, _POINTER)),
    ("bpf_map_get_next_key", _INT, (_INT, _POINTER, _POINTER)),
    ("bpf_link_create", _INT, (_INT, _INT, _INT, _POINTER)),
    ("bpf_link_update", _INT, (_INT, _INT, _POINTER)),
    ("bpf_link_detach", _INT, (_INT,)),
    ("ring_buffer__new", _POINTER, (_INT, _LISTENER, _POINTER, _POINTER)),
    ("ring_buffer__epoll_fd", _INT, (_POINTER,)),
    ("ring_buffer__consume", _INT, (_POINTER,)),
    ("ring_buffer__free", None, (_POINTER,)),
    ("bpf_obj_pin", _INT, (_INT, _TEXT)),
    ("bpf_obj_get", _INT, (_TEXT,)),
    ("bpf_obj_get_info_by_fd", _INT, (_INT, _POINTER, ctypes.POINTER(_U32))),
)


@cache
def _library() -> _Library:
    """Libbpf, loaded once.

    Raises:
        NotSupportedError: it is not installed.
    """
    return _Library()


def _refusal(what: str, number: int, log: str = "") -> CommandRefusedError:
    reason = f"{what}: {os.strerror(number)}"
    return CommandRefusedError(f"{reason}\n{log}" if log else reason, errno=number)


def _checked(result: int, what: str) -> int:
    if result < 0:
        raise _refusal(what, -result, _library().log())
    return result


class BpfMap:
    """One map of the kernel."""

    def __init__(self, name: str, descriptor: int, *, key_size: int, value_size: int) -> None:
        self.name, self.descriptor = name, descriptor
        self._key_size, self._value_size = key_size, value_size
        self._calls = _library().calls

    def update(self, key: bytes, value: bytes) -> None:
        """Set one value, in one step.

        Raises:
            CommandRefusedError: there is no room, or (in a cgroup's storage) no attachment yet.
        """
        result = self._calls.bpf_map_update_elem(self.descriptor, key, value, _UPDATE_ANY)
        _checked(result, f"writing into the map {self.name}")

    def delete(self, key: bytes) -> None:
        """Remove one value; what is not there is no error.

        Raises:
            CommandRefusedError: refused for another reason.
        """
        result = self._calls.bpf_map_delete_elem(self.descriptor, key)
        if result != -ENOENT:
            _checked(result, f"removing from the map {self.name}")

    def get(self, key: bytes) -> bytes | None:
        """One value; None where there is none."""
        value = ctypes.create_string_buffer(self._value_size)
        result = self._calls.bpf_map_lookup_elem(self.descriptor, key, value)
        if result == -ENOENT:
            return None
        _checked(result, f"reading the map {self.name}")
        return value.raw

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """All keys with their values, as far as they stay there meanwhile."""
        for key in self.current_keys():
            if (value := self.get(key)) is not None:
                yield key, value

    def current_keys(self) -> list[bytes]:
        """All keys at about one moment."""
        found: dict[bytes, None] = {}
        last: bytes | None = None
        following = ctypes.create_string_buffer(self._key_size)
        while self._calls.bpf_map_get_next_key(self.descriptor, last, following) == 0:
            last = following.raw
            if last in found:
                break  # the kernel begins anew where the last key has just been removed
            found[last] = None
        return list(found)


class RingBuffer:
    """What programs write into a map of that kind, in its order. To be read from one thread."""

    def __init__(self, table: BpfMap) -> None:
        """Begin where the one before has ended, where the map was pinned.

        Raises:
            CommandRefusedError: it is a map of another kind.
        """
        self._calls = _library().calls
        self._records: list[bytes] = []
        # Kept: libbpf calls it for as long as there is the buffer.
        self._listener = _LISTENER(self._listen)
        self._buffer = self._calls.ring_buffer__new(table.descriptor, self._listener, None, None)
        if not self._buffer:
            raise _refusal(f"opening the ring buffer {table.name}", ctypes.get_errno(), _library().log())

    def fileno(self) -> int:
        """Becomes readable when there is something to read."""
        return int(self._calls.ring_buffer__epoll_fd(self._buffer))

    def read(self) -> list[bytes]:
        """All records that are there.

        Raises:
            CommandRefusedError: it cannot be read.
        """
        self._records = []
        _checked(self._calls.ring_buffer__consume(self._buffer), "reading a ring buffer")
        return self._records

    def close(self) -> None:
        """Read no more."""
        if self._buffer:
            self._calls.ring_buffer__free(self._buffer)
            self._buffer = None

    def _listen(self, _context: int, record: int, size: int) -> int:
        self._records.append(ctypes.string_at(record, size))
        return 0


class BpfObject:
    """The programs and maps of one object file, in the kernel until it is closed; what is attached or pinned stays."""

    def __init__(self, path: Path, *, pins: Path | None, constants: bytes | None = None) -> None:
        """Load the programs; with `pins`, take the maps that are pinned there under their names, and pin new ones.

        `constants` replaces the values of the object's constants, all of them.

        Raises:
            NotSupportedError: libbpf or the object file is missing.
            CommandRefusedError: the kernel refuses, in its own words; EINVAL also where pinned maps have another form.
        """
        self._calls = _library().calls
        self.pins = pins
        if not path.is_file():
            raise NotSupportedError(f"{path.name} is not built (packaging/bpf.sh compiles it)")
        self._object = self._calls.bpf_object__open_file(os.fsencode(path), None)
        if not self._object:
            raise _refusal(f"opening {path.name}", ctypes.get_errno(), _library().log())
        try:
            self._prepare(pins, constants)
            _checked(self._calls.bpf_object__load(self._object), f"loading {path.name}")
        except BaseException:
            self.close()
            raise
        self.programs = dict(self._programs())
        """Descriptors by name."""
        self.maps = dict(self._maps())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def pin(self, directory: Path) -> None:
        """Pin the maps of what was loaded without pins.

        Raises:
            CommandRefusedError: the kernel refuses; also where one of that name is there.
        """
        for each in self._each(self._calls.bpf_object__next_map):
            name = self._calls.bpf_map__name(each).decode()
            if not self._calls.bpf_map__is_internal(each):
                _checked(self._calls.bpf_map__pin(each, os.fsencode(directory / name)), f"pinning {name}")
        self.pins = directory

    def close(self) -> None:
        """Free our hold on it."""
        if self._object:
            self._calls.bpf_object__close(self._object)
            self._object = None

    def _prepare(self, pins: Path | None, constants: bytes | None) -> None:
        for each in self._each(self._calls.bpf_object__next_map):
            name = self._calls.bpf_map__name(each).decode()
            if self._calls.bpf_map__is_internal(each):
                if name.endswith(_RODATA) and constants is not None:
                    result = self._calls.bpf_map__set_initial_value(each, constants, len(constants))
                    _checked(result, f"setting {name}")
            elif pins is not None:
                _checked(self._calls.bpf_map__set_pin_path(each, os.fsencode(pins / name)), f"pinning {name}")

    def _each(self, following: "ctypes._NamedFuncPointer") -> Iterator[int]:
        item = following(self._object, None)
        while item:
            yield item
            item = following(self._object, item)

    def _programs(self) -> Iterator[tuple[str, int]]:
        for each in self._each(self._calls.bpf_object__next_program):
            yield self._calls.bpf_program__name(each).decode(), self._calls.bpf_program__fd(each)

    def _maps(self) -> Iterator[tuple[str, BpfMap]]:
        for each in self._each(self._calls.bpf_object__next_map):
            name = self._calls.bpf_map__name(each).decode()
            sizes = {
                "key_size": self._calls.bpf_map__key_size(each),
                "value_size": self._calls.bpf_map__value_size(each),
            }
            yield name, BpfMap(name, self._calls.bpf_map__fd(each), **sizes)


def attach(program: int, cgroup: Path, where: AttachType, *, pin: Path) -> None:
    """Attach a program to a cgroup beside those of others, held by a pin: until `detach`, whoever dies.

    Where the pin is there already and its cgroup still is, the program takes the place of the one before in one step.

    Raises:
        CommandRefusedError: the kernel refuses, or there is no such cgroup.
    """
    if _replace(program, pin):
        return
    _attach_anew(program, cgroup, where, pin)


def attach_to_namespace(program: int, *, pin: Path) -> None:
    """Attach a program for socket lookups to the network namespace of this thread, held by a pin.

    Raises:
        CommandRefusedError: the kernel refuses.
    """
    _attach_anew(program, _OWN_NAMESPACE, AttachType.SK_LOOKUP, pin)


_OWN_NAMESPACE = Path("/proc/thread-self/ns/net")


def attach_to_kernel(program: int) -> int:
    """Attach a program to the function of the kernel that its section names; returns what holds it there until closed.

    Raises:
        CommandRefusedError: the kernel refuses.
    """
    link = _library().calls.bpf_link_create(program, 0, int(AttachType.MODIFY_RETURN), None)
    return _checked(link, "attaching to a function of the kernel")


def attach_for_life(program: int, cgroup: Path, where: AttachType) -> int:
    """Attach a program to a cgroup beside those of others until the descriptor is closed, or its holder ends.

    Raises:
        CommandRefusedError: the kernel refuses, or there is no such cgroup.
    """
    try:
        opened = os.open(cgroup, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise _refusal(f"opening {cgroup}", error.errno or ENOENT) from error
    try:
        link: int = _library().calls.bpf_link_create(program, opened, int(where), None)
        return _checked(link, f"attaching to {cgroup}")
    finally:
        os.close(opened)


def _attach_anew(program: int, target: Path, where: AttachType, pin: Path) -> None:
    link = attach_for_life(program, target, where)
    try:
        _checked(_library().calls.bpf_obj_pin(link, os.fsencode(pin)), f"pinning {pin}")
    finally:
        os.close(link)


def _replace(program: int, pin: Path) -> bool:
    """Put the program into a pinned link; False where there is none, or its cgroup is gone."""
    link = _pinned(pin)
    if link is None:
        return False
    try:
        if _cgroup_of(link) == 0:
            pin.unlink()
            return False
        _checked(_library().calls.bpf_link_update(link, program, None), f"renewing {pin}")
    finally:
        os.close(link)
    return True


def detach(pin: Path) -> None:
    """Take a program off its cgroup and forget the pin; what is not there is no error.

    Raises:
        CommandRefusedError: refused; the pin stays.
    """
    link = _pinned(pin)
    if link is None:
        return
    try:
        if _cgroup_of(link):
            _checked(_library().calls.bpf_link_detach(link), f"detaching {pin}")
    finally:
        os.close(link)
    pin.unlink(missing_ok=True)


def is_attached(pin: Path) -> bool:
    """Whether a pinned program still stands at a cgroup that is there."""
    link = _pinned(pin)
    if link is None:
        return False
    try:
        return _cgroup_of(link) != 0
    finally:
        os.close(link)


def has_lost_namespace(pin: Path) -> bool:
    """Whether what `attach_to_namespace` has pinned has outlived the namespace; False where there is no such pin."""
    link = _pinned(pin)
    if link is None:
        return False
    try:
        return bool(_NAMESPACE_LINK_INFO.unpack_from(_link_info(link))[4] == 0)
    finally:
        os.close(link)


def is_in_first_namespace() -> bool:
    """Whether the network namespace of this thread is that of the first process, which nobody outlives."""
    try:
        return _OWN_NAMESPACE.readlink() == Path("/proc/1/ns/net").readlink()
    except OSError:
        return False


def _pinned(pin: Path) -> int | None:
    link: int = _library().calls.bpf_obj_get(os.fsencode(pin))
    return None if link == -ENOENT else _checked(link, f"opening {pin}")


def _cgroup_of(link: int) -> int:
    """The id of the cgroup that a link is attached to; 0 when that is gone."""
    return int(_LINK_INFO.unpack_from(_link_info(link))[4])


def _link_info(link: int) -> bytes:
    info = ctypes.create_string_buffer(_LINK_INFO_BYTES)
    length = _U32(_LINK_INFO_BYTES)
    result = _library().calls.bpf_obj_get_info_by_fd(link, info, ctypes.byref(length))
    _checked(result, "asking for a link")
    return info.raw


def would_outlive(mount_point: Path = BPFFS) -> bool:
    """Whether what is pinned there stays when the processes of our namespace of mounts end."""
    own = _mounts(Path("/proc/self"))
    if own is None or own == _mounts(Path("/proc/1")):
        return own is not None
    if not has_bpffs(mount_point):
        return False
    status = mount_point.stat()
    device = f" {os.major(status.st_dev)}:{os.minor(status.st_dev)} "
    others = (each for each in Path("/proc").iterdir() if each.name.isdecimal() and _mounts(each) not in {None, own})
    return any(device in _mount_lines(each) for each in others)


def _mounts(process: Path) -> Path | None:
    """Names the namespace of mounts of a process; None where that is not ours to see."""
    try:
        return (process / "ns/mnt").readlink()
    except OSError:
        return None


def _mount_lines(process: Path) -> str:
    try:
        return (process / "mountinfo").read_text(encoding="utf-8")
    except OSError:
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How an object file does on this kernel."""

    refusal: str = ""
    """Why it cannot be loaded, in a sentence; empty when it can."""
    constants: bytes | None = None
    """With which constants it can."""
    loaded: BpfObject | None = None
    """Whoever has asked closes it, or goes on with it by `load`."""


def try_loading(path: Path, candidates: Collection[bytes], *, pins: Path | None = None) -> Trial:
    """Load an object with each set of constants, best first, until the kernel takes one."""
    refusal = ""
    for constants in candidates:
        try:
            loaded = BpfObject(path, pins=pins, constants=constants)
        except CommandRefusedError as error:
            refusal = refusal or _reason_of(error)
        except NotSupportedError as error:
            return Trial(refusal=str(error))
        else:
            return Trial(constants=constants, loaded=loaded)
    return Trial(refusal=refusal)


def load(path: Path, *, pins: Path, constants: bytes | None, ahead: BpfObject | None) -> BpfObject:
    """As `BpfObject`; what a trial has loaded ahead is gone on with, unless other maps are pinned there.

    Raises:
        NotSupportedError, CommandRefusedError: as of `BpfObject`.
    """
    has_pins = any(pins.iterdir())
    if ahead is not None and has_pins and ahead.pins == pins:
        return ahead
    if ahead is not None and not has_pins and ahead.pins is None:
        with suppress(CommandRefusedError):  # somebody else has begun to pin meanwhile, or it is told below
            ahead.pin(pins)
            return ahead
    if ahead is not None:
        ahead.close()
    return BpfObject(path, pins=pins, constants=constants)


_NO_RIGHTS: Mapping[int, str] = {
    EPERM: "CAP_BPF, CAP_NET_ADMIN or CAP_PERFMON is missing, or this machine refuses BPF",
    EACCES: "this kernel's verifier refuses it",
    EINVAL: "this kernel lacks something that it needs",
}


def _reason_of(error: CommandRefusedError) -> str:
    hint = _NO_RIGHTS.get(error.errno)
    return f"{hint}: {error}" if hint else str(error)
