"""A rule for something that is not running: whom it shall be about, and what is wrong with what was written."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mpmanager.client.applications import owned
from mpmanager.model.errors import InvalidValueError
from mpmanager.model.selector import Selector, SelectorKind
from mpmanager_ui.viewmodels.translation import tr, tr_later, tr_literal

PROGRAMS = (
    SelectorKind.EXE,
    SelectorKind.SCRIPT,
    SelectorKind.APP,
    SelectorKind.UNIT,
    SelectorKind.CGROUP,
    SelectorKind.DEFAULT,
)
"""In the order in which they are offered."""
CONDITIONS = ("host", "to", "port", "user", "on")

_NAMES = {
    SelectorKind.EXE: tr_later("Program"),
    SelectorKind.SCRIPT: tr_later("Script"),
    SelectorKind.APP: tr_later("Application"),
    SelectorKind.UNIT: tr_later("Unit"),
    SelectorKind.CGROUP: tr_later("Control group"),
    SelectorKind.DEFAULT: tr_later("Whoever connects"),
}
_EXAMPLES = {
    SelectorKind.EXE: "/usr/bin/ssh",
    SelectorKind.SCRIPT: "/home/anna/backup.py",
    SelectorKind.APP: "org.mozilla.firefox",
    SelectorKind.UNIT: "ssh.service",
    SelectorKind.CGROUP: "/user.slice",
    SelectorKind.DEFAULT: "",
}
_CONDITION_NAMES = {
    "host": tr_later("Host"),
    "to": tr_later("Network"),
    "port": tr_later("Port"),
    "user": tr_later("User"),
    "on": tr_later("While in network"),
}
_CONDITION_EXAMPLES = {
    "host": "*.example.org",
    "to": "192.0.2.0/24",
    "port": "22",
    "user": "anna",
    "on": "wifi:Home/wpa2",
}


def kind_name(kind: SelectorKind) -> str:
    """By what the applications are known."""
    return tr_literal(_NAMES[kind])


def example_of(kind: SelectorKind) -> str:
    """What to write."""
    return _EXAMPLES[kind]


def condition_name(key: str) -> str:
    """What a condition is about."""
    return tr_literal(_CONDITION_NAMES[key])


def condition_example(key: str) -> str:
    """What to write."""
    return _CONDITION_EXAMPLES[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRule:
    """What was written so far."""

    kind: SelectorKind = SelectorKind.EXE
    value: str = ""
    conditions: Mapping[str, str] = field(default_factory=dict)
    """By key of the selector; empty ones are not there."""

    def mistakes(self) -> dict[str, str]:
        """What is wrong, by field: `value`, or the key of a condition; in a sentence each."""
        found = {key: _mistake(key, text.strip()) for key, text in self.conditions.items() if text.strip()}
        if self.kind is not SelectorKind.DEFAULT:
            value = self.value.strip()
            found["value"] = _mistake(self.kind.value, value) if value else _missing(self.kind)
        elif not any(each.strip() for each in self.conditions.values()):
            found["value"] = tr("Say at least one condition: all others have their rule already.")
        return {key: words for key, words in found.items() if words}

    def selector(self) -> str:
        """The selector of the rule that whoever runs this program may make.

        Raises:
            InvalidValueError: something is wrong, see `mistakes`.
        """
        parts = [] if self.kind is SelectorKind.DEFAULT else [f"{self.kind.value}:{self.value.strip()}"]
        parts += [f"{key}:{text.strip()}" for key, text in self.conditions.items() if text.strip()]
        return str(owned(Selector.parse(" ".join(parts))))


def _missing(kind: SelectorKind) -> str:
    return tr("Say which: for instance {example}", example=_EXAMPLES[kind])


def _mistake(key: str, text: str) -> str:
    """Empty where it is right."""
    try:
        Selector.parse(f"{key}:{text}")
    except InvalidValueError as error:
        reason = str(error).rpartition(f"'{key}:{text}': ")[2]
        return tr("“{text}” cannot be used: {reason}", text=text, reason=reason)
    return ""
