"""The lesions of two reads, one row per lesion and visit: fragments are one lesion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from recistkit.model.organs import organ_keys

__all__ = ["AXES", "lesions_of"]

AXES: Final = ("x_mm", "y_mm", "z_mm")

_COLUMNS: Final = {
    "subject": pl.String,
    "reader": pl.String,
    "timepoint": pl.String,
    "lesion": pl.String,
    "fragment": pl.String,
    "role": pl.String,
    "date": pl.Date,
    "compartment": pl.String,
    "organ": pl.String,
    "nodal": pl.Boolean,
    "state": pl.String,
    "certainty": pl.String,
    "longest_um": pl.Int64,
    "short_um": pl.Int64,
    "frame_of_reference": pl.String,
    "series": pl.String,
    **dict.fromkeys(AXES, pl.Float64),
}
_LESION: Final = ("subject", "reader", "lesion")


def lesions_of(reads: pl.DataFrame, readers: Sequence[str]) -> pl.DataFrame:
    """Return the lesions of two readers, one row per lesion and visit.

    Parameters
    ----------
    reads : polars.DataFrame
        Reads table, typed, lengths in micrometres. Columns that it lacks are
        empty; ``frame_of_reference``, which tables need not have, is used
        where it is there.
    readers : sequence of str
        The two readers.

    Returns
    -------
    polars.DataFrame
        ``subject, side`` (1 or 2), ``timepoint, lesion, reader, role, date,
        compartment, organ, organ_key, nodal, state, certainty, longest_um, short_um,
        frame_of_reference, series, x_mm, y_mm, z_mm``, by all of the first
        four. Of a split lesion the sizes are the sums of the fragments' and
        the place is their centroid; what one fragment lacks the lesion lacks,
        and fragments of different series without a common frame have no place.
        A lesion is nodal if one of its rows says so.
    """
    rows = _known_columns(reads).filter(pl.col("reader").is_in(list(readers)))
    keys = organ_keys(rows["organ"]).select("organ", "organ_key")
    side = pl.col("reader").replace_strict(list(readers), [1, 2], return_dtype=pl.Int8)
    # A sum of floats depends on its order, which must not be that of the table.
    ordered = (
        rows.join(keys, on="organ", how="left")
        .with_columns(side=side, nodal=pl.col("nodal").fill_null(value=False).any().over(_LESION))
        .sort("subject", "side", "timepoint", "lesion", "fragment", *AXES)
    )
    return ordered.group_by("subject", "side", "timepoint", "lesion", maintain_order=True).agg(
        pl.col("reader", "role", "date", "compartment", "organ", "organ_key").first(),
        pl.col("nodal", "state", "certainty").first(),
        *(_total(name) for name in ("longest_um", "short_um")),
        *(_common(name).alias(name) for name in ("frame_of_reference", "series")),
        *(_centre(name) for name in AXES),
    )


def _known_columns(reads: pl.DataFrame) -> pl.DataFrame:
    """Return the columns that are used here, each in its type."""
    there = {name: pl.col(name) for name in _COLUMNS if name in reads.columns}
    return reads.select(
        there.get(name, pl.lit(None)).cast(dtype).alias(name) for name, dtype in _COLUMNS.items()
    )


def _total(name: str) -> pl.Expr:
    """Return the sum of the fragments, nothing where one of them has no size."""
    return pl.when(pl.col(name).is_not_null().all()).then(pl.col(name).sum()).alias(name)


def _common(name: str) -> pl.Expr:
    """Return what all fragments name alike."""
    return pl.when(pl.col(name).n_unique() == 1).then(pl.col(name).first())


def _centre(name: str) -> pl.Expr:
    """Return the middle of the fragments, where each has a place and all places are of one kind."""
    placed = pl.all_horizontal(pl.col(*AXES).is_not_null()).all()
    one_kind = _common("frame_of_reference").is_not_null() | (pl.col("series").n_unique() == 1)
    return pl.when(placed & one_kind).then(pl.col(name).mean()).alias(name)
