"""How `mpm events --follow` goes on: over restarts of the daemon, and after its own."""

from contextlib import aclosing
from pathlib import Path

import click

from mpmanager.api.bus import Bus
from mpmanager.cli import tables
from mpmanager.cli.context import console, print_json
from mpmanager.client.event_stream import Cursor, EventLine, EventStream, GapLine
from mpmanager.model.errors import InvalidValueError


async def follow_events(bus: Bus, limit: int, *, interval_s: float, cursor_file: Path | None, as_json: bool) -> None:
    """Print events without end."""
    after = None if cursor_file is None else _remembered(cursor_file)
    stream = EventStream(bus, past=limit, after=after, interval_s=interval_s)
    async with aclosing(stream.lines(must_be_there=cursor_file is None)) as lines:
        async for line in lines:
            _print(line, as_json=as_json)
            if cursor_file is not None:
                _remember(cursor_file, line.cursor)


def _print(line: EventLine | GapLine, *, as_json: bool) -> None:
    if as_json:
        print_json(line)
    elif isinstance(line, GapLine):
        click.echo(f"({line.text})")
    else:
        console().print(tables.event(line))


def _remembered(file: Path) -> Cursor | None:
    try:
        return Cursor.parse(file.read_text(encoding="ascii"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, InvalidValueError) as error:
        raise InvalidValueError(f"--cursor-file {file}: {error}") from error


def _remember(file: Path, cursor: str) -> None:
    """After the line was printed: what is told twice is better than what is not told."""
    draft = file.with_name(f"{file.name}.new")
    try:
        draft.write_text(f"{cursor}\n", encoding="ascii")
        draft.replace(file)
    except OSError as error:
        raise InvalidValueError(f"--cursor-file {file}: {error.strerror}") from error
