"""From the tables of a study to the arrays that the rules work on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from recistkit.exchange.load_tables import StudyTables
from recistkit.exchange.numbering import numbers
from recistkit.model.batch import NEVER, NO_LENGTH, Codes, Days, Layout, Observations
from recistkit.study.rows import number_responses
from recistkit.study.visits import place_of_rows
from recistkit.terms import (
    CERTAINTIES,
    NEW_LESION_STATEMENTS,
    OVERALL,
    ROLES,
    STATES,
    TUMOUR_MARKERS,
)

__all__ = ["Batch", "build_batch"]

READ = ["subject", "reader"]
VISIT = [*READ, "timepoint"]


@dataclass(frozen=True, slots=True)
class Batch:
    """Arrays for the rules, and the frames that say what their numbers stand for.

    Attributes
    ----------
    observations : Observations
    layout : Layout
    rows : polars.DataFrame
        ``row, read, subject, reader, compartment``, in the order of `layout`.
    visits : polars.DataFrame
        All visits in order, with ``read`` and ``position``.
    lesions : polars.DataFrame
        One row per lesion row from the baseline on: ``row, visit, lesion_id,
        lesion, role, state, reason`` and sizes, for explanations.
    """

    observations: Observations
    layout: Layout
    rows: pl.DataFrame
    visits: pl.DataFrame
    lesions: pl.DataFrame


def build_batch(tables: StudyTables, visits: pl.DataFrame) -> Batch:
    """Return the batch of faultless tables and their ordered visits."""
    reads = tables.reads.frame
    place = place_of_rows(reads, visits)
    rows, row = number_responses(reads, visits, place)
    lesions = _lesions(reads, visits, place, row)
    return Batch(_observations(lesions), _layout(tables, visits, rows), rows, visits, lesions)


def _lesions(
    reads: pl.DataFrame,
    visits: pl.DataFrame,
    place: npt.NDArray[np.int64],
    row: npt.NDArray[np.int64],
) -> pl.DataFrame:
    lesion = reads["lesion_no"].to_numpy()
    nodal = np.zeros(int(lesion.max(initial=-1)) + 1, bool)
    nodal[lesion[_filled(reads["nodal"], none=False).to_numpy()]] = True
    lesions = reads.with_columns(
        pl.col("compartment").fill_null(OVERALL),
        read=visits["read"].to_numpy()[place],
        visit=visits["position"].to_numpy()[place],
        nodal=nodal[lesion],
        row=row,
    )
    if lesions["visit"].to_numpy().min(initial=0) < 0:
        lesions = lesions.filter(pl.col("visit") >= 0)
        lesions = lesions.with_columns(lesion_id=numbers(lesions["lesion_no"].to_numpy()))
    else:
        lesions = lesions.with_columns(lesion_id="lesion_no")
    return _with_holder(lesions)


def _with_holder(lesions: pl.DataFrame) -> pl.DataFrame:
    if lesions["merged_into"].null_count() == lesions.height:
        return lesions.with_columns(holder=pl.lit(-1, pl.Int64))
    held = lesions.select("read", merged_into="lesion", holder="lesion_id").unique()
    return lesions.join(
        held, on=["read", "merged_into"], how="left", maintain_order="left"
    ).with_columns(pl.col("holder").fill_null(-1))


def _observations(lesions: pl.DataFrame) -> Observations:
    return Observations(
        row=lesions["row"].to_numpy(),
        visit=lesions["visit"].to_numpy(),
        lesion=lesions["lesion_id"].to_numpy(),
        role=_codes(lesions["role"], ROLES),
        state=_codes(lesions["state"], STATES),
        certainty=_codes(_filled(lesions["certainty"], "unequivocal"), CERTAINTIES),
        nodal=lesions["nodal"].to_numpy(),
        longest_um=_filled(lesions["longest_um"], NO_LENGTH).to_numpy(),
        short_um=_filled(lesions["short_um"], NO_LENGTH).to_numpy(),
        holder=lesions["holder"].to_numpy(),
        day=_days(lesions["date"]),
    )


def _layout(tables: StudyTables, visits: pl.DataFrame, rows: pl.DataFrame) -> Layout:
    followed = visits.filter(pl.col("position") >= 0)
    reads = followed.group_by("read", maintain_order=True).agg(
        n_visits=pl.len(),
        subject=pl.col("subject").first(),
        reference=pl.col("reference_date").first(),
        baseline_last=pl.col("date_last").first(),
    )
    new_therapy, local_therapy = _therapies(tables, reads, rows)
    coverage = followed["coverage"]
    return Layout(
        read_of_row=rows["read"].to_numpy(),
        is_overall=(rows["compartment"] == OVERALL).to_numpy(),
        n_visits=reads["n_visits"].cast(pl.Int64).to_numpy(),
        first_day=_days(followed["date_first"]),
        last_day=_days(followed["date_last"]),
        marker=_codes(followed["tumour_marker"], TUMOUR_MARKERS),
        statement=_codes(followed["new_lesions"], NEW_LESION_STATEMENTS),
        coverage_incomplete=(coverage.is_not_null() & (coverage != "complete"))
        .fill_null(value=False)
        .to_numpy(),
        reference_day=_days(reads["reference"]),
        new_therapy_day=_days(new_therapy),
        local_therapy_day=_days(local_therapy),
    )


def _therapies(
    tables: StudyTables, reads: pl.DataFrame, rows: pl.DataFrame
) -> tuple[pl.Series, pl.Series]:
    """Return the first new therapy of each read and the first local therapy of each row (C21)."""
    if tables.events is None:
        return pl.Series([None] * reads.height, dtype=pl.Date), pl.Series(
            [None] * rows.height, dtype=pl.Date
        )
    events = tables.events.frame.join(
        reads.select("read", "subject", "baseline_last"), on="subject"
    ).filter(pl.col("date") > pl.col("baseline_last"))
    new = events.filter(pl.col("event") == "new-therapy").group_by("read").agg(pl.col("date").min())
    local = events.filter(pl.col("event") == "local-therapy").with_columns(
        pl.col("compartment").fill_null(OVERALL)
    )
    whole = (
        local.filter(pl.col("compartment") == OVERALL)
        .group_by("read")
        .agg(whole=pl.col("date").min())
    )
    part = local.group_by("read", "compartment").agg(part=pl.col("date").min())
    of_rows = rows.join(whole, on="read", how="left", maintain_order="left").join(
        part, on=["read", "compartment"], how="left", maintain_order="left"
    )
    of_reads = reads.join(new, on="read", how="left", maintain_order="left")
    return of_reads["date"], of_rows.select(pl.min_horizontal("whole", "part")).to_series()


def _codes(words: pl.Series, allowed: tuple[str, ...]) -> Codes:
    codes = words.cast(pl.Enum(allowed)).to_physical().cast(pl.Int8)
    return _filled(codes, -1).to_numpy()


def _days(dates: pl.Series) -> Days:
    return _filled(dates.cast(pl.Int32), NEVER).to_numpy()


def _filled(values: pl.Series, none: int | str) -> pl.Series:
    """Return values with another for those that are empty; most columns have none."""
    return values.fill_null(none) if values.null_count() else values
