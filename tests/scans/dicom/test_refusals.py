"""What cannot be placed honestly is refused, in words for a radiologist."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import UID

from recistkit.errors import ScanError
from recistkit.scans import find_series, load_found, load_series
from recistkit.scans.dicom import elements
from tests.scans.dicom_files import Change, stored_values, write_series
from tests.scans.loading import loaded


def reason_of(path: Path, uid: str | None = None) -> str:
    """Return why a series is refused."""
    with pytest.raises(ScanError) as raised:
        load_series(path, uid)
    assert "Doe" not in str(raised.value)
    assert "HOSPITAL" not in str(raised.value)
    assert raised.value.__cause__ is None
    return raised.value.reason


def only(index: int, **fields: object) -> Change:
    """Return a change of one slice."""

    def change(dataset: Dataset, at: int) -> None:
        if at == index:
            for name, value in fields.items():
                setattr(dataset, name, value)

    return change


def every(**fields: object) -> Change:
    """Return a change of every slice."""

    def change(dataset: Dataset, _: int) -> None:
        for name, value in fields.items():
            setattr(dataset, name, value)

    return change


def without(name: str) -> Change:
    """Return a change that takes an element away."""

    def change(dataset: Dataset, _: int) -> None:
        delattr(dataset, name)

    return change


BROKEN = {
    "unequal spacing": (
        only(2, ImagePositionPatient=[-100.0, -80.0, 41.0]),
        "has unequal slice spacing: between slices 2 and 3 the step is 6.00 mm, else 5.00 mm",
    ),
    "same position": (
        only(2, ImagePositionPatient=[-100.0, -80.0, 35.0]),
        "has 2 slices at one position: several phases, echoes or copies in one series",
    ),
    "all at one position": (
        every(ImagePositionPatient=[-100.0, -80.0, 35.0]),
        "has 4 pairs of slices at one position: several phases, echoes or copies in one series",
    ),
    "mixed pixel spacing": (only(2, PixelSpacing=[0.7, 0.9]), "mixes pixel spacings"),
    "mixed modality": (only(2, Modality="MR"), "mixes 2 modalities"),
    "mixed frame": (only(2, FrameOfReferenceUID="1.2"), "mixes 2 frames of reference"),
    "skewed axes": (
        every(ImageOrientationPatient=[1, 0, 0, 0.6, 0.8, 0]),
        "states row and column directions that are not at right angles",
    ),
    "long axes": (
        every(ImageOrientationPatient=[2, 0, 0, 0, 1, 0]),
        "states row and column directions that are not at right angles",
    ),
    "sideways": (
        only(2, ImagePositionPatient=[-98.0, -80.0, 40.0]),
        "has slices that are shifted sideways by up to 2.00 mm",
    ),
    "localizer": (
        every(ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"]),
        "is a localizer (scout), not a stack of slices to measure on",
    ),
    "segmentation": (
        every(SOPClassUID="1.2.840.10008.5.1.4.1.1.66.4"),
        "is a segmentation, not a scan",
    ),
    "report": (every(Rows=None, Modality="SR"), "is no image (modality SR)"),
    "colour": (every(SamplesPerPixel=3), "is a colour picture, not a scan"),
    "palette": (
        every(PhotometricInterpretation="PALETTE COLOR"),
        "is a colour picture, not a scan",
    ),
    "multi-frame": (
        every(NumberOfFrames=4),
        "is a multi-frame image that does not say where its frames lie",
    ),
    "lookup table": (
        every(ModalityLUTSequence=[Dataset()]),
        "states its grey values by a lookup table, which cannot be loaded",
    ),
    "no position": (
        without("ImagePositionPatient"),
        "does not say where its slices lie in the patient: ImagePositionPatient",
    ),
    "no orientation": (
        without("ImageOrientationPatient"),
        "does not say where its slices lie in the patient: ImageOrientationPatient",
    ),
    "one pixel spacing": (
        every(PixelSpacing=0.7),
        "does not say where its slices lie in the patient: PixelSpacing",
    ),
    "spacing of zero": (
        every(PixelSpacing=[0, 0.7]),
        "states a position or pixel spacing that cannot be",
    ),
    "no pixels": (without("PixelData"), "holds no pixels"),
    "fewer pixels": (only(2, PixelData=bytes(94)), "holds fewer pixels than its header states"),
    "more pixels": (only(2, PixelData=bytes(112)), "holds more pixels than its header states"),
    "odd bits": (
        every(BitsAllocated=12),
        "stores its pixels in 12 bits, which cannot be loaded",
    ),
    "more bits than there are": (
        every(BitsStored=17),
        "states a number of stored bits that cannot be",
    ),
    "far away": (
        every(ImagePositionPatient=["1e308", "1e308", "1e308"]),
        "states a position or pixel spacing that cannot be",
    ),
    "no direction": (
        every(ImageOrientationPatient=[0, 0, 0, 0, 0, 0]),
        "states row and column directions that are not at right angles",
    ),
    "slope of zero": (
        only(1, RescaleSlope=0),
        "states a rescale slope or intercept that cannot be",
    ),
}


@pytest.mark.parametrize(("change", "reason"), BROKEN.values(), ids=BROKEN.keys())
def test_a_series_is_refused_with_what_is_wrong(
    tmp_path: Path, change: Change, reason: str
) -> None:
    write_series(tmp_path, change=change)
    assert reason_of(tmp_path) == reason


def test_a_missing_slice_is_told_with_its_place(tmp_path: Path) -> None:
    paths = write_series(tmp_path)
    paths[2].unlink()
    assert reason_of(tmp_path) == (
        "lacks a slice: between slices 2 and 3 the step is 10.00 mm, else 5.00 mm"
    )


@pytest.mark.parametrize(("shift_mm", "refused"), [(0.049, False), (0.051, True)])
def test_steps_may_differ_by_one_per_cent(tmp_path: Path, shift_mm: float, refused: bool) -> None:
    write_series(tmp_path, change=only(4, ImagePositionPatient=[-100.0, -80.0, 50 + shift_mm]))
    (found,) = find_series(tmp_path).series
    assert (found.series is None) is refused


def test_steps_that_drift_are_refused_though_each_is_nearly_like_the_next(tmp_path: Path) -> None:
    def drift(dataset: Dataset, index: int) -> None:
        place = index * 5.03 if index <= 40 else 40 * 5.03 + (index - 40) * 4.97
        dataset.ImagePositionPatient = [-100.0, -80.0, place]

    write_series(tmp_path, stored=np.zeros((81, 2, 2), np.int16), change=drift)
    assert reason_of(tmp_path) == (
        "has unequal slice spacing: spread evenly, slices would be up to 1.20 mm away from their "
        "places"
    )


def test_a_stack_more_aslant_than_any_gantry_is_refused(tmp_path: Path) -> None:
    write_series(tmp_path, step_mm=(0.0, 5 * math.tan(math.radians(46)), 5.0))
    assert reason_of(tmp_path) == "is stacked aslant by 46.0 degrees, more than any gantry tilts"


def test_a_single_slice_needs_a_thickness(tmp_path: Path) -> None:
    write_series(tmp_path, stored=stored_values(1), change=without("SliceThickness"))
    assert reason_of(tmp_path) == "is a single slice that does not state its thickness"


def test_two_series_at_once_are_listed(tmp_path: Path) -> None:
    write_series(tmp_path / "a", uid="1.2.826.1")
    write_series(tmp_path / "b", uid="1.2.826.2", change=without("Modality"))
    assert reason_of(tmp_path) == (
        "holds 2 series, and one is asked for: 1.2.826.1 (CT, 5 files); "
        "1.2.826.2 (modality not stated, 5 files)"
    )


def test_a_series_that_is_not_there_is_named(tmp_path: Path) -> None:
    write_series(tmp_path)
    assert reason_of(tmp_path, "1.2.3") == "holds no series 1.2.3"


def test_a_folder_without_scans_is_told(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear colleague", encoding="utf-8")
    assert reason_of(tmp_path) == "holds no scan"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert reason_of(tmp_path / "nowhere") == "there is no such file or folder"


def test_a_file_cut_short_in_its_pixels_is_named(tmp_path: Path) -> None:
    paths = write_series(tmp_path)
    paths[3].write_bytes(paths[3].read_bytes()[:-20])
    with pytest.raises(ScanError) as raised:
        load_series(tmp_path)
    assert str(raised.value) == "slice-003.dcm: is cut short in its pixels"


def test_a_file_that_changes_after_it_was_found_is_named(tmp_path: Path) -> None:
    paths = write_series(tmp_path)
    (found,) = find_series(tmp_path).series
    paths[3].write_bytes(paths[3].read_bytes() + b"more")
    with pytest.raises(ScanError) as raised:
        load_found(found)
    assert str(raised.value) == "slice-003.dcm: was changed since its header was read"


def test_a_file_cut_short_in_its_header_may_belong_to_the_series(tmp_path: Path) -> None:
    paths = write_series(tmp_path)
    paths[3].write_bytes(paths[3].read_bytes()[:400])
    assert reason_of(tmp_path) == (
        "holds 1 file that may belong to the series and cannot be used: slice-003.dcm: "
        "names no series: it is no image, or it is cut short"
    )


@pytest.mark.parametrize("kept", [0, 1, 100, 131, 132, 140, 200, 300, 500, 700])
def test_a_damaged_file_raises_nothing_but_a_scan_error(tmp_path: Path, kept: int) -> None:
    (path,) = write_series(tmp_path, stored=stored_values(1))
    path.write_bytes(path.read_bytes()[:kept])
    reason_of(path)


def test_a_file_that_only_calls_itself_dicom_is_named(tmp_path: Path) -> None:
    path = tmp_path / "letter.dcm"
    path.write_text("Dear colleague", encoding="utf-8")
    assert reason_of(path) == "its header cannot be understood (InvalidDicomError)"


def test_a_volume_too_large_is_refused_by_the_bytes_that_it_takes(tmp_path: Path) -> None:
    stored = np.full((2, 1000, 600), 40_000, dtype=np.uint16)
    write_series(tmp_path / "whole", stored=stored, change=every(RescaleIntercept=-30_000))
    write_series(tmp_path / "part", stored=stored, change=every(RescaleIntercept=-0.5))
    write_series(tmp_path / "late", stored=stored, change=only(1, RescaleIntercept=0))
    _, image = load_series(tmp_path / "whole", max_bytes=2_400_000)
    assert image.GetSize() == (600, 1000, 2)
    for name in ("part", "late"):
        with pytest.raises(ScanError) as raised:
            load_series(tmp_path / name, max_bytes=2_400_000)
        assert raised.value.reason == (
            "is too large: 600 x 1000 x 2 voxels of 4 bytes, and the limit is 2 MiB"
        )
    with pytest.raises(ScanError) as raised:
        load_series(tmp_path / "whole", max_bytes=2_399_999)
    assert raised.value.reason == (
        "is too large: 600 x 1000 x 2 voxels of 2 bytes, and the limit is 2 MiB"
    )


def test_a_file_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (path,) = write_series(tmp_path, stored=stored_values(1, 600, 1000))
    monkeypatch.setattr(elements, "MAX_FILE_BYTES", 1024**2)
    assert reason_of(path) == "is larger than 1 MiB"


def test_a_deflated_file_is_loaded(tmp_path: Path) -> None:
    def deflate(dataset: Dataset, _: int) -> None:
        dataset.file_meta.TransferSyntaxUID = UID("1.2.840.10008.1.2.1.99")

    write_series(tmp_path, change=deflate)
    assert loaded(tmp_path)[1].GetPixel(7, 5, 4) == 457 - 1024


def test_a_deflated_file_too_large_inside_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deflate(dataset: Dataset, _: int) -> None:
        dataset.file_meta.TransferSyntaxUID = UID("1.2.840.10008.1.2.1.99")

    stored = np.zeros((1, 1000, 1000), dtype=np.int16)
    (path,) = write_series(tmp_path, stored=stored, change=deflate)
    assert path.stat().st_size < 10_000
    monkeypatch.setattr(elements, "MAX_FILE_BYTES", 1024**2)
    assert reason_of(path) == "is larger than 1 MiB when inflated"


@pytest.mark.filterwarnings("ignore:Invalid value for VR UI")
def test_a_series_uid_that_is_none_is_refused_and_not_quoted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (path,) = write_series(
        tmp_path, stored=stored_values(1), change=every(SeriesInstanceUID="Doe^Jane")
    )
    caplog.clear()
    assert reason_of(path) == "its series UID is none: digits and dots are expected"
    assert caplog.text == ""


def test_memory_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise MemoryError

    write_series(tmp_path)
    monkeypatch.setattr(Path, "open", full)
    assert reason_of(tmp_path / "slice-000.dcm") == "does not fit into memory"


def test_a_file_that_may_not_be_opened_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object, **__: object) -> None:
        raise PermissionError(13, "locked", "Doe^Jane")

    write_series(tmp_path)
    monkeypatch.setattr(Path, "open", locked)
    assert reason_of(tmp_path / "slice-000.dcm") == "may not be opened"


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("seed", range(80))
def test_a_file_with_wrong_bytes_is_loaded_or_refused(tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    (path,) = write_series(tmp_path, stored=stored_values(1))
    data = bytearray(path.read_bytes())
    for at in random.integers(132, len(data), 4):
        data[at] = random.integers(256)
    path.write_bytes(data)
    told = ""
    try:
        loaded(path)
    except ScanError as error:
        told = str(error)
    assert "Doe" not in told
