"""What other rules would mean for the connections there are, by the very decisions of the daemon's core."""

import pwd
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from ipaddress import ip_address

from mpmanager.api.policy_rules import rule_of
from mpmanager.api.structures import AppInfo, ConnectionInfo, Frame, PathInfo, PolicyInfo
from mpmanager.core.match import RuleIndex
from mpmanager.core.policies import policy_from
from mpmanager.model.connection import Application, Endpoint
from mpmanager.model.names import LinkName
from mpmanager.model.path import Path, Tier
from mpmanager.model.policy import Policy, TrustDemand, tier_of
from mpmanager.model.selector import EVERYBODY, Selector, SelectorKind, Subject
from mpmanager.model.trust import NetworkId, TrustVerdict

_STEP_CONNECTIONS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """What becomes of the connections that are open now."""

    connections: int = 0
    """For which something else would be in force."""
    closing: Mapping[str, int] = field(default_factory=dict)
    """By path, the subflows that would be closed."""
    is_complete: bool = True
    """False where rules are about host names, which the daemon alone knows."""


class RuleBook:
    """Rules, put in order once and asked often."""

    def __init__(self, policies: Iterable[PolicyInfo]) -> None:
        """Take rules as the daemon tells them.

        Raises:
            InvalidValueError: a rule says what cannot be; the sentence names it.
        """
        self.policies = tuple(policies)
        rules = [replace(rule_of(each), origin=each.origin or "") for each in self.policies]
        self._infos = {(rule.key, rule.origin): info for rule, info in zip(rules, self.policies, strict=True)}
        self.rules = frozenset(rule for rule in rules if not rule.is_empty)
        self.index = RuleIndex(rules)

    def about(self, app: AppInfo, networks: frozenset[NetworkId]) -> list[PolicyInfo]:
        """The rules about an application wherever it connects to, as they count; the last is the default."""
        fitting = self.index.fitting(_subject(app, networks))
        return [self._infos[rule.key, rule.origin] for rule in fitting if not rule.is_empty or rule.selector.is_default]


def consequences_in_steps(before: RuleBook, after: RuleBook, frame: Frame) -> Generator[None, None, Consequences]:
    """Compare what two sets of rules mean for the connections of a frame. Other users' withheld ones are left out.

    Between two steps others may work; the last returns what was found.
    """
    changed = {each.selector for each in before.rules ^ after.rules}
    paths = {each.name: _path(each) for each in frame.paths}
    networks = networks_of(frame.paths)
    affected, closing, looked_at = 0, Counter[str](), 0
    for connection in frame.connections:
        subject = _subject(connection.app, networks)
        if connection.withheld or not any(each.selects_application(subject.application) for each in changed):
            continue
        subject = replace(subject, remote=_endpoint(connection.remote))
        was, will_be = (_bare(policy_from(each.index.fitting(subject))) for each in (before, after))
        if was != will_be:
            affected += 1
            closing.update(_closed(connection, paths, was, will_be))
        looked_at += 1
        if looked_at % _STEP_CONNECTIONS == 0:
            yield
    return Consequences(connections=affected, closing=dict(closing), is_complete=not any(each.host for each in changed))


def consequences_of(before: Iterable[PolicyInfo], after: Iterable[PolicyInfo], frame: Frame) -> Consequences:
    """As `consequences_in_steps`, at once.

    Raises:
        InvalidValueError: a rule says what cannot be; the sentence names it.
    """
    steps = consequences_in_steps(RuleBook(before), RuleBook(after), frame)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: Consequences = end.value
            return found


def policy_of(rules: Sequence[PolicyInfo]) -> Policy:
    """What these rules mean together, the first of them counting most."""
    return policy_from([rule_of(each) for each in rules])


def networks_of(paths: Iterable[PathInfo]) -> frozenset[NetworkId]:
    """All names of the networks that are in use."""
    return frozenset(NetworkId(name) for each in paths if each.state.is_usable for name in each.network_ids)


def standing_for(selector: str) -> AppInfo:
    """An application as a selector describes it, where none is seen.

    Raises:
        InvalidValueError: it is no selector.
    """
    meant = Selector.parse(selector)
    known = {kind: meant.value if meant.kind is kind else None for kind in SelectorKind}
    return AppInfo(
        id=selector,
        name=selector,
        pid=None,
        exe=known[SelectorKind.EXE],
        cgroup=known[SelectorKind.CGROUP],
        app_id=known[SelectorKind.APP],
        unit=known[SelectorKind.UNIT],
        script=known[SelectorKind.SCRIPT],
        uid=_uid_of(meant.user),
    )


def tiers_for(paths: Iterable[PathInfo], policy: Policy) -> dict[str, Tier]:
    """When each path may be used under a policy."""
    return {each.name: tier_of(_path(each), policy.tiers) for each in paths}


def _bare(policy: Policy) -> Policy:
    """Without who says so: another rule with the same words changes nothing."""
    return replace(policy, decided_by=EVERYBODY, trust_decided_by=EVERYBODY)


def _closed(connection: ConnectionInfo, paths: Mapping[str, Path], was: Policy, will_be: Policy) -> Iterator[str]:
    """The paths of the subflows that go; one that would lose all keeps them, unless only trusted paths will do."""
    first = _host(connection.local)
    present = [
        (paths[each.path], _host(each.local) == first)
        for each in connection.subflows
        if each.path is not None and each.path in paths
    ]
    unwanted = [each for each in present if not _admits(will_be, *each)]
    if len(unwanted) == len(connection.subflows):
        is_only = will_be.trust.demand is TrustDemand.ONLY
        unwanted = [each for each in unwanted if is_only and not each[0].is_trusted]
    yield from (each[0].name for each in unwanted if _admits(was, *each))


def _admits(policy: Policy, path: Path, is_first: bool) -> bool:  # noqa: FBT001  # one of a pair
    if policy.trust.demand is TrustDemand.ONLY and not path.is_trusted:
        return False
    return tier_of(path, policy.tiers) is not Tier.NEVER and (policy.is_multipath is not False or is_first)


def _subject(app: AppInfo, networks: frozenset[NetworkId]) -> Subject:
    application = Application(
        id=app.id,
        name=app.name,
        pid=app.pid,
        exe=app.exe,
        cgroup=app.cgroup,
        app_id=app.app_id,
        unit=app.unit,
        uid=app.uid,
        script=app.script,
    )
    return Subject(application=application, users=_users(app.uid), networks=networks)


def _users(uid: int | None) -> frozenset[str]:
    if uid is None:
        return frozenset()
    with suppress(KeyError):
        return frozenset({str(uid), pwd.getpwuid(uid).pw_name})
    return frozenset({str(uid)})


def _uid_of(user: str) -> int | None:
    if user.isdecimal():
        return int(user)
    with suppress(KeyError):
        return pwd.getpwnam(user).pw_uid if user else None
    return None


def _host(end: str) -> str:
    return end.rpartition(":")[0].strip("[]")


def _endpoint(end: str) -> Endpoint | None:
    with suppress(ValueError):
        return Endpoint(ip_address(_host(end)), int(end.rpartition(":")[2]))
    return None


def _path(info: PathInfo) -> Path:
    """As far as rules ask."""
    return Path(
        name=LinkName(info.name),
        index=info.index,
        kind=info.kind,
        kind_source=info.kind_source,
        network=info.network,
        security=info.security,
        metered_said=info.metered,
        trust=TrustVerdict(level=info.trust, reason=info.trust_reason, source=info.trust_source),
        tier=info.tier,
        state=info.state,
        addresses=(),
        ways_out=(),
    )
