"""DICOM series: sorted by position, rescaled per slice, placed in the patient."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from recistkit.errors import ScanError
from recistkit.scans import find_series, load_folder
from tests.scans.dicom_files import stored_values, write_series
from tests.scans.loading import ITK, loaded, loaded_by_simpleitk, voxels_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

SHUFFLED = ["9.dcm", "1.dcm", "IM5", "a.dcm", "3.dcm"]


def oblique(degrees: float) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    """Return row, column and slice directions of a stack turned about two axes."""
    a, b = math.radians(degrees), math.radians(degrees / 3)
    row = np.array([math.cos(b), math.sin(b), 0.0])
    column = np.array([-math.sin(b) * math.cos(a), math.cos(b) * math.cos(a), math.sin(a)])
    first, second, third = (
        tuple(map(float, axis)) for axis in (row, column, np.cross(row, column))
    )
    return first, second, third


def test_a_series_says_what_its_headers_say(tmp_path: Path) -> None:
    write_series(tmp_path)
    series, image = loaded(tmp_path)
    assert (series.uid, series.modality, series.date) == ("1.2.826.1", "CT", dt.date(2011, 3, 1))
    assert series.size == (8, 6, 5) == image.GetSize()
    assert series.spacing_mm == (0.7, 0.9, 5.0) == image.GetSpacing()
    assert series.origin_mm == (-100.0, -80.0, 30.0) == image.GetOrigin()
    assert series.direction == image.GetDirection() == (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
    assert series.plane == "axial"
    assert series.slice_thickness_mm == 5.0
    assert series.frame_of_reference == "1.2.826.99"
    assert image.GetPixelID() == ITK.sitkInt16
    voxels = voxels_of(image)
    assert np.array_equal(voxels, stored_values() - 1024)


def test_slices_are_sorted_by_position_and_not_by_name_or_number(tmp_path: Path) -> None:
    def downwards(dataset: Dataset, index: int) -> None:
        dataset.InstanceNumber = [3, 1, 5, 2, 4][index]

    write_series(tmp_path, names=SHUFFLED, step_mm=(0.0, 0.0, -5.0), change=downwards)
    series, image = loaded(tmp_path)
    assert series.origin_mm == (-100.0, -80.0, 10.0)
    assert series.slice_direction == (0.0, 0.0, 1.0)
    voxels = voxels_of(image)
    assert np.array_equal(voxels, stored_values()[::-1] - 1024)


@pytest.mark.parametrize("degrees", [0.0, 20.0, -75.0, 133.0])
def test_a_voxel_of_an_oblique_anisotropic_series_lies_where_its_header_says(
    tmp_path: Path, degrees: float
) -> None:
    row, column, normal = oblique(degrees)
    step = tuple(-3.3 * part for part in normal)
    write_series(tmp_path, axes=(row, column), step_mm=step, names=SHUFFLED)
    series, image = loaded(tmp_path)
    # Voxel (column 5, row 2) of the third slice written, by PS3.3 C.7.6.2.1.1.
    expected = (
        np.array([-100.0, -80.0, 30.0])
        + 5 * 0.7 * np.array(row)
        + 2 * 0.9 * np.array(column)
        + 2 * np.array(step)
    )
    assert series.point_mm((5.0, 2.0, 2.0)) == pytest.approx(tuple(expected), abs=1e-6)
    assert image.TransformIndexToPhysicalPoint((5, 2, 2)) == pytest.approx(expected, abs=1e-6)
    assert image.GetPixel(5, 2, 2) == 100 * 2 + 10 * 2 + 5 - 1024


def test_our_images_lie_where_simpleitk_puts_them(tmp_path: Path) -> None:
    row, column, normal = oblique(20.0)
    write_series(tmp_path, axes=(row, column), step_mm=tuple(4 * part for part in normal))
    _, image = loaded(tmp_path)
    theirs = loaded_by_simpleitk(tmp_path)
    assert image.GetOrigin() == pytest.approx(theirs.GetOrigin(), abs=1e-6)
    assert image.GetSpacing() == pytest.approx(theirs.GetSpacing(), abs=1e-6)
    assert image.GetDirection() == pytest.approx(theirs.GetDirection(), abs=1e-6)
    assert np.array_equal(voxels_of(image), voxels_of(theirs))


def test_each_slice_is_rescaled_by_its_own_slope(tmp_path: Path) -> None:
    def rescale(dataset: Dataset, index: int) -> None:
        dataset.RescaleSlope = [1, 2, 0.5, 1, 3][index]
        dataset.RescaleIntercept = [0, 10, 0, -7, 0][index]

    write_series(tmp_path, change=rescale)
    _, image = loaded(tmp_path)
    slopes = np.array([1, 2, 0.5, 1, 3], dtype=np.float32)[:, None, None]
    intercepts = np.array([0, 10, 0, -7, 0], dtype=np.float32)[:, None, None]
    voxels = voxels_of(image)
    assert image.GetPixelID() == ITK.sitkFloat32
    assert np.array_equal(voxels, stored_values() * slopes + intercepts)


def test_values_beyond_sixteen_bits_become_floats(tmp_path: Path) -> None:
    stored = np.full((2, 6, 8), 60_000, dtype=np.uint16)
    write_series(tmp_path, stored=stored)
    _, image = loaded(tmp_path)
    assert image.GetPixelID() == ITK.sitkFloat32
    assert image.GetPixel(0, 0, 0) == 60_000 - 1024


def test_a_series_without_rescale_keeps_its_values(tmp_path: Path) -> None:
    def without(dataset: Dataset, _: int) -> None:
        del dataset.RescaleSlope, dataset.RescaleIntercept

    write_series(tmp_path, change=without)
    _, image = loaded(tmp_path)
    assert np.array_equal(voxels_of(image), stored_values())


@pytest.mark.parametrize(
    "syntax",
    ["1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.90"],
    ids=["RLE", "JPEG 2000 lossless"],
)
def test_compressed_slices_are_decoded(tmp_path: Path, syntax: str) -> None:
    def compress(dataset: Dataset, _: int) -> None:
        dataset.compress(syntax, generate_instance_uid=False)

    write_series(tmp_path, stored=stored_values(3, 40, 48), change=compress)
    _, image = loaded(tmp_path)
    assert np.array_equal(voxels_of(image), stored_values(3, 40, 48) - 1024)


def test_a_single_slice_is_as_deep_as_it_is_thick(tmp_path: Path) -> None:
    (path,) = write_series(tmp_path, stored=stored_values(1))
    series, image = loaded(path)
    assert series.slice_spacing_mm == 5.0
    assert image.GetSize() == (8, 6, 1)


def test_the_thickness_of_a_series_is_that_of_its_thickest_slice(tmp_path: Path) -> None:
    def thicker(dataset: Dataset, index: int) -> None:
        dataset.SliceThickness = 5.0 + index

    write_series(tmp_path, change=thicker)
    assert loaded(tmp_path)[0].slice_thickness_mm == 9.0


def test_what_a_header_does_not_say_is_none(tmp_path: Path) -> None:
    def silent(dataset: Dataset, _: int) -> None:
        del dataset.AcquisitionDate, dataset.FrameOfReferenceUID, dataset.Modality
        dataset.SliceThickness = None

    write_series(tmp_path, change=silent)
    series, _ = loaded(tmp_path)
    said = (series.date, series.frame_of_reference, series.modality, series.slice_thickness_mm)
    assert said == (None, None, None, None)


@pytest.mark.parametrize(
    ("agent", "contrast"),
    [
        (None, "not-stated"),
        ("", "not-stated"),
        ("none", "none"),
        ("NO", "none"),
        ("Oral", "enteral"),
        ("RECTAL", "enteral"),
        ("ORAL & IV", "given"),
        ("Ultravist 300", "given"),
    ],
)
def test_whether_a_contrast_agent_was_given_is_told_without_its_name(
    tmp_path: Path, agent: str | None, contrast: str
) -> None:
    def with_agent(dataset: Dataset, _: int) -> None:
        if agent is not None:
            dataset.ContrastBolusAgent = agent

    write_series(tmp_path, change=with_agent)
    assert loaded(tmp_path)[0].contrast == contrast


def test_series_of_one_folder_are_told_apart(tmp_path: Path) -> None:
    write_series(tmp_path, uid="1.2.826.1", names=[f"x{i}" for i in range(5)])
    write_series(tmp_path / "deeper", uid="1.2.826.2", stored=stored_values(3))
    (tmp_path / "notes.txt").write_text("not a scan", encoding="utf-8")
    contents = find_series(tmp_path)
    assert [item.uid for item in contents.series] == ["1.2.826.1", "1.2.826.2"]
    assert [item.reason for item in contents.series] == [None, None]
    assert contents.other_files == 1
    assert contents.unreadable == ()
    assert loaded(tmp_path, "1.2.826.2")[1].GetSize() == (8, 6, 3)
    scans = load_folder(tmp_path)
    assert [series.uid for series, _ in scans.scans] == ["1.2.826.1", "1.2.826.2"]
    assert scans.refused == ()


def test_files_that_are_no_scans_are_passed_by(tmp_path: Path) -> None:
    write_series(tmp_path)
    (tmp_path / "DICOMDIR").write_bytes(b"an index")
    (tmp_path / ".hidden.dcm").write_bytes(b"no scan")
    (tmp_path / "broken-link.dcm").symlink_to(tmp_path / "nowhere")
    contents = find_series(tmp_path)
    assert (len(contents.series), contents.unreadable, contents.other_files) == (1, (), 1)


def test_a_folder_gives_what_it_can_and_says_what_it_cannot(tmp_path: Path) -> None:
    write_series(tmp_path / "good", uid="1.2.826.1")
    paths = write_series(tmp_path / "bad", uid="1.2.826.2")
    paths[2].unlink()
    (tmp_path / "cut.dcm").write_bytes(b"")
    scans = load_folder(tmp_path)
    assert [series.uid for series, _ in scans.scans] == ["1.2.826.1"]
    assert [type(error) for error in scans.refused] == [ScanError, ScanError]
    assert [error.reason for error in scans.refused] == [
        "its header cannot be understood (InvalidDicomError)",
        "lacks a slice: between slices 2 and 3 the step is 10.00 mm, else 5.00 mm",
    ]
