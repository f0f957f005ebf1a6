"""The targets of each read at baseline, one row per lesion, as the limits look at them."""

from __future__ import annotations

import polars as pl

from recistkit.findings.table import READ, as_findings
from recistkit.model.limits import SelectionLimits
from recistkit.model.organs import NODES, organ_keys

__all__ = ["baseline_lesions", "too_many_per_organ", "too_many_targets", "whole_lesions"]


def _total(column: str) -> pl.Expr:
    """Return the sum over fragments; empty where one of them has no size."""
    known = pl.col(column).is_not_null().all()
    return pl.when(known).then(pl.col(column).sum()).alias(column)


def whole_lesions(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row per lesion and visit: the fragments of a split lesion are one.

    Returns
    -------
    polars.DataFrame
        The sizes of fragments are added; the largest short axis stands in
        ``largest_short_um``. The slices are the thickest.
    """
    by = [*READ, "timepoint", "position", "lesion"]
    return rows.group_by(by, maintain_order=True).agg(
        pl.col("role", "nodal", "organ", "state").first(),
        _total("longest_um"),
        _total("short_um"),
        pl.col("short_um").max().alias("largest_short_um"),
        pl.col("slice_thickness_mm").max(),
        pl.col("row").min(),
    )


def baseline_lesions(followed: pl.DataFrame) -> pl.DataFrame:
    """Return the targets and non-targets at baseline, one row per lesion.

    Parameters
    ----------
    followed : polars.DataFrame
        Rows of the reads from the baseline on, with ``position``.

    Returns
    -------
    polars.DataFrame
        As `whole_lesions`; ``organ_key`` is the organ as the limits count it.
    """
    lesions = whole_lesions(followed.filter((pl.col("position") == 0) & (pl.col("role") != "new")))
    keyed = lesions.join(
        organ_keys(lesions["organ"]), on="organ", how="left", maintain_order="left"
    )
    return keyed.with_columns(
        pl.when(pl.col("nodal")).then(pl.lit(NODES)).otherwise("organ_key").alias("organ_key")
    )


def _counted(targets: pl.DataFrame, by: list[str], maximum: int) -> pl.DataFrame:
    """Return the groups with more targets than allowed, and the targets' names."""
    counts = targets.group_by(by).agg(
        pl.len().alias("count"), pl.col("lesion").sort().str.join(", ").alias("lesions")
    )
    return counts.filter(pl.col("count") > maximum)


def too_many_targets(lesions: pl.DataFrame, limits: SelectionLimits) -> list[pl.DataFrame]:
    """Find reads with more targets in the patient than the criteria allow (A12)."""
    if limits.maximum_targets is None:
        return []
    targets = lesions.filter(pl.col("role") == "target")
    found = _counted(targets, [*READ, "timepoint", "position"], limits.maximum_targets)
    message = pl.format(
        "{} targets at baseline ({}), expected at most {}",
        "count",
        "lesions",
        pl.lit(limits.maximum_targets),
    )
    return [as_findings(found, "too-many-targets", message)]


def too_many_per_organ(lesions: pl.DataFrame, limits: SelectionLimits) -> list[pl.DataFrame]:
    """Find organs with more targets than the criteria allow; no organ named, none counted."""
    if limits.maximum_per_organ is None:
        return []
    targets = lesions.filter((pl.col("role") == "target") & pl.col("organ_key").is_not_null())
    by = [*READ, "timepoint", "position", "organ_key"]
    found = _counted(targets, by, limits.maximum_per_organ)
    message = pl.format(
        "{} targets in one organ, {} ({}), expected at most {}",
        "count",
        "organ_key",
        "lesions",
        pl.lit(limits.maximum_per_organ),
    )
    return [as_findings(found, "too-many-per-organ", message)]
