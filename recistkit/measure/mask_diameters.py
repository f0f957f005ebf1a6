"""Diameters of every label of a volume, as a table.

In plane means in the slices as they were acquired: an oblique series is
measured on its own slices and never resampled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from recistkit.errors import OptionError
from recistkit.measure.mask_axes import Axes, label_axes
from recistkit.measure.mask_components import (
    component_counts,
    largest_components,
    run_components,
)
from recistkit.measure.mask_outline import Convention, mask_rows, require_convention
from recistkit.measure.mask_place import MaskGrid, image_grid
from recistkit.measure.mask_runs import first_of_each, label_runs

if TYPE_CHECKING:
    import SimpleITK
    from numpy.typing import NDArray

__all__ = ["INDEX_COLUMNS", "PATIENT_COLUMNS", "SIZE_COLUMNS", "diameters", "diameters_on"]

_ENDS: Final = ("longest_start", "longest_end", "short_start", "short_end")

SIZE_COLUMNS: Final = {
    "label": pl.Int64,
    "slice": pl.Int64,
    "longest_mm": pl.Float64,
    "short_mm": pl.Float64,
    "product_mm2": pl.Float64,
    "volume_mm3": pl.Float64,
    "convention": pl.String,
    "components": pl.Int64,
}
"""What is told of each label, wherever it lies."""

INDEX_COLUMNS: Final = tuple(f"{end}_{axis}" for end in _ENDS for axis in ("row", "column"))
"""End points on the slice, as indices of voxels: whole numbers are their centres."""

PATIENT_COLUMNS: Final = tuple(f"{end}_{axis}_mm" for end in _ENDS for axis in ("x", "y", "z"))
"""End points in the patient (LPS, mm)."""


def diameters(
    mask: NDArray[Any] | SimpleITK.Image,
    spacing_mm: tuple[float, float, float] | None = None,
    *,
    convention: Convention = "contour",
    largest_component: bool = False,
) -> pl.DataFrame:
    """Return the longest diameter of each label, and the longest line perpendicular to it.

    Parameters
    ----------
    mask : ndarray or SimpleITK.Image
        Labels; 0 is background. An array has shape (slices, rows, columns) and
        any integer type or bool.
    spacing_mm : tuple of float, optional
        Distance of neighbouring slices, rows and columns; for an array only.
    convention : {"contour", "centres", "corners"}
        Where a voxel ends: half a voxel from its centre along rows and columns
        (the 0.5 level), at its centre, or at its corners.
    largest_component : bool
        Whether only the largest piece of each label is measured; the whole
        label unless given. `components` counts the pieces of the whole label.

    Returns
    -------
    polars.DataFrame
        One row a label, in rising order: `SIZE_COLUMNS`, then the end points
        of both lines: of an image in the patient (`PATIENT_COLUMNS`), of an
        array as indices (`INDEX_COLUMNS`, on the slice `slice`).

    Raises
    ------
    MaskError
        If that is no label volume.
    GeometryError
        If the spacing or the directions cannot be.
    OptionError
        If there is no such convention, or no spacing.

    Examples
    --------
    >>> mask = np.zeros((1, 4, 6), dtype=np.uint8)
    >>> mask[0, 1:3, 1:5] = 1
    >>> frame = diameters(mask, spacing_mm=(5.0, 1.0, 1.0), convention="corners")
    >>> frame.select("label", "slice", "longest_mm", "short_mm").row(0)
    (1, 0, 4.47213595499958, 2.23606797749979)
    """
    if isinstance(mask, np.ndarray):
        if spacing_mm is None:
            raise OptionError("an array has no spacing; expected spacing_mm=(slice, row, column)")
        grid = MaskGrid.upright(spacing_mm)
        sizes, axes = _measured(mask, grid, convention, largest_component=largest_component)
        return sizes.hstack(_index_ends(axes))
    if spacing_mm is not None:
        raise OptionError("an image has its own spacing; expected no spacing_mm")
    voxels, grid = image_grid(mask)
    return diameters_on(voxels, grid, convention=convention, largest_component=largest_component)


def diameters_on(
    voxels: NDArray[Any],
    grid: MaskGrid,
    *,
    convention: Convention = "contour",
    largest_component: bool = False,
) -> pl.DataFrame:
    """Return the same of voxels on a grid in the patient; see `diameters`.

    Parameters
    ----------
    voxels : ndarray
        Labels, shape (slices, rows, columns).
    grid : MaskGrid
        Where they lie.
    convention, largest_component
        As for `diameters`.

    Raises
    ------
    MaskError
        If that is no label volume.
    OptionError
        If there is no such convention.
    """
    sizes, axes = _measured(voxels, grid, convention, largest_component=largest_component)
    return sizes.hstack(_patient_ends(axes, grid))


def _measured(
    voxels: NDArray[Any], grid: MaskGrid, convention: Convention, *, largest_component: bool
) -> tuple[pl.DataFrame, Axes]:
    """Return the sizes of each label, and its axes."""
    require_convention(convention)
    runs = label_runs(voxels)
    if not len(runs.label):
        return pl.DataFrame(schema=SIZE_COLUMNS), Axes.of_no_label()
    component = run_components(runs)
    labels, counts = runs.label[first_of_each(runs.label)], component_counts(runs, component)
    if largest_component:
        runs = largest_components(runs, component)
    _, row_mm, column_mm = grid.spacing_mm
    axes = label_axes(mask_rows(runs), (row_mm, column_mm), convention)
    voxels_of = np.bincount(runs.label_number, runs.last - runs.first + 1, minlength=len(labels))
    sizes = {
        "label": labels.astype(np.int64),
        "slice": axes.slice_index,
        "longest_mm": axes.longest_mm,
        "short_mm": axes.short_mm,
        "product_mm2": axes.longest_mm * axes.short_mm,
        "volume_mm3": voxels_of * grid.voxel_mm3,
        "convention": [convention] * len(labels),
        "components": counts,
    }
    return pl.DataFrame(sizes, schema=SIZE_COLUMNS), axes


def _index_ends(axes: Axes) -> pl.DataFrame:
    """Return the end points as rows and columns."""
    ends = np.hstack([axes.longest, axes.short])
    return pl.DataFrame(ends, schema=dict.fromkeys(INDEX_COLUMNS, pl.Float64))


def _patient_ends(axes: Axes, grid: MaskGrid) -> pl.DataFrame:
    """Return the end points in patient mm."""
    ends = np.hstack([axes.longest, axes.short])
    places = [
        grid.patient_mm(axes.slice_index, ends[:, at], ends[:, at + 1])
        for at in range(0, ends.shape[1], 2)
    ]
    return pl.DataFrame(np.hstack(places), schema=dict.fromkeys(PATIENT_COLUMNS, pl.Float64))
