"""The line that shows how far long work is."""

from rich.progress import Progress, ProgressColumn, TextColumn

from mpmanager.cli.context import console


def bar(*columns: ProgressColumn) -> Progress:
    """What is being done, then the columns, on standard error while it lasts; nothing where that is no terminal."""
    shown_on = console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        *columns,
        console=shown_on,
        transient=True,
        redirect_stdout=False,
        disable=not shown_on.is_terminal,
    )
