"""The tables of a study at the door: reads, visits, subjects, events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import polars as pl

from recistkit.errors import TableError
from recistkit.exchange.columns import Column, ParsedTable, parse_table
from recistkit.exchange.kinds import date, identifier, length, number, text, thickness, truth, words
from recistkit.exchange.lesion_faults import lesion_faults
from recistkit.exchange.numbering import number_rows
from recistkit.exchange.sources import (
    RawTable,
    TableSource,
    no_table,
    open_documents,
    open_table,
)
from recistkit.terms import (
    CERTAINTIES,
    EVENTS,
    KINDS,
    NEW_LESION_STATEMENTS,
    ROLES,
    STATES,
    TUMOUR_MARKERS,
)

__all__ = ["ONE_READER", "StudyTables", "load_decisions", "load_tables", "raise_faults"]

Opened = TypeVar("Opened")

ONE_READER = "1"
"""Name of the reader where a table has no such column (C1)."""

READS = (
    Column("subject", identifier, required=True),
    Column("reader", identifier),
    Column("timepoint", identifier, required=True),
    Column("lesion", identifier, required=True),
    Column("fragment", identifier),
    Column("role", words(ROLES), required=True),
    Column("date", date, required=True),
    Column("baseline", truth),
    Column("compartment", identifier),
    Column("organ", text),
    Column("nodal", truth),
    Column("longest_mm", length),
    Column("short_mm", length),
    Column("state", words(STATES)),
    Column("merged_into", identifier),
    Column("certainty", words(CERTAINTIES)),
    Column("kind", words(KINDS)),
    Column("reason", text),
    Column("series", text),
    Column("slice", text),
    Column("frame_of_reference", text),
    Column("x_mm", number),
    Column("y_mm", number),
    Column("z_mm", number),
    Column("modality", text),
    Column("slice_thickness_mm", thickness),
    Column("plane", text),
    Column("contrast", text),
)
VISITS = (
    Column("subject", identifier, required=True),
    Column("reader", identifier),
    Column("timepoint", identifier, required=True),
    Column("date_first", date),
    Column("date_last", date),
    Column("new_lesions", words(NEW_LESION_STATEMENTS)),
    Column("coverage", text),
    Column("image_quality", text),
    Column("tumour_marker", words(TUMOUR_MARKERS)),
    Column("comment", text),
)
SUBJECTS = (
    Column("subject", identifier, required=True),
    Column("reference_date", date),
    Column("group", text),
)
EVENTS_TABLE = (
    Column("subject", identifier, required=True),
    Column("date", date, required=True),
    Column("event", words(EVENTS), required=True),
    Column("compartment", identifier),
    Column("note", text),
)
DECISIONS = (
    Column("subject", identifier, required=True),
    Column("accepted_reader", identifier),
    Column("adjudicator", identifier),
    Column("decided_on", date),
    Column("reason", text),
)


@dataclass(frozen=True, slots=True)
class StudyTables:
    """The tables of a study, each column in its type; see `READS` and its neighbours.

    Lengths are ``longest_um`` and ``short_um`` in whole micrometres. Faults
    found so far are in each table; `raise_faults` raises them all.
    """

    reads: ParsedTable
    visits: ParsedTable | None
    subjects: ParsedTable | None
    events: ParsedTable | None

    @property
    def all(self) -> tuple[ParsedTable, ...]:
        """The tables that were given."""
        tables = (self.reads, self.visits, self.subjects, self.events)
        return tuple(table for table in tables if table is not None)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Unknown columns of all tables, and read documents that are drafts."""
        return tuple(warning for table in self.all for warning in table.warnings)


def load_tables(
    reads: TableSource,
    *,
    visits: TableSource | None = None,
    subjects: TableSource | None = None,
    events: TableSource | None = None,
) -> StudyTables:
    """Load the tables of a study; faults are collected, not raised.

    Parameters
    ----------
    reads
        Table of lesion rows, or a folder of read documents, which bring
        their visits along.
    visits, subjects, events
        Optional tables; `visits` takes the place of the documents' own.

    Raises
    ------
    TableError
        If sources cannot be opened as tables at all; every such source is named.
    """
    errors: list[TableError] = []
    raw_reads, own_visits = _opened(errors, _open_reads, reads) or (None, None)
    raw_visits = _opened(errors, open_table, visits) or own_visits
    raw_subjects = _opened(errors, open_table, subjects)
    raw_events = _opened(errors, open_table, events)
    if raw_reads is None or errors:
        raise TableError.joined(errors or [no_table(reads)])
    return StudyTables(
        _reads_table(raw_reads),
        _side_table(raw_visits, VISITS, ("subject", "reader", "timepoint")),
        _side_table(raw_subjects, SUBJECTS, ("subject",)),
        _side_table(raw_events, EVENTS_TABLE, ()),
    )


def _open_reads(reads: TableSource) -> tuple[RawTable, RawTable | None]:
    return open_documents(reads) or (open_table(reads), None)


def _opened(
    errors: list[TableError], opener: Callable[[TableSource], Opened], source: TableSource | None
) -> Opened | None:
    """Return what a source holds; None if there is no source, or its error was added."""
    if source is None:
        return None
    try:
        return opener(source)
    except TableError as error:
        errors.append(error)
        return None


def load_decisions(decisions: TableSource) -> ParsedTable:
    """Load an adjudicator's decisions table; faults are collected, not raised."""
    return parse_table(open_table(decisions), DECISIONS)


def raise_faults(tables: tuple[ParsedTable, ...]) -> None:
    """Raise every fault of every table at once, if there is one."""
    errors = [TableError(table.name, table.faults) for table in tables if table.faults]
    if errors:
        raise TableError.joined(errors)


def _reads_table(raw: RawTable) -> ParsedTable:
    parsed = parse_table(raw, READS)
    parsed.add_unless_all_or_none("reader", "readers")
    frame = parsed.frame.rename({"longest_mm": "longest_um", "short_mm": "short_um"})
    mostly_named = 2 * parsed.frame["reader"].null_count() <= parsed.frame.height
    reader = pl.col("reader") if mostly_named else pl.lit(ONE_READER).alias("reader")
    frame = number_rows(frame.with_columns(reader, _state_by_default()))
    table = ParsedTable(parsed.name, frame, parsed.present, parsed.faults, parsed.warnings)
    lesion_faults(table)
    return table


def _state_by_default() -> pl.Expr:
    """A size says measured, a new lesion is present; nothing else follows from silence."""
    sized = pl.col("longest_um").is_not_null() | pl.col("short_um").is_not_null()
    return (
        pl.when(pl.col("state").is_not_null())
        .then(pl.col("state"))
        .when((pl.col("role") == "target") & sized)
        .then(pl.lit("measured", pl.Enum(STATES)))
        .when(pl.col("role") == "new")
        .then(pl.lit("present", pl.Enum(STATES)))
        .alias("state")
    )


def _side_table(
    raw: RawTable | None, columns: tuple[Column, ...], key: tuple[str, ...]
) -> ParsedTable | None:
    if raw is None:
        return None
    table = parse_table(raw, columns)
    names = [name for name in key if name in table.present]
    required = [column.name for column in columns if column.required and column.name in key]
    if names and set(required) <= table.present:
        named = table.frame.filter(pl.all_horizontal(pl.col(required).is_not_null()))
        again = named.filter(pl.struct(names).is_first_distinct().not_())
        table.add_rows(again, names[-1], f"a second row for the same {', '.join(names)}")
    return table
