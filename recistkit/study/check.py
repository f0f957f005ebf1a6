"""The arrow from a study's tables to findings on selection and data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from recistkit import criteria as criteria_room
from recistkit.exchange.load_tables import StudyTables, raise_faults
from recistkit.findings import check_reads
from recistkit.study.load import Study, load_study

if TYPE_CHECKING:
    from pathlib import Path

    from recistkit.criteria import Criteria
    from recistkit.exchange.sources import TableSource

__all__ = ["check", "check_study", "reads_of"]


def check(
    table: TableSource,
    *,
    criteria: str | Path | Criteria = "recist-1.1",
    visits: TableSource | None = None,
    subjects: TableSource | None = None,
    events: TableSource | None = None,
) -> pl.DataFrame:
    """Return the findings table: what readers chose or recorded against the rules of selection.

    Parameters
    ----------
    table, visits, subjects, events
        As for `recistkit.classify`.
    criteria
        The rule set, whose limits apply.

    Returns
    -------
    polars.DataFrame
        ``subject, reader, timepoint, lesion, code, message``; no rows where
        nothing was found.

    Raises
    ------
    TableError
        If a table has faults: all of them are named.
    CriteriaError
        If the criteria cannot be used.
    """
    rules = criteria_room.load(criteria)
    study = load_study(table, visits=visits, subjects=subjects, events=events)
    raise_faults(study.tables.all)
    return check_study(study, rules)


def check_study(study: Study, criteria: Criteria) -> pl.DataFrame:
    """Return the findings table of a study that is loaded, such as `Classification.study`."""
    return check_reads(reads_of(study.tables), study.visits, criteria.selection_limits)


def reads_of(tables: StudyTables) -> pl.DataFrame:
    """Return the reads table with its words as text."""
    return tables.reads.frame.with_columns(pl.col(pl.Enum).cast(pl.String))
