"""NIfTI files: placed in LPS, described by the JSON file beside them."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import math
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nibabel
import numpy as np
import pytest

from recistkit.errors import ScanError
from recistkit.scans import find_series
from recistkit.scans.volume_files import sidecar
from tests.scans.loading import ITK, loaded, loaded_by_simpleitk, voxels_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

nib: Any = nibabel

SIDECAR = {
    "SeriesInstanceUID": "2.25.7",
    "FrameOfReferenceUID": "2.25.8",
    "Modality": "MR",
    "AcquisitionDate": "2011-03-02",
    "SliceThickness": 4,
    "SeriesDescription": "T2 pelvis",
}


def turned(degrees: float) -> NDArray[np.float64]:
    """Return an RAS affine: 0.6 x 0.8 x 4 mm, turned about the left-right axis."""
    a = math.radians(degrees)
    rotation = np.array(
        [[1, 0, 0], [0, math.cos(a), -math.sin(a)], [0, math.sin(a), math.cos(a)]], dtype=float
    )
    affine = np.eye(4)
    affine[:3, :3] = rotation @ np.diag([-0.6, 0.8, 4.0])
    affine[:3, 3] = [90.0, -110.0, -60.0]
    return affine


def values() -> NDArray[np.int16]:
    grid = np.indices((7, 6, 5))
    content: NDArray[np.int16] = (100 * grid[2] + 10 * grid[1] + grid[0]).astype(np.int16)
    return content


def write_nifti(
    path: Path,
    *,
    voxels: NDArray[Any] | None = None,
    affine: NDArray[np.float64] | None = None,
    sidecar: object = None,
) -> Path:
    image = nib.Nifti1Image(
        values() if voxels is None else voxels, turned(0.0) if affine is None else affine
    )
    image.header.set_xyzt_units("mm")
    nib.save(image, path)
    if sidecar is not None:
        beside = path.with_name(path.name.split(".")[0] + ".json")
        beside.write_text(json.dumps(sidecar), encoding="utf-8")
    return path


def reason_of(path: Path) -> str:
    with pytest.raises(ScanError) as raised:
        loaded(path)
    return raised.value.reason


def test_a_file_says_what_its_header_and_its_description_say(tmp_path: Path) -> None:
    series, image = loaded(write_nifti(tmp_path / "mri.nii.gz", sidecar=SIDECAR))
    assert (series.uid, series.frame_of_reference) == ("2.25.7", "2.25.8")
    assert (series.modality, series.date) == ("MR", dt.date(2011, 3, 2))
    assert series.slice_thickness_mm == 4.0
    assert series.size == (7, 6, 5) == image.GetSize()
    assert series.spacing_mm == pytest.approx((0.6, 0.8, 4.0))
    assert series.plane == "axial"
    assert image.GetPixelID() == ITK.sitkInt16
    assert image.GetPixel(6, 5, 4) == 456


@pytest.mark.parametrize("degrees", [0.0, 25.0, -110.0])
@pytest.mark.parametrize("name", ["mri.nii.gz", "mri.nii"])
def test_ras_becomes_lps(tmp_path: Path, degrees: float, name: str) -> None:
    affine = turned(degrees)
    series, image = loaded(write_nifti(tmp_path / name, affine=affine))
    x, y, z, _ = affine @ np.array([5.0, 2.0, 3.0, 1.0])
    assert series.point_mm((5.0, 2.0, 3.0)) == pytest.approx((-x, -y, z), abs=2e-5)
    assert image.TransformIndexToPhysicalPoint((5, 2, 3)) == pytest.approx((-x, -y, z), abs=2e-5)
    theirs = loaded_by_simpleitk(tmp_path / name)
    assert image.GetOrigin() == pytest.approx(theirs.GetOrigin(), abs=1e-5)
    assert image.GetDirection() == pytest.approx(theirs.GetDirection(), abs=1e-5)
    assert np.array_equal(voxels_of(image), voxels_of(theirs))


def test_scaled_values_become_floats(tmp_path: Path) -> None:
    path = tmp_path / "scaled.nii"
    stored = nib.Nifti1Image(values(), turned(0.0))
    stored.header.set_slope_inter(0.5, 3.0)
    nib.save(stored, path)
    _, image = loaded(path)
    theirs = nib.load(path).get_fdata()
    assert image.GetPixelID() == ITK.sitkFloat32
    assert np.allclose(voxels_of(image), theirs.transpose(2, 1, 0))


def test_trailing_axes_of_one_are_no_axes(tmp_path: Path) -> None:
    path = write_nifti(tmp_path / "one.nii", voxels=values()[..., None])
    assert loaded(path)[1].GetSize() == (7, 6, 5)


def test_without_a_description_the_uid_follows_from_the_content(tmp_path: Path) -> None:
    first = loaded(write_nifti(tmp_path / "a.nii"))[0]
    again = loaded(write_nifti(tmp_path / "b.nii"))[0]
    other = loaded(write_nifti(tmp_path / "c.nii", voxels=values() + np.int16(1)))[0]
    assert first.uid == again.uid
    assert first.uid != other.uid
    assert first.uid.startswith("2.25.")
    assert len(first.uid) <= 64
    said = (first.modality, first.date, first.slice_thickness_mm, first.frame_of_reference)
    assert said == (None, None, None, None)


def test_several_files_of_a_folder_are_told_apart(tmp_path: Path) -> None:
    write_nifti(tmp_path / "mri.nii.gz", sidecar=SIDECAR)
    write_nifti(tmp_path / "other.nii", sidecar=SIDECAR | {"SeriesInstanceUID": "2.25.9"})
    contents = find_series(tmp_path)
    assert [item.uid for item in contents.series] == ["2.25.7", "2.25.9"]
    assert contents.other_files == 2
    assert loaded(tmp_path, "2.25.9")[0].uid == "2.25.9"


def sheared() -> NDArray[np.float64]:
    affine = turned(0.0)
    affine[0, 1] = 0.3
    return affine


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"voxels": np.zeros((3, 3, 3, 2), np.int16)},
            "holds 4 axes and not one volume of three",
        ),
        ({"voxels": np.zeros((3, 3), np.int16)}, "holds 2 axes and not one volume of three"),
        ({"affine": sheared()}, "has axes that are not at right angles (sheared)"),
        (
            {"voxels": np.zeros((3, 3, 3), np.complex64)},
            "holds colours or complex numbers, not grey values",
        ),
        (
            {"voxels": np.zeros((3, 3, 3), np.dtype([("R", "u1"), ("G", "u1"), ("B", "u1")]))},
            "holds colours or complex numbers, not grey values",
        ),
        ({"sidecar": ["no object"]}, "is no JSON object"),
        (
            {"sidecar": SIDECAR | {"SeriesInstanceUID": "Doe^Jane"}},
            "its JSON file states a SeriesInstanceUID that is no UID",
        ),
        (
            {"sidecar": SIDECAR | {"FrameOfReferenceUID": 3}},
            "its JSON file states a FrameOfReferenceUID that is no UID",
        ),
        (
            {"sidecar": SIDECAR | {"SeriesInstanceUID": "1" * 65}},
            "its JSON file states a SeriesInstanceUID that is no UID",
        ),
        (
            {"sidecar": SIDECAR | {"Modality": "T2 of Jane"}},
            "its JSON file states a Modality that is no DICOM code, such as MR",
        ),
        (
            {"sidecar": SIDECAR | {"AcquisitionDate": "2011-02-30"}},
            "its JSON file states an AcquisitionDate that is no date, such as 2011-03-04",
        ),
        (
            {"sidecar": SIDECAR | {"AcquisitionDate": 20110301}},
            "its JSON file states an AcquisitionDate that is no date, such as 2011-03-04",
        ),
        (
            {"sidecar": SIDECAR | {"SliceThickness": -4}},
            "its JSON file states a SliceThickness that is no length above zero",
        ),
        (
            {"sidecar": SIDECAR | {"SliceThickness": True}},
            "its JSON file states a SliceThickness that is no length above zero",
        ),
    ],
)
def test_a_file_is_refused_with_what_is_wrong(
    tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    assert reason_of(write_nifti(tmp_path / "mri.nii.gz", **changes)) == reason


def test_a_file_without_a_place_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "nowhere.nii"
    nib.save(nib.Nifti1Image(values(), None), path)
    assert reason_of(path) == "does not say where it lies in the patient (no sform and no qform)"


def two_places(path: Path, moved_mm: float, codes: tuple[int, int] = (1, 1)) -> Path:
    """Write a file whose qform lies apart from its sform, along the left-right axis."""
    image = nib.Nifti1Image(values(), turned(25.0))
    image.header.set_xyzt_units("mm")
    apart = turned(25.0)
    apart[0, 3] += moved_mm
    image.set_sform(turned(25.0), code=codes[0])
    image.set_qform(apart, code=codes[1])
    nib.save(image, path)
    return path


def test_a_file_that_says_two_places_is_refused(tmp_path: Path) -> None:
    assert reason_of(two_places(tmp_path / "mri.nii", 0.2)) == (
        "its sform and its qform place it up to 0.2 mm apart; expected at most 0.1 mm"
    )


@pytest.mark.parametrize(
    ("moved_mm", "codes"), [(0.05, (1, 1)), (30.0, (1, 0)), (30.0, (0, 1)), (0.0, (2, 4))]
)
def test_one_place_is_enough_and_two_may_differ_by_rounding(
    moved_mm: float, codes: tuple[int, int], tmp_path: Path
) -> None:
    assert loaded(two_places(tmp_path / "mri.nii", moved_mm, codes))[0].size == (7, 6, 5)


def test_places_are_compared_in_the_corners_of_the_volume(tmp_path: Path) -> None:
    image = nib.Nifti1Image(values(), turned(0.0))
    image.header.set_xyzt_units("mm")
    image.set_sform(turned(0.0), code=1)
    image.set_qform(turned(2.0), code=1)  # the same origin
    nib.save(image, tmp_path / "mri.nii")
    assert reason_of(tmp_path / "mri.nii") == (
        "its sform and its qform place it up to 0.6 mm apart; expected at most 0.1 mm"
    )


def test_a_file_in_other_units_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "metres.nii"
    image = nib.Nifti1Image(values(), turned(0.0))
    image.header.set_xyzt_units("meter")
    nib.save(image, path)
    assert reason_of(path) == "is in units of meter and not of mm"


@pytest.mark.parametrize(
    ("name", "kept", "reason"),
    [
        ("mri.nii", 0.0, "cannot be understood as NIfTI: damaged, or cut short (ImageFileError)"),
        ("mri.nii", 0.3, "is cut short in its voxels"),
        ("mri.nii", 0.99, "is cut short in its voxels"),
        (
            "mri.nii.gz",
            0.0,
            "cannot be understood as NIfTI: damaged, or cut short (ImageFileError)",
        ),
        ("mri.nii.gz", 0.3, "cannot be unpacked: damaged, or cut short"),
        ("mri.nii.gz", 0.99, "cannot be unpacked: damaged, or cut short"),
    ],
)
def test_a_file_cut_short_is_refused(tmp_path: Path, name: str, kept: float, reason: str) -> None:
    noise = np.random.default_rng(1).integers(0, 1000, (20, 20, 20), dtype=np.int16)
    path = write_nifti(tmp_path / name, voxels=noise)
    data = path.read_bytes()
    path.write_bytes(data[: int(kept * len(data))])
    assert reason_of(path) == reason


def packed(path: Path, change: Callable[[bytes], bytes]) -> Path:
    """Write a packed file anew with something else in it."""
    path.write_bytes(gzip.compress(change(gzip.decompress(path.read_bytes()))))
    return path


def test_a_packed_file_that_claims_gigabytes_is_refused_before_memory_is_taken(
    tmp_path: Path,
) -> None:
    def claim(data: bytes) -> bytes:
        return data[:42] + np.array([1000] * 3, dtype="<i2").tobytes() + data[48:]

    path = packed(write_nifti(tmp_path / "mri.nii.gz"), claim)
    tracemalloc.start()
    assert reason_of(path) == "is cut short in its voxels"
    assert tracemalloc.get_traced_memory()[1] < 20 * 1024**2
    tracemalloc.stop()


def test_a_packed_file_that_holds_more_than_it_states_is_refused(tmp_path: Path) -> None:
    path = packed(write_nifti(tmp_path / "mri.nii.gz"), lambda data: data + bytes(1000))
    assert reason_of(path) == "holds more voxels than its header states"


@pytest.mark.parametrize("last", [8, 4], ids=["checksum", "length"])
def test_a_packed_file_whose_end_does_not_fit_its_content_is_refused(
    tmp_path: Path, last: int
) -> None:
    noise = np.random.default_rng(1).integers(0, 1000, (40, 40, 40), dtype=np.int16)
    path = write_nifti(tmp_path / "mri.nii.gz", voxels=noise)
    data = bytearray(path.read_bytes())
    data[-last] ^= 0xFF
    path.write_bytes(data)
    assert reason_of(path) == "cannot be unpacked: damaged, or cut short"


@pytest.mark.parametrize("name", ["mri.nii", "mri.nii.gz"])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("length", "refused"), [(32, False), (33, True), (2**31 - 1, True), (8, True), (-16, True)]
)
def test_an_extension_that_claims_more_than_the_header_is_refused(
    tmp_path: Path, name: str, order: str, length: int, refused: bool
) -> None:
    image = nib.Nifti1Image(np.zeros((4, 4, 4), np.int16), np.eye(4))
    image = nib.Nifti1Image(image.dataobj, np.eye(4), image.header.as_byteswapped(order))
    image.header.set_xyzt_units("mm")
    image.header.extensions.append(nib.nifti1.Nifti1Extension("comment", b"x" * 24))
    nib.save(image, tmp_path / "mri.nii")
    data = bytearray((tmp_path / "mri.nii").read_bytes())
    (tmp_path / "mri.nii").unlink()
    data[352:356] = length.to_bytes(4, "little" if order == "<" else "big", signed=True)
    path = tmp_path / name
    path.write_bytes(gzip.compress(bytes(data)) if name.endswith(".gz") else data)
    if refused:
        assert reason_of(path) == "states an extension of its header that cannot be"
    else:
        assert loaded(path)[0].size == (4, 4, 4)


def test_a_file_packed_in_several_pieces_is_loaded(tmp_path: Path) -> None:
    path = write_nifti(tmp_path / "mri.nii.gz")
    before = voxels_of(loaded(path)[1])
    data = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(data[:400]) + gzip.compress(data[400:]) + bytes(10))
    assert np.array_equal(voxels_of(loaded(path)[1]), before)


def test_a_spacing_of_zero_is_refused(tmp_path: Path) -> None:
    path = write_nifti(tmp_path / "mri.nii")
    data = bytearray(path.read_bytes())
    data[296:312] = bytes(16)  # second row of the sform
    path.write_bytes(data)
    assert reason_of(path) == "states a geometry that cannot be: a spacing of zero, or no number"


def test_a_volume_too_large_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = write_nifti(tmp_path / "mri.nii")
    data = bytearray(path.read_bytes())
    data[42:48] = np.array([30_000] * 3, dtype="<i2").tobytes()
    path.write_bytes(data)
    assert reason_of(path) == (
        "is too large: 30000 x 30000 x 30000 voxels of 2 bytes, and the limit is 4096 MiB"
    )


def test_a_description_that_is_no_json_is_named(tmp_path: Path) -> None:
    path = write_nifti(tmp_path / "mri.nii.gz")
    (tmp_path / "mri.json").write_text("{", encoding="utf-8")
    assert reason_of(path) == "is not JSON (JSONDecodeError)"


def test_a_description_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sidecar, "_MAX_SIDECAR_BYTES", 10)
    path = write_nifti(tmp_path / "mri.nii.gz", sidecar=SIDECAR)
    assert reason_of(path) == "is too large for the description of a scan"
