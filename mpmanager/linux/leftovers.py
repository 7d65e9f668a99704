"""What a daemon that is gone has left behind in this network namespace, be it that it was killed, and the way back.

Needs neither its state nor its decisions: all of ours in the kernel is marked as ours.
"""

from contextlib import AsyncExitStack
from pathlib import Path

from mpmanager.linux.blackout import LinuxBlackout
from mpmanager.linux.path_manager_switch import PathManagerSwitch
from mpmanager.linux.routing import LinuxRoutingTables


async def restore(remembered_path_manager: Path) -> None:
    """Have normal networking back, as after a daemon that was told to stop.

    New connections are the kernel's own path manager's, and no rules and routes of ours lead them. What programs are
    held to stays in force. All of it is tried, whatever fails on the way; what is not there is no error.

    Raises:
        NotSupportedError: a daemon is at work here, or the rights are missing.
        CommandRefusedError: the kernel refused something.
    """
    switch = PathManagerSwitch(remembered=remembered_path_manager)
    with switch.claimed():
        await _restore(switch)


async def release(remembered_path_manager: Path) -> None:
    """Undo all that is in force: as `restore`, and nobody is held to trusted paths any more.

    Raises:
        NotSupportedError: a daemon is at work here, or the rights are missing.
        CommandRefusedError: the kernel refused something.
    """
    # Whoever restores, which is done after each stop, does without.
    from mpmanager.linux.enforcement import LinuxEnforcement  # noqa: PLC0415  # see above

    switch = PathManagerSwitch(remembered=remembered_path_manager)
    with switch.claimed():
        await _restore(switch)
        enforcement = LinuxEnforcement()
        try:
            enforcement.clear()
        finally:
            enforcement.close()


async def _restore(switch: PathManagerSwitch) -> None:
    routing = LinuxRoutingTables()
    async with AsyncExitStack() as left:  # the last one first
        left.push_async_callback(routing.close)
        left.push_async_callback(routing.clear)
        left.callback(switch.hand_back_leftover)
        left.callback(LinuxBlackout().end)
