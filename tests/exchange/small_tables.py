"""Reads tables of a few rows for the tests of the door: what is not said has an ordinary value."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from recistkit.errors import TableError
from recistkit.exchange.load_tables import raise_faults
from recistkit.exchange.sources import TableSource
from recistkit.study.load import load_study

Row = dict[str, Any]

DATES = {
    "BL": "2011-01-03",
    "W8": "2011-02-28",
    "W16": "2011-04-25",
    "W24": "2011-06-20",
}


def lesion(timepoint: str, name: str | None = "T1", /, **cells: object) -> Row:
    """Return the row of a lesion at a visit: a target of 50 mm unless it is said otherwise."""
    row: Row = {
        "subject": "S1",
        "timepoint": timepoint,
        "lesion": name,
        "role": "target",
        "date": DATES[timepoint],
        "longest_mm": "50.0",
    }
    return row | cells


def non_target(timepoint: str, name: str = "N1", /, **cells: object) -> Row:
    """Return the row of a non-target that is present."""
    return lesion(timepoint, name, role="non-target", longest_mm=None, state="present") | cells


def new_lesion(timepoint: str, name: str = "X1", /, **cells: object) -> Row:
    """Return the row of a new lesion."""
    return lesion(timepoint, name, role="new", longest_mm=None) | cells


def table(*rows: Row) -> pl.DataFrame:
    """Return rows as a frame of text; its first row is row 1 in a fault."""
    names = dict.fromkeys(name for row in rows for name in row)
    return pl.DataFrame(
        {name: [row.get(name) for row in rows] for name in names},
        schema=dict.fromkeys(names, pl.String),
    )


def sound(*rows: Row) -> pl.DataFrame:
    """Return a table whose first two rows are a target at two visits, and then `rows`."""
    return table(lesion("BL"), lesion("W8"), *rows)


def faults_of(reads: TableSource, **others: TableSource) -> list[str]:
    """Return every fault of a study's tables, in order, without the head."""
    with pytest.raises(TableError) as raised:
        raise_faults(load_study(reads, **others).tables.all)
    return [str(fault) for fault in raised.value.faults]


def message_of(reads: TableSource, **others: TableSource) -> str:
    """Return the whole text of the error."""
    with pytest.raises(TableError) as raised:
        raise_faults(load_study(reads, **others).tables.all)
    return str(raised.value)
