"""What asks a path whether it is alive while nothing else does."""

from dataclasses import dataclass

from mpmanager.model.names import IPAddress, LinkName


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """One echo request over one path."""

    path: LinkName
    interface_index: int
    local: IPAddress
    peer: IPAddress
    """Of the same IP version."""
    sequence: int
    """16 bits; of the path's last thousands of beats it names one."""
