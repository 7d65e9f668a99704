"""Sets how the kernel does Multipath TCP, keeps it over restarts, and knows the way back."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from typing import TypeVar

from mpmanager.api.structures import EventKind, SysctlInfo
from mpmanager.core.sysctls import Values, checked, choices, described, found, warning
from mpmanager.daemon.journal import Journal
from mpmanager.daemon.state import StateDirectory
from mpmanager.model.errors import CommandRefusedError, InvalidValueError, StateFileError
from mpmanager.model.sysctl import PREFIX, SysctlChange, SysctlKind, SysctlName
from mpmanager.ports.sysctls import Sysctls

EntryT = TypeVar("EntryT")

_log = logging.getLogger(__name__)

_NUMBERS = {SysctlKind.COUNT, SysctlKind.SECONDS}

Changes = Mapping[SysctlName, SysctlChange]


class SysctlKeeper:
    """The settings of this namespace. What was set stays so when the daemon ends."""

    def __init__(self, sysctls: Sysctls, state: StateDirectory, *, journal: Journal) -> None:
        self._sysctls = sysctls
        self._state = state
        self._journal = journal
        self._changes: Changes = state.load_sysctls()

    def begin(self) -> None:
        """Set what is kept, where the system has not done so when it started."""
        if self._sysctls.is_applied_at_boot:
            return
        for name, value in self._sysctls.kept().items():
            try:
                values = self._sysctls.values()
                checked_value = checked(found(name, values), value, values)
                if values[name] != checked_value:
                    self._sysctls.write(name, checked_value)
            except (InvalidValueError, CommandRefusedError) as error:
                _log.warning("%s: %s", self._sysctls.kept_in, error)

    def rows(self) -> list[SysctlInfo]:
        """All that this kernel has."""
        values, kept = self._sysctls.values(), self._sysctls.kept()
        return [self._row(name, values, kept) for name in sorted(values)]

    def set(self, text: str, value: str, *, is_kept: bool) -> None:
        """Set one, until the system starts again or, kept, from now on. All or nothing.

        Raises:
            InvalidValueError: there is none of that name, or it may not be set to that.
            CommandRefusedError: the kernel refused.
            StateFileError: it could not be written down.
        """
        values, kept = self._sysctls.values(), self._sysctls.kept()
        name = found(text, values)
        wanted = checked(name, value, values)
        change = self._change(name, values, kept)
        before = change.before if change is not None else values[name]
        changes = {**self._changes, name: SysctlChange(before=before, value=wanted)}
        self._become(name, wanted, changes, {**kept, name: wanted} if is_kept else kept)
        lasting = f", kept in {self._sysctls.kept_in}" if is_kept else ""
        self._tell(f"{PREFIX}{name} is {wanted} now (before: {values[name]}){lasting}")

    def undo(self, text: str) -> None:
        """Make one what it was before it was set here for the first time, and keep it no longer. All or nothing.

        Where somebody else has set it since, it stays as that.

        Raises:
            InvalidValueError: there is none of that name, or nothing to undo.
            CommandRefusedError: the kernel refused.
            StateFileError: it could not be written down.
        """
        values, kept = self._sysctls.values(), self._sysctls.kept()
        name = found(text, values)
        change = self._change(name, values, kept)
        if change is None and name not in kept:
            raise InvalidValueError(f"{PREFIX}{name} was not set by mpmanager: there is nothing to undo")
        is_ours = change is not None and values[name] in {change.value, kept.get(name)}
        wanted = change.before if change is not None and is_ours else values[name]
        self._become(name, wanted, _without(name, self._changes), _without(name, kept))
        self._tell(f"{PREFIX}{name} is {wanted} again (before: {values[name]}), and no longer kept")

    def _become(self, name: SysctlName, value: str, changes: Changes, kept: Values) -> None:
        before, kept_before = self._sysctls.values()[name], self._sysctls.kept()
        if value != before:
            self._sysctls.write(name, value)
        try:
            self._state.save_sysctls(changes)
            if kept != kept_before:
                self._sysctls.keep(kept)
        except StateFileError:
            with suppress(CommandRefusedError, StateFileError):  # the first failure is told
                self._state.save_sysctls(self._changes)
            if value != before:
                self._sysctls.write(name, before)
            raise
        self._changes = changes

    def _change(self, name: SysctlName, values: Values, kept: Values) -> SysctlChange | None:
        """What was done here, if it still holds: a restart of the machine undoes what is not kept."""
        change = self._changes.get(name)
        is_valid = change is not None and (change.value == values[name] or name in kept)
        return change if is_valid else None

    def _row(self, name: SysctlName, values: Values, kept: Values) -> SysctlInfo:
        sysctl = described(name)
        change = self._change(name, values, kept)
        return SysctlInfo(
            name=f"{PREFIX}{name}",
            kind=sysctl.kind,
            value=values[name],
            default=sysctl.default,
            meaning=sysctl.meaning,
            lowest=sysctl.lowest if sysctl.kind in _NUMBERS else None,
            highest=sysctl.highest if sysctl.kind in _NUMBERS else None,
            choices=list(choices(sysctl, values)),
            refusal=sysctl.refusal,
            warning=warning(name, values[name]),
            before=change.before if change is not None else None,
            kept=kept.get(name),
            kept_in=self._sysctls.kept_in if name in kept else None,
        )

    def _tell(self, text: str) -> None:
        self._journal.record(EventKind.SYSCTL_CHANGED, text)


def _without(name: SysctlName, entries: Mapping[SysctlName, EntryT]) -> dict[SysctlName, EntryT]:
    return {each: entry for each, entry in entries.items() if each != name}
