"""What this kernel can do: the trial finds out, whatever the version says."""

import asyncio
import os
from contextlib import closing
from dataclasses import replace

import pytest

from mpmanager.linux.kernel_trials import LinuxKernelTrials
from mpmanager.linux.sock_diag import LinuxConnectionTable
from mpmanager.model.kernel import KernelFeature, KernelTrial
from netns.stage import Manager, lab_of_two_links, on_the_laptop

pytestmark = pytest.mark.netns

AT_JOIN = {KernelFeature.BACKUP_AT_JOIN, KernelFeature.INTERFACE_AT_JOIN}


@pytest.fixture(scope="module")
def lab():
    with lab_of_two_links("trial") as made:
        yield made


class Forgetful:
    """A path manager that takes no notice of what Linux 6.1 takes none of."""

    def __init__(self, manager):
        self._manager = manager

    def execute(self, command):
        self._manager.execute(replace(command, is_backup=False, interface_index=0))


def lacking():
    """By what the releases of Linux are known for; distributions may have more."""
    release = tuple(int(each) for each in os.uname().release.split("-")[0].split(".")[:2])
    return frozenset(KernelFeature) if release < (6, 5) else frozenset(AT_JOIN) if release < (6, 12) else frozenset()


async def trial(lab, directory, *, through=lambda manager: manager):
    with closing(Manager(lab, "laptop", directory)) as manager, closing(LinuxConnectionTable()) as table:
        return await LinuxKernelTrials(through(manager), table).run()


@on_the_laptop
async def test_what_is_missing_is_found_out(lab, tmp_path):
    assert await trial(lab, tmp_path) == KernelTrial(missing=lacking())


@on_the_laptop
async def test_a_kernel_that_takes_no_notice_of_what_it_is_told_is_found_out(lab, tmp_path):
    assert (await trial(lab, tmp_path, through=Forgetful)).missing >= AT_JOIN


@on_the_laptop
async def test_where_nothing_can_be_tried_that_is_said(lab, tmp_path):
    with closing(LinuxConnectionTable()) as table:
        manager = Manager(lab, "laptop", tmp_path)
        manager.close()
        async with asyncio.timeout(5):
            tried = await LinuxKernelTrials(manager, table).run()
    assert tried.missing == frozenset()
    assert tried.untried
