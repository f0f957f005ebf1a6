"""A label volume as runs: stretches of one label along a row.

Most of a label volume is background, and most of a lesion lies between two
voxels of its own label. So eight bytes are looked at in one go, and single
voxels only where a label begins or ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from recistkit.errors import MaskError

__all__ = ["Indices", "Runs", "first_of_each", "label_runs"]

Indices = NDArray[np.int64]

_AXES: Final = 3
_WORD_BYTES: Final = 8
_BLOCK_BYTES: Final = 4 * 1024**2
"""How much of a volume is looked at in one go: what a processor's cache holds."""

_SCAN_RUNS: Final = 10_000
_SCAN_LABELS: Final = 100
_SCAN_VOXELS: Final = 1.5
"""A block of more runs and labels than that, and of shorter runs, is one of a scan.

Runs of seven CT and MRI scans had 1.03 to 1.28 voxels, those of their masks 4 to 21.
"""
_MOST_RUNS: Final = 2**24
"""Thirty in each row of a thousand slices are fewer; each takes about 150 bytes to measure."""


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs in the order of label, slice, row and column; none of them is background.

    Parameters
    ----------
    shape : tuple of int
        Slices, rows and columns of the volume.
    label : ndarray
        Label of each run, of the volume's own type.
    slice_index, row, first, last : ndarray of int64
        Where each run lies: slice, row, first and last column.
    """

    shape: tuple[int, int, int]
    label: NDArray[Any]
    slice_index: Indices
    row: Indices
    first: Indices
    last: Indices

    @property
    def label_number(self) -> Indices:
        """Number of each run's label among the labels that there are, from 0."""
        begin = first_of_each(self.label)
        return np.repeat(np.arange(len(begin)), np.diff(np.append(begin, len(self.label))))

    def chosen(self, which: NDArray[Any]) -> Runs:
        """Return some of the runs, by a mask or by their numbers in rising order."""
        columns = (self.label, self.slice_index, self.row, self.first, self.last)
        return Runs(self.shape, *(column[which] for column in columns))


def label_runs(volume: NDArray[Any]) -> Runs:
    """Return the runs of a label volume.

    Parameters
    ----------
    volume : ndarray
        Labels, shape (slices, rows, columns), of any integer type or bool and
        in any order in memory; 0 is background.

    Raises
    ------
    MaskError
        If that is no label volume, or looks like a scan.

    Examples
    --------
    >>> runs = label_runs(np.array([[[0, 3, 3, 0, 5]]], dtype=np.uint8))
    >>> [(int(a), int(b), int(c)) for a, b, c in zip(runs.label, runs.first, runs.last)]
    [(3, 1, 2), (5, 4, 4)]
    """
    _require_labels(volume)
    slices, rows, columns = volume.shape
    plane_bytes = max(1, rows * columns * volume.itemsize)
    step = max(1, _BLOCK_BYTES // plane_bytes)
    labels, starts, stops = [np.empty(0, volume.dtype)], [_none()], [_none()]
    count = 0
    for begin in range(0, slices if volume.size else 0, step):
        flat = np.ascontiguousarray(volume[begin : begin + step]).reshape(-1)
        start, stop = _flat_runs(flat)
        label = flat[start]
        count += len(label)
        _require_mask(label, stop - start, count)
        labels.append(label)
        starts.append(start + begin * rows * columns)
        stops.append(stop + begin * rows * columns)
    label, start, stop = map(np.concatenate, (labels, starts, stops))
    return _placed(volume.shape, label, start, stop)


def first_of_each(*columns: NDArray[Any]) -> Indices:
    """Return where something new begins in one or more sorted columns.

    Examples
    --------
    >>> first_of_each(np.array([4, 4, 4, 7]), np.array([1, 1, 2, 2])).tolist()
    [0, 2, 3]
    """
    is_new = np.zeros(len(columns[0]), dtype=bool)
    is_new[:1] = True
    for column in columns:
        is_new[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(is_new)


def _none() -> Indices:
    return np.empty(0, dtype=np.int64)


def _require_labels(volume: NDArray[Any]) -> None:
    """Refuse what is no label volume.

    Raises
    ------
    MaskError
    """
    if volume.ndim != _AXES:
        raise MaskError(f"has {volume.ndim} axes; expected slices, rows and columns")
    if volume.dtype.kind not in "biu":
        raise MaskError(f"holds values of type {volume.dtype}; expected whole numbers or bool")


def _require_mask(label: NDArray[Any], voxels: Indices, count: int) -> None:
    """Refuse the runs of a block that are none of a mask, before there are too many.

    Labels below 0 may be meant as background or not, and a table holds none beyond int64.

    Parameters
    ----------
    label, voxels : ndarray
        Label and length of each run.
    count : int
        Number of runs of this and all former blocks.

    Raises
    ------
    MaskError
    """
    for wrong in (label[label < 0], label[label > np.iinfo(np.int64).max]):
        if len(wrong):
            raise MaskError(
                f"holds the label {wrong[0]}; expected 0 for background, or 1 to 2^63-1"
            )
    if len(label) > _SCAN_RUNS and voxels.mean() < _SCAN_VOXELS:
        values = len(np.unique(label))
        if values > _SCAN_LABELS:
            raise MaskError(
                f"looks like a scan and not like a mask: {values} values in some of its slices, "
                "that change from voxel to voxel"
            )
    if count > _MOST_RUNS:
        raise MaskError(f"is too ragged for a mask: more than {_MOST_RUNS} runs of voxels")


def _flat_runs(flat: NDArray[Any]) -> tuple[Indices, Indices]:
    """Return where each run of one label begins, and where it has ended, in a flat array."""
    words = _words(flat)
    is_near = words != 0
    is_near[1:] |= is_near[:-1]  # a word of background may be where a run has ended
    place = np.flatnonzero(is_near)
    before = words[np.maximum(place - 1, 0)]
    before[place == 0] = 0
    change = _changes(words[place], before, 8 * flat.itemsize)
    loud = np.flatnonzero(change)
    per_word = _WORD_BYTES // flat.itemsize
    voxels = np.flatnonzero(change[loud].view(f"<u{flat.itemsize}"))
    # A voxel of a loud word, to the voxel of the array that it is.
    at = place[loud[voxels // per_word]] * per_word + voxels % per_word
    at = np.append(at[at < flat.size], flat.size)
    is_start = flat[at[:-1]] != 0
    return at[:-1][is_start], at[1:][is_start]


def _words(flat: NDArray[Any]) -> NDArray[np.uint64]:
    """Return a flat array as words of eight bytes, filled up with background."""
    missing = -flat.nbytes % _WORD_BYTES
    if missing:
        filled = np.zeros((flat.nbytes + missing) // flat.itemsize, dtype=flat.dtype)
        filled[: flat.size] = flat
        flat = filled
    # Little-endian: the voxel before another stands in the lower bits of a word.
    return flat.astype(flat.dtype.newbyteorder("<"), copy=False).view("<u8")


def _changes(word: NDArray[np.uint64], before: NDArray[np.uint64], bits: int) -> NDArray[np.uint64]:
    """Return each word with the voxel before it taken from each voxel: what stays is zero."""
    if bits == 8 * _WORD_BYTES:
        return word ^ before
    shift, rest = np.uint64(bits), np.uint64(8 * _WORD_BYTES - bits)
    return word ^ ((word << shift) | (before >> rest))


def _placed(
    shape: tuple[int, int, int], label: NDArray[Any], start: Indices, stop: Indices
) -> Runs:
    """Return flat runs cut at the ends of rows, in the order of `Runs`."""
    _, rows, columns = shape
    line, last_line = start // columns, (stop - 1) // columns
    lines = last_line - line + 1
    if len(lines) and lines.max() > 1:
        repeated = np.repeat(np.arange(len(lines)), lines)
        label, start, stop = label[repeated], start[repeated], stop[repeated]
        line = line[repeated] + np.arange(len(repeated)) - (np.cumsum(lines) - lines)[repeated]
    first = np.maximum(start - line * columns, 0)
    last = np.minimum(stop - line * columns, columns) - 1
    order = np.argsort(label, kind="stable")
    slice_index, row = np.divmod(line[order], rows)
    return Runs(shape, label[order], slice_index, row, first[order], last[order])
