"""The reason of each response, in words; of a NE the lesions and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from recistkit.exchange.numbering import first_rows
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
    visit = cells - layout.cell_start[row]
    wanted = pl.DataFrame({"cell": cells, "row": row, "visit": visit})
    wanted = wanted.join(batch.rows.select("row", "read", of="compartment"), on="row").drop("row")
    followed, lesions = _concerned(batch, criteria, wanted)
    pairs = wanted.join(followed, on="read").filter(
        (pl.col("of") == OVERALL) | (pl.col("of") == pl.col("compartment"))
    )
    seen = lesions.filter("evaluable").select("lesion_id", "visit")
    broken = lesions.filter(~pl.col("evaluable")).with_columns(why=WHY)
    broken = broken.unique(["lesion_id", "visit"], keep="first", maintain_order=True)
    missing = pairs.join(seen, on=["lesion_id", "visit"], how="anti").join(
        broken.select("lesion_id", "visit", "why"), on=["lesion_id", "visit"], how="left"
    )
    text = pl.format("{} ({})", pl.col("lesion"), pl.col("why").fill_null("no row at this visit"))
    return (
        missing.with_columns(text=text)
        .group_by("cell")
        .agg(lesions=pl.col("text").sort_by("lesion").str.join(", "))
        .sort("cell")
    )


def _concerned(
    batch: Batch, criteria: Criteria, wanted: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the lesions that reads follow, and their rows at the visits that are asked for."""
    layout = batch.layout
    lesions = batch.lesions.select(NEEDED)
    read, visit = lesions["read"].to_numpy(), lesions["visit"].to_numpy()
    asked = np.zeros(len(layout.last_day), bool)
    asked[layout.visit_start[wanted["read"].to_numpy()] + wanted["visit"].to_numpy()] = True
    assessed = lesions["role"] != "new"
    evaluable = evaluable_observations(batch.observations, layout, criteria)
    here = lesions.with_columns(evaluable=evaluable).filter(
        assessed & pl.Series(asked[layout.visit_start[read] + visit])
    )
    first = np.zeros(lesions.height, bool)
    first[first_rows(lesions["lesion_id"].to_numpy())] = True
    followed = lesions.filter(assessed & pl.Series(first))
    return followed.select("read", "compartment", "lesion_id", "lesion"), here


NEEDED = (
    "read",
    "visit",
    "compartment",
    "lesion_id",
    "lesion",
    "role",
    "state",
    "reason",
    "longest_um",
    "short_um",
)
STATE = pl.col("state")
SIZED = STATE.is_in(["measured", "split"])
WHY = (
    pl.when(STATE == "not-evaluable")
    .then(pl.col("reason"))
    .when(SIZED & pl.col("short_um").is_null())
    .then(pl.lit("no-perpendicular"))
    .when(SIZED & pl.col("longest_um").is_null())
    .then(pl.lit("no-longest-diameter"))
    .otherwise(pl.lit("local-therapy"))
)
"""The stated reason, or which axis is missing; else local therapy remains."""
