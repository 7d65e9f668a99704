"""What a daemon costs at one moment: memory, descriptors, and what it has put into the kernel."""

import json
import os
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import psutil

from mpmanager.lab.bpf_entries import bpf_entries
from mpmanager.lab.instance import Lab
from mpmanager.lab.topology import LAPTOP

_RULES = (["ip", "rule"], ["ip", "-6", "rule"])
_ROUTES = (["ip", "route", "show", "table", "all"], ["ip", "-6", "route", "show", "table", "all"])
_TIMEOUT_S = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """One look. All but memory and times are counts."""

    at_s: float
    """Since the soak began."""
    rss_bytes: int
    uss_bytes: int
    """Memory that is its alone."""
    cpu_s: float
    """Processor time since its start."""
    descriptors: int
    threads: int
    cgroups: int
    """Of the lab, the daemon's scopes among them."""
    nft_entries: int
    """Tables, chains, rules, sets, and elements of sets that stay."""
    nft_timed: int
    """Elements of sets that go by themselves."""
    bpf_entries: int
    routes: int
    rules: int


COUNTS = ("threads", "cgroups", "nft_entries", "bpf_entries", "routes", "rules")
"""The fields that are as before when nothing goes on any more."""


def look(lab: Lab, pid: int, *, at_s: float) -> Vitals:
    """Look at the daemon of a lab's laptop.

    Raises:
        psutil.NoSuchProcess: it has ended.
    """
    process = psutil.Process(pid)
    memory = process.memory_full_info()
    times = process.cpu_times()
    return Vitals(
        at_s=at_s,
        rss_bytes=memory.rss,
        uss_bytes=memory.uss,
        cpu_s=times.user + times.system,
        descriptors=process.num_fds(),
        threads=process.num_threads(),
        cgroups=_cgroups(lab),
        bpf_entries=bpf_entries(pid),
        **lab.inside(LAPTOP, _network),
    )


def growth(samples: Sequence[Vitals], value: Callable[[Vitals], float]) -> float:
    """How much a value has grown over the samples: the slope of the least-squares line, times their span."""
    if len(samples) < 2:  # noqa: PLR2004  # no line
        return 0.0
    times = [each.at_s for each in samples]
    values = [value(each) for each in samples]
    middle, mean = sum(times) / len(times), sum(values) / len(values)
    spread = sum((time_s - middle) ** 2 for time_s in times)
    if not spread:
        return 0.0
    slope = sum((time_s - middle) * (each - mean) for time_s, each in zip(times, values, strict=True)) / spread
    return slope * (times[-1] - times[0])


def as_row(vitals: Vitals) -> dict[str, float]:
    """For a table of figures."""
    return asdict(vitals)


HEADINGS = tuple(each.name for each in fields(Vitals))


def _cgroups(lab: Lab) -> int:
    """Those that go while they are counted may be left out."""
    directory = lab.cgroup()
    return 0 if directory is None else sum(1 for _ in os.walk(directory.parent)) - 1


def _network() -> dict[str, int]:
    """Called in the laptop's namespace."""
    return {
        **_nft(),
        "routes": sum(len(_lines(command)) for command in _ROUTES),
        "rules": sum(len(_lines(command)) for command in _RULES),
    }


def _lines(command: list[str]) -> list[str]:
    done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=True)
    return done.stdout.splitlines()


def _nft() -> dict[str, int]:
    if not Path("/usr/sbin/nft").exists():
        return {"nft_entries": 0, "nft_timed": 0}
    listed = json.loads("".join(_lines(["nft", "--json", "list", "ruleset"])))["nftables"]
    elements = [element for each in listed for element in each.get("set", {}).get("elem", ())]
    timed = sum(isinstance(each, dict) and "expires" in each.get("elem", ()) for each in elements)
    return {"nft_entries": len(listed) + len(elements) - timed, "nft_timed": timed}
