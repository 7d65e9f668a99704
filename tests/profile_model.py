"""Profiles as hypothesis makes them, and the paths of machines that they come to."""

from hypothesis import strategies as st

from mpmanager.model.names import LinkName
from mpmanager.model.path import KindSource, Path, PathKind, PathState, Tier
from mpmanager.model.policy import (
    NEVER,
    BigTransfers,
    Intent,
    PairWait,
    PolicyRule,
    Role,
    TierChoice,
    TrustDemand,
    TrustPolicy,
)
from mpmanager.model.profile import Profile, ProfileName
from mpmanager.model.selector import EVERYBODY, Selector
from mpmanager.model.trust import NetworkId, Trust, TrustReason, TrustVerdict

TRUSTED = TrustVerdict(level=Trust.TRUSTED, reason=TrustReason.CHOSEN)


def path(name, kind, *, index=1, networks=()):
    return Path(
        name=LinkName(name),
        index=index,
        kind=kind,
        kind_source=KindSource.USER,
        network=None,
        security=None,
        trust=TRUSTED,
        network_ids=tuple(map(NetworkId, networks)),
        tier=Tier.ALWAYS,
        state=PathState.UP,
        addresses=(),
        ways_out=(),
    )


LAPTOP = (path("wlan0", PathKind.WIFI), path("wwan0", PathKind.LTE), path("dsl0", PathKind.XDSL))
TWO_CARDS = (*LAPTOP, path("wlan1", PathKind.WIFI))

references = st.sampled_from(
    ["kind:wifi", "kind:wifi:1", "kind:wifi:2", "kind:lte", "kind:xdsl", "path:wlan0", "path:usb9"]
).map(LinkName)
waits_s = st.one_of(st.just(NEVER), st.integers(0, 60_000_000).map(lambda us: us / 1000 / 1000))
shares = st.one_of(st.none(), st.just(NEVER), st.integers(1, 1_000_000).map(lambda share: share / 1_000_000))
trusts = st.one_of(
    st.sampled_from(TrustDemand).filter(lambda demand: demand is not TrustDemand.FIRST).map(str),
    st.sampled_from(["handshake-strict", "first:1", "first-strict:16384"]),
).map(TrustPolicy.parse)
tier_choices = st.builds(
    TierChoice,
    paths=st.one_of(references, st.sampled_from(Role).map(str)),
    tier=st.one_of(st.none(), st.sampled_from(Tier)),
)
tiers = st.lists(tier_choices, max_size=4, unique_by=lambda each: each.paths).map(tuple)
pair_waits = st.builds(PairWait, carrier=references, helper=references, wait_s=waits_s).filter(
    lambda pair: pair.carrier != pair.helper
)
pairs = st.lists(pair_waits, max_size=3, unique_by=lambda each: (each.carrier, each.helper)).map(
    lambda found: tuple(sorted(found, key=lambda each: (each.carrier, each.helper)))
)
selectors = st.sampled_from(
    [
        *("exe:/usr/bin/ssh", "exe:/opt/a b/c\u00e9", "app:org.mozilla.firefox", "unit:ssh.service host:*.example.org"),
        *("cgroup:/user.slice", "to:192.0.2.0/24 port:22", "default", 'app:x user:anna on:wifi:Caf\u00e9 "1"/open'),
    ]
).map(Selector.parse)


def _rule(selector, **said):
    if selector == EVERYBODY:  # what holds anyway is not written down
        said["wait_s"] = None if said["wait_s"] == NEVER else said["wait_s"]
        said["marks_share"] = None if said["marks_share"] == NEVER else said["marks_share"]
        said["trust"] = None if str(said["trust"]) == "handshake" else said["trust"]
    return PolicyRule(selector=selector, **said)


rules = st.builds(
    _rule,
    selector=selectors,
    wait_s=st.one_of(st.none(), waits_s),
    pairs=pairs,
    big_transfers=st.one_of(
        st.none(), st.builds(BigTransfers, path=references, over_bytes=st.integers(1000, 1_000_000_000_000))
    ),
    marks_share=shares,
    trust=st.one_of(st.none(), trusts),
    intent=st.one_of(st.none(), st.sampled_from(Intent)),
    tiers=tiers,
    is_multipath=st.one_of(st.none(), st.booleans()),
    prefers_lowest_delay=st.one_of(st.none(), st.booleans()),
)
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
profiles = st.builds(
    Profile,
    name=st.sampled_from(["Cafe", "Zu Hause", "B\u00fcro-2", "a.b"]).map(ProfileName),
    description=st.sampled_from(["", "For the road", 'two\nlines "quoted" \\ and \u65e5\u672c']),
    networks=st.dictionaries(texts.map(NetworkId), st.sampled_from(Trust), max_size=3).map(
        lambda found: dict(sorted(found.items()))
    ),
    wires_need_login=st.one_of(st.none(), st.booleans()),
    tiers=tiers,
    rules=st.lists(rules.filter(lambda rule: not rule.is_empty), max_size=4, unique_by=lambda rule: rule.selector).map(
        lambda found: tuple(sorted(found, key=lambda rule: rule.selector != EVERYBODY))
    ),
)
