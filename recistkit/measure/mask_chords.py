"""The longest chord of an outline that is perpendicular to a line across it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recistkit.measure.hull import Outlines
from recistkit.measure.mask_lines import TOLERANCE_MM, Lengths, Lines
from recistkit.measure.mask_runs import Indices, first_of_each
from recistkit.measure.ragged import portions, spans

__all__ = ["Chords", "widest_chords"]


@dataclass(frozen=True, slots=True)
class Chords:
    """The longest chord perpendicular to each line: length, and end points as `Axes` has them."""

    length_mm: Lengths
    ends: Lengths


def widest_chords(outlines: Outlines, lines: Lines, half_mm: tuple[float, float]) -> Chords:
    """Return the longest chord of each line's outline that is perpendicular to the line.

    The length of a chord is a concave function of its place along the line,
    made of straight pieces that meet at corners: so it is longest at a corner.
    """
    lengths, ends = [], []
    for part in portions(outlines.count[lines.outline] ** 2):
        chords = _widest_of(outlines, lines, part, half_mm)
        lengths.append(chords.length_mm)
        ends.append(chords.ends)
    return Chords(np.concatenate(lengths), np.concatenate(ends))


def _widest_of(
    outlines: Outlines, lines: Lines, part: slice, half_mm: tuple[float, float]
) -> Chords:
    """Return the longest chords of some lines."""
    outline = lines.outline[part]
    begin, count = outlines.begin[outline], outlines.count[outline]
    corner, line = spans(begin, count)
    along, across = _frame(outlines, lines, part, corner, line, half_mm)
    # Each corner with each edge of its outline; an edge goes on to the next corner around it.
    first = np.cumsum(count) - count
    edge, at = spans(first[line], count[line])
    is_last = edge + 1 == (first + count)[line[at]]
    following = np.where(is_last, first[line[at]], edge + 1)
    share = _share(along, at, edge, following)
    met = np.flatnonzero((share >= 0) & (share <= 1))
    at, edge, following, share = at[met], edge[met], following[met], share[met]
    height = across[edge] + share * (across[following] - across[edge])
    highest, lowest = _extremes(at, height)
    width = height[highest] - height[lowest]
    widest = _first_largest(line, width)
    ends = [
        _point(outlines, corner[edge[one]], corner[following[one]], share[one])
        for one in (highest[widest], lowest[widest])
    ]
    return Chords(width[widest], _in_row_order(*ends))


def _frame(
    outlines: Outlines,
    lines: Lines,
    part: slice,
    corner: Indices,
    line: Indices,
    half_mm: tuple[float, float],
) -> tuple[Lengths, Lengths]:
    """Return where corners lie along and across their line, in mm; a line of no length has 0."""
    start, end, length = (one[part] for one in (lines.start, lines.end, lines.length_mm))
    down, along = (
        outlines.row[end] - outlines.row[start],
        outlines.column[end] - outlines.column[start],
    )
    row = outlines.row[corner] - outlines.row[start[line]]
    column = outlines.column[corner] - outlines.column[start[line]]
    unit = np.where(length > 0, 1 / np.where(length > 0, length, 1.0), 0.0)[line]
    ahead = (row * down[line]) * half_mm[0] ** 2 + (column * along[line]) * half_mm[1] ** 2
    beside = (column * down[line] - row * along[line]) * (half_mm[0] * half_mm[1])
    return ahead * unit, beside * unit


def _share(along: Lengths, at: Indices, edge: Indices, following: Indices) -> Lengths:
    """Return at which share of an edge it is level with a corner: outside 0 to 1 where nowhere."""
    step = along[following] - along[edge]
    offset = along[at] - along[edge]
    # An edge across the line has both its ends level; each is the beginning of an edge.
    level = np.where(offset == 0, 0.0, np.inf)
    return np.divide(offset, step, out=level, where=step != 0)


def _extremes(group: Indices, value: Lengths) -> tuple[Indices, Indices]:
    """Return where the largest and the smallest value of each group stand, the first of equals."""
    return _first_largest(group, value, 0.0), _first_largest(group, -value, 0.0)


def _first_largest(group: Indices, value: Lengths, tolerance: float = TOLERANCE_MM) -> Indices:
    """Return the first place of each group whose value equals its largest."""
    begin = first_of_each(group)
    largest = np.repeat(np.maximum.reduceat(value, begin), np.diff(np.append(begin, len(group))))
    equal = np.flatnonzero(value >= largest - tolerance)
    return equal[first_of_each(group[equal])]


def _point(outlines: Outlines, start: Indices, end: Indices, share: Lengths) -> Lengths:
    """Return places on edges, shape (edges, 2): row and column as indices of voxels."""
    places = [
        (values[start] + share * (values[end] - values[start])) / 2
        for values in (outlines.row, outlines.column)
    ]
    return np.stack(places, axis=1)


def _in_row_order(first: Lengths, second: Lengths) -> Lengths:
    """Return pairs of places, shape (pairs, 4), the one of the lower row (then column) first."""
    is_later = (first[:, 0] > second[:, 0]) | (
        (first[:, 0] == second[:, 0]) & (first[:, 1] > second[:, 1])
    )
    swap = is_later[:, None]
    return np.hstack([np.where(swap, second, first), np.where(swap, first, second)])
