"""Convex outlines of many point sets at once, in whole numbers.

The outline of a set whose points are the first and the last of each row is two
chains from its first row to its last: one to each side. A point that is no
strict turn between its neighbours is no corner of the hull, whichever other
points are dropped in the same step, since its neighbours are points of the set.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recistkit.measure.mask_runs import Indices, first_of_each

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Outlines", "hulls"]


@dataclass(frozen=True, slots=True)
class Outlines:
    """Corners of convex outlines, one outline after the other, each in order around it.

    Parameters
    ----------
    begin : ndarray of int64
        Where each outline begins; one more entry, at the end, than outlines.
    row, column : ndarray of int64
        The corners, in any unit that is whole; none stands there twice.
    """

    begin: Indices
    row: Indices
    column: Indices

    @property
    def count(self) -> Indices:
        """Number of corners of each outline."""
        return np.diff(self.begin)


def hulls(group: Indices, row: Indices, left: Indices, right: Indices) -> Outlines:
    """Return the convex outline of each group of rows.

    Parameters
    ----------
    group, row : ndarray of int64
        Group of each row, counted from 0 without gaps, and the row: sorted by
        both, none there twice, and at least one.
    left, right : ndarray of int64
        First and last column of each row.

    Examples
    --------
    >>> rows = np.arange(3)
    >>> square = hulls(np.zeros(3, dtype=int), rows, np.zeros(3, dtype=int), rows * 0 + 2)
    >>> [(int(a), int(b)) for a, b in zip(square.row, square.column)]
    [(0, 0), (2, 0), (2, 2), (0, 2)]
    """
    near = _chain(group, row, left)
    far = _chain(group, row, -right)
    # A first or last row of one point is the end of both chains: once is enough.
    starts = first_of_each(group)
    is_end = np.zeros(len(row), dtype=bool)
    is_end[starts] = is_end[np.append(starts[1:], len(group)) - 1] = True
    far = far[~(is_end[far] & (left[far] == right[far]))]
    back = far[::-1]
    corner_group = np.append(group[near], group[back])
    order = np.argsort(corner_group, kind="stable")
    count = np.bincount(corner_group, minlength=len(starts))
    return Outlines(
        np.append(0, np.cumsum(count)),
        np.append(row[near], row[back])[order],
        np.append(left[near], right[back])[order],
    )


def _chain(group: Indices, row: Indices, column: Indices) -> Indices:
    """Return which points are corners of the outline's side of small columns."""
    done = []
    at = np.arange(len(row))
    while len(at):
        is_corner = _is_corner(group[at], row[at], column[at])
        # Where nothing is dropped, the whole chain is convex and looked at no more.
        is_open = np.zeros(int(group[at[-1]]) + 1, dtype=bool)
        is_open[group[at[~is_corner]]] = True
        stays = is_open[group[at]]
        done.append(at[~stays])
        at = at[stays & is_corner]
    return np.sort(np.concatenate(done)) if done else at


def _is_corner(group: Indices, row: Indices, column: Indices) -> NDArray[np.bool_]:
    """Return which points are ends of a chain, or strict turns between their neighbours."""
    is_corner = np.ones(len(group), dtype=bool)
    down, along = np.diff(row), np.diff(column)
    is_within = group[2:] == group[:-2]
    is_turn = down[:-1] * along[1:] > along[:-1] * down[1:]
    is_corner[1:-1] = ~is_within | is_turn
    return is_corner
