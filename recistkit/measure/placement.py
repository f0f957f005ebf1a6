"""Where a ruler lies on the grid of a series: inside it or not, on its slice or not."""

from __future__ import annotations

from typing import Final

from recistkit.model.mark import Ruler
from recistkit.model.series import Series, Vector

__all__ = ["PLACE_TOLERANCE_MM", "off_slice_mm", "outside_mm", "slice_span_mm"]

PLACE_TOLERANCE_MM: Final = 1e-6
"""Below this a distance is a float's rounding and no distance."""


def outside_mm(series: Series, ruler: Ruler) -> float:
    """Return how far a ruler's worse end lies outside the image, in mm.

    The image ends where its outermost voxels end, half a spacing beyond
    their centres.

    Returns
    -------
    float
        0 where both ends lie inside; else the largest distance along one axis
        of the grid.
    """
    distance = max(_point_outside_mm(series, end) for end in (ruler.start_mm, ruler.end_mm))
    return distance if distance > PLACE_TOLERANCE_MM else 0.0


def off_slice_mm(series: Series, ruler: Ruler, slice_index: int) -> float:
    """Return how far a ruler's worse end lies from the middle of a slice, in mm.

    Measured along the stored third axis. More than half the slice spacing
    means that another slice is nearer.
    """
    return max(
        abs(series.index(end)[2] - slice_index) * series.slice_spacing_mm
        for end in (ruler.start_mm, ruler.end_mm)
    )


def slice_span_mm(series: Series, ruler: Ruler) -> float:
    """Return how far apart a ruler's ends lie along the third axis, in mm; 0 in one slice."""
    first, second = (series.index(end)[2] for end in (ruler.start_mm, ruler.end_mm))
    return abs(first - second) * series.slice_spacing_mm


def _point_outside_mm(series: Series, point_mm: Vector) -> float:
    """Return by how much a place exceeds the grid along its worst axis, in mm."""
    places = zip(series.index(point_mm), series.size, series.spacing_mm, strict=True)
    return max(
        max(-0.5 - place, place - (count - 0.5), 0.0) * step for place, count, step in places
    )
