"""Diameters of all the labels of one mask file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from recistkit.errors import MaskError, ScanError
from recistkit.measure.mask_diameters import PATIENT_COLUMNS, SIZE_COLUMNS, diameters_on
from recistkit.scans.load import MAX_VOLUME_BYTES
from recistkit.scans.masks.label_volumes import has_stored_slices, label_volumes

if TYPE_CHECKING:
    from recistkit.measure.mask_outline import Convention

__all__ = ["LABEL_SCHEMA", "mask_table", "noted_mask_table"]

LABEL_SCHEMA: Final = SIZE_COLUMNS | dict.fromkeys(PATIENT_COLUMNS, pl.Float64)
"""Columns of the table of one file, and their types."""


def mask_table(
    path: Path | str,
    *,
    convention: Convention = "contour",
    largest_component: bool = False,
    max_bytes: int = MAX_VOLUME_BYTES,
) -> pl.DataFrame:
    """Return the diameters of each label of a file, in the order of labels.

    Parameters
    ----------
    path : Path or str
        NIfTI, NRRD or DICOM segmentation. Of the last `slice` is empty: it
        stores the planes that hold a segment, in any order.
    convention, largest_component
        As for `recistkit.measure.diameters`.
    max_bytes : int
        What the voxels of the file may take in memory.

    Raises
    ------
    ScanError
        If it is no label volume that can be placed and measured.
    OptionError
        If there is no such convention.
    """
    return noted_mask_table(
        path, convention=convention, largest_component=largest_component, max_bytes=max_bytes
    )[0]


def noted_mask_table(
    path: Path | str, *, convention: Convention, largest_component: bool, max_bytes: int
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return the same with what is to be noted of the file; see `mask_table`.

    Raises
    ------
    ScanError
        If it is no label volume that can be placed and measured.
    OptionError
        If there is no such convention.
    """
    notes: list[str] = []
    tables: list[pl.DataFrame] = []
    try:
        for voxels, grid in label_volumes(path, max_bytes=max_bytes):
            notes += [note for note in grid.notes if note not in notes]
            tables.append(
                diameters_on(
                    voxels, grid, convention=convention, largest_component=largest_component
                )
            )
    except MaskError as error:
        raise ScanError(path, str(error)) from None
    except MemoryError:
        raise ScanError(path, "does not fit into memory") from None
    table = pl.concat(tables).sort("label")
    if not has_stored_slices(Path(path)):
        table = table.with_columns(pl.lit(None, LABEL_SCHEMA["slice"]).alias("slice"))
    return table, tuple(notes)
