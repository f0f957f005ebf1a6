"""Rows that a run adds to tables of the study before it is recorded, and that go if it never is."""

from __future__ import annotations

import contextlib
import csv
import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from recistkit.exchange.on_disk import replace_on_disk, settle_folder, write_to_disk

__all__ = ["ROWS_FILE", "drop_unrecorded", "note_rows"]

ROWS_FILE: Final = "rows.json"
"""In the folder of a run's copies: which subjects' rows it adds, and to which tables."""


def note_rows(study: Path, stage: Path, subjects: Collection[str], tables: Collection[str]) -> None:
    """Write down whose rows are going to be added to which tables.

    Parameters
    ----------
    study, stage : Path
        The study's folder, and that of the run's copies in it.
    subjects, tables : collection of str
        Ids, and names of files such as ``subjects.csv``.

    Raises
    ------
    OSError
        If that cannot be written; nothing may be added then.
    """
    noted = {"subjects": sorted(subjects), "tables": sorted(tables)}
    write_to_disk(stage / ROWS_FILE, json.dumps(noted).encode("utf-8"))
    settle_folder(stage)
    settle_folder(study)


def drop_unrecorded(study: Path, stage: Path, known: Collection[str]) -> None:
    """Drop the rows that an interrupted run noted, of subjects that the study does not have.

    Parameters
    ----------
    study, stage : Path
    known : collection of str
        The subjects of the study.

    Raises
    ------
    OSError
        If a table cannot be written.
    """
    subjects, tables = _noted(stage)
    for name in tables if subjects - {*known} else ():
        path = study / name
        if path.is_file():
            former = path.read_bytes()
            kept = b"".join(_kept(former, subjects - {*known}))
            if kept != former:
                replace_on_disk(path, kept)


def _noted(stage: Path) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the subjects and tables that a run noted; none where it did not come to that."""
    with contextlib.suppress(OSError, ValueError, LookupError, TypeError):
        content = json.loads((stage / ROWS_FILE).read_text(encoding="utf-8"))
        subjects, tables = map(str, content["subjects"]), map(str, content["tables"])
        return frozenset(subjects), tuple(name for name in tables if Path(name).name == name)
    return frozenset(), ()


def _kept(content: bytes, subjects: Collection[str]) -> Iterator[bytes]:
    """Yield the lines of a table, each as it is, but for those of some subjects."""
    lines = content.splitlines(keepends=True)
    header = _cells(lines[0].removeprefix(b"\xef\xbb\xbf")) if lines else []
    place = header.index("subject") if "subject" in header else None
    for line in lines:
        cells = _cells(line)
        if place is None or len(cells) <= place or cells[place] not in subjects:
            yield line


def _cells(line: bytes) -> list[str]:
    """Return the cells of a line; none of one that is no CSV, such as a part of a longer row."""
    with contextlib.suppress(csv.Error):
        for cells in csv.reader([line.decode("utf-8", "surrogateescape")]):
            return [cell.strip() for cell in cells]
    return []
