"""Visits of each read in their order, and which of them is the baseline (C2, C3)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from recistkit.exchange.columns import ParsedTable
from recistkit.exchange.load_tables import ONE_READER, StudyTables
from recistkit.exchange.numbering import first_rows

__all__ = ["order_visits", "place_of_rows", "position_of_rows"]

READ = ["subject", "reader"]
VISIT = [*READ, "timepoint"]


def order_visits(tables: StudyTables) -> pl.DataFrame:
    """Return one row per read and timepoint, in order.

    Parameters
    ----------
    tables : StudyTables
        Loaded tables; values with faults are null and left out.

    Returns
    -------
    polars.DataFrame
        ``subject, reader, timepoint, date_first, date_last, marked`` (as
        baseline), ``reference_date``, ``read`` (numbers from 0), ``position``
        (0 is the baseline, earlier visits are negative), the statement,
        coverage and marker of the visits table, ``visits_row``, its row
        there, and ``visit_no``, its number in the reads table.
    """
    visits = _from_reads(tables.reads.frame)
    visits = _with_visits_table(visits, tables.visits)
    visits = _with_reference(visits, tables.subjects)
    order = visits.sort(
        *READ, "date_first", "date_last", "timepoint", nulls_last=True, maintain_order=True
    )
    return _with_position(order)


def _from_reads(reads: pl.DataFrame) -> pl.DataFrame:
    """Return one row per visit of the reads table, with its first and last date."""
    visit = reads["visit_no"].to_numpy()
    first = first_rows(visit)
    days = reads["date"].cast(pl.Int32)
    marked = np.zeros(len(first), bool)
    marked[visit[reads["baseline"].fill_null(value=False).to_numpy()]] = True
    visits = reads[[*VISIT, "visit_no"]][first]
    return visits.with_columns(
        date_first=_extreme(np.minimum, days, visit, len(first)),
        date_last=_extreme(np.maximum, days, visit, len(first)),
        marked=marked,
    ).filter(pl.all_horizontal(pl.col(VISIT).is_not_null()))


def _extreme(
    pick: np.ufunc, days: pl.Series, visit: npt.NDArray[np.int64], n_visits: int
) -> pl.Series:
    """Return the first or last day of each visit; null where no row has a date."""
    none = np.iinfo(np.int32).max if pick is np.minimum else np.iinfo(np.int32).min
    out = np.full(n_visits, none, np.int32)
    pick.at(out, visit, (days.fill_null(none) if days.null_count() else days).to_numpy())
    nothing = np.datetime64("NaT", "D")
    return pl.Series(np.where(out == none, nothing, out.astype("datetime64[D]")))


def _with_visits_table(visits: pl.DataFrame, table: ParsedTable | None) -> pl.DataFrame:
    if table is None:
        missing = ("new_lesions", "coverage", "tumour_marker")
        return visits.with_columns(
            *(pl.lit(None, pl.String).alias(name) for name in missing),
            visits_row=pl.lit(None, pl.Int64),
        )
    stated = _for_each_reader(visits, table).select(
        *VISIT,
        "new_lesions",
        "coverage",
        "tumour_marker",
        stated_first="date_first",
        stated_last="date_last",
        visits_row="row",
    )
    joined = visits.join(stated, on=VISIT, how="full", coalesce=True)
    return joined.select(
        *VISIT,
        *(pl.col(name).cast(pl.String) for name in ("new_lesions", "coverage", "tumour_marker")),
        "visits_row",
        "visit_no",
        "stated_first",
        "stated_last",
        date_first=pl.min_horizontal("date_first", "stated_first", "stated_last"),
        date_last=pl.max_horizontal("date_last", "stated_first", "stated_last"),
        marked=pl.col("marked").fill_null(value=False),
    )


def _for_each_reader(visits: pl.DataFrame, table: ParsedTable) -> pl.DataFrame:
    """A row without a reader holds for every reader of its subject, cell by cell (C2)."""
    rows = table.frame.filter(pl.col("subject").is_not_null(), pl.col("timepoint").is_not_null())
    named = rows.filter(pl.col("reader").is_not_null())
    if named.height == rows.height:
        return _once(named)
    shared = rows.filter(pl.col("reader").is_null()).drop("reader")
    readers = visits.select(READ).unique()
    first = visits["reader"].min()
    only = first if isinstance(first, str) else ONE_READER
    spread = shared.join(readers, on="subject", how="left").with_columns(
        pl.col("reader").fill_null(only)
    )
    cells = ("new_lesions", "coverage", "tumour_marker", "row")
    both = _once(named).join(_once(spread), on=VISIT, how="full", coalesce=True, suffix="_shared")
    return both.select(
        *VISIT,
        *(pl.coalesce(name, f"{name}_shared") for name in cells),
        date_first=pl.min_horizontal("date_first", "date_first_shared"),
        date_last=pl.max_horizontal("date_last", "date_last_shared"),
    )


def _once(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.unique(VISIT, keep="first", maintain_order=True)


def _with_reference(visits: pl.DataFrame, table: ParsedTable | None) -> pl.DataFrame:
    if table is None:
        return visits.with_columns(reference_date=pl.lit(None, pl.Date))
    known = table.frame.filter(pl.col("subject").is_not_null())
    dates = known.select("subject", "reference_date")
    once = dates.unique("subject", keep="first", maintain_order=True)
    return visits.join(once, on="subject", how="left")


def _with_position(order: pl.DataFrame) -> pl.DataFrame:
    """Baseline: the visit marked; else the last up to the reference date; else the first."""
    read = order.select(pl.struct(READ).rle_id()).to_series().cast(pl.Int64).to_numpy()
    begin = np.flatnonzero(np.diff(read, prepend=-1))
    number = np.arange(len(read)) - begin[read]
    early = (order["date_last"] <= order["reference_date"]).fill_null(value=False).to_numpy()
    baseline = np.zeros(len(begin), np.int64)
    np.maximum.at(baseline, read[early], number[early])
    marked = np.flatnonzero(order["marked"].to_numpy())[::-1]
    baseline[read[marked]] = number[marked]
    return order.with_columns(read=read, position=number - baseline[read])


def position_of_rows(reads: pl.DataFrame, visits: pl.DataFrame) -> npt.NDArray[np.int64]:
    """Return the position of each lesion row's visit; below every other where it has none."""
    return _by_visit(reads, visits, visits["position"].to_numpy(), np.iinfo(np.int64).min)


def place_of_rows(reads: pl.DataFrame, visits: pl.DataFrame) -> npt.NDArray[np.int64]:
    """Return the place of each lesion row's visit in `visits`, -1 where it has none."""
    return _by_visit(reads, visits, np.arange(visits.height), -1)


def _by_visit(
    reads: pl.DataFrame, visits: pl.DataFrame, values: npt.NDArray[np.int64], none: int
) -> npt.NDArray[np.int64]:
    known = visits["visit_no"].is_not_null().to_numpy()
    visit = reads["visit_no"].to_numpy()
    out = np.full(int(visit.max(initial=-1)) + 1, none, np.int64)
    out[visits["visit_no"].drop_nulls().to_numpy()] = values[known]
    found: npt.NDArray[np.int64] = out[visit]
    return found
