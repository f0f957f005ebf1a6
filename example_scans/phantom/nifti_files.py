"""MRI as NIfTI, with a JSON file beside it as BIDS has it."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np

from phantom.canvas import Geometry
from phantom.randomness import uid
from phantom.shapes import Array

__all__ = ["MRI_STEP", "mri_series_uid", "save_mri"]

MRI_STEP = 4.0
"""Signal of one stored step, so that the files are small."""

_Image: Any = nib.Nifti1Image  # nibabel has no types
_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


def mri_series_uid(subject: str, visit: str) -> str:
    """Return the series instance UID that the JSON file states."""
    return uid(subject, visit, "mri", "series")


def save_mri(
    folder: Path, subject: str, visit: str, date: dt.date, geometry: Geometry, image: Array
) -> None:
    """Save an MRI as ``mri.nii.gz`` and ``mri.json``.

    Parameters
    ----------
    image : array, shape (slices, rows, columns)
        Signal, slices along the normal.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stored = np.clip(np.rint(image / MRI_STEP), 0, 255).astype(np.uint8).transpose(2, 1, 0)
    affine = np.eye(4)
    affine[:3, :3] = (geometry.directions * geometry.spacing_mm[:, None]).T
    affine[:3, 3] = geometry.origin_mm
    picture: Any = _Image(stored, _LPS_TO_RAS @ affine)
    picture.header.set_xyzt_units("mm")
    picture.set_sform(_LPS_TO_RAS @ affine, code=1)
    picture.set_qform(_LPS_TO_RAS @ affine, code=1)
    picture.header.set_slope_inter(MRI_STEP, 0.0)
    picture.header["descrip"] = b"recistkit example_scans, synthetic"
    with (
        (folder / "mri.nii.gz").open("wb") as file,
        # Neither name nor time in the file: the same image gives the same bytes.
        gzip.GzipFile("", "wb", compresslevel=9, fileobj=file, mtime=0) as packed,
    ):
        packed.write(picture.to_bytes())
    sidecar = {
        "Modality": "MR",
        "SeriesInstanceUID": mri_series_uid(subject, visit),
        "FrameOfReferenceUID": uid(subject, visit, "mri", "frame"),
        "AcquisitionDate": date.isoformat(),
        "SliceThickness": geometry.slice_spacing_mm,
        "SeriesDescription": "Pelvis T2 across the rectum",
        "Manufacturer": "recistkit example_scans",
        "PatientPosition": "HFS",
    }
    text = json.dumps(sidecar, indent=2) + "\n"
    (folder / "mri.json").write_text(text, encoding="utf-8", newline="\n")
