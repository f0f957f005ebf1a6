"""Findings about the dates of visits: which one is the baseline, and whether they overlap."""

from __future__ import annotations

import polars as pl

from recistkit.findings.table import READ, as_findings

__all__ = ["baseline_after_reference", "visits_overlap"]


def baseline_after_reference(visits: pl.DataFrame) -> pl.DataFrame:
    """Find baselines with a scan after the reference date."""
    late = visits.filter(pl.col("position") == 0, pl.col("date_last") > pl.col("reference_date"))
    message = pl.format(
        "last baseline scan {} lies after the reference date {}",
        pl.col("date_last").cast(pl.String),
        pl.col("reference_date").cast(pl.String),
    )
    return as_findings(late, "baseline-after-reference", message)


def visits_overlap(visits: pl.DataFrame) -> pl.DataFrame:
    """Find visits that begin before the last scan of the one before."""
    ordered = visits.sort(*READ, "position")
    before = pl.col("date_last").shift(1).over(READ)
    overlap = ordered.with_columns(before=before).filter(pl.col("date_first") <= pl.col("before"))
    message = pl.format(
        "begins {}, not after the last scan {} of the visit before",
        pl.col("date_first").cast(pl.String),
        pl.col("before").cast(pl.String),
    )
    return as_findings(overlap, "visits-overlap", message)
