"""Findings about when, and on what, a lesion entered the read."""

from __future__ import annotations

import polars as pl

from recistkit.findings.table import READ, as_findings
from recistkit.model.limits import SelectionLimits

__all__ = ["baseline_too_early", "non_target_without_baseline"]


def baseline_too_early(visits: pl.DataFrame, limits: SelectionLimits) -> list[pl.DataFrame]:
    """Find baselines whose earliest scan lies too long before the reference date.

    Eisenhauer 2009, section 3: never more than 4 weeks before the beginning of
    treatment. Without a reference date nothing is judged.
    """
    window = limits.baseline_window_days
    if window is None:
        return []
    early = (pl.col("reference_date") - pl.col("date_first")).dt.total_days()
    found = visits.filter(pl.col("position") == 0).with_columns(days=early)
    message = pl.format(
        "earliest baseline scan {}, {} days before the reference date {}; expected at most {}",
        pl.col("date_first").cast(pl.String),
        "days",
        pl.col("reference_date").cast(pl.String),
        pl.lit(window),
    )
    return [as_findings(found.filter(pl.col("days") > window), "baseline-too-early", message)]


def non_target_without_baseline(followed: pl.DataFrame) -> pl.DataFrame:
    """Find non-targets first recorded after the baseline (they count as not evaluable before)."""
    first = (
        followed.filter(pl.col("role") == "non-target")
        .sort("position")
        .unique([*READ, "lesion"], keep="first", maintain_order=True)
        .filter(pl.col("position") > 0)
    )
    message = pl.lit("non-target first recorded after the baseline; not evaluable before")
    return as_findings(first, "non-target-without-baseline", message)
