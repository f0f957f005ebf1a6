"""Rows of a re-read in the tables that lie in a study's folder: those of its subject, dated alike.

Without them a re-read would be judged from another reference date than the
read, and would be the only case that has none.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import polars as pl

from recistkit.errors import OutputError
from recistkit.exchange.sources import TableSource, open_table
from recistkit.study.folder import StudyFolder
from recistkit.study.reread_names import reread_names
from recistkit.study.study_files import table_path

__all__ = ["added_rows", "ids_of_tables", "own_table"]

_DATES: Final = {"subjects": "reference_date", "events": "date"}
"""The tables, and which column of each is a date."""
_LEFT_OUT: Final = "note"
"""What nobody but a person reads, and may know again."""

Row = dict[str, str]


def ids_of_tables(folder: Path) -> frozenset[str]:
    """Return the subjects that the tables in a study's folder name."""
    return frozenset(row.get("subject", "") for name in _DATES for row in _rows(folder, name))


@contextmanager
def added_rows(folder: Path, shown_as: Mapping[str, tuple[str, int]]) -> Iterator[None]:
    """Add the rows of re-reads to the tables of a study; take them back if the block fails.

    Parameters
    ----------
    folder : Path
        Of the study.
    shown_as : mapping of str to (str, int)
        For each subject the id of its re-read, and by how many days that is
        dated earlier.

    Raises
    ------
    OutputError
        If a table cannot be written; all are as before.
    """
    former: dict[Path, bytes] = {}
    try:
        for name, column in _DATES.items():
            path = table_path(folder, name)
            rows = [row for row in _rows(folder, name) if row.get("subject", "") in shown_as]
            added = _of_rereads(rows, column, shown_as)
            if path is not None and added:
                former[path] = path.read_bytes()
                end = b"" if former[path].endswith(b"\n") else b"\n"
                _write(path, former[path] + end + added.encode("utf-8"))
        yield
    except BaseException:
        for path, content in former.items():
            _write(path, content)
        raise


def _of_rereads(rows: Sequence[Row], column: str, shown_as: Mapping[str, tuple[str, int]]) -> str:
    """Return rows of a table as those of re-reads, in CSV; without rows nothing."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\n")
    for row in rows:
        other, days_earlier = shown_as[row["subject"]]
        moved = {"subject": other, column: _moved(row.get(column, ""), days_earlier)}
        note = {_LEFT_OUT: ""} if _LEFT_OUT in row else {}
        writer.writerow({name: (moved | note).get(name, cell) for name, cell in row.items()})
    return text.getvalue()


def own_table(study: StudyFolder, name: str) -> TableSource | None:
    """Return a table in a study's folder without the rows of re-reads; None where there is none.

    Raises
    ------
    TableError
        If it is no table.
    """
    path, hidden = table_path(study.path, name), reread_names(study)
    if path is None or not hidden:
        return path
    table = open_table(path)
    if "subject" not in table.frame.columns:
        return path
    kept = ~pl.col("subject").str.strip_chars().is_in(list(hidden)).fill_null(value=False)
    return dataclasses.replace(table, frame=table.frame.filter(kept))


def _rows(folder: Path, name: str) -> Iterator[Row]:
    """Yield the rows of a table; none where there is no such file."""
    path = table_path(folder, name)
    if path is not None:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file, restval=""):
                yield {key: value for key, value in row.items() if isinstance(key, str)}


def _moved(text: str, days_earlier: int) -> str:
    """Return a date some days earlier; what is none stays, and is a fault of the table as it was.

    Examples
    --------
    >>> _moved("2011-03-08", 7), _moved("", 7)
    ('2011-03-01', '')
    """
    try:
        return (dt.date.fromisoformat(text.strip()) - dt.timedelta(days=days_earlier)).isoformat()
    except (ValueError, OverflowError):
        return text


def _write(path: Path, content: bytes) -> None:
    """Write a file anew, whole or not at all.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    made = path.with_name(f".{path.name}.part")
    try:
        with made.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        made.replace(path)
    except OSError as error:
        made.unlink(missing_ok=True)
        raise OutputError(f"{path.name}: cannot be written: {error.strerror}") from None
