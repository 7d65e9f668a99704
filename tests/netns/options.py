"""Whoever takes socket options, at a place of a lab."""

import os
from contextlib import contextmanager

from mpmanager.linux.cgroups import LinuxCgroups
from mpmanager.linux.socket_options import LinuxSocketOptions
from netns.stage import standing_in


@contextmanager
def options_at(lab, place, mount_point):
    """Taken from programs of that place, with a list of the connections that were told."""
    told = []
    with standing_in(lab, place):
        made = LinuxSocketOptions(mount_point=mount_point)
        made.begin(LinuxCgroups().of_process(os.getpid()), told.append)
    try:
        yield made, told
    finally:
        made.close()
