"""The views of a read: rows, what is missing, responses and findings. Nothing is kept twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from recistkit.errors import ReadingError
from recistkit.model.finding import Finding
from recistkit.model.read import Read
from recistkit.reading.completeness import Missing, is_measured, missing_at
from recistkit.reading.document import document_of, labels_up_to
from recistkit.reading.draft import Change, Draft, apply
from recistkit.reading.evaluation import Evaluation, SideTables, evaluate
from recistkit.reading.history import replay
from recistkit.reading.navigation import PlacedDraft
from recistkit.reading.place import Place
from recistkit.reading.rows import Row, nadir_visit, rows_at
from recistkit.reading.summary import visit_summary
from recistkit.store.chain import Entry
from recistkit.store.journal import Journal
from recistkit.study.charter import Charter

__all__ = ["EvaluatedDraft"]

Made = TypeVar("Made")


class EvaluatedDraft(PlacedDraft):
    """A draft with all that follows from it under the charter of its study.

    Attributes
    ----------
    subject, reader : str
    charter : Charter
    """

    def __init__(
        self, journal: Journal, charter: Charter, *, subject: str, side: SideTables
    ) -> None:
        events = journal.events(subject)
        super().__init__(journal, subject, replay(events), Place())
        self.reader = journal.reader
        self.charter = charter
        self._side = side
        self._seen = {visit for event in events for visit in _seen_by(event.body)}
        self._made_for: tuple[int, str | None] | None = None
        self._made: dict[str, Any] = {}

    @property
    def locked(self) -> bool:
        """Whether the current visit is signed."""
        return self.visit in self.draft.signed

    @property
    def is_finished(self) -> bool:
        """Whether every visit is signed."""
        return bool(self.visits) and set(self.visits) <= set(self.draft.signed)

    @property
    def nadir(self) -> str | None:
        """Label of the visit before this one with the smallest sum."""
        return self._once(
            "nadir", lambda: nadir_visit(self.draft, self.charter.criteria, self._visit())
        )

    def rows(self) -> tuple[Row, ...]:
        """Return the lesion table of the current visit."""
        return self._once(
            "rows",
            lambda: rows_at(self.draft, self.charter, self._visit(), with_changes=self._is_shown()),
        )

    def missing(self) -> tuple[Missing, ...]:
        """Return what the current visit lacks before it can be signed."""
        return missing_at(self.draft, self.charter, self._visit())

    def evaluation(self) -> Evaluation:
        """Return responses and findings of what would be signed now; shown or not."""
        return self._once("evaluation", self._evaluate)

    def _evaluate(self) -> Evaluation:
        labels = labels_up_to(self.draft, self._visit())
        read = document_of(self.draft, self.charter, self.subject, self.reader, labels)
        return evaluate(read, self.charter.criteria, self._side)

    def _once(self, name: str, make: Callable[[], Made]) -> Made:
        """Return what follows from the read as it is now, made once for each state of it."""
        now = (self.revision, self.visit)
        if self._made_for != now:
            self._made_for, self._made = now, {}
        if name not in self._made:
            self._made[name] = make()
        made: Made = self._made[name]
        return made

    def shown_evaluation(self) -> Evaluation | None:
        """Return the evaluation if the reader may see responses now; see `show_response`."""
        return self.evaluation() if self._is_shown() else None

    def findings(self) -> tuple[tuple[Finding, str | None], ...]:
        """Return each finding with the reason why it stays, if the reader gave one."""
        seen = self.draft.acknowledged
        return tuple(
            (item, seen[key].reason if key in seen else None)
            for item in self.evaluation().findings
            for key in [(item.timepoint, item.lesion, item.code, item.message)]
        )

    def open_findings(self) -> tuple[Finding, ...]:
        """Return the findings for which the reader gave no reason."""
        return tuple(finding for finding, reason in self.findings() if reason is None)

    @property
    def signed_document(self) -> Read | None:
        """The document that was signed last; None before the first signature."""
        document = self._history.document
        return document if document is not None and document.state == "signed" else None

    @property
    def next_to_sign(self) -> str:
        """Label of the first visit that is not signed.

        Raises
        ------
        ReadingError
            If there is none.
        """
        unsigned = (label for label in self.visits if label not in self.draft.signed)
        label = next(unsigned, None)
        if label is None:
            raise ReadingError(f"every visit of {self.subject} is signed")
        return label

    @property
    def signing_name(self) -> str:
        """Who signed this read last; empty before the first signature."""
        signed = self.draft.signed.values()
        last = max(signed, key=lambda item: item.signature.signed_at, default=None)
        return "" if last is None else last.signature.name

    def summary(self) -> str:
        """Return what a signature would stand for, for the reader to look at before signing."""
        shown, document = self.shown_evaluation(), self._history.document
        before = None
        if shown is not None and document is not None:
            before = evaluate(document, self.charter.criteria, self._side)
        return visit_summary(self.draft, self.charter, self._visit(), shown, before)

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
        """Save an event, and keep in mind of which visits the response was ever seen."""
        said |= self._circumstances(changes, place or self.place)
        super()._record(command, changes, place=place, document=document, entry=entry, **said)
        self._seen.update(_seen_by(said))

    def _circumstances(self, changes: tuple[Change, ...], place: Place) -> dict[str, object]:
        """Return what is recorded of every event: the visit, and whether its response was seen.

        What was seen once is known: a response that is hidden again, by taking
        a statement back, is still `response_shown`.
        """
        visit = place.visit
        if visit is None:
            return {}
        return {
            "visit": visit,
            "response_shown": visit in self._seen or self._shows(self.draft, visit),
            "response_shown_after": self._shows(apply(self.draft, changes), visit),
        }

    def _is_shown(self) -> bool:
        """Return whether the reader sees responses of the current visit."""
        return self._shows(self.draft, self._visit())

    def _shows(self, draft: Draft, visit: str) -> bool:
        """Return whether a reader of a draft sees the responses of a visit."""
        rule = self.charter.show_response
        if visit not in draft.visits:
            return False
        if rule == "after-measurement":
            return visit in draft.signed or is_measured(draft, self.charter, visit)
        return rule == "always"

    def _visit(self) -> str:
        """Return the current visit."""
        if self.visit is None:
            raise ReadingError("this case has no visit that can be read")
        return self.visit


def _seen_by(body: Mapping[str, Any]) -> Iterator[str]:
    """Yield the visit of an event if its response was seen before or after it."""
    if body.get("response_shown") or body.get("response_shown_after"):
        yield body["visit"]
