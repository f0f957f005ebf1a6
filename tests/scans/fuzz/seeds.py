"""The sound files that are damaged: pydicom's own small test files, and small ones made here.

Every one names a patient, so that a name which gets into a message is noticed.
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import nibabel as nib
import numpy as np
import pydicom
import pydicom.data
import SimpleITK

from recistkit.scans.boundary import silence
from tests.scans.dicom.test_codecs import encoded
from tests.scans.dicom_files import Change, stored_values, write_series
from tests.scans.masks.test_label_volumes import labels, write_segmentation
from tests.scans.multi_frame import write_enhanced
from tests.scans.planted import SECRET

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

__all__ = ["KINDS", "Seed", "all_seeds"]

KINDS: Final = ("dicom", "nifti", "nrrd", "segmentation")

_MOST_BYTES: Final = 200_000
_SYNTAXES: Final = {
    "plain": "1.2.840.10008.1.2.1",
    "implicit": "1.2.840.10008.1.2",
    "deflated": "1.2.840.10008.1.2.1.99",
    "rle": "1.2.840.10008.1.2.5",
    "jpeg-ls": "1.2.840.10008.1.2.4.80",
    "jpeg-2000": "1.2.840.10008.1.2.4.90",
}
_FRAMES: Final = ("plain", "implicit", "rle")
_UNREAD: Final = frozenset({".txt", ".py", ".pyc", ".json", ".md", ".zip", ".tar"})


@dataclass(frozen=True, slots=True)
class Seed:
    """A sound file, and what lies beside it.

    Attributes
    ----------
    name : str
        What it is, for the report.
    file : str
        The name of the file that is damaged.
    data : bytes
        What is in it.
    beside : mapping of str to bytes
        Other files of its folder, by name; they stay as they are.
    """

    name: str
    file: str
    data: bytes
    beside: Mapping[str, bytes]


def all_seeds(folder: Path) -> dict[str, list[Seed]]:
    """Return the sound files of each kind, always the same; `folder` is where they are made."""
    with silence():
        return {
            "dicom": [*_shipped_with_pydicom(), *_dicom(folder / "dicom")],
            "nifti": list(_nifti(folder)),
            "nrrd": list(_nrrd(folder)),
            "segmentation": list(_segmentations(folder / "segmentation")),
        }


def _shipped_with_pydicom() -> Iterator[Seed]:
    """Yield pydicom's own test files, each also with a place in the patient where it had none."""
    folder = Path(pydicom.data.__file__).parent / "test_files"
    for path in sorted(folder.rglob("*")):
        if path.suffix in _UNREAD or not path.is_file() or path.stat().st_size > _MOST_BYTES:
            continue
        yield Seed(f"pydicom/{path.name}", "scan.dcm", path.read_bytes(), {})
        try:
            dataset = pydicom.dcmread(path, force=True)
            if "PixelData" in dataset:
                yield Seed(f"pydicom/{path.name} placed", "scan.dcm", _placed(dataset), {})
        except Exception:  # noqa: BLE001  some of them are damaged on purpose
            continue


def _placed(dataset: Dataset) -> bytes:
    """Return a file as one slice of a named patient."""
    dataset.PatientName, dataset.PatientID = SECRET, SECRET
    dataset.SeriesInstanceUID, dataset.Modality = "1.2.3", "CT"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.ImagePositionPatient = [0.0, 0.0, 0.0]
    dataset.ImageOrientationPatient = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]
    dataset.PixelSpacing, dataset.SliceThickness = [0.7, 0.9], 5.0
    buffer = io.BytesIO()
    dataset.save_as(buffer)
    return buffer.getvalue()


def _dicom(folder: Path) -> Iterator[Seed]:
    """Yield slices of small series, also with the rest of their series, and multi-frame images."""

    def named(dataset: Dataset, _: int = 0) -> None:
        dataset.PatientName = dataset.PatientID = SECRET

    def stored_as(syntax: str) -> Change:
        def change(dataset: Dataset, index: int) -> None:
            named(dataset)
            encoded(syntax)(dataset, index)

        return change

    for name, syntax in _SYNTAXES.items():
        change = stored_as(syntax)
        paths = write_series(folder / name, stored=stored_values(3, 32, 40), change=change)
        first, *others = paths
        beside = {path.name: path.read_bytes() for path in others}
        yield Seed(f"slice, {name}", first.name, first.read_bytes(), {})
        yield Seed(f"series, {name}", first.name, first.read_bytes(), beside)
    for name in _FRAMES:
        path = folder / "frames" / f"{name}.dcm"
        stored = stored_values(3, 32, 40)
        write_enhanced(path, stored, syntax=_SYNTAXES[name], shared=name == "rle", change=named)
        yield Seed(f"frames, {name}", "scan.dcm", path.read_bytes(), {})


def _image(voxels: NDArray[Any]) -> Any:  # noqa: ANN401  SimpleITK has no types
    """Return an image with a patient's name in it."""
    image: Any = SimpleITK.GetImageFromArray(voxels)
    image.SetSpacing((0.7, 1.1, 3.0))
    image.SetOrigin((-10.0, 20.0, 30.0))
    image.SetMetaData("PatientName", SECRET)
    return image


def _nifti(folder: Path) -> Iterator[Seed]:
    """Yield NIfTI files, with and without compression and a JSON file."""
    sidecar = {"PatientName": SECRET, "Modality": "MR", "AcquisitionDate": "2011-03-04"}
    beside = {"scan.json": json.dumps(sidecar).encode()}
    versions: tuple[Any, ...] = (nib.Nifti1Image, nib.Nifti2Image)
    for kind in ("uint8", "int16", "float32", "float64"):
        for made in versions:
            affine = np.diag([-0.7, -1.1, 3.0, 1.0])
            image = made(labels().astype(kind).transpose(2, 1, 0), affine)
            image.header.set_xyzt_units("mm")
            image.header["descrip"] = SECRET.encode()
            image.header["db_name" if made is nib.Nifti1Image else "aux_file"] = SECRET.encode()
            nib.save(image, folder / "scan.nii")
            data = (folder / "scan.nii").read_bytes()
            name = f"{made.__name__}, {kind}"
            yield Seed(name, "scan.nii", data, beside)
            yield Seed(f"{name}, gzip", "scan.nii.gz", gzip.compress(data, mtime=0), {})
            yield Seed(
                f"{name}, its JSON file", "scan.json", beside["scan.json"], {"scan.nii": data}
            )


def _nrrd(folder: Path) -> Iterator[Seed]:
    """Yield NRRD and MetaImage files, with and without compression."""
    for ending in (".nrrd", ".mha"):
        for kind in ("uint8", "int16", "float32"):
            for compressed in (False, True):
                path = folder / f"scan{ending}"
                SimpleITK.WriteImage(_image(labels().astype(kind)), str(path), compressed)
                name = f"{ending}, {kind}{', compressed' if compressed else ''}"
                yield Seed(name, path.name, path.read_bytes(), {})


def _segmentations(folder: Path) -> Iterator[Seed]:
    """Yield DICOM segmentations: one segment, two, and two that overlap."""
    masks = {
        "one segment": [labels() == 1],
        "two segments": [labels() == 1, labels() == 4],
        "segments that overlap": [labels() == 1, labels() >= 1],
    }
    for name, segments in masks.items():
        (folder / name).mkdir(parents=True)
        dataset = pydicom.dcmread(write_segmentation(folder / name, segments))
        dataset.PatientName, dataset.PatientID = SECRET, SECRET
        buffer = io.BytesIO()
        dataset.save_as(buffer)
        yield Seed(name, "seg.dcm", buffer.getvalue(), {})
