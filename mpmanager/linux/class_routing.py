"""Steering in the kernel: what carries the mark of a class of paths is looked up in the table of that class."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum, unique
from errno import ENODEV
from functools import lru_cache, partial
from ipaddress import ip_network

from mpmanager.linux.class_marks import held_versions, mark_of
from mpmanager.linux.netlink import attribute, attributes_of
from mpmanager.linux.reconciling import LINK_MAY_BE_GONE, Held, Reconciler
from mpmanager.linux.routing_messages import (
    DEFAULT_RULE_PRIORITY,
    MAIN_RULE_PRIORITY,
    gateway_attribute,
    route_removal,
    slot_of,
)
from mpmanager.linux.rtnetlink import (
    ADDRESS_BITS,
    FAMILY_OF_VERSION,
    FR_ACT_TO_TBL,
    FRA_PRIORITY,
    FRA_PROTOCOL,
    FRA_SUPPRESS_PREFIXLEN,
    FRA_TABLE,
    NLM_F_CREATE,
    NLM_F_EXCL,
    ROUTE_HEADER,
    RT_SCOPE_LINK,
    RT_SCOPE_UNIVERSE,
    RT_TABLE_MAIN,
    RTA_DST,
    RTA_MULTIPATH,
    RTA_OIF,
    RTA_PREFSRC,
    RTA_PRIORITY,
    RTA_TABLE,
    RTM_DELROUTE,
    RTM_DELRULE,
    RTM_GETROUTE,
    RTM_GETRULE,
    RTM_NEWROUTE,
    RTM_NEWRULE,
    RTN_UNICAST,
    RTNH_F_ONLINK,
    RULE_HEADER,
    VERSION_OF_FAMILY,
    RouteSocket,
    address_of,
    gateway_of,
    number_attribute,
    number_of,
)
from mpmanager.model.enforcement import ClassWayOut, PathClass, Restriction
from mpmanager.model.errors import CommandRefusedError
from mpmanager.model.names import IPAddress

CLASS_PROTOCOL = 0x6E
"""The mark of these rules and routes: 110, beside that of per-path routing (109), whose owner removes all it does not
know."""
CLASS_TABLE_BASE = 0x6D710000
"""Tables of classes are numbered from here; those of paths end before."""
_FRA_GOTO = 4
_FRA_FWMARK = 10
_FRA_FWMASK = 16
_RTA_ENCAP = 22
_FIB_RULE_UNRESOLVED = 4
"""Set by the kernel while there is nothing to go on with."""
_WHOLE_MARK = 0xFFFFFFFF
_SUPPRESS_NOTHING = 0xFFFFFFFF
_VERSIONS = (4, 6)
_PROTOCOL_OFFSET = 5
_MOST_FOLLOWED = 500
"""Routes of main that are looked at again and again: that many take a few milliseconds."""
_MOST_PARSED = 1024
"""The same rules and routes are read again and again, every second at least."""


@unique
class Step(IntEnum):
    """The rules that what carries a mark meets, by their priorities.

    Between those of a path's subnets and of main: an untrusted network can push routes into main that take everything
    (0.0.0.0/1 and 128.0.0.0/1). Without a source address the last two alone would do, but the kernel looks up again
    once there is one, and routes what is bound to an address only so.
    """

    REJECTIONS = MAIN_RULE_PRIORITY - 30
    """What main rejects goes nowhere. Its other routes are passed over."""
    SPECIFIC = MAIN_RULE_PRIORITY - 20
    """The routes of the class except for default ones."""
    PAST_MAIN = MAIN_RULE_PRIORITY - 10
    """On to the default routes of the path whose address it has."""
    DEFAULT = DEFAULT_RULE_PRIORITY + 100
    """All routes of the class."""
    NOWHERE = DEFAULT_RULE_PRIORITY + 101
    """What a class has no route for goes nowhere."""


class Action(IntEnum):
    """FR_ACT_*: what a rule does."""

    LOOK_UP = FR_ACT_TO_TBL
    GO_ON = 2
    REJECT = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRoute:
    """A route in the table of a class."""

    table: int
    version: int
    destination: str | None
    """A prefix; None for a default route."""
    link_index: int
    gateway: IPAddress | None
    source: IPAddress | None
    metric: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRule:
    """A rule on a mark."""

    version: int
    mark: int
    priority: int
    action: int
    table: int = 0
    """That is looked up."""
    suppressed: int = _SUPPRESS_NOTHING
    """Routes with prefixes of this length and shorter are passed over, but not those that reject."""
    target: int = 0
    """The priority of the rule to go on with."""


_Wanted = ClassRule | ClassRoute


class ClassRouting:
    """Rules on marks and the tables of classes in the network namespace it is made in."""

    def __init__(self) -> None:
        self._socket = RouteSocket()
        self._reconciler = Reconciler(
            socket=self._socket,
            name="Rules and routes of path classes",
            held=self._held,
            order=_order,
            add_one=self._add_one,
            is_excused=_is_excused,
        )
        self._rules: set[_Wanted] = set()
        """That were applied the last time."""
        self._classes: tuple[PathClass, ...] = ()
        self._specific: frozenset[ClassRoute] = frozenset()
        """What main gave them then."""

    def is_intact(self) -> bool:
        """Whether the rules still stand, and main's routes over the interfaces are what they were.

        Where these are many, as on a router, they are not looked at: they count with the next `apply`.
        """
        if not self._rules <= {_parse_rule(body) for body in self._our_rules()}:
            return False
        if len(self._specific) > _MOST_FOLLOWED:
            return True
        return self._specific == _all_specific(self._classes, [*self._main_routes(self._classes)])

    def close(self) -> None:
        """Free the socket; rules and routes stay."""
        self._socket.close()

    def apply(self, classes: Collection[PathClass]) -> None:
        """Make the kernel hold exactly what leads to these classes, and read it back.

        A table holds the class's ways out, and main's routes over its interfaces except for default ones. What fits
        none of these is rejected; of a lenient class not the handshakes for which it has no way out, and none at all
        where nobody attends to it: the lookup then goes on in main. What is refused because its link has just gone is
        left out: less is led there, and the rejection stays.

        Raises:
            CommandRefusedError: refused for another reason; what could be applied stays.
        """
        self._classes, main = tuple(classes), [*self._main_routes(classes)]
        self._specific = _all_specific(self._classes, main)
        wanted = set(_wanted(self._classes, main))
        self._rules = {each for each in wanted if isinstance(each, ClassRule)}
        self._reconciler.apply(wanted)

    def _main_routes(self, classes: Iterable[PathClass]) -> Iterator[ClassRoute]:
        """Those over their interfaces: a router has thousands of others."""
        for index in sorted({index for each in classes for index in each.interfaces}):
            try:
                yield from filter(None, map(_parse_route, self._dump_routes(table=RT_TABLE_MAIN, link_index=index)))
            except CommandRefusedError as error:
                if error.errno != ENODEV:
                    raise

    def _dump_routes(self, *, table: int = 0, protocol: int = 0, link_index: int = 0) -> Iterator[bytes]:
        of_table = number_attribute(RTA_TABLE, table) if table else b""
        of_link = number_attribute(RTA_OIF, link_index) if link_index else b""
        for family in FAMILY_OF_VERSION.values():
            request = ROUTE_HEADER.pack(family, 0, 0, 0, 0, protocol, 0, 0, 0) + of_table + of_link
            for reply in self._socket.dump_existing(RTM_GETROUTE, request, what="listing routes"):
                yield bytes(reply)

    def _dump_rules(self) -> Iterator[bytes]:
        for family in FAMILY_OF_VERSION.values():
            request = RULE_HEADER.pack(family, 0, 0, 0, 0, 0, 0, 0, 0)
            for reply in self._socket.dump_existing(RTM_GETRULE, request, what="listing rules"):
                yield bytes(reply)

    def _held(self) -> list[Held[_Wanted]]:
        """All that is ours, rules first: they go before the routes that they lead to."""
        rules: list[Held[_Wanted]] = [
            Held(value=_parse_rule(body), removal=RTM_DELRULE, body=body) for body in self._our_rules()
        ]
        routes: list[Held[_Wanted]] = [
            Held(value=_parse_route(body), removal=RTM_DELROUTE, body=route_removal(body))
            for body in self._dump_routes(protocol=CLASS_PROTOCOL)
            if body[_PROTOCOL_OFFSET] == CLASS_PROTOCOL
        ]
        return [*rules, *routes]

    def _our_rules(self) -> Iterator[bytes]:
        for body in self._dump_rules():
            protocol = attributes_of(memoryview(body)[RULE_HEADER.size :]).get(FRA_PROTOCOL)
            if protocol is not None and bytes(protocol) == bytes([CLASS_PROTOCOL]):
                yield body

    def _add_one(self, wanted: _Wanted) -> None:
        if isinstance(wanted, ClassRoute):
            self._socket.command(RTM_NEWROUTE, _route_message(wanted), flags=NLM_F_CREATE, what=_name_of(wanted))
            return
        flags = NLM_F_CREATE | NLM_F_EXCL
        self._socket.command(RTM_NEWRULE, _rule_message(wanted), flags=flags, what=_name_of(wanted))


def _all_specific(classes: Iterable[PathClass], main: Collection[ClassRoute]) -> frozenset[ClassRoute]:
    return frozenset(
        route for each in classes for route in _specific_routes(each, CLASS_TABLE_BASE + each.number, main)
    )


def _wanted(classes: Iterable[PathClass], main: Collection[ClassRoute]) -> Iterator[_Wanted]:
    for each in classes:
        table = CLASS_TABLE_BASE + each.number
        yield from _specific_routes(each, table, main)
        yield from (_way_out(way, table, metric) for metric, way in enumerate(each.ways_out, 1))
        yield from _rules(each, table)


def _rules(path_class: PathClass, table: int) -> Iterator[ClassRule]:
    for restriction in (Restriction.HANDSHAKE, Restriction.ONLY):
        mark = mark_of(path_class.number, restriction)
        held = held_versions(path_class, restriction)
        for version in _VERSIONS:
            for step in Step if version in held else (Step.DEFAULT,):
                yield _rule(version, mark, step, table)


def _rule(version: int, mark: int, step: Step, table: int) -> ClassRule:
    rule = partial(ClassRule, version=version, mark=mark, priority=step)
    match step:
        case Step.REJECTIONS:
            return rule(action=Action.LOOK_UP, table=RT_TABLE_MAIN, suppressed=ADDRESS_BITS[version])
        case Step.SPECIFIC:
            return rule(action=Action.LOOK_UP, table=table, suppressed=0)
        case Step.PAST_MAIN:
            return rule(action=Action.GO_ON, target=DEFAULT_RULE_PRIORITY)
        case Step.DEFAULT:
            return rule(action=Action.LOOK_UP, table=table)
        case Step.NOWHERE:
            return rule(action=Action.REJECT)


def _specific_routes(path_class: PathClass, table: int, main: Iterable[ClassRoute]) -> Iterator[ClassRoute]:
    """Main's routes over the interfaces; of several equal ones with gateways one: IPv6 would merge them."""
    seen = set()
    for each in main:
        place = (each.version, each.destination, each.metric, each.gateway is None and each.link_index)
        if each.destination is None or each.link_index not in path_class.interfaces or place in seen:
            continue
        seen.add(place)
        yield ClassRoute(
            table=table,
            version=each.version,
            destination=each.destination,
            link_index=each.link_index,
            gateway=each.gateway,
            source=each.source,
            metric=each.metric,
        )


def _way_out(way: ClassWayOut, table: int, metric: int) -> ClassRoute:
    return ClassRoute(
        table=table,
        version=way.version,
        destination=None,
        link_index=way.link_index,
        gateway=way.gateway,
        source=way.source,
        metric=metric,
    )


def _is_excused(wanted: _Wanted, refusal: CommandRefusedError) -> bool:
    return isinstance(wanted, ClassRoute) and refusal.errno in LINK_MAY_BE_GONE


def _order(wanted: _Wanted) -> tuple[int, str]:
    """Direct routes, routes by gateways, then the rules in the reverse order of asking: rejections first."""
    if isinstance(wanted, ClassRule):
        return 2 + Step.NOWHERE - wanted.priority, str(wanted)
    return 0 if wanted.gateway is None else 1, str(wanted)


def _name_of(wanted: _Wanted) -> str:
    if isinstance(wanted, ClassRule):
        return f"rule for the mark {wanted.mark:#x}"
    way = f"via {wanted.gateway}" if wanted.gateway else "directly"
    return f"route of a path class to {wanted.destination or 'default'} {way} by link {wanted.link_index}"


def _route_message(wanted: ClassRoute) -> bytes:
    destination = ip_network(wanted.destination) if wanted.destination else None
    header = ROUTE_HEADER.pack(
        FAMILY_OF_VERSION[wanted.version],
        destination.prefixlen if destination else 0,
        0,
        0,
        0,
        CLASS_PROTOCOL,
        _scope(wanted),
        RTN_UNICAST,
        RTNH_F_ONLINK if wanted.gateway and not wanted.gateway.is_link_local else 0,
    )
    attributes = (
        number_attribute(RTA_TABLE, wanted.table),
        number_attribute(RTA_PRIORITY, wanted.metric),
        number_attribute(RTA_OIF, wanted.link_index),
        attribute(RTA_DST, destination.network_address.packed) if destination else b"",
        attribute(RTA_PREFSRC, wanted.source.packed) if wanted.source else b"",
        gateway_attribute(wanted.version, wanted.gateway) if wanted.gateway else b"",
    )
    return header + b"".join(attributes)


def _scope(wanted: ClassRoute) -> int:
    """IPv6 routes have none."""
    is_direct = wanted.version == 4 and wanted.gateway is None  # noqa: PLR2004  # IPv4
    return RT_SCOPE_LINK if is_direct else RT_SCOPE_UNIVERSE


@lru_cache(maxsize=_MOST_PARSED)
def _parse_route(body: bytes) -> ClassRoute | None:
    """A route of the kernel; None where it has a form that no class can have."""
    _, _, source_length, tos, _, _, _, kind, _ = ROUTE_HEADER.unpack_from(body)
    attributes = attributes_of(memoryview(body)[ROUTE_HEADER.size :])
    version, table, destination, metric = slot_of(body)
    is_usual = version in _VERSIONS and (source_length, tos, kind) == (0, 0, RTN_UNICAST)
    if not is_usual or attributes.keys() & {RTA_MULTIPATH, _RTA_ENCAP}:
        return None
    return ClassRoute(
        table=table,
        version=version,
        destination=destination,
        link_index=number_of(attributes.get(RTA_OIF)),
        gateway=gateway_of(attributes),
        source=address_of(attributes.get(RTA_PREFSRC, b"")),
        metric=metric,
    )


def _rule_message(wanted: ClassRule) -> bytes:
    return (
        RULE_HEADER.pack(FAMILY_OF_VERSION[wanted.version], 0, 0, 0, 0, 0, 0, wanted.action, 0)
        + number_attribute(FRA_PRIORITY, wanted.priority)
        + number_attribute(_FRA_FWMARK, wanted.mark)
        + number_attribute(_FRA_FWMASK, _WHOLE_MARK)
        + (number_attribute(FRA_TABLE, wanted.table) if wanted.table else b"")
        + (number_attribute(_FRA_GOTO, wanted.target) if wanted.target else b"")
        + number_attribute(FRA_SUPPRESS_PREFIXLEN, wanted.suppressed)
        + attribute(FRA_PROTOCOL, bytes([CLASS_PROTOCOL]))
    )


@lru_cache(maxsize=_MOST_PARSED)
def _parse_rule(body: bytes) -> ClassRule | None:
    """A rule of the kernel; None when `_rule_message` never gives such."""
    family, *_lengths_and_more, action, flags = RULE_HEADER.unpack_from(body)
    attributes = attributes_of(memoryview(body)[RULE_HEADER.size :])
    if flags & ~_FIB_RULE_UNRESOLVED or number_of(attributes.get(_FRA_FWMASK)) != _WHOLE_MARK:
        return None
    return ClassRule(
        version=VERSION_OF_FAMILY.get(family, 0),
        mark=number_of(attributes.get(_FRA_FWMARK)),
        priority=number_of(attributes.get(FRA_PRIORITY)),
        action=action,
        table=number_of(attributes.get(FRA_TABLE)),
        suppressed=number_of(attributes.get(FRA_SUPPRESS_PREFIXLEN), default=_SUPPRESS_NOTHING),
        target=number_of(attributes.get(_FRA_GOTO)),
    )
