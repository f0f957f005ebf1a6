"""Files that hold one slice twice: counted once if they are the same, else refused."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pydicom.uid import UID

from recistkit.scans import find_series
from tests.scans.dicom_files import Change, stored_values, write_series
from tests.scans.loading import loaded, voxels_of
from tests.scans.multi_frame import write_enhanced

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

DEFLATED = UID("1.2.840.10008.1.2.1.99")


def deflate(dataset: Dataset, _: int) -> None:
    """Have a slice deflated."""
    dataset.file_meta.TransferSyntaxUID = DEFLATED


@pytest.mark.parametrize("change", [None, deflate], ids=["plain", "deflated"])
def test_copies_with_the_same_pixels_are_counted_once(
    tmp_path: Path, change: Change | None
) -> None:
    paths = write_series(tmp_path / "a", spacing_mm=(0.8, 0.8), change=change)
    (tmp_path / "b").mkdir()
    copies = [shutil.copy(path, tmp_path / "b" / path.name) for path in paths[1:3]]
    (found,) = find_series(tmp_path).series
    assert found.duplicates == tuple(copies)
    assert found.paths == tuple(paths)
    assert [(one.code, one.message) for one in found.findings] == [
        (
            "duplicate-instances",
            "has 2 files of slices that are there already, with the same pixels",
        )
    ]
    assert np.array_equal(voxels_of(loaded(tmp_path)[1]), stored_values() - 1024)


def test_a_copy_of_a_multi_frame_file_is_counted_once(tmp_path: Path) -> None:
    path = write_enhanced(tmp_path / "one.dcm", stored_values())
    copy = shutil.copy(path, tmp_path / "two.dcm")
    (found,) = find_series(tmp_path).series
    assert (found.paths, found.duplicates) == ((path,), (copy,))


@pytest.mark.parametrize(
    "other",
    [{"pixels": 1}, {"RescaleIntercept": 0}, {"ImagePositionPatient": [-100.0, -80.0, 31.0]}],
    ids=["pixels", "rescale", "place"],
)
def test_two_slices_of_one_instance_uid_that_differ_are_refused(
    tmp_path: Path, other: dict[str, object]
) -> None:
    def change(dataset: Dataset, _: int) -> None:
        for name, value in other.items():
            if name != "pixels":
                setattr(dataset, name, value)

    write_series(tmp_path / "a")
    stored = stored_values() + int("pixels" in other)
    write_series(tmp_path / "b", stored=stored[:1], change=change)
    (found,) = find_series(tmp_path).series
    assert found.series is None
    assert found.reason == "holds two different slices that state the same SOP instance UID"


def test_slices_without_instance_uid_are_never_taken_for_copies(tmp_path: Path) -> None:
    def without(dataset: Dataset, _: int) -> None:
        del dataset.SOPInstanceUID

    for name in ("a", "b"):
        write_series(tmp_path / name, change=without)
    (found,) = find_series(tmp_path).series
    assert found.reason == (
        "has 5 pairs of slices at one position: several phases, echoes or copies in one series"
    )
