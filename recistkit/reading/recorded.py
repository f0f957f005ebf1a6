"""A draft that is recorded: each change is in the journal before it is in memory."""

from __future__ import annotations

from collections.abc import Callable

from recistkit.errors import ReadingError
from recistkit.model.read import Read
from recistkit.reading.completeness import lesions_shown_at
from recistkit.reading.draft import Change, Draft, apply, reverse
from recistkit.reading.history import REDO, UNDO, History, event_body
from recistkit.reading.place import Place
from recistkit.store.chain import Entry
from recistkit.store.journal import Journal

__all__ = ["RecordedDraft"]


class RecordedDraft:
    """The draft of one subject with its journal, undo and redo, place, and listeners."""

    def __init__(self, journal: Journal, subject: str, history: History, place: Place) -> None:
        self.subject = subject
        self._journal = journal
        self._history = history
        self._place = place
        self._listeners: list[Callable[[], None]] = []

    @property
    def draft(self) -> Draft:
        """The read as it is now."""
        return self._history.draft

    @property
    def revision(self) -> int:
        """Number of events so far; another one, another draft."""
        return self._history.revision

    @property
    def place(self) -> Place:
        """Where the reader is."""
        return self._place

    @property
    def can_undo(self) -> bool:
        """Whether there is a command since the last signature that can be taken back."""
        return bool(self._history.undoable)

    @property
    def can_redo(self) -> bool:
        """Whether a command was taken back and nothing was done since."""
        return bool(self._history.redoable)

    def undo(self) -> None:
        """Take the last command back, and go to where it was.

        Raises
        ------
        ReadingError
            If there is none since the last signature.
        JournalError
            If it was not saved.
        """
        if not self.can_undo:
            raise ReadingError("there is nothing to undo since the visit was opened or signed")
        changes = reverse(self._history.undoable[-1])
        self._record(UNDO, changes, place=self._place_of(changes))

    def redo(self) -> None:
        """Do again what was taken back last.

        Raises
        ------
        ReadingError
            If there is nothing.
        JournalError
            If it was not saved.
        """
        if not self.can_redo:
            raise ReadingError("there is nothing to redo")
        changes = self._history.redoable[-1]
        self._record(REDO, changes, place=self._place_of(changes))

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call a function after every change of draft or place.

        Returns
        -------
        callable
            Ends it.
        """
        self._listeners.append(callback)

        def disconnect() -> None:
            if callback in self._listeners:
                self._listeners.remove(callback)

        return disconnect

    def _record(
        self,
        command: str,
        changes: tuple[Change, ...],
        *,
        place: Place | None = None,
        document: Read | None = None,
        entry: Entry | None = None,
        **said: object,
    ) -> None:
        """Save an event, then take it over; where saving fails nothing has changed."""
        history = self._history.after(command, changes, document)
        body = event_body(changes, document, **said)
        kept = None if place is None else place.model_dump(mode="json", exclude_none=True)
        self._journal.append(self.subject, history.revision, command, body, kept, record=entry)
        self._history = history
        self._place = place or self._place
        self._tell()

    def _move(self, place: Place) -> None:
        """Save a place and take it over; where only the view has changed, nobody is told."""
        before = self._place
        if place == before:
            return
        kept = place.model_dump(mode="json", exclude_none=True)
        self._journal.save_place(self.subject, kept)
        self._place = place
        if (place.visit, place.lesion) != (before.visit, before.lesion):
            self._tell()

    def _place_of(self, changes: tuple[Change, ...]) -> Place:
        """Return the place with the visit and lesion that changes are about."""
        visit, lesion = self._place.visit, self._place.lesion
        removed = {item.key for item in changes if item.part == "removal" and item.after}
        removed |= {item.key for item in changes if item.part == "lesion" and item.after is None}
        described = None
        for change in changes:
            if change.part == "mark":
                lesion, visit = change.key[:2]
            elif change.part == "timepoint":
                visit = change.key
            elif change.part == "lesion":
                lesion = described = change.key
        if described is not None and described not in removed:
            visit = _visit_of(apply(self.draft, changes), described, visit)
        lesion = None if lesion in removed else lesion
        return self._place.model_copy(update={"visit": visit, "lesion": lesion})

    def _tell(self) -> None:
        """Call the listeners."""
        for callback in tuple(self._listeners):
            callback()


def _visit_of(draft: Draft, lesion: str, visit: str | None) -> str | None:
    """Return the visit if it shows the lesion, else the first one that does."""
    if visit is not None and lesion in {item.id for item in lesions_shown_at(draft, visit)}:
        return visit
    marked = {mark.timepoint for mark in draft.marks.values() if mark.lesion == lesion}
    return next((label for label in draft.visits if label in marked), visit)
