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
   targets at baseline, else `measurement` (`undetermined` without the reads);
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

from recistkit.reconciliation.options import DATE_VARIABLES
from recistkit.reconciliation.pairs import paired_visits
from recistkit.reconciliation.selection import same_targets

__all__ = ["causes"]

_ROW = ("subject", "compartment", "variable")
_GROUP = ("subject", "compartment")
_TURNING_WORDS = {"progression_date": ["PD"], "response_date": ["CR", "PR"]}


def causes(
    differing: pl.DataFrame,
    responses: pl.DataFrame,
    reads: pl.DataFrame | None,
    readers: Sequence[str],
) -> pl.DataFrame:
    """Return the cause of each disagreement.

    Parameters
    ----------
    differing : polars.DataFrame
        Rows of `recistkit.reconciliation.pairs.paired_values` that differ.
    responses : polars.DataFrame
        Responses table.
    reads : polars.DataFrame or None
        Reads table; without it selection and measurement are not told apart.
    readers : sequence of str
        The two readers.

    Returns
    -------
    polars.DataFrame
        ``subject, compartment, variable, cause``.
    """
    ours = responses.join(differing, on=_GROUP, how="semi")
    visits = paired_visits(ours, readers)
    counted = visits.filter(
        pl.any_horizontal(pl.col("counts_1", "counts_2").fill_null(value=False))
    )
    if reads is None:
        same = pl.DataFrame(
            schema={"subject": pl.String, "compartment": pl.String, "same": pl.Boolean}
        )
    else:
        same = same_targets(reads, ours, readers)
    apart = counted.join(same, on=_GROUP, how="left").with_columns(at_visit=_at_visit())
    rows = differing.select(*_ROW, "value_1", "value_2")
    named = (
        rows.join(_first(rows, apart, _turns()).rename({"at_visit": "own"}), on=_ROW, how="left")
        .join(_first(rows, apart, _responses_differ()), on=_ROW, how="left")
        .join(_other_dates(counted), on=_GROUP, how="left")
    )
    both_dates = pl.col("variable").is_in(DATE_VARIABLES) & pl.all_horizontal(
        pl.col("value_1", "value_2").is_not_null()
    )
    turning = pl.col("variable").is_in(list(_TURNING_WORDS))
    cause = pl.coalesce(
        pl.when(turning).then("own"),
        pl.when(turning & both_dates).then(pl.lit("date")),
        "at_visit",
        pl.when(both_dates | pl.col("other_dates")).then(pl.lit("date")),
        pl.lit("undetermined"),
    )
    return named.select(*_ROW, cause=cause)


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
        .when(target & pl.col("same").is_null())
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
        .select(*_ROW, "at_visit")
    )


def _other_dates(visits: pl.DataFrame) -> pl.DataFrame:
    """Return whether any visit of both readers has other dates."""
    differ = pl.any_horizontal(
        pl.col(f"{name}_1") != pl.col(f"{name}_2") for name in ("date_first", "date_last")
    )
    return visits.group_by(_GROUP).agg(other_dates=differ.any())
