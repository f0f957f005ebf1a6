"""What keys do in an adjudication: go through what differs, accept a read; no Qt.

There is no command here that changes a read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from napari_recistkit.compared_text import what_said
from napari_recistkit.forms import Answers, Form
from napari_recistkit.questions import why_question
from napari_recistkit.said import never_shown_said
from recistkit.errors import ReadingError, RecistkitError
from recistkit.reading.adjudication import AdjudicationSession, Choice, summary_of

if TYPE_CHECKING:
    from napari_recistkit.attempts import Window
    from napari_recistkit.sight import Sight
    from recistkit.reading.adjudication import ComparedRow

__all__ = ["AdjudicationRoom"]


class AdjudicationRoom:
    """One case before its adjudicator.

    Parameters
    ----------
    session : AdjudicationSession
    window : Window
    sight : Sight
        What was on the screen.
    """

    def __init__(self, session: AdjudicationSession, window: Window, sight: Sight) -> None:
        self.session = session
        self._window = window
        self._sight = sight

    def close(self) -> None:
        """Nothing is kept."""

    def disarm(self) -> None:
        """There is no tool to put down."""
        self._window.say("")

    def next_lesion(self, step: int) -> None:
        """Go to the next difference or pair of lesions, or to the one before."""
        self.session.next_row(step)
        self._show()

    def go_to(self, row: ComparedRow) -> None:
        """Go where a difference comes from, or to a pair of lesions."""
        self.session.go_to(row)
        self._show()

    def next_visit(self, step: int) -> None:
        """Go to the next or the previous visit."""

        def work() -> str:
            labels = self.session.visits
            at = labels.index(self.session.visit) + step if self.session.visit in labels else 0
            if not 0 <= at < len(labels):
                raise ReadingError(f"this is the {'last' if step > 0 else 'first'} visit")
            self.session.go_to_visit(labels[at])
            self._window.refresh()
            return ""

        self._try(work)

    def accept_read(self, choice: Choice) -> None:
        """Ask why a read, or neither, is accepted; then show what is signed."""

        def work() -> str:
            self.session.require_difference()
            self._window.ask(
                Form(
                    title=f"{self.session.subject}: accept {_read_said(choice)}",
                    text=self.session.before,
                    questions=(why_question(),),
                    accept="Go on",
                    on_accept=lambda answers: self._ask_signature(choice, answers["reason"]),
                )
            )
            return ""

        self._try(work)

    def _ask_signature(self, choice: Choice, reason: str) -> bool:
        """Show what the decision stands for; it is recorded only once that was on the screen."""
        seen = {value.visit for value in self.session.reads.differing if value.visit}
        never = tuple(
            f"{visit}: {one}"
            for visit in self.session.visits
            if visit in seen
            for one in self._sight.never_shown(visit)
        )

        def keep(_: Answers) -> bool:
            return self._try(lambda: self._decided(choice, reason))

        self._window.ask(
            Form(
                title=f"sign: {_read_said(choice)}",
                text=never_shown_said(never) + summary_of(self.session, choice, reason),
                accept="Sign",
                on_accept=keep,
                is_shown_first=True,
            )
        )
        return True

    def _decided(self, choice: Choice, reason: str) -> str:
        self.session.decide(choice, reason)
        self._window.refresh()
        return f"{self.session.subject}: {choice} is on record"

    @property
    def where_said(self) -> str:
        """What differs where the adjudicator is."""
        value = self.session.value
        if value is None:
            return ""
        return " \N{MIDDLE DOT} ".join(filter(None, (value.cause, what_said(value))))

    def _show(self) -> None:
        """Show where the adjudicator is now, and say what differs there."""
        self._window.refresh()
        self._window.say(self.where_said)

    def _try(self, work: Callable[[], str | None]) -> bool:
        """Do something and say what it returns; what is refused is said. False where it was."""
        try:
            said = work()
        except RecistkitError as error:
            self._window.say(str(error))
            return False
        if said is not None:
            self._window.say(said)
        return True


def _read_said(choice: Choice) -> str:
    return "neither read" if choice == "neither" else f"read {choice}"
