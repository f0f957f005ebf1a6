"""What a disagreement comes from.

For each value that differs, the first visit is looked for at which the two
readers part: for the date of progression the first at which one says PD and
the other does not, for the date of response the same with CR or PR, for
anything else the first with different responses. Visits after the end of the
assessment of both readers are left out. What differs there is the cause, in
this order:

1. `undetermined`: one of the readers has no such visit;
2. `new-lesion`: one has an unequivocal new lesion, the other has not;
3. `non-target`: one has non-target PD, the other has not;
4. the target responses differ: `selection` if the readers chose different
   targets at baseline, else `measurement` (`undetermined` without the reads).
   Of the same targets nothing but states and sizes goes into the response of
   the targets, so measurement needs no proof but that these differ: where the
   lesions are matched by place and are alike in both reads up to this visit,
   the cause is `undetermined`;
5. `non-target`: the non-target responses differ;
6. `undetermined`: the components are the same.

Where no visit parts them, the cause of a date that both readers give is
`date`. A date of response or progression that only one gives then goes back to
the first visit with different responses. What still has no cause is put down
to `date` if a visit has other dates, else it is `undetermined`.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from recistkit.reconciliation.matching import Matching
from recistkit.reconciliation.pairs import paired_visits
from recistkit.reconciliation.selection import baseline_targets, same_targets
from recistkit.reconciliation.sizes import alike_visits
from recistkit.terms import DATE_VARIABLES

__all__ = ["causes"]

_ROW = ("subject", "compartment", "variable")
_GROUP = ("subject", "compartment")
_TURNING_WORDS = {"progression_date": ["PD"], "response_date": ["CR", "PR"]}


def causes(
    differing: pl.DataFrame,
    responses: pl.DataFrame,
    readers: Sequence[str],
    matching: Matching | None = None,
    lesions: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return the cause of each disagreement.

    Parameters
    ----------
    differing : polars.DataFrame
        Rows of `recistkit.reconciliation.pairs.paired_values` that differ.
    responses : polars.DataFrame
        Responses table.
    readers : sequence of str
        The two readers.
    matching : Matching or None
        Which lesions of the two reads are the same; without it selection and
        measurement are not told apart.
    lesions : polars.DataFrame or None
        As `recistkit.reconciliation.side_by_side.side_by_side` returns them
        of `matching`; goes with it.

    Returns
    -------
    polars.DataFrame
        ``subject, compartment, variable, cause`` and the ``timepoint`` of the
        visit that shows it; empty where no visit does.
    """
    ours = responses.join(differing, on=_GROUP, how="semi")
    visits = paired_visits(ours, readers)
    counted = visits.filter(
        pl.any_horizontal(pl.col("counts_1", "counts_2").fill_null(value=False))
    )
    apart = _with_targets(counted, ours, matching, lesions).with_columns(at_visit=_at_visit())
    rows = differing.select(*_ROW, "value_1", "value_2")
    own = _first(rows, apart, _turns()).rename({"at_visit": "own", "timepoint": "own_timepoint"})
    named = (
        rows.join(own, on=_ROW, how="left")
        .join(_first(rows, apart, _responses_differ()), on=_ROW, how="left")
        .join(_other_dates(counted), on=_GROUP, how="left")
    )
    both_dates = pl.col("variable").is_in(DATE_VARIABLES) & pl.all_horizontal(
        pl.col("value_1", "value_2").is_not_null()
    )
    turning = pl.col("variable").is_in(list(_TURNING_WORDS))
    date = pl.struct(cause=pl.lit("date"), timepoint=pl.lit(None, dtype=pl.String))
    cause = (
        pl.when(turning & pl.col("own").is_not_null())
        .then(pl.struct(cause="own", timepoint="own_timepoint"))
        .when(turning & both_dates)
        .then(date)
        .when(pl.col("at_visit").is_not_null())
        .then(pl.struct(cause="at_visit", timepoint="timepoint"))
        .when(both_dates | pl.col("other_dates"))
        .then(date)
        .otherwise(pl.struct(cause=pl.lit("undetermined"), timepoint=pl.lit(None, pl.String)))
    )
    return named.select(*_ROW, cause.alias("found")).unnest("found")


def _with_targets(
    visits: pl.DataFrame,
    responses: pl.DataFrame,
    matching: Matching | None,
    lesions: pl.DataFrame | None,
) -> pl.DataFrame:
    """Add whether the targets are the same, and whether they are alike up to each visit."""
    if matching is None or lesions is None:
        unknown = pl.lit(None, dtype=pl.Boolean)
        return visits.with_columns(same=unknown, alike=unknown)
    targets = baseline_targets(matching.lesions, responses)
    same = same_targets(targets, matching)
    return (
        visits.join(same, on=_GROUP, how="left")
        .join(alike_visits(lesions), on=[*_GROUP, "timepoint"], how="left")
        .with_columns(alike=pl.col("alike") & pl.col("by_place"))
    )


def _at_visit() -> pl.Expr:
    """Return the cause that one visit shows, in the order of this module's head."""
    missing = pl.col("response_1").is_null() | pl.col("response_2").is_null()
    non_target_pd = (pl.col("non_target_1") == "PD").ne_missing(pl.col("non_target_2") == "PD")
    target = pl.col("target_1").ne_missing(pl.col("target_2"))
    return (
        pl.when(missing)
        .then(pl.lit("undetermined"))
        .when(pl.col("new_1") != pl.col("new_2"))
        .then(pl.lit("new-lesion"))
        .when(non_target_pd)
        .then(pl.lit("non-target"))
        .when(target & (pl.col("same").is_null() | (pl.col("same") & pl.col("alike"))))
        .then(pl.lit("undetermined"))
        .when(target & pl.col("same"))
        .then(pl.lit("measurement"))
        .when(target)
        .then(pl.lit("selection"))
        .when(pl.col("non_target_1").ne_missing(pl.col("non_target_2")))
        .then(pl.lit("non-target"))
        .otherwise(pl.lit("undetermined"))
    )


def _responses_differ() -> pl.Expr:
    return pl.col("response_1").ne_missing(pl.col("response_2"))


def _turns() -> pl.Expr:
    """Return whether only one reader's response makes the variable's date."""
    turns = pl.lit(value=False)
    for variable, words in _TURNING_WORDS.items():
        said = [pl.col(f"response_{n}").is_in(words).fill_null(value=False) for n in (1, 2)]
        turns = pl.when(pl.col("variable") == variable).then(said[0] != said[1]).otherwise(turns)
    return turns


def _first(rows: pl.DataFrame, visits: pl.DataFrame, apart: pl.Expr) -> pl.DataFrame:
    """Return what the first visit shows at which the readers part."""
    first_day = pl.min_horizontal("date_first_1", "date_first_2")
    return (
        rows.join(visits, on=_GROUP)
        .filter(apart)
        .sort(first_day, "timepoint")
        .unique(_ROW, keep="first", maintain_order=True)
        .select(*_ROW, "at_visit", "timepoint")
    )


def _other_dates(visits: pl.DataFrame) -> pl.DataFrame:
    """Return whether any visit of both readers has other dates."""
    differ = pl.any_horizontal(
        pl.col(f"{name}_1") != pl.col(f"{name}_2") for name in ("date_first", "date_last")
    )
    return visits.group_by(_GROUP).agg(other_dates=differ.any())
