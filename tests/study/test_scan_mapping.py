"""The mapping file: every fault of it at once, by row, and never what stands in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from recistkit.study.adding.mapping import load_mapping
from recistkit.study.adding.problems import ScansRefusedError


def faults(tmp_path: Path, data: bytes) -> list[str]:
    path = tmp_path / "mapping.csv"
    path.write_bytes(data)
    with pytest.raises(ScansRefusedError) as raised:
        load_mapping(path)
    return [str(problem) for problem in raised.value.problems]


def test_rows_are_what_they_say(tmp_path: Path) -> None:
    path = tmp_path / "mapping.csv"
    path.write_bytes(b"\xef\xbb\xbffolder, subject ,timepoint\r\n a\\b ,R1, v 1\r\n,,\r\nc,R2,\r\n")
    rows = load_mapping(path)
    assert [(row.number, str(row.folder), row.subject, row.timepoint) for row in rows] == [
        (2, "a/b", "R1", "v 1"),
        (4, "c", "R2", None),
    ]
    assert "a/b" not in repr(rows)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (
            b"folder,subject,visit",
            (
                "expected each column once, and no others than folder, patient_id, issuer, "
                "study_date, subject, timepoint"
            ),
        ),
        (
            b"folder,subject,folder",
            (
                "expected each column once, and no others than folder, patient_id, issuer, "
                "study_date, subject, timepoint"
            ),
        ),
        (b"folder", "expected the column subject, and either folder or patient_id"),
        (
            b"folder,patient_id,subject",
            "expected the column subject, and either folder or patient_id",
        ),
        (
            b"folder,issuer,subject",
            "the columns issuer and study_date go with patient_id, not with folder",
        ),
    ],
)
def test_a_header_that_is_none_is_refused(tmp_path: Path, header: bytes, reason: str) -> None:
    assert faults(tmp_path, header + b"\n") == [f"mapping, row 1: {reason}"]


def test_all_faults_of_the_rows_are_named(tmp_path: Path) -> None:
    lines = [
        b"patient_id,study_date,subject,timepoint",
        b"77,2011-03-32,R1,v1",
        b",,R1,v2",
        b"78,,,v1",
        b"79,,con,v/1",
        b"80,,R2,v1,more",
        b"81,,R3,v1",
        b"81,,R4,v1",
        b"82,,r3,V1",
        b"83,,R3,V1",
    ]
    name = "cannot be the name of a folder on every system, with at most 64 characters"
    assert faults(tmp_path, b"\n".join(lines)) == [
        "mapping, row 2: study_date: expected an ISO date, such as 2011-03-04",
        "mapping, row 3: names no scans",
        "mapping, row 4: subject: is missing",
        f"mapping, row 5: subject: {name}",
        f"mapping, row 5: timepoint: {name}",
        "mapping, row 6: has more cells than the header",
        "mapping, row 8: names the same scans as row 7",
        "mapping, row 9: subject: is spelt with other capital letters than in a row before",
        "mapping, row 10: timepoint: is spelt with other capital letters than in a row before",
    ]


@pytest.mark.parametrize("folder", [b"/a", b"../a", b"a/../../b", b"c:\\a"])
def test_a_folder_that_leads_out_is_refused(tmp_path: Path, folder: bytes) -> None:
    reason = "expected a folder below the one that scans are added from"
    assert faults(tmp_path, b"folder,subject\n" + folder + b",R1\n") == [
        f"mapping, row 2: {reason}"
    ]


def test_two_rows_of_one_folder_are_refused(tmp_path: Path) -> None:
    data = b"folder,subject\na/b,R1\na\\b/,R2\n"
    assert faults(tmp_path, data) == ["mapping, row 3: names the same scans as row 2"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"folder,subject\n\xff,R1\n", "is not text in UTF-8"),
        (b"folder,subject\n", "has no rows"),
        (b"folder,subject\n" + b"x" * 200_000 + b",R1\n", "cannot be read as CSV"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    assert faults(tmp_path, data) == [f"mapping: {reason}"]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ScansRefusedError, match="cannot be opened") as raised:
        load_mapping(tmp_path / "none.csv")
    assert [str(one) for one in raised.value.problems] == [
        "mapping: cannot be opened (FileNotFoundError)"
    ]
