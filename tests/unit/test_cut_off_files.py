"""Every file of the state directory, cut off after each byte or changed anywhere: never a crash, never less held.

What is loaded is the whole truth, from the file or its copy, or what allows least (decision 018).
"""

import os
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mpmanager.core.byte_counts import CountsMemory, LinkCount
from mpmanager.core.caps import Told, UsageMemory
from mpmanager.core.change_log import ChangeLog
from mpmanager.core.connection_state import ConnectionMemory
from mpmanager.core.paths import PathPreferences
from mpmanager.core.profile_mapping import Decisions
from mpmanager.core.scopes import Scope
from mpmanager.core.trust import TrustPreferences
from mpmanager.daemon.cap_keeper import CapKeeper
from mpmanager.daemon.changes_file import ChangesFormat
from mpmanager.daemon.holds_file import Holds, HoldsFormat
from mpmanager.daemon.journal import Journal
from mpmanager.daemon.kept_file import UNREADABLE
from mpmanager.daemon.paths_file import PathsFormat
from mpmanager.daemon.policies_file import PoliciesFormat
from mpmanager.daemon.profile_files import ChoicesFormat
from mpmanager.daemon.state import HOLDS_LOST, POLICIES_LOST, TRUST_LOST, USAGE_LOST, Pause, StateDirectory
from mpmanager.daemon.usage_file import UsageFormat
from mpmanager.model.caps import Allowance, CapAction, CapState, PathCap
from mpmanager.model.change import Aspect, AspectKind, Author, Difference, Probation
from mpmanager.model.clock import Moment
from mpmanager.model.connection import Endpoint, FourTuple
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.names import AddressId, LinkName, Token
from mpmanager.model.path import LinkCounters, PathKind, Tier
from mpmanager.model.policy import PolicyRule, TrustPolicy
from mpmanager.model.profile import ProfileChoices, ProfileName
from mpmanager.model.selector import Selector
from mpmanager.model.sysctl import SysctlChange, SysctlName
from mpmanager.model.trust import NetworkId, Trust

CASES = int(os.environ.get("MPMANAGER_FUZZ_CASES", "20"))
STEP = 1 if "MPMANAGER_FUZZ_CASES" in os.environ else 29
"""Of the lengths with which a whole start is tried; the formats themselves are tried with all of them."""
ONLY = TrustPolicy.parse("only")
WLAN, WWAN = LinkName("wlan0"), LinkName("wwan0")
RULES = (
    PolicyRule(selector=Selector.parse("exe:/usr/bin/bank"), trust=ONLY),
    PolicyRule(selector=Selector.parse("cgroup:/a/mail"), trust=TrustPolicy.parse("first:5"), wait_s=0.05),
)
EVERYBODY_ONLY = PolicyRule(selector=Selector.parse("default"), trust=ONLY)
DECISIONS = PathPreferences(
    tiers={WWAN: Tier.NEVER},
    kinds={WLAN: PathKind.LTE},
    trust=TrustPreferences(networks={NetworkId("wifi:Home/wpa2"): Trust.UNTRUSTED}, needs_wired_login=True),
    caps={WWAN: PathCap(month_bytes=10**9, then=CapAction.STOP)},
)
CHANGES = ChangeLog().with_change(
    Author(uid=1000, program="mpm"),
    (Difference(aspect=Aspect(kind=AspectKind.TIER, about="wwan0"), before=None, after="never"),),
    time=1.5e9,
    probation=Probation(seconds=60, until=1.5e9 + 60),
)
CHOICES = ProfileChoices(active=ProfileName("home"), follows={NetworkId("wifi:Home/wpa2"): ProfileName("home")})
USAGE = UsageMemory(
    counts=CountsMemory(
        boot="this",
        offset_s=1.7e9,
        links={WWAN: LinkCount(index=3, counter_bytes=5, days={date(2026, 11, 21): 2 * 10**9}, boot_days={})},
    ),
    allowances={WWAN: Allowance(day=date(2026, 11, 1), extra_bytes=5)},
    told_days={WWAN: Told(first=date(2026, 11, 21), state=CapState.REACHED)},
)
FLOW = FourTuple(Endpoint(ip_address("10.0.1.2"), 40000), Endpoint(ip_address("2001:db8::80"), 443))
HOLDS = Holds(flows={Token(7): FLOW})
SCOPE = Scope(cgroup=CgroupPath("/a/mpm-1"), trust=ONLY, uid=1000, rule=RULES[0], app_id="org.example.Bank")
SYSCTLS = {SysctlName("net.mptcp.stale_loss_cnt"): SysctlChange(before="4", value="1")}
MEMORY = ConnectionMemory(
    token=Token(7),
    initial=FLOW,
    is_initial_address_forbidden=True,
    announced=((AddressId(3), FLOW.remote),),
    offered=(),
)
PAUSE = Pause(boot="this", until_s=12.5)


@dataclass(frozen=True)
class Kept:
    """A file, or two."""

    name: str
    said: object
    lost: object
    """What holds where file and copy are damaged."""
    limit: str | None = None
    has_copy: bool = True

    @property
    def names(self):
        return [self.name, self.name.replace(".json", ".copy.json")] if self.has_copy else [self.name]


SCOPE_KEPT = replace(SCOPE, rule=replace(RULES[0], selector=Selector.parse("exe:/usr/bin/bank")))
KEPT = [
    Kept("policies.json", RULES, (EVERYBODY_ONLY,), POLICIES_LOST),
    Kept("paths.json", DECISIONS, PathPreferences(trust=TrustPreferences(are_lost=True)), TRUST_LOST),
    Kept("usage.json", USAGE, UsageMemory(lost_on=date.max), USAGE_LOST),
    Kept("holds.json", HOLDS, Holds(are_lost=True), HOLDS_LOST),
    Kept("profiles.json", CHOICES, ProfileChoices(is_by_hand=True)),
    Kept("changes.json", CHANGES, ChangeLog()),
    Kept("scopes.json", (SCOPE_KEPT,), (), has_copy=False),
    Kept("sysctls.json", SYSCTLS, {}, has_copy=False),
    Kept("connections.json", [MEMORY], [], has_copy=False),
    Kept("pause.json", PAUSE, None, has_copy=False),
]
FORMS = {
    PoliciesFormat(): "policies.json",
    PathsFormat(): "paths.json",
    UsageFormat(): "usage.json",
    HoldsFormat(): "holds.json",
    ChoicesFormat(): "profiles.json",
    ChangesFormat(): "changes.json",
}
LOADERS = {
    "policies.json": StateDirectory.load_policies,
    "paths.json": StateDirectory.load_preferences,
    "usage.json": StateDirectory.load_usage,
    "holds.json": StateDirectory.load_holds,
    "profiles.json": StateDirectory.load_profile_choices,
    "changes.json": StateDirectory.load_changes,
    "scopes.json": StateDirectory.load_scopes,
    "sysctls.json": StateDirectory.load_sysctls,
    "connections.json": StateDirectory.load_connections,
    "pause.json": StateDirectory.load_pause,
}


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """What becomes of a disk when the power fails is not what is tried."""
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)


@pytest.fixture
def place():
    """In memory, where there is such a place: there are thousands of starts."""
    with TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as directory:
        yield Path(directory)


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What every file holds after somebody has said something."""
    directory = tmp_path_factory.mktemp("said")
    state = StateDirectory(directory)
    state.save_policies(RULES)
    state.save_preferences(DECISIONS)
    state.save_changes(CHANGES)
    state.save_profile_choices(CHOICES)
    state.save_usage(USAGE)
    state.save_holds(HOLDS.flows)
    state.save_scopes([SCOPE])
    state.save_sysctls(SYSCTLS)
    state.save_connections([MEMORY])
    state.save_pause(PAUSE)
    return {each.name: each.read_bytes() for each in directory.iterdir() if each.suffix == ".json"}


def loaded(directory, kept):
    """As a daemon that starts finds it, and what it tells of it."""
    state = StateDirectory(directory)
    return LOADERS[kept.name](state), state.limits()


def laid(directory, contents):
    for each in directory.iterdir():
        each.unlink()
    for name, content in contents.items():
        (directory / name).write_bytes(content)
    return directory


def lengths(content):
    whole = len(content.rstrip())
    return (*range(0, whole - 1, STEP), whole - 1)


def test_every_file_is_tried(said):
    assert {name for each in KEPT for name in each.names} == said.keys()


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.name)
def test_a_file_that_is_whole_says_what_was_said(said, place, kept):
    assert loaded(laid(place, {name: said[name] for name in kept.names}), kept) == (kept.said, [])


@pytest.mark.parametrize("form", FORMS, ids=lambda form: type(form).__name__)
def test_nothing_is_taken_for_whole_that_is_cut_off_after_any_byte(said, form):
    content = said[FORMS[form]].rstrip()
    assert form.decode(content, None).faults == ()
    for length in range(len(content)):
        with pytest.raises(UNREADABLE):
            form.decode(content[:length], None)


@pytest.mark.parametrize("kept", [each for each in KEPT if each.has_copy], ids=lambda kept: kept.name)
def test_a_file_cut_off_after_any_byte_is_replaced_by_its_copy(said, place, kept):
    name, copy = kept.names
    for length in lengths(said[name]):
        found, limits = loaded(laid(place, {name: said[name][:length], copy: said[copy]}), kept)
        assert found == kept.said, length
        assert "its copy is in force" in limits[0]
        assert loaded(place, kept) == (kept.said, []), "and is whole again"


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.name)
def test_where_the_copy_is_cut_off_too_the_least_is_allowed(said, place, kept):
    for length in lengths(said[kept.name]):
        laid(place, {name: said[name][:length] for name in kept.names})
        for _start in range(2):
            found, limits = loaded(place, kept)
            assert found == kept.lost, length
            assert kept.limit is None or kept.limit in limits


def test_decisions_that_were_being_written_together_are_completed_or_left_whatever_is_cut_off(said, place, monkeypatch):
    after = Decisions(preferences=PathPreferences(tiers={WLAN: Tier.NEVER}), rules=(EVERYBODY_ONLY,))
    laid(place, {name: said[name] for name in ("paths.json", "policies.json")})
    state = StateDirectory(place)
    with monkeypatch.context() as patch:
        patch.setattr(StateDirectory, "_forget_pending", lambda _state: None)
        state.save_decisions(after, before=Decisions(preferences=DECISIONS, rules=RULES), are_rules_lost=True)
    pending = (place / "decisions-pending.json").read_bytes()
    for length in (*lengths(pending), len(pending)):
        laid(place, {name: said[name] for name in ("paths.json", "policies.json")})
        (place / "decisions-pending.json").write_bytes(pending[:length])
        state = StateDirectory(place)
        found = state.load_preferences(), state.load_policies(), state.are_policies_lost
        if length == len(pending):
            assert found == (after.preferences, after.rules, True)
        else:
            assert found == (DECISIONS, RULES, False)


@settings(
    max_examples=CASES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.name)
def test_a_file_changed_anywhere_ends_nobody(said, place, kept, data):
    directory = laid(place, {})
    for name in kept.names:
        content = bytearray(said[name])
        for _change in range(data.draw(st.integers(1, 3))):
            place = data.draw(st.integers(0, len(content)))
            content[place : place + data.draw(st.integers(0, 4))] = data.draw(
                st.binary(max_size=3)
                | st.sampled_from([b"9" * 40, b"[" * 3000, b"-1", b"null", b"1e308", b'"', b"9999-12-31"])
            )
        (directory / name).write_bytes(bytes(content))
    loaded(directory, kept)
    look_with(directory)


def look_with(directory: Path):
    """What makes use of the counts does so."""
    moment = Moment(local=datetime(2026, 11, 21, 12, tzinfo=UTC), since_boot_s=900.0, boot="this")
    caps = CapKeeper(StateDirectory(directory), journal=Journal(wall_clock=lambda: 0.0), moment=lambda: moment)
    caps.count({3: LinkCounters(rx_bytes=5, tx_bytes=5)}, [])
    caps.usage(WWAN, DECISIONS.caps[WWAN])
