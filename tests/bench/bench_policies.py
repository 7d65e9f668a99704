"""What deciding by rules costs, each figure beside its target: `.venv/bin/python tests/bench/bench_policies.py`.

A thousand rules of all kinds decide a new connection; a changed rule comes into force on 500 living connections of a
daemon that watches two paths. The reference is looking at every rule in turn.
"""

import os
import sys
import tempfile
import time
from ipaddress import ip_address
from pathlib import Path
from statistics import median
from typing import Any

from stage import connections, daemon_in, lab_of, reference, verdict

from end_to_end.stage import until
from mpmanager.api.structures import PolicyInfo, TierChoiceInfo
from mpmanager.core.match import RuleIndex
from mpmanager.core.policies import policy_from
from mpmanager.model.connection import Application, Endpoint
from mpmanager.model.policy import PolicyRule
from mpmanager.model.selector import Selector, Subject

RULES, SUBJECTS = 1000, 2000
DECISION_US = 200.0
CONNECTIONS, TURNS = 500, 5
CHANGE_MS = 250.0
_SETTLED_WITHIN_S = 60.0
_KINDS = (
    "exe:/usr/bin/program{0}",
    "app:org.example.App{0}",
    "unit:service{0}.service",
    "cgroup:/user.slice/user-1000.slice/app{0}.slice",
    "user:user{0}",
    "host:www{0}.example.org",
    "host:*.zone{0}.example",
    "to:10.{1}.{2}.0/24",
    "port:{3}",
    "exe:/usr/bin/program{0} host:*.example.org port:443",
)


def main() -> int:
    """Print all figures; the number of missed targets is the exit code."""
    missed = _measure_decisions()
    with (
        tempfile.TemporaryDirectory(prefix="mpmanager-bench-") as scratch,
        lab_of("thesis", name=f"bench{os.getpid()}") as lab,
        daemon_in(lab, Path(scratch) / "daemon") as daemon,
        connections(lab, CONNECTIONS),
    ):
        return missed + _measure_changes(daemon)


def _measure_decisions() -> int:
    rules = [_rule(number) for number in range(RULES)]
    index = RuleIndex(rules)
    subjects = [_subject(number) for number in range(SUBJECTS)]
    print(f"a new connection under {RULES} rules")
    each = [_timed_us(lambda subject=subject: policy_from(index.fitting(subject))) for subject in subjects]
    in_turn = [
        _timed_us(lambda subject=subject: [rule for rule in rules if rule.selector.selects(subject)])
        for subject in subjects[:50]
    ]
    reference("looking at every rule in turn, median", median(in_turn), "us")
    reference("by the index, median", median(each), "us")
    return not verdict("by the index, 99 %", sorted(each)[int(0.99 * len(each))], "us", target=DECISION_US)


def _rule(number: int) -> PolicyRule:
    text = _KINDS[number % len(_KINDS)].format(number, number // 250, number % 250, 1000 + number)
    return PolicyRule(selector=Selector.parse(text), wait_s=number / 1000)


def _subject(number: int) -> Subject:
    application = Application(
        id=f"exe:/usr/bin/program{number}",
        name="program",
        pid=number,
        exe=f"/usr/bin/program{number}",
        cgroup=f"/user.slice/user-1000.slice/app{number}.slice/some.scope",
        app_id=f"org.example.App{number}",
        unit="some.scope",
        uid=1000,
    )
    return Subject(
        application=application,
        users=frozenset({"1000", f"user{number}"}),
        remote=Endpoint(ip_address(f"10.{number // 250}.{number % 250}.7"), 1000 + number),
        hosts=frozenset({f"www{number}.example.org", f"a.b.zone{number}.example"}),
        networks=frozenset(),
    )


def _timed_us(decide: Any) -> float:
    began = time.perf_counter()
    decide()
    return (time.perf_counter() - began) * 1e6


def _measure_changes(daemon: Any) -> int:
    """A wait is in force with the answer; that every row shows it is looked at afterwards."""
    until(lambda: len(daemon.connections()) == CONNECTIONS, "all connections known", within_s=_SETTLED_WITHIN_S)
    print(f"a changed rule on {CONNECTIONS} connections")
    waits = [_change(daemon, PolicyInfo(selector="default", wait_ms=20.0 + turn)) for turn in range(TURNS)]
    tiers = [_change(daemon, PolicyInfo(selector="default", wait_ms=20.0, tiers=_tiers(turn))) for turn in range(TURNS)]
    reference("another wait, median", median(waits), "ms")
    missed = not verdict("another wait, longest", max(waits), "ms", target=CHANGE_MS)
    reference("another tier of a path, median", median(tiers), "ms")
    return missed + (not verdict("another tier of a path, longest", max(tiers), "ms", target=CHANGE_MS))


def _tiers(turn: int) -> list[TierChoiceInfo]:
    return [TierChoiceInfo(paths="path:wwan0", tier="backup" if turn % 2 else "always")]


def _change(daemon: Any, policy: PolicyInfo) -> float:
    async def command(client: Any) -> float:
        began = time.perf_counter()
        await client.set_policy(policy)
        return (time.perf_counter() - began) * 1000

    took_ms: float = daemon.ask(command)
    until(
        lambda: all(each.wait_ms == policy.wait_ms for each in daemon.connections()),
        "the wait on every connection",
        within_s=_SETTLED_WITHIN_S,
    )
    return took_ms


if __name__ == "__main__":
    sys.exit(main())
