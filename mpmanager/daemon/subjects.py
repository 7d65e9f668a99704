"""What the rules have to know of a connection: whose it is, where it leads, and which networks are in use."""

import pwd
import time
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace

from mpmanager.core.ledger import ConnectionAccount
from mpmanager.model.connection import Application
from mpmanager.model.path import Path
from mpmanager.model.selector import Subject
from mpmanager.model.trust import NetworkId
from mpmanager.ports.host_names import HostNames

_USERS_KEPT_S = 60.0


class Subjects:
    """Connections as rules see them."""

    def __init__(self, host_names: HostNames) -> None:
        self._host_names = host_names
        self._users: dict[int, frozenset[str]] = {}
        self._users_since = 0.0
        self.networks = networks_in_use(())

    def set_paths(self, paths: Iterable[Path]) -> bool:
        """The network is another now; returns whether other networks are in use."""
        before, self.networks = self.networks, networks_in_use(paths)
        return self.networks != before

    def of(self, account: ConnectionAccount) -> Subject:
        """A connection."""
        remote = account.flow.remote
        hosts = self._host_names.names_of(remote.address)
        return replace(self.of_application(account.application), remote=remote, hosts=hosts)

    def of_application(self, application: Application) -> Subject:
        """Any connection of an application, whatever it leads to."""
        users = frozenset[str]() if application.uid is None else self._users_of(application.uid)
        return Subject(application=application, users=users, networks=self.networks)

    def _users_of(self, uid: int) -> frozenset[str]:
        """Asked anew now and then: a directory service may be late at the start, and names change."""
        now = time.monotonic()
        if now - self._users_since > _USERS_KEPT_S:
            self._users_since = now
            self._users.clear()
        return self._users.get(uid) or self._users.setdefault(uid, users_of(uid))


def networks_in_use(paths: Iterable[Path]) -> frozenset[NetworkId]:
    """All names of the networks that can be used now."""
    return frozenset(name for path in paths if path.state.is_usable for name in path.network_ids)


def users_of(uid: int) -> frozenset[str]:
    """How rules may call a user: by number, and by name where there is one."""
    with suppress(KeyError):
        return frozenset({str(uid), pwd.getpwuid(uid).pw_name})
    return frozenset({str(uid)})


def uids_of(users: Collection[str]) -> Mapping[str, int]:
    """The numbers of users; those of whom nobody knows are left out."""
    found = {each: int(each) for each in users if each.isdecimal()}
    for each in set(users) - found.keys():
        with suppress(KeyError):
            found[each] = pwd.getpwnam(each).pw_uid
    return found
