"""What keys and drags do to the read: each becomes a command of the session; no Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from napari_recistkit.attempts import Window
from napari_recistkit.forms import Answers, Form
from napari_recistkit.lesion_keys import LesionKeys
from napari_recistkit.questions import (
    COMPLETE,
    signature_questions,
    visit_questions,
    why_question,
)
from napari_recistkit.said import lesion_said, missing_said, never_shown_said
from napari_recistkit.strokes import ARMED
from napari_recistkit.visit_text import ordered_findings
from recistkit.errors import OutputError, ReadingError
from recistkit.terms import NEW_LESION_STATEMENTS

if TYPE_CHECKING:
    from recistkit.model.read import Timepoint

__all__ = ["ARMED", "Room", "Window"]

NOT_ASSESSABLE: Final = "not-assessable"
"""What is stated of new lesions that could not be looked for."""


class Room(LesionKeys):
    """One open case: the session, and what the reader is about to do.

    Parameters
    ----------
    session : ReadSession
    settings : StudySettings
        Of the folder: compartments by organ, words for image quality.
    window : Window
    sight : Sight
        Whether what is stated can have been seen.
    """

    # The visit

    def no_new_lesions(self) -> None:
        """State that there are no new lesions."""

        def work() -> str:
            self._require_follow_up()
            self._require_sight()
            self.session.state_new_lesions("none")
            return f"{self.session.visit}: no new lesions"

        self._try(work)

    def complete_and_adequate(self) -> None:
        """State that the coverage is complete and the image quality adequate."""

        def work() -> str:
            self._require_sight()
            quality = self._settings.image_quality[0]
            self.session.state_visit(coverage=COMPLETE, image_quality=quality)
            return f"{self.session.visit}: coverage {COMPLETE}, image quality {quality}"

        self._try(work)

    def edit_statement(self) -> None:
        """Ask for everything that is stated of the visit as a whole."""

        def work() -> None:
            self._require_open()
            visit = self.session.visit or ""
            questions = visit_questions(
                self.session.draft.timepoints[visit],
                self._settings.image_quality,
                is_baseline=visit == self.session.baseline,
            )

            def keep(answers: Answers) -> bool:
                return self._try(lambda: self._state_visit(visit, answers))

            self._window.ask(Form(title=visit, questions=questions, on_accept=keep))

        self._try(work)

    def _state_visit(self, visit: str, answers: Answers) -> str:
        """State what was answered of the visit that was asked about."""
        self.session.go_to_visit(visit)
        if self._is_of_seeing(self.session.draft.timepoints[visit], answers):
            self._require_sight()
        self.session.state_visit(**{name: words or None for name, words in answers.items()})
        return f"{visit}: the statement is kept"

    def _is_of_seeing(self, stated: Timepoint, answers: Answers) -> bool:
        """Tell whether an answer says more of the images than was stated: that nothing is amiss."""
        seen = {
            "new_lesions": frozenset(NEW_LESION_STATEMENTS) - {NOT_ASSESSABLE},
            "coverage": {COMPLETE},
            "image_quality": {self._settings.image_quality[0]},
        }
        return any(
            answers.get(name) in words and answers[name] != getattr(stated, name)
            for name, words in seen.items()
        )

    def acknowledge(self) -> None:
        """Ask why the first finding that is not acknowledged stays."""

        def work() -> str | None:
            still_open = [one for one, reason in ordered_findings(self.session) if reason is None]
            if not still_open:
                return "no finding is open"
            finding = still_open[0]

            def keep(answers: Answers) -> bool:
                def seen() -> str:
                    self.session.acknowledge(finding, answers["reason"])
                    return f"acknowledged: {finding.code}"

                return self._try(seen)

            where = " ".join(word for word in (finding.timepoint, finding.lesion) if word)
            self._window.ask(
                Form(
                    title=f"acknowledge: {finding.code}",
                    text=f"{where}: {finding.message}",
                    questions=(why_question(),),
                    on_accept=keep,
                )
            )
            return None

        self._try(work)

    def sign(self) -> None:
        """Show the visit in short and ask for the signature, or say what it lacks."""

        def work() -> str | None:
            self._require_open()
            missing = self.session.missing_to_sign()
            if missing:
                return f"still to say: {missing_said(missing, self.session.visit)}"
            self._ask_signature()
            return None

        self._try(work)

    def _ask_signature(self) -> None:
        session = self.session
        visit, revision = session.visit or "", session.revision

        def keep(answers: Answers) -> bool:
            if (session.visit, session.revision) != (visit, revision):
                self._window.say(f"{visit} is not what the summary showed; look at it again")
                return True
            return self._try(lambda: self._signed(visit, answers))

        self._window.ask(
            Form(
                title=f"sign {visit}",
                text=never_shown_said(self._sight.never_shown(visit)) + session.summary(),
                questions=signature_questions(session.signing_name or session.reader),
                accept="Sign",
                on_accept=keep,
                is_shown_first=True,
            )
        )

    def _signed(self, visit: str, answers: Answers) -> str:
        """Sign; what could not be written does not take the signature back."""
        faults = []
        try:
            self.session.sign(answers["name"], answers["meaning"])
        except OutputError as error:
            faults.append(f"{error}; the document is written when the case is opened again")
        self._put_down()
        faults += self._window.signed()
        said = f"{visit} is signed"
        return f"{said}, but {'; '.join(faults)}" if faults else said

    def amend(self) -> None:
        """Ask why a signed visit is opened again."""

        def work() -> None:
            visit = self.session.visit or ""
            if not self.session.locked:
                raise ReadingError(f"{visit} is not signed, and needs no amendment")

            def keep(answers: Answers) -> bool:
                def opened() -> str:
                    self.session.go_to_visit(visit)
                    self.session.amend(answers["reason"])
                    return f"{visit} is open again; what is changed is recorded"

                return self._try(opened)

            self._window.ask(
                Form(
                    title=f"amend {visit}",
                    questions=(why_question(),),
                    on_accept=keep,
                    accept="Amend",
                )
            )

        self._try(work)

    def next_visit(self, step: int) -> None:
        """Go to the next or the previous visit."""

        def work() -> str:
            labels = self.session.visits
            at = labels.index(self.session.visit) + step if self.session.visit in labels else 0
            if not 0 <= at < len(labels):
                raise ReadingError(f"this is the {'last' if step > 0 else 'first'} visit")
            self._put_down()
            self._open_visit(labels[at])
            return lesion_said(self.session, self.session.lesion)

        self._try(work)

    def _open_visit(self, label: str) -> None:
        """Go to a visit, to its first lesion without a state if there is one."""
        self.session.go_to_visit(label)
        self.session.go_to_lesion(None)
        if self.session.next_unstated() is None:
            self.session.next_lesion()

    def undo(self) -> None:
        """Take the last command back."""

        def work() -> str:
            self.session.undo()
            return _told("undone", lesion_said(self.session, self.session.lesion))

        self._try(work)

    def redo(self) -> None:
        """Do again what was taken back."""

        def work() -> str:
            self.session.redo()
            return _told("done again", lesion_said(self.session, self.session.lesion))

        self._try(work)

    def say_saved(self) -> None:
        """Say that nothing needs saving."""
        self._window.say("everything is saved as it is made")

    def _require_follow_up(self) -> None:
        if self.session.visit == self.session.baseline:
            raise ReadingError("nothing is new at the baseline")


def _told(what: str, lesion: str) -> str:
    return f"{what}; {lesion}" if lesion else what
