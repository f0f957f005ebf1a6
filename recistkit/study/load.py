"""A study's tables with their visits in order: what every arrow begins with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from recistkit.errors import Fault
from recistkit.exchange.load_tables import StudyTables, load_tables
from recistkit.study.visit_faults import visit_faults, visit_warnings
from recistkit.study.visits import order_visits

if TYPE_CHECKING:
    import polars as pl

    from recistkit.exchange.sources import TableSource

__all__ = ["Study", "load_study"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """Faultless tables of a study with their visits in order.

    Attributes
    ----------
    tables : StudyTables
    visits : polars.DataFrame
        See `recistkit.study.visits.order_visits`.
    warnings : tuple of str
        Subjects that stand in one table only.
    """

    tables: StudyTables
    visits: pl.DataFrame
    warnings: tuple[str, ...] = ()


def load_study(
    table: TableSource,
    *,
    visits: TableSource | None = None,
    subjects: TableSource | None = None,
    events: TableSource | None = None,
) -> Study:
    """Load tables and order their visits; faults are collected in the tables, not raised."""
    tables = load_tables(table, visits=visits, subjects=subjects, events=events)
    ordered = order_visits(tables)
    visit_faults(tables, ordered)
    if not ordered.height and not any(table.faults for table in tables.all):
        tables.reads.faults.append(Fault(0, "", "holds no rows"))
    return Study(tables=tables, visits=ordered, warnings=visit_warnings(tables, ordered))
