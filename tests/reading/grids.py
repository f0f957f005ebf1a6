"""Small volumes on every kind of grid: straight, anisotropic, mirrored, oblique."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import SimpleITK

from recistkit.model.series import Series, Vector
from recistkit.reading.grid import ViewGrid

__all__ = ["grid_of", "image_of", "oblique_grid", "series_of", "straight_grid"]

Axes = tuple[Vector, Vector, Vector]
STRAIGHT: Axes = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def series_of(
    size: tuple[int, int, int] = (60, 50, 12),
    spacing_mm: Vector = (0.7, 0.9, 5.0),
    axes: Axes = STRAIGHT,
    *,
    modality: str = "CT",
    origin_mm: Vector = (-20.0, -30.0, 100.0),
) -> Series:
    """Return a grid; size, spacing and axes are those of columns, rows and slices."""
    return Series(
        uid="1.2.3",
        modality=modality,
        columns=size[0],
        rows=size[1],
        slices=size[2],
        column_spacing_mm=spacing_mm[0],
        row_spacing_mm=spacing_mm[1],
        slice_spacing_mm=spacing_mm[2],
        slice_thickness_mm=spacing_mm[2],
        frame_of_reference="1.2.4",
        origin_mm=origin_mm,
        row_direction=axes[0],
        column_direction=axes[1],
        slice_direction=axes[2],
    )


def image_of(series: Series) -> SimpleITK.Image:
    """Return an image whose voxels are numbered in the order in which they are stored."""
    voxels = np.arange(math.prod(series.size), dtype=np.int64) % 2000
    image = SimpleITK.GetImageFromArray(voxels.astype(np.int16).reshape(series.size[::-1]))
    placed: Any = image
    placed.SetOrigin(series.origin_mm)
    placed.SetSpacing(series.spacing_mm)
    placed.SetDirection(series.direction)
    return image


def grid_of(series: Series) -> ViewGrid:
    """Return a grid for display."""
    return ViewGrid.of(series, image_of(series))


def turned(first_degrees: float, second_degrees: float) -> Axes:
    """Return axes turned about the left-right axis and then about the body's long axis."""
    sine, cosine = math.sin(math.radians(first_degrees)), math.cos(math.radians(first_degrees))
    tilt = np.array([[1, 0, 0], [0, cosine, -sine], [0, sine, cosine]])
    sine, cosine = math.sin(math.radians(second_degrees)), math.cos(math.radians(second_degrees))
    turn = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
    first, second, third = (tuple(float(part) for part in axis) for axis in (turn @ tilt).T)
    return (
        (first[0], first[1], first[2]),
        (second[0], second[1], second[2]),
        (third[0], third[1], third[2]),
    )


def straight_grid() -> ViewGrid:
    """Return an axial CT with thick slices."""
    return grid_of(series_of())


def oblique_grid() -> ViewGrid:
    """Return an MRI that is tilted out of two planes, with voxels of three sizes."""
    return grid_of(series_of((60, 50, 16), (0.7, 1.1, 3.0), turned(14.0, 7.0), modality="MR"))
