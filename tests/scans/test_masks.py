"""Label volumes of files: what they hold, where they lie, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import highdicom
import nibabel as nib
import numpy as np
import pydicom
import pytest
import SimpleITK
from pydicom.sr.codedict import codes

from recistkit.errors import OptionError, ScanError
from recistkit.measure import diameters
from recistkit.scans.masks import label_volumes
from recistkit.scans.measured_masks import (
    MEASURED_COLUMNS,
    _outcomes,
    mask_table,
    measured_masks,
)
from tests.scans.dicom_files import stored_values, write_series

if TYPE_CHECKING:
    from numpy.typing import NDArray

EXPECTED = "expected NIfTI (.nii, .nii.gz), NRRD (.nrrd) or a DICOM segmentation"


def labels() -> NDArray[np.uint8]:
    """Return three slices with labels 1 and 4, shape (3, 6, 8)."""
    made = np.zeros((3, 6, 8), dtype=np.uint8)
    made[0, 1:4, 2:5] = made[1, 1:5, 2:7] = 1
    made[2, 3, 1:7] = 4
    return made


def image_of(voxels: NDArray[Any]) -> Any:  # noqa: ANN401  SimpleITK has no types
    """Return an image that lies aslant in the patient."""
    image: Any = SimpleITK.GetImageFromArray(voxels)
    image.SetSpacing((0.7, 1.1, 3.0))
    image.SetOrigin((-10.0, 20.0, 30.0))
    image.SetDirection((0.8, -0.6, 0.0, 0.6, 0.8, 0.0, 0.0, 0.0, 1.0))
    return image


def write_nifti(path: Path, voxels: NDArray[Any], **header: float) -> Path:
    """Write labels (slice, row, column) as NIfTI; `header` sets fields of it."""
    affine = np.diag([-0.7, -1.1, 3.0, 1.0])
    affine[:3, 3] = (10.0, -20.0, 30.0)
    image: Any = nib.Nifti1Image(voxels.transpose(2, 1, 0), affine, dtype=voxels.dtype)
    image.header.set_xyzt_units("mm")
    image.header.set_slope_inter(header.get("slope", 1.0), header.get("inter", 0.0))
    nib.save(image, path)
    return path


def write_segmentation(folder: Path, masks: list[NDArray[np.bool_]], kind: str = "BINARY") -> Path:
    """Write segments on a CT of three slices, each mask a segment."""
    sources = [
        pydicom.dcmread(path)
        for path in write_series(folder / "ct", stored=stored_values(slices=3))
    ]
    for source in sources:
        for name in (
            "PatientID",
            "PatientName",
            "PatientBirthDate",
            "PatientSex",
            "AccessionNumber",
        ):
            setattr(source, name, "")
        for name in ("StudyID", "StudyDate", "StudyTime", "ReferringPhysicianName"):
            setattr(source, name, "")
        source.StudyInstanceUID = "1.2.5"
        source.FrameOfReferenceUID = source.get("FrameOfReferenceUID", "1.2.6")
    descriptions = [
        highdicom.seg.SegmentDescription(
            segment_number=number,
            segment_label=f"lesion {number}",
            segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
            segmented_property_type=codes.SCT.Lesion,
            algorithm_type="MANUAL",
        )
        for number in range(1, len(masks) + 1)
    ]
    pixels = np.stack(masks, axis=-1).astype(np.uint8 if kind == "BINARY" else np.float32)
    file = highdicom.seg.Segmentation(
        source_images=sources,
        pixel_array=pixels,
        segmentation_type=kind,
        segment_descriptions=descriptions,
        series_instance_uid="1.2.3",
        series_number=1,
        sop_instance_uid="1.2.3.4",
        instance_number=1,
        manufacturer="none",
        manufacturer_model_name="none",
        software_versions="1",
        device_serial_number="1",
    )
    path = folder / "seg.dcm"
    file.save_as(path)
    return path


@pytest.mark.parametrize("kind", ["uint8", "int16", "int32", "uint16", "float32", "float64"])
@pytest.mark.parametrize("ending", [".nrrd", ".nii", ".nii.gz"])
def test_a_file_is_measured_like_its_image(tmp_path: Path, ending: str, kind: str) -> None:
    image = image_of(labels())
    path = tmp_path / f"mask{ending}"
    SimpleITK.WriteImage(image_of(labels().astype(kind)), str(path), useCompression=True)
    ours, theirs = mask_table(path), diameters(image)
    assert ours.columns == theirs.columns
    for row, other in zip(ours.rows(), theirs.rows(), strict=True):
        assert row == pytest.approx(other, abs=1e-5)  # NIfTI keeps its affine as float32


def test_labels_of_a_scaled_nifti_file_are_the_scaled_values(tmp_path: Path) -> None:
    path = write_nifti(tmp_path / "mask.nii", labels().astype(np.int16), slope=2.0)
    assert mask_table(path)["label"].to_list() == [2, 8]


def test_a_segmentation_keeps_the_numbers_of_its_segments(tmp_path: Path) -> None:
    path = write_segmentation(tmp_path, [labels() == 4, labels() == 1])
    table = mask_table(path)
    assert table["label"].to_list() == [1, 2]
    ((_, grid),) = label_volumes(path)
    plain = diameters(np.where(labels() == 4, 1, labels() * 2), grid.spacing_mm)
    assert table.select("label", "longest_mm", "short_mm", "volume_mm3").rows() == [
        pytest.approx(row)
        for row in plain.select("label", "longest_mm", "short_mm", "volume_mm3").rows()
    ]


def test_slices_of_a_segmentation_count_along_the_normal_of_its_image(tmp_path: Path) -> None:
    path = write_segmentation(tmp_path, [labels() > 0])
    ((voxels, grid),) = label_volumes(path)
    slice_step, row_step, column_step = grid.steps_mm
    assert slice_step @ np.cross(column_step, row_step) > 0
    assert sorted(plane.sum() for plane in voxels) == [6, 9, 20]


def test_segments_that_overlap_are_measured_each(tmp_path: Path) -> None:
    path = write_segmentation(tmp_path, [labels() > 0, labels() == 1])
    both = mask_table(path)
    alone = mask_table(write_segmentation(tmp_path, [labels() == 1]))
    assert both["label"].to_list() == [1, 2]
    assert both.drop("label").row(1) == alone.drop("label").row(0)


def refused(path: Path, **limits: int) -> str:
    """Return the words with which a file is refused."""
    with pytest.raises(ScanError) as refusal:
        list(label_volumes(path, **limits))
    assert refusal.value.path == path
    return refusal.value.reason


def test_what_is_no_label_volume_is_refused(tmp_path: Path) -> None:
    halves = labels() * 0.5
    image = tmp_path / "halves.nrrd"
    SimpleITK.WriteImage(image_of(halves), str(image))
    message = "holds values that are no whole numbers; expected labels"
    assert refused(image) == message
    assert refused(write_nifti(tmp_path / "halves.nii", halves)) == message
    nothing = np.where(labels() > 0, np.nan, 0.0).astype(np.float32)
    assert refused(write_nifti(tmp_path / "nothing.nii", nothing)) == message
    (tmp_path / "notes.txt").write_text("label 1", encoding="utf-8")
    assert refused(tmp_path / "notes.txt") == f"is no label volume; {EXPECTED}"
    assert refused(tmp_path / "absent.nrrd") == "there is no such file"
    (scan, *_) = write_series(tmp_path / "ct")
    assert refused(scan) == f"is DICOM and no segmentation; {EXPECTED}"
    fractions = write_segmentation(tmp_path, [labels() > 0], "FRACTIONAL")
    assert refused(fractions) == "is a segmentation of fractions; expected whole voxels (BINARY)"


def test_a_negative_label_is_refused(tmp_path: Path) -> None:
    path = write_nifti(tmp_path / "mask.nii", -labels().astype(np.int16))
    with pytest.raises(ScanError) as refusal:
        mask_table(path)
    expected = "mask.nii: holds the label -1; expected 0 for background, or 1 to 2^63-1"
    assert str(refusal.value) == expected


def test_a_volume_above_the_limit_is_refused_before_memory_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "mask.nrrd"
    SimpleITK.WriteImage(image_of(labels().astype(np.int16)), str(path))
    message = "is too large: 8 x 6 x 3 voxels of 2 bytes, and the limit is 0 MiB"
    assert refused(path, max_bytes=287) == message
    (_,) = label_volumes(path, max_bytes=288)
    nifti = write_nifti(tmp_path / "mask.nii", labels())
    message = "is too large: 8 x 6 x 3 voxels of 1 bytes, and the limit is 0 MiB"
    assert refused(nifti, max_bytes=143) == message
    segments = write_segmentation(tmp_path, [labels() > 0])
    assert refused(segments, max_bytes=143) == message


def test_an_nrrd_file_that_says_not_where_it_lies_is_refused(tmp_path: Path) -> None:
    header = "NRRD0004\ntype: uint8\ndimension: 3\nsizes: 2 2 2\nencoding: raw\n\n"
    path = tmp_path / "mask.nrrd"
    path.write_bytes(header.encode() + bytes(8))
    assert refused(path) == "does not say where it lies in the patient (no space)"


def test_an_nrrd_file_of_layers_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mask.nrrd"
    image: Any = SimpleITK.GetImageFromArray(np.zeros((3, 4, 5, 2), np.uint8), isVector=True)
    SimpleITK.WriteImage(image, str(path))
    assert refused(path) == "holds 2 values a voxel; expected one label"


@pytest.mark.parametrize("ending", [".nrrd", ".nii", ".nii.gz", ".dcm"])
def test_a_file_that_is_cut_short_is_refused(tmp_path: Path, ending: str) -> None:
    if ending == ".dcm":
        path = write_segmentation(tmp_path, [labels() > 0])
    else:
        path = tmp_path / f"mask{ending}"
        SimpleITK.WriteImage(image_of(labels()), str(path))
    content = path.read_bytes()
    for share in (0.05, 0.5, 0.9):
        path.write_bytes(content[: int(len(content) * share)])
        assert refused(path)


def test_files_are_measured_in_order_whatever_fails_and_however_many_at_a_time(
    tmp_path: Path,
) -> None:
    good = write_nifti(tmp_path / "b.nii", labels())
    empty = write_nifti(tmp_path / "c.nii", labels() * 0)
    other = write_nifti(tmp_path / "a.nii", (labels() == 1).astype(np.uint8))
    bad = tmp_path / "d.nrrd"
    bad.write_bytes(b"NRRD")
    seen: list[int] = []
    paths = [good, bad, empty, other]
    done = measured_masks(paths, on_file=lambda: seen.append(1))
    assert done.table.columns == list(MEASURED_COLUMNS)
    assert done.table.select("file", "label").rows() == [
        (good.as_posix(), 1),
        (good.as_posix(), 4),
        (other.as_posix(), 1),
    ]
    assert [error.path for error in done.refused] == [bad]
    assert done.without_labels == (empty,)
    assert len(seen) == 4
    several = measured_masks(paths, workers=2)
    assert several.table.equals(done.table)
    assert [str(one) for one in several.refused] == [str(one) for one in done.refused]
    assert several.without_labels == done.without_labels


def end_at_bad(path: Path) -> str:
    """Stand for measuring: end the process without a word at one file."""
    if path.name == "bad":
        os._exit(3)
    return path.name


def test_a_file_that_ends_its_process_stops_no_other() -> None:
    paths = [Path("one"), Path("bad"), Path("two")]
    reason = "ended the process that measured it: too large for the memory, or damaged"
    assert list(_outcomes(paths, end_at_bad, 2)) == ["one", reason, "two"]


def test_the_number_of_workers_is_at_least_one() -> None:
    with pytest.raises(OptionError) as refusal:
        measured_masks([], workers=0)
    assert str(refusal.value) == "workers is 0; expected 1 or more"


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        (b'"mm" "mm" "mm"', b'"um" "um" "um"', "is not in mm (space units)"),
        (
            b"space: left-posterior-superior",
            b"space: scanner-xyz",
            "does not say where it lies in the patient (no space)",
        ),
        (b"(0,0,5)", b"none", "does not say how far apart its voxels are (space directions)"),
    ],
)
def test_an_nrrd_file_that_is_not_in_mm_in_the_patient_is_refused(
    tmp_path: Path, was: bytes, now: bytes, said: str
) -> None:
    header = (
        b"NRRD0004\ntype: uint8\ndimension: 3\nsizes: 4 4 2\nspace: left-posterior-superior\n"
        b"space directions: (1,0,0) (0,1,0) (0,0,5)\nkinds: domain domain domain\n"
        b'space units: "mm" "mm" "mm"\nspace origin: (0,0,0)\nencoding: raw\nendian: little\n\n'
    )
    path = tmp_path / "mask.nrrd"
    path.write_bytes(header + bytes(32))
    assert len(list(label_volumes(path))) == 1
    path.write_bytes(header.replace(was, now) + bytes(32))
    with pytest.raises(ScanError) as raised:
        list(label_volumes(path))
    assert str(raised.value) == f"mask.nrrd: {said}"
