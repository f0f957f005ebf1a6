"""Faults and warnings that show when the visits of all tables stand in their order."""

from __future__ import annotations

import numpy as np
import polars as pl

from recistkit.exchange.columns import ParsedTable, Wrong
from recistkit.exchange.load_tables import StudyTables
from recistkit.exchange.numbering import first_rows
from recistkit.study.visits import READ, VISIT, position_of_rows
from recistkit.terms import OVERALL

__all__ = ["visit_faults", "visit_warnings"]

NAMED = 5
"""How many subjects a warning names."""


def visit_faults(tables: StudyTables, visits: pl.DataFrame) -> None:
    """Add the faults that show when visits stand in their order."""
    _dateless_visits(tables, visits)
    _dates_outside(tables, visits)
    _unknown_readers(tables)
    _same_day_visits(tables, visits)
    _baseline_sizes(tables, visits)
    _new_at_baseline(tables, visits)
    _stated_at_baseline(tables, visits)
    _non_targets_at_baseline(tables, visits)
    _contradicted_statements(tables, visits)
    _unknown_compartments(tables)


def visit_warnings(tables: StudyTables, visits: pl.DataFrame) -> tuple[str, ...]:
    """Return a sentence for each table with subjects that the others do not have."""
    read = tables.reads.frame["subject"].drop_nulls().unique()
    said = []
    for table in (tables.visits, tables.subjects, tables.events):
        if table is not None:
            strangers = table.frame["subject"].drop_nulls().unique()
            said.append(
                (table, strangers.filter(~strangers.is_in(read.implode())), "no lesion row")
            )
    if tables.subjects is not None:
        listed = tables.subjects.frame["subject"].drop_nulls().unique()
        unlisted = visits["subject"].unique()
        said.append(
            (tables.subjects, unlisted.filter(~unlisted.is_in(listed.implode())), "no row here")
        )
    return tuple(
        f"{table.name}: {_some(names.sort().to_list())}: {what}"
        for table, names, what in said
        if len(names)
    )


def _some(subjects: list[str]) -> str:
    more = f" and {len(subjects) - NAMED} more" if len(subjects) > NAMED else ""
    count = "1 subject" if len(subjects) == 1 else f"{len(subjects)} subjects"
    return f"{count} ({', '.join(subjects[:NAMED])}{more})"


def _dateless_visits(tables: StudyTables, visits: pl.DataFrame) -> None:
    if tables.visits is None:
        return
    backwards = pl.col("date_last") < pl.col("date_first")
    tables.visits.add(Wrong(backwards, "date_last", "lies before date_first"))
    only_here = pl.col("date_first").is_null() & pl.col("visit_no").is_null()
    without = visits.filter(only_here).select(row="visits_row")
    if not without.height:
        return
    bad = tables.visits.frame.filter(~tables.visits.fine(*VISIT, "date_first", "date_last"))
    tables.visits.add_rows(
        without.join(bad, on="row", how="anti").unique("row"),
        "date_first",
        "the visit has no date, here or on a lesion row",
    )


def _dates_outside(tables: StudyTables, visits: pl.DataFrame) -> None:
    """A lesion row is dated within the stated dates of its visit (C2)."""
    if tables.visits is None:
        return
    wrong_order = pl.col("stated_first") > pl.col("stated_last")
    stated = visits.filter(pl.col("visit_no").is_not_null(), ~wrong_order.fill_null(value=False))[
        ["visit_no", "stated_first", "stated_last"]
    ]
    date, first, last = pl.col("date"), pl.col("stated_first"), pl.col("stated_last")
    rows = tables.reads.frame.lazy().filter(tables.reads.fine("date"))
    outside = rows.join(stated.lazy(), on="visit_no").filter((date < first) | (date > last))
    tables.reads.add_rows(
        outside.sort("row").collect(),
        "date",
        pl.format(
            "{} lies outside its visit, which {} dates {} to {}",
            date,
            pl.lit(tables.visits.name),
            first.cast(pl.String).fill_null("(not stated)"),
            last.cast(pl.String).fill_null("(not stated)"),
        ),
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
    settled = frame.select(pl.col("lesion_no").filter(at_baseline | unplaced))
    without = np.ones(int(reads.frame["lesion_no"].to_numpy().max(initial=0)) + 1, np.bool_)
    without[settled["lesion_no"].to_numpy()] = False
    followed = (pl.col("role") == "target") & (pl.col("position") >= 0)
    named = followed & pl.col("lesion").is_not_null()
    targets = frame.select(pl.col("row", "lesion", "lesion_no").filter(named))
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


def _new_at_baseline(tables: StudyTables, visits: pl.DataFrame) -> None:
    new = tables.reads.frame.filter(pl.col("role") == "new")
    if new.height:
        unsure = visits.filter(pl.col("date_first").is_null()).select(READ)
        baseline = visits.filter(pl.col("position") == 0).join(unsure, on=READ, how="anti")
        tables.reads.add_rows(
            new.join(baseline, on=VISIT, how="semi"), "role", "a new lesion stands at the baseline"
        )


def _stated_at_baseline(tables: StudyTables, visits: pl.DataFrame) -> None:
    """Nothing is new at the baseline (C18)."""
    if tables.visits is None:
        return
    wrong = visits.filter(
        pl.col("position") == 0, pl.col("new_lesions").is_in(["equivocal", "unequivocal"])
    )
    tables.visits.add_rows(
        wrong.with_columns(row="visits_row"),
        "new_lesions",
        pl.format("states {} at the baseline, where nothing can be new", pl.col("new_lesions")),
    )


def _non_targets_at_baseline(tables: StudyTables, visits: pl.DataFrame) -> None:
    """Disease at the baseline is there, or could not be evaluated (C16)."""
    reads = tables.reads
    otherwise = (pl.col("role") == "non-target") & pl.col("state").is_in(
        ["absent", "progressed", "increased"]
    )
    wrong = otherwise & reads.fine("role", "state", "date", "baseline")
    if not reads.frame.select(wrong.any()).item():
        return
    placed = reads.frame.with_columns(position=position_of_rows(reads.frame, visits))
    reads.add_rows(
        placed.filter(wrong, pl.col("position") == 0),
        "state",
        pl.format("{} at the baseline; expected present or not-evaluable", pl.col("state")),
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
