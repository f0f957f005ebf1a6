"""Visits of each read in their order, and which of them is the baseline (C2, C3)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from recistkit.exchange.columns import ParsedTable
from recistkit.exchange.load_tables import ONE_READER, StudyTables
from recistkit.exchange.numbering import first_rows
from recistkit.terms import OVERALL

__all__ = ["order_visits", "place_of_rows", "position_of_rows", "visit_faults"]

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
    days = reads["date"].to_physical()
    marked = np.zeros(len(first), bool)
    marked[visit[reads["baseline"].fill_null(value=False).to_numpy()]] = True
    visits = reads.select(*VISIT, "visit_no")[first]
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
    pick.at(out, visit, days.fill_null(none).to_numpy())
    known = pl.Series(out != none)
    return pl.select(pl.when(known).then(pl.Series(out).cast(pl.Date))).to_series()


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
        stated_first=pl.min_horizontal("date_first", "date_last"),
        stated_last=pl.max_horizontal("date_first", "date_last"),
        visits_row="row",
    )
    joined = visits.join(stated, on=VISIT, how="full", coalesce=True)
    return joined.select(
        *VISIT,
        *(pl.col(name).cast(pl.String) for name in ("new_lesions", "coverage", "tumour_marker")),
        "visits_row",
        "visit_no",
        date_first=pl.min_horizontal("date_first", "stated_first"),
        date_last=pl.max_horizontal("date_last", "stated_last"),
        marked=pl.col("marked").fill_null(value=False),
    )


def _for_each_reader(visits: pl.DataFrame, table: ParsedTable) -> pl.DataFrame:
    """A row without a reader holds for every reader of its subject (C2)."""
    rows = table.frame.filter(pl.col("subject").is_not_null(), pl.col("timepoint").is_not_null())
    named = rows.filter(pl.col("reader").is_not_null())
    shared = rows.filter(pl.col("reader").is_null()).drop("reader")
    readers = visits.select(READ).unique()
    first = visits["reader"].min()
    only = first if isinstance(first, str) else ONE_READER
    spread = shared.join(readers, on="subject", how="left").with_columns(
        pl.col("reader").fill_null(only)
    )
    own = named.select(VISIT)
    spread = spread.join(own, on=VISIT, how="anti")
    every = pl.concat([named, spread.select(named.columns)])
    return every.unique(VISIT, keep="first", maintain_order=True)


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


def visit_faults(tables: StudyTables, visits: pl.DataFrame) -> None:
    """Add the faults that show when visits stand in their order."""
    _dateless_visits(tables, visits)
    _unknown_readers(tables)
    _same_day_visits(tables, visits)
    _baseline_sizes(tables, visits)
    _new_at_baseline(tables, visits)
    _contradicted_statements(tables, visits)
    _unknown_compartments(tables)


def _dateless_visits(tables: StudyTables, visits: pl.DataFrame) -> None:
    if tables.visits is None:
        return
    backwards = pl.col("date_last") < pl.col("date_first")
    tables.visits.add(backwards, "date_last", "lies before date_first")
    only_here = pl.col("date_first").is_null() & pl.col("visit_no").is_null()
    without = visits.filter(only_here).select(row="visits_row")
    bad = tables.visits.frame.filter(~tables.visits.fine(*VISIT, "date_first", "date_last"))
    tables.visits.add_rows(
        without.join(bad, on="row", how="anti").unique("row"),
        "date_first",
        "the visit has no date, here or on a lesion row",
    )


def _unknown_readers(tables: StudyTables) -> None:
    """A visits row belongs to a reader who has lesion rows (C1)."""
    if tables.visits is None:
        return
    reads = tables.reads.frame
    known = reads["reader"].unique().drop_nulls()
    rows = tables.visits.frame.filter(
        pl.col("subject").is_not_null() & tables.visits.fine("reader") & tables.reads.fine("reader")
    )
    strangers = rows.filter(
        pl.col("reader").is_not_null() & ~pl.col("reader").is_in(known.implode())
    )
    tables.visits.add_rows(
        strangers, "reader", pl.format("{} has no lesion row in the reads table", pl.col("reader"))
    )
    if len(known) > 1:
        nobody = rows.filter(pl.col("reader").is_null()).join(reads, on="subject", how="anti")
        message = "is empty, and no lesion row says who read this subject"
        tables.visits.add_rows(nobody, "reader", message)


def _same_day_visits(tables: StudyTables, visits: pl.DataFrame) -> None:
    dated = visits.filter(pl.col("date_first").is_not_null())
    twins = dated.filter(pl.struct("read", "date_first").is_first_distinct().not_())
    if not twins.height:
        return
    message = pl.format(
        "timepoint {} begins on the same day as another of this read", pl.col("timepoint")
    )
    first = first_rows(tables.reads.frame["visit_no"].to_numpy())
    rows = tables.reads.frame.select("visit_no", "row")[first]
    placed = twins.join(rows, on="visit_no", how="left")
    tables.reads.add_rows(placed.filter(pl.col("row").is_not_null()), "date", message)
    if tables.visits is not None:
        rest = placed.filter(pl.col("row").is_null()).with_columns(row="visits_row")
        tables.visits.add_rows(rest, "date_first", message)


def _baseline_sizes(tables: StudyTables, visits: pl.DataFrame) -> None:
    """A target without its size at baseline is a fault."""
    reads = tables.reads
    sized = pl.col("longest_um").is_not_null() | pl.col("short_um").is_not_null()
    frame = reads.frame.with_columns(position=position_of_rows(reads.frame, visits))
    counted = sized & pl.col("state").is_in(["measured", "split", "too-small"])
    at_baseline = (pl.col("position") == 0) & (counted | _told_otherwise(reads))
    unplaced = ~reads.fine("timepoint", "date", "baseline") | pl.col("timepoint").is_null()
    settled = frame.lazy().filter(at_baseline | unplaced).select("lesion_no").collect()
    without = np.ones(int(reads.frame["lesion_no"].to_numpy().max(initial=0)) + 1, np.bool_)
    without[settled["lesion_no"].to_numpy()] = False
    followed = (pl.col("role") == "target") & (pl.col("position") >= 0)
    named = frame.lazy().filter(followed & pl.col("lesion").is_not_null())
    targets = named.select("row", "lesion", "lesion_no").collect()
    bare = targets.filter(pl.Series(without[targets["lesion_no"].to_numpy()], dtype=pl.Boolean))
    reads.add_rows(
        bare.unique("lesion_no", keep="first", maintain_order=True),
        "longest_mm",
        pl.format("target {} has no size at the baseline", pl.col("lesion")),
    )


def _told_otherwise(reads: ParsedTable) -> pl.Expr:
    """Return the rows whose fault tells already why there is no size, save an empty row's."""
    telling = {"longest_mm", "short_mm", "state", "role"}
    rows = [fault.row for fault in reads.faults if fault.row and fault.column in telling]
    empty = pl.col("state").is_null() & reads.fine(*telling)
    told = pl.col("row").is_in(rows) | ~reads.fine("longest_mm", "short_mm", "state", "role")
    return told & ~empty


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


def _new_at_baseline(tables: StudyTables, visits: pl.DataFrame) -> None:
    new = tables.reads.frame.filter(pl.col("role") == "new")
    if new.height:
        unsure = visits.filter(pl.col("date_first").is_null()).select(READ)
        baseline = visits.filter(pl.col("position") == 0).join(unsure, on=READ, how="anti")
        tables.reads.add_rows(
            new.join(baseline, on=VISIT, how="semi"), "role", "a new lesion stands at the baseline"
        )


def _contradicted_statements(tables: StudyTables, visits: pl.DataFrame) -> None:
    """A statement `none` beside a first sighting, `equivocal` beside an unequivocal one (C18)."""
    if tables.visits is None:
        return
    new = tables.reads.frame.filter(
        pl.col("role") == "new",
        pl.col("lesion").is_not_null(),
        ~pl.col("state").is_in(["absent", "not-evaluable"]),
        tables.reads.fine("state", "certainty"),
    )
    if not new.height:
        return
    after = visits.filter(pl.col("position") > 0).select(
        *VISIT, "position", "new_lesions", "visits_row"
    )
    seen = new.join(after, on=VISIT).with_columns(
        sure=pl.col("certainty").fill_null("unequivocal") == "unequivocal"
    )
    lesion = [*READ, "lesion"]
    first = pl.col("position") == pl.col("position").min().over(lesion)
    first_sure = pl.col("position") == pl.when("sure").then(pl.col("position")).min().over(lesion)
    against_none = seen.filter(first & (pl.col("new_lesions") == "none"))
    against_equivocal = seen.filter(
        first_sure & pl.col("sure") & (pl.col("new_lesions") == "equivocal")
    )
    for rows, word in ((against_none, "none"), (against_equivocal, "equivocal")):
        tables.visits.add_rows(
            rows.with_columns(row="visits_row").unique(["row", "lesion"], maintain_order=True),
            "new_lesions",
            pl.format(
                "states {}, but new lesion {} is first {} at this visit",
                pl.lit(word),
                pl.col("lesion"),
                pl.lit("seen" if word == "none" else "unequivocal"),
            ),
        )


def _unknown_compartments(tables: StudyTables) -> None:
    if tables.events is None:
        return
    known = tables.reads.frame.select("subject", "compartment").unique()
    named = tables.events.frame.filter(
        pl.col("compartment").is_not_null(), pl.col("compartment") != OVERALL
    )
    with_reads = named.join(known, on="subject", how="semi")
    tables.events.add_rows(
        with_reads.join(known, on=["subject", "compartment"], how="anti"),
        "compartment",
        pl.format("{} is no compartment of this subject", pl.col("compartment")),
    )
