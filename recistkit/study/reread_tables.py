"""Rows of a re-read in the tables that lie in a study's folder: those of its subject, dated alike.

Without them a re-read would be judged from another reference date than the
read, and would be the only case that has none.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import polars as pl

from recistkit.errors import OutputError, TableError
from recistkit.exchange.on_disk import replace_on_disk
from recistkit.exchange.sources import TableSource, open_table
from recistkit.study.adding.unrecorded_rows import ROWS_FILE, note_rows
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
    """Return the subjects that the tables in a study's folder name.

    Raises
    ------
    TableError
        If one is no table.
    """
    return frozenset(row.get("subject", "") for rows in _tables(folder).values() for row in rows)


@contextmanager
def added_rows(
    folder: Path, stage: Path, shown_as: Mapping[str, tuple[str, int]]
) -> Iterator[None]:
    """Add the rows of re-reads to the tables of a study; take them back if the block fails.

    A run that is killed in between is settled with its scans: see
    `recistkit.study.adding.folder.settle`.

    Parameters
    ----------
    folder, stage : Path
        Of the study, and of the copies of scans that the rows come with.
    shown_as : mapping of str to (str, int)
        For each subject the id of its re-read, and by how many days that is
        dated earlier.

    Raises
    ------
    TableError
        If one is no table.
    OutputError
        If a table cannot be written; all are as before.
    """
    added = {path: rows for path, rows in _added(folder, shown_as) if rows}
    former = {path: path.read_bytes() for path in added}
    note_rows(
        folder, stage, [other for other, _ in shown_as.values()], [path.name for path in added]
    )
    try:
        for path, rows in added.items():
            _write(path, _joined(former[path], rows))
        yield
    except BaseException:
        for path, content in former.items():
            _write(path, content)
        (stage / ROWS_FILE).unlink(missing_ok=True)
        raise


def _added(folder: Path, shown_as: Mapping[str, tuple[str, int]]) -> Iterator[tuple[Path, str]]:
    """Yield the tables of a study, each with the rows of re-reads that it gets."""
    for name, rows in _tables(folder).items():
        path = table_path(folder, name)
        if path is not None:
            own = [row for row in rows if row.get("subject", "") in shown_as]
            yield path, _of_rereads(own, _DATES[name], shown_as)


def _joined(content: bytes, rows: str) -> bytes:
    """Return a table with rows at its end, whose lines end as its own do."""
    end = b"\r\n" if b"\r\n" in content else b"\n"
    begin = b"" if content.endswith(b"\n") else end
    return content + begin + rows.encode("utf-8").replace(b"\n", end)


def _write(path: Path, content: bytes) -> None:
    """Write a table anew, whole or not at all.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    try:
        replace_on_disk(path, content)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OutputError(f"{path.name}: cannot be written: {reason}") from None


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


def _tables(folder: Path) -> dict[str, list[Row]]:
    """Return the rows of the tables in a study's folder, as text; none where there is no such file.

    Raises
    ------
    TableError
        If one is no table; the faults of all are named.
    """
    found: dict[str, list[Row]] = {}
    errors: list[TableError] = []
    for name in _DATES:
        path = table_path(folder, name)
        try:
            found[name] = [] if path is None else _rows(open_table(path).frame)
        except TableError as error:
            errors.append(error)
    if errors:
        raise TableError.joined(errors)
    return found


def _rows(frame: pl.DataFrame) -> list[Row]:
    """Return rows with the text of each cell, without spaces around it."""
    return frame.select(pl.all().cast(pl.String).fill_null("").str.strip_chars()).to_dicts()


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
