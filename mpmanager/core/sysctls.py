"""Which settings of the kernel's Multipath TCP there are, what they may be set to, and the file that keeps them."""

from collections.abc import Mapping

from mpmanager.model.errors import InvalidValueError
from mpmanager.model.mistakes import unknown_choice
from mpmanager.model.sysctl import KNOWN, PREFIX, Sysctl, SysctlKind, SysctlName

Values = Mapping[SysctlName, str]

_BY_NAME = {each.name: each for each in KNOWN}
_HEADING = """\
# Written by mpmanager. `mpm sysctl` shows, changes and takes back what stands here; other lines would be lost.
"""


def described(name: SysctlName) -> Sysctl:
    """What is known of a setting; one of a newer kernel can be read and not set."""
    return _BY_NAME.get(name) or Sysctl(
        name=name,
        kind=SysctlKind.UNKNOWN,
        default=None,
        meaning="Not known to mpmanager; the documentation of your kernel explains it.",
        refusal="it is not known to mpmanager, which sets nothing that it cannot check; sysctl(8) does",
    )


def found(text: str, values: Values) -> SysctlName:
    """The setting that somebody means, with or without `net.mptcp.`, among those that this kernel has.

    Raises:
        InvalidValueError: it has none of that name.
    """
    name = SysctlName(text.removeprefix(PREFIX))
    if name not in values:
        is_known = "this kernel has no" if name in _BY_NAME else "there is no"
        raise InvalidValueError(f"{is_known} {PREFIX}{name}; there are: {', '.join(sorted(values))}")
    return name


def choices(sysctl: Sysctl, values: Values) -> tuple[str, ...]:
    """What may be chosen on this kernel."""
    if sysctl.kind is SysctlKind.BOOLEAN:
        return ("0", "1")
    return tuple(values.get(sysctl.choices_in, "").split()) if sysctl.choices_in else ()


def checked(name: SysctlName, text: str, values: Values) -> str:
    """A value as the kernel writes it.

    Raises:
        InvalidValueError: it may not be set, or not to that.
    """
    sysctl = described(name)
    if sysctl.refusal is not None:
        raise InvalidValueError(f"{PREFIX}{name} cannot be set: {sysctl.refusal}")
    value = text.strip()
    if sysctl.kind in {SysctlKind.COUNT, SysctlKind.SECONDS}:
        return _checked_number(sysctl, value)
    if value not in choices(sysctl, values):
        raise InvalidValueError(f"{PREFIX}{name}: {unknown_choice(value, choices(sysctl, values))}")
    return value


def _checked_number(sysctl: Sysctl, value: str) -> str:
    unit = " of seconds" if sysctl.kind is SysctlKind.SECONDS else ""
    wanted = f"a whole number{unit} from {sysctl.lowest} to {sysctl.highest}"
    if not (value.isascii() and value.isdecimal() and sysctl.lowest <= int(value) <= sysctl.highest):
        raise InvalidValueError(f"{PREFIX}{sysctl.name}: {value!r} is not {wanted}")
    return str(int(value))


def warning(name: SysctlName, value: str) -> str | None:
    """What is worth knowing about a value; None: nothing."""
    return (described(name).warnings or {}).get(value)


def file_text(kept: Values) -> str:
    """A file for sysctl.d(5)."""
    return _HEADING + "".join(f"{PREFIX}{name} = {value}\n" for name, value in sorted(kept.items()))


def parse_file(text: str) -> dict[SysctlName, str]:
    """What such a file says of settings of Multipath TCP; all else is passed over, as is what makes no sense."""
    kept: dict[SysctlName, str] = {}
    for line in text.splitlines():
        key, equals, value = line.strip().removeprefix("-").partition("=")
        name = key.strip().replace("/", ".")
        if equals and name.startswith(PREFIX):
            kept[SysctlName(name.removeprefix(PREFIX))] = value.strip()
    return kept
