"""The kernel's settings of Multipath TCP: what they are, what they may be, and the way back."""

from dataclasses import dataclass

from mpmanager.api.structures import SysctlInfo
from mpmanager.model.sysctl import PREFIX, SysctlKind
from mpmanager_ui.viewmodels.translation import labelled, tr


@dataclass(frozen=True, slots=True, kw_only=True)
class SysctlRow:
    """One setting as it is shown."""

    name: str
    """Without `net.mptcp.`."""
    value: str
    meaning: str
    notes: tuple[str, ...]
    """What it may be, what was done to it, and what comes of it."""
    warning: str
    choices: dict[str, str]
    """The words for the values there are; empty where a number is wanted, or nothing can be set."""
    numbers: tuple[int, int] | None
    """The lowest and the highest number, where one is wanted."""
    unit: str
    way_back: str
    """What it becomes by undoing what mpmanager did to it; empty where nothing was done."""

    @property
    def can_be_set(self) -> bool:
        """Whether a person may change it here."""
        return bool(self.choices) or self.numbers is not None

    @property
    def summary(self) -> str:
        """All of it, for those who do not see it."""
        value = self.choices.get(self.value, f"{self.value}{self.unit}")
        return " ".join((labelled(self.name, f"{value}."), self.meaning, *self.notes))


def sysctl_row(info: SysctlInfo) -> SysctlRow:
    """How a setting is shown."""
    unit = tr(" s") if info.kind is SysctlKind.SECONDS else ""
    return SysctlRow(
        name=info.name.removeprefix(PREFIX),
        value=info.value,
        meaning=info.meaning,
        notes=tuple(_notes(info, unit)),
        warning="" if info.warning is None else tr("Beware: {warning}.", warning=info.warning),
        choices=_choices(info),
        numbers=_numbers(info),
        unit=unit,
        way_back=_way_back(info, unit),
    )


def _choices(info: SysctlInfo) -> dict[str, str]:
    if info.refusal is not None:
        return {}
    if info.kind is SysctlKind.BOOLEAN:
        return {"1": tr("On"), "0": tr("Off")}
    return {each: each for each in info.choices}


def _numbers(info: SysctlInfo) -> tuple[int, int] | None:
    is_number = info.kind in {SysctlKind.COUNT, SysctlKind.SECONDS} and info.refusal is None
    if not is_number or info.lowest is None or info.highest is None or not info.value.isdecimal():
        return None
    return info.lowest, info.highest


def _notes(info: SysctlInfo, unit: str) -> list[str]:
    notes = []
    if info.refusal is not None:
        notes.append(tr("It cannot be set here: {reason}.", reason=info.refusal))
    elif info.default not in {None, info.value}:
        notes.append(tr("The kernel's default: {value}.", value=_value_words(info, info.default or "", unit)))
    if info.kept is not None:
        kept = _value_words(info, info.kept, unit)
        notes.append(tr("Kept as {value} over restarts, in {file}.", value=kept, file=info.kept_in or tr("a file")))
    elif info.before is not None:
        notes.append(tr("Until the next start only."))
    return notes


def _way_back(info: SysctlInfo, unit: str) -> str:
    if info.before is None and info.kept is None:
        return ""
    before = info.value if info.before is None else info.before
    return tr("Back to {value}", value=_value_words(info, before, unit))


def _value_words(info: SysctlInfo, value: str, unit: str) -> str:
    return _choices(info).get(value, f"{value}{unit}")
