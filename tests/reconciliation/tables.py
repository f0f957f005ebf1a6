"""Small tables of two readers, written as text: one row per line, ``-`` is empty."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import polars as pl

from recistkit.terms import COMPARABLE

_BEST = ("subject", "reader", "compartment", *COMPARABLE)
_RESPONSES = (
    "subject",
    "reader",
    "compartment",
    "timepoint",
    "date_first",
    "target",
    "non_target",
    "new_lesion",
    "response",
    "flags",
    "sum",
)
_READS = ("subject", "reader", "timepoint", "lesion", "compartment", "organ", "nodal", "longest_um")
_PLACES = ("x_mm", "y_mm", "z_mm")
_DECISIONS = ("subject", "accepted_reader", "adjudicator", "decided_on", "reason")


def _rows(text: str, columns: Sequence[str]) -> pl.DataFrame:
    """Return the table that a text shows; cells at the end of a line may be left out."""
    cells = [line.split() for line in text.strip().splitlines()]
    padded = [row + ["-"] * (len(columns) - len(row)) for row in cells]
    rows = [[None if cell == "-" else cell for cell in row] for row in padded]
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def best_table(text: str) -> pl.DataFrame:
    """Return a best table: subject, reader, compartment and the comparable columns in order."""
    table = _rows(text, _BEST)
    dates = [name for name in COMPARABLE if not name.startswith("best")]
    return table.with_columns(pl.col(dates).str.to_date())


def responses_table(text: str) -> pl.DataFrame:
    """Return a responses table; a visit without a response is the baseline, of one day each."""
    table = _rows(text, _RESPONSES).with_columns(pl.col("date_first").str.to_date())
    baseline = pl.when(pl.col("response").is_null()).then(pl.lit("baseline"))
    return table.with_columns(
        pl.col("sum").cast(pl.Float64), date_last="date_first", reason=baseline, unit=pl.lit("mm")
    )


def reads_table(text: str) -> pl.DataFrame:
    """Return the targets of a reads table, with places where the line goes on."""
    table = _rows(text, (*_READS, *_PLACES))
    return table.with_columns(
        pl.col("longest_um").cast(pl.Int64),
        pl.col(_PLACES).cast(pl.Float64),
        nodal=pl.col("nodal") == "true",
        role=pl.lit("target"),
    )


def decisions_table(text: str) -> pl.DataFrame:
    """Return a decisions table, its rows numbered as in a file with a header."""
    table = _rows(text, _DECISIONS).with_columns(pl.col("decided_on").str.to_date())
    return table.with_row_index("row", offset=2)


NO_RESPONSES = responses_table("").clear()

_MARK: dict[str, Any] = {
    "subject": "S1",
    "reader": "A",
    "timepoint": "base",
    "date": dt.date(2020, 1, 1),
    "lesion": "T1",
    "fragment": None,
    "role": "target",
    "compartment": None,
    "organ": "liver",
    "nodal": False,
    "state": "measured",
    "certainty": None,
    "longest_um": 20_000,
    "short_um": None,
    "frame_of_reference": None,
    "series": "1.2",
    "x_mm": None,
    "y_mm": 0.0,
    "z_mm": 0.0,
}
_DATES = {"base": dt.date(2020, 1, 1), "m2": dt.date(2020, 3, 1), "m4": dt.date(2020, 5, 1)}


def mark(reader: str, lesion: str, x_mm: float | None = None, **values: object) -> dict[str, Any]:
    """Return one row of a reads table; without `x_mm` the lesion has no place."""
    row = _MARK | {"reader": reader, "lesion": lesion, "x_mm": x_mm} | values
    return row | {"date": values.get("date", _DATES[row["timepoint"]])}


def marks_table(*marks: dict[str, Any]) -> pl.DataFrame:
    """Return a reads table with every column that the reconciliation looks at."""
    schema = {name: _DTYPES.get(name, pl.String) for name in _MARK}
    return pl.DataFrame(list(marks), schema=schema, orient="row")


_DTYPES: dict[str, Any] = {
    "date": pl.Date,
    "nodal": pl.Boolean,
    "longest_um": pl.Int64,
    "short_um": pl.Int64,
    **dict.fromkeys(_PLACES, pl.Float64),
}
