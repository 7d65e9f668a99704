"""What a person states about links, correcting or completing what was detected."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mpmanager.model.names import IPAddress, LinkName
from mpmanager.model.path import PathKind, Security


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFacts:
    """Facts about one link; None means that nothing is stated and detection decides."""

    kind: PathKind | None = None
    network: str | None = None
    security: Security | None = None
    gateway: IPAddress | None = None


Facts = Mapping[LinkName, LinkFacts]

NO_FACTS: Facts = MappingProxyType({})
