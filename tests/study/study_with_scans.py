"""A study of the form of the example: the small study as read documents, with one scan."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import nibabel
import numpy as np
import polars as pl

from recistkit.exchange.read_document import save_read_document
from recistkit.exchange.read_tables import READS_COLUMNS, VISITS_COLUMNS, reads_from_tables
from recistkit.model.read import CriteriaReference
from tests.cli.small_study import READS, write_study

__all__ = ["INSIDE", "OUTSIDE", "SERIES", "write_scan", "write_study_with_scans"]

nib: Any = nibabel

SERIES: Final = "2.25.7"
INSIDE: Final = ([-25.0, 0.0, 8.0], [25.0, 0.0, 8.0])
OUTSIDE: Final = ([-60.0, 0.0, 8.0], [-10.0, 0.0, 8.0])
"""Rulers of 50.0 mm: patient coordinates (LPS) in mm of both ends."""


def write_study_with_scans(folder: Path, ruler: Sequence[Sequence[float]] = INSIDE) -> Path:
    """Write the study; reader A's first mark of S1 gets a ruler on the scan of its baseline."""
    folder.mkdir(exist_ok=True)
    write_study(folder)
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
        save_read_document(read, folder / "reads" / f"{read.subject}_reader-{read.reader}.json")
    _set_ruler(folder / "reads" / "S1_reader-A.json", ruler)
    write_scan(folder / "S1" / "baseline")
    return folder


def _set_ruler(path: Path, ruler: Sequence[Sequence[float]]) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    mark = content["marks"][0]
    mark["longest"] = {"start_mm": ruler[0], "end_mm": ruler[1]}
    mark["image"] = {"series": SERIES, "slice": 2}
    path.write_text(json.dumps(content), encoding="utf-8")


def write_scan(folder: Path) -> None:
    """Write a scan of 81 x 81 x 6 voxels of 1 x 1 x 4 mm; (-40, -40, 0) in LPS is its first."""
    folder.mkdir(parents=True)
    affine = np.diag([-1.0, -1.0, 4.0, 1.0])
    affine[:3, 3] = [40.0, 40.0, 0.0]
    image = nib.Nifti1Image(np.zeros((81, 81, 6), np.int16), affine)
    image.header.set_xyzt_units("mm")
    nib.save(image, folder / "mri.nii.gz")
    sidecar = {"SeriesInstanceUID": SERIES, "Modality": "MR", "AcquisitionDate": "2011-01-03"}
    (folder / "mri.json").write_text(json.dumps(sidecar), encoding="utf-8")
