"""What can go wrong with the lab."""

from mpmanager.model.errors import Actor, InvalidValueError, MpmanagerError


class LabError(MpmanagerError):
    """The lab could not do what was asked; the sentence says what failed and why."""

    code = "Lab"


class LabExistsError(LabError):
    """An instance of that name is there already."""

    code = "LabExists"


class LabNotFoundError(LabError):
    """There is no instance of that name."""

    code = "LabNotFound"


class RightsMissingError(LabError):
    """This machine refuses what the lab is made of; the sentence names the missing rights."""

    code = "RightsMissing"
    actor = Actor.ADMINISTRATOR


class LinkEmulationError(LabError):
    """A link's emulator did not start, has died, or refused a change."""

    code = "LinkEmulation"


class ProgramFailedError(LabError):
    """A program in the lab failed; the sentence has its own words."""

    code = "ProgramFailed"


class LabFileError(InvalidValueError):
    """A topology or scenario file cannot be used; the sentence names the file, the table and the key."""

    code = "LabFile"
