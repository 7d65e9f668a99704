"""Per-path routing tables and the rules that lead to them in the kernel, marked as ours by their protocol number."""

from collections.abc import Iterator

from mpmanager.linux.network import read_network
from mpmanager.linux.reconciling import LINK_MAY_BE_GONE, Held, Reconciler
from mpmanager.linux.routing_messages import (
    KernelRoute,
    is_our_route,
    kernel_routes,
    parse_route,
    parse_rule,
    priority_of,
    route_message,
    route_removal,
    rule_message,
    slot_of,
)
from mpmanager.linux.rtnetlink import (
    FAMILY_OF_VERSION,
    NLM_F_CREATE,
    NLM_F_EXCL,
    NLM_F_REPLACE,
    OUR_PROTOCOL,
    ROUTE_HEADER,
    RTA_TABLE,
    RTM_DELROUTE,
    RTM_DELRULE,
    RTM_GETROUTE,
    RTM_GETRULE,
    RTM_NEWROUTE,
    RTM_NEWRULE,
    RULE_HEADER,
    RouteSocket,
    is_our_rule,
    number_attribute,
)
from mpmanager.model.errors import CommandRefusedError
from mpmanager.model.network import MainRule, NetworkState, PathRoute, RoutingPlan, RoutingRule

_Wanted = KernelRoute | RoutingRule


class LinuxRoutingTables:
    """RoutingTables of the network namespace it is made in.

    Ours is what carries our protocol number, in whatever table or priority; nothing else is ever touched.
    """

    def __init__(self) -> None:
        self._socket = RouteSocket()
        self._reconciler = Reconciler(
            socket=self._socket,
            name="Our rules and routes",
            held=self._held,
            order=_order,
            add_one=self._add_one,
            is_excused=self._is_excused,
        )

    async def apply(self, plan: RoutingPlan) -> None:
        """Make the kernel hold exactly this plan of ours and read it back.

        Idempotent: what is there already is not sent again. Routes come before the rules that lead to them, and rules
        go before their routes; at no moment does a path's default route stand without the rules that come before it.
        A default route that changes its gateway is replaced in one step.

        Raises:
            CommandRefusedError: the kernel refused something though link and source address are there (EBUSY:
                somebody else keeps changing what is ours); what could be applied stays.
        """
        self._reconciler.apply({*kernel_routes(plan), *plan.rules})

    async def clear(self) -> None:
        """Remove all that is ours.

        Raises:
            CommandRefusedError: the kernel refused; what could be removed is.
        """
        await self.apply(RoutingPlan())

    async def close(self) -> None:
        """Free the socket; rules and routes stay."""
        self._socket.close()

    def _held(self) -> list[Held[_Wanted]]:
        """All that is ours: rules first, and of these the last that the kernel asks."""
        families = FAMILY_OF_VERSION.values()
        rules = [_held_rule(body) for family in families for body in self._rules(family) if is_our_rule(body)]
        routes = [_held_route(body) for family in families for body in self._routes(family) if is_our_route(body)]
        return [*reversed(rules), *routes]

    def _rules(self, family: int) -> Iterator[bytes]:
        request = RULE_HEADER.pack(family, 0, 0, 0, 0, 0, 0, 0, 0)
        for reply in self._socket.dump_existing(RTM_GETRULE, request, what="listing rules"):
            yield bytes(reply)

    def _routes(self, family: int) -> Iterator[bytes]:
        request = ROUTE_HEADER.pack(family, 0, 0, 0, 0, OUR_PROTOCOL, 0, 0, 0)
        for reply in self._socket.dump_existing(RTM_GETROUTE, request, what="listing our routes"):
            yield bytes(reply)

    def _everybodys_routes(self, family: int, table: int) -> Iterator[bytes]:
        request = ROUTE_HEADER.pack(family, 0, 0, 0, 0, 0, 0, 0, 0) + number_attribute(RTA_TABLE, table)
        for reply in self._socket.dump_existing(RTM_GETROUTE, request, what="listing a path's routes"):
            yield bytes(reply)

    def _add_one(self, wanted: _Wanted) -> None:
        if isinstance(wanted, KernelRoute):
            flags = NLM_F_CREATE | (NLM_F_REPLACE if self._may_replace(wanted) else 0)
            self._socket.command(RTM_NEWROUTE, route_message(wanted), flags=flags, what=str(wanted))
            return
        what = _name_of(wanted)
        self._socket.command(RTM_NEWRULE, rule_message(wanted), flags=NLM_F_CREATE | NLM_F_EXCL, what=what)

    def _may_replace(self, wanted: KernelRoute) -> bool:
        """Whether one route of ours has the wanted one's place for itself; else replacing could hit somebody's."""
        everybodys = self._everybodys_routes(FAMILY_OF_VERSION[wanted.route.version], wanted.route.table)
        there = [body for body in everybodys if slot_of(body) == wanted.slot]
        return len(there) == 1 and is_our_route(there[0])

    def _is_excused(self, wanted: _Wanted, refusal: CommandRefusedError) -> bool:
        if not isinstance(wanted, KernelRoute) or refusal.errno not in LINK_MAY_BE_GONE:
            return False
        return not _is_possible(wanted.route, read_network(self._socket))


def _held_rule(body: bytes) -> Held[_Wanted]:
    return Held(value=parse_rule(body), removal=RTM_DELRULE, body=body)


def _held_route(body: bytes) -> Held[_Wanted]:
    return Held(value=parse_route(body), removal=RTM_DELROUTE, body=route_removal(body))


def _order(wanted: _Wanted) -> tuple[int, str]:
    if isinstance(wanted, KernelRoute):
        return int(wanted.route.destination is None), str(wanted)
    return priority_of(wanted), str(wanted)


def _name_of(rule: RoutingRule) -> str:
    return f"rule for {rule.source} and main's routes" if isinstance(rule, MainRule) else f"rule for {rule.source}"


def _is_possible(route: PathRoute, network: NetworkState) -> bool:
    """Whether link and source address are there to carry the route."""
    has_link = any(link.index == route.link_index and link.is_enabled for link in network.links)
    has_source = any(
        (each.link_index, each.address.address) == (route.link_index, route.source) for each in network.addresses
    )
    return has_link and has_source
