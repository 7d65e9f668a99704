"""What was edited and not applied yet, of any number of rules; survives frames, and what others change meanwhile."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from mpmanager.api.structures import PolicyInfo
from mpmanager_ui.viewmodels.rule_draft import RuleDraft, Standing
from mpmanager_ui.viewmodels.rule_words import parts_words
from mpmanager_ui.viewmodels.translation import tr


class Drafts:
    """By selector."""

    def __init__(self) -> None:
        self._policies: tuple[PolicyInfo, ...] = ()
        self._drafts: dict[str, RuleDraft] = {}
        self._untouched: RuleDraft | None = None
        """The last one that was asked for."""
        self._notes: dict[str, str] = {}
        self._own = Counter[str]()
        """Rules that this window is changing, and by how many changes."""

    @property
    def changed(self) -> frozenset[str]:
        """Whose rules are edited."""
        return frozenset(self._drafts)

    def of(self, selector: str) -> RuleDraft:
        """The draft; the rule as it is where nothing was edited."""
        if selector in self._drafts:
            return self._drafts[selector]
        if self._untouched is None or self._untouched.selector != selector:
            self._untouched = RuleDraft.of(Standing.of(selector, self._policies))
        return self._untouched

    def note_on(self, selector: str) -> str:
        """What somebody else has done to the rule since it is edited; empty: nothing."""
        return self._notes.get(selector, "")

    def put(self, draft: RuleDraft) -> None:
        """Keep what was edited; a draft that changes nothing is none."""
        if draft.is_changed:
            self._drafts[draft.selector] = draft
        else:
            self.drop(draft.selector)

    def drop(self, selector: str) -> None:
        """Forget what was edited."""
        self._drafts.pop(selector, None)
        self._notes.pop(selector, None)

    @contextmanager
    def changing(self, selector: str) -> Iterator[None]:
        """What becomes of the rule meanwhile is this window's doing, and nobody else's."""
        self._own[selector] += 1
        try:
            yield
        finally:
            self._own[selector] -= 1

    def learn(self, policies: Iterable[PolicyInfo]) -> None:
        """Take over what the daemon has: what was edited is edited on top of that from now on."""
        self._policies, self._untouched = tuple(policies), None
        for selector, draft in list(self._drafts.items()):
            base = Standing.of(selector, self._policies)
            if base == draft.base:
                continue
            disputed = draft.disputed(base)
            self.put(draft.rebased(base))
            if selector in self._drafts and not self._own[selector]:
                self._notes[selector] = _note(parts_words(disputed))


def _note(disputed: str) -> str:
    if disputed:
        return tr(
            "Somebody else has changed this rule meanwhile, also: {parts}. Your choice counts if you apply it.",
            parts=disputed,
        )
    return tr("Somebody else has changed this rule meanwhile. Your changes are kept on top of that.")
