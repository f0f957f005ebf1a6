"""Small enhanced multi-frame images made for tests, valid unless a test breaks them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydicom.dataset import Dataset
from pydicom.uid import UID

from tests.scans.dicom_files import AXIAL, EXPLICIT_LITTLE, slice_dataset

if TYPE_CHECKING:
    from numpy.typing import NDArray

ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.1"
IMPLICIT = "1.2.840.10008.1.2"

FrameChange = Callable[[Dataset, int], None]


def group(name: str, **fields: object) -> Dataset:
    """Return an item that holds one functional group of one item."""
    item, holder = Dataset(), Dataset()
    for field, value in fields.items():
        setattr(item, field, value)
    setattr(holder, name, [item])
    return holder


def write_enhanced(
    path: Path,
    stored: NDArray[Any],
    *,
    positions_mm: Sequence[Sequence[float]] | None = None,
    syntax: str = EXPLICIT_LITTLE,
    shared: bool = True,
    frame_change: FrameChange | None = None,
    change: Callable[[Dataset], None] | None = None,
) -> Path:
    """Write an enhanced MR image.

    Frame `k` lies at z = 5 x k unless positions are given. With `shared`,
    orientation, pixel measures and rescale stand with all frames together, else
    with each; `frame_change` may break the groups of each, `change` the image.
    """
    dataset = slice_dataset("1.2.826.5", 0, stored[0], (0.9, 0.7))
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = UID(ENHANCED_MR)
    dataset.Modality = "MR"
    for name in ("RescaleSlope", "RescaleIntercept", "PixelSpacing", "SliceThickness"):
        delattr(dataset, name)
    dataset.NumberOfFrames = len(stored)
    dataset.PixelData = stored.astype(stored.dtype.newbyteorder("<")).tobytes()
    common = Dataset()
    for one in (
        group("PlaneOrientationSequence", ImageOrientationPatient=[*AXIAL[0], *AXIAL[1]]),
        group("PixelMeasuresSequence", PixelSpacing=[0.9, 0.7], SliceThickness=4.5),
        group("PixelValueTransformationSequence", RescaleSlope=2, RescaleIntercept=-10),
    ):
        common.update(one)
    frames = [Dataset() for _ in stored]
    for index, frame in enumerate(frames):
        place = [-100.0, -80.0, 5.0 * index] if positions_mm is None else positions_mm[index]
        frame.update(group("PlanePositionSequence", ImagePositionPatient=list(place)))
        content = group("FrameContentSequence", FrameAcquisitionDateTime="20110302101500")
        frame.update(content)
        if not shared:
            frame.update(common)
        if frame_change is not None:
            frame_change(frame, index)
    dataset.SharedFunctionalGroupsSequence = [common if shared else Dataset()]
    dataset.PerFrameFunctionalGroupsSequence = frames
    if change is not None:
        change(dataset)
    path.parent.mkdir(parents=True, exist_ok=True)
    if syntax in {EXPLICIT_LITTLE, IMPLICIT}:
        dataset.file_meta.TransferSyntaxUID = UID(syntax)
    else:
        dataset.compress(syntax, generate_instance_uid=False)
    dataset.save_as(path, enforce_file_format=True)
    return path
