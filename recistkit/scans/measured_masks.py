"""Diameters of all the labels of many files, one file after the other or several at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from recistkit.errors import MaskError, OptionError, ScanError
from recistkit.measure.mask_diameters import PATIENT_COLUMNS, SIZE_COLUMNS, diameters_on
from recistkit.scans.load import MAX_VOLUME_BYTES
from recistkit.scans.masks import label_volumes

if TYPE_CHECKING:
    from recistkit.measure.mask_outline import Convention

__all__ = ["MEASURED_COLUMNS", "MeasuredMasks", "mask_table", "measured_masks"]

MEASURED_COLUMNS: Final = ("file", *SIZE_COLUMNS, *PATIENT_COLUMNS)
"""The measurements table."""

_SCHEMA: Final = {"file": pl.String} | SIZE_COLUMNS | dict.fromkeys(PATIENT_COLUMNS, pl.Float64)
_MOST_WORKERS: Final = 61
"""Windows waits for no more processes than that."""

_ENDED: Final = "ended the process that measured it: too large for the memory, or damaged"


@dataclass(frozen=True, slots=True)
class MeasuredMasks:
    """What was measured.

    Parameters
    ----------
    table : polars.DataFrame
        One row a label (`MEASURED_COLUMNS`), files in the order given.
    refused : tuple of ScanError
        The files that could not be measured.
    without_labels : tuple of Path
        The files that hold background only.
    """

    table: pl.DataFrame
    refused: tuple[ScanError, ...]
    without_labels: tuple[Path, ...]


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
        NIfTI, NRRD or DICOM segmentation.
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
    volumes = label_volumes(path, max_bytes=max_bytes)
    try:
        tables = [
            diameters_on(voxels, grid, convention=convention, largest_component=largest_component)
            for voxels, grid in volumes
        ]
    except MaskError as error:
        raise ScanError(path, str(error)) from None
    except MemoryError:
        raise ScanError(path, "does not fit into memory") from None
    return pl.concat(tables).sort("label")


def measured_masks(
    paths: Sequence[Path],
    *,
    convention: Convention = "contour",
    largest_component: bool = False,
    workers: int = 1,
    on_file: Callable[[], None] = lambda: None,
) -> MeasuredMasks:
    """Return the diameters of each label of many files; a file that fails stops no other.

    Parameters
    ----------
    paths : sequence of Path
        The files.
    convention, largest_component
        As for `recistkit.measure.diameters`.
    workers : int
        How many processes measure; the result is the same for any number.
    on_file : callable
        Called after each file.

    Raises
    ------
    OptionError
        If there is no such convention, or less than one worker.
    """
    if workers < 1:
        raise OptionError(f"workers is {workers}; expected 1 or more")
    measure = partial(_attempt, convention=convention, largest_component=largest_component)
    tables, refused, without_labels = [pl.DataFrame(schema=_SCHEMA)], [], []
    for path, outcome in zip(paths, _outcomes(paths, measure, workers), strict=True):
        on_file()
        if isinstance(outcome, str):
            refused.append(ScanError(path, outcome))
        elif outcome.is_empty():
            without_labels.append(path)
        else:
            file = pl.lit(path.as_posix()).alias("file")
            tables.append(outcome.with_columns(file).select(*_SCHEMA))
    return MeasuredMasks(pl.concat(tables), tuple(refused), tuple(without_labels))


_Outcome = pl.DataFrame | str
"""A table, or the reason why there is none."""


def _attempt(path: Path, *, convention: Convention, largest_component: bool) -> _Outcome:
    """Return the table of a file, or why there is none."""
    try:
        return mask_table(path, convention=convention, largest_component=largest_component)
    except ScanError as error:
        return error.reason


def _outcomes(
    paths: Sequence[Path], measure: Callable[[Path], _Outcome], workers: int
) -> Iterator[_Outcome]:
    """Yield the outcome of each file, in order."""
    workers = min(workers, len(paths), _MOST_WORKERS)
    if workers <= 1:
        yield from map(measure, paths)
        return
    with _processes(workers) as pool:
        futures = [pool.submit(measure, path) for path in paths]
        for path, future in zip(paths, futures, strict=True):
            try:
                yield future.result()
            except BrokenProcessPool:  # one file ended its process, and with it all others
                yield _alone(path, measure)


def _alone(path: Path, measure: Callable[[Path], _Outcome]) -> _Outcome:
    """Return the outcome of a file in a process of its own, which it may end."""
    with _processes(1) as pool:
        try:
            return pool.submit(measure, path).result()
        except BrokenProcessPool:
            return _ENDED


def _processes(workers: int) -> ProcessPoolExecutor:
    """Return processes that begin anew, the same way on every system."""
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
