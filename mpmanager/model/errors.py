"""One tree of errors; each says who has to act."""

from enum import StrEnum, unique


@unique
class Actor(StrEnum):
    """Who can mend it."""

    USER = "user"
    ADMINISTRATOR = "administrator"
    NOBODY = "nobody"
    """It mends itself, or nothing can be done."""


class MpmanagerError(Exception):
    """Anything that mpmanager reports as a failure: a code for programs and a sentence for people."""

    code = "Failed"
    actor = Actor.USER


class InvalidValueError(MpmanagerError):
    """A value from outside cannot be used; the sentence names what and where."""

    code = "InvalidValue"


class UnknownPathError(MpmanagerError):
    """There is no path of that name."""

    code = "UnknownPath"


class UnknownApplicationError(MpmanagerError):
    """No program of that name is known."""

    code = "UnknownApplication"


class UnknownProfileError(MpmanagerError):
    """There is no profile of that name."""

    code = "UnknownProfile"


class UnknownChangeError(MpmanagerError):
    """There is no such change to be taken back, made again, or kept."""

    code = "UnknownChange"


class ChangedSinceError(MpmanagerError):
    """What a change was about has become another since, so that it cannot be taken back alone."""

    code = "ChangedSince"


class NotAuthorizedError(MpmanagerError):
    """The caller may not do that."""

    code = "NotAuthorized"
    actor = Actor.ADMINISTRATOR


class SetByFileError(MpmanagerError):
    """A file of the administrator says otherwise; the sentence names it."""

    code = "SetByFile"
    actor = Actor.ADMINISTRATOR


class NotSupportedError(MpmanagerError):
    """This machine lacks something; the sentence says what."""

    code = "NotSupported"
    actor = Actor.ADMINISTRATOR


class CommandRefusedError(MpmanagerError):
    """The kernel refused a command; `errno` and its own words say why."""

    code = "CommandRefused"
    actor = Actor.NOBODY

    def __init__(self, message: str, *, errno: int) -> None:
        super().__init__(message)
        self.errno = errno


class ConnectionGoneError(CommandRefusedError):
    """The kernel does not know the connection (any more)."""

    code = "ConnectionGone"


class ManagedElsewhereError(CommandRefusedError):
    """The connection belongs to another path manager: it was made before this one took over."""

    code = "ManagedElsewhere"


class DaemonNotRunningError(MpmanagerError):
    """Nobody owns the bus name, or there is no bus."""

    code = "DaemonNotRunning"
    actor = Actor.ADMINISTRATOR


class StateFileError(MpmanagerError):
    """A file of the state directory cannot be read or written."""

    code = "StateFile"
    actor = Actor.ADMINISTRATOR
