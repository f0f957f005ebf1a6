"""What the keys of the lesion table do; no Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from napari_recistkit.attempts import Window
from napari_recistkit.forms import Answers, Form
from napari_recistkit.questions import fragment_question, holder_question, reason_question
from napari_recistkit.said import lesion_said
from napari_recistkit.strokes import Strokes
from recistkit.errors import ReadingError
from recistkit.reading.organs import is_nodal

if TYPE_CHECKING:
    from napari_recistkit.sight import Sight
    from recistkit.model.mark import Mark
    from recistkit.reading.rows import Row
    from recistkit.reading.session import ReadSession
    from recistkit.study.settings import StudySettings

__all__ = ["LesionKeys"]

NOT_EVALUABLE: Final = "not-evaluable"
"""The one state that is stated of what cannot be seen."""


class LesionKeys(Strokes):
    """Commands on the current lesion.

    Parameters
    ----------
    session : ReadSession
    settings : StudySettings
        Of the folder: compartments by organ, words for image quality.
    window : Window
    sight : Sight
        Whether what is stated can have been seen.
    """

    def __init__(
        self, session: ReadSession, settings: StudySettings, window: Window, sight: Sight
    ) -> None:
        super().__init__(session, window)
        self._settings = settings
        self._sight = sight

    def next_lesion(self, step: int) -> None:
        """Go to the next or the previous lesion."""

        def work() -> str:
            return lesion_said(self.session, self.session.next_lesion(step))

        self._try(work)

    def choose_lesion(self, lesion: str) -> None:
        """Go to a lesion of the table."""

        def work() -> str:
            self.session.go_to_lesion(lesion)
            return lesion_said(self.session, lesion)

        self._try(work)

    # What the lesion is

    def edit_organ(self) -> None:
        """Ask for the organ of the current lesion."""

        def work() -> None:
            row = self._open_row()
            name, visit = row.lesion.id, self.session.visit
            self._window.ask_organ(
                name, row.lesion.organ, lambda organ: self._set_organ(name, visit, organ)
            )

        self._try(work)

    def _set_organ(self, name: str, visit: str | None, organ: str) -> bool:
        def work() -> str:
            self._return_to(name, visit)
            lesion = self.session.draft.lesions[name]
            self.session.set_organ(
                organ,
                nodal=True if lesion.nodal or is_nodal(organ) else None,
                compartment=self._settings.compartment_of(organ),
            )
            return self._go_on()

        return self._try(work)

    def next_compartment(self) -> None:
        """Give the current lesion the next compartment of the study."""

        def work() -> str:
            row, names = self._open_row(), self._settings.compartment_names
            if not names:
                raise ReadingError("this study has no compartments")
            now = row.lesion.compartment
            at = names.index(now) if now in names else -1
            wanted = names[(at + 1) % len(names)]
            self.session.set_compartment(wanted)
            return f"{row.lesion.id}: {wanted}"

        self._try(work)

    def toggle_nodal(self) -> None:
        """Let the current lesion be nodal, or not."""

        def work() -> str:
            row = self._open_row()
            self.session.set_nodal(not row.lesion.nodal)
            return f"{row.lesion.id}: {'not nodal' if row.lesion.nodal else 'nodal'}"

        self._try(work)

    def remove_lesion(self) -> None:
        """Remove the current lesion; undo brings it back."""

        def work() -> str:
            name = self._open_row().lesion.id
            self.session.remove_lesion()
            return f"{name} is removed; undo (Ctrl+Z) brings it back"

        self._try(work)

    # What it is at this visit

    def set_state(self, state: str) -> None:
        """State what the current lesion is, and go on to the next."""
        self._try(lambda: self._state(state))

    def complete_response(self) -> None:
        """State that the current non-target is gone."""

        def work() -> str:
            if self._open_row().lesion.role == "target":
                raise ReadingError("C is for non-targets; a target that is gone is absent (X)")
            return self._state("absent")

        self._try(work)

    def not_evaluable(self) -> None:
        """Ask why the current lesion is not evaluable."""

        def work() -> None:
            name, visit = self._open_row().lesion.id, self.session.visit

            def keep(answers: Answers) -> bool:
                return self._try(lambda: self._state_of(name, visit, NOT_EVALUABLE, **answers))

            title = f"{name} is not evaluable"
            self._window.ask(Form(title=title, questions=(reason_question(),), on_accept=keep))

        self._try(work)

    def merge(self) -> None:
        """Ask into which lesion the current one is merged."""

        def work() -> None:
            lesion, visit = self._open_row().lesion, self.session.visit
            others = [
                one.lesion
                for one in self.session.rows()
                if one.lesion.role == "target" and one.lesion.id != lesion.id
            ]
            if lesion.role != "target" or not others:
                raise ReadingError("only a target is merged, into another target")
            self._require_sight()

            def keep(answers: Answers) -> bool:
                return self._try(lambda: self._state_of(lesion.id, visit, "merged", **answers))

            title = f"{lesion.id} is merged into another lesion"
            into = holder_question(others)
            self._window.ask(Form(title=title, questions=(into,), on_accept=keep))

        self._try(work)

    def split(self) -> None:
        """Let each drag be a fragment of the current lesion."""

        def work() -> None:
            if self._open_row().lesion.role != "target":
                raise ReadingError("only a target has fragments")
            self.arm("split")

        self._try(work)

    def remove_fragment(self) -> None:
        """Ask which fragment of the current lesion is removed; undo brings it back."""

        def work() -> None:
            name, visit = self._open_row().lesion.id, self.session.visit
            fragments = self._removable(name)

            def keep(answers: Answers) -> bool:
                self._try(lambda: self._without(name, visit, fragments, answers["fragment"]))
                return True  # what it shows may be otherwise by now

            title = f"remove a fragment of {name}"
            which = fragment_question(fragments)
            self._window.ask(Form(title=title, questions=(which,), on_accept=keep, accept="Remove"))

        self._try(work)

    def _removable(self, name: str) -> tuple[Mark, ...]:
        """Return the fragments of a lesion, of which one may be removed.

        Raises
        ------
        ReadingError
            If there are not two of them, with what is to be done instead.
        """
        found = tuple(mark for mark in self._marks(name) if mark.fragment is not None)
        if not found:
            raise ReadingError(f"{name} has no fragments here; V lets each drag be one")
        if len(found) == 1:
            other = "draw another one (V), or state the lesion anew (X, S, E)"
            raise ReadingError(f"this is the only fragment of {name}: {other}")
        return found

    def _without(self, name: str, visit: str | None, shown: tuple[Mark, ...], fragment: str) -> str:
        """Remove a fragment that was asked about, unless they were changed meanwhile."""
        self._return_to(name, visit)
        if self._removable(name) != shown:
            raise ReadingError(f"the fragments of {name} were changed meanwhile; look again")
        self.session.remove_fragment(fragment)
        return f"fragment {fragment} of {name} is removed; undo (Ctrl+Z) brings it back"

    def toggle_certainty(self) -> None:
        """Let the current new lesion be equivocal, or not."""

        def work() -> str:
            row = self._open_row()
            sure = row.certainty == "unequivocal"
            self.session.set_certainty("equivocal" if sure else "unequivocal")
            return lesion_said(self.session, row.lesion.id)

        self._try(work)

    def _state(self, state: str, reason: str | None = None, merged_into: str | None = None) -> str:
        if state != NOT_EVALUABLE:
            self._require_sight()
        self.session.set_state(state, reason=reason, merged_into=merged_into)
        if self.armed == "split":
            self._put_down()
        return self._go_on()

    def _state_of(self, name: str, visit: str | None, state: str, **said: str) -> str:
        """State what a lesion is that was asked about, whichever is current by now."""
        self._return_to(name, visit)
        return self._state(state, **said)

    def _return_to(self, name: str, visit: str | None) -> None:
        """Go back to what was asked about: an answer never goes to another lesion."""
        if visit is not None:
            self.session.go_to_visit(visit)
        self.session.go_to_lesion(name)

    def _require_sight(self) -> None:
        """Refuse what comes from seeing while the scans of the visit are not there.

        Raises
        ------
        ReadingError
            With the reason, or because the visit is not open.
        """
        self._require_open()
        unseen = self._sight.unseen(self.session.visit)
        if unseen:
            raise ReadingError(unseen)

    def _open_row(self) -> Row:
        """Return the row of the current lesion at a visit that may be changed.

        Raises
        ------
        ReadingError
            If there is none, or the visit is not open.
        """
        self._require_open()
        row = self.row
        if row is None:
            raise ReadingError("choose a lesion first")
        return row
