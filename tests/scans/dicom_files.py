"""Small DICOM series made for tests, valid unless a test breaks them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset

if TYPE_CHECKING:
    from numpy.typing import NDArray

CT_STORAGE = "1.2.840.10008.5.1.4.1.1.2"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"

Vector = Sequence[float]
Change = Callable[[Dataset, int], None]

AXIAL = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))


def stored_values(slices: int = 5, rows: int = 6, columns: int = 8) -> NDArray[np.int16]:
    """Return values that differ in every voxel: 100 x slice + 10 x row + column."""
    grid = np.indices((slices, rows, columns))
    values: NDArray[np.int16] = (100 * grid[0] + 10 * grid[1] + grid[2]).astype(np.int16)
    return values


def write_series(
    folder: Path,
    *,
    uid: str = "1.2.826.1",
    stored: NDArray[Any] | None = None,
    axes: tuple[Vector, Vector] = AXIAL,
    step_mm: Vector = (0.0, 0.0, 5.0),
    origin_mm: Vector = (-100.0, -80.0, 30.0),
    spacing_mm: tuple[float, float] = (0.9, 0.7),
    change: Change | None = None,
    names: Sequence[str] | None = None,
) -> list[Path]:
    """Write a series, one file per slice, and return the files.

    Slice `k` lies at `origin_mm` + k x `step_mm`; `spacing_mm` is (between
    rows, between columns); `change` may break each data set before it is
    written.
    """
    stored = stored_values() if stored is None else stored
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for index, pixels in enumerate(stored):
        dataset = slice_dataset(uid, index, pixels, spacing_mm)
        dataset.ImageOrientationPatient = [*axes[0], *axes[1]]
        dataset.ImagePositionPatient = [
            float(start + index * step) for start, step in zip(origin_mm, step_mm, strict=True)
        ]
        if change is not None:
            change(dataset, index)
        name = names[index] if names is not None else f"slice-{index:03d}.dcm"
        dataset.save_as(folder / name, enforce_file_format=True)
        paths.append(folder / name)
    return paths


def slice_dataset(
    uid: str, index: int, pixels: NDArray[Any], spacing_mm: tuple[float, float]
) -> Dataset:
    """Return the data set of one CT slice without its place."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = pydicom.uid.UID(CT_STORAGE)
    meta.MediaStorageSOPInstanceUID = pydicom.uid.UID(f"{uid}.{index + 1}")
    meta.TransferSyntaxUID = pydicom.uid.UID(EXPLICIT_LITTLE)
    dataset = Dataset()
    dataset.file_meta = meta
    dataset.SOPClassUID = CT_STORAGE
    dataset.SOPInstanceUID = f"{uid}.{index + 1}"
    dataset.SeriesInstanceUID = uid
    dataset.FrameOfReferenceUID = "1.2.826.99"
    dataset.PatientName = "Doe^Jane"
    dataset.PatientID = "HOSPITAL-77"
    dataset.Modality = "CT"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.AcquisitionDate = "20110301"
    dataset.InstanceNumber = index + 1
    dataset.SliceThickness = 5.0
    dataset.PixelSpacing = list(spacing_mm)
    dataset.RescaleSlope = 1
    dataset.RescaleIntercept = -1024
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated = 16
    dataset.BitsStored = 16
    dataset.HighBit = 15
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    dataset.PixelData = pixels.astype(pixels.dtype.newbyteorder("<")).tobytes()
    return dataset
