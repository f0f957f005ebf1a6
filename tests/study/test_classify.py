"""One study through every door and in any order gives the same bytes; order of the rows (C1-C4)."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import recistkit
from recistkit.errors import OptionError, TableError
from recistkit.exchange.read_document import save_read_document
from recistkit.exchange.read_tables import READS_COLUMNS, VISITS_COLUMNS, reads_from_tables
from recistkit.exchange.sources import TableSource
from recistkit.model.read import CriteriaReference
from recistkit.study.classify import Classification, classify
from tests.exchange.small_tables import DATES, Row, lesion, new_lesion, non_target, sound, table


def course(subject: str, reader: str, sizes: tuple[str, str, str]) -> list[Row]:
    """Return the rows of a read: two targets, a node, a non-target and a new lesion."""
    rows: list[Row] = []
    for visit, size in zip(("BL", "W8", "W16"), sizes, strict=True):
        rows += [
            lesion(visit, "T1", longest_mm=size, short_mm="9.5", compartment="primary"),
            lesion(visit, "T2", longest_mm="20.125", short_mm=None, compartment="distant"),
            lesion(
                visit, "T3", longest_mm="30.0", short_mm="15.1", nodal="true", compartment="primary"
            ),
            non_target(visit, "N1", compartment="distant"),
        ]
    rows[7] |= {"state": "not-evaluable", "reason": "artefact"}
    rows[9] |= {"state": "not-evaluable", "reason": "moved, twice", "longest_mm": None}
    rows.append(new_lesion("W16", "X1", compartment="distant", certainty="equivocal"))
    own = {"subject": subject, "reader": reader}
    return [row | own | {"baseline": str(row["timepoint"] == "BL").lower()} for row in rows]


ROWS = [
    *course("S1", "A", ("50.0", "35.0", "33.3")),
    *course("S1", "B", ("51.2", "40.0", "39.001")),
    *course("S2", "A", ("40.0", "48.0", "60.0")),
]
READS = table(*ROWS).with_columns(nodal=pl.col("nodal").fill_null("false"))
VISITS = pl.DataFrame(
    [
        {
            "subject": subject,
            "reader": reader,
            "timepoint": visit,
            "date_first": DATES[visit],
            "date_last": DATES[visit],
            "new_lesions": "equivocal" if visit == "W16" else None,
            "coverage": "no chest" if visit == "W8" else "complete",
            "tumour_marker": "normal",
        }
        for subject, reader in (("S1", "A"), ("S1", "B"), ("S2", "A"))
        for visit in ("BL", "W8", "W16")
    ]
)


def bytes_of(reads: TableSource, visits: TableSource | None = VISITS) -> tuple[str, str]:
    """Return both result tables as CSV."""
    result = classify(reads, visits=visits)
    return result.responses.write_csv(), result.best.write_csv()


EXPECTED = bytes_of(READS)


def numbers(convert: Any) -> list[pl.Series]:  # noqa: ANN401  any constructor
    """Return the columns of lengths with every value converted."""
    return [
        pl.Series(name, [None if value is None else convert(value) for value in READS[name]])
        for name in ("longest_mm", "short_mm")
    ]


TYPED = READS.with_columns(
    numbers(float),
    pl.col("date").str.to_date(),
    *(pl.col(name) == "true" for name in ("nodal", "baseline")),
)
FRAMES: dict[str, TableSource] = {
    "floats and dates": TYPED,
    "decimals": READS.with_columns(numbers(Decimal)),
    "times at midnight": TYPED.with_columns(pl.col("date").cast(pl.Datetime("ns"))),
    "categories": READS.with_columns(pl.all().cast(pl.Categorical)),
    "enums": READS.with_columns(
        role=pl.col("role").cast(pl.Enum(["new", "non-target", "target"])),
        state=pl.col("state").cast(pl.Enum(sorted(READS["state"].drop_nulls().unique()))),
    ),
    "lazy": READS.lazy(),
    "other order of columns": READS.select(reversed(READS.columns)),
    "empty text": READS.with_columns(pl.all().fill_null("")),
    "capital letters": READS.with_columns(pl.col("nodal", "baseline").str.to_uppercase()),
}


@pytest.mark.parametrize("name", FRAMES)
def test_polars_frames_of_any_types_give_the_same_bytes(name: str) -> None:
    assert bytes_of(FRAMES[name]) == EXPECTED


def pandas_frame() -> pd.DataFrame:
    """Return the reads as pandas would have loaded them from a file."""
    return pd.DataFrame({name: READS[name].to_list() for name in READS.columns})


PANDAS = {
    "objects": pandas_frame(),
    "floats with NaN": pandas_frame().assign(
        longest_mm=[np.nan if value is None else float(value) for value in READS["longest_mm"]],
        short_mm=[np.nan if value is None else float(value) for value in READS["short_mm"]],
        reason=[np.nan if value is None else value for value in READS["reason"]],
    ),
    "timestamps": pandas_frame().assign(date=pd.to_datetime(READS["date"].to_list())),
    "dates": pandas_frame().assign(
        date=[dt.date.fromisoformat(day) for day in READS["date"]],
        nodal=[value == "true" for value in READS["nodal"]],
    ),
    "missing by other names": pandas_frame().assign(
        reason=[pd.NA if value is None else value for value in READS["reason"]],
        longest_mm=pd.array(
            [None if value is None else float(value) for value in READS["longest_mm"]],
            dtype="Float64",
        ),
    ),
    "categories": pandas_frame().astype({"role": "category", "subject": "category"}),
    "an index of its own": pandas_frame().set_index(pd.Index(range(100, 100 + READS.height))),
}


@pytest.mark.parametrize("name", PANDAS)
def test_pandas_frames_of_any_types_give_the_same_bytes(name: str) -> None:
    assert bytes_of(PANDAS[name]) == EXPECTED


def test_csv_and_parquet_files_give_the_same_bytes(tmp_path: Path) -> None:
    READS.write_csv(tmp_path / "reads.csv")
    VISITS.write_csv(tmp_path / "visits.csv")
    READS.write_parquet(tmp_path / "text.parquet")
    TYPED.write_parquet(tmp_path / "typed.parquet")
    for name in ("reads.csv", "text.parquet", "typed.parquet"):
        assert bytes_of(str(tmp_path / name), tmp_path / "visits.csv") == EXPECTED
    lines = (tmp_path / "reads.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "windows.csv").write_bytes(("\ufeff" + "\r\n".join(lines) + "\r\n\r\n").encode())
    assert bytes_of(tmp_path / "windows.csv") == EXPECTED


def test_a_folder_of_read_documents_brings_its_visits_and_gives_the_same_bytes(
    tmp_path: Path,
) -> None:
    blank = pl.lit(None, pl.String)
    reads = READS.select(
        (pl.col(name) if name in READS.columns else blank).alias(name) for name in READS_COLUMNS
    ).with_columns(
        *(pl.col(name) == "true" for name in ("nodal", "baseline")),
        state=pl.when(pl.col("state").is_not_null())
        .then("state")
        .when(pl.col("role") == "target")
        .then(pl.lit("measured"))
        .otherwise(pl.lit("present")),
    )
    visits = VISITS.select(
        (pl.col(name) if name in VISITS.columns else blank).alias(name) for name in VISITS_COLUMNS
    )
    criteria = CriteriaReference(id="recist-1.1")
    for number, read in enumerate(
        reads_from_tables(
            reads, visits, study="S", criteria=criteria, resolution_mm=Decimal("0.001")
        )
    ):
        save_read_document(read, tmp_path / f"{9 - number}.json")
    assert len(list(tmp_path.iterdir())) == 3
    assert bytes_of(tmp_path, None) == EXPECTED


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_rows_does_not_matter(seed: int) -> None:
    shuffled = random.Random(seed)
    rows, visits = list(ROWS), VISITS.to_dicts()
    shuffled.shuffle(rows)
    shuffled.shuffle(visits)
    frame = table(*rows).with_columns(nodal=pl.col("nodal").fill_null("false"))
    assert bytes_of(frame, pl.DataFrame(visits, schema=VISITS.schema)) == EXPECTED


def test_what_the_bytes_say() -> None:
    responses = classify(READS, visits=VISITS).responses
    overall = responses.filter(pl.col("compartment") == "overall", pl.col("timepoint") != "BL")
    assert overall.select("subject", "reader", "timepoint", "sum", "response").rows() == [
        ("S1", "A", "W8", 70.225, "SD"),
        ("S1", "A", "W16", None, "NE"),
        ("S1", "B", "W8", 75.225, "SD"),
        ("S1", "B", "W16", None, "NE"),
        ("S2", "A", "W8", 83.225, "SD"),
        ("S2", "A", "W16", None, "NE"),
    ]
    assert overall.select("new_lesion", "flags").rows() == [
        ("none", "coverage-incomplete"),
        ("equivocal", None),
        ("none", "coverage-incomplete"),
        ("equivocal", None),
        ("none", "coverage-incomplete"),
        ("equivocal", "compartment-progression"),
    ]


def rows_of(result: Classification) -> list[tuple[Any, ...]]:
    """Return what a response row is about."""
    return result.responses.select("subject", "reader", "compartment", "timepoint").rows()


def test_rows_are_ordered_by_subject_reader_compartment_and_visit() -> None:
    rows = [
        lesion(visit, f"T{number}", subject=subject, reader=reader, compartment=name)
        for visit in ("W8", "BL")
        for subject, reader in (("S2", "B"), ("S10", "A"), ("S2", "A"))
        for number, name in enumerate(("spleen", "distant", "axilla", "primary"))
    ]
    assert rows_of(classify(table(*rows))) == [
        (subject, reader, name, visit)
        for subject, reader in (("S10", "A"), ("S2", "A"), ("S2", "B"))
        for name in ("primary", "distant", "axilla", "spleen", "overall")
        for visit in ("BL", "W8")
    ]


def test_compartments_of_a_subject_are_those_that_any_reader_names() -> None:
    rows = [
        *(lesion(visit, reader="A", compartment="primary") for visit in ("BL", "W8")),
        *(lesion(visit, reader="B", compartment="distant") for visit in ("BL", "W8")),
        lesion("BL", reader="A", compartment="primary", subject="S2"),
    ]
    best = classify(table(*rows)).best
    assert best.select("subject", "reader", "compartment", "best_response").rows() == [
        ("S1", "A", "primary", "SD"),
        ("S1", "A", "distant", "NA"),
        ("S1", "A", "overall", "SD"),
        ("S1", "B", "primary", "NA"),
        ("S1", "B", "distant", "SD"),
        ("S1", "B", "overall", "SD"),
        ("S2", "A", "primary", "NE"),
        ("S2", "A", "overall", "NE"),
    ]


def test_without_compartments_and_readers_there_is_reader_1_and_overall() -> None:
    assert rows_of(classify(sound())) == [
        ("S1", "1", "overall", "BL"),
        ("S1", "1", "overall", "W8"),
    ]


def test_visits_before_the_baseline_are_kept_and_take_part_in_nothing() -> None:
    rows = [lesion("BL", longest_mm="90.0"), lesion("W8", baseline="true"), lesion("W16")]
    with_early = classify(table(*rows)).responses
    assert with_early.select("timepoint", "sum", "response", "reason", "flags", "unit").rows() == [
        ("BL", None, None, "pre-baseline", "pre-baseline", "mm"),
        ("W8", 50.0, None, "baseline", None, "mm"),
        ("W16", 50.0, "SD", "targets neither shrank nor grew enough", None, "mm"),
    ]
    without = classify(table(*rows[1:])).responses
    assert with_early[1:].equals(without)


def test_a_visit_without_lesion_rows_is_not_evaluable() -> None:
    visits = pl.DataFrame({"subject": ["S1"], "timepoint": ["W16"], "date_first": ["2011-04-25"]})
    result = classify(sound(), visits=visits)
    assert result.responses.select("timepoint", "date_first", "response", "reason").row(2) == (
        "W16",
        dt.date(2011, 4, 25),
        "NE",
        "targets not all evaluated: T1 (no row at this visit)",
    )


def test_a_subject_with_visits_only_has_no_disease_to_respond() -> None:
    visits = pl.DataFrame(
        {
            "subject": ["S2", "S2"],
            "timepoint": ["BL", "W8"],
            "date_first": ["2011-01-03", "2011-02-28"],
        }
    )
    result = classify(sound().clear(), visits=visits)
    assert result.best.select("subject", "reader", "compartment", "best_response").rows() == [
        ("S2", "1", "overall", "NA")
    ]


NO_REFERENCE = (
    "has no reference_date in the subjects table, from which the 42 days before SD counts begin "
    "(or count them from the baseline scan: sd_from = baseline)"
)


def test_a_minimum_time_of_sd_needs_a_reference_date_for_every_subject() -> None:
    rows = sound(lesion("BL", subject="S2"), lesion("BL", subject="S3"))
    subjects = pl.DataFrame({"subject": ["S1", "S3"], "reference_date": ["2011-01-05", None]})
    with pytest.raises(TableError) as raised:
        classify(rows, subjects=subjects, min_sd_days=42)
    assert [str(fault) for fault in raised.value.faults] == [
        f"row 3, column 'subject': S2 {NO_REFERENCE}",
        f"row 4, column 'subject': S3 {NO_REFERENCE}",
    ]
    with pytest.raises(TableError) as raised:
        classify(sound(), criteria="zhu-2013")
    assert [str(fault) for fault in raised.value.faults] == [
        f"row 1, column 'subject': S1 {NO_REFERENCE}"
    ]


def test_a_subject_of_the_visits_table_needs_one_too() -> None:
    visits = pl.DataFrame({"subject": ["S2"], "timepoint": ["BL"], "date_first": ["2011-01-03"]})
    with pytest.raises(TableError) as raised:
        classify(sound().clear(), visits=visits, min_sd_days=42)
    assert [str(fault) for fault in raised.value.faults] == [f"column 'subject': S2 {NO_REFERENCE}"]


def test_a_wrong_reference_date_is_told_once() -> None:
    subjects = pl.DataFrame({"subject": ["S1"], "reference_date": ["5 January"]})
    with pytest.raises(TableError) as raised:
        classify(sound(), subjects=subjects, min_sd_days=42)
    assert [str(fault) for fault in raised.value.faults] == [
        "row 1, column 'reference_date': a text of 9 characters is not a date like 2011-03-31"
    ]


@pytest.mark.parametrize(
    ("options", "best"),
    [
        ({}, "SD"),
        ({"min_sd_days": 0}, "SD"),
        ({"min_sd_days": 56, "sd_from": "baseline"}, "SD"),
        ({"min_sd_days": 57, "sd_from": "baseline"}, "NE"),
    ],
)
def test_time_may_count_from_the_baseline_scan(options: dict[str, Any], best: str) -> None:
    assert classify(sound(), **options).best["best_response"].to_list() == [best]


def test_time_counts_from_the_reference_date() -> None:
    subjects = pl.DataFrame({"subject": ["S1"], "reference_date": ["2011-01-10"]})
    for days, best in ((49, "SD"), (50, "NE")):
        result = classify(sound(), subjects=subjects, min_sd_days=days)
        assert result.best["best_response"].to_list() == [best]
        assert f"min-sd-days={days}; sd-from=reference" in result.best["convention"][0]


def test_options_that_do_not_exist_are_refused() -> None:
    with pytest.raises(OptionError, match="unexpected keyword argument 'confirm'"):
        classify(sound(), confirm=28)  # type: ignore[call-arg]


def test_what_was_ignored_is_told() -> None:
    result = classify(sound(lesion("W16", hospital="x")))
    assert result.warnings == ("<frame>: unknown column 'hospital' is ignored",)
    assert (result.criteria.id, result.options.sd_from) == ("recist-1.1", "reference")


def test_the_library_offers_its_arrows_by_name() -> None:
    assert recistkit.classify is classify
    with pytest.raises(AttributeError, match="module 'recistkit' has no attribute 'clasify'"):
        _ = recistkit.clasify


def test_the_best_table_names_the_conventions_in_force() -> None:
    assert classify(sound()).best["convention"].to_list() == [
        (
            "confirmation-days=28; max-intervening-ne=1; accept-sd-between=no; sustain-pr=no; "
            "compartment-stop=first; min-sd-days=none; sd-from=reference"
        )
    ]
    chosen = classify(
        sound(),
        confirmation_days=35,
        max_intervening_ne=0,
        accept_sd_between=True,
        sustain_pr=True,
        compartment_stop="own",
        min_sd_days=42,
        sd_from="baseline",
    )
    assert chosen.best["convention"].to_list() == [
        (
            "confirmation-days=35; max-intervening-ne=0; accept-sd-between=yes; sustain-pr=yes; "
            "compartment-stop=own; min-sd-days=42; sd-from=baseline"
        )
    ]
