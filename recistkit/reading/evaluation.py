"""Responses and findings of a read while it is made, by the same arrows as the batch commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from recistkit.errors import TableError
from recistkit.exchange.read_tables import reads_table, visits_table
from recistkit.exchange.sources import TableSource, open_table
from recistkit.model.finding import Finding
from recistkit.study.check import check_study
from recistkit.study.classify import Classification, classify
from recistkit.study.load import load_study

if TYPE_CHECKING:
    from recistkit.criteria import Criteria
    from recistkit.model.read import Read

__all__ = ["Evaluation", "SideTables", "evaluate", "table_faults"]

_NOT_YET: Final = frozenset({"node-without-stated-compartment"})


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


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What a read comes to as it is now.

    Attributes
    ----------
    classification : Classification or None
        As of `recistkit.classify`; None where nothing can be classified yet.
    faults : tuple of str
        Why nothing can be classified.
    without_findings : frozenset of str
        Codes of findings that mean nothing yet.
    """

    classification: Classification | None = None
    faults: tuple[str, ...] = ()
    without_findings: frozenset[str] = frozenset()

    @property
    def responses(self) -> pl.DataFrame | None:
        """Responses table."""
        return None if self.classification is None else self.classification.responses

    @property
    def best(self) -> pl.DataFrame | None:
        """Best table."""
        return None if self.classification is None else self.classification.best

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Selection and data findings, as of `recistkit.check`."""
        if self.classification is None:
            return ()
        found = check_study(self.classification.study, self.classification.criteria)
        rows = found.fill_null("").to_dicts()
        return tuple(Finding(**row) for row in rows if row["code"] not in self.without_findings)

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
    partly = any(given) and not all(given)
    try:
        result = classify(
            reads_table([_without_compartments(read) if partly else read]),
            criteria=criteria,
            visits=visits_table([read]),
            subjects=side.subjects,
            events=None if partly else side.events,
        )
    except TableError as error:
        return Evaluation(faults=tuple(fault.message for fault in error.faults))
    return Evaluation(classification=result, without_findings=_NOT_YET if partly else frozenset())


def table_faults(read: Read) -> tuple[str, ...]:
    """Return what the batch commands would refuse of a read; empty where they take it."""
    study = load_study(reads_table([read]), visits=visits_table([read]))
    return tuple(fault.message for table in study.tables.all for fault in table.faults)


def _without_compartments(read: Read) -> Read:
    """Return a read whose lesions have no compartments."""
    lesions = tuple(item.model_copy(update={"compartment": None}) for item in read.lesions)
    return read.model_copy(update={"lesions": lesions})


def _rows_of(subject: str, source: TableSource | None) -> pl.DataFrame | None:
    """Return the rows of one subject, with all columns as text; None where there is no table."""
    if source is None:
        return None
    frame = open_table(source).frame
    if "subject" not in frame.columns:
        return frame
    return frame.filter(pl.col("subject").cast(pl.String) == subject)
