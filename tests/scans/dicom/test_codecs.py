"""Voxels are those that pydicom decodes, whatever they are stored in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
import pytest
from pydicom.uid import UID

from recistkit.errors import ScanError
from recistkit.scans import load_series
from tests.scans.dicom_files import Change, stored_values, write_series
from tests.scans.loading import ITK, loaded, voxels_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

IMPLICIT, BIG_ENDIAN = "1.2.840.10008.1.2", "1.2.840.10008.1.2.2"
EXPLICIT, DEFLATED = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99"
RLE = "1.2.840.10008.1.2.5"
JPEG_LS, JPEG_LS_NEAR = "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"
JPEG_2000, JPEG_2000_LOSSY = "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"
JPEG_LOSSLESS = "1.2.840.10008.1.2.4.70"


def values(kind: str) -> NDArray[Any]:
    """Return values over all that 12 (or 8) bits hold, shape (slices, rows, columns)."""
    low, high = {"int16": (-2048, 2047), "uint16": (0, 4095), "uint8": (0, 255)}[kind]
    random = np.random.default_rng(3)
    return random.integers(low, high, (3, 40, 48), endpoint=True).astype(kind)


def encoded(syntax: str) -> Change:
    """Return a change that stores the pixels in a transfer syntax."""

    def change(dataset: Dataset, _: int) -> None:
        allocated = dataset.pixel_array.dtype.itemsize * 8
        dataset.BitsAllocated = allocated
        dataset.BitsStored = min(allocated, 12)
        dataset.HighBit = dataset.BitsStored - 1
        if syntax in {RLE, JPEG_LS, JPEG_2000}:
            dataset.compress(syntax, generate_instance_uid=False)
        elif syntax == JPEG_LS_NEAR:
            dataset.compress(syntax, jls_error=3, generate_instance_uid=False)
        elif syntax == JPEG_2000_LOSSY:
            dataset.compress(syntax, j2k_cr=[4], generate_instance_uid=False)
        else:
            dataset.file_meta.TransferSyntaxUID = UID(syntax)

    return change


def write_encoded(folder: Path, syntax: str, kind: str) -> list[Path]:
    """Write a series in a transfer syntax."""
    stored = values(kind)

    def change(dataset: Dataset, index: int) -> None:
        if kind == "uint8":
            dataset.BitsAllocated = dataset.BitsStored = 8
            dataset.HighBit = 7
        encoded(syntax)(dataset, index)

    return write_series(folder, stored=stored, change=change)


@pytest.mark.parametrize("kind", ["int16", "uint16", "uint8"])
@pytest.mark.parametrize(
    "syntax",
    [EXPLICIT, IMPLICIT, DEFLATED, RLE, JPEG_LS, JPEG_LS_NEAR, JPEG_2000, JPEG_2000_LOSSY],
)
def test_voxels_are_those_that_pydicom_decodes(tmp_path: Path, syntax: str, kind: str) -> None:
    paths = write_encoded(tmp_path, syntax, kind)
    theirs = np.stack([pydicom.dcmread(path).pixel_array for path in paths])
    assert theirs.dtype == kind
    _, image = loaded(tmp_path)
    assert image.GetPixelID() == ITK.sitkInt16
    assert np.array_equal(voxels_of(image), theirs.astype(int) - 1024)


def test_big_endian_pixels_are_read(tmp_path: Path) -> None:
    stored = values("int16")

    def change(dataset: Dataset, index: int) -> None:
        dataset.file_meta.TransferSyntaxUID = UID(BIG_ENDIAN)
        dataset.PixelData = stored[index].astype(">i2").tobytes()

    write_series(tmp_path, stored=stored, change=change)
    assert np.array_equal(voxels_of(loaded(tmp_path)[1]), stored - 1024)


def test_bits_above_those_that_are_used_are_left_out(tmp_path: Path) -> None:
    def overlay(dataset: Dataset, _: int) -> None:
        dataset.BitsStored, dataset.HighBit = 12, 11
        dataset.PixelData = (
            np.where(stored_values(1)[0] > 30, 0x8FFF, 0x7800).astype("<u2").tobytes()
        )

    paths = write_series(tmp_path, change=overlay)
    theirs = np.stack([pydicom.dcmread(path).pixel_array for path in paths])
    assert set(np.unique(theirs)) == {-2048, -1}
    assert np.array_equal(voxels_of(loaded(tmp_path)[1]), theirs - 1024)


@pytest.mark.parametrize(
    ("name", "code"), [("FloatPixelData", "<f4"), ("DoubleFloatPixelData", "<f8")]
)
def test_floating_point_pixels_are_read(tmp_path: Path, name: str, code: str) -> None:
    stored = stored_values().astype(float) / 3

    def change(dataset: Dataset, index: int) -> None:
        del dataset.PixelData, dataset.PixelRepresentation, dataset.BitsStored, dataset.HighBit
        dataset.BitsAllocated = 8 * int(code[-1])
        setattr(dataset, name, stored[index].astype(code).tobytes())

    write_series(tmp_path, change=change)
    _, image = loaded(tmp_path)
    assert image.GetPixelID() == ITK.sitkFloat32
    assert np.array_equal(voxels_of(image), (stored.astype(code) - 1024).astype(np.float32))


def lossless_jpeg(folder: Path, stored: NDArray[np.int16]) -> None:
    """Write a series in lossless JPEG: pydicom has no encoder, and no free decoder, for it."""
    for path, pixels in zip(write_series(folder, stored=stored), stored, strict=True):
        dataset = pydicom.dcmread(path)
        writer: Any = ITK.ImageFileWriter()
        writer.SetImageIO("GDCMImageIO")
        writer.SetUseCompression(True)
        writer.SetCompressor("JPEG")
        writer.SetFileName(str(folder / "frame.dcm"))
        writer.Execute(ITK.GetImageFromArray(pixels[None]))
        frame = pydicom.dcmread(folder / "frame.dcm")
        assert frame.file_meta.TransferSyntaxUID == JPEG_LOSSLESS
        dataset.PixelData = frame.PixelData
        dataset["PixelData"].is_undefined_length = True
        dataset.file_meta.TransferSyntaxUID = UID(JPEG_LOSSLESS)
        dataset.save_as(path)
        (folder / "frame.dcm").unlink()


def test_lossless_jpeg_is_decoded(tmp_path: Path) -> None:
    stored = values("int16")
    lossless_jpeg(tmp_path, stored)
    assert np.array_equal(voxels_of(loaded(tmp_path)[1]), stored - 1024)


def test_a_series_may_be_partly_compressed(tmp_path: Path) -> None:
    def some(dataset: Dataset, index: int) -> None:
        if index % 2:
            dataset.compress(RLE, generate_instance_uid=False)

    write_series(tmp_path, change=some)
    assert np.array_equal(voxels_of(loaded(tmp_path)[1]), stored_values() - 1024)


@pytest.mark.parametrize(
    ("syntax", "reason"),
    [
        (JPEG_2000, "(RuntimeError)"),
        (RLE, "(RuntimeError)"),
        ("1.2.840.10008.1.2.4.102", "(NotImplementedError)"),
    ],
)
def test_pixels_that_cannot_be_decoded_are_told_with_their_file(
    tmp_path: Path, syntax: str, reason: str
) -> None:
    paths = write_series(tmp_path)
    dataset = pydicom.dcmread(paths[2])
    dataset.PixelData = pydicom.encaps.encapsulate([b"Doe^Jane" * 20])
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = UID(syntax)
    dataset.save_as(paths[2])
    with pytest.raises(ScanError) as raised:
        load_series(tmp_path)
    assert str(raised.value) == (
        "slice-002.dcm: its pixels cannot be decoded: damaged, cut short, or of an unknown "
        f"encoding {reason}"
    )
