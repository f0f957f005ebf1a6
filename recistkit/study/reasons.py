"""The reason of each response, in words; of a NE the lesions and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from recistkit.response.flags import FLAGS
from recistkit.response.reduce import evaluable_observations, treated_observations
from recistkit.terms import OVERALL, RESPONSES

if TYPE_CHECKING:
    import numpy.typing as npt

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
    named = _unevaluated(batch, criteria, not_evaluable).join(
        _beside_lesions(assessment, not_evaluable), on="cell", how="full", coalesce=True
    )
    details = pl.concat_str("lesions", "beside", separator=", ", ignore_nulls=True)
    named = named.select("cell", details=details).filter(pl.col("details") != "")
    return said.scatter(named["cell"], said.gather(named["cell"]) + ": " + named["details"])


def _beside_lesions(assessment: Assessment, cells: npt.NDArray[np.int64]) -> pl.DataFrame:
    """Return what else than a lesion of the visit makes it not evaluable."""
    visits = assessment.visits
    no_baseline = (visits.sum[cells] >= 0) & (visits.baseline_sum[cells] < 0)
    flagged = visits.flags[cells] >> FLAGS.index("marker-not-normal") & 1 == 1
    no_marker = flagged & (visits.non_target[cells] == RESPONSES.index("NE"))
    said = pl.DataFrame({"cell": cells, "no_baseline": no_baseline, "no_marker": no_marker})
    words = [
        pl.when("no_baseline").then(pl.lit("no baseline sum")),
        pl.when("no_marker").then(pl.lit("tumour marker not done")),
    ]
    return said.select(
        "cell", beside=pl.concat_str(words, separator=", ", ignore_nulls=True)
    ).filter(pl.col("beside") != "")


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
    broken = (
        lesions.filter(~pl.col("evaluable"))
        .with_columns(why=_why(criteria), at_last=_why_at_last())
        .group_by("lesion_id", "visit")
        .agg(pl.col("why", "at_last").min())
        .with_columns(why=pl.coalesce("why", "at_last"))
    )
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
    reads = wanted["read"].to_numpy()
    with_gaps = np.zeros(layout.n_reads, bool)
    with_gaps[reads] = True
    of_these = with_gaps[batch.lesions["read"].to_numpy()]
    observations = batch.observations.where(of_these)
    lesions = batch.lesions.select(NEEDED).filter(pl.Series(of_these))
    asked = np.zeros(len(layout.last_day), bool)
    asked[layout.visit_start[reads] + wanted["visit"].to_numpy()] = True
    visit = layout.visit_start[lesions["read"].to_numpy()] + lesions["visit"].to_numpy()
    assessed = lesions["role"] != "new"
    evaluable = evaluable_observations(observations, layout, criteria)
    treated = treated_observations(observations, layout)
    here = lesions.with_columns(evaluable=evaluable, treated=treated).filter(
        assessed & pl.Series(asked[visit])
    )
    first = pl.Series(observations.lesion).is_first_distinct()
    followed = lesions.filter(assessed & first)
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
    "nodal",
    "longest_um",
    "short_um",
)
STATE = pl.col("state")
SIZED = STATE.is_in(["measured", "split"])
NO_SHORT = SIZED & pl.col("short_um").is_null()
NO_LONGEST = SIZED & pl.col("longest_um").is_null()


def _why(criteria: Criteria) -> pl.Expr:
    """Return the stated reason, local therapy, or the axis that the criteria miss (C5)."""
    as_node = pl.lit(criteria.size.nodes == "short") & pl.col("nodal")
    product = pl.lit(criteria.size.measure == "product")
    return (
        pl.when(STATE == "not-evaluable")
        .then(pl.col("reason"))
        .when("treated")
        .then(pl.lit("local-therapy"))
        .when((pl.col("role") == "non-target") & (STATE == "absent"))
        .then(pl.lit("never seen before"))
        .when(NO_SHORT & (product | as_node))
        .then(pl.lit("no-perpendicular"))
        .when(NO_LONGEST & (product | ~as_node))
        .then(pl.lit("no-longest-diameter"))
    )


def _why_at_last() -> pl.Expr:
    """Return the axis that is missing where lesions are merged and a node counts as none."""
    return (
        pl.when(NO_SHORT).then(pl.lit("no-perpendicular")).otherwise(pl.lit("no-longest-diameter"))
    )
