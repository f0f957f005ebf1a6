"""The lesions of two reads side by side: one row per lesion, or pair of lesions, and visit."""

from __future__ import annotations

from typing import Final

import polars as pl

from recistkit.reconciliation.matching import Matching
from recistkit.terms import OVERALL

__all__ = ["SHOWN", "in_scope", "side_by_side"]

SHOWN: Final = ("state", "longest_um", "short_um")
"""What two readers may see differently in one lesion at one visit."""

_KEPT: Final = ("role", "compartment")
_PAIR: Final = ("lesion_1", "lesion_2")


def side_by_side(matching: Matching) -> pl.DataFrame:
    """Return the lesions of both reads at every visit, each beside its partner.

    Returns
    -------
    polars.DataFrame
        ``subject, timepoint, date, nodal`` and, with the suffixes ``_1`` and
        ``_2``: ``lesion`` (empty where this read has no such lesion), ``role,
        compartment`` (also at visits without a row), ``has`` (this read has a
        row here), ``state, certainty, longest_um, short_um``. A size beside a
        state that has none (absent, not evaluable, merged) is not used (C9).
        By subject, date, timepoint and the lesions' names.
    """
    sides = [_side(matching, side) for side in (1, 2)]
    on = ["subject", "timepoint", *_PAIR]
    both = sides[0].join(sides[1], on=on, how="full", coalesce=True, nulls_equal=True)
    for side in (1, 2):
        both = both.join(_roster(matching, side), on=["subject", f"lesion_{side}"], how="left")
    return both.select(
        *on,
        *(f"{name}_{side}" for side in (1, 2) for name in (*_KEPT, "certainty", *SHOWN)),
        *(pl.col(f"has_{side}").fill_null(value=False) for side in (1, 2)),
        date=pl.min_horizontal("date_1", "date_2"),
        nodal=pl.coalesce("nodal_1", "nodal_2"),
    ).sort("subject", "date", "timepoint", *_PAIR, nulls_last=True)


def in_scope(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows under each compartment that one of the two reads counts them in.

    Returns
    -------
    polars.DataFrame
        With ``compartment`` (``overall`` for all of them), and ``in_1`` and
        ``in_2``: whether each read has the lesion and counts it in there.
    """
    first = rows.filter(pl.col("compartment_1").is_not_null())
    second = rows.filter(pl.col("compartment_2").is_not_null()).filter(
        pl.col("compartment_1").ne_missing(pl.col("compartment_2"))
    )
    whole = pl.col("compartment") == OVERALL
    return pl.concat(
        [
            first.with_columns(compartment="compartment_1"),
            second.with_columns(compartment="compartment_2"),
            rows.with_columns(compartment=pl.lit(OVERALL)),
        ]
    ).with_columns(
        (
            pl.col(f"lesion_{n}").is_not_null()
            & (whole | pl.col("compartment").eq_missing(pl.col(f"compartment_{n}")))
        ).alias(f"in_{n}")
        for n in (1, 2)
    )


def _side(matching: Matching, side: int) -> pl.DataFrame:
    """Return the rows of one read, each with the name of its lesion's partner."""
    sized = ~pl.col("state").is_in(["absent", "not-evaluable", "merged"]).fill_null(value=False)
    rows = matching.lesions.filter(side=side).select(
        "subject",
        "timepoint",
        pl.col("lesion", "date", "nodal", "state", "certainty").name.suffix(f"_{side}"),
        pl.when(sized).then(pl.col("longest_um")).alias(f"longest_um_{side}"),
        pl.when(sized).then(pl.col("short_um")).alias(f"short_um_{side}"),
        pl.lit(value=True).alias(f"has_{side}"),
    )
    return rows.join(
        matching.pairs.select("subject", *_PAIR), on=["subject", f"lesion_{side}"], how="left"
    )


def _roster(matching: Matching, side: int) -> pl.DataFrame:
    """Return role and compartment of each lesion of one read; they never change within it."""
    return (
        matching.lesions.filter(side=side)
        .group_by("subject", pl.col("lesion").alias(f"lesion_{side}"))
        .agg(pl.col(_KEPT).drop_nulls().first().name.suffix(f"_{side}"))
    )
