"""Enhanced multi-frame images: every frame in its place, by its own functional groups."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from recistkit.errors import ScanError
from recistkit.scans import find_series, load_found, load_series
from tests.scans.dicom_files import EXPLICIT_LITTLE, stored_values
from tests.scans.loading import loaded, voxels_of
from tests.scans.multi_frame import IMPLICIT, group, write_enhanced

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

RLE = "1.2.840.10008.1.2.5"
NOWHERE = "does not say where its slices lie in the patient"
JPEG_LS = "1.2.840.10008.1.2.4.80"


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("syntax", [EXPLICIT_LITTLE, IMPLICIT, RLE, JPEG_LS])
def test_frames_are_slices(tmp_path: Path, syntax: str, shared: bool) -> None:
    stored = stored_values(5, 12, 14)
    path = write_enhanced(tmp_path / "one.dcm", stored, syntax=syntax, shared=shared)
    series, image = loaded(path)
    assert (series.uid, series.modality, series.date) == ("1.2.826.5", "MR", dt.date(2011, 3, 2))
    assert series.size == (14, 12, 5)
    assert series.spacing_mm == (0.7, 0.9, 5.0)
    assert series.origin_mm == (-100.0, -80.0, 0.0)
    assert series.slice_thickness_mm == 4.5
    assert np.array_equal(voxels_of(image), 2 * stored - 10)


def test_frames_are_sorted_by_position_and_rescaled_each_by_its_own(tmp_path: Path) -> None:
    def own(frame: Dataset, index: int) -> None:
        values = group(
            "PixelValueTransformationSequence", RescaleSlope=index + 1, RescaleIntercept=-index
        )
        frame.update(values)

    stored = stored_values(4)
    places = [(-100.0, -80.0, z) for z in (10.0, 0.0, 15.0, 5.0)]
    path = write_enhanced(
        tmp_path / "one.dcm", stored, positions_mm=places, shared=False, frame_change=own
    )
    _, image = loaded(path)
    expected = np.stack([(k + 1) * stored[k] - k for k in (1, 3, 0, 2)])
    assert np.array_equal(voxels_of(image), expected)
    (found,) = find_series(path).series
    assert (found.paths, len(found.frames)) == ((path,), 4)
    assert [finding.code for finding in found.findings] == ["rescale-varies", "anisotropic-pixels"]


def test_echoes_of_one_image_are_told_apart(tmp_path: Path) -> None:
    def echo(frame: Dataset, index: int) -> None:
        frame.update(group("MREchoSequence", EffectiveEchoTime=[4.6, 2.3][index % 2]))

    places = [(-100.0, -80.0, 5.0 * (index // 2)) for index in range(6)]
    stored = stored_values(6)
    path = write_enhanced(tmp_path / "one.dcm", stored, positions_mm=places, frame_change=echo)
    first, second = find_series(path).series
    assert (first.uid, first.part, second.uid, second.part) == ("1.2.826.5", 1, "1.2.826.5", 2)
    assert first.findings[0].message == "is part 1 of 2 under one series UID: echo time 2.3"
    assert np.array_equal(voxels_of(load_found(first)[1]), 2 * stored[1::2] - 10)
    assert np.array_equal(voxels_of(load_found(second)[1]), 2 * stored[::2] - 10)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (
            lambda image: setattr(image, "NumberOfFrames", 6),
            "describes 5 of its 6 frames",
        ),
        (
            lambda image: delattr(image, "PerFrameFunctionalGroupsSequence"),
            "is a multi-frame image that does not say where its frames lie",
        ),
        (
            lambda image: setattr(image, "SharedFunctionalGroupsSequence", []),
            f"{NOWHERE}: ImageOrientationPatient, PixelSpacing",
        ),
        (
            lambda image: setattr(image, "PixelData", image.PixelData[:-96]),
            "holds fewer pixels than its header states",
        ),
    ],
    ids=["count", "no groups", "no orientation", "short"],
)
def test_an_image_whose_frames_cannot_be_placed_is_refused(
    tmp_path: Path, fault: object, reason: str
) -> None:
    path = write_enhanced(tmp_path / "one.dcm", stored_values(), change=fault)  # type: ignore[arg-type]
    with pytest.raises(ScanError) as raised:
        load_series(path)
    assert raised.value.reason == reason


def test_a_missing_frame_is_told_with_its_place(tmp_path: Path) -> None:
    places = [(-100.0, -80.0, z) for z in (0.0, 5.0, 15.0, 20.0, 25.0)]
    path = write_enhanced(tmp_path / "one.dcm", stored_values(), positions_mm=places)
    with pytest.raises(ScanError) as raised:
        load_series(path)
    assert raised.value.reason == (
        "lacks a slice: between slices 2 and 3 the step is 10.00 mm, else 5.00 mm"
    )
