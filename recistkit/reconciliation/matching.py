"""Which lesion of one read is which of the other: by place, else by organ, one to one.

Two lesions of a subject are compared by place at the first visit at which both
reads give one in the same frame of reference: their distance in patient mm
against their *reach*. A node is never a lesion that is none, and what lies in
different frames of reference is never the same. Where a table does not name
frames the series stands for them, in one direction only: within one series
distances hold, and two series say nothing, since they may share a frame.

Of all one-to-one choices the one is taken in which the sum of closeness
(1 at the same place, 0 at the reach) is largest; of equally close ones that
with more pairs, then the first by the names of the lesions. Closeness rather
than the number of pairs comes first, so that two lesions at one place are not
torn apart to give two strangers a partner each.

Lesions left over whose places could not be compared are paired by organ, where
each reader has exactly one left of that role, compartment and organ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from recistkit.reconciliation.assignment import best_assignment
from recistkit.reconciliation.lesions import AXES, lesions_of

__all__ = ["BY_ORGAN", "BY_PLACE", "REACH", "Matching", "Reach", "match_lesions"]

BY_PLACE: Final = "place"
BY_ORGAN: Final = "organ"

_PAIR: Final = ("subject", "lesion_1", "lesion_2")
_NM_PER_UM: Final = 1000
_NM_PER_MM: Final = 1_000_000
_CLOSENESS_STEPS: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far apart two centres may lie and be the same lesion, the limit included.

    Attributes
    ----------
    least_um : int
        The reach of small lesions, 10 mm: so far apart at least are the
        centres of two balls side by side that can both be measured
        (Eisenhauer 2009, section 3: 10 mm on CT). Only for lesions whose
        organs do not differ in name.
    share_of_longest : int
        One over the part of the larger longest diameter that is the reach of
        larger lesions, 2: within half of it the centre of one reader's lesion
        lies in the ball around the other's, so that the two overlap.
    """

    least_um: int = 10_000
    share_of_longest: int = 2


REACH: Final = Reach()


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """The lesions of two reads, and which of them are the same.

    Attributes
    ----------
    lesions : polars.DataFrame
        As `recistkit.reconciliation.lesions.lesions_of` returns them.
    pairs : polars.DataFrame
        ``subject, lesion_1, lesion_2, matched_by`` (``place`` or ``organ``)
        and ``distance_mm`` (none by organ), by the first three.
    compared : polars.DataFrame
        ``subject, lesion_1, lesion_2`` of all pairs whose places were compared.
    """

    lesions: pl.DataFrame
    pairs: pl.DataFrame
    compared: pl.DataFrame


def match_lesions(reads: pl.DataFrame, readers: Sequence[str], reach: Reach = REACH) -> Matching:
    """Return which lesions of two reads of each subject are the same.

    Parameters
    ----------
    reads : polars.DataFrame
        As for `recistkit.reconciliation.lesions.lesions_of`.
    readers : sequence of str
        The two readers.
    reach : Reach
        How far apart two centres may lie.
    """
    lesions = lesions_of(reads, readers)
    both = _together(lesions)
    compared = _compared(both, reach)
    near = compared.filter(pl.col("distance_nm") <= pl.col("reach_nm"))
    by_place = _assigned(near)
    by_organ = _by_organ(lesions, both, compared, by_place)
    return Matching(
        lesions=lesions,
        pairs=pl.concat([by_place, by_organ]).sort(_PAIR),
        compared=compared.select(_PAIR),
    )


def _together(lesions: pl.DataFrame) -> pl.DataFrame:
    """Return each pair of lesions that may be the same at each visit at which both have a row.

    ``frames_differ`` is whether they are known to lie in different frames.
    """
    sides = [lesions.filter(side=side).drop("side", "reader") for side in (1, 2)]
    on = ["subject", "timepoint", "nodal"]
    columns = [name for name in lesions.columns if name not in {*on, "side", "reader"}]
    first, second = (
        side.rename({name: f"{name}_{number}" for name in columns})
        for number, side in enumerate(sides, start=1)
    )
    return first.join(second, on=on).with_columns(
        frames_differ=pl.col("frame_of_reference_1") != pl.col("frame_of_reference_2")
    )


def _compared(both: pl.DataFrame, reach: Reach) -> pl.DataFrame:
    """Return pairs that lie in one frame, with their distance at the first visit that has both."""
    named = [f"{name}_{n}" for name in ("frame_of_reference", "series") for n in (1, 2)]
    in_one_frame = pl.coalesce(
        ~pl.col("frames_differ"),
        pl.col("series_1") == pl.col("series_2"),
        pl.all_horizontal(pl.col(named).is_null()),
    )
    placed = pl.all_horizontal(pl.col(f"{axis}_{n}").is_not_null() for axis in AXES for n in (1, 2))
    squared = pl.sum_horizontal((pl.col(f"{axis}_1") - pl.col(f"{axis}_2")) ** 2 for axis in AXES)
    sizes = [f"{name}_{n}" for name in ("longest_um", "short_um") for n in (1, 2)]
    larger = pl.max_horizontal(sizes).fill_null(0) * _NM_PER_UM // reach.share_of_longest
    other_organ = (pl.col("organ_key_1") != pl.col("organ_key_2")).fill_null(value=False)
    least = pl.when(other_organ).then(0).otherwise(reach.least_um * _NM_PER_UM)
    return (
        both.filter(placed & in_one_frame)
        .sort(pl.min_horizontal("date_1", "date_2"), "timepoint")
        .unique(_PAIR, keep="first", maintain_order=True)
        .with_columns(
            # Whole nanometres: what is at the limit is not moved over it by the last bit.
            distance_nm=(squared.sqrt() * _NM_PER_MM).round().cast(pl.Int64),
            reach_nm=pl.max_horizontal(larger, least),
        )
    )


def _assigned(near: pl.DataFrame) -> pl.DataFrame:
    """Return the best one-to-one choice of each subject's near pairs."""
    apart = (pl.col("reach_nm") - pl.col("distance_nm")) * _CLOSENESS_STEPS
    weighed = near.sort(_PAIR).with_columns(closeness=apart // pl.max_horizontal("reach_nm", 1))
    contested = (pl.len().over("subject", "lesion_1") > 1) | (
        pl.len().over("subject", "lesion_2") > 1
    )
    disputed = weighed.filter(contested)
    chosen = [
        _settled(subject) for subject in disputed.partition_by("subject", maintain_order=True)
    ]
    return pl.concat([weighed.filter(~contested), *chosen]).select(
        *_PAIR,
        matched_by=pl.lit(BY_PLACE),
        distance_mm=(pl.col("distance_nm") / _NM_PER_MM).round(3),
    )


def _settled(near: pl.DataFrame) -> pl.DataFrame:
    """Return the best one-to-one choice of pairs of one subject, which are in order."""
    names = [near[name].unique().sort().to_list() for name in ("lesion_1", "lesion_2")]
    places = [
        near[name].replace_strict(known, list(range(len(known))), return_dtype=pl.Int64).to_numpy()
        for name, known in zip(("lesion_1", "lesion_2"), names, strict=True)
    ]
    most_pairs = min(map(len, names))
    weights = np.zeros((len(names[0]), len(names[1])), dtype=np.int64)
    # One more pair counts less than one step of closeness, and more than nothing.
    weights[places[0], places[1]] = near["closeness"].to_numpy() * (most_pairs + 1) + 1
    chosen = set(best_assignment(weights))
    taken = [pair in chosen for pair in zip(*(place.tolist() for place in places), strict=True)]
    return near.filter(taken)


def _by_organ(
    lesions: pl.DataFrame, both: pl.DataFrame, compared: pl.DataFrame, by_place: pl.DataFrame
) -> pl.DataFrame:
    """Return pairs of lesions left over that are each reader's only one of an organ."""
    kind = ["subject", "role", "compartment", "organ_key", "nodal"]
    named = lesions.filter(pl.col("organ_key").is_not_null()).sort("date", "timepoint")
    rows = named.unique(["subject", "side", "lesion"], keep="first", maintain_order=True)
    alone = []
    for side in (1, 2):
        taken = by_place.select("subject", lesion=f"lesion_{side}")
        left = rows.filter(side=side).join(taken, on=["subject", "lesion"], how="anti")
        only = left.filter(pl.len().over(kind) == 1)
        alone.append(only.select(*kind, pl.col("lesion").alias(f"lesion_{side}")))
    met = both.group_by(_PAIR).agg(pl.col("frames_differ").any())
    return (
        alone[0]
        .join(alone[1], on=kind, nulls_equal=True)
        .join(met.filter(~pl.col("frames_differ").fill_null(value=False)), on=_PAIR, how="semi")
        .join(compared, on=_PAIR, how="anti")
        .select(*_PAIR, matched_by=pl.lit(BY_ORGAN), distance_mm=pl.lit(None, dtype=pl.Float64))
    )
