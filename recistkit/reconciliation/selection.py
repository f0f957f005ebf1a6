"""Whether two readers chose the same targets at baseline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from recistkit.terms import OVERALL

__all__ = ["SAME_PLACE_UM", "same_targets"]

SAME_PLACE_UM: Final = 10_000
"""Two centres are the same lesion within 10 mm, or half the larger longest diameter."""

_GROUP = ("subject", "compartment")
_AXES = ("x_mm", "y_mm", "z_mm")


def same_targets(
    reads: pl.DataFrame, responses: pl.DataFrame, readers: Sequence[str]
) -> pl.DataFrame:
    """Return for each subject and compartment whether the two choices are the same.

    Where every baseline target of both readers has its place (patient
    coordinates, mm), the choices are the same if there are equally many and
    each has one of the other reader's near it. Otherwise they are the same if
    as many targets lie in each organ, nodes apart; two different lesions of
    one organ cannot be told apart then.

    Parameters
    ----------
    reads : polars.DataFrame
        Reads table, typed, lengths in micrometres.
    responses : polars.DataFrame
        Responses table: its rows with the reason ``baseline`` say which visit
        of a read is the baseline.
    readers : sequence of str
        The two readers.

    Returns
    -------
    polars.DataFrame
        ``subject, compartment, same``; ``overall`` is all targets of the
        subject. Where neither reader chose a target there is no row.
    """
    targets = _baseline_targets(reads, responses, readers)
    by_organ = _same_organs(targets)
    by_place = _same_places(targets)
    joined = by_organ.join(by_place, on=_GROUP, how="left")
    return joined.select(*_GROUP, same=pl.coalesce("same_place", "same_organs"))


def _baseline_targets(
    reads: pl.DataFrame, responses: pl.DataFrame, readers: Sequence[str]
) -> pl.DataFrame:
    """Return one row per baseline target and compartment; fragments are one target."""
    visit = ["subject", "reader", "timepoint"]
    baselines = responses.filter(pl.col("reason") == "baseline").select(visit).unique()
    rows = reads.filter((pl.col("role") == "target") & pl.col("reader").is_in(list(readers))).join(
        baselines, on=visit, how="semi"
    )
    organ = pl.col("organ").fill_null("").str.strip_chars().str.to_lowercase()
    node = pl.when(pl.col("nodal").fill_null(value=False)).then(pl.lit("node "))
    lesions = (
        rows.with_columns(kind=pl.concat_str(node.otherwise(pl.lit("lesion ")), organ))
        .group_by("subject", "reader", "lesion")
        .agg(
            pl.col("compartment", "kind").first(),
            pl.col(*_AXES).cast(pl.Float64).mean(),
            pl.col("longest_um").sum(),
        )
        .with_columns(first=pl.col("reader") == readers[0])
    )
    whole = lesions.with_columns(compartment=pl.lit(OVERALL))
    return pl.concat([lesions.filter(pl.col("compartment").is_not_null()), whole])


def _same_organs(targets: pl.DataFrame) -> pl.DataFrame:
    """Compare the sorted organs of both readers' targets."""
    return targets.group_by(_GROUP).agg(
        same_organs=pl.col("kind").filter(pl.col("first")).sort().str.join("\n")
        == pl.col("kind").filter(~pl.col("first")).sort().str.join("\n")
    )


def _same_places(targets: pl.DataFrame) -> pl.DataFrame:
    """Compare places, where all of them are known."""
    placed = pl.all_horizontal(pl.col(*_AXES).is_not_null()).all().over(_GROUP)
    both = pl.col("first").any().over(_GROUP) & ~pl.col("first").all().over(_GROUP)
    known = targets.filter(placed & both)
    columns = [*_GROUP, "lesion", *_AXES, "longest_um"]
    pairs = (
        known.filter("first")
        .select(columns)
        .join(known.filter(~pl.col("first")).select(columns), on=_GROUP, suffix="_other")
    )
    squared = pl.sum_horizontal((pl.col(a) - pl.col(f"{a}_other")) ** 2 for a in _AXES)
    half = pl.max_horizontal("longest_um", "longest_um_other") / 2
    reach_mm = pl.max_horizontal(half, pl.lit(SAME_PLACE_UM)) / 1000
    near = pairs.with_columns(near=squared <= reach_mm**2)
    return near.group_by(_GROUP).agg(
        same_place=(pl.col("lesion").n_unique() == pl.col("lesion_other").n_unique())
        & (pl.col("lesion").filter("near").n_unique() == pl.col("lesion").n_unique())
        & (pl.col("lesion_other").filter("near").n_unique() == pl.col("lesion_other").n_unique())
    )
