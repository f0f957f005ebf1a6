"""The matched lesions at each visit at which both reads have them: states, sizes, differences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from recistkit.reconciliation.matching import Matching
from recistkit.reconciliation.side_by_side import SHOWN, in_scope

__all__ = ["MATCHED_SCHEMA", "alike_visits", "in_millimetres", "matched_lesions"]

_UM_PER_MM: Final = 1000

MATCHED_SCHEMA: Final = {
    "subject": pl.String,
    "compartment": pl.String,
    "timepoint": pl.String,
    "nodal": pl.Boolean,
    "reader_1": pl.String,
    "lesion_1": pl.String,
    "role_1": pl.String,
    "state_1": pl.String,
    "longest_mm_1": pl.Float64,
    "short_mm_1": pl.Float64,
    "reader_2": pl.String,
    "lesion_2": pl.String,
    "role_2": pl.String,
    "state_2": pl.String,
    "longest_mm_2": pl.Float64,
    "short_mm_2": pl.Float64,
    "longest_difference_mm": pl.Float64,
    "short_difference_mm": pl.Float64,
    "matched_by": pl.String,
    "distance_mm": pl.Float64,
}
"""Columns of the table of matched lesions; `matched_lesions` says what they hold."""


def matched_lesions(
    matching: Matching | None, lesions: pl.DataFrame | None, readers: Sequence[str]
) -> pl.DataFrame:
    """Return the matched lesions of two reads, one row per pair and visit that both have.

    Parameters
    ----------
    matching : Matching or None
        Which lesions are the same; None gives no rows.
    lesions : polars.DataFrame or None
        As `recistkit.reconciliation.side_by_side.side_by_side` returns them
        of `matching`.
    readers : sequence of str
        The two readers.

    Returns
    -------
    polars.DataFrame
        `MATCHED_SCHEMA`, by subject, date and the lesions' names.
        ``compartment`` is empty where the two reads put the lesion into
        different ones. Differences are the first reader's size minus the
        second's, where both have one.
    """
    if matching is None or lesions is None:
        return pl.DataFrame(schema=MATCHED_SCHEMA)
    pair = ["subject", "lesion_1", "lesion_2"]
    both = lesions.filter(pl.col("has_1") & pl.col("has_2")).join(
        matching.pairs, on=pair, maintain_order="left"
    )
    same = pl.col("compartment_1").eq_missing(pl.col("compartment_2"))
    return both.with_columns(
        *in_millimetres(),
        compartment=pl.when(same).then("compartment_1"),
        reader_1=pl.lit(readers[0]),
        reader_2=pl.lit(readers[1]),
        longest_difference_mm=_difference("longest"),
        short_difference_mm=_difference("short"),
    ).select(*MATCHED_SCHEMA)


def in_millimetres() -> list[pl.Expr]:
    """Return both axes of both reads in mm."""
    return [
        (pl.col(f"{axis}_um_{n}") / _UM_PER_MM).alias(f"{axis}_mm_{n}")
        for axis in ("longest", "short")
        for n in (1, 2)
    ]


def _difference(axis: str) -> pl.Expr:
    """Return first minus second in mm; whole micrometres, so that no digit is made up."""
    return (pl.col(f"{axis}_um_1") - pl.col(f"{axis}_um_2")) / _UM_PER_MM


def alike_visits(lesions: pl.DataFrame) -> pl.DataFrame:
    """Return at which visits the targets of both reads are alike, this visit and all before it.

    Returns
    -------
    polars.DataFrame
        ``subject, compartment, timepoint, alike``: whether every target that
        one read has there is matched with one of the other's, of the same
        state and sizes, and so at each earlier visit.
    """
    targets = in_scope(lesions).filter(
        pl.any_horizontal((pl.col(f"role_{n}") == "target") & pl.col(f"in_{n}") for n in (1, 2))
    )
    equal = pl.all_horizontal(
        pl.col(f"{name}_1").eq_missing(pl.col(f"{name}_2"))
        for name in ("has", "in", "role", *SHOWN)
    )
    visit = ["subject", "compartment", "timepoint"]
    return (
        targets.group_by(visit)
        .agg(pl.col("date").min(), alike=equal.all())
        .sort("date", "timepoint")
        .select(*visit, alike=pl.col("alike").cum_min().over("subject", "compartment"))
    )
