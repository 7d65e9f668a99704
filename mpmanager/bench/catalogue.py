"""All measurements of `mpm bench backup`, in their order."""

from collections.abc import Callable, Iterable
from types import MappingProxyType

from mpmanager.bench.coefficients import loss_coefficients, random_coefficients
from mpmanager.bench.elephants import elephants
from mpmanager.bench.faults import black_hole, flapping, loss
from mpmanager.bench.harmless import no_fault, processor
from mpmanager.bench.measurement import Effort, Measurement
from mpmanager.bench.shares import bulk, limited_rate, page

CATALOGUE: MappingProxyType[str, Callable[[Effort], Measurement]] = MappingProxyType(
    {
        "black-hole": black_hole,
        "flapping": flapping,
        "loss": loss,
        "limited-rate": limited_rate,
        "bulk": bulk,
        "page": page,
        "loss-coefficients": loss_coefficients,
        "random-coefficients": random_coefficients,
        "elephants": elephants,
        "no-fault": no_fault,
        "processor": processor,
    }
)


def measurements(names: Iterable[str], effort: Effort) -> list[Measurement]:
    """Those of these names, or all when there is none."""
    chosen = list(names) or list(CATALOGUE)
    return [CATALOGUE[name](effort) for name in CATALOGUE if name in chosen]
