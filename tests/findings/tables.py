"""Small reads and visits tables for the findings: what is not said has an ordinary value."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from recistkit.findings import check_reads
from recistkit.model.limits import SelectionLimits

RECIST_1_1 = SelectionLimits(
    maximum_targets=5,
    maximum_per_organ=2,
    minimum_longest_um=10_000,
    minimum_node_short_um=15_000,
    normal_node_short_um=10_000,
    slice_thickness_factor=2.0,
    baseline_window_days=28,
)
RECIST_1_0 = SelectionLimits(
    maximum_targets=10,
    maximum_per_organ=5,
    minimum_longest_um=10_000,
    baseline_window_days=28,
)
NO_LIMITS = SelectionLimits()

READS: dict[str, Any] = {
    "subject": pl.String,
    "reader": pl.String,
    "timepoint": pl.String,
    "lesion": pl.String,
    "fragment": pl.String,
    "role": pl.String,
    "compartment": pl.String,
    "organ": pl.String,
    "nodal": pl.Boolean,
    "longest_um": pl.Int64,
    "short_um": pl.Int64,
    "state": pl.String,
    "modality": pl.String,
    "plane": pl.String,
    "contrast": pl.String,
    "slice_thickness_mm": pl.Float64,
    "row": pl.Int64,
}
VISITS: dict[str, Any] = {
    "subject": pl.String,
    "reader": pl.String,
    "timepoint": pl.String,
    "position": pl.Int64,
    "date_first": pl.Date,
    "date_last": pl.Date,
    "reference_date": pl.Date,
}
POSITIONS = {"screening": -1, "baseline": 0, "month-2": 1, "month-4": 2}
DATES = {
    "screening": dt.date(2020, 2, 1),
    "baseline": dt.date(2020, 3, 1),
    "month-2": dt.date(2020, 5, 1),
    "month-4": dt.date(2020, 7, 1),
}
_ORDINARY = {
    "subject": "S1",
    "reader": "A",
    "timepoint": "baseline",
    "lesion": "T1",
    "role": "target",
    "compartment": "distant",
    "nodal": False,
    "longest_um": 30_000,
    "state": "measured",
}


def lesion(**cells: object) -> dict[str, Any]:
    """Return a row of a target of 30 mm at baseline, with some cells changed."""
    return {**_ORDINARY, **cells}


def over_time(column: str, *values: object) -> list[dict[str, Any]]:
    """Return one lesion at baseline, month-2 and month-4."""
    timepoints = ("baseline", "month-2", "month-4")
    return [
        lesion(timepoint=timepoint, **{column: value})
        for timepoint, value in zip(timepoints, values, strict=False)
    ]


def reads_of(*rows: dict[str, Any]) -> pl.DataFrame:
    """Return a reads table."""
    numbered = [{"row": number, **row} for number, row in enumerate(rows, start=2)]
    return pl.DataFrame(numbered, schema=READS)


def visits_of(reads: pl.DataFrame, **cells: object) -> pl.DataFrame:
    """Return the visits table of a reads table, with some cells changed."""
    visits = reads.select("subject", "reader", "timepoint").unique(maintain_order=True)
    rows = [
        {
            "position": POSITIONS[row["timepoint"]],
            "date_first": DATES[row["timepoint"]],
            "date_last": DATES[row["timepoint"]],
            **row,
            **cells,
        }
        for row in visits.iter_rows(named=True)
    ]
    return pl.DataFrame(rows, schema=VISITS)


def found(
    *rows: dict[str, Any], limits: SelectionLimits = RECIST_1_1, **visit: object
) -> list[tuple[str | None, ...]]:
    """Return timepoint, lesion, code and message of each finding."""
    reads = reads_of(*rows)
    table = check_reads(reads, visits_of(reads, **visit), limits)
    return table.select("timepoint", "lesion", "code", "message").rows()
