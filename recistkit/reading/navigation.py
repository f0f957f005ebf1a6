"""Going through a case: visits and lesions. Where the reader goes is saved, and is no command."""

from __future__ import annotations

from collections.abc import Sequence

from recistkit.errors import ReadingError
from recistkit.model.mark import Mark
from recistkit.model.read import Lesion
from recistkit.reading.completeness import lesions_at, lesions_shown_at
from recistkit.reading.draft import Draft
from recistkit.reading.place import Place
from recistkit.reading.recorded import RecordedDraft
from recistkit.study.charter import Charter

__all__ = ["PlacedDraft", "opening_place"]


def opening_place(draft: Draft, saved: Place) -> Place:
    """Return where a case opens: where the reader stopped, else at the first visit to be read.

    A visit that is signed is nothing to return to while another one is not.
    """
    unsigned = [label for label in draft.visits if label not in draft.signed]
    if saved.visit not in (unsigned or draft.visits):
        last = draft.visits[-1] if draft.visits else None
        return saved.of_another_visit(next(iter(unsigned), last))
    if saved.lesion not in {item.id for item in draft.followed}:
        return saved.model_copy(update={"lesion": None})
    return saved


class PlacedDraft(RecordedDraft):
    """A recorded draft with a current visit and a current lesion."""

    charter: Charter

    @property
    def visit(self) -> str | None:
        """Label of the visit being read; None where the case has none."""
        return self.place.visit

    @property
    def lesion(self) -> str | None:
        """Id of the current lesion."""
        return self.place.lesion

    @property
    def baseline(self) -> str | None:
        """Label of the baseline."""
        return self.draft.baseline

    @property
    def visits(self) -> tuple[str, ...]:
        """Labels of the visits in order, from the baseline on."""
        return self.draft.visits

    @property
    def prior(self) -> str | None:
        """Label of the visit before this one."""
        before = self.draft.visits_before(self.visit) if self.visit else ()
        return before[-1] if before else None

    def visits_before(self, visit: str) -> tuple[str, ...]:
        """Return the labels of the visits from the baseline to before one, in order."""
        return self.draft.visits_before(visit)

    def marks_of(self, lesion: str, visit: str) -> tuple[Mark, ...]:
        """Return a lesion's marks at a visit: none, one, or one per fragment in order."""
        return self.draft.marks_of(lesion, visit)

    def go_to_visit(self, label: str) -> None:
        """Make a visit the one being read.

        Raises
        ------
        ReadingError
            If there is no such visit.
        """
        if label not in self.visits:
            raise ReadingError(f"there is no visit {label}")
        shown = {lesion.id for lesion in lesions_shown_at(self.draft, label)}
        lesion = self.lesion if self.lesion in shown else None
        self._move(self.place.model_copy(update={"visit": label, "lesion": lesion}))

    def go_to_lesion(self, lesion: str | None) -> None:
        """Make a lesion the current one; None leaves none current.

        Raises
        ------
        ReadingError
            If there is no such lesion at this visit.
        """
        if lesion is not None and lesion not in self._ids():
            raise ReadingError(f"there is no lesion {lesion} at this visit")
        self._move(self.place.model_copy(update={"lesion": lesion}))

    def next_lesion(self, step: int = 1) -> str | None:
        """Go on to the next lesion of this visit, or with -1 to the one before; around the end."""
        names = self._ids()
        if names:
            start = names.index(self.lesion) if self.lesion in names else (-1 if step > 0 else 0)
            self.go_to_lesion(names[(start + step) % len(names)])
        return self.lesion

    def next_unstated(self) -> str | None:
        """Go on to the next lesion that has no state at this visit; stay where all have one.

        Returns
        -------
        str or None
            The lesion gone to; None where all have a state.
        """
        names = self._ids()
        after = names.index(self.lesion) + 1 if self.lesion in names else 0
        required = {lesion.id for lesion in lesions_at(self.draft, self.visit or "")}
        for name in (*names[after:], *names[:after]):
            if name in required and not self.draft.marks_of(name, self.visit or ""):
                self.go_to_lesion(name)
                return name
        return None

    def remember(self, place: Place) -> None:
        """Save what is on the screen; visit and lesion stay those of the session."""
        kept = {"visit": self.visit, "lesion": self.lesion}
        self._move(place.model_copy(update=kept))

    def _ids(self) -> Sequence[str]:
        """Return the ids of the lesions of this visit in order."""
        lesions: Sequence[Lesion] = lesions_shown_at(self.draft, self.visit) if self.visit else ()
        return [lesion.id for lesion in lesions]
