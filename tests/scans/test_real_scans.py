"""Real scans: their headers are understood, and their voxels are what others see."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.scans.loading import loaded, loaded_by_simpleitk, voxels_of

pytestmark = pytest.mark.real_scans

DIFFUSION = [
    ("SCAN_002", (256, 288, 45), 6.0, 5.0, dt.date(1959, 12, 9)),
    ("SCAN_001", (256, 288, 36), 7.0, 6.0, dt.date(1960, 4, 13)),
]


@pytest.mark.parametrize(("name", "size", "spacing", "thickness", "date"), DIFFUSION)
def test_a_real_dicom_series_is_what_its_header_says(
    scans_folder: Path,
    tmp_path: Path,
    name: str,
    size: tuple[int, int, int],
    spacing: float,
    thickness: float,
    date: dt.date,
) -> None:
    (archive,) = (scans_folder / "longitudinal_crc").glob(f"*{name}*.zip")
    with zipfile.ZipFile(archive) as files:
        files.extractall(tmp_path)
    series, image = loaded(tmp_path)
    assert series.size == size
    assert series.spacing_mm == pytest.approx((1.5625, 1.5625, spacing), abs=1e-6)
    assert (series.modality, series.plane, series.date) == ("MR", "axial", date)
    assert series.slice_thickness_mm == thickness
    theirs = loaded_by_simpleitk(next(tmp_path.rglob("*.dcm")).parent)
    assert image.GetOrigin() == pytest.approx(theirs.GetOrigin(), abs=1e-6)
    assert image.GetDirection() == pytest.approx(theirs.GetDirection(), abs=1e-6)
    assert np.array_equal(voxels_of(image), voxels_of(theirs))


@pytest.mark.parametrize("name", ["study1_FLAIR", "study2_FLAIR"])
def test_a_real_nifti_file_is_what_its_header_says(scans_folder: Path, name: str) -> None:
    path = scans_folder / "longitudinal_ms" / "patient12" / f"{name}.nii.gz"
    series, image = loaded(path)
    assert series.size == (320, 320, 48)
    assert series.spacing_mm == pytest.approx((0.71875, 0.71875, 3.0), abs=1e-5)
    assert series.plane == "axial"
    theirs = loaded_by_simpleitk(path)
    assert image.GetOrigin() == pytest.approx(theirs.GetOrigin(), abs=1e-5)
    assert image.GetDirection() == pytest.approx(theirs.GetDirection(), abs=1e-6)
    assert np.array_equal(voxels_of(image), voxels_of(theirs))
