"""What a policy can say in one field each, with its option on the command line and its words."""

from collections.abc import Callable
from typing import Any, NamedTuple

from mpmanager.api.structures import PolicyInfo
from mpmanager.cli.policy_values import (
    read_intent,
    read_switch,
    read_trigger,
    read_trust,
    read_wait_or_auto,
)
from mpmanager.client.quantities import format_wait
from mpmanager.client.rule_values import write_switch, write_trigger, write_trust, write_wait


class Part(NamedTuple):
    """One field."""

    field: str
    """Of `PolicyInfo`, and what Python calls the option."""
    label: str
    """For people."""
    read: Callable[[str], Any]
    write: Callable[[Any], str]
    """The reverse of `read`."""
    words: Callable[[Any], str]
    """For people."""
    metavar: str
    help: str
    """Of the option that says it."""

    @property
    def name(self) -> str:
        """What Python calls its option."""
        return self.field.removesuffix("_ms")

    @property
    def option(self) -> str:
        return f"--{self.name.replace('_', '-')}"

    def of(self, policy: PolicyInfo) -> Any:  # noqa: ANN401  # each field has a type of its own
        """What a policy says."""
        return getattr(policy, self.field)

    def written(self, policy: PolicyInfo) -> str:
        value = self.of(policy)
        return "not said" if value is None else self.words(value)


WAIT = Part(
    field="wait_ms",
    label="wait",
    read=read_wait_or_auto,
    write=write_wait,
    words=format_wait,
    metavar="WAIT",
    help="How long data may wait before paths that are used when needed help: 50ms, 0 (pool all), never, auto.",
)
INTENT = Part(
    field="intent",
    label="intent",
    read=read_intent,
    write=str,
    words=str,
    metavar="INTENT",
    help="Instead of a wait, what it is for: call-and-shell, browsing, streaming, download, automatic.",
)
PARTS = (
    Part(
        field="leave_on_marks",
        label="leave on marks",
        read=read_trigger,
        write=write_trigger,
        words=write_trigger,
        metavar="SHARE",
        help="A path is left for a while when more than that carries congestion marks (ECN) within a round trip: "
        "5%, or off.",
    ),
    Part(
        field="leave_on_loss",
        label="leave on loss",
        read=read_trigger,
        write=write_trigger,
        words=write_trigger,
        metavar="SHARE",
        help="The same when more than that had to be sent again: 2%, or off.",
    ),
    Part(
        field="trust",
        label="trust",
        read=read_trust,
        write=write_trust,
        words=write_trust,
        metavar="DEMAND",
        help="What keeps to trusted paths: any (nothing), handshake, handshake-strict, first, first:32kB, only.",
    ),
    Part(
        field="multipath",
        label="multipath",
        read=read_switch,
        write=write_switch,
        words=write_switch,
        metavar="on|off",
        help="off: one path is enough. on: also for programs that know nothing of Multipath TCP.",
    ),
    Part(
        field="lowest_delay",
        label="lowest delay",
        read=read_switch,
        write=write_switch,
        words=write_switch,
        metavar="on|off",
        help="on: of the paths that may carry, the one with the shortest round trip does, and others help it.",
    ),
)
SINGLE = (WAIT, INTENT, *PARTS)
