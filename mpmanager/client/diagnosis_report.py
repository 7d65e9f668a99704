"""The report of an examination as text to hand on, without anything that tells whose machine it is."""

import getpass
import pwd
import re
import socket
from collections.abc import Iterable, Iterator
from contextlib import suppress
from ipaddress import ip_address

from mpmanager.api.structures import DiagnosisInfo, PathInfo, ProbeInfo, StatusInfo
from mpmanager.model.diagnosis import STEP_WORDS

_PERHAPS_ADDRESS = re.compile(r"(?<!\w)[0-9A-Fa-f:.]*[0-9A-Fa-f:]")
_LINK_ADDRESS = re.compile(r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}")
_SHORTEST_ADDRESS = 3
_UUID = re.compile(r"(?<!\w)[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?!\w)")
_URL_HOST = re.compile(r"(?<=://)[^/\s:]+")
_FIRST_PERSON, _LAST_PERSON = 1000, 60000
"""User ids of people (login.defs(5))."""


class Redaction:
    """Replaces what names a person, a place or a machine; the same word always by the same."""

    def __init__(self, *, networks: Iterable[str], users: Iterable[str], hosts: Iterable[str]) -> None:
        self._names: dict[str, str] = {}
        self._found: dict[str, dict[str, str]] = {}
        for kind, words in (("network", networks), ("user", users), ("machine", hosts)):
            known = dict.fromkeys(word for word in words if word and word not in self._names)
            self._names |= {word: f"<{kind} {number}>" for number, word in enumerate(known, 1)}

    def of(self, text: str) -> str:
        """The text without them."""
        for kind, pattern in (("id", _UUID), ("host", _URL_HOST)):
            text = pattern.sub(lambda match, kind=kind: self._replaced(kind, match[0]), text)  # type: ignore[misc]  # mypy infers no default of a lambda
        text = _PERHAPS_ADDRESS.sub(lambda match: self._without_address(match[0]), text)
        return self._without_names(text)

    def _without_names(self, text: str) -> str:
        """In one go, the longest first: no replacement is looked at again."""
        if not self._names:
            return text
        longest_first = sorted(self._names, key=len, reverse=True)
        pattern = "|".join(re.escape(each) for each in longest_first)
        return re.sub(rf"(?<!\w)(?:{pattern})(?!\w)", lambda match: self._names[match[0]], text)

    def _without_address(self, word: str) -> str:
        """The longest beginning that is an address counts: a port or a full stop may follow."""
        for end in range(len(word), _SHORTEST_ADDRESS - 1, -1):
            if kind := _kind_of_address(word[:end]):
                return self._replaced(kind, word[:end]) + word[end:]
        return word

    def _replaced(self, kind: str, word: str) -> str:
        known = self._found.setdefault(kind, {})
        return known.setdefault(word.lower(), f"<{kind} {len(known) + 1}>")


def _kind_of_address(word: str) -> str | None:
    if _LINK_ADDRESS.fullmatch(word):
        return "hardware"
    with suppress(ValueError):
        return f"address v{ip_address(word).version}"
    return None


def redaction_for(paths: Iterable[PathInfo]) -> Redaction:
    """Of this machine: the networks that it is in, its people, and its own name."""
    own = socket.gethostname()
    return Redaction(
        networks=[path.network for path in paths if path.network],
        users=_people(),
        hosts=[own, own.partition(".")[0]],
    )


def _people() -> Iterator[str]:
    with suppress(KeyError, OSError):
        yield getpass.getuser()
    for each in pwd.getpwall():
        if _FIRST_PERSON <= each.pw_uid <= _LAST_PERSON:
            yield each.pw_name
            yield each.pw_gecos.partition(",")[0]


def report_text(
    diagnosis: DiagnosisInfo, status: StatusInfo, paths: Iterable[PathInfo], redaction: Redaction | None = None
) -> str:
    """Everything that was found, in words. Without a redaction nothing is left out."""
    text = "\n".join(_lines(diagnosis, status, list(paths))) + "\n"
    return text if redaction is None else redaction.of(text)


def _lines(diagnosis: DiagnosisInfo, status: StatusInfo, paths: list[PathInfo]) -> Iterator[str]:
    yield f"mpmanager {status.version}, path manager {status.path_manager}, {len(paths)} paths"
    yield ""
    for path in paths:
        where = ", ".join((*path.addresses, *(f"via {each}" for each in path.gateways)))
        network = f" ({path.network})" if path.network else ""
        words = f"{path.kind.value}, {path.state.value}, {path.tier.value}, {path.trust.value}"
        yield f"{path.name}{network}: {words}; {where}"
    yield ""
    yield "Findings:" if diagnosis.findings else "Findings: none"
    for finding in diagnosis.findings:
        yield f"- {finding.severity.value}: {finding.title}. {finding.measured}"
    yield ""
    yield "Probes:"
    yield from (_probe_line(each) for each in diagnosis.probes)
    for hop in diagnosis.hops:
        took = "" if hop.took_ms is None else f", {hop.took_ms:.1f} ms"
        yield f"- {hop.path}: hop {hop.distance}: {hop.address or 'no answer'}{took}"


def _probe_line(probe: ProbeInfo) -> str:
    took = "" if probe.took_ms is None else f", {probe.took_ms:.1f} ms"
    target = f" {probe.target}" if probe.target else ""
    detail = f" ({probe.detail})" if probe.detail else ""
    return f"- {probe.path}: {STEP_WORDS[probe.step]}{target}: {probe.outcome.value}{detail}{took}"
