"""Arrays of responses as the responses table and the best table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl

from recistkit.model.batch import NEVER
from recistkit.response.flags import FLAGS, flag_text
from recistkit.response.margin import NO_MARGIN
from recistkit.study.reasons import REAPPEARED, reasons
from recistkit.terms import NEW_LESION_STATEMENTS, RESPONSES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recistkit.criteria import Criteria
    from recistkit.response import Assessment, ResponseOptions
    from recistkit.study.batch import Batch

__all__ = ["BEST_COLUMNS", "RESPONSES_COLUMNS", "best_table", "convention", "responses_table"]

RESPONSES_COLUMNS = (
    "subject",
    "reader",
    "compartment",
    "timepoint",
    "date_first",
    "date_last",
    "sum",
    "unit",
    "baseline_sum",
    "nadir_sum",
    "change_from_baseline_percent",
    "change_from_nadir_percent",
    "target",
    "non_target",
    "new_lesion",
    "response",
    "rule",
    "reason",
    "margin",
    "flags",
    "criteria",
)
BEST_COLUMNS = (
    "subject",
    "reader",
    "compartment",
    "best_response",
    "response_date",
    "best_response_confirmed",
    "confirmed_response_date",
    "confirmed_on",
    "progression_date",
    "last_date",
    "convention",
    "criteria",
)


def responses_table(batch: Batch, assessment: Assessment, criteria: Criteria) -> pl.DataFrame:
    """Return the responses table: one row per row of the layout and visit.

    Sums and margins are in ``unit``; percentages are not rounded, and take no
    part in any comparison.
    """
    cells = _cells_frame(batch)
    visits, layout = assessment.visits, batch.layout
    words = tuple(criteria.word(word) for word in RESPONSES)
    steps = criteria.steps_per_unit
    follow_up = np.ones(layout.n_cells, bool)
    follow_up[layout.cell_start[:-1]] = False
    baseline, nadir = visits.baseline_sum, visits.nadir_sum
    table = cells.with_columns(
        _lengths("sum", visits.sum, steps),
        pl.lit(criteria.unit).alias("unit"),
        _lengths("baseline_sum", baseline, steps),
        _lengths("nadir_sum", nadir, steps),
        _percent("change_from_baseline_percent", visits.sum, baseline, follow_up),
        _percent("change_from_nadir_percent", visits.sum, nadir, follow_up),
        _words("target", visits.target, words),
        _words("non_target", visits.non_target, words),
        _words("new_lesion", visits.new_lesion, NEW_LESION_STATEMENTS),
        _words("response", visits.response, words),
        _words("rule", *_rules(assessment, criteria)),
        reasons(batch, assessment, criteria),
        _margins(visits.margin, steps),
        _flags(visits.flags),
        pl.lit(criteria.reference).alias("criteria"),
    )
    return _with_earlier_visits(batch, table, criteria).select(RESPONSES_COLUMNS)


def best_table(
    batch: Batch, assessment: Assessment, criteria: Criteria, options: ResponseOptions
) -> pl.DataFrame:
    """Return the best table: one row per row of the layout."""
    best, layout = assessment.best, batch.layout
    words = tuple(criteria.word(word) for word in RESPONSES)
    start = layout.visit_start[layout.read_of_row]

    def day(visit: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        return np.where(visit < 0, NEVER, layout.last_day[start + np.maximum(visit, 0)])

    return batch.rows.with_columns(
        _words("best_response", best.unconfirmed, words),
        _dates("response_date", day(best.response_visit)),
        _words("best_response_confirmed", best.confirmed, words),
        _dates("confirmed_response_date", day(best.confirmed_visit)),
        _dates("confirmed_on", day(best.confirming_visit)),
        _dates("progression_date", assessment.progression_day),
        _dates("last_date", day(best.last_visit)),
        pl.lit(convention(criteria, options)).alias("convention"),
        pl.lit(criteria.reference).alias("criteria"),
    ).select(BEST_COLUMNS)


def convention(criteria: Criteria, options: ResponseOptions) -> str:
    """Return the options in force as text, in the words of the command line."""
    confirmation_days = options.confirmation_days
    if confirmation_days is None:
        confirmation_days = criteria.best_response.confirmation_days
    minimum_days = options.min_sd_days
    if minimum_days is None:
        minimum_days = criteria.best_response.minimum_stable_days
    settings = {
        "confirmation-days": confirmation_days,
        "max-intervening-ne": options.max_intervening_ne,
        "accept-sd-between": "yes" if options.accept_sd_between else "no",
        "sustain-pr": "yes" if options.sustain_pr else "no",
        "compartment-stop": options.compartment_stop,
        "min-sd-days": minimum_days or "none",
        "sd-from": options.sd_from,
    }
    return "; ".join(f"{name}={value}" for name, value in settings.items())


def _cells_frame(batch: Batch) -> pl.DataFrame:
    """Return subject to dates of every cell, in the order of the layout."""
    layout = batch.layout
    row = np.repeat(np.arange(layout.n_rows), layout.visits_of_row)
    within = np.arange(layout.n_cells) - layout.cell_start[row]
    visit = layout.visit_start[layout.read_of_row[row]] + within
    followed = batch.visits.filter(pl.col("position") >= 0)
    return pl.concat(
        [
            batch.rows.select("row", "subject", "reader", "compartment")[row],
            followed.select("position", "timepoint", "date_first", "date_last")[visit],
        ],
        how="horizontal",
    )


def _with_earlier_visits(batch: Batch, table: pl.DataFrame, criteria: Criteria) -> pl.DataFrame:
    """Add the visits before the baseline, which take part in nothing."""
    earlier = batch.visits.filter(pl.col("position") < 0)
    if not earlier.height:
        return table
    rows = batch.rows.join(
        earlier.select("read", "position", "timepoint", "date_first", "date_last"), on="read"
    ).with_columns(
        reason=pl.lit("pre-baseline"),
        flags=pl.lit("pre-baseline"),
        unit=pl.lit(criteria.unit),
        criteria=pl.lit(criteria.reference),
    )
    return pl.concat([table, rows.drop("read")], how="diagonal").sort(
        "row", "position", maintain_order=True
    )


def _rules(
    assessment: Assessment, criteria: Criteria
) -> tuple[npt.NDArray[np.int8], tuple[str, ...]]:
    ids = (*criteria.overall_table.ids, REAPPEARED)
    visits = assessment.visits
    return np.where(visits.reappeared, len(ids) - 1, visits.table_row), ids


def _words(name: str, codes: npt.NDArray[Any], words: Sequence[str]) -> pl.Series:
    table = pl.Series(name, [*words, None], dtype=pl.String)
    return table[np.where(codes < 0, len(words), codes).astype(np.uint32)]


def _lengths(name: str, steps: npt.NDArray[np.int64], steps_per_unit: int) -> pl.Series:
    return _numbers(name, steps / steps_per_unit, steps >= 0)


def _margins(margin: npt.NDArray[np.int64], steps_per_unit: int) -> pl.Series:
    return _numbers("margin", margin / steps_per_unit, margin != NO_MARGIN)


def _percent(
    name: str,
    value: npt.NDArray[np.int64],
    reference: npt.NDArray[np.int64],
    follow_up: npt.NDArray[np.bool_],
) -> pl.Series:
    known = follow_up & (value >= 0) & (reference > 0)
    change = (value - reference) * 100 / np.where(known, reference, 1)
    return _numbers(name, change, known)


def _numbers(name: str, values: npt.NDArray[np.float64], known: npt.NDArray[np.bool_]) -> pl.Series:
    return pl.Series(name, np.where(known, values, np.nan), nan_to_null=True)


def _flags(bits: npt.NDArray[np.int32]) -> pl.Series:
    """Spell each set of flags that occurs once."""
    occurs = np.flatnonzero(np.bincount(bits, minlength=1 << len(FLAGS)))
    place = np.zeros(1 << len(FLAGS), np.uint32)
    place[occurs] = np.arange(len(occurs))
    texts = [flag_text(int(pattern)) or None for pattern in occurs]
    return pl.Series("flags", texts, dtype=pl.String)[place[bits]]


def _dates(name: str, days: npt.NDArray[np.int32]) -> pl.Series:
    dates = np.where(days == NEVER, np.datetime64("NaT", "D"), days.astype("datetime64[D]"))
    return pl.Series(name, dates)
