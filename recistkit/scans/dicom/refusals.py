"""What can be no slice of a stack, and what slices can be of no stack together."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import Final

from recistkit.scans.dicom.header import SliceHeader

__all__ = ["PARALLEL_TOLERANCE", "StackError", "near", "refuse_mixtures", "refuse_slice"]

PARALLEL_TOLERANCE: Final = 1e-4
"""How far direction cosines of one stack may differ."""
_FARTHEST_MM: Final = 1e6
_SPACING_TOLERANCE: Final = 1e-4


class StackError(ValueError):
    """Slices that make no stack; the text says why.

    Parameters
    ----------
    text : str
        What is wrong, without the name of a file.
    path : Path, optional
        The file that it is about, if it is about one.
    """

    def __init__(self, text: str, path: Path | None = None) -> None:
        super().__init__(text)
        self.path = path


def refuse_slice(header: SliceHeader) -> None:
    """Refuse what is no slice of a scan, or does not say where it lies.

    Raises
    ------
    StackError
        Saying what it is, or what is missing.
    """
    reason = _not_a_slice(header) or header.stored.fault()
    if reason:
        raise StackError(reason, header.path)
    counts = (len(header.position_mm), len(header.orientation), len(header.pixel_spacing_mm))
    if counts != (3, 6, 2):
        names = ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing")
        wrong = [name for name, n, k in zip(names, counts, (3, 6, 2), strict=True) if n != k]
        raise StackError(f"does not say where its slices lie in the patient: {', '.join(wrong)}")
    if not _can_be(header):
        raise StackError("states a position or pixel spacing that cannot be")
    if not math.isfinite(header.slope) or not header.slope or not math.isfinite(header.intercept):
        raise StackError("states a rescale slope or intercept that cannot be")


def _can_be(header: SliceHeader) -> bool:
    """Tell whether the numbers that place a slice are possible at all."""
    lengths = (*header.position_mm, *header.pixel_spacing_mm)
    near = all(abs(number) <= _FARTHEST_MM for number in lengths)  # no number is not near either
    turned = all(map(math.isfinite, header.orientation))
    return near and turned and min(header.pixel_spacing_mm, default=0.0) > 0


def _not_a_slice(header: SliceHeader) -> str | None:
    """Return what something is that is no slice of a scan; None if it may be one."""
    if header.segmentation:
        return "is a segmentation, not a scan"
    if header.rows < 1 or header.columns < 1:
        return f"is no image{f' (modality {header.modality})' if header.modality else ''}"
    if "LOCALIZER" in header.image_type:
        return "is a localizer (scout), not a stack of slices to measure on"
    if header.colour:
        return "is a colour picture, not a scan"
    if header.frames != 1:
        return "is a multi-frame image that does not say where its frames lie"
    lookup = "states its grey values by a lookup table, which cannot be loaded"
    return lookup if header.lookup_table else None


def refuse_mixtures(headers: Sequence[SliceHeader]) -> None:
    """Refuse slices that cannot be of one grid.

    Raises
    ------
    StackError
        Naming what is mixed.
    """
    _refuse_mixed(headers, "modalities", lambda header: header.modality)
    _refuse_mixed(headers, "frames of reference", lambda header: header.frame_of_reference)
    first = headers[0]
    sizes = sorted({(header.columns, header.rows) for header in headers})
    if len(sizes) > 1:
        texts = " and ".join(f"{columns} x {rows}" for columns, rows in sizes)
        raise StackError(f"mixes matrix sizes: {texts}")
    for header in headers:
        if not near(header.orientation, first.orientation, PARALLEL_TOLERANCE):
            raise StackError("mixes image orientations: its slices are not parallel")
        scale = _SPACING_TOLERANCE * min(first.pixel_spacing_mm)
        if not near(header.pixel_spacing_mm, first.pixel_spacing_mm, scale):
            raise StackError("mixes pixel spacings")


def _refuse_mixed(
    headers: Sequence[SliceHeader], what: str, value: Callable[[SliceHeader], Hashable]
) -> None:
    """Refuse slices that do not agree on a value.

    Raises
    ------
    StackError
        With the number of different values; the values may be UIDs and say nothing.
    """
    count = len({value(header) for header in headers})
    if count > 1:
        raise StackError(f"mixes {count} {what}")


def near(first: Sequence[float], second: Sequence[float], tolerance: float) -> bool:
    """Tell whether numbers agree one by one."""
    return all(abs(a - b) <= tolerance for a, b in zip(first, second, strict=True))
