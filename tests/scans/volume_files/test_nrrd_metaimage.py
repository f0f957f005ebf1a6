"""NRRD and MetaImage files: placed and loaded as SimpleITK has them, or refused."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from recistkit.errors import ScanError
from recistkit.scans import find_series, load_series
from tests.scans.loading import ITK, loaded, voxels_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIRECTION = (0.8, -0.6, 0.0, 0.6, 0.8, 0.0, 0.0, 0.0, 1.0)


def values(kind: str = "int16") -> NDArray[Any]:
    """Return values that differ in every voxel, shape (slices, rows, columns)."""
    return np.arange(3 * 4 * 5).reshape(3, 4, 5).astype(kind)


def written(path: Path, voxels: NDArray[Any] | None = None, *, packed: bool = False) -> Path:
    """Write an image that is turned and has three different spacings."""
    image = ITK.GetImageFromArray(values() if voxels is None else voxels)
    image.SetSpacing((0.7, 0.9, 2.5))
    image.SetOrigin((-100.0, 50.0, 12.5))
    image.SetDirection(DIRECTION)
    ITK.WriteImage(image, str(path), useCompression=packed)
    return path


def changed(path: Path, old: bytes, new: bytes) -> Path:
    """Write a file anew with other bytes in its header."""
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new, 1))
    return path


def reason_of(path: Path) -> str:
    """Return why a file is refused."""
    with pytest.raises(ScanError) as raised:
        load_series(path)
    return raised.value.reason


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", ["uint8", "int16", "uint16", "int32", "float32", "float64"])
@pytest.mark.parametrize("suffix", [".nrrd", ".mha"])
def test_a_volume_file_is_where_simpleitk_has_it(
    tmp_path: Path, suffix: str, kind: str, packed: bool
) -> None:
    path = written(tmp_path / f"scan{suffix}", values(kind), packed=packed)
    series, image = loaded(path)
    theirs = ITK.ReadImage(str(path))
    assert series.size == theirs.GetSize() == image.GetSize()
    assert series.spacing_mm == pytest.approx(theirs.GetSpacing(), abs=1e-9)
    assert series.origin_mm == pytest.approx(theirs.GetOrigin(), abs=1e-9)
    assert series.direction == pytest.approx(theirs.GetDirection(), abs=1e-9)
    assert image.TransformIndexToPhysicalPoint((4, 3, 2)) == pytest.approx(
        theirs.TransformIndexToPhysicalPoint((4, 3, 2)), abs=1e-9
    )
    assert np.array_equal(voxels_of(image), values())
    whole = ITK.sitkFloat32 if kind.startswith("float") else ITK.sitkInt16
    assert image.GetPixelID() == whole


def test_an_nrrd_file_in_another_space_of_the_patient_becomes_lps(tmp_path: Path) -> None:
    path = written(tmp_path / "scan.nrrd")
    changed(path, b"space: left-posterior-superior", b"space: RAS")
    series, _ = loaded(path)
    theirs = ITK.ReadImage(str(path))
    assert series.origin_mm == pytest.approx(theirs.GetOrigin()) == (100.0, -50.0, 12.5)
    assert series.direction == pytest.approx(theirs.GetDirection())


def test_a_description_beside_a_volume_file_is_used(tmp_path: Path) -> None:
    path = written(tmp_path / "scan.mha")
    said = {"SeriesInstanceUID": "2.25.7", "Modality": "MR", "AcquisitionDate": "2011-03-04"}
    (tmp_path / "scan.json").write_text(json.dumps(said), encoding="utf-8")
    series, _ = loaded(path)
    assert (series.uid, series.modality, series.date) == ("2.25.7", "MR", dt.date(2011, 3, 4))


NRRD_FAULTS = {
    "no space": (b"space: left-posterior-superior\n", b"", "no space)"),
    "other file": (b"encoding: raw", b"encoding: raw\ndata file: /etc/passwd", "(data file); "),
    "text": (b"encoding: raw", b"encoding: txt", "cannot be loaded (type, encoding)"),
    "type": (b"type: short", b"type: block", "cannot be loaded (type, encoding)"),
    "skip": (b"encoding: raw", b"encoding: raw\nbyte skip: 5", "cannot be loaded (type, encoding)"),
    "axes": (b"dimension: 3", b"dimension: 4", "does not hold one volume of three axes"),
    "size": (b"sizes: 5 4 3", b"sizes: 5 4 -3", "states a size that cannot be"),
    "half": (b"sizes: 5 4 3", b"sizes: 5 4 2.5", "states a size that cannot be"),
    "origin": (b"space origin: (", b"space origin: (x", "(space origin)"),
    "large": (b"sizes: 5 4 3", b"sizes: 99999 99999 9", "voxels of 2 bytes, and the limit is 4096"),
    "short": (b"sizes: 5 4 3", b"sizes: 5 4 4", "is cut short in its voxels"),
}


@pytest.mark.parametrize("name", NRRD_FAULTS)
def test_an_nrrd_file_is_refused_with_what_is_wrong(tmp_path: Path, name: str) -> None:
    old, new, reason = NRRD_FAULTS[name]
    assert reason in reason_of(changed(written(tmp_path / "scan.nrrd"), old, new))


MHA_FAULTS = {
    "other file": (
        b"ElementDataFile = LOCAL",
        b"ElementDataFile = /etc/passwd",
        "keeps its voxels in another file; expected one file",
    ),
    "axes": (b"NDims = 3", b"NDims = 4", "does not hold one volume of three axes"),
    "place": (
        b"Offset = ",
        b"Nowhere = ",
        "does not say where it lies in the patient (TransformMatrix, Offset, ElementSpacing)",
    ),
    "type": (
        b"ElementType = MET_SHORT",
        b"ElementType = MET_ASCII",
        "stores its voxels in a way that cannot be loaded (ElementType)",
    ),
    "large": (
        b"DimSize = 5 4 3",
        b"DimSize = 99999 99999 9",
        "is too large: 99999 x 99999 x 9 voxels of 2 bytes, and the limit is 4096 MiB",
    ),
    "short": (b"DimSize = 5 4 3", b"DimSize = 5 4 4", "is cut short in its voxels"),
    "shear": (
        b"TransformMatrix = ",
        b"TransformMatrix = 0.5 ",
        "does not say where it lies in the patient (TransformMatrix, Offset, ElementSpacing)",
    ),
    "no header": (b"ObjectType = Image", b"ObjectType", "is no MetaImage file"),
}


@pytest.mark.parametrize("name", MHA_FAULTS)
def test_a_metaimage_file_is_refused_with_what_is_wrong(tmp_path: Path, name: str) -> None:
    old, new, reason = MHA_FAULTS[name]
    assert reason_of(changed(written(tmp_path / "scan.mha"), old, new)) == reason


@pytest.mark.parametrize("suffix", [".nrrd", ".mha"])
def test_a_packed_volume_that_states_fewer_voxels_than_it_holds_is_refused(
    tmp_path: Path, suffix: str
) -> None:
    path = written(tmp_path / f"scan{suffix}", packed=True)
    changed(path, b"5 4 3", b"5 4 2")
    assert reason_of(path) == "holds more voxels than its header states"


def test_a_volume_file_that_cannot_be_placed_is_listed_with_its_reason(tmp_path: Path) -> None:
    changed(written(tmp_path / "scan.mha"), b"NDims = 3", b"NDims = 2")
    (found,) = find_series(tmp_path).series
    assert (found.series, found.reason) == (None, "does not hold one volume of three axes")
