"""Takes simulated links away."""

from mpmanager.model.names import LinkName
from mpmanager.simulated.world import SimulatedLaptop


class SimulatedBlackout:
    """What is away carries nothing."""

    def __init__(self, laptop: SimulatedLaptop) -> None:
        self._laptop = laptop

    def begin(self, link: LinkName, seconds: float) -> None:  # noqa: ARG002  # the port's
        self._laptop.away = link

    def end(self) -> None:
        self._laptop.away = None
