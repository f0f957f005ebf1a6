"""The longest lines of each label, over all its planes (slices of one label).

Lengths are compared as floats that are made of whole half voxels in one way, so that
lines which are equal by symmetry are equal to the bit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recistkit.measure.hull import Outlines
from recistkit.measure.mask_outline import REACH, Convention, Rows
from recistkit.measure.mask_runs import Indices, first_of_each
from recistkit.measure.ragged import portions, spans

__all__ = [
    "TOLERANCE_MM",
    "Lengths",
    "Lines",
    "best_of_each",
    "longest_lines",
    "planes_able_to_win",
]

TOLERANCE_MM: Final = 1e-9
"""Lengths that differ by no more than this are equal."""

DIRECTIONS: Final = 8
"""In how many directions the width of a plane is taken, before any outline is made."""

Lengths = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines that may be the longest of their label: outline and corners, first in row order."""

    outline: Indices
    start: Indices
    end: Indices
    length_mm: Lengths


def planes_able_to_win(rows: Rows, half_mm: tuple[float, float], convention: Convention) -> Indices:
    """Return the planes that are wide enough to hold the longest line of their label.

    Somewhere in a plane is a line as long as the plane is wide, in whatever
    direction that is; and no line is longer than the largest width over the
    cosine of the angle by which it can miss all `DIRECTIONS`.
    """
    begin = rows.begin
    widths = [_width(rows, begin, half_mm, convention, turn) for turn in range(DIRECTIONS)]
    width = np.max(widths, axis=0)
    most = width / math.cos(math.pi / DIRECTIONS / 2)
    return np.flatnonzero(most >= best_of_each(rows.label, width)[rows.label] - TOLERANCE_MM)


def _width(
    rows: Rows, begin: Indices, half_mm: tuple[float, float], convention: Convention, turn: int
) -> Lengths:
    """Return how wide each plane is in one direction of the half circle, in mm."""
    angle = math.pi * turn / DIRECTIONS
    down, along = math.cos(angle) * half_mm[0], math.sin(angle) * half_mm[1]
    reach = max(row * down + column * along for row, column in REACH[convention])
    place = rows.row * (2 * down)
    # Along the rows the direction is never negative, so that the right end lies further.
    furthest = np.maximum.reduceat(place + rows.right * (2 * along), begin)
    nearest = np.minimum.reduceat(place + rows.left * (2 * along), begin)
    return furthest - nearest + 2 * reach


def best_of_each(label: Indices, value: Lengths) -> Lengths:
    """Return the largest value of each label; `label` is sorted, from 0 without gaps."""
    return np.maximum.reduceat(value, first_of_each(label))


def longest_lines(outlines: Outlines, label: Indices, half_mm: tuple[float, float]) -> Lines:
    """Return every line that is as long as the longest of its label; `label` of each outline."""
    count = outlines.count
    found = []
    for part in portions(count * (count + 1) // 2):
        first, second, outline = _pairs(outlines, np.arange(part.start, part.stop))
        length = np.sqrt(_square(outlines, first, second, half_mm))
        best = np.maximum.reduceat(length, first_of_each(outline))
        kept = np.flatnonzero(length >= best[outline - part.start] - TOLERANCE_MM)
        found.append((outline[kept], first[kept], second[kept], length[kept]))
    outline, first, second, length = (np.concatenate(column) for column in zip(*found, strict=True))
    kept = np.flatnonzero(
        length >= best_of_each(label[outline], length)[label[outline]] - TOLERANCE_MM
    )
    outline, first, second = outline[kept], first[kept], second[kept]
    is_later = (outlines.row[first] > outlines.row[second]) | (
        (outlines.row[first] == outlines.row[second])
        & (outlines.column[first] > outlines.column[second])
    )
    start, end = np.where(is_later, second, first), np.where(is_later, first, second)
    return Lines(outline, start, end, length[kept])


def _pairs(outlines: Outlines, which: Indices) -> tuple[Indices, Indices, Indices]:
    """Return both corners and the outline of every pair of corners, each with itself too."""
    first, outline = spans(outlines.begin[which], outlines.count[which])
    second, at = spans(first, outlines.begin[which + 1][outline] - first)
    return first[at], second, which[outline[at]]


def _square(
    outlines: Outlines, first: Indices, second: Indices, half_mm: tuple[float, float]
) -> Lengths:
    """Return squared distances in mm2: equal steps give equal bits."""
    down = outlines.row[first] - outlines.row[second]
    along = outlines.column[first] - outlines.column[second]
    return (down * down) * half_mm[0] ** 2 + (along * along) * half_mm[1] ** 2
