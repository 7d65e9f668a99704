"""Finds the rules that are about a connection, among thousands."""

from collections.abc import Iterable, Iterator
from functools import cached_property

from mpmanager.core.scopes import chain
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.names import IPAddress
from mpmanager.model.policy import PolicyRule
from mpmanager.model.selector import Selector, SelectorKind, Subject

_Key = tuple[str, object]
_Ranked = tuple[int, PolicyRule]
_ANY: _Key = ("any", None)
_ANY_LABEL = "*."


class RuleIndex:
    """Rules by one of their conditions each, so that few have to be looked at for a connection."""

    def __init__(self, rules: Iterable[PolicyRule]) -> None:
        """Of rules with the same specificity the first counts, and temporary ones before all with their selector."""
        self.rules = tuple(sorted(rules, key=_specificity))
        """The most specific first."""
        self._by_key: dict[_Key, list[_Ranked]] = {}
        for rank, rule in enumerate(self.rules):
            self._by_key.setdefault(_key_of(rule.selector), []).append((rank, rule))

    def fitting(self, subject: Subject) -> list[PolicyRule]:
        """The rules that are about a connection, the most specific first."""
        found = [each for key in set(self._keys(subject)) for each in self._by_key.get(key, ())]
        found.sort(key=_rank)
        return [rule for _rank, rule in found if _may_speak(rule, subject) and rule.selector.selects(subject)]

    @cached_property
    def _prefix_lengths(self) -> tuple[tuple[int, int], ...]:
        """Of the networks by which rules are found, with their IP version."""
        networks = (rule.selector.network for rule in self.rules)
        return tuple({(each.version, each.prefixlen) for each in networks if each is not None})

    def _keys(self, subject: Subject) -> Iterator[_Key]:
        """Under which a rule about it may be found."""
        application = subject.application
        yield _ANY
        yield SelectorKind.SCRIPT, application.script
        yield SelectorKind.EXE, application.exe
        yield SelectorKind.APP, application.app_id
        yield SelectorKind.UNIT, application.unit
        if application.cgroup is not None:
            yield from ((SelectorKind.CGROUP, each) for each in chain(CgroupPath(application.cgroup)))
        yield from (("user", each) for each in subject.users)
        yield from (("on", each) for each in subject.networks)
        yield from _host_keys(subject.hosts)
        if subject.remote is not None:
            yield "port", subject.remote.port
            address = subject.remote.address
            for version, length in self._prefix_lengths:
                if version == address.version:
                    yield "network", _prefix(address, length)


def _prefix(address: IPAddress, length: int) -> tuple[int, int, int]:
    """The first bits of an address, as something to look up: a network object costs ten times as much."""
    return address.version, length, int(address) >> (address.max_prefixlen - length)


def _host_keys(hosts: Iterable[str]) -> Iterator[_Key]:
    for host in hosts:
        yield "host", host
        _label, _dot, parent = host.partition(".")
        while parent:
            yield "host", _ANY_LABEL + parent
            _label, _dot, parent = parent.partition(".")


def _key_of(selector: Selector) -> _Key:
    """The condition that the fewest connections fulfil."""
    if selector.kind is not SelectorKind.DEFAULT:
        return selector.kind, selector.value
    network = selector.network
    for name, value in (
        ("host", selector.host or None),
        ("network", None if network is None else _prefix(network.network_address, network.prefixlen)),
        ("port", selector.port),
        ("user", selector.user or None),
        ("on", selector.on_network),
    ):
        if value is not None:
            return name, value
    return _ANY


def _specificity(rule: PolicyRule) -> tuple[tuple[int, ...], bool]:
    return rule.selector.order, not rule.life.is_temporary


def _may_speak(rule: PolicyRule, subject: Subject) -> bool:
    """Users' own rules are about what is theirs, whatever their names are like."""
    return rule.owner_uid in {None, subject.application.uid}


def _rank(ranked: _Ranked) -> int:
    return ranked[0]
