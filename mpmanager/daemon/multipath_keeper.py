"""Has programs of chosen cgroups open Multipath TCP sockets while the daemon runs, and says how far that goes."""

import logging
from collections.abc import Collection

from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.errors import CommandRefusedError, NotSupportedError
from mpmanager.model.multipath import HookState, MultipathMeans, MultipathObstacle, MultipathVerdict
from mpmanager.ports.multipath import MultipathHook

_log = logging.getLogger(__name__)


class MultipathKeeper:
    """What is wanted of the kernel's hook, and what of it is in force. It ends with the daemon, or with `close`."""

    def __init__(self, hook: MultipathHook) -> None:
        self._hook = hook
        self._wanted: frozenset[CgroupPath] = frozenset()
        self._unwanted: frozenset[CgroupPath] = frozenset()
        self._state = HookState(wanted=frozenset(), in_force=frozenset())

    def set_wanted(self, cgroups: Collection[CgroupPath], unwanted: Collection[CgroupPath] = ()) -> None:
        """Want Multipath TCP for new sockets of all that runs in these cgroups, but for the `unwanted` ones among them.

        Of nested cgroups the innermost that is named counts. Never raises: `info` tells what became of it.
        """
        self._wanted, self._unwanted = frozenset(cgroups), frozenset(unwanted)
        self.look_again()

    def look_again(self) -> None:
        """Apply the same anew: cgroups come and go under the same path, and Multipath TCP may be switched off.

        Where that is switched off while a hook stands, programs it is for cannot open TCP sockets: call it every second
        or so. Takes as long as looking for these cgroups.
        """
        state = self._apply()
        if state.sentence and state.sentence != self._state.sentence:
            _log.warning("Multipath TCP is wanted for programs and not in force: %s", state.sentence)
        self._state = state

    def info(self) -> HookState:
        """What was wanted, and what of it was in force when it was last looked at."""
        return self._state

    def verdict(self, cgroup: CgroupPath) -> MultipathVerdict:
        """Whether the hook reaches programs in a wanted cgroup."""
        if cgroup in self._state.in_force:
            return MultipathVerdict(
                means=frozenset({MultipathMeans.KERNEL_HOOK}), sentence="the kernel opens all its TCP sockets so"
            )
        return MultipathVerdict(
            obstacle=self._state.obstacle or MultipathObstacle.NO_PROGRAM,
            sentence=self._state.sentence or "nothing runs there",
        )

    def close(self) -> None:
        """Take it away: sockets that are opened from now on are what programs ask for."""
        self._hook.close()
        self._state = HookState(wanted=frozenset(), in_force=frozenset())

    def _apply(self) -> HookState:
        try:
            gone = self._hook.apply(self._wanted, self._unwanted)
        except NotSupportedError as error:
            return self._refused(MultipathObstacle.NO_HOOK, str(error))
        except CommandRefusedError as error:
            return self._refused(None, str(error))
        return HookState(wanted=self._wanted, in_force=self._wanted.difference(gone))

    def _refused(self, obstacle: MultipathObstacle | None, sentence: str) -> HookState:
        return HookState(wanted=self._wanted, in_force=frozenset(), obstacle=obstacle, sentence=sentence)
