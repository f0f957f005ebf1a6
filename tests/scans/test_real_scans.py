"""Real scans: their headers are understood, and their voxels are what others see."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import numpy as np
import pytest

from recistkit.reading.grid import ViewGrid
from recistkit.scans import find_series, load_found
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


def test_the_real_series_of_two_dates_are_listed_each_with_its_own(
    scans_folder: Path, tmp_path: Path
) -> None:
    for archive in (scans_folder / "longitudinal_crc").glob("*.zip"):
        with zipfile.ZipFile(archive) as files:
            files.extractall(tmp_path / archive.stem)
    contents = find_series(tmp_path)
    assert contents.unreadable == ()
    listed = [
        (one.series.date, one.series.size, one.series.frame_of_reference is not None)
        for one in contents.series
        if one.series is not None
    ]
    assert sorted(listed) == [
        (date, size, True) for _, size, _, _, date in sorted(DIFFUSION, key=lambda row: row[-1])
    ]
    assert [[finding.code for finding in one.findings] for one in contents.series] == [[], []]
    for one in contents.series:
        grid = ViewGrid.of(*load_found(one))
        assert grid.acquired_plane() == "axial"


@pytest.mark.parametrize("name", ["brain1_image", "lung1_image", "breast1_image"])
def test_a_real_nrrd_file_is_where_simpleitk_has_it(scans_folder: Path, name: str) -> None:
    path = scans_folder / "pyradiomics" / f"{name}.nrrd"
    series, image = loaded(path)
    theirs = loaded_by_simpleitk(path)
    assert series.size == theirs.GetSize()
    assert image.GetOrigin() == pytest.approx(theirs.GetOrigin(), abs=1e-6)
    assert image.GetSpacing() == pytest.approx(theirs.GetSpacing(), abs=1e-9)
    assert image.GetDirection() == pytest.approx(theirs.GetDirection(), abs=1e-9)
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
