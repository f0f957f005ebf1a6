"""Aim: which slice and place of a volume a viewer shows, and how to show another.

The viewer's world is the display index times the spacing, in mm; the camera
says what lies in the middle of the canvas.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from napari_recistkit import compat
from recistkit.model.series import Vector
from recistkit.reading.grid import PLANE_AXES, BodyPlane, ViewGrid

__all__ = [
    "centre_index",
    "centre_on",
    "fit",
    "index_at",
    "is_beyond",
    "is_turned",
    "look_at",
    "middle_mm",
    "set_slice",
    "slice_shown",
    "turn_to",
    "zoom_about",
]

# napari ships no types: a viewer is Any.
Viewer = Any

_AXES: Final = 3
"""Our axes are the last ones: a layer with time or channels puts its own before them."""

_HALF: Final = 0.5
_MARGIN: Final = 0.02
_STILL_MM: Final = 1e-6


def slice_shown(viewer: Viewer, grid: ViewGrid, plane: BodyPlane) -> int:
    """Return the slice that is shown, as the display counts."""
    axis = PLANE_AXES[plane][0]
    number = round(float(viewer.dims.point[axis - _AXES]) / grid.spacing_mm[axis])
    return min(max(number, 0), grid.slice_count(plane) - 1)


def set_slice(viewer: Viewer, grid: ViewGrid, plane: BodyPlane, number: int) -> None:
    """Show a slice."""
    axis = PLANE_AXES[plane][0]
    viewer.dims.set_point(viewer.dims.ndim - _AXES + axis, number * grid.spacing_mm[axis])


def is_beyond(grid: ViewGrid, plane: BodyPlane, patient_mm: Vector) -> bool:
    """Tell whether a place (LPS, mm) lies before the first slice or after the last one."""
    at = grid.display_index(patient_mm)[PLANE_AXES[plane][0]]
    return not -_HALF <= at <= grid.slice_count(plane) - 1 + _HALF


def centre_index(viewer: Viewer, grid: ViewGrid, plane: BodyPlane) -> Vector:
    """Return the display index in the middle of the canvas, on the slice that is shown."""
    axis, rows, columns = PLANE_AXES[plane]
    centre = compat.camera(viewer).center
    index = [0.0, 0.0, 0.0]
    index[axis] = float(slice_shown(viewer, grid, plane))
    index[rows] = float(centre[-2]) / grid.spacing_mm[rows]
    index[columns] = float(centre[-1]) / grid.spacing_mm[columns]
    return (index[0], index[1], index[2])


def index_at(viewer: Viewer, grid: ViewGrid, plane: BodyPlane, position: Sequence[float]) -> Vector:
    """Return the display index of a mouse event's position, on the slice that is shown.

    Held within the centres of the outermost voxels.
    """
    index = np.asarray(position, dtype=float)[-_AXES:] / np.asarray(grid.spacing_mm)
    index[PLANE_AXES[plane][0]] = slice_shown(viewer, grid, plane)
    index = np.clip(index, 0.0, np.asarray(grid.shape) - 1.0)
    return (float(index[0]), float(index[1]), float(index[2]))


def middle_mm(grid: ViewGrid) -> Vector:
    """Return the place (LPS, mm) in the middle of a volume."""
    first, second, third = ((count - 1) / 2 for count in grid.shape)
    return grid.patient_mm((first, second, third))


def look_at(viewer: Viewer, grid: ViewGrid, plane: BodyPlane, patient_mm: Vector) -> None:
    """Show the slice nearest to a place (LPS, mm), in every plane, and centre on it."""
    index = grid.display_index(patient_mm)
    ours = (
        min(max(round(at), 0), count - 1) * step
        for at, count, step in zip(index, grid.shape, grid.spacing_mm, strict=True)
    )
    viewer.dims.point = (*viewer.dims.point[:-_AXES], *ours)
    centre_on(viewer, grid, plane, patient_mm)


def centre_on(viewer: Viewer, grid: ViewGrid, plane: BodyPlane, patient_mm: Vector) -> None:
    """Move a place (LPS, mm) to the middle of the canvas; the slice is kept."""
    _, rows, columns = PLANE_AXES[plane]
    index, spacing = grid.display_index(patient_mm), grid.spacing_mm
    camera = compat.camera(viewer)
    centre = (index[rows] * spacing[rows], index[columns] * spacing[columns])
    if not np.allclose(camera.center[-2:], centre, rtol=0.0, atol=_STILL_MM):
        camera.center = (0.0, *centre)


def turn_to(viewer: Viewer, plane: BodyPlane) -> None:
    """Set axes and orientation of a plane: head up, or face up, and left on the right."""
    if not compat.view_is_plain(viewer):
        compat.make_view_plain(viewer)
    if not is_turned(viewer, plane):
        viewer.dims.order = _order(viewer, plane)
    compat.set_orientation(viewer, "down" if plane == "axial" else "up")


def is_turned(viewer: Viewer, plane: BodyPlane) -> bool:
    """Tell whether the axes are those of a plane."""
    return tuple(viewer.dims.order) == _order(viewer, plane)


def _order(viewer: Viewer, plane: BodyPlane) -> tuple[int, ...]:
    before = viewer.dims.ndim - _AXES
    return (*range(before), *(before + axis for axis in PLANE_AXES[plane]))


def zoom_about(
    viewer: Viewer, grid: ViewGrid, plane: BodyPlane, display_index: Vector, factor: float
) -> None:
    """Zoom by a factor and leave one place where it is on the canvas."""
    camera = compat.camera(viewer)
    _, rows, columns = PLANE_AXES[plane]
    fixed = [display_index[axis] * grid.spacing_mm[axis] for axis in (rows, columns)]
    centre = [float(value) for value in camera.center[-2:]]
    camera.zoom *= factor
    moved = [at + (here - at) / factor for at, here in zip(fixed, centre, strict=True)]
    camera.center = (0.0, *moved)


def fit(viewer: Viewer, grid: ViewGrid, plane: BodyPlane) -> None:
    """Show the whole slice, in the middle of the canvas."""
    _, rows, columns = PLANE_AXES[plane]
    shape, spacing = grid.shape, grid.spacing_mm
    height, width = (shape[axis] * spacing[axis] for axis in (rows, columns))
    canvas_height, canvas_width = compat.canvas_size(viewer)
    camera = compat.camera(viewer)
    camera.zoom = min(canvas_height / height, canvas_width / width) * (1 - _MARGIN)
    middle = ((shape[axis] - 1) / 2 * spacing[axis] for axis in (rows, columns))
    camera.center = (0.0, *middle)
