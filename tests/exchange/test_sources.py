"""Whatever stands at the door is a table, or one sentence says why it is none."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from recistkit.errors import DocumentError, TableError
from recistkit.exchange.read_document import save_read_document
from recistkit.exchange.sources import TableSource, open_documents, open_table
from recistkit.model.read import sign_read
from tests.exchange.read_documents import example, example_text
from tests.exchange.small_tables import lesion, sound, table

HEADER = "subject,timepoint,lesion,role,date,longest_mm\n"
ROWS = "S1,BL,T1,target,2011-01-03,50.0\nS1,W8,T1,target,2011-02-28,35.0\n"
TWO_ROWS = [
    ("S1", "BL", "T1", "target", "2011-01-03", "50.0"),
    ("S1", "W8", "T1", "target", "2011-02-28", "35.0"),
]


def error_of(source: TableSource) -> str:
    """Return the text of the error with which a source is refused."""
    with pytest.raises(TableError) as raised:
        open_table(source)
    assert len(str(raised.value).splitlines()) == 1 + len(raised.value.faults)
    return str(raised.value)


def csv_file(folder: Path, content: str | bytes, name: str = "reads.csv") -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        HEADER + ROWS,
        "\ufeff" + HEADER + ROWS,
        (HEADER + ROWS).replace("\n", "\r\n"),
        (HEADER + ROWS).rstrip("\n"),
        (HEADER + ROWS).replace("50.0", '"50.0"').replace("S1", '"S1"'),
    ],
    ids=["plain", "byte order mark", "Windows lines", "no last line end", "quotes"],
)
def test_every_dialect_of_a_csv_file_is_the_same_text(tmp_path: Path, content: str) -> None:
    raw = open_table(csv_file(tmp_path, content))
    assert (raw.name, raw.first_row) == ("reads.csv", 2)
    assert raw.frame.rows() == TWO_ROWS
    assert set(raw.frame.dtypes) == {pl.String}


@pytest.mark.parametrize("name", ["reads.txt", "reads", "reads.CSV"])
def test_a_file_of_any_other_name_is_csv(tmp_path: Path, name: str) -> None:
    assert open_table(csv_file(tmp_path, HEADER + ROWS, name)).frame.rows() == TWO_ROWS


def test_a_comma_and_a_line_end_in_quotes_belong_to_the_value(tmp_path: Path) -> None:
    path = csv_file(tmp_path, 'subject,reason\nS1,"moved,\nand again"\n')
    assert open_table(path).frame.rows() == [("S1", "moved,\nand again")]


@pytest.mark.parametrize("name", ["reads.parquet", "reads.PARQUET"])
def test_a_parquet_file_keeps_its_types_and_counts_rows_from_one(tmp_path: Path, name: str) -> None:
    frame = pl.DataFrame({"subject": ["S1"], "longest_mm": [12.5], "date": [dt.date(2011, 1, 3)]})
    frame.write_parquet(tmp_path / name)
    raw = open_table(str(tmp_path / name))
    assert (raw.name, raw.first_row) == (name, 1)
    assert raw.frame.equals(frame)


def test_standard_input_is_csv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO((HEADER + ROWS).encode())))
    raw = open_table("-")
    assert (raw.name, raw.first_row, raw.frame.rows()) == ("<standard input>", 2, TWO_ROWS)


def test_faults_of_standard_input_bear_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"")))
    assert error_of("-") == "<standard input>: 1 fault\n  is empty; expected a header and rows"


def test_a_lazy_frame_is_collected() -> None:
    assert open_table(sound().lazy()).frame.equals(sound())


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "is empty; expected a header and rows"),
        (bytes(range(256)) * 8, "is not UTF-8 text (line 2)"),
        (
            (HEADER + ROWS).replace("T1", "L\xe9sion").encode("latin-1"),
            "is not UTF-8 text (line 2)",
        ),
        (
            (HEADER + "S1,BL,T1,target,2011-01-03,50,0\n" + ROWS + "S1,W9,T1,a,b,c,d,e\n").encode(),
            (
                "row 2: has 7 values, but the header has 6 names\n"
                "  row 5: has 8 values, but the header has 6 names"
            ),
        ),
        (
            (HEADER + ROWS).replace(",", ";").encode(),
            "row 1: the header holds one name; expected names with commas between them",
        ),
        (
            (HEADER + ROWS).replace(",", "\t").encode(),
            "row 1: the header holds one name; expected names with commas between them",
        ),
        (
            (HEADER + '"S1,BL,T1,target,2011-01-03,50.0\n' + ROWS).encode(),
            "is no comma-separated text",
        ),
    ],
    ids=["empty", "binary", "Latin-1", "ragged", "semicolons", "tabs", "open quote"],
)
def test_a_file_that_is_no_csv_says_why(tmp_path: Path, content: bytes, expected: str) -> None:
    head = f"reads.csv: {'2 faults' if 'row 5' in expected else '1 fault'}"
    assert error_of(csv_file(tmp_path, content)) == f"{head}\n  {expected}"


def test_a_value_too_long_for_any_cell_is_no_csv(tmp_path: Path) -> None:
    path = csv_file(tmp_path, HEADER + "x" * 200_000 + ",1,2,3,4,5,6,7,8,9\n")
    assert error_of(path) == "reads.csv: 1 fault\n  is no comma-separated text"


@pytest.mark.parametrize("content", [b"", b"subject,role\nS1,target\n", b"PAR1\x00\x00PAR1"])
def test_a_file_that_is_no_parquet_says_so(tmp_path: Path, content: bytes) -> None:
    path = csv_file(tmp_path, content, "reads.parquet")
    assert error_of(path) == "reads.parquet: 1 fault\n  is no Parquet file"


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_the_name_of_a_file_is_taken_literally(tmp_path: Path, ending: str) -> None:
    wanted, other = table(lesion("BL", "T1")), table(lesion("BL", "T2"))
    for frame, name in ((wanted, f"reads[1].{ending}"), (other, f"reads1.{ending}")):
        path = tmp_path / name
        frame.write_csv(path) if ending == "csv" else frame.write_parquet(path)
    assert open_table(tmp_path / f"reads[1].{ending}").frame.equals(wanted)
    for pattern in (f"reads*.{ending}", f"reads?.{ending}", f"reads[12].{ending}"):
        assert error_of(tmp_path / pattern) == f"{pattern}: 1 fault\n  there is no such file"


def test_a_folder_called_like_a_column_adds_none(tmp_path: Path) -> None:
    (tmp_path / "subject=S9").mkdir()
    path = tmp_path / "subject=S9" / "reads.parquet"
    sound().write_parquet(path)
    assert open_table(path).frame.equals(sound())


@pytest.mark.parametrize("name", ["absent.csv", "absent.parquet", "absent"])
def test_an_absent_file_is_named_without_its_folder(tmp_path: Path, name: str) -> None:
    assert error_of(tmp_path / name) == f"{name}: 1 fault\n  there is no such file"


def test_a_path_that_no_disk_can_have_is_refused() -> None:
    name = "x" * 5000 + ".csv"
    assert error_of(name).startswith(f"{name}: 1 fault\n  cannot be opened: ")


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "visits.csv").mkdir()
    assert error_of(tmp_path / "visits.csv").startswith("visits.csv: 1 fault\n  cannot be opened: ")


@pytest.mark.parametrize("source", [3, None, b"a", ["a"], {"subject": ["S1"]}])
def test_what_is_no_table_is_refused(source: Any) -> None:  # noqa: ANN401  of any kind
    assert error_of(source) == (
        f"<frame>: 1 fault\n  {type(source).__name__} is no table; "
        "expected a file, or a polars or pandas frame"
    )


def test_a_lazy_frame_that_fails_says_so(tmp_path: Path) -> None:
    head = "<frame>: 1 fault\n  the lazy frame cannot be collected "
    assert error_of(sound().lazy().select("nope")) == head + "(ColumnNotFoundError)"
    assert error_of(pl.scan_csv(tmp_path / "absent.csv")) == head + "(FileNotFoundError)"


def pandas_column(values: object) -> pl.Series:
    """Return what a pandas column becomes."""
    return open_table(pd.DataFrame({"column": values})).frame["column"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1.5, np.nan], [1.5, None]),
        ([1, 2], [1, 2]),
        ([True, False], [True, False]),
        (["a", None], ["a", None]),
        (["a", np.nan], ["a", None]),
        ([True, None], [True, None]),
        ([12.5, "x"], ["12.5", "x"]),
        ([Decimal("1.25"), None], [Decimal("1.25"), None]),
        ([dt.date(2011, 1, 3), None], [dt.date(2011, 1, 3), None]),
        (pd.to_datetime(["2011-01-03", None]), [dt.datetime(2011, 1, 3), None]),  # noqa: DTZ001
        (
            pd.to_datetime(["2011-01-03", None]).tz_localize("Asia/Shanghai"),
            [dt.datetime(2011, 1, 3), None],  # noqa: DTZ001  midnight where it was written
        ),
        (pd.array([1, None], dtype="Int64"), [1, None]),
        (pd.array([1.5, None], dtype="Float64"), [1.5, None]),
        (pd.array([True, None], dtype="boolean"), [True, None]),
        (pd.array(["a", None], dtype="string"), ["a", None]),
        (pd.Categorical(["a", None]), ["a", None]),
    ],
    ids=range(16),
)
def test_a_pandas_column_keeps_its_values_and_loses_its_gaps(
    values: object, expected: list[object]
) -> None:
    assert pandas_column(values).to_list() == expected


def test_a_pandas_frame_with_two_columns_of_a_name_is_refused() -> None:
    frame = pd.DataFrame([["S1", "S2", 1, 2]], columns=["subject", "subject", 1, "1"])
    assert error_of(frame) == (
        "<frame>: 2 faults\n  column '1': stands more than once\n"
        "  column 'subject': stands more than once"
    )


@pytest.mark.parametrize("source", ["-", pl.DataFrame(), "reads.csv", Path("reads.parquet")])
def test_only_a_folder_or_a_json_file_holds_read_documents(source: TableSource) -> None:
    assert open_documents(source) is None


def test_read_documents_bring_reads_and_visits(tmp_path: Path) -> None:
    path = csv_file(tmp_path, example_text(), "read.json")
    for source, name in ((path, "read.json"), (tmp_path, tmp_path.name)):
        opened = open_documents(source)
        assert opened is not None
        reads, visits = opened
        assert (reads.name, reads.first_row, visits.name) == (name, 1, name)
        assert "lesion" in reads.frame.columns
        assert "new_lesions" in visits.frame.columns


def test_every_draft_is_warned_of(tmp_path: Path) -> None:
    drafts = [example().model_copy(update={"subject": subject}) for subject in ("S2", "S1", "S3")]
    signed_at = dt.datetime(2011, 6, 1, 12, 0, tzinfo=dt.UTC)
    signed = sign_read(drafts[2], name="R. Reader", meaning="final", signed_at=signed_at)
    for read in (*drafts[:2], signed):
        save_read_document(read, tmp_path / f"{read.subject}.json")
    opened = open_documents(tmp_path)
    assert opened is not None
    said = f"by reader {drafts[0].reader!r} is a draft, not signed"
    assert opened[0].warnings == (
        f"{tmp_path.name}: the read of subject 'S1' {said}",
        f"{tmp_path.name}: the read of subject 'S2' {said}",
    )
    assert opened[1].warnings == ()


def test_a_folder_without_documents_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as raised:
        open_documents(tmp_path)
    assert str(raised.value) == (
        f"{tmp_path.name}: 1 fault\n  there is no read document (*.json) in this folder"
    )


def test_a_table_of_one_column_is_still_a_table(tmp_path: Path) -> None:
    assert open_table(csv_file(tmp_path, "subject\nS1\n")).frame.rows() == [("S1",)]


def test_the_rows_of_a_frame_are_taken_as_they_are() -> None:
    frame = table(lesion("BL"))
    assert open_table(frame).frame is frame
