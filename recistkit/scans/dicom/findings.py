"""What is to be known of slices that make a sound stack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from recistkit.model.series_finding import SeriesFinding
from recistkit.scans.dicom.header import SliceHeader

__all__ = ["findings_of"]

_EQUAL: Final = 1e-4


def findings_of(order: Sequence[SliceHeader], tilt_degrees: float) -> tuple[SeriesFinding, ...]:
    """Return the findings of a stack.

    Parameters
    ----------
    order : sequence of SliceHeader
        By position.
    tilt_degrees : float
        By how much they are stacked aslant; 0 if they are not.
    """
    found = [
        *_tilt(tilt_degrees),
        *_order(order),
        *_rescale(order),
        *_pixels(order[0]),
        *_thickness(order),
        *_lossy(order),
    ]
    return tuple(SeriesFinding(code, message) for code, message in found)


def _tilt(degrees: float) -> Iterator[tuple[str, str]]:
    if degrees:
        yield "gantry-tilt", f"was acquired with a gantry tilt of {degrees:.1f} degrees"


def _order(order: Sequence[SliceHeader]) -> Iterator[tuple[str, str]]:
    numbers = [one.instance_number for one in order if one.instance_number is not None]
    rising = sum(after > before for before, after in pairwise(numbers))
    falling = sum(after < before for before, after in pairwise(numbers))
    if rising and falling:
        yield "instance-order", "has instance numbers that do not follow the slices"


def _rescale(order: Sequence[SliceHeader]) -> Iterator[tuple[str, str]]:
    count = len({(one.slope, one.intercept) for one in order})
    if count > 1:
        yield "rescale-varies", f"has {count} different rescale slopes and intercepts"


def _pixels(header: SliceHeader) -> Iterator[tuple[str, str]]:
    rows_mm, columns_mm = header.pixel_spacing_mm
    if abs(rows_mm - columns_mm) > _EQUAL * min(rows_mm, columns_mm):
        said = f"{rows_mm:g} mm apart and columns {columns_mm:g} mm"
        yield "anisotropic-pixels", f"has rows that are {said}"


def _thickness(order: Sequence[SliceHeader]) -> Iterator[tuple[str, str]]:
    stated = {one.thickness_mm for one in order if one.thickness_mm}
    if len(stated) > 1:
        said = f"from {min(stated):g} to {max(stated):g} mm"
        yield "thickness-varies", f"states slice thicknesses {said}"


def _lossy(order: Sequence[SliceHeader]) -> Iterator[tuple[str, str]]:
    if any(one.lossy for one in order):
        yield "lossy-compression", "was compressed with loss"
