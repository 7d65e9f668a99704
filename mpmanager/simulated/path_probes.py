"""Probes of the simulated paths: all answer while they are up, and the operator's network removes MP_JOIN."""

from collections.abc import Sequence

from mpmanager.model.diagnosis import Hop, Probe, ProbeOutcome, ProbeStep, ProbeWishes
from mpmanager.model.names import IPAddress
from mpmanager.model.path import Path, PathKind
from mpmanager.simulated.world import SimulatedLaptop

_NOT_CHOSEN = "no server was chosen"
_OF_SERVER = (ProbeStep.SERVICE, ProbeStep.SYN, ProbeStep.CAPABLE, ProbeStep.JOIN, ProbeStep.ADD_ADDRESS)


class SimulatedPathProbes:
    """Answers at once."""

    def __init__(self, laptop: SimulatedLaptop) -> None:
        self._laptop = laptop

    async def probe(self, path: Path, wishes: ProbeWishes, *, others: Sequence[Path] = ()) -> tuple[Probe, ...]:  # noqa: ARG002  # the port's
        took_ms = self._laptop.rtt_ms(path.name)
        source, gateway = str(path.source_address(4) or ""), str(path.gateway or "")
        made = [
            Probe(path=path.name, step=ProbeStep.ROUTE, outcome=ProbeOutcome.OK, target=source),
            Probe(path=path.name, step=ProbeStep.GATEWAY, outcome=ProbeOutcome.OK, target=gateway, took_ms=took_ms),
            Probe(path=path.name, step=ProbeStep.DNS, outcome=ProbeOutcome.OK, target=gateway, took_ms=took_ms),
        ]
        if wishes.portal_url is None:
            made.append(_not_asked(path, ProbeStep.PORTAL, "no URL is set"))
        else:
            made.append(Probe(path=path.name, step=ProbeStep.PORTAL, outcome=ProbeOutcome.OK, target=wishes.portal_url))
        return (*made, *(_of_server(path, step, wishes, took_ms) for step in _OF_SERVER))

    async def trace(self, path: Path, destination: IPAddress) -> tuple[Hop, ...]:
        took_ms = self._laptop.rtt_ms(path.name)
        return (
            Hop(path=path.name, distance=1, address=path.gateway, took_ms=took_ms),
            Hop(path=path.name, distance=2, address=destination, took_ms=took_ms, is_destination=True),
        )


def _of_server(path: Path, step: ProbeStep, wishes: ProbeWishes, took_ms: float) -> Probe:
    if wishes.server is None:
        return _not_asked(path, step, _NOT_CHOSEN)
    outcome = ProbeOutcome.OK
    if step is ProbeStep.ADD_ADDRESS:
        outcome = ProbeOutcome.NOT_SEEN
    if step is ProbeStep.JOIN and path.kind is PathKind.LTE:
        outcome = ProbeOutcome.STRIPPED
    return Probe(path=path.name, step=step, outcome=outcome, target=str(wishes.server), took_ms=took_ms)


def _not_asked(path: Path, step: ProbeStep, why: str) -> Probe:
    return Probe(path=path.name, step=step, outcome=ProbeOutcome.NOT_ASKED, detail=why)
