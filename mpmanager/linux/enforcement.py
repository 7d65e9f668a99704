"""Restrictions on applications in the kernel: programs at their cgroups, a second fence in nftables, and routing."""

import logging
import os
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address
from itertools import chain, product
from pathlib import Path

from mpmanager.core.scopes import is_scope
from mpmanager.linux import bpf, enforcement_maps, pins
from mpmanager.linux.bpf import AttachType, BpfMap, BpfObject, Trial
from mpmanager.linux.class_marks import EITHER_RESTRICTION, PLAIN_MARK, held_versions, mark_of
from mpmanager.linux.class_routing import ClassRouting
from mpmanager.linux.mounts import BPFFS, cgroup_directory, cgroup_id, cgroup_mount, cgroups_of, mount_bpffs
from mpmanager.linux.nftables import Nftables
from mpmanager.linux.object_files import DOES_NOT, FENCE, TELLS_NAMESPACE
from mpmanager.linux.ruleset_watch import RulesetWatch
from mpmanager.model.connection import Endpoint
from mpmanager.model.enforcement import (
    CgroupPath,
    CgroupPolicy,
    CgroupsRefusedError,
    EnforcementLimit,
    EnforcementPlan,
    FenceCounters,
    PathClass,
    Restriction,
    Shortfall,
)
from mpmanager.model.errors import CommandRefusedError, NotSupportedError
from mpmanager.model.names import IPAddress

NFT_TABLE = "mpmanager"

_LOOPBACK_INDEX = 1
_PLACES = {
    "fence": AttachType.INET_EGRESS,
    "guard": AttachType.INET_EGRESS,
    "door": AttachType.INET_INGRESS,
    "connect4": AttachType.INET4_CONNECT,
    "connect6": AttachType.INET6_CONNECT,
    "sendmsg4": AttachType.UDP4_SENDMSG,
    "sendmsg6": AttachType.UDP6_SENDMSG,
    "make": AttachType.INET_SOCK_CREATE,
    "membership": AttachType.SETSOCKOPT,
}
_PROGRAMS = {
    Restriction.ANY: ("connect4", "connect6"),
    Restriction.HANDSHAKE: ("guard", "connect4", "connect6"),
    Restriction.ONLY: tuple(each for each in _PLACES if each != "guard"),
}

_PLAIN = "plain_destinations"

_TRUSTED_ANSWERS = 29
"""The kernel tells of every change, or that it could not; still nobody relies on that for more than half a minute."""

_log = logging.getLogger(__name__)


class LinuxEnforcement:
    """Enforcement in the network namespace in which it is made and used.

    All that lasts is in bpffs, below `mpmanager` and the cookie of the network namespace: maps by their names, and
    `PROGRAM-CGROUP` for each attachment, with the cgroup's id. What daemons have left in namespaces that are gone is
    removed, as their `witness` tells.
    """

    def __init__(self, *, mount_point: Path = BPFFS, ahead: Trial | None = None) -> None:
        """With bpffs at another place than usual for tests; `ahead` is what came of loading the fence already."""
        self._mount_point = mount_point
        self._namespace = pins.namespace_cookie()
        self._directory = FENCE.pins(pins.directory_of_namespace(mount_point, self._namespace))
        self._trial = ahead
        self._object: BpfObject | None = None
        self._renewed: set[Path] = set()
        """Pins whose programs are of our object and not of an earlier run's."""
        self._paths: dict[int, CgroupPath] = {}
        self._gone: set[int] = set()
        """Cgroups that have pins and are removed, for certain."""
        self._paused_until_s = 0.0
        self._routing = ClassRouting()
        self._second_fence = _SecondFence()
        self._watch: RulesetWatch | None = None
        self._trusted_answers = 0
        """How often more nobody needs to look, as long as nobody is heard to change anything."""

    def limits(self) -> tuple[EnforcementLimit, ...]:
        """As the port says; mounts bpffs where it is missing, and loads the programs (25 ms) until the next `apply`."""
        return tuple(self._limits())

    def apply(self, plan: EnforcementPlan) -> Collection[CgroupPath]:
        there = {each: cgroup for each in plan.policies if (cgroup := _cgroup_id(each.cgroup)) is not None}
        plain = _plain_keys(plan.plain_destinations) | _keyless_versions(plan.classes)
        refused: Mapping[CgroupPath, CommandRefusedError] = {}
        if plan.restricts() or any(self._directory.parent.glob(f"{FENCE.kind}*")):
            refused = self._fence(plan, there, plain)
        else:
            self._let_ahead_go()
        strips_keys = self._second_fence.apply(plan.classes)
        if self._object is not None:
            self._let_go(plain if strips_keys else frozenset())
        self._routing.apply(plan.classes)
        gone = tuple(each.cgroup for each in plan.policies - there.keys())
        if refused:
            raise CgroupsRefusedError(refused, gone=gone)
        return gone

    def pause(self, until_s: float) -> None:
        self._paused_until_s = until_s
        if self._object is not None:
            self._tell_of_pause()

    def is_intact(self) -> bool:
        has_news = self._heard_of_changes()
        if self._trusted_answers and not has_news:
            self._trusted_answers -= 1
            return True
        self._trusted_answers = 0
        is_intact = self._second_fence.is_intact() and self._routing.is_intact()
        if is_intact and self._watch is not None:
            self._trusted_answers = _TRUSTED_ANSWERS
        return is_intact

    def _heard_of_changes(self) -> bool:
        """Also where nobody can be heard."""
        if self._watch is not None:
            return self._watch.has_news()
        with suppress(OSError):
            self._watch = RulesetWatch()
        return True

    def counters(self) -> Collection[FenceCounters]:
        if self._object is None:
            return ()
        return tuple(
            enforcement_maps.counters_of(self._paths[cgroup], key, value)
            for key, value in self._map("traffic").items()
            if (cgroup := enforcement_maps.TRAFFIC_KEY.unpack(key)[0]) in self._paths
        )

    def clear(self) -> None:
        self.apply(EnforcementPlan())
        self.close_object()
        for each in sorted(self._directory.parent.rglob("*"), reverse=True):
            each.rmdir() if each.is_dir() else each.unlink()
        with suppress(OSError):  # there is none, or daemons of other network namespaces have pins beside
            self._directory.parent.rmdir()
            self._directory.parent.parent.rmdir()

    def close_object(self) -> None:
        """Forget the programs; the next `apply` loads them again and adopts what is pinned."""
        if self._object is not None:
            self._object.close()
            self._object = None
            self._renewed.clear()

    def close(self) -> None:
        self.close_object()
        self._let_ahead_go()
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        self._routing.close()
        self._second_fence.close()

    def _limits(self) -> Iterator[EnforcementLimit]:
        if (reason := self._what_prevents()) is not None:
            yield EnforcementLimit(shortfall=Shortfall.NOTHING_ENFORCED, sentence=reason)
            return
        if not bpf.would_outlive(self._mount_point):
            sentence = f"restrictions may end with this process: nobody else is seen to have {self._mount_point}"
            yield EnforcementLimit(shortfall=Shortfall.ENDS_WITH_DAEMON, sentence=sentence)
        if (reason := self._second_fence.refusal()) is not None:
            yield EnforcementLimit(shortfall=Shortfall.NO_SECOND_FENCE, sentence=reason)
        if self._tried().constants != TELLS_NAMESPACE:
            sentence = "this kernel does not tell from which network namespace a packet comes (Linux 6.15 does)"
            yield EnforcementLimit(shortfall=Shortfall.NAMESPACES_NOT_TOLD_APART, sentence=sentence)

    def _what_prevents(self) -> str | None:
        if cgroup_mount() is None:
            return "cgroup v2 is not mounted: applications cannot be told apart"
        if refusal := self._tried().refusal:
            return refusal
        try:
            mount_bpffs(self._mount_point)
        except NotSupportedError as error:
            return str(error)
        return None

    def _tried(self) -> Trial:
        """How the programs do on this kernel: asked until it takes them, as that takes a while."""
        if self._trial is None or self._trial.refusal:
            self._trial = bpf.try_loading(FENCE.path, [TELLS_NAMESPACE, DOES_NOT])
        return self._trial

    def _take_ahead(self) -> BpfObject | None:
        """What the trial has loaded; nobody gets it twice."""
        if self._trial is None or self._trial.loaded is None:
            return None
        loaded, self._trial = self._trial.loaded, replace(self._trial, loaded=None)
        return loaded

    def _let_ahead_go(self) -> None:
        if (spare := self._take_ahead()) is not None:
            spare.close()

    def _fence(
        self, plan: EnforcementPlan, there: Mapping[CgroupPolicy, int], plain: frozenset[bytes]
    ) -> Mapping[CgroupPath, CommandRefusedError]:
        """First what is lost, then what is won, then who is restricted; at last who no longer is.

        A cgroup that cannot be restricted costs no other its restriction: it is returned with what was refused.
        """
        self._load()
        _shrink(self._map(_PLAIN), plain)
        if plan.keeps_others:
            there = {policy: cgroup for policy, cgroup in there.items() if not self._is_weaker(policy, cgroup)}
        lingering = self._lingering(set(there.values()), keeps_all=plan.keeps_others)
        self._fill_classes(plan.classes, keeps_others=bool(lingering))
        classes = {each.number: each for each in plan.classes}
        refused = {}
        for policy, cgroup in there.items():
            try:
                self._restrict(policy, cgroup, classes[policy.path_class])
            except CommandRefusedError as error:
                if _cgroup_id(policy.cgroup) == cgroup:  # else it has gone meanwhile
                    refused[policy.cgroup] = error
        self._paths = {cgroup: policy.cgroup for policy, cgroup in there.items()}
        self._release_all_but({*there.values(), *lingering})
        self._forget_traffic_of_all_but(
            {cgroup for policy, cgroup in there.items() if policy.restriction is Restriction.ONLY}
        )
        pins.remove_other_layouts(self._directory, kind=FENCE.kind)
        return refused

    def _load(self) -> None:
        if self._object is not None:
            return
        if (reason := self._what_prevents()) is not None:
            raise NotSupportedError(f"Trust cannot be enforced on this machine: {reason}")
        self._directory.mkdir(parents=True, exist_ok=True)
        constants = self._tried().constants
        self._object = bpf.load(FENCE.path, pins=self._directory, constants=constants, ahead=self._take_ahead())
        self._tell_of_pause()
        pins.call_witness(self._object, self._directory.parent)
        pins.remove_other_namespaces(self._directory.parent)

    def _tell_of_pause(self) -> None:
        self._map("pause").update(enforcement_maps.PAUSE_KEY, enforcement_maps.pause_value(self._paused_until_s))

    def _map(self, name: str) -> BpfMap:
        assert self._object is not None  # noqa: S101  # every caller has loaded it
        return self._object.maps[name]

    def _is_weaker(self, policy: CgroupPolicy, cgroup: int) -> bool:
        """Whether a policy would let a cgroup do what it may not do now."""
        value = self._map("policies").get(enforcement_maps.CGROUP_KEY.pack(cgroup))
        return policy.restriction is not Restriction.ONLY and value is not None and enforcement_maps.is_only(value)

    def _lingering(self, held: set[int], *, keeps_all: bool) -> set[int]:
        """Cgroups that go on being held as they are although nobody demands it.

        They are removed, and may have sockets yet, which send what their programs have left behind: the kernel itself
        takes our programs off with the last one. Or they are scopes of ours of which the record is lost.
        """
        others = self._attached() - held
        if keeps_all:
            return others
        unsure = others - self._gone
        living = _living(unsure)
        self._gone = (self._gone & others) | (unsure - living.keys())
        forgotten = {cgroup for cgroup, path in living.items() if is_scope(path)}
        removed = {cgroup for cgroup in self._gone if any(bpf.is_attached(self._pin(n, cgroup)) for n in _PLACES)}
        return forgotten | removed

    def _fill_classes(self, classes: Collection[PathClass], *, keeps_others: bool) -> None:
        """`keeps_others`: what is allowed in classes that are none of these stays so, where one of these allows it."""
        interfaces = {enforcement_maps.INTERFACE_KEY.pack(c.number, index) for c in classes for index in c.interfaces}
        if keeps_others:
            interfaces |= set(self._allowed_elsewhere(classes))
        addresses = {enforcement_maps.address_key(c.number, address) for c in classes for address in c.addresses}
        sources = {
            enforcement_maps.CLASS_KEY.pack(c.number): enforcement_maps.sources_value(c) for c in classes if c.ways_out
        }
        wanted: dict[str, Mapping[bytes, bytes]] = {
            "interfaces": dict.fromkeys(interfaces, enforcement_maps.PRESENT),
            "addresses": dict.fromkeys(addresses, enforcement_maps.PRESENT),
            "class_sources": sources,
        }
        for name, values in wanted.items():
            _shrink(self._map(name), values)
        for name, values in wanted.items():
            _grow(self._map(name), values)

    def _allowed_elsewhere(self, classes: Collection[PathClass]) -> Iterator[bytes]:
        numbers = {each.number for each in classes}
        indexes = {index for each in classes for index in each.interfaces}
        for key in self._map("interfaces").current_keys():
            number, index = enforcement_maps.INTERFACE_KEY.unpack(key)
            if number not in numbers and index in indexes:
                yield key

    def _let_go(self, plain: frozenset[bytes]) -> None:
        """Set which destinations are let go as plain ones, once the second fence strips their keys."""
        held = frozenset(self._map(_PLAIN).current_keys())
        _grow(self._map(_PLAIN), dict.fromkeys(plain - held, enforcement_maps.PRESENT))
        for key in held - plain:
            self._map(_PLAIN).delete(key)

    def _restrict(self, policy: CgroupPolicy, cgroup: int, path_class: PathClass) -> None:
        """Programs come before what they shall do, and stay until they shall not do it any more."""
        names = _PROGRAMS[policy.restriction]
        for name in names:
            self._attach(name, policy.cgroup, cgroup)
        value = enforcement_maps.policy_value(cgroup, namespace=self._namespace, policy=policy, path_class=path_class)
        self._map("policies").update(enforcement_maps.CGROUP_KEY.pack(cgroup), value)
        for name in _PLACES.keys() - set(names):
            bpf.detach(self._pin(name, cgroup))

    def _attach(self, name: str, path: CgroupPath, cgroup: int) -> None:
        pin = self._pin(name, cgroup)
        if pin in self._renewed and bpf.is_attached(pin):
            return
        assert self._object is not None  # noqa: S101  # every caller has loaded it
        bpf.attach(self._object.programs[name], cgroup_directory(path), _PLACES[name], pin=pin)
        self._renewed.add(pin)

    def _pin(self, name: str, cgroup: int) -> Path:
        return self._directory / f"{name}-{cgroup}"

    def _release_all_but(self, cgroups: set[int]) -> None:
        for cgroup in self._attached() - cgroups:
            key = enforcement_maps.CGROUP_KEY.pack(cgroup)
            if self._map("policies").get(key) is not None:
                self._map("policies").update(key, enforcement_maps.NO_POLICY)
            for name in _PLACES:
                bpf.detach(self._pin(name, cgroup))

    def _forget_traffic_of_all_but(self, cgroups: set[int]) -> None:
        for key in self._map("traffic").current_keys():
            if enforcement_maps.TRAFFIC_KEY.unpack(key)[0] not in cgroups:
                self._map("traffic").delete(key)

    def _attached(self) -> set[int]:
        """Ids of the cgroups that have pins."""
        names = (each.rpartition("-") for each in os.listdir(self._directory))  # noqa: PTH208  # as in `proc`
        return {int(cgroup) for name, _dash, cgroup in names if name in _PLACES}


class _SecondFence:
    """Rejects what carries the mark of a class and leaves elsewhere, also of handshakes; strips the keys of others."""

    def __init__(self) -> None:
        self._nftables: Nftables | None = None
        self._strips_keys = True
        """Until the kernel or the library has refused (Linux 5.18 and nftables 1.0.3 can)."""
        self._applied: tuple[str, bytes | None] = ("", None)
        """The commands of the last time, and what the chain then looked like."""

    def refusal(self) -> str | None:
        """Why it cannot be; None when it can."""
        try:
            self._opened().run("list tables inet")
        except (NotSupportedError, CommandRefusedError) as error:
            return str(error)
        return None

    def apply(self, classes: Collection[PathClass]) -> bool:
        """Replace our table in one step where it is not as it should be; without nftables, nothing.

        Returns whether handshakes with the mark of plain destinations lose their keys from now on.
        """
        if self._applied[1] is None and self.refusal() is not None:
            return False
        try:
            self._replace(classes)
        except CommandRefusedError as refusal:
            if not self._strips_keys:
                raise
            self._strips_keys = False
            self._replace(classes)
            _log.info("destinations without Multipath TCP are steered as others: %s", refusal)
        return self._strips_keys

    def is_intact(self) -> bool:
        """Whether the chain is as it was left."""
        return self._applied[1] is None or self._opened().chain(NFT_TABLE, _CHAIN) == self._applied[1]

    def _replace(self, classes: Collection[PathClass]) -> None:
        nftables, commands = self._opened(), _second_fence(classes, strips_keys=self._strips_keys)
        before = nftables.chain(NFT_TABLE, _CHAIN)
        if (commands, before) == self._applied or (before is None and not classes):
            return
        nftables.run(commands)
        self._applied = (commands, nftables.chain(NFT_TABLE, _CHAIN))

    def close(self) -> None:
        if self._nftables is not None:
            self._nftables.close()
            self._nftables = None

    def _opened(self) -> Nftables:
        if self._nftables is None:
            self._nftables = Nftables()
        return self._nftables


def _second_fence(classes: Iterable[PathClass], *, strips_keys: bool) -> str:
    ordered = sorted(classes, key=lambda each: each.number)
    rules = [rule for each in ordered for rule in _second_fence_rules(each)]
    if not rules:
        return f"table inet {NFT_TABLE}\ndelete table inet {NFT_TABLE}\n"
    sets = "\n".join(_ended_connections(version) for version in _ADDRESS_TYPES)
    last = chain.from_iterable(map(_last_passages, ordered))
    common = "\n".join([*_UNMARKED, *_passages(ordered), *last])
    silence = "\n".join(chain.from_iterable(map(_silence, ordered)))
    hook = "type filter hook output priority filter; policy accept;"
    body = "\n".join([_STRIPPING, *rules] if strips_keys else rules)
    before = (
        f"table inet {NFT_TABLE} {{\n{sets}\nchain {_CHAIN} {{\n{hook}\n}}\n}}\nflush chain inet {NFT_TABLE} {_CHAIN}\n"
    )
    return f"{before}table inet {NFT_TABLE} {{\nchain {_CHAIN} {{\n{common}\n{silence}\n{body}\n}}\n}}\n"


_UNSPECIFIED: Mapping[int, IPAddress] = {4: IPv4Address(0), 6: IPv6Address(0)}
_CHAIN = "second_fence"
_FIRST_PACKETS = "tcp flags & (syn | ack) == syn"
_STRIPPING = f"meta mark {PLAIN_MARK:#x} {_FIRST_PACKETS} reset tcp option mptcp"
_ADDRESS_TYPES = {4: "ipv4_addr", 6: "ipv6_addr"}
_ENDS = {version: f"{ip} saddr . tcp sport . {ip} daddr . tcp dport" for version, ip in ((4, "ip"), (6, "ip6"))}


_UNMARKED = ("meta mark 0 meta l4proto != tcp accept", "meta mark 0 tcp flags & rst == 0x0 accept")
"""Nearly all packets of whoever is not held: they shall cost little."""


_GOING_ON = ("tcp flags & (fin | rst) == 0x0", "meta l4proto != tcp")


def _passages(ordered: Iterable[PathClass]) -> Iterator[str]:
    """Nearly all packets of whoever is held. What costs most, looking up the interface, comes last in each rule."""
    for kind, each in product(_GOING_ON, ordered):
        yield f"{_held(each)} {kind} oif {{ {_allowed(each)} }} accept"


def _last_passages(path_class: PathClass) -> Iterator[str]:
    """The others, and whose connections end with them."""
    ways = f"oif {{ {_allowed(path_class)} }}"
    for version in _ADDRESS_TYPES:
        yield f"meta mark {mark_of(path_class.number, Restriction.ONLY):#x} {ways} {_note_end(version)}"
    yield f"{_held(path_class)} {ways} accept"


def _held(path_class: PathClass) -> str:
    return f"meta mark & {EITHER_RESTRICTION:#x} == {mark_of(path_class.number, Restriction.HANDSHAKE):#x}"


def _allowed(path_class: PathClass) -> str:
    return ", ".join(str(each) for each in sorted({_LOOPBACK_INDEX, *path_class.interfaces}))


def _ended_connections(version: int) -> str:
    """The set of those that have ended a while ago, by themselves or by a reset of ours; more are not remembered."""
    address = _ADDRESS_TYPES[version]
    key = f"{address} . inet_service . {address} . inet_service"
    return f"set ended{version} {{\ntype {key}\nflags dynamic,timeout\nsize 65535\ntimeout 3m\n}}"


def _note_end(version: int) -> str:
    return f"update @ended{version} {{ {_ENDS[version]} }}"


def _silence(path_class: PathClass) -> Iterator[str]:
    """What the kernel would answer in its own name to peers that go on sending to them, two minutes apart at most."""
    for version in _ADDRESS_TYPES:
        elsewhere = f"oif != {{ {_allowed(path_class)} }} tcp flags & rst == rst"
        yield f"{elsewhere} {_ENDS[version]} @ended{version} {_note_end(version)} drop"


def _second_fence_rules(path_class: PathClass) -> Iterator[str]:
    """A reset ends a connect at once; the kernel takes an ICMP error for a passing one while connect holds the socket.

    Of handshakes the first packet alone: later their subflow may go on where trust is taken away.
    """
    for restriction in (Restriction.HANDSHAKE, Restriction.ONLY):
        for version in sorted(held_versions(path_class, restriction)):
            mark = mark_of(path_class.number, restriction)
            elsewhere = f"meta nfproto ipv{version} meta mark {mark:#x} oif != {{ {_allowed(path_class)} }}"
            yield f"{elsewhere} {_FIRST_PACKETS} reject with tcp reset"
            if restriction is Restriction.ONLY:
                yield f"{elsewhere} {_note_end(version)} reject with tcp reset"
                yield f"{elsewhere} reject with icmpx admin-prohibited"


def _plain_keys(destinations: Collection[Endpoint]) -> frozenset[bytes]:
    """As many as there is room for: the others are steered as if nothing were known of them."""
    return frozenset(sorted(map(enforcement_maps.plain_key, destinations))[: enforcement_maps.PLAIN_ENTRIES])


def _keyless_versions(classes: Iterable[PathClass]) -> frozenset[bytes]:
    """All destinations of the IP versions in which no path is trusted while one of the other version is.

    Of lenient classes alone; others refuse them. The programs ask for these keys there only.
    """
    return frozenset(
        enforcement_maps.plain_key(Endpoint(unspecified, 0))
        for each in classes
        if each.is_lenient and each.ways_out
        for version, unspecified in _UNSPECIFIED.items()
        if version not in each.versions()
    )


def _shrink(table: BpfMap, wanted: Container[bytes]) -> None:
    for key in table.current_keys():
        if key not in wanted:
            table.delete(key)


def _grow(table: BpfMap, wanted: Mapping[bytes, bytes]) -> None:
    for key, value in wanted.items():
        table.update(key, value)


def _living(cgroups: Collection[int]) -> dict[int, CgroupPath]:
    """Those that are there, of cgroups of which only the ids are known."""
    mount = cgroup_mount()
    if mount is None or not cgroups:
        return {}
    return {inode: CgroupPath(path) for inode, path in cgroups_of(mount) if inode in cgroups}


def _cgroup_id(cgroup: CgroupPath) -> int | None:
    """None when there is no such cgroup."""
    return cgroup_id(cgroup_directory(cgroup))
