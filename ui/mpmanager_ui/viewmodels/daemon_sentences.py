"""Sentences of the daemon in the user's language. The daemon speaks English to everybody; what it says has few forms.

Each form stands here with `{names}` for what differs. A sentence of no known form is shown as the daemon says it.
"""

import re
from collections.abc import Iterable, Iterator

from mpmanager_ui.viewmodels.translation import tr_later, tr_literal

_FORMS = (
    tr_later("{path} has a carrier and no address of global scope."),
    tr_later("{path} has {addresses} and no default route."),
    tr_later("What leaves from {address} goes nowhere: {detail}."),
    tr_later(
        "{address} has answered no echo request over {path}. Others have answered over this path, so it forwards."
    ),
    tr_later("{address} has answered no echo request over {path}."),
    tr_later("The name server {address}, asked over {path}, has not answered."),
    tr_later("The name server {address}, asked over {path}, answered: {detail}."),
    tr_later("{target} refused the connection over {path}; over another path it answers."),
    tr_later("{target} refused the connection over {path}."),
    tr_later("{target} has not answered over {path}; over another path it answers."),
    tr_later("{target} has not answered over {path}."),
    tr_later("{target} answers with MP_CAPABLE over another path and without it over {path}."),
    tr_later("Over {path} {target} answers plain TCP, and no SYN that asks for Multipath TCP."),
    tr_later("MP_CAPABLE passes over {path}; a subflow that joins there does not come about: {detail}."),
    tr_later("MP_CAPABLE passes over {path}; a subflow that joins there does not come about."),
    tr_later("{target} answers without MP_CAPABLE over every path that was tried."),
    tr_later("{names}: the connection to {remote} has fallen back to plain TCP."),
    tr_later("net.mptcp.path_manager is {value}, and not userspace."),
    tr_later("{app}: 1 connection is plain TCP, although a rule asks for Multipath TCP."),
    tr_later("{app}: 1 connection is plain TCP."),
    tr_later("{app}: {count} connections are plain TCP, although a rule asks for Multipath TCP."),
    tr_later("{app}: {count} connections are plain TCP."),
    tr_later("{path} has carried {used} of {cap} bytes this month."),
    tr_later("{path} has carried {used} of {cap} bytes this day."),
    tr_later("The rule of {selector} has no effect: a temporary one says all of it anew, until this machine restarts."),
    tr_later("The rule of {selector} has no effect: a temporary one says all of it anew, for a while."),
    tr_later("What this kernel can do could not be tried: {detail}."),
    tr_later(
        "A new subflow does not take the backup flag with it: it is set right after, and the first data of a transfer, "
        "some 65 kB, may go over a standby path."
    ),
    tr_later(
        "A new subflow is not bound to the interface of its path: rules for its source address alone lead it there."
    ),
    tr_later("A connection does not count its bytes: those of its subflows are added up."),
    tr_later("A program (not visible from here) hears what the kernel tells path managers."),
    tr_later("A program (process {pid}) hears what the kernel tells path managers."),
    tr_later("{app} (process {pid}) hears what the kernel tells path managers."),
    tr_later("The kernel's own path manager has endpoints: {addresses}."),
    tr_later("The history is not written: {reason}."),
    tr_later("Multipath TCP for programs that do not ask for it: {reason}."),
    tr_later("Programs cannot set MPTCP_EXPIRATION and MPTCP_TRUSTED on this machine: {reason}."),
    tr_later("Trust is not enforced as it should be: {reason}."),
    tr_later("Cgroup v2 is not mounted: applications are recognised by their processes only."),
    tr_later("Profile {name}: {reason}."),
    tr_later("mpmanagerd does not run on the {bus} bus."),
    tr_later("no bus at {address} ({detail}); is mpmanagerd running?"),
    tr_later("the daemon does not answer."),
    tr_later("the connection to the daemon broke."),
    tr_later("{target}, asked over {path}: {detail}."),
)
"""The more exact ones first."""

_NAME = re.compile(r"\\\{([a-z]+)\\\}")
_ONE_WORD = frozenset({"pid", "path", "address", "target", "remote", "value", "count", "used", "cap"})


def spoken(sentence: str) -> str:
    """A sentence of the daemon's in the user's language, as far as its form is known."""
    for form, pattern in _PATTERNS:
        found = pattern.fullmatch(sentence)
        if found is not None:
            return tr_literal(form, **found.groupdict())
    return sentence


def whole(clause: str) -> str:
    """A clause of the daemon's as a sentence: with a capital letter and a full stop."""
    return f"{clause[:1].upper()}{clause[1:].rstrip('.')}."


def is_known(sentence: str) -> bool:
    """Whether a sentence has one of the forms."""
    return any(pattern.fullmatch(sentence) for _form, pattern in _PATTERNS)


def _patterns(forms: Iterable[str]) -> Iterator[tuple[str, re.Pattern[str]]]:
    for form in forms:
        yield form, re.compile(_NAME.sub(_place, re.escape(form)))


def _place(name: re.Match[str]) -> str:
    """Such as an address has no spaces; reasons and lists do."""
    return rf"(?P<{name[1]}>{r'[^ ]+' if name[1] in _ONE_WORD else '.+'})"


_PATTERNS = tuple(_patterns(_FORMS))
