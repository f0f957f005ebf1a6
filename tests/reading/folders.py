"""Small folders to read: subjects, visits, one little MRI each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import nibabel
import numpy as np

__all__ = ["DATES", "write_case", "write_scan", "write_small_folder"]

nib: Any = nibabel

DATES: Final = {"week-8": "2011-03-07", "baseline": "2011-01-03", "week-16": "2011-05-02"}
"""Visits of a case with their scan dates; neither is in order of the other."""


def write_scan(folder: Path, uid: str, date: str | None, name: str = "mri") -> None:
    """Write an MRI of 12 x 12 x 6 voxels of 2 x 2 x 4 mm, with its date if there is one."""
    folder.mkdir(parents=True, exist_ok=True)
    affine = np.diag([-2.0, -2.0, 4.0, 1.0])
    image = nib.Nifti1Image(np.zeros((12, 12, 6), np.int16), affine)
    image.header.set_xyzt_units("mm")
    nib.save(image, folder / f"{name}.nii.gz")
    sidecar = {"SeriesInstanceUID": uid, "Modality": "MR"}
    sidecar |= {} if date is None else {"AcquisitionDate": date}
    (folder / f"{name}.json").write_text(json.dumps(sidecar), encoding="utf-8")


def write_case(folder: Path, subject: str, dates: Mapping[str, str | None]) -> None:
    """Write a subject with one scan a visit."""
    for number, (visit, date) in enumerate(dates.items()):
        write_scan(folder / subject / visit, f"1.2.{number + 1}", date)


def write_small_folder(folder: Path) -> Path:
    """Write a folder of two subjects with three visits each."""
    for subject in ("S2", "S1"):
        write_case(folder, subject, DATES)
    return folder
