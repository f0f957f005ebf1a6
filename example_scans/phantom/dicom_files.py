"""CT as DICOM files: CT Image Storage, JPEG 2000 lossless."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian, JPEG2000Lossless

from phantom.canvas import Geometry
from phantom.randomness import Dice, uid
from phantom.shapes import Array

__all__ = ["CT_STEP_HU", "CtSeries", "save_ct"]

CT_STEP_HU = 8
"""Hounsfield units of one stored step; coarser than a scanner's, so that the files are small."""

_INTERCEPT_HU = -1024


@dataclass(frozen=True)
class CtSeries:
    """What the headers of a series say beside its geometry.

    Parameters
    ----------
    shuffled_names : bool
        Whether the file names do not follow the position of the slices.
    reversed_numbers : bool
        Whether the instance numbers count against the position.
    """

    subject: str
    visit: str
    sex: str
    date: dt.date
    shuffled_names: bool
    reversed_numbers: bool

    @property
    def uid(self) -> str:
        """Series instance UID."""
        return uid(self.subject, self.visit, "ct", "series")

    def file_numbers(self, count: int) -> list[int]:
        """Return the number in the file name of each slice, by position."""
        if self.shuffled_names:
            return Dice(self.subject, self.visit, "names").shuffled(count)
        return list(range(count))


def save_ct(folder: Path, series: CtSeries, geometry: Geometry, image_hu: Array) -> None:
    """Save a CT, one file for each slice.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    image_hu : array, shape (slices, rows, columns)
        Hounsfield units, slices by position along the normal.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stored = np.clip(np.rint((image_hu - _INTERCEPT_HU) / CT_STEP_HU), 0, 4095).astype("<u2")
    numbers = series.file_numbers(len(stored))
    for index, number in enumerate(numbers):
        dataset = _slice(series, geometry, index, stored[index])
        dataset.save_as(folder / f"{number + 1:03d}.dcm", enforce_file_format=True)


def _slice(
    series: CtSeries, geometry: Geometry, index: int, pixels: npt.NDArray[np.uint16]
) -> Dataset:
    """Return one slice as a data set, compressed."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = UID(uid(series.subject, series.visit, "ct", str(index)))
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = UID(uid("implementation"))
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    _add_patient_and_study(dataset, series)
    _add_series_and_frame(dataset, series)
    _add_image(dataset, series, geometry, index)
    dataset.PixelData = pixels.tobytes()
    dataset.compress(JPEG2000Lossless, generate_instance_uid=False)
    return dataset


def _add_patient_and_study(dataset: Dataset, series: CtSeries) -> None:
    """Add whose image this is; no one's."""
    day = series.date.strftime("%Y%m%d")
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.PatientName = f"PHANTOM^{series.subject}"
    dataset.PatientID = series.subject
    dataset.PatientBirthDate = ""
    dataset.PatientSex = series.sex
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = "Synthetic: no patient"
    dataset.StudyInstanceUID = uid(series.subject, series.visit, "ct", "study")
    dataset.StudyDate = dataset.SeriesDate = dataset.AcquisitionDate = dataset.ContentDate = day
    dataset.StudyTime = dataset.SeriesTime = dataset.AcquisitionTime = dataset.ContentTime = (
        "093000"
    )
    dataset.ReferringPhysicianName = ""
    dataset.StudyID = series.visit.upper()
    dataset.AccessionNumber = ""
    dataset.StudyDescription = "Synthetic CT chest and abdomen"


def _add_series_and_frame(dataset: Dataset, series: CtSeries) -> None:
    """Add how it was made."""
    dataset.Modality = "CT"
    dataset.SeriesInstanceUID = series.uid
    dataset.SeriesNumber = 2
    dataset.SeriesDescription = "Chest abdomen portal venous 5 mm"
    dataset.PatientPosition = "HFS"
    dataset.BodyPartExamined = "CHESTABDOMEN"
    dataset.FrameOfReferenceUID = uid(series.subject, series.visit, "ct", "frame")
    dataset.PositionReferenceIndicator = ""
    dataset.Manufacturer = "recistkit example_scans"
    dataset.ManufacturerModelName = "drawn phantom"
    dataset.KVP = "120"
    dataset.ContrastBolusAgent = "SYNTHETIC"
    dataset.ContrastBolusRoute = "IV"
    dataset.ConvolutionKernel = "SOFT"


def _add_image(dataset: Dataset, series: CtSeries, geometry: Geometry, index: int) -> None:
    """Add where the slice is and what its pixels mean."""
    place = geometry.point_mm((0.0, 0.0, float(index)))
    count = geometry.slices
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = uid(series.subject, series.visit, "ct", str(index))
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.InstanceNumber = count - index if series.reversed_numbers else index + 1
    dataset.AcquisitionNumber = 1
    dataset.ImagePositionPatient = [f"{float(value) + 0.0:.3f}" for value in place]
    directions = (*geometry.row_direction, *geometry.column_direction)
    dataset.ImageOrientationPatient = [f"{value:.6f}" for value in directions]
    dataset.PixelSpacing = [f"{geometry.row_spacing_mm:.3f}", f"{geometry.column_spacing_mm:.3f}"]
    dataset.SliceThickness = f"{geometry.slice_spacing_mm:.1f}"
    dataset.SliceLocation = f"{float(place[2]):.3f}"
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows, dataset.Columns = geometry.rows, geometry.columns
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0
    dataset.RescaleIntercept, dataset.RescaleSlope = str(_INTERCEPT_HU), str(CT_STEP_HU)
    dataset.RescaleType = "HU"
    dataset.WindowCenter, dataset.WindowWidth = "40", "400"
    dataset.LossyImageCompression = "00"
