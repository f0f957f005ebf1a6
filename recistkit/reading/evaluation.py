"""Responses and findings of a read while it is made, by the same arrows as the batch commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recistkit.errors import TableError
from recistkit.exchange.read_tables import reads_table
from recistkit.exchange.sources import TableSource, open_table, tables_of_documents
from recistkit.model.finding import Finding
from recistkit.study.check import check_study
from recistkit.study.classify import Classification, classify
from recistkit.study.load import Study, load_study
from recistkit.terms import OVERALL

if TYPE_CHECKING:
    from recistkit.criteria import Criteria
    from recistkit.exchange.columns import ParsedTable
    from recistkit.model.read import Read

__all__ = ["Evaluation", "SideTables", "evaluate"]

# Where compartments are in use, a lesion without one is incomplete, which its row says; where
# they are not, there is none to state.
_NOT_A_READERS: Final = "node-without-stated-compartment"


@dataclass(frozen=True, slots=True)
class SideTables:
    """The rows of the study's subjects and events tables that concern one subject."""

    subjects: pl.DataFrame | None = None
    events: pl.DataFrame | None = None

    @classmethod
    def of(
        cls, subject: str, subjects: TableSource | None, events: TableSource | None
    ) -> SideTables:
        """Return them from the tables of the whole study, opened once.

        Raises
        ------
        TableError
            If a table cannot be opened.
        """
        return cls(*(_rows_of(subject, source) for source in (subjects, events)))

    def faults(self, criteria: Criteria) -> tuple[str, ...]:
        """Return why no response can come of these rows, whatever is read."""
        subjects, events = self._tables()
        found = [
            f"{name} table: {fault.column}: {fault.message}"
            for name, table in (("subjects", subjects), ("events", events))
            for fault in (() if table is None else table.faults)
        ]
        days = criteria.best_response.minimum_stable_days
        if days and not found and not _states_reference(subjects):
            found.append(
                f"subjects table: no reference_date, from which {days} days before SD count"
            )
        return tuple(found)

    def _tables(self) -> tuple[ParsedTable | None, ParsedTable | None]:
        """Return both tables with their faults; most folders have none, which costs nothing."""
        if self.subjects is None and self.events is None:
            return None, None
        tables = load_study(reads_table([]), subjects=self.subjects, events=self.events).tables
        return tables.subjects, tables.events

    def without_compartments(self) -> SideTables:
        """Return them for an evaluation of the patient as a whole: its own events stay."""
        if self.events is None or "compartment" not in self.events.columns:
            return self
        of = pl.col("compartment").cast(pl.String).fill_null("").str.strip_chars()
        return replace(self, events=self.events.filter(of.is_in(["", OVERALL])))


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What a read comes to as it is now.

    Attributes
    ----------
    classification : Classification or None
        As of `recistkit.classify`; None where nothing can be classified yet.
    faults : tuple of str
        Why nothing can be classified.
    """

    classification: Classification | None = None
    faults: tuple[str, ...] = ()
    _checked: _Checked | None = field(default=None, repr=False)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Selection and data findings, as of `recistkit.check`.

        There too where nothing can be classified. They are looked for when
        they are asked for: a response need not wait for them.
        """
        return () if self._checked is None else self._checked.findings()

    @property
    def responses(self) -> pl.DataFrame | None:
        """Responses table."""
        return None if self.classification is None else self.classification.responses

    @property
    def best(self) -> pl.DataFrame | None:
        """Best table."""
        return None if self.classification is None else self.classification.best

    def at(self, timepoint: str) -> tuple[Mapping[str, Any], ...]:
        """Return the rows of the responses table at a visit: compartments, then overall."""
        if self.responses is None:
            return ()
        return tuple(self.responses.filter(pl.col("timepoint") == timepoint).to_dicts())


def evaluate(read: Read, criteria: Criteria, side: SideTables) -> Evaluation:
    """Return responses and findings of a read, which may be incomplete.

    As long as a lesion has no compartment while others have one, the patient
    is evaluated as a whole.
    """
    if not read.marks:
        return Evaluation()
    given = [lesion.compartment is not None for lesion in read.lesions]
    if any(given) and not all(given):
        read, side = _without_compartments(read), side.without_compartments()
    reads, visits = tables_of_documents([read])
    try:
        result = classify(
            reads, criteria=criteria, visits=visits, subjects=side.subjects, events=side.events
        )
    except TableError as error:
        faults = tuple(fault.message for fault in error.faults)
        alone = load_study(reads, visits=visits)
        return Evaluation(faults=faults, _checked=_Checked(alone, criteria))
    return Evaluation(classification=result, _checked=_Checked(result.study, criteria))


@dataclass(frozen=True, slots=True)
class _Checked:
    """What findings are looked for in."""

    study: Study
    criteria: Criteria

    def findings(self) -> tuple[Finding, ...]:
        if any(table.faults for table in self.study.tables.all):
            return ()
        rows = check_study(self.study, self.criteria).fill_null("").to_dicts()
        return tuple(Finding(**row) for row in rows if row["code"] != _NOT_A_READERS)


def _without_compartments(read: Read) -> Read:
    """Return a read whose lesions have no compartments."""
    lesions = tuple(item.model_copy(update={"compartment": None}) for item in read.lesions)
    return read.model_copy(update={"lesions": lesions})


def _states_reference(subjects: ParsedTable | None) -> bool:
    """Return whether the subject has a reference date."""
    return subjects is not None and subjects.frame["reference_date"].drop_nulls().len() > 0


def _rows_of(subject: str, source: TableSource | None) -> pl.DataFrame | None:
    """Return the rows of one subject, with all columns as text; None where there is no table."""
    if source is None:
        return None
    frame = open_table(source).frame
    if "subject" not in frame.columns:
        return frame
    return frame.filter(pl.col("subject").cast(pl.String) == subject)
