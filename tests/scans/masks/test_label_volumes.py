"""Label volumes of files: what they hold, where they lie, and what is refused."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import highdicom
import nibabel as nib
import numpy as np
import pydicom
import pytest
import SimpleITK
from pydicom.sr.codedict import codes

from recistkit.errors import ScanError
from recistkit.measure import diameters
from recistkit.scans.masks.cohort import measured_masks
from recistkit.scans.masks.label_volumes import label_volumes
from recistkit.scans.masks.table import mask_table
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
    message = "holds values that are no exact whole numbers; expected labels"
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


def test_an_nrrd_file_whose_voxels_are_in_another_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mask.nrrd"
    SimpleITK.WriteImage(image_of(labels()), str(path))
    header, _, voxels = path.read_bytes().partition(b"\n\n")
    (tmp_path / "voxels.raw").write_bytes(voxels)
    path.write_bytes(header + b"\ndata file: voxels.raw\n")
    message = "keeps its voxels in another file (data file); expected one file"
    assert refused(path) == message


def test_a_mask_is_what_stands_in_its_own_file(tmp_path: Path) -> None:
    path = write_nifti(tmp_path / "mask.nii.gz", labels())
    before = mask_table(path)
    (tmp_path / "mask.json").write_text("no description", encoding="utf-8")
    assert mask_table(path).equals(before)


def test_a_file_of_a_kind_that_is_not_supported_is_not_called_damaged(tmp_path: Path) -> None:
    path = write_nifti(tmp_path / "mask.nii", labels())
    (tmp_path / "plain.nii.gz").write_bytes(path.read_bytes())
    failure = (
        "cannot be understood as a label volume: damaged, cut short, or of a kind that is not "
        "supported (ImageFileError)"
    )
    assert refused(tmp_path / "plain.nii.gz") == failure


def test_colours_are_refused(tmp_path: Path) -> None:
    colours = np.zeros((8, 6, 3), dtype=[("R", "u1"), ("G", "u1"), ("B", "u1")])
    nib.save(nib.Nifti1Image(colours, np.diag([1.0, 1.0, 2.0, 1.0])), tmp_path / "mask.nii")
    assert refused(tmp_path / "mask.nii") == "holds colours or complex numbers, not labels"


@pytest.mark.parametrize(("kind", "most"), [("float32", 2**24), ("float64", 2**53)])
def test_labels_that_are_stored_as_floats_are_whole_numbers(
    tmp_path: Path, kind: str, most: int
) -> None:
    def stored(value: float) -> Path:
        voxels = np.where(labels() == 4, value, 0.0).astype(kind)
        return write_nifti(tmp_path / "mask.nii", voxels)

    assert mask_table(stored(most - 1))["label"].to_list() == [most - 1]
    message = "holds values that are no exact whole numbers; expected labels"
    for wrong in (most, 1.25, np.nan, np.inf):
        assert refused(stored(wrong)) == message


@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
def test_labels_that_are_stored_as_floats_take_no_second_volume(
    tmp_path: Path, ending: str
) -> None:
    voxels = np.zeros((64, 160, 160))
    voxels[3, 5:9, 7:20] = 2
    path = write_nifti(tmp_path / f"mask{ending}", voxels)
    content = path.read_bytes()
    tracemalloc.start()
    ((whole, _),) = label_volumes(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert whole.dtype == np.int64
    assert path.read_bytes() == content  # a file that is mapped into memory is not written to
    assert most < 1.5 * voxels.nbytes


def test_the_slices_of_a_segmentation_have_no_number(tmp_path: Path) -> None:
    assert mask_table(write_segmentation(tmp_path, [labels() > 0]))["slice"].to_list() == [None]
    assert mask_table(write_nifti(tmp_path / "mask.nii", labels()))["slice"].to_list() == [1, 2]


def changed_segmentation(folder: Path, change: Callable[[pydicom.Dataset], None]) -> Path:
    """Write a segmentation in which something is not as it was."""
    path = write_segmentation(folder, [labels() > 0])
    file = pydicom.dcmread(path)
    change(file)
    file.save_as(path)
    return path


def without_spacing(file: pydicom.Dataset) -> None:
    del file.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].SpacingBetweenSlices


def without_frame_of_reference(file: pydicom.Dataset) -> None:
    del file.FrameOfReferenceUID


def with_fewer_frames(file: pydicom.Dataset) -> None:
    file.NumberOfFrames = 1


def with_uneven_planes(file: pydicom.Dataset) -> None:
    place = file.PerFrameFunctionalGroupsSequence[0].PlanePositionSequence[0]
    x, y, z = place.ImagePositionPatient
    place.ImagePositionPatient = [x, y, z - 0.37]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (without_spacing, "does not say how far apart its planes are (Spacing Between Slices)"),
        (
            without_frame_of_reference,
            "does not say where it lies in the patient (Frame of Reference UID)",
        ),
        (with_fewer_frames, "states 1 planes and describes 3: damaged"),
        (
            with_uneven_planes,
            "its planes do not make a volume: not parallel, or not evenly spaced",
        ),
    ],
)
def test_a_segmentation_that_does_not_say_where_its_planes_lie_is_refused(
    tmp_path: Path, change: Callable[[pydicom.Dataset], None], said: str
) -> None:
    assert refused(changed_segmentation(tmp_path, change)) == said


def test_a_scan_in_the_place_of_a_mask_is_refused(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(1000, 1200, size=(3, 128, 128), dtype=np.int16)
    path = write_nifti(tmp_path / "scan.nii", noise)
    with pytest.raises(ScanError) as refusal:
        mask_table(path)
    assert str(refusal.value) == (
        "scan.nii: looks like a scan and not like a mask: 200 values in some of its slices, "
        "that change from voxel to voxel"
    )


def test_a_mask_whose_slices_seem_not_to_be_those_acquired_is_measured_with_a_note(
    tmp_path: Path,
) -> None:
    image: Any = image_of(labels())
    image.SetSpacing((3.0, 0.7, 0.7))
    SimpleITK.WriteImage(image, str(tmp_path / "turned.nrrd"))
    SimpleITK.WriteImage(image_of(labels()), str(tmp_path / "upright.nrrd"))
    steps = "their pixels are 0.7 x 3 mm, and 0.7 mm to the next slice"
    done = measured_masks([tmp_path / "turned.nrrd", tmp_path / "upright.nrrd"])
    assert done.table["label"].to_list() == [1, 4, 1, 4]
    assert done.noted == (
        (
            tmp_path / "turned.nrrd",
            f"its slices may not be those that were acquired: {steps}",
        ),
    )
