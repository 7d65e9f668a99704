"""What outlives the daemon: the user's decisions about paths and policies, and what has to be handed over or back."""

import logging
import os
import stat
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import BinaryIO, Self, TypeVar

import msgspec

from mpmanager.api.policy_rules import info_of, rule_of
from mpmanager.api.structures import PolicyInfo
from mpmanager.core.caps import UsageMemory
from mpmanager.core.change_log import ChangeLog
from mpmanager.core.connection_state import ConnectionMemory
from mpmanager.core.paths import PathPreferences
from mpmanager.core.profile_mapping import Decisions
from mpmanager.core.scopes import Scope
from mpmanager.daemon.changes_file import ChangesFormat
from mpmanager.daemon.holds_file import Holds, HoldsFormat
from mpmanager.daemon.kept_file import UNREADABLE, KeptFile, replace_file
from mpmanager.daemon.paths_file import PathsFormat
from mpmanager.daemon.policies_file import Policies, PoliciesFormat
from mpmanager.daemon.profile_files import ChoicesFormat, ProfileFiles
from mpmanager.daemon.state_directory import lock_directory, remembered_path_manager
from mpmanager.daemon.usage_file import UsageFormat
from mpmanager.model.connection import Endpoint, FourTuple
from mpmanager.model.enforcement import CgroupPath
from mpmanager.model.errors import StateFileError
from mpmanager.model.names import AddressId, Token
from mpmanager.model.policy import PolicyRule, TrustPolicy
from mpmanager.model.profile import ProfileChoices
from mpmanager.model.sysctl import SysctlChange, SysctlName

ContentT = TypeVar("ContentT")

POLICIES_LOST = (
    "what was said about applications is lost: people's programs keep to trusted paths, services with what opens their "
    "connections, and what the kernel held before stays held, until you say what holds; as at first: mpm default "
    "--trust handshake"
)
TRUST_LOST = (
    "what was said about networks is lost: none counts as trusted until you decide about one (mpm path trust NAME "
    "trusted); from then on the others count by their nature, so say again which of them you do not trust"
)
USAGE_LOST = (
    "what paths have carried is lost: each cap counts as reached until its day or month is over, or you allow more for "
    "today (mpm path allow NAME 100MB)"
)
HOLDS_LOST = "which connections were held (mpm hold) is lost: all that there were at the start are held"

_ROOT_UID = 0

_log = logging.getLogger(__name__)


class _ScopeEntry(msgspec.Struct, forbid_unknown_fields=True):
    cgroup: str
    trust: str
    uid: int
    policy: PolicyInfo | None = None
    """None from a daemon that knew nothing of it."""
    app: str | None = None

    @classmethod
    def of(cls, scope: Scope) -> Self:
        return cls(
            cgroup=scope.cgroup,
            trust=str(scope.trust),
            uid=scope.uid,
            policy=info_of(scope.rule),
            app=scope.app_id,
        )

    def scope(self) -> Scope:
        return Scope(
            cgroup=CgroupPath(self.cgroup),
            trust=TrustPolicy.parse(self.trust),
            uid=self.uid,
            rule=rule_of(self.policy or PolicyInfo(selector=f"cgroup:{self.cgroup}")),
            app_id=self.app,
        )


class _PauseEntry(msgspec.Struct, forbid_unknown_fields=True):
    boot: str
    until_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Until when nothing is enforced."""

    boot: str
    """Which start of the machine the time counts from."""
    until_s: float
    """Seconds since then."""


_Pair = tuple[str, int]
"""An endpoint's address and port."""


class _ConnectionEntry(msgspec.Struct, forbid_unknown_fields=True):
    token: int
    local: _Pair
    remote: _Pair
    is_initial_address_forbidden: bool
    announced: list[tuple[int, str, int]]
    offered: list[tuple[int, str]]
    has_left_initial_address: bool = False

    @classmethod
    def of(cls, memory: ConnectionMemory) -> Self:
        return cls(
            token=memory.token,
            local=_pair(memory.initial.local),
            remote=_pair(memory.initial.remote),
            is_initial_address_forbidden=memory.is_initial_address_forbidden,
            announced=[(remote_id, *_pair(each)) for remote_id, each in memory.announced],
            offered=[(local_id, str(each)) for local_id, each in memory.offered],
            has_left_initial_address=memory.has_left_initial_address,
        )

    def memory(self) -> ConnectionMemory:
        return ConnectionMemory(
            token=Token(self.token),
            initial=FourTuple(_endpoint(*self.local), _endpoint(*self.remote)),
            is_initial_address_forbidden=self.is_initial_address_forbidden,
            announced=tuple((AddressId(number), _endpoint(host, port)) for number, host, port in self.announced),
            offered=tuple((AddressId(number), ip_address(host)) for number, host in self.offered),
            has_left_initial_address=self.has_left_initial_address,
        )


class _PendingEntry(msgspec.Struct, forbid_unknown_fields=True):
    paths: str
    policies: str
    """The contents of the two files."""


def _pair(endpoint: Endpoint) -> _Pair:
    return str(endpoint.address), endpoint.port


class _SysctlEntry(msgspec.Struct, forbid_unknown_fields=True):
    before: str
    value: str


def _endpoint(address: str, port: int) -> Endpoint:
    return Endpoint(ip_address(address), port)


class StateDirectory:
    """The daemon's directory, made on first use. Files are replaced whole or not at all."""

    def __init__(self, directory: Path) -> None:
        """Make the directory.

        Raises:
            StateFileError: it cannot be made or written to.
        """
        self._directory = directory
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StateFileError(f"--state {directory}: {error.strerror}") from error
        if not os.access(directory, os.W_OK):
            raise StateFileError(f"--state {directory}: not writable")
        _refuse_if_shared(directory)
        self._lock: BinaryIO | None = None
        self._paths = KeptFile(directory / "paths.json", PathsFormat())
        self._policies = KeptFile(directory / "policies.json", PoliciesFormat())
        self.profiles = ProfileFiles(directory / "profiles")
        self._profile_choices = KeptFile(directory / "profiles.json", ChoicesFormat())
        self._changes = KeptFile(directory / "changes.json", ChangesFormat())
        self._usage = KeptFile(directory / "usage.json", UsageFormat())
        self._holds = KeptFile(directory / "holds.json", HoldsFormat())
        self._is_trust_lost = False
        self._are_holds_lost = False
        self._is_usage_lost = False
        self.are_policies_lost = False
        """Whether there may have been rules of which nobody knows any more."""

    def __enter__(self) -> Self:
        """Have the directory for this process alone.

        Raises:
            StateFileError: another daemon has it.
        """
        self._lock = lock_directory(self._directory)
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._lock is not None:
            self._lock.close()

    @property
    def remembered_path_manager(self) -> Path:
        """The file that notes who managed connections before."""
        return remembered_path_manager(self._directory)

    def history_file(self, *, is_simulated: bool) -> Path:
        """The database of what was carried; what never happened has one of its own."""
        return self._directory / ("history-simulated.sqlite" if is_simulated else "history.sqlite")

    @property
    def mandates(self) -> Path:
        """The directory of copies of what the administrator's files demanded when they could be believed."""
        return self._directory / "mandates"

    @property
    def own_sysctl_file(self) -> Path:
        """What keeps settings of the kernel for a daemon that is not the system's."""
        return self._directory / "60-mpmanager.conf"

    @property
    def _sysctls_file(self) -> Path:
        return self._directory / "sysctls.json"

    @property
    def _connections_file(self) -> Path:
        return self._directory / "connections.json"

    @property
    def _pending_file(self) -> Path:
        return self._directory / "decisions-pending.json"

    @property
    def _scopes_file(self) -> Path:
        return self._directory / "scopes.json"

    @property
    def _pause_file(self) -> Path:
        return self._directory / "pause.json"

    def limits(self) -> list[str]:
        """What is not as the user has said because files were damaged, one sentence each."""
        return [
            *self._policies.notices,
            *self._paths.notices,
            *self._profile_choices.notices,
            *self._changes.notices,
            *self._usage.notices,
            *self._holds.notices,
            *([POLICIES_LOST] if self.are_policies_lost else []),
            *([TRUST_LOST] if self._is_trust_lost else []),
            *([USAGE_LOST] if self._is_usage_lost else []),
            *([HOLDS_LOST] if self._are_holds_lost else []),
        ]

    def load_preferences(self) -> PathPreferences:
        """What the user decided; where that cannot be read, what allows least (see `paths_file`)."""
        self._complete()
        found = self._paths.load()
        self._is_trust_lost = found.trust.are_lost
        return found

    def save_preferences(self, preferences: PathPreferences) -> None:
        """Write them down; when this returns they are on the disk.

        Raises:
            StateFileError: the old file is still there as it was.
        """
        self._paths.save(preferences)
        self._forget_pending()
        self._is_trust_lost = preferences.trust.are_lost

    def load_policies(self) -> tuple[PolicyRule, ...]:
        """What was said about applications; where that cannot be read, what allows least (see `policies_file`)."""
        self._complete()
        found = self._policies.load()
        self.are_policies_lost = found.are_lost
        return found.rules

    def save_policies(self, rules: Iterable[PolicyRule], *, are_lost: bool = False) -> None:
        """Write them down; when this returns they are on the disk. `are_lost`: as `are_policies_lost`.

        Raises:
            StateFileError: the old file is still there as it was.
        """
        self._policies.save(Policies(rules=tuple(rules), are_lost=are_lost))
        self._forget_pending()
        self.are_policies_lost = are_lost

    def load_changes(self) -> ChangeLog:
        """The last changes; where they cannot be read, none can be taken back."""
        return self._changes.load()

    def save_changes(self, log: ChangeLog) -> None:
        """Write them down; when this returns they are on the disk.

        Raises:
            StateFileError: the old file is still there as it was.
        """
        self._changes.save(log)

    def save_decisions(self, after: Decisions, *, before: Decisions, are_rules_lost: bool = False) -> None:
        """Write down decisions about paths and about applications together, in the place of those that hold.

        `are_rules_lost`: as `are_policies_lost`.

        All or nothing, also when the machine stops halfway: then the next start completes it.

        Raises:
            StateFileError: what was there before is there.
        """
        policies = Policies(rules=after.rules, are_lost=are_rules_lost)
        pending = {
            "paths": PathsFormat().encode(after.preferences).decode(),
            "policies": PoliciesFormat().encode(policies).decode(),
        }
        replace_file(self._pending_file, msgspec.json.encode(pending), is_lasting=True)
        try:
            self._paths.save(after.preferences)
            try:
                self._policies.save(policies)
            except StateFileError:
                self._paths.save(before.preferences)
                raise
        finally:
            self._forget_pending()
        self.are_policies_lost = are_rules_lost
        self._is_trust_lost = after.preferences.trust.are_lost

    def _complete(self) -> None:
        """What a daemon before this one had begun to write down."""
        pending = _read(self._pending_file, _pending)
        if pending is None:
            return
        preferences, policies = pending
        try:
            self._paths.save(preferences)
            self._policies.save(policies)
        except StateFileError as error:
            _log.warning("a profile is in force by half, until the next start or the next decision: %s", error)
        else:
            self._forget_pending()

    def _forget_pending(self) -> None:
        """Whatever was to be completed is, or something newer was decided, which must not be overwritten by it."""
        try:
            self._pending_file.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("%s: %s; the next start goes back to what it says", self._pending_file, error.strerror)

    def load_profile_choices(self) -> ProfileChoices:
        """Which profile was activated, and which follow networks; where that cannot be read, none does."""
        return self._profile_choices.load()

    def save_profile_choices(self, choices: ProfileChoices) -> None:
        """Write them down; when this returns they are on the disk.

        Raises:
            StateFileError: the old file is still there as it was.
        """
        self._profile_choices.save(choices)

    def load_pause(self) -> Pause | None:
        """The pause that was on; None, so that all is enforced, where it cannot be read."""
        found = _read(self._pause_file, lambda text: msgspec.json.decode(text, type=_PauseEntry))
        return None if found is None else Pause(boot=found.boot, until_s=found.until_s)

    def save_pause(self, pause: Pause) -> None:
        """Write it down; it is not to outlive the machine's restart.

        Raises:
            StateFileError: what was there before is there.
        """
        entry = _PauseEntry(boot=pause.boot, until_s=pause.until_s)
        replace_file(self._pause_file, msgspec.json.encode(entry), is_lasting=False)

    def forget_pause(self) -> None:
        """There is none any more.

        Raises:
            StateFileError: it may be found again until its time is over.
        """
        try:
            self._pause_file.unlink(missing_ok=True)
        except OSError as error:
            raise StateFileError(f"{self._pause_file}: {error.strerror}") from error

    def load_usage(self) -> UsageMemory:
        """What paths have carried; where that cannot be read, caps count as reached (see `usage_file`)."""
        found = self._usage.load()
        self._is_usage_lost = found.lost_on is not None
        return found

    def save_usage(self, memory: UsageMemory) -> None:
        """Write it down; when this returns it is on the disk.

        Raises:
            StateFileError: the old file is still there as it was.
        """
        self._usage.save(memory)
        self._is_usage_lost = memory.lost_on is not None

    def load_scopes(self) -> tuple[Scope, ...]:
        """The cgroups that were made for programs; nothing, as with preferences, where it cannot be read."""
        found = _read(
            self._scopes_file, lambda text: [each.scope() for each in msgspec.json.decode(text, type=list[_ScopeEntry])]
        )
        return tuple(found or ())

    def save_scopes(self, scopes: Iterable[Scope]) -> None:
        """Write them down for a daemon that comes after this one; none of them outlives the machine's restart.

        Raises:
            StateFileError: the old file is still there as it was.
        """
        entries = [_ScopeEntry.of(each) for each in scopes]
        replace_file(self._scopes_file, msgspec.json.encode(entries), is_lasting=False)

    def load_holds(self) -> Holds:
        """Connections that were held to trusted paths; where that cannot be read, all are (see `holds_file`)."""
        found = self._holds.load()
        self._are_holds_lost = found.are_lost
        return found

    def save_holds(self, holds: Mapping[Token, FourTuple]) -> None:
        """Write them down for a daemon that takes over after a crash, with their first subflows.

        Raises:
            StateFileError: the old file is still there as it was.
        """
        self._holds.save(Holds(flows=holds))
        self._are_holds_lost = False

    def load_sysctls(self) -> Mapping[SysctlName, SysctlChange]:
        """What was done to settings of the kernel; nothing, as with preferences, where it cannot be read."""
        found = _read(self._sysctls_file, lambda text: msgspec.json.decode(text, type=dict[str, _SysctlEntry]))
        entries = (found or {}).items()
        return {SysctlName(name): SysctlChange(before=each.before, value=each.value) for name, each in entries}

    def save_sysctls(self, changes: Mapping[SysctlName, SysctlChange]) -> None:
        """Write down how to undo them; when this returns it is on the disk.

        Raises:
            StateFileError: the old file is still there as it was.
        """
        entries = {str(name): _SysctlEntry(before=each.before, value=each.value) for name, each in changes.items()}
        replace_file(self._sysctls_file, msgspec.json.format(msgspec.json.encode(entries)), is_lasting=True)

    def load_connections(self) -> list[ConnectionMemory]:
        """What the daemon before this one knew of connections; nothing when that cannot be read."""
        try:
            found = msgspec.json.decode(self._connections_file.read_bytes(), type=list[_ConnectionEntry])
            return [each.memory() for each in found]
        except FileNotFoundError:
            return []
        except UNREADABLE as error:
            _log.warning("%s cannot be read (%s); what the daemon before knew is lost", self._connections_file, error)
            return []

    def save_connections(self, memories: Iterable[ConnectionMemory]) -> None:
        """Write down what a daemon that takes over after a crash has to know.

        Raises:
            StateFileError: the old file is still there as it was.
        """
        entries = [_ConnectionEntry.of(each) for each in memories]
        replace_file(self._connections_file, msgspec.json.encode(entries), is_lasting=False)


def _pending(text: bytes) -> tuple[PathPreferences, Policies]:
    entry = msgspec.json.decode(text, type=_PendingEntry)
    preferences = PathsFormat().decode(entry.paths.encode(), None)
    return preferences.content, PoliciesFormat().decode(entry.policies.encode(), None).content


def _refuse_if_shared(directory: Path) -> None:
    """Who else may write there could say what holds, or put a link to another file in the place of ours."""
    status = directory.stat()
    if status.st_uid not in {_ROOT_UID, os.geteuid()} or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise StateFileError(f"--state {directory}: others may write in this directory; name one of your own")


def _read(file: Path, decode: Callable[[bytes], ContentT]) -> ContentT | None:
    """What a file says; None when there is none, or none that can be read: that is put aside."""
    try:
        return decode(file.read_bytes())
    except FileNotFoundError:
        return None
    except UNREADABLE as error:
        aside = file.with_suffix(f".broken-{int(time.time())}")
        _log.warning("%s cannot be read (%s); put aside as %s", file, error, aside.name)
        with suppress(OSError):
            file.rename(aside)
        return None
