"""The reason of each response, in words; of a NE the lesions and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from recistkit.response.reduce import evaluable_observations
from recistkit.terms import OVERALL, RESPONSES

if TYPE_CHECKING:
    from recistkit.criteria import Criteria
    from recistkit.response import Assessment
    from recistkit.study.batch import Batch

__all__ = ["REAPPEARED", "reasons"]

REAPPEARED = "reappearance-after-cr"


def reasons(batch: Batch, assessment: Assessment, criteria: Criteria) -> pl.Series:
    """Return the column ``reason`` of the responses table, one entry per cell."""
    visits = assessment.visits
    meanings = (*criteria.overall_table.meanings, "disease again after CR", "baseline")
    place = np.where(visits.reappeared, len(meanings) - 2, visits.table_row)
    place = np.where(place < 0, len(meanings) - 1, place).astype(np.uint32)
    said = pl.Series("reason", meanings).gather(place)
    not_evaluable = np.flatnonzero(visits.response == RESPONSES.index("NE"))
    if not len(not_evaluable):
        return said
    named = _unevaluated(batch, criteria, not_evaluable)
    return said.scatter(named["cell"], said.gather(named["cell"]) + ": " + named["lesions"])


def _unevaluated(batch: Batch, criteria: Criteria, cells: np.ndarray) -> pl.DataFrame:
    """Return the lesions without an evaluation, with their reasons, for each of some cells."""
    layout = batch.layout
    row = np.searchsorted(layout.cell_start, cells, side="right") - 1
    wanted = pl.DataFrame({"cell": cells, "row": row, "visit": cells - layout.cell_start[row]})
    wanted = wanted.join(batch.rows.select("row", "read", "compartment"), on="row").drop("row")
    wanted = wanted.rename({"compartment": "of"})
    followed = batch.lesions.filter(pl.col("role") != "new").select(
        "read", "compartment", "lesion_id", "lesion"
    )
    followed = followed.unique("lesion_id")
    pairs = wanted.join(followed, on="read").filter(
        (pl.col("of") == OVERALL) | (pl.col("of") == pl.col("compartment"))
    )
    seen = batch.lesions.select("lesion_id", "visit").with_columns(
        evaluable=pl.Series(evaluable_observations(batch.observations, layout, criteria)),
        why=_why(batch.lesions),
    )
    seen = seen.group_by("lesion_id", "visit").agg(
        pl.col("evaluable").all(), pl.col("why").sort(nulls_last=True).first()
    )
    missing = pairs.join(seen, on=["lesion_id", "visit"], how="left").filter(
        ~pl.col("evaluable").fill_null(value=False)
    )
    text = pl.format("{} ({})", pl.col("lesion"), pl.col("why").fill_null("no row at this visit"))
    return (
        missing.with_columns(text=text)
        .group_by("cell")
        .agg(lesions=pl.col("text").sort_by("lesion").str.join(", "))
        .sort("cell")
    )


def _why(lesions: pl.DataFrame) -> pl.Series:
    """Return the stated reason, or which axis is missing; else local therapy remains."""
    state = pl.col("state")
    sized = state.is_in(["measured", "split"])
    return lesions.select(
        pl.when(state == "not-evaluable")
        .then(pl.col("reason"))
        .when(sized & pl.col("short_um").is_null())
        .then(pl.lit("no-perpendicular"))
        .when(sized & pl.col("longest_um").is_null())
        .then(pl.lit("no-longest-diameter"))
        .otherwise(pl.lit("local-therapy"))
        .alias("why")
    )["why"]
