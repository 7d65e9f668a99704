"""Takes simulated links away: nothing is swallowed, as nothing is sent."""

from mpmanager.model.names import LinkName


class SimulatedBlackout:
    """Remembers what is away."""

    def __init__(self) -> None:
        self.link: LinkName | None = None

    def begin(self, link: LinkName, seconds: float) -> None:  # noqa: ARG002  # the port's
        self.link = link

    def end(self) -> None:
        self.link = None
