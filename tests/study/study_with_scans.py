"""A folder of the form of the example: the small study as read documents, with its scans."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any, Final

import nibabel
import numpy as np
import polars as pl

from recistkit.exchange.read_document import load_read_document, save_read_document
from recistkit.exchange.read_tables import READS_COLUMNS, VISITS_COLUMNS, reads_from_tables
from recistkit.model.mark import ImagePlace, Ruler
from recistkit.model.read import CriteriaReference, Read, sign_read
from recistkit.model.series import Vector
from recistkit.study.example_study import begin_example
from tests.cli.small_study import READS, write_study

__all__ = [
    "INSIDE",
    "OUTSIDE",
    "SERIES",
    "begun",
    "leave_out_last_visit",
    "write_scan",
    "write_study_with_scans",
]

nib: Any = nibabel

SERIES: Final = "2.25.7"
INSIDE: Final = ((-25.0, 0.0, 8.0), (25.0, 0.0, 8.0))
CHARTER: Final = """
id = "SMALL"
criteria = "recist-1.1"

[[compartments]]
name = "primary"
organs = ["rectum"]

[[compartments]]
name = "distant"
"""
OUTSIDE: Final = ((-60.0, 0.0, 8.0), (-10.0, 0.0, 8.0))
"""Rulers of 50.0 mm: patient coordinates (LPS) in mm of both ends."""


def begun(source: Path) -> Path:
    """Make a study of the folder, beside it."""
    study = source.with_name(f"{source.name}-study")
    begin_example(source, study)
    return study


def write_study_with_scans(folder: Path, ruler: tuple[Vector, Vector] = INSIDE) -> Path:
    """Write the folder; reader A's first mark of S1 gets a ruler on the scan of its baseline."""
    folder.mkdir(exist_ok=True)
    write_study(folder)
    (folder / "study.toml").write_text(CHARTER, encoding="utf-8")
    (folder / "reads").mkdir()
    table = pl.read_csv(io.StringIO(READS), infer_schema=False)
    missing = [name for name in READS_COLUMNS if name not in table.columns]
    marks = table.with_columns(pl.lit(None, pl.String).alias(name) for name in missing)
    marks = marks.with_columns(
        baseline=pl.col("timepoint") == "baseline", nodal=pl.col("nodal") == "true"
    )
    visits = table.select(
        "subject",
        "reader",
        "timepoint",
        date_first="date",
        date_last="date",
        **{name: pl.lit(None, pl.String) for name in VISITS_COLUMNS[5:]},
    ).unique(maintain_order=True)
    criteria = CriteriaReference(id="recist-1.1")
    for read in reads_from_tables(marks, visits, study="SMALL", criteria=criteria):
        path = folder / "reads" / f"{read.subject}_reader-{read.reader}.json"
        named = (read.subject, read.reader) == ("S1", "A")
        save_read_document(_signed(_with_ruler(read, ruler) if named else read), path)
    for number, (subject, visit, date) in enumerate(_scans(table), start=7):
        write_scan(folder / subject / visit, number, date)
    return folder


def _scans(table: pl.DataFrame) -> list[tuple[str, str, str]]:
    return table.select("subject", "timepoint", "date").unique(maintain_order=True).rows()


def _with_ruler(read: Read, ruler: tuple[Vector, Vector]) -> Read:
    longest = Ruler(start_mm=ruler[0], end_mm=ruler[1])
    mark = read.marks[0].model_copy(
        update={"longest": longest, "image": ImagePlace(series=SERIES, slice=2)}
    )
    return read.model_copy(update={"marks": (mark, *read.marks[1:])})


def leave_out_last_visit(path: Path) -> None:
    """Let a document be signed up to the visit before its last one."""
    read = load_read_document(path)
    last = read.timepoints[-1].label
    marks = tuple(mark for mark in read.marks if mark.timepoint != last)
    shorter = read.model_copy(
        update={"timepoints": read.timepoints[:-1], "marks": marks, "state": "draft"}
    )
    save_read_document(_signed(shorter), path)


def _signed(read: Read) -> Read:
    at = dt.datetime(2011, 6, 1, 12, tzinfo=dt.UTC)
    return sign_read(read, name=f"Reader {read.reader}", meaning="read", signed_at=at)


def write_scan(folder: Path, number: int = 7, date: str = "2011-01-03") -> None:
    """Write a scan of 81 x 81 x 6 voxels of 1 x 1 x 4 mm; (-40, -40, 0) in LPS is its first.

    Its number is its grey value and the end of its UID.
    """
    folder.mkdir(parents=True)
    affine = np.diag([-1.0, -1.0, 4.0, 1.0])
    affine[:3, 3] = [40.0, 40.0, 0.0]
    image = nib.Nifti1Image(np.full((81, 81, 6), number, np.int16), affine)
    image.header.set_xyzt_units("mm")
    nib.save(image, folder / "mri.nii.gz")
    sidecar = {"SeriesInstanceUID": f"2.25.{number}", "Modality": "MR", "AcquisitionDate": date}
    (folder / "mri.json").write_text(json.dumps(sidecar), encoding="utf-8")
