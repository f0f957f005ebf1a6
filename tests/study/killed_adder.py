"""Scans are added by a process that is killed."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from recistkit.model.scan_record import ScanRecord
from recistkit.study.adding.add_scans import StudyScans, add_scans

__all__ = ["add_until_killed", "recorded", "study_scans"]

_RECORDS = "records.json"


def recorded(study: Path) -> list[ScanRecord]:
    """Return the records that are on disk: in a test they stand for the study's chain."""
    path = study.parent / _RECORDS
    if not path.exists():
        return []
    return [
        ScanRecord.model_validate_json(line)
        for line in json.loads(path.read_text(encoding="utf-8"))
    ]


def study_scans(study: Path) -> StudyScans:
    """Return the study's side: records go to disk whole or not at all."""

    def record(records: Sequence[ScanRecord]) -> None:
        lines = [one.model_dump_json() for one in (*recorded(study), *records)]
        temporary = study.parent / f"{_RECORDS}.new"
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(lines, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(study.parent / _RECORDS)

    return StudyScans(
        existing=lambda: recorded(study), record=record, is_locked=lambda _subject, _visit: False
    )


def add_until_killed(export: Path, study: Path, said: Connection) -> None:
    """Add scans; say that it begins."""
    said.send("begun")
    add_scans(export, study, scans=study_scans(study))
