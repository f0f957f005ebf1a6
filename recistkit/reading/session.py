"""ReadSession: the one source of truth of what a reader is doing now.

The window shows what stands here and calls the commands; it keeps nothing of
its own. Every command is on disk before it returns.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from recistkit.errors import OutputError, ReadingError
from recistkit.model.finding import Finding
from recistkit.model.mark import ImagePlace, Ruler
from recistkit.model.read import Read, Role
from recistkit.reading import commands_lesions, commands_marks, commands_statements, signing
from recistkit.reading.baseline import reference_date
from recistkit.reading.commands_marks import LesionState
from recistkit.reading.completeness import Missing
from recistkit.reading.document import import_changes, require_same_rules
from recistkit.reading.draft import Change
from recistkit.reading.drawing import Drawing
from recistkit.reading.evaluation import SideTables
from recistkit.reading.navigation import opening_place
from recistkit.reading.on_record import read_before
from recistkit.reading.paths import document_path
from recistkit.reading.place import Place, saved_place
from recistkit.reading.proposed import ProposedDraft
from recistkit.reading.read_chain import ReadChain
from recistkit.reading.visit_notices import baseline_notices, visit_notices
from recistkit.reading.visits import VisitFacts, may_move_baseline, visit_changes
from recistkit.store.chain import Entry
from recistkit.store.journal import Journal
from recistkit.study.charter import Charter, ReadRules

__all__ = ["ReadSession"]

Point = tuple[float, float, float]

_NO_TABLES: Final = SideTables()


class ReadSession(ProposedDraft):
    """One reader's work on one subject; see `ReadSession.open`.

    Every command raises `ReadingError`, with a text for the reader, where the
    read cannot take it, and `JournalError` where it was not saved; nothing has
    changed then. Commands on a lesion mean the current one, at the current visit.

    Attributes
    ----------
    document : Path
        Where the signed document stands.
    """

    _of_document: str = ""
    _found: tuple[str, ...] = ()
    _visits: Mapping[str, VisitFacts]
    _unusable: tuple[str, ...]
    _clock: Callable[[], dt.datetime]
    _chain: ReadChain | None
    _of_study: str = ""

    @classmethod
    def open(  # noqa: PLR0913  each is a thing that a case is made of
        cls,
        journal: Journal,
        charter: Charter,
        *,
        subject: str,
        visits: Sequence[VisitFacts],
        unusable: Sequence[str] = (),
        reads_folder: Path,
        side: SideTables = _NO_TABLES,
        chain: ReadChain | None = None,
        clock: Callable[[], dt.datetime] = signing.now_utc,
    ) -> ReadSession:
        """Open a case where the reader left it.

        Parameters
        ----------
        journal : Journal
            The reader's own.
        charter : Charter
            What the study lays down.
        subject : str
            As in the document.
        visits : sequence of VisitFacts
            As the scans show them.
        unusable : sequence of str, optional
            Visits whose scans are there and cannot be used.
        reads_folder : Path
            Where documents stand; see `read_before` for one that is there.
        side : SideTables, optional
            What the study's subjects and events tables say of the subject.
        chain : ReadChain, optional
            What a study keeps of signatures; None in a folder that is none.
        clock : callable
            The time in UTC, for signatures.

        Raises
        ------
        JournalError
            If the journal is damaged.
        ReadingError, DocumentError
            If a document that is there cannot be taken over.
        """
        session = cls(journal, charter, subject=subject, side=side)
        session.document = document_path(reads_folder, subject, journal.reader)
        session._visits = {facts.label: facts for facts in visits}
        session._unusable = tuple(unusable)
        session._clock = clock
        session._chain = chain
        session._begin()
        session._tell_study()
        return session

    @property
    def notices(self) -> tuple[str, ...]:
        """What the reader should know of how scans, journal and document differ."""
        said = [one for one in (self._of_document, self._of_study) if one]
        return (*said, *self._found)

    def add_lesion(
        self,
        role: Role,
        *,
        nodal: bool = False,
        longest: Ruler | None = None,
        short: Ruler | None = None,
        image: ImagePlace | None = None,
        position_mm: Point | None = None,
        certainty: str | None = None,
    ) -> str:
        """Add a lesion with its first mark, and make it the current one; return its id."""
        drawing = self._drawing(longest, short, image, position_mm)
        visit = self._visit()
        changes = commands_lesions.add_lesion(
            self.draft, self.charter, visit, drawing, role=role, nodal=nodal, certainty=certainty
        )
        lesion = str(changes[0].key)
        self._do("add-lesion", changes, self.place.model_copy(update={"lesion": lesion}))
        return lesion

    def remove_lesion(self) -> None:
        """Take the current lesion back with all its marks."""
        name = commands_lesions.require_lesion(self.draft, self.lesion).id
        changes = commands_lesions.remove_lesion(self.draft, name)
        self._do("remove-lesion", changes, self.place.model_copy(update={"lesion": None}))

    def set_organ(
        self, organ: str, compartment: str | None = None, *, nodal: bool | None = None
    ) -> None:
        """Say in which organ the lesion is, and what follows from that if it is given."""
        said: dict[str, object] = {"organ": organ.strip()}
        said |= {} if nodal is None else {"nodal": nodal}
        said |= {} if compartment is None else {"compartment": compartment}
        self._set_lesion("set-organ", said)

    def set_compartment(self, compartment: str | None) -> None:
        """Say in which compartment the lesion is."""
        self._set_lesion("set-compartment", {"compartment": compartment})

    def set_nodal(self, nodal: bool) -> None:  # noqa: FBT001  true or false is what is said
        """Say whether the lesion is a lymph node."""
        self._set_lesion("set-nodal", {"nodal": nodal})

    def measure(
        self,
        longest: Ruler,
        short: Ruler | None = None,
        image: ImagePlace | None = None,
        *,
        fragment: str | None = None,
    ) -> None:
        """Measure the current lesion, or one of its fragments anew."""
        drawing = self._with_proposal(self._drawing(longest, short, image))
        changes = commands_marks.measure(
            self.draft, self.charter, self._visit(), self.lesion, drawing, fragment
        )
        self._do("measure", changes)

    def set_short(self, short: Ruler | None, *, fragment: str | None = None) -> None:
        """Correct the short axis of the current lesion."""
        changes = commands_marks.set_short(
            self.draft, self.charter, self._visit(), self.lesion, short, fragment
        )
        self._do("set-short", changes)

    def add_fragment(
        self, longest: Ruler, short: Ruler | None = None, image: ImagePlace | None = None
    ) -> None:
        """Add a fragment of the current lesion, which is then split."""
        drawing = self._with_proposal(self._drawing(longest, short, image))
        changes = commands_marks.add_fragment(
            self.draft, self.charter, self._visit(), self.lesion, drawing
        )
        self._do("add-fragment", changes)

    def remove_fragment(self, fragment: str) -> None:
        """Take one fragment of the current lesion back; the last but one leaves it whole."""
        changes = commands_marks.remove_fragment(self.draft, self._visit(), self.lesion, fragment)
        self._do("remove-fragment", changes)

    def set_state(
        self,
        state: str,
        *,
        reason: str | None = None,
        merged_into: str | None = None,
        certainty: str | None = None,
        position_mm: Point | None = None,
        image: ImagePlace | None = None,
    ) -> None:
        """State what the current lesion is at this visit."""
        changes = commands_marks.set_state(
            self.draft,
            self.charter,
            self._visit(),
            self.lesion,
            self._with_proposal(self._drawing(None, None, image, position_mm)),
            LesionState(state, reason=reason, merged_into=merged_into, certainty=certainty),
        )
        self._do("set-state", changes)

    def set_certainty(self, certainty: str) -> None:
        """State whether the current new lesion is `equivocal` or `unequivocal`."""
        changes = commands_marks.set_certainty(self.draft, self._visit(), self.lesion, certainty)
        self._do("set-certainty", changes)

    def state_new_lesions(self, statement: str | None) -> None:
        """State whether there are new lesions: none, equivocal, unequivocal, not-assessable."""
        self.state_visit(new_lesions=statement)

    def state_visit(self, **said: str | None) -> None:
        """State several things of the visit as one command; see `commands_statements`."""
        changes = commands_statements.state_visit(self.draft, self._visit(), said)
        self._do("state-visit", changes)

    def acknowledge(self, finding: Finding, reason: str) -> None:
        """Keep a finding as it is, with the reason."""
        self._do("acknowledge", commands_statements.acknowledge(self.draft, finding, reason))

    def missing_to_sign(self) -> tuple[Missing, ...]:
        """Return all that stands against signing: scans, other visits, what the tables refuse."""
        found = signing.missing_to_sign(
            self.draft,
            self.charter,
            self.subject,
            self.reader,
            self._visit(),
            without_scans=self._without_scans(),
        )
        return (*found, *self._missing_masks())

    def sign(self, name: str, meaning: str) -> None:
        """Sign the visit: it is locked, and the signed document is on disk.

        Raises
        ------
        ReadingError
            If anything is missing: all of it is named.
        JournalError
            If it was not saved, and so not signed.
        OutputError
            If it is signed in the journal and the document could not be
            written; it is written when the case is opened again, and until
            then `notices` say so.
        """
        signing.require_signable(self.draft, self._visit(), self.missing_to_sign())
        document, changes = signing.sign(
            self.draft,
            self.charter,
            self.subject,
            self.reader,
            self._visit(),
            name=name,
            meaning=meaning,
            at=self._clock(),
        )
        signing.require_own_document(self.document, self._history.hashes)
        entry = self._chain.signed(document) if self._chain else None
        self._do("sign", changes, document=document, entry=entry)
        self._tell_study()
        self._of_document = ""
        try:
            signing.write_document(document, self.document)
        except OutputError as error:
            self._of_document = f"the signed document is not on disk: {error}"
            raise

    def amend(self, reason: str) -> None:
        """Open the signed visit again; what is changed then is recorded with before and after."""
        gone = self._without_scans()
        changes = signing.amend(self.draft, self._visit(), reason, without_scans=gone)
        entry = (
            self._chain.amended(self._journal, self.subject, self._visit(), reason.strip())
            if self._chain
            else None
        )
        self._do("amend", changes, entry=entry, reason=reason.strip())
        self._find_visits()

    def close(self) -> None:
        """Close the journal; everything is saved already."""
        self._journal.close()

    def _begin(self) -> None:
        """Take over what is there: a document, the visits as found, where the reader stopped."""
        in_study, read = self._chain is not None, None
        if not self.revision:
            read = read_before(self._journal, self.subject, self.document, in_study=in_study)
        if read is not None:
            changes = import_changes(read, self.charter, self.subject, self.reader)
            self._record("import", changes, document=read)
        self._require_same_rules()
        restored = signing.restore_document(
            self.document, self._history.document, self._history.hashes
        )
        self._of_document = restored or ""
        self._find_visits()
        saved = saved_place(self._journal.place(self.subject))
        self._place = opening_place(self.draft, saved)

    def _tell_study(self) -> None:
        """Let the study know of signatures that it does not know yet."""
        self._of_study = self._chain.tell_study(self._journal) if self._chain else ""

    def _require_same_rules(self) -> None:
        """Refuse to go on under other rules than the read was begun and signed under."""
        begun, document = self._history.begun_under, self._history.document
        known = [] if begun is None else [begun]
        known += [] if document is None else [ReadRules.of_read(document)]
        require_same_rules(self.charter, known)

    def _find_visits(self) -> None:
        """Record what the scans show that the draft does not know yet, and say what differs."""
        facts, unusable = tuple(self._visits.values()), self._unusable
        before, said = self.draft, list[str]()
        try:
            reference = reference_date(self._side.subjects)
            self._take_visits(visit_changes(self.draft, facts, reference, unusable))
            said += baseline_notices(self.draft, facts, reference)
        except ReadingError:
            if may_move_baseline(self.draft):
                raise
            # the baseline of this read stays, whichever one the dates would say
            self._take_visits(visit_changes(self.draft, facts, unusable=unusable))
        said[:0] = visit_notices(self.draft, facts, before=before, unusable=unusable)
        self._found = (*said, *self._side.faults(self.charter.criteria))

    def _take_visits(self, changes: tuple[Change, ...]) -> None:
        """Record visits, with the rules that they are read under."""
        if changes:
            self._record("visits", changes, rules=self.charter.rules.to_json())

    def _without_scans(self) -> frozenset[str]:
        """Return the visits of the draft whose scans are not there."""
        return frozenset(self.draft.timepoints) - frozenset(self._visits)

    def _do(
        self,
        command: str,
        changes: tuple[Change, ...],
        place: Place | None = None,
        document: Read | None = None,
        entry: Entry | None = None,
        **said: object,
    ) -> None:
        """Record a command, unless it changes nothing."""
        if changes:
            self._record(command, changes, place=place, document=document, entry=entry, **said)

    def _set_lesion(self, command: str, said: dict[str, object]) -> None:
        """Say something of the current lesion."""
        name = commands_lesions.require_lesion(self.draft, self.lesion).id
        self._do(command, commands_lesions.set_lesion(self.draft, self.charter, name, **said))

    def _drawing(
        self,
        longest: Ruler | None,
        short: Ruler | None,
        image: ImagePlace | None,
        position_mm: Point | None = None,
    ) -> Drawing:
        """Return what was drawn with the date of its scan: of its series, else of the one shown."""
        visit = self._visit()
        dates = self._visits[visit].series_dates if visit in self._visits else {}
        drawn_on = image.series if image is not None else None
        date = dates.get(drawn_on or "") or dates.get(self.place.series or "")
        return Drawing(
            date=date or self.draft.timepoints[visit].date_first,
            longest=longest,
            short=short,
            image=image,
            position_mm=position_mm,
        )
