"""The clocks of a machine that exists in memory: it starts with the program."""

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from mpmanager.model.clock import Moment


def simulated_clock(clock: Callable[[], float]) -> Callable[[], Moment]:
    """Tells the real day; `clock` gives seconds."""
    boot, began = str(uuid4()), clock()
    return lambda: Moment(local=datetime.now().astimezone(), since_boot_s=clock() - began, boot=boot)
