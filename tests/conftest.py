"""Labs for every level of tests, and what happens where this machine refuses namespaces."""

import itertools
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

import pytest

from mpmanager.lab.instance import Lab, tear_down
from mpmanager.lab.rights import missing_rights
from mpmanager.lab.topology import Topology
from mpmanager.linux.mounts import mount_bpffs

if find_spec("hypothesis") is not None:  # the guests of `make test-system` go without
    from hypothesis import HealthCheck, settings

    settings.register_profile("repeatable", derandomize=True, suppress_health_check=[HealthCheck.too_slow])
    if "MPMANAGER_FUZZ_CASES" not in os.environ:
        settings.load_profile("repeatable")
    """The same cases each time, so that a failure is of the change that is tried; with a number of cases, others."""

_NETNS_DIRECTORY = Path(__file__).parent / "netns"
_NAMESPACE_DIRECTORIES = frozenset({"contract", "end_to_end", "faults", "netns"})
_WINDOW_DIRECTORY = "gui"
"""Where `make test` looks for tests that need namespaces, and for those that need Qt alone; see the Makefile."""
_NOT_RUN = pytest.StashKey[tuple[int, tuple[str, ...]]]()
_numbers = itertools.count()


def pytest_configure() -> None:
    """A shell that starts this in the background has it ignore Ctrl-C, and all programs that tests start with it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Namespace tests run, all of them, unless this machine refuses namespaces; then none does, and loudly."""
    for item in items:
        if _NETNS_DIRECTORY in item.path.parents:
            item.add_marker("netns")
        directory = item.path.relative_to(Path(__file__).parent).parts[0]
        needs_namespaces = item.get_closest_marker("netns") is not None
        if needs_namespaces and directory not in _NAMESPACE_DIRECTORIES:
            raise pytest.UsageError(f"{item.nodeid} needs namespaces: it belongs into {sorted(_NAMESPACE_DIRECTORIES)}")
        if item.get_closest_marker("alone") and not needs_namespaces:
            raise pytest.UsageError(f"{item.nodeid} is to run alone, and `make test` does so in namespaces only")
        if item.get_closest_marker("gui") and not needs_namespaces and directory != _WINDOW_DIRECTORY:
            raise pytest.UsageError(f"{item.nodeid} needs Qt: it belongs into tests/{_WINDOW_DIRECTORY}")
    namespace_tests = [item for item in items if item.get_closest_marker("netns")]
    if not namespace_tests or not (missing := missing_rights()):
        return
    config.stash[_NOT_RUN] = (len(namespace_tests), missing)
    for item in namespace_tests:
        item.add_marker(pytest.mark.skip(reason=f"needs {'; '.join(missing)}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what could not run where nobody can overlook it."""
    if _NOT_RUN not in config.stash:
        return
    count, missing = config.stash[_NOT_RUN]
    terminalreporter.section("NOT TESTED", red=True, bold=True)
    sentence = f"{count} namespace tests could not run: needs {'; '.join(missing)}"
    terminalreporter.write_line(sentence, red=True, bold=True)


@pytest.fixture
def lab_name() -> str:
    """A name that no other lab has, in this session or another."""
    return f"test{os.getpid()}_{next(_numbers)}"


@pytest.fixture
def mount_point(tmp_path: Path) -> Iterator[Path]:
    """A file system of BPF pins that ends with the test."""
    place = tmp_path / "bpf"
    place.mkdir()
    mount_bpffs(place)
    yield place
    subprocess.run(["umount", place], check=True)


@pytest.fixture
def lab_up() -> Iterator[Callable[[Topology | str], Lab]]:
    """Makes labs, of a topology or of a shipped one's name, that end with the test."""
    with ExitStack() as labs:

        def up(topology: Topology | str = "home") -> Lab:
            name = f"test{os.getpid()}_{next(_numbers)}"
            labs.callback(tear_down, name)
            return Lab.up(topology, name=name)

        yield up
