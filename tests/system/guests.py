"""Which guests there are, what each of them is to show, and what its kernel is known not to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_BARE = "/mnt/source/tests/system/guest/init.sh"
_SYSTEMD = "/sbin/init"
_DEBIAN_12 = "linux-image-amd64"
_BACKPORTED = "linux-image-6.12-amd64"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """One emulated machine."""

    name: str
    title: str
    package: str
    """Of Debian, that stands for the newest kernel of a series."""
    init: str
    tests: Sequence[str]
    """Arguments of pytest."""
    limit_s: float
    """Of this machine's time; five times what it takes on two slow cores."""
    memory_mb: int = 1024
    is_virtual_time: bool = False
    """Whether its clock counts instructions. Else time-outs of programs hang on how busy this machine is."""
    built: Sequence[str] = ()
    """What has to be built before and is put into it: patterns."""
    known: Mapping[str, str] = field(default_factory=dict)
    """Why a check cannot hold on this kernel, by its name; if it holds all the same, this table is wrong."""


_RATES = (
    "tests/netns/network/enforcement/test_first_bytes.py::"
    "test_a_join_from_elsewhere_carries_downloads_and_nothing_of_the_first_bytes"
)
_KERNEL_TESTS = (
    "tests/netns/network/enforcement",
    "--ignore=tests/netns/network/enforcement/test_cost.py",
    f"--deselect={_RATES}",
    "tests/netns/test_bpf.py",
    "tests/netns/test_kernel_trials.py",
    "tests/netns/test_socket_options.py",
    "tests/netns/test_sockets_module.py",
)
"""Not what compares rates or measures costs: those of an emulated machine are others."""

GUESTS = (
    Guest(
        name="kernel-6.1",
        title="Steering, fence and revocation on Debian 12's kernel",
        package=_DEBIAN_12,
        init=_BARE,
        tests=_KERNEL_TESTS,
        limit_s=3000,
    ),
    Guest(
        name="kernel-6.12",
        title="Steering, fence and revocation on Debian's kernel 6.12",
        package=_BACKPORTED,
        init=_BARE,
        tests=_KERNEL_TESTS,
        limit_s=3000,
    ),
    Guest(
        name="multipath",
        title="Multipath TCP for programs that ask for TCP: the kernel's hook, and socket units",
        package=_BACKPORTED,
        init=_SYSTEMD,
        is_virtual_time=True,
        tests=("tests/system/multipath/check_hook.py", "tests/system/multipath/check_socket_units.py"),
        limit_s=3000,
    ),
    Guest(
        name="wifi",
        title="Real Wi-Fi: NetworkManager, wpa_supplicant, hostapd and emulated radios",
        package=_DEBIAN_12,
        init=_SYSTEMD,
        is_virtual_time=True,
        tests=("tests/system/wifi/check_trust.py", "tests/system/wifi/check_leaks.py"),
        limit_s=3000,
    ),
    Guest(
        name="polkit",
        title="Who may what: polkit and logind, active and inactive sessions",
        package=_DEBIAN_12,
        init=_SYSTEMD,
        is_virtual_time=True,
        tests=("tests/system/session/check_polkit.py",),
        limit_s=3000,
    ),
    Guest(
        name="service",
        title="The unit of systemd: its sandbox, watchdog, restart and start by the bus",
        package=_DEBIAN_12,
        init=_SYSTEMD,
        is_virtual_time=True,
        tests=("tests/system/service/check_service.py",),
        limit_s=3000,
    ),
    Guest(
        name="packages",
        title="The Debian package: installed, upgraded while a rule is in force, removed, purged",
        package=_DEBIAN_12,
        init=_SYSTEMD,
        is_virtual_time=True,
        memory_mb=1536,
        tests=("tests/system/packages/check_packages.py",),
        built=("build/deb/mpmanager-daemon_*.deb",),
        limit_s=3000,
    ),
)
