"""Settings of Multipath TCP, simulated and of the kernel, behave alike."""

import os
import subprocess

import pytest

from mpmanager.lab import namespaces
from mpmanager.linux.sysctls import LinuxSysctls
from mpmanager.model.errors import CommandRefusedError, StateFileError
from mpmanager.model.sysctl import KNOWN
from mpmanager.simulated.sysctls import SimulatedSysctls


class SimulatedPlace:
    def __init__(self, _directory):
        self.sysctls = SimulatedSysctls()

    def run(self, function):
        return function()

    def close(self):
        pass


class KernelPlace:
    """A network namespace of its own."""

    def __init__(self, directory):
        self.file = directory / "etc" / "60-mpmanager.conf"
        self.sysctls = LinuxSysctls(self.file, is_applied_at_boot=False)
        self.namespace = f"mpm-test-sysctls-{os.getpid()}"
        namespaces.create(self.namespace)

    def run(self, function):
        return namespaces.inside(self.namespace, function)

    def close(self):
        namespaces.remove([self.namespace])


@pytest.fixture(params=[SimulatedPlace, pytest.param(KernelPlace, marks=pytest.mark.netns)])
def place(request, tmp_path):
    made = request.param(tmp_path)
    yield made
    made.close()


@pytest.fixture
def kernel(tmp_path):
    made = KernelPlace(tmp_path)
    yield made
    made.close()


def test_settings_have_values_one_can_be_set_and_is_read_back(place):
    values = place.run(place.sysctls.values)
    assert {"enabled", "stale_loss_cnt"} <= values.keys()
    place.run(lambda: place.sysctls.write("stale_loss_cnt", "2"))
    assert place.run(place.sysctls.values) == {**values, "stale_loss_cnt": "2"}


def test_a_setting_that_is_not_there_cannot_be_set(place):
    with pytest.raises(CommandRefusedError, match=r"net\.mptcp\.nonsense = 1: No such file"):
        place.run(lambda: place.sysctls.write("nonsense", "1"))


def test_what_is_kept_is_replaced_as_a_whole(place):
    assert place.sysctls.kept() == {}
    place.sysctls.keep({"enabled": "1", "stale_loss_cnt": "2"})
    assert place.sysctls.kept() == {"enabled": "1", "stale_loss_cnt": "2"}
    place.sysctls.keep({"stale_loss_cnt": "3"})
    assert place.sysctls.kept() == {"stale_loss_cnt": "3"}
    place.sysctls.keep({})
    assert place.sysctls.kept() == {}


@pytest.mark.netns
def test_a_namespace_has_its_own_settings(kernel):
    outside = kernel.sysctls.values()
    kernel.run(lambda: kernel.sysctls.write("stale_loss_cnt", str(int(outside["stale_loss_cnt"]) + 1)))
    assert kernel.sysctls.values() == outside


@pytest.mark.netns
def test_the_kernels_refusal_is_told_and_it_is_as_it_was(kernel):
    with pytest.raises(CommandRefusedError, match=r"net\.mptcp\.enabled = 7: Invalid argument"):
        kernel.run(lambda: kernel.sysctls.write("enabled", "7"))
    assert kernel.run(kernel.sysctls.values)["enabled"] == "1"


@pytest.mark.netns
def test_defaults_in_a_fresh_namespace_are_those_that_are_told(kernel):
    values = kernel.run(kernel.sysctls.values)
    expected = {each.name: each.default for each in KNOWN if each.name in values and each.default is not None}
    assert {name: values[name] for name in expected} == expected


@pytest.mark.netns
def test_the_kernel_takes_the_least_and_the_most_that_is_allowed(kernel):
    values = kernel.run(kernel.sysctls.values)
    for each in KNOWN:
        if each.name in values and each.refusal is None and each.highest:
            for number in (each.lowest, each.highest):
                kernel.run(lambda name=each.name, value=str(number): kernel.sysctls.write(name, value))
                assert kernel.run(kernel.sysctls.values)[each.name] == str(number)


@pytest.mark.netns
def test_the_file_is_one_that_sysctl_reads_and_nothing_else_is_left(kernel):
    kernel.sysctls.keep({"stale_loss_cnt": "2", "close_timeout": "30"})
    assert [each.name for each in kernel.file.parent.iterdir()] == ["60-mpmanager.conf"]
    assert kernel.file.stat().st_mode & 0o777 == 0o644
    subprocess.run(["ip", "netns", "exec", kernel.namespace, "sysctl", "-q", "-p", kernel.file], check=True)
    values = kernel.run(kernel.sysctls.values)
    assert (values["stale_loss_cnt"], values["close_timeout"]) == ("2", "30")
    kernel.sysctls.keep({})
    assert list(kernel.file.parent.iterdir()) == []


@pytest.mark.netns
def test_a_file_that_cannot_be_written_is_told_and_as_it_was(kernel):
    kernel.sysctls.keep({"stale_loss_cnt": "2"})
    (kernel.file.parent / "60-mpmanager.new").mkdir()
    with pytest.raises(StateFileError, match="Is a directory"):
        kernel.sysctls.keep({"stale_loss_cnt": "3"})
    assert kernel.sysctls.kept() == {"stale_loss_cnt": "2"}
