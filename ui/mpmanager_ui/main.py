"""The command `mpmanager`: the window."""

import os
import sys
from importlib.metadata import version
from pathlib import Path

import click

from mpmanager.api.bus import Bus, parse_bus
from mpmanager.model.errors import InvalidValueError
from mpmanager_ui.look.colours import Theme
from mpmanager_ui.viewmodels.page_names import PageName

_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
"""Without any of these Qt would end the process with a dump."""


def _bus(context: click.Context, parameter: click.Parameter, text: str) -> Bus:
    del context, parameter  # click hands them over
    try:
        return parse_bus(text)
    except InvalidValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--bus",
    metavar="BUS",
    callback=_bus,
    envvar="MPMANAGER_BUS",
    default="system",
    show_default=True,
    show_envvar=True,
    help="Where the daemon is: system, session, private:DIR (the bus that mpmanagerd --bus private:DIR "
    "keeps in DIR), or a D-Bus address.",
)
@click.option(
    "--page",
    type=click.Choice([name.value for name in PageName]),
    default=PageName.OVERVIEW.value,
    show_default=True,
    help="The page to begin with.",
)
@click.option(
    "--theme",
    type=click.Choice([theme.value for theme in Theme]),
    help="Colours, of which auto follows the desktop; else as the settings say.",
)
@click.option(
    "--language",
    type=click.Choice(["en", "de", "fr"]),
    help="English, German or French; else as the settings say, or the session.",
)
@click.option(
    "--screenshots",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write numbered PNGs of each page, light and dark, into DIR.",
)
@click.option(
    "--every",
    type=click.FloatRange(min=0.5),
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    help="Time between two rounds of screenshots.",
)
@click.option(
    "--quit-after",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help="Close the window by itself.",
)
@click.version_option(version("mpmanager"), prog_name="mpmanager")
def main(
    *,
    bus: Bus,
    page: str,
    theme: str | None,
    language: str | None,
    screenshots: Path | None,
    every: float,
    quit_after: float | None,
) -> None:
    """Show which program uses which network path, and decide when each path may be used.

    The window needs mpmanagerd. It starts without it, says how to start it, and connects by itself as
    soon as it runs.

    \b
    Examples:
      mpmanager                                      the daemon of this machine
      mpmanager --bus private:/run/mpmanager --page live
      mpmanager --screenshots shots --every 10 --quit-after 60

    Without a display set QT_QPA_PLATFORM=offscreen, or run it under xvfb-run.
    """  # noqa: D301  # the \b is for click: it keeps the lines of the examples
    if sys.platform == "linux" and not any(os.environ.get(name) for name in _DISPLAYS):
        sys.stderr.write("mpmanager: there is no display. Set QT_QPA_PLATFORM=offscreen, or use `mpm watch`.\n")
        sys.exit(1)
    from mpmanager_ui.application import Options, run  # noqa: PLC0415  # --help must not load Qt

    options = Options(
        bus=bus,
        page=PageName(page),
        theme=None if theme is None else Theme(theme),
        language=language,
        screenshots=screenshots,
        every_s=every,
        quit_after_s=quit_after,
    )
    sys.exit(run(options))
