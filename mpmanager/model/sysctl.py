"""The settings of the kernel's Multipath TCP, `net.mptcp.*`: what they mean and what they may be.

After Documentation/networking/mptcp-sysctl.rst of the kernel, from Linux 6.1 on. Which of them there are depends on the
kernel.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import NewType

PREFIX = "net.mptcp."

SysctlName = NewType("SysctlName", str)
"""Without `PREFIX`."""


@unique
class SysctlKind(StrEnum):
    """What values a setting takes."""

    BOOLEAN = "boolean"
    """0 or 1."""
    COUNT = "count"
    SECONDS = "seconds"
    CHOICE = "choice"
    """A word of those that another setting lists."""
    LIST = "list"
    """Words; only to be read."""
    UNKNOWN = "unknown"
    """Of a kernel that is newer than this table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sysctl:
    """One setting."""

    name: SysctlName
    kind: SysctlKind
    default: str | None
    """The kernel's; None where that depends on the machine, or is not known."""
    meaning: str
    """One sentence."""
    lowest: int = 0
    highest: int = 0
    """Inclusive; of counts and seconds."""
    choices_in: SysctlName | None = None
    """The setting that lists the choices."""
    refusal: str | None = None
    """Why it cannot be set here; None: it can."""
    warnings: Mapping[str, str] | None = None
    """What some values do to mpmanager's work, by value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SysctlChange:
    """What was done to a setting."""

    before: str
    """The value before mpmanager changed it for the first time: there `undo` leads."""
    value: str
    """What it was set to last."""


_READ_ONLY = "the kernel only tells it"
_OURS = "mpmanagerd manages connections here and needs it as it is; it is given back when mpmanagerd ends"
_LONGEST_S = 2_000_000
"""The kernel counts in ticks, of which some more fit into its numbers."""

KNOWN = tuple(
    sorted(
        (
            Sysctl(
                name=SysctlName("enabled"),
                kind=SysctlKind.BOOLEAN,
                default="1",
                meaning="Whether programs may open Multipath TCP connections.",
                warnings={"0": "new connections will use one path each, and there is nothing for mpmanager to manage"},
            ),
            Sysctl(
                name=SysctlName("add_addr_timeout"),
                kind=SysctlKind.SECONDS,
                default="120",
                highest=_LONGEST_S,
                meaning="After how long at most an announced address that the peer has not confirmed is announced "
                "again (0: never).",
                warnings={"0": "an announcement that gets lost stays lost: peers may not learn of further addresses"},
            ),
            Sysctl(
                name=SysctlName("add_addr_v6_port_drop_ts"),
                kind=SysctlKind.BOOLEAN,
                default="1",
                meaning="Whether TCP timestamps are left out of a packet that announces an IPv6 address with a port, "
                "which has no room for both.",
            ),
            Sysctl(
                name=SysctlName("allow_join_initial_addr_port"),
                kind=SysctlKind.BOOLEAN,
                default="1",
                meaning="Whether peers may open further subflows to the address of the first one.",
                warnings={"0": "peers can open further subflows to announced addresses only"},
            ),
            Sysctl(
                name=SysctlName("available_path_managers"),
                kind=SysctlKind.LIST,
                default=None,
                meaning="The path managers that this kernel has loaded.",
                refusal=_READ_ONLY,
            ),
            Sysctl(
                name=SysctlName("available_schedulers"),
                kind=SysctlKind.LIST,
                default=None,
                meaning="The packet schedulers that this kernel has loaded.",
                refusal=_READ_ONLY,
            ),
            Sysctl(
                name=SysctlName("blackhole_timeout"),
                kind=SysctlKind.SECONDS,
                default="3600",
                highest=_LONGEST_S,
                meaning="For how long new connections are plain TCP after a network has swallowed Multipath TCP; "
                "longer each time it happens again (0: never).",
            ),
            Sysctl(
                name=SysctlName("checksum_enabled"),
                kind=SysctlKind.BOOLEAN,
                default="0",
                meaning="Whether data bears checksums of its own, so that proxies that change it are noticed.",
                warnings={"1": "all data of new connections is summed up in software, which costs processor time"},
            ),
            Sysctl(
                name=SysctlName("close_timeout"),
                kind=SysctlKind.SECONDS,
                default="60",
                highest=_LONGEST_S,
                meaning="How long a connection without any subflow lives on and waits for a new one.",
                warnings={"0": "a connection ends at once when its last path goes, before another one can take over"},
            ),
            Sysctl(
                name=SysctlName("path_manager"),
                kind=SysctlKind.CHOICE,
                default="kernel",
                choices_in=SysctlName("available_path_managers"),
                meaning="Who opens and closes the subflows of new connections.",
                refusal=_OURS,
            ),
            Sysctl(
                name=SysctlName("pm_type"),
                kind=SysctlKind.COUNT,
                default="0",
                highest=1,
                meaning="The same as path_manager, for kernels before 6.15: 0 is the kernel, 1 a program.",
                refusal=_OURS,
            ),
            Sysctl(
                name=SysctlName("scheduler"),
                kind=SysctlKind.CHOICE,
                default="default",
                choices_in=SysctlName("available_schedulers"),
                meaning="What chooses the subflow for each packet of new connections.",
            ),
            Sysctl(
                name=SysctlName("stale_loss_cnt"),
                kind=SysctlKind.COUNT,
                default="4",
                highest=1_000_000,
                meaning="After how many retransmission times without an answer the kernel itself passes a subflow over "
                "(0: never).",
            ),
            Sysctl(
                name=SysctlName("syn_retrans_before_tcp_fallback"),
                kind=SysctlKind.COUNT,
                default="2",
                highest=255,
                meaning="How often the first packet is sent again with Multipath TCP before plain TCP is tried "
                "(128 and more: always with).",
                warnings={"0": "one lost first packet makes a connection plain TCP, which keeps to one path"},
            ),
        ),
        key=lambda each: each.name,
    )
)
