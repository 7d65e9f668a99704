"""Which subflows a client's connection should have: pure geometry of paths and addresses."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mpmanager.model.connection import Endpoint, FourTuple
from mpmanager.model.names import AddressId, IPAddress
from mpmanager.model.path import Path, PathKind, Tier
from mpmanager.model.policy import TierChoice, tier_of
from mpmanager.model.trust import Hold

_TIER_ORDER = tuple(Tier)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A subflow that should be."""

    path: Path
    local: IPAddress
    remote: Endpoint
    is_extra: bool
    """Towards another address of the peer, beside the one subflow that every path gets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a connection may use."""

    hold: Hold = Hold.FREE
    tiers: tuple[TierChoice, ...] = ()
    """Where they differ from the paths' own; the first that is about a path counts."""
    is_multipath: bool = True
    """False: only the path on which it began."""

    def admit(self, path: Path, initial: FourTuple) -> bool:
        """Whether a connection that began so may have subflows on a path."""
        if not (is_open(path, self.tiers) and is_admitted(path, self.hold)):
            return False
        return self.is_multipath or owns(path, initial.local.address)


UNRESTRICTED: Final = Terms()


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """What is known of the other end of a connection."""

    initial: FourTuple
    is_initial_address_forbidden: bool
    announced: Mapping[AddressId, Endpoint]
    terms: Terms = UNRESTRICTED
    """Of the connection."""

    def remotes(self) -> tuple[Endpoint, ...]:
        """Where joins may go: the initial address first, unless the peer forbids it."""
        port = self.initial.remote.port
        announced = [Endpoint(each.address, each.port or port) for _id, each in sorted(self.announced.items())]
        first = () if self.is_initial_address_forbidden else (self.initial.remote,)
        return tuple(dict.fromkeys((*first, *announced)))

    @property
    def versions(self) -> tuple[int, ...]:
        """IP versions that joins can have: an IPv4 socket takes no IPv6 subflow, the other way it is possible."""
        return (4,) if self.initial.remote.address.version == 4 else (6, 4)  # noqa: PLR2004  # IP versions


def targets(peer: Peer, paths: Sequence[Path]) -> Iterator[Target]:
    """The subflows that should be: one on each path, then one to each further address; most wanted first."""
    remotes = [remote for remote in peer.remotes() if remote.address.version in peer.versions]
    neighbours = {remote for remote in remotes if any(_is_on_link(path, remote) for path in paths)}

    def can_reach(path: Path, remote: Endpoint) -> bool:
        # Another network's gateway knows nothing of a neighbour: its address is private, or is somebody else's there.
        return _is_on_link(path, remote) if remote in neighbours else _can_reach(path, remote)

    tiers = peer.terms.tiers
    allowed = sorted(
        allowed_paths(peer.initial, paths, peer.terms), key=lambda path: _TIER_ORDER.index(tier_of(path, tiers))
    )
    served = set()
    for path in allowed:
        remote = next((remote for remote in remotes if can_reach(path, remote)), None)
        if remote is not None:
            served.add(remote)
            yield _target(path, remote, is_extra=False)
    for remote in remotes if peer.terms.is_multipath else ():
        if remote not in served and remote != peer.initial.remote:
            yield from (_target(path, remote, is_extra=True) for path in allowed[:1] if can_reach(path, remote))


def allowed_paths(initial: FourTuple, paths: Iterable[Path], terms: Terms) -> Iterator[Path]:
    """Paths on which a connection may have subflows at all."""
    paths = tuple(paths)
    origin = next((path for path in paths if owns(path, initial.local.address)), None)
    is_tunnelled = origin is not None and origin.kind is PathKind.VPN
    for path in paths:
        if terms.admit(path, initial) and (path.kind is PathKind.VPN) == is_tunnelled:
            yield path


def is_admitted(path: Path, hold: Hold) -> bool:
    """Whether a connection under this hold may have subflows on a path."""
    return path.is_trusted or hold not in {Hold.FENCED, Hold.TRUSTED}


def owns(path: Path, address: IPAddress) -> bool:
    """Whether it is one of the path's addresses."""
    return any(each.address == address for each in path.addresses)


def is_open(path: Path, tiers: Iterable[TierChoice] = ()) -> bool:
    """Whether subflows can and may be there, under these choices where they differ from the path's own tier."""
    return path.state.is_usable and tier_of(path, tiers) is not Tier.NEVER


def _can_reach(path: Path, remote: Endpoint) -> bool:
    version = remote.address.version
    return path.source_address(version) is not None and path.way_out(version) is not None


def _is_on_link(path: Path, remote: Endpoint) -> bool:
    return any(each.covers(remote.address) for each in path.addresses if not each.is_deprecated)


def _target(path: Path, remote: Endpoint, *, is_extra: bool) -> Target:
    local = path.source_address(remote.address.version)
    if local is None:
        raise ValueError(f"{path.name} has no address for {remote}")
    return Target(path=path, local=local, remote=remote, is_extra=is_extra)
