"""From runs to convex outlines, in half voxels, by the convention that says where a voxel ends.

A voxel at (row, column) lies at (2 row, 2 column). By `centres` it is that
point; by `contour` it reaches half a voxel along the rows and the columns, as the
0.5 level of marching squares does; by `corners` it reaches to its four corners.
The hull of a shape that is made of such voxels is the hull of what the corners
of the hull of their centres reach: so the centres' hull comes first, and is small.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np

from recistkit.errors import OptionError
from recistkit.measure.hull import Outlines, hulls
from recistkit.measure.mask_runs import Indices, Runs, first_of_each

__all__ = ["CONVENTIONS", "Convention", "Rows", "mask_outlines", "mask_rows", "require_convention"]

Convention = Literal["contour", "centres", "corners"]
CONVENTIONS: Final[tuple[Convention, ...]] = get_args(Convention)

REACH: Final[dict[Convention, tuple[tuple[int, int], ...]]] = {
    "contour": ((-1, 0), (0, -1), (0, 1), (1, 0)),
    "centres": ((0, 0),),
    "corners": ((-1, -1), (-1, 1), (1, -1), (1, 1)),
}
"""How far a voxel reaches from its centre, in half voxels (row, column)."""


@dataclass(frozen=True, slots=True)
class Rows:
    """First and last voxel of a label in each row that it has, slice by slice.

    A *plane* is one slice of one label, counted from 0 in the order of labels
    and slices.

    Parameters
    ----------
    label, slice_index : ndarray
        One entry a plane: its label, counted from 0, and its slice.
    plane : ndarray of int64
        One entry a row: its plane.
    row, left, right : ndarray of int64
        One entry a row: the row, its first and its last column.
    """

    label: Indices
    slice_index: Indices
    plane: Indices
    row: Indices
    left: Indices
    right: Indices

    @property
    def begin(self) -> Indices:
        """Where each plane begins among the rows."""
        return first_of_each(self.plane)

    def chosen(self, which: Indices) -> Rows:
        """Return some of the planes, by their numbers in rising order, counted anew."""
        number = np.full(len(self.label), -1)
        number[which] = np.arange(len(which))
        plane = number[self.plane]
        kept = plane >= 0
        return Rows(
            self.label[which],
            self.slice_index[which],
            plane[kept],
            self.row[kept],
            self.left[kept],
            self.right[kept],
        )


def require_convention(convention: str) -> None:
    """Refuse a convention that does not exist.

    Raises
    ------
    OptionError
    """
    if convention not in CONVENTIONS:
        known = ", ".join(CONVENTIONS)
        raise OptionError(f"convention is {convention!r}; expected one of {known}")


def mask_rows(runs: Runs) -> Rows:
    """Return the rows of each plane of some runs; what lies between two runs of a row is left out.

    Parameters
    ----------
    runs : Runs
        At least one.
    """
    begin = first_of_each(runs.label, runs.slice_index, runs.row)
    end = np.append(begin[1:], len(runs.label)) - 1
    slice_index = runs.slice_index[begin]
    planes = first_of_each(runs.label[begin], slice_index)
    plane = np.repeat(np.arange(len(planes)), np.diff(np.append(planes, len(begin))))
    return Rows(
        runs.label_number[begin[planes]],
        slice_index[planes],
        plane,
        runs.row[begin],
        runs.first[begin],
        runs.last[end],
    )


def mask_outlines(rows: Rows, convention: Convention) -> Outlines:
    """Return the convex outline of each plane, in half voxels (row, column).

    Parameters
    ----------
    rows : Rows
        At least one.
    convention : Convention
        Where a voxel ends.
    """
    centres = hulls(rows.plane, rows.row, rows.left, rows.right)
    plane = np.repeat(np.arange(len(rows.label)), centres.count)
    down, along = np.array(REACH[convention]).T
    row = (2 * centres.row[:, None] + down).ravel()
    column = (2 * centres.column[:, None] + along).ravel()
    plane = np.repeat(plane, len(down))
    order = np.lexsort((column, row, plane))
    plane, row, column = plane[order], row[order], column[order]
    begin = first_of_each(plane, row)
    end = np.append(begin[1:], len(plane)) - 1
    return hulls(plane[begin], row[begin], column[begin], column[end])
