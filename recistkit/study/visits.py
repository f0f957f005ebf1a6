"""Visits of each read in their order, and which of them is the baseline (C2, C3)."""

from __future__ import annotations

import polars as pl

from recistkit.exchange.columns import ParsedTable
from recistkit.exchange.load_tables import ONE_READER, StudyTables
from recistkit.terms import OVERALL

__all__ = ["order_visits", "visit_faults"]

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
        baseline), ``reference_date``, ``position`` (0 is the baseline,
        earlier visits are negative), the statement, coverage and marker of
        the visits table, and ``visits_row``, its row there.
    """
    visits = _from_reads(tables.reads.frame)
    visits = _with_visits_table(visits, tables.visits)
    visits = _with_reference(visits, tables.subjects)
    order = visits.sort(
        *READ, "date_first", "date_last", "timepoint", nulls_last=True, maintain_order=True
    )
    return _with_position(order)


def _from_reads(reads: pl.DataFrame) -> pl.DataFrame:
    return (
        reads.lazy()
        .filter(pl.all_horizontal(pl.col(VISIT).is_not_null()))
        .group_by(VISIT)
        .agg(
            date_first=pl.col("date").min(),
            date_last=pl.col("date").max(),
            marked=pl.col("baseline").any(),
        )
        .collect()
    )


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
    spread = shared.join(readers, on="subject", how="left").with_columns(
        pl.col("reader").fill_null(ONE_READER)
    )
    own = named.select(VISIT)
    spread = spread.join(own, on=VISIT, how="anti")
    return pl.concat([named, spread.select(named.columns)])


def _with_reference(visits: pl.DataFrame, table: ParsedTable | None) -> pl.DataFrame:
    if table is None:
        return visits.with_columns(reference_date=pl.lit(None, pl.Date))
    known = table.frame.filter(pl.col("subject").is_not_null())
    dates = known.select("subject", "reference_date")
    once = dates.unique("subject", keep="first", maintain_order=True)
    return visits.join(once, on="subject", how="left")


def _with_position(order: pl.DataFrame) -> pl.DataFrame:
    """Baseline: the visit marked; else the last up to the reference date; else the first."""
    number = pl.int_range(pl.len()).over(READ)
    early = pl.col("date_last") <= pl.col("reference_date")
    marked = pl.when("marked").then(number).min().over(READ)
    before = pl.when(early).then(number).max().over(READ)
    baseline = pl.coalesce(marked, before, pl.lit(0))
    return order.with_columns(position=(number - baseline).cast(pl.Int64))


def visit_faults(tables: StudyTables, visits: pl.DataFrame) -> None:
    """Add the faults that show when visits stand in their order."""
    _dateless_visits(tables, visits)
    _same_day_visits(tables, visits)
    _baseline_sizes(tables, visits)
    _new_at_baseline(tables, visits)
    _contradicted_statements(tables, visits)
    _unknown_compartments(tables)


def _dateless_visits(tables: StudyTables, visits: pl.DataFrame) -> None:
    if tables.visits is None:
        return
    without = visits.filter(pl.col("date_first").is_null()).select(row="visits_row").drop_nulls()
    bad = tables.visits.frame.filter(~tables.visits.fine("date_first", "date_last"))
    tables.visits.add_rows(
        without.join(bad, on="row", how="anti").unique("row"),
        "date_first",
        "the visit has no date, here or on a lesion row",
    )


def _first_rows(tables: StudyTables) -> pl.DataFrame:
    """Return the first row in the reads table of each visit."""
    return tables.reads.frame.group_by(VISIT).agg(pl.col("row").min())


def _same_day_visits(tables: StudyTables, visits: pl.DataFrame) -> None:
    again = pl.struct([*READ, "date_first"]).is_first_distinct().not_()
    twins = visits.filter(pl.col("date_first").is_not_null()).filter(again)
    if not twins.height:
        return
    message = pl.format(
        "timepoint {} begins on the same day as another of this read", pl.col("timepoint")
    )
    placed = twins.join(_first_rows(tables), on=VISIT, how="left")
    tables.reads.add_rows(placed.filter(pl.col("row").is_not_null()), "date", message)
    if tables.visits is not None:
        rest = placed.filter(pl.col("row").is_null()).with_columns(row="visits_row")
        tables.visits.add_rows(rest, "date_first", message)


def _baseline_sizes(tables: StudyTables, visits: pl.DataFrame) -> None:
    """A target without its size at baseline is a fault."""
    reads = tables.reads
    after = visits.filter(pl.col("position") >= 0).select(*VISIT, "position")
    targets = reads.frame.lazy().filter(pl.col("role") == "target")
    sized = pl.col("longest_um").is_not_null() | pl.col("short_um").is_not_null()
    doubtful = ~reads.fine("longest_mm", "short_mm", "state", "timepoint", "date", "baseline")
    counted = sized & pl.col("state").is_in(["measured", "split", "too-small"])
    lesions = (
        targets.join(after.lazy(), on=VISIT)
        .group_by([*READ, "lesion"])
        .agg(
            row=pl.col("row").min(),
            sized=(counted & (pl.col("position") == 0)).any(),
            doubtful=doubtful.any(),
        )
        .filter(~pl.col("sized") & ~pl.col("doubtful"))
        .collect()
    )
    reads.add_rows(
        lesions,
        "longest_mm",
        pl.format("target {} has no size at the baseline", pl.col("lesion")),
    )


def _new_at_baseline(tables: StudyTables, visits: pl.DataFrame) -> None:
    new = tables.reads.frame.filter(pl.col("role") == "new")
    if new.height:
        baseline = visits.filter(pl.col("position") == 0).select(VISIT)
        tables.reads.add_rows(
            new.join(baseline, on=VISIT, how="semi"), "role", "a new lesion stands at the baseline"
        )


def _contradicted_statements(tables: StudyTables, visits: pl.DataFrame) -> None:
    """A statement `none` beside a first sighting, `equivocal` beside an unequivocal one (C18)."""
    if tables.visits is None:
        return
    new = tables.reads.frame.filter(
        pl.col("role") == "new", ~pl.col("state").is_in(["absent", "not-evaluable"])
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
            rows.with_columns(row="visits_row"),
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
