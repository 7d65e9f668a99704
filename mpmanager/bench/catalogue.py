"""All measurements of the benchmarks, in their order."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from mpmanager.bench.coefficients import loss_coefficients, random_coefficients
from mpmanager.bench.costs import connect, throughput
from mpmanager.bench.elephants import elephants
from mpmanager.bench.faults import black_hole, flapping, loss
from mpmanager.bench.harmless import no_fault, processor
from mpmanager.bench.measurement import Effort, Measurement
from mpmanager.bench.pages import page_load
from mpmanager.bench.shares import bulk, limited_rate, page

Catalogue = Mapping[str, Callable[[Effort], Measurement]]
"""By their names."""

BACKUP: Catalogue = MappingProxyType(
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

"""`mpm bench backup`."""

TRUST: Catalogue = MappingProxyType({"page-load": page_load, "connect": connect, "throughput": throughput})
"""`mpm bench trust`."""


def measurements(catalogue: Catalogue, names: Iterable[str], effort: Effort) -> list[Measurement]:
    """Those of these names, or all when there is none."""
    chosen = list(names) or list(catalogue)
    return [catalogue[name](effort) for name in catalogue if name in chosen]
