"""What the daemon needs to know of the kernel it runs on."""

from typing import Protocol

from mpmanager.model.kernel import KernelTrial


class KernelTrials(Protocol):
    """Tries what this kernel can do."""

    async def run(self) -> KernelTrial:
        """Within 2 s, over loopback alone, and once for good where it can be tried.

        Never raises for what the kernel does.
        """
        ...
