"""The pages by name, as `mpmanager --page` takes them; loads no Qt."""

from enum import StrEnum, unique


@unique
class PageName(StrEnum):
    """A page of the window."""

    OVERVIEW = "overview"
    PATHS = "paths"
    APPLICATIONS = "applications"
    LIVE = "live"
    HISTORY = "history"
    PROFILES = "profiles"
    DIAGNOSTICS = "diagnostics"
    SETTINGS = "settings"
