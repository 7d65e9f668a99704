"""What a person may prefer of the window itself, in words."""

from collections.abc import Iterable
from enum import StrEnum, unique

from mpmanager_ui.viewmodels.translation import tr

_OWN_NAMES = {"en": "English", "de": "Deutsch", "fr": "Français"}
"""Each language in its own words: whoever has chosen a wrong one has to find the way back."""


@unique
class Motion(StrEnum):
    """Whether movement is left out that only pleases."""

    AUTO = "auto"
    """As the desktop asks for."""
    ON = "on"
    """Motion is reduced."""
    OFF = "off"
    """All of it is shown."""


def motion_words() -> dict[Motion, str]:
    """The choices."""
    return {
        Motion.AUTO: tr("Follow the desktop"),
        Motion.ON: tr("Reduced"),
        Motion.OFF: tr("All"),
    }


def language_words(codes: Iterable[str]) -> dict[str, str]:
    """The choices: automatic, which is the empty code, then the languages that the window speaks."""
    return {"": tr("Follow the desktop")} | {code: _OWN_NAMES.get(code, code) for code in codes}
