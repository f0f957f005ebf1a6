"""Read documents as tables, and tables as read documents."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings

from recistkit.errors import DocumentError, TableError
from recistkit.exchange.read_tables import (
    READS_COLUMNS,
    VISITS_COLUMNS,
    reads_from_tables,
    reads_table,
    visits_table,
)
from recistkit.model.read import CriteriaReference, Read
from tests.exchange.read_documents import example, reads

CRITERIA = CriteriaReference(id="recist-1.1")


def from_tables(rows: pl.DataFrame, visits: pl.DataFrame) -> list[Read]:
    return reads_from_tables(rows, visits, study="S", criteria=CRITERIA)


def test_a_mark_is_a_row() -> None:
    first = reads_table([example()]).row(0, named=True)
    assert tuple(first) == READS_COLUMNS
    assert first == {
        "subject": "RK-001",
        "reader": "A",
        "timepoint": "baseline",
        "baseline": True,
        "date": "2011-03-02",
        "lesion": "T1",
        "role": "target",
        "compartment": "primary",
        "organ": "rectum",
        "nodal": False,
        "longest_mm": "50.0",
        "short_mm": "30.0",
        "state": "measured",
        "fragment": None,
        "merged_into": None,
        "certainty": None,
        "kind": None,
        "reason": None,
        "series": "2.25.1001",
        "slice": "12",
        "frame_of_reference": "2.25.2001",
        "x_mm": "0.000",
        "y_mm": "10.000",
        "z_mm": "-80.500",
        "modality": "MR",
        "slice_thickness_mm": "4.0",
        "plane": "axial",
        "contrast": None,
    }


def test_a_mark_without_sizes_leaves_its_cells_empty() -> None:
    rows = reads_table([example()])
    cells = rows.select("state", "reason", "certainty", "longest_mm", "x_mm", "series").rows()[2:]
    assert cells == [
        ("too-small", None, None, None, None, None),
        ("not-evaluable", "artefact", None, None, None, None),
        ("present", None, "unequivocal", None, None, None),
    ]


def test_a_timepoint_is_a_row() -> None:
    visits = visits_table([example()])
    assert tuple(visits.columns) == VISITS_COLUMNS
    first, second = visits.rows()
    assert first[:5] == ("RK-001", "A", "baseline", "2011-03-01", "2011-03-02")
    assert first[5:] == (None, "complete", None, "elevated", None)
    assert second[:5] == ("RK-001", "A", "month-2", "2011-05-03", "2011-05-03")
    assert second[5:] == ("unequivocal", "complete", None, "normal", "new lesion in segment 6")


def test_reads_stand_in_order_whatever_order_they_come_in() -> None:
    other = example().model_copy(update={"reader": "B"})
    later = example().model_copy(update={"subject": "RK-002"})
    assert reads_table([later, other, example()]).equals(reads_table([example(), other, later]))
    assert visits_table([later, other])["reader"].to_list() == ["B", "B", "A", "A"]


def test_no_reads_are_tables_without_rows() -> None:
    rows, visits = reads_table([]), visits_table([])
    assert (rows.height, visits.height) == (0, 0)
    assert rows.schema["nodal"] == pl.Boolean
    assert rows.schema["longest_mm"] == pl.String
    assert from_tables(rows, visits) == []


@settings(max_examples=60)
@given(read=reads(), other=reads("S2", "B"))
def test_any_read_survives_the_way_to_tables_and_back(read: Read, other: Read) -> None:
    rows, visits = reads_table([other, read]), visits_table([other, read])
    back = from_tables(rows, visits)
    assert back == [read, other]
    assert reads_table(back).equals(rows)
    assert visits_table(back).equals(visits)


def test_of_a_ruler_the_tables_keep_its_length_and_its_middle() -> None:
    rows, visits = reads_table([example()]), visits_table([example()])
    (back,) = from_tables(rows, visits)
    mark = back.marks[0]
    assert (mark.longest, mark.short) == (None, None)
    assert (mark.longest_mm, mark.short_mm) == (Decimal("50.0"), Decimal("30.0"))
    assert mark.position_mm == (0.0, 10.0, -80.5)
    assert reads_table([back]).equals(rows)


def test_a_column_that_is_missing_is_named() -> None:
    rows, visits = reads_table([example()]), visits_table([example()])
    with pytest.raises(TableError) as raised:
        from_tables(rows.drop("role", "date"), visits)
    assert str(raised.value) == (
        "reads table: 2 faults\n  column 'date': the column is missing\n"
        "  column 'role': the column is missing"
    )


def test_rows_that_make_no_document_are_named_all_at_once() -> None:
    rows, visits = reads_table([example()]), visits_table([example()])
    first = pl.arange(pl.len()) == 0
    rows = rows.with_columns(
        slice=pl.when(first).then(pl.lit("twelve")).otherwise("slice"),
        x_mm=pl.when(first).then(None).otherwise("x_mm"),
        organ=pl.when(first).then(pl.lit("colon")).otherwise("organ"),
    )
    with pytest.raises(DocumentError) as raised:
        from_tables(rows, visits)
    where = "subject 'RK-001', reader 'A'"
    assert [(fault.column, fault.message) for fault in raised.value.faults] == [
        (where, "lesion 'T1': organ changes, which a document cannot say"),
        (f"{where}, marks.0.image.slice", "expected a whole number"),
        (f"{where}, marks.0.position_mm.0", "expected a number"),
    ]


def test_a_timepoint_without_its_visit_is_named() -> None:
    rows, visits = reads_table([example()]), visits_table([example()])
    with pytest.raises(DocumentError) as raised:
        from_tables(rows, visits.head(1))
    assert {fault.message for fault in raised.value.faults} == {"there is no timepoint 'month-2'"}
