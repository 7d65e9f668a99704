"""What this machine refuses of what the lab is made of.

The probe is a process of its own (`python -m mpmanager.lab.rights`): it makes an unnamed network namespace and a
device in it, which end with it.
"""

import ctypes
import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator

_CLONE_NEWNS = 0x00020000
_CLONE_NEWNET = 0x40000000
_MS_REC = 0x4000
_MS_PRIVATE = 0x40000
_TUNSETIFF = 0x400454CA
_IFF_TUN_NO_PI = 0x1001
_IPPROTO_MPTCP = 262

_PROBE_TIMEOUT_S = 20.0


def missing_rights() -> tuple[str, ...]:
    """What is missing for a lab, one phrase each, beginning with the right's name; empty when a lab can be made."""
    command = [sys.executable, "-P", "-m", "mpmanager.lab.rights"]
    probe = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_PROBE_TIMEOUT_S)
    if probe.returncode != 0:
        return (f"the probe for rights failed: {probe.stderr.strip()}",)
    return tuple(probe.stdout.splitlines())


def _unshare_network() -> None:
    _require(ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET))


def _unshare_mounts() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    _require(libc.unshare(_CLONE_NEWNS))
    _require(libc.mount(b"none", b"/", None, ctypes.c_ulong(_MS_REC | _MS_PRIVATE), None))
    _require(libc.mount(b"lab", b"/sys", b"sysfs", ctypes.c_ulong(0), None))


def _require(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _make_tun() -> None:
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
    fcntl.ioctl(descriptor, _TUNSETIFF, struct.pack("16sH22x", b"probe0", _IFF_TUN_NO_PI))
    os.close(descriptor)


def _open_tun() -> None:
    os.close(os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC))


def _make_mptcp_socket() -> None:
    socket.socket(socket.AF_INET, socket.SOCK_STREAM, _IPPROTO_MPTCP).close()


def _have_ip() -> None:
    if shutil.which("ip") is None:
        raise FileNotFoundError(2, "not found")


# In this order: later probes happen in the namespace that the first one made.
_PROBES: tuple[tuple[str, Callable[[], None]], ...] = (
    ("CAP_SYS_ADMIN (to make network namespaces)", _unshare_network),
    ("CAP_SYS_ADMIN (to mount /sys for a namespace)", _unshare_mounts),
    ("/dev/net/tun (to open it)", _open_tun),
    ("CAP_NET_ADMIN (to make TUN devices)", _make_tun),
    ("MPTCP (in the kernel, net.mptcp.enabled)", _make_mptcp_socket),
    ("the program `ip` (Debian: iproute2)", _have_ip),
)


def _refusals() -> Iterator[str]:
    is_own_network = True
    for what, probe in _PROBES:
        if probe is _make_tun and not is_own_network:
            continue  # the machine's own network is not for probing
        try:
            probe()
        except OSError as error:
            is_own_network = is_own_network and probe is not _unshare_network
            yield f"{what}: {error.strerror}"


def main() -> None:
    """Print what is refused, one line each."""
    for each in _refusals():
        print(each)  # noqa: T201  # read by missing_rights


if __name__ == "__main__":
    main()
