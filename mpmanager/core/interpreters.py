"""Which script a process runs, where its executable is an interpreter of a language or a shell.

The executable tells that it is one by its own name, whatever the process calls itself. Options are skipped as the
interpreters themselves read them; program text on the command line (`-c`, `-e`) and standard input are no script.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from posixpath import join, normpath


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What an interpreter runs."""

    name: str
    """An absolute path; of a module, its name."""
    is_module: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    """How one interpreter reads its command line. Letters are short options, which may stand together (`-Es`)."""

    valued: str = ""
    """Have a value, be it attached or the next argument."""
    swallowing: str = ""
    """What follows in the same argument, if anything, is their value."""
    inline: str = ""
    """There is no script: the text of the program is the value, or comes from standard input."""
    module: str = ""
    file: str = ""
    """The value is the script."""
    long_valued: frozenset[str] = frozenset()
    """Long options whose value is the next argument, unless attached by `=`."""
    long_inline: frozenset[str] = frozenset()
    long_module: frozenset[str] = frozenset()
    long_file: frozenset[str] = frozenset()
    has_single_dash_words: bool = False
    """Whether `-word` is one option (Java)."""
    names_module: bool = False
    """Whether the first argument is a name, not a file, unless it looks like one of `sources`."""
    sources: tuple[str, ...] = ()
    commands: frozenset[str] = frozenset()
    """Words before the script that say to run one."""


_PYTHON = _Options(
    valued="XW",
    inline="c",
    module="m",
    long_valued=frozenset({"--check-hash-based-pycs"}),
)
_SHELL = _Options(valued="oO", inline="cs", long_valued=frozenset({"--rcfile", "--init-file", "--emulate"}))
_FISH = _Options(
    valued="Cdof",
    inline="c",
    long_valued=frozenset({"--init-command", "--features"}),
    long_inline=frozenset({"--command"}),
)
_PERL = _Options(valued="I", swallowing="CDFMmiVxd", inline="eE")
_RUBY = _Options(valued="ICErX", swallowing="FKTWxi", inline="e")
_NODE = _Options(
    valued="rC",
    inline="ep",
    long_valued=frozenset(
        {"--require", "--import", "--loader", "--experimental-loader", "--conditions", "--title", "--env-file"}
    ),
    long_inline=frozenset({"--eval", "--print"}),
    commands=frozenset({"inspect"}),
)
_BUN = _Options(
    valued="rc", inline="ep", long_valued=frozenset({"--preload", "--cwd", "--config"}), commands=frozenset({"run"})
)
_DENO = _Options(valued="cL", long_valued=frozenset({"--config", "--import-map"}), commands=frozenset({"run", "serve"}))
_JAVA = _Options(
    has_single_dash_words=True,
    long_valued=frozenset(
        {
            "-cp",
            "-classpath",
            "--class-path",
            "-p",
            "--module-path",
            "--upgrade-module-path",
            "--add-modules",
            "--add-opens",
            "--add-exports",
            "--add-reads",
            "--patch-module",
            "--limit-modules",
            "--enable-native-access",
            "--source",
        }
    ),
    long_module=frozenset({"-m", "--module"}),
    long_file=frozenset({"-jar"}),
    names_module=True,
    sources=(".java",),
)
_PHP = _Options(valued="dcztS", inline="rRB", file="fF")
_LUA = _Options(valued="l", inline="e")
_GJS = _Options(
    valued="IC", inline="c", long_valued=frozenset({"--include-path"}), long_inline=frozenset({"--command"})
)
_GUILE = _Options(valued="lLxe", inline="c", file="s")
_TCL = _Options(long_valued=frozenset({"-encoding"}), has_single_dash_words=True)
_MONO = _Options(has_single_dash_words=True, long_valued=frozenset({"--config"}))
_DOTNET = _Options(
    long_valued=frozenset(
        {"--roll-forward", "--fx-version", "--depsfile", "--runtimeconfig", "--additionalprobingpath"}
    ),
    commands=frozenset({"exec"}),
)
_ELECTRON = _Options(valued="r", inline="iv", long_valued=frozenset({"--require"}))

_VERSION = r"[0-9.]*"
_INTERPRETERS = tuple(
    (re.compile(pattern), options)
    for pattern, options in (
        (rf"(?:python|pypy){_VERSION}[dt]?|python-wrapper", _PYTHON),
        (r"(?:ba|da|z|k|mk|pdk|ya|a|rba)?sh(?:[0-9.]+|-static)?|busybox", _SHELL),
        (r"fish", _FISH),
        (rf"perl{_VERSION}", _PERL),
        (rf"(?:ruby|jruby|truffleruby){_VERSION}", _RUBY),
        (rf"(?:node|nodejs){_VERSION}", _NODE),
        (r"bun", _BUN),
        (r"deno", _DENO),
        (r"java", _JAVA),
        (rf"php{_VERSION}", _PHP),
        (rf"(?:lua|luajit){_VERSION}(?:-.*)?", _LUA),
        (r"gjs(?:-console)?", _GJS),
        (rf"guile{_VERSION}", _GUILE),
        (rf"(?:tclsh|wish){_VERSION}", _TCL),
        (r"mono(?:-sgen)?(?:64)?", _MONO),
        (r"dotnet", _DOTNET),
        (rf"electron{_VERSION}", _ELECTRON),
    )
)

_BUSYBOX = "busybox"
_BUSYBOX_SHELLS = frozenset({"sh", "ash", "hush"})
_MOST_ARGUMENTS = 1000
"""Before a script: a process may have any number of them."""
_COMM_LENGTH = 15
"""Of a process's name in the kernel, at most."""


def is_interpreter(exe: str) -> bool:
    """Whether an executable runs scripts, to judge by its name."""
    return _options_of(exe) is not None


def script_of(exe: str, argv: Sequence[str], *, cwd: str | None, comm: str = "") -> Script | None:
    """What a process runs by means of its executable; None: itself.

    Args:
        exe: the executable's path.
        argv: the command line, the process's own name first.
        cwd: where the process is: relative names count from there. None: they tell nothing.
        comm: its name in the kernel. Where the kernel itself has started an interpreter for a script (`#!`), that is
            the script's, which gives away interpreters under other names.
    """
    options = _options_of(exe)
    found = _by_its_name(exe, argv, comm) if options is None else _Reading(options, _arguments(exe, argv)).script()
    if found is None or found.is_module:
        return found
    if not found.name.startswith("/") and cwd is None:
        return None
    return Script(name=normpath(join(cwd or "/", found.name)))


def _options_of(exe: str) -> _Options | None:
    name = PurePosixPath(exe).name
    return next((options for pattern, options in _INTERPRETERS if pattern.fullmatch(name)), None)


def _arguments(exe: str, argv: Sequence[str]) -> Sequence[str]:
    """What follows the interpreter's name. `busybox sh SCRIPT` is `sh SCRIPT`; its other programs run no scripts."""
    if PurePosixPath(exe).name != _BUSYBOX:
        return argv[1:]
    named = argv[1:] if argv and PurePosixPath(argv[0]).name == _BUSYBOX else argv
    return named[1:] if named and PurePosixPath(named[0]).name.lstrip("-") in _BUSYBOX_SHELLS else ()


def _by_its_name(exe: str, argv: Sequence[str], comm: str) -> Script | None:
    """The kernel writes `INTERPRETER [OPTION] SCRIPT ...` for `#!` and calls the process as the script."""
    if not comm or PurePosixPath(exe).name[:_COMM_LENGTH] == comm:
        return None
    named = (each for each in argv[1:3] if each.startswith("/") and PurePosixPath(each).name[:_COMM_LENGTH] == comm)
    return next((Script(name=each) for each in named), None)


class _Reading:
    """One command line, read once."""

    def __init__(self, options: _Options, arguments: Sequence[str]) -> None:
        self._options = options
        self._rest = list(arguments[:_MOST_ARGUMENTS])

    def script(self) -> Script | None:
        commands = self._options.commands
        while self._rest:
            argument = self._rest.pop(0)
            if argument == "--":
                return self._named(self._rest.pop(0)) if self._rest else None
            if argument == "-":
                return None
            if not argument.startswith(("-", "+")) or len(argument) == 1:
                if argument in commands:
                    commands = frozenset()
                    continue
                return self._named(argument)
            is_over, found = self._option(argument)
            if is_over:
                return found
        return None

    def _named(self, argument: str) -> Script | None:
        is_module = self._options.names_module and not argument.endswith(self._options.sources)
        return Script(name=argument, is_module=is_module) if argument else None

    def _option(self, argument: str) -> tuple[bool, Script | None]:
        """Whether nothing more has to be read, and what was found then."""
        if argument.startswith("--") or self._options.has_single_dash_words:
            return self._long(argument)
        return self._short(argument[1:])

    def _long(self, argument: str) -> tuple[bool, Script | None]:
        name, equals, value = argument.partition("=")
        options = self._options
        if name in options.long_inline:
            return True, None
        if name not in options.long_valued | options.long_module | options.long_file:
            return False, None
        value = value if equals else self._next()
        if name in options.long_module:
            return True, Script(name=value.partition("/")[0], is_module=True) if value else None
        if name in options.long_file:
            return True, Script(name=value) if value else None
        return False, None

    def _short(self, letters: str) -> tuple[bool, Script | None]:
        options = self._options
        for place, letter in enumerate(letters, start=1):
            if letter in options.inline:
                return True, None
            if letter in options.swallowing:
                return False, None
            if letter in options.valued + options.module + options.file:
                value = letters[place:] or self._next()
                if letter in options.valued:
                    return False, None
                return True, Script(name=value, is_module=letter in options.module) if value else None
        return False, None

    def _next(self) -> str:
        return self._rest.pop(0) if self._rest else ""
