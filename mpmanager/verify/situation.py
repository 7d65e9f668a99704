"""What there is to prove: the demands, the paths, and the programs, as they are now."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_interface

from mpmanager.api.structures import PathInfo, PolicyInfo, TrustInfo
from mpmanager.client.reasons import paused_words
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.errors import NotSupportedError
from mpmanager.model.path import PathState
from mpmanager.model.policy import TrustPolicy
from mpmanager.model.selector import Selector, SelectorKind
from mpmanager.model.trust import Trust
from mpmanager.verify.places import FREE_PREFIX

DOCUMENTATION = {4: "192.0.2.1", 6: "2001:db8::1"}
"""Addresses that nobody has (RFC 5737, RFC 3849): what is sent there is thrown away by the first router."""

_VERSIONS = (4, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is in force, on which paths."""

    trust: TrustInfo
    paths: Sequence[PathInfo]
    policies: Sequence[PolicyInfo]
    running: Mapping[str, Collection[str]] = field(default_factory=dict)
    """In which cgroups the programs of rules about executables run, by executable."""
    sinks: Mapping[int, str] = field(default_factory=dict)
    """Peers that answer, by IP version."""

    def destination(self, version: int) -> str:
        """Where attempts are directed to."""
        return self.sinks.get(version, DOCUMENTATION[version])

    @property
    def demands(self) -> dict[CgroupPath, TrustPolicy]:
        """What stands in the kernel, by cgroup."""
        return {
            CgroupPath(each.cgroup): TrustPolicy.parse(each.demand)
            for each in self.trust.restrictions
            if FREE_PREFIX not in each.cgroup
        }

    def has_trusted_way(self, version: int) -> bool:
        """Whether something trusted leads out."""
        return any(each.trust is Trust.TRUSTED and version in versions_of(each) for each in self.paths)


def require_enforcing(trust: TrustInfo) -> None:
    """What is demanded holds now.

    Raises:
        NotSupportedError: enforcing is paused; what would be seen proves nothing.
    """
    if trust.paused_until is not None:
        raise NotSupportedError(
            f"{paused_words(trust.paused_until)}: nothing is held to anything, so nothing can be proven. "
            "To enforce again: mpm resume"
        )


def versions_of(path: PathInfo) -> tuple[int, ...]:
    """The IP versions that lead out by a path: of its gateways, or on a link without any of its addresses."""
    if path.state is not PathState.UP:
        return ()
    gateways = {6 if ":" in each else 4 for each in path.gateways}
    return tuple(each for each in _VERSIONS if address_of(path, each) and each in (gateways or _VERSIONS))


def address_of(path: PathInfo, version: int) -> str | None:
    """What a program would bind to."""
    addresses = (ip_interface(each).ip for each in path.addresses)
    return next((str(each) for each in addresses if each.version == version and not each.is_link_local), None)


def executables_of(policies: Iterable[PolicyInfo]) -> list[str]:
    """Which programs the rules about trust name."""
    return [each.value for each in trust_selectors(policies) if each.kind is SelectorKind.EXE]


def trust_selectors(policies: Iterable[PolicyInfo]) -> Iterator[Selector]:
    """Of the rules that say something of trust."""
    for each in policies:
        if each.trust is not None and FREE_PREFIX not in each.selector:
            yield Selector.parse(each.selector)
