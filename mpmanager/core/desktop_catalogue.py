"""The desktop entries that count for a user, found by their ids and by what they start."""

from collections.abc import Iterable, Sequence

from mpmanager.model.desktop import DesktopEntry


class DesktopCatalogue:
    """Desktop entries; of several with one id the first counts."""

    def __init__(self, entries: Iterable[DesktopEntry] = ()) -> None:
        self._by_id: dict[str, DesktopEntry] = {}
        for entry in entries:
            self._by_id.setdefault(entry.id, entry)
        self._by_folded_id: dict[str, DesktopEntry] = {}
        self._by_class: dict[str, DesktopEntry] = {}
        self._by_program: dict[str, list[DesktopEntry]] = {}
        for entry in self._by_id.values():
            self._by_folded_id.setdefault(entry.id.casefold(), entry)
            if entry.window_class is not None:
                self._by_class.setdefault(entry.window_class.casefold(), entry)
            for program in entry.programs:
                self._by_program.setdefault(program, []).append(entry)

    def named(self, ids: Sequence[str]) -> DesktopEntry | None:
        """The entry with the first of these ids that has one; else the one whose windows are called so."""
        for index in (self._by_id, self._by_folded_id, self._by_class):
            for each in ids:
                if found := index.get(each) or index.get(each.casefold()):
                    return found
        return None

    def of_snap(self, snap: str) -> DesktopEntry | None:
        """The entry of a snap; None where it has none or several."""
        found = [entry for id_, entry in self._by_id.items() if id_.startswith(f"{snap}_")]
        return found[0] if len(found) == 1 else None

    def starting(self, program: str) -> DesktopEntry | None:
        """The entry that starts exactly this program; None where none does, or several and none of them more simply."""
        entries = self._by_program.get(program, [])
        for chosen in (entries, [each for each in entries if each.is_shown]):
            if len(chosen) == 1:
                return chosen[0]
        plain = [each for each in entries if each.is_shown and not each.has_arguments]
        return plain[0] if len(plain) == 1 else None
