"""Hazards that leave measuring true: loaded, and named."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from recistkit.model.series_finding import SERIES_FINDINGS, SeriesFinding
from recistkit.reading.grid import ViewGrid
from recistkit.scans import find_series
from tests.scans.dicom_files import Change, stored_values, write_series
from tests.scans.loading import loaded, voxels_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

SQUARE = (0.8, 0.8)
TILT = 12.0


def findings_of(path: Path) -> list[tuple[str, str]]:
    """Return code and message of the findings of the one series of a folder."""
    (found,) = find_series(path).series
    assert found.series is not None, found.reason
    return [(one.code, one.message) for one in found.findings]


def test_a_plain_series_has_no_finding(tmp_path: Path) -> None:
    write_series(tmp_path, spacing_mm=SQUARE)
    assert findings_of(tmp_path) == []


def test_a_code_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^there is no finding tilt$"):
        SeriesFinding("tilt", "is tilted")
    assert all(text.islower() or "UID" in text for text in SERIES_FINDINGS.values())


def varying(name: str, values: list[object]) -> Change:
    """Return a change that gives each slice a value of its own."""

    def change(dataset: Dataset, index: int) -> None:
        setattr(dataset, name, values[index])

    return change


FOUND = {
    "instance-order": (
        varying("InstanceNumber", [1, 2, 4, 3, 5]),
        "has instance numbers that do not follow the slices",
    ),
    "rescale-varies": (
        varying("RescaleSlope", [1, 2, 2, 3, 3]),
        "has 3 different rescale slopes and intercepts",
    ),
    "thickness-varies": (
        varying("SliceThickness", [5, 5, 2.5, 5, 5]),
        "states slice thicknesses from 2.5 to 5 mm",
    ),
    "anisotropic-pixels": (
        varying("PixelSpacing", [[0.9, 0.7]] * 5),
        "has rows that are 0.9 mm apart and columns 0.7 mm",
    ),
    "lossy-compression": (
        varying("LossyImageCompression", ["00", "01", "00", "00", "00"]),
        "was compressed with loss",
    ),
}


@pytest.mark.parametrize("code", FOUND)
def test_what_is_to_be_known_of_a_series_is_found(tmp_path: Path, code: str) -> None:
    change, message = FOUND[code]
    write_series(tmp_path, spacing_mm=SQUARE, change=change)
    assert findings_of(tmp_path) == [(code, message)]


def test_instance_numbers_may_run_either_way(tmp_path: Path) -> None:
    write_series(
        tmp_path, spacing_mm=SQUARE, change=varying("InstanceNumber", [50, 40, 30, 20, 10])
    )
    assert findings_of(tmp_path) == []


def tilted(path: Path) -> None:
    """Write a series whose table moved along z while its slices lean towards y."""
    lean = math.radians(TILT)
    axes = ((1.0, 0.0, 0.0), (0.0, math.cos(lean), -math.sin(lean)))
    write_series(path, axes=axes, spacing_mm=(0.9, 0.7), step_mm=(0.0, 0.0, 5.0))


def test_a_gantry_tilt_keeps_every_voxel_in_its_place(tmp_path: Path) -> None:
    tilted(tmp_path)
    series, image = loaded(tmp_path)
    lean = math.radians(TILT)
    for column, row, number in ((0, 0, 0), (7, 5, 4), (3, 2, 1)):
        # PS3.3 C.7.6.2.1.1 for the slice that is `number` steps of the table away.
        expected = (
            -100.0 + 0.7 * column,
            -80.0 + 0.9 * row * math.cos(lean),
            30.0 + 5.0 * number - 0.9 * row * math.sin(lean),
        )
        place = series.point_mm((column, row, number))
        assert place == pytest.approx(expected, abs=1e-9)
        assert series.index(place) == pytest.approx((column, row, number), abs=1e-9)
        assert image.TransformIndexToPhysicalPoint((column, row, number)) == pytest.approx(
            expected, abs=1e-9
        )
    assert series.spacing_mm == pytest.approx((0.7, 0.9, 5.0))
    assert series.slice_direction == (0.0, 0.0, 1.0)
    assert series.normal == pytest.approx((0.0, math.sin(lean), math.cos(lean)))
    assert np.array_equal(voxels_of(image), stored_values() - 1024)
    assert findings_of(tmp_path)[0] == (
        "gantry-tilt",
        "was acquired with a gantry tilt of 12.0 degrees",
    )


def test_a_length_within_a_slice_of_a_tilted_series_is_that_of_the_lesion(tmp_path: Path) -> None:
    tilted(tmp_path)
    series, image = loaded(tmp_path)
    grid = ViewGrid.of(series, image)
    acquired = grid.acquired_plane()
    assert acquired == "axial"
    ends = (grid.patient_mm((2.0, 1.0, 1.0)), grid.patient_mm((2.0, 5.0, 6.0)))
    assert math.dist(*ends) == pytest.approx(math.hypot(4 * 0.9, 5 * 0.7), abs=1e-9)
    for end in ends:
        assert grid.slice_of("axial", end) == 2


@pytest.mark.parametrize(("shift_mm", "codes"), [(0.017, []), (0.018, ["gantry-tilt"])])
def test_a_tilt_below_a_tenth_of_a_pixel_over_the_stack_is_none(
    tmp_path: Path, shift_mm: float, codes: list[str]
) -> None:
    write_series(tmp_path, spacing_mm=(0.7, 0.7), step_mm=(shift_mm, 0.0, 5.0))
    assert [code for code, _ in findings_of(tmp_path)] == codes
