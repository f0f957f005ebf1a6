"""Rows of subjects that never came to be are dropped; every other byte of a table stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from recistkit.study.adding.unrecorded_rows import ROWS_FILE, drop_unrecorded, note_rows

TABLE = (
    b"\xef\xbb\xbfdate,subject,note\r\n"
    b'2011-01-03,S1,"moved, S3\r\naway"\r\n'
    b'2011-01-04,"S3",\r\n'
    b"2011-01-05, S3 ,x\r\n"
    b"2011-01-06,S4,Gro\xdf\r\n"
)


@pytest.fixture
def stage(tmp_path: Path) -> Path:
    stage = tmp_path / ".adding-1"
    stage.mkdir()
    (tmp_path / "events.csv").write_bytes(TABLE)
    return stage


def test_only_rows_of_subjects_that_are_not_there_are_dropped(tmp_path: Path, stage: Path) -> None:
    note_rows(tmp_path, stage, ["S3", "S4"], ["events.csv", "subjects.csv"])
    drop_unrecorded(tmp_path, stage, ["S1", "S4"])
    assert (tmp_path / "events.csv").read_bytes() == TABLE.replace(
        b'2011-01-04,"S3",\r\n2011-01-05, S3 ,x\r\n', b""
    )
    drop_unrecorded(tmp_path, stage, ["S1", "S3", "S4"])


@pytest.mark.parametrize(
    "noted",
    ["", "{", "[]", '{"subjects": 3, "tables": ["events.csv"]}', '{"subjects": ["S3"]}'],
)
def test_what_was_noted_in_part_drops_nothing(tmp_path: Path, stage: Path, noted: str) -> None:
    (stage / ROWS_FILE).write_text(noted, encoding="utf-8")
    drop_unrecorded(tmp_path, stage, ["S1"])
    assert (tmp_path / "events.csv").read_bytes() == TABLE


def test_tables_lie_in_the_folder_of_the_study(tmp_path: Path, stage: Path) -> None:
    (stage / ROWS_FILE).write_text(
        '{"subjects": ["S3"], "tables": ["../events.csv"]}', encoding="utf-8"
    )
    (tmp_path / "inner").mkdir()
    drop_unrecorded(tmp_path / "inner", stage, ["S1"])
    assert (tmp_path / "events.csv").read_bytes() == TABLE
