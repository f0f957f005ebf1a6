"""AdjudicationSession: two reads of a case as A and B, where the adjudicator is, and the decision.

Nothing of the reads can be changed here, and nothing here names who read.
"""

from __future__ import annotations

from pathlib import Path

from recistkit.criteria import Criteria
from recistkit.errors import ReadingError
from recistkit.model.mark import Mark
from recistkit.reading.compared_reads import SIDES, ComparedReads, ComparedValue, LesionPair
from recistkit.reading.evaluation import SideTables
from recistkit.reading.place import Place
from recistkit.reading.rows import nadir_visit
from recistkit.reading.worklist import decision_said, require_adjudicator
from recistkit.store.rows import Adjudication
from recistkit.study.adjudicating import (
    Choice,
    ShownCase,
    adjudicate,
    case_to_adjudicate,
    nothing_to_decide,
)
from recistkit.study.folder import StudyFolder
from recistkit.study.study_files import table_path

__all__ = ["AdjudicationSession", "Choice", "ComparedRow", "summary_of"]

ComparedRow = ComparedValue | LesionPair
"""What can be gone to: something that is compared, or a lesion of one read or both."""


class AdjudicationSession:
    """One case before its adjudicator; see `AdjudicationSession.open`.

    Attributes
    ----------
    subject, adjudicator : str
    criteria : Criteria
    reads : ComparedReads
    place : Place
        What is on the screen; it is kept as long as the case is open.
    value : ComparedValue or None
        The row of the comparison that the adjudicator went to.
    decision : str
        ``A``, ``B``, ``neither``, or empty where there is none that holds.
    before : str
        What is to be known of an earlier decision; empty for none.
    """

    def __init__(
        self, folder: Path, shown: ShownCase, reads: ComparedReads, criteria: Criteria, person: str
    ) -> None:
        self._folder = folder
        self._shown = shown
        self.subject, self.adjudicator = shown.subject, person
        self.criteria, self.reads = criteria, reads
        self.place = Place(visit=next(iter(reads.visits), None))
        self.value: ComparedValue | None = None
        self.decision = self.before = ""

    @classmethod
    def open(cls, folder: Path, subject: str, person: str) -> AdjudicationSession:
        """Open a case at the first thing in which the reads differ.

        Raises
        ------
        RoleError
            If this login does not adjudicate as this person.
        OptionError
            If the case is not this person's, or waits for its reads.
        ReadingError
            If the charter compares nothing.
        TableError, StoreError, CriteriaError
            If the reads cannot be compared.
        """
        side = SideTables.of(
            subject, *(table_path(folder, name) for name in ("subjects", "events"))
        )
        with StudyFolder.opened(folder, to_look=True) as study:
            require_adjudicator(study, person)
            shown = case_to_adjudicate(study, subject)
            variables = study.settings.adjudication.variables
            criteria = study.settings.load_criteria(folder)
            earlier = study.file.rows(Adjudication, subject=subject, superseded=0)
        if not variables:
            raise ReadingError("the study's charter sends nothing to an adjudicator")
        reads = ComparedReads.of(shown.a.read, shown.b.read, criteria, variables, side)
        session = cls(folder, shown, reads, criteria, person)
        session._take_earlier(next(iter(earlier), None))
        session.next_row(1)
        return session

    # Where the adjudicator is

    @property
    def visit(self) -> str | None:
        """Label of the visit that is shown."""
        return self.place.visit

    @property
    def lesion(self) -> str | None:
        """Name of the current pair of lesions."""
        return self.place.lesion

    @property
    def visits(self) -> tuple[str, ...]:
        """Labels of the visits in order, from the baseline on."""
        return self.reads.visits

    @property
    def baseline(self) -> str | None:
        """Label of the baseline."""
        return next(iter(self.visits), None)

    @property
    def prior(self) -> str | None:
        """Label of the visit before this one."""
        before = self.visits_before(self.visit or "")
        return before[-1] if before else None

    @property
    def nadir(self) -> str | None:
        """Label of the visit with the smallest sum before this one, if both reads have the same."""
        found = {
            nadir_visit(self.reads.drafts[side], self.criteria, self.visit or "") for side in SIDES
        }
        return found.pop() if len(found) == 1 else None

    def visits_before(self, visit: str) -> tuple[str, ...]:
        """Return the labels of the visits before one, in order."""
        return self.visits[: self.visits.index(visit)] if visit in self.visits else ()

    def marks_of(self, lesion: str, visit: str) -> tuple[Mark, ...]:
        """Return both reads' marks of a pair of lesions at a visit, those of A first."""
        pair = self.reads.pair(lesion)
        if pair is None:
            return ()
        return tuple(mark for side in SIDES for mark in self.reads.marks_of(pair, side, visit))

    def go_to_visit(self, label: str) -> None:
        """Show another visit.

        Raises
        ------
        ReadingError
            If there is no such visit.
        """
        if label not in self.visits:
            raise ReadingError(f"there is no visit {label}")
        self._go(visit=label)

    def go_to(self, row: ComparedRow) -> None:
        """Go to the visit and lesions of a difference, as far as known; or to a pair of lesions."""
        if isinstance(row, LesionPair):
            self.value = None
            self._go(lesion=row.name)
            return
        self.value = row
        visit = row.visit if row.visit in self.visits else self.visit
        known = self.reads.pair(row.pair)
        self._go(visit=visit, lesion=self.lesion if known is None else known.name)

    def next_row(self, step: int) -> None:
        """Go on to the next difference; after the last to each pair of lesions, and around."""
        rows: list[ComparedRow] = [*self.reads.differing, *self.reads.pairs]
        if rows:
            current = self.value or self.reads.pair(self.lesion)
            # By identity: two rows may say the same.
            places = (place for place, row in enumerate(rows) if row is current)
            at = next(places, -1 if step > 0 else 0)
            self.go_to(rows[(at + step) % len(rows)])

    def remember(self, place: Place) -> None:
        """Keep what is on the screen; visit and lesion stay those of the session."""
        self.place = place.model_copy(update={"visit": self.visit, "lesion": self.lesion})

    # The decision

    def require_difference(self) -> None:
        """Refuse a decision before anything is asked, where there is nothing to decide.

        Raises
        ------
        OptionError
            As `decide` does.
        """
        if not self.reads.differing:
            raise nothing_to_decide(self.subject)

    def decide(self, choice: Choice, reason: str) -> None:
        """Record a decision, as the command does.

        Raises
        ------
        RoleError, OptionError, TableError, CriteriaError, StoreError
            As `recistkit.study.adjudicating.adjudicate`; nothing is recorded then.
        """
        with StudyFolder.opened(self._folder) as study:
            require_adjudicator(study, self.adjudicator)
            adjudicate(study, self._shown, choice, reason)
        self.decision, self.before = choice, ""

    def _take_earlier(self, decision: Adjudication | None) -> None:
        """Take what was decided before, in the letters that the reads have now."""
        if decision is None:
            return
        day = decision.at_utc[:10]
        if not decision.reopened:
            self.decision = decision_said(decision)
            self.before = f"decided on {day}: {self.decision}; {decision.reason}"
            return
        shown_now = {
            None: "neither",
            self._shown.a.anchor.reader: "what is A now",
            self._shown.b.anchor.reader: "what is B now",
        }
        accepted = shown_now.get(decision.accepted_reader, "another read")
        self.before = (
            f"re-opened: a read was signed again after the decision of {day} for {accepted}; "
            f"in the letters of then: {decision.reason}"
        )

    def _go(self, **where: str | None) -> None:
        self.place = self.place.model_copy(update=where)


def summary_of(session: AdjudicationSession, choice: Choice, reason: str) -> str:
    """Return what a decision stands for, as lines: what the adjudicator looks at before signing."""
    found = session.reads.differing
    lines = [f"{session.subject}: {_accepted(choice)}", f"reason: {reason}"]
    if session.decision:
        lines.append(f"this takes the place of the decision for {session.decision}")
    lines += [
        f"{value.compartment}, {value.variable.replace('_', ' ')}: "
        f"A {value.a or 'none'}, B {value.b or 'none'} ({value.cause})"
        for value in found
    ]
    lines += [f"{value.visit}: {value.text}" if value.visit else value.text for value in found]
    return "\n".join([*dict.fromkeys(lines), f"criteria: {session.criteria.reference}"])


def _accepted(choice: Choice) -> str:
    return "neither read is accepted" if choice == "neither" else f"read {choice} is accepted"
