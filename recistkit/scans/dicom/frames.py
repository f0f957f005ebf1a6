"""The frames of an enhanced multi-frame image: what its functional groups say of each.

What stands in the group of a frame goes before what all of them share.
DICOM PS3.3, C.7.6.16 (functional groups), C.8.13 and C.8.15 (MR and CT frames).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from recistkit.errors import ScanError
from recistkit.scans.dicom.elements import dataset_of, texts_of

if TYPE_CHECKING:
    from pydicom import Dataset

__all__ = ["frame_values"]

_SHARED: Final = "SharedFunctionalGroupsSequence"
_FRAMES: Final = "PerFrameFunctionalGroupsSequence"

_GROUPS: Final[Mapping[str, Mapping[str, str]]] = {
    "PlanePositionSequence": {"ImagePositionPatient": "ImagePositionPatient"},
    "PlaneOrientationSequence": {"ImageOrientationPatient": "ImageOrientationPatient"},
    "PixelMeasuresSequence": {
        "PixelSpacing": "PixelSpacing",
        "SliceThickness": "SliceThickness",
    },
    "PixelValueTransformationSequence": {
        "RescaleSlope": "RescaleSlope",
        "RescaleIntercept": "RescaleIntercept",
    },
    "FrameContentSequence": {
        "FrameAcquisitionDateTime": "AcquisitionDateTime",
        "FrameAcquisitionNumber": "AcquisitionNumber",
        "TemporalPositionIndex": "TemporalPositionIdentifier",
        "StackID": "StackID",
    },
    "CTImageFrameTypeSequence": {"FrameType": "ImageType"},
    "MRImageFrameTypeSequence": {"FrameType": "ImageType"},
    "PETFrameTypeSequence": {"FrameType": "ImageType"},
    "MREchoSequence": {"EffectiveEchoTime": "EchoTime"},
    "MRDiffusionSequence": {"DiffusionBValue": "DiffusionBValue"},
    "MRModifierSequence": {"InversionTimes": "InversionTime"},
    "CardiacSynchronizationSequence": {"NominalCardiacTriggerDelayTime": "TriggerTime"},
}
"""Sequence, element in it, and what that is called in the header of a single slice."""

_Values = dict[str, tuple[str, ...]]


def frame_values(path: Path, frames: int) -> Iterator[_Values]:
    """Yield what the functional groups say of each frame, under the names of single slices.

    Parameters
    ----------
    path : Path
        An enhanced multi-frame image.
    frames : int
        How many it states to have.

    Raises
    ------
    ScanError
        If it does not describe each of them.
    """
    dataset = dataset_of(path, (_SHARED, _FRAMES))
    groups = dataset[_FRAMES].value
    if len(groups) != frames:
        raise ScanError(path, f"describes {len(groups)} of its {frames} frames")
    shared: _Values = {}
    for item in dataset.get(_SHARED) or ():
        shared |= _said(item)
    for group in groups:
        yield {**shared, **_said(group)}


def _said(group: Dataset) -> _Values:
    """Return what one functional group says."""
    said: _Values = {}
    for sequence, names in _GROUPS.items():
        for item in group.get(sequence) or ():
            for name, single in names.items():
                texts = texts_of(item, name)
                if texts:
                    said[single] = texts
    return said
