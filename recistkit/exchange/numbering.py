"""Numbers for what rows name: whole numbers compare and group far faster than text."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

__all__ = ["first_rows", "number_rows", "numbers", "repeated"]

Numbers = npt.NDArray[np.int64]

SPARE_ROOM = 8
"""Numbers are laid out directly while the keys need at most this many places a row."""


def number_rows(reads: pl.DataFrame) -> pl.DataFrame:
    """Add ``visit_no``, ``lesion_no`` and ``spot_no`` (a lesion at a visit) to lesion rows.

    The first two count from 0 without gaps, over all reads. What is empty
    counts as a name of its own.
    """
    names = ("subject", "reader", "timepoint", "lesion")
    subject, reader, timepoint, lesion = (_codes(reads[name]) for name in names)
    read = subject * _span(reader) + reader
    visit = numbers(read * _span(timepoint) + timepoint)
    numbered = {
        "visit_no": visit,
        "lesion_no": numbers(read * _span(lesion) + lesion),
        "spot_no": visit * _span(lesion) + lesion,
    }
    return reads.hstack([pl.Series(name, values) for name, values in numbered.items()])


def numbers(keys: Numbers) -> Numbers:
    """Return the place of each key among the different keys, in their order.

    Examples
    --------
    >>> numbers(np.array([7, 3, 7, 12]))
    array([1, 0, 1, 2])
    """
    span = _span(keys)
    if span > SPARE_ROOM * len(keys):
        return np.unique(keys, return_inverse=True)[1].astype(np.int64)
    used = np.zeros(span, np.int64)
    used[keys] = 1
    return (np.cumsum(used) - 1)[keys]


def repeated(keys: Numbers) -> npt.NDArray[np.bool_]:
    """Return which keys stand more than once.

    Examples
    --------
    >>> repeated(np.array([7, 3, 7, 12]))
    array([ True, False,  True, False])
    """
    if _span(keys) > SPARE_ROOM * len(keys):
        keys = numbers(keys)
    counts = np.bincount(keys)
    if counts.max(initial=0) <= 1:
        return np.zeros(len(keys), np.bool_)
    found: npt.NDArray[np.bool_] = counts[keys] > 1
    return found


def first_rows(groups: Numbers) -> Numbers:
    """Return the first row of every group, whose numbers have no gaps.

    Examples
    --------
    >>> first_rows(np.array([1, 0, 1, 2]))
    array([1, 0, 3])
    """
    first = np.empty(_span(groups), np.int64)
    first[groups[::-1]] = np.arange(len(groups))[::-1]
    return first


def _codes(names: pl.Series) -> Numbers:
    """Return a number for each name, in order of appearance; 0 for none."""
    codes = names.cast(pl.Categorical(pl.Categories.random())).to_physical().cast(pl.Int64) + 1
    return (codes.fill_null(0) if codes.null_count() else codes).to_numpy()


def _span(keys: Numbers) -> int:
    return int(keys.max(initial=-1)) + 1
