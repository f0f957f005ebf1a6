"""The long and the short axis of each label.

Definition: the longest diameter in any slice; the short axis is the longest line
perpendicular to it (Eisenhauer 2009, 3.1; Miller 1981), in that slice. Lines
are chords of the convex outline. Among equal longest lines (within
`TOLERANCE_MM`) the one with the longest short axis counts, then the lowest
slice, then the first end points in row order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recistkit.measure.hull import Outlines
from recistkit.measure.mask_chords import Chords, widest_chords
from recistkit.measure.mask_lines import (
    TOLERANCE_MM,
    Lengths,
    Lines,
    best_of_each,
    longest_lines,
    planes_able_to_win,
)
from recistkit.measure.mask_outline import Convention, Rows, mask_outlines
from recistkit.measure.mask_runs import Indices, first_of_each

__all__ = ["Axes", "label_axes"]


@dataclass(frozen=True, slots=True)
class Axes:
    """Long and short axis of each label, one entry a label.

    Parameters
    ----------
    slice_index : ndarray of int64
    longest_mm, short_mm : ndarray of float64
    longest, short : ndarray of float64
        End points, shape (labels, 4): row and column of the first and of the
        second, as indices of voxels with fractions.
    """

    slice_index: Indices
    longest_mm: Lengths
    short_mm: Lengths
    longest: Lengths
    short: Lengths

    @classmethod
    def of_no_label(cls) -> Axes:
        """Return the axes of a volume without labels."""
        nothing, no_ends = np.empty(0), np.empty((0, 4))
        return cls(nothing.astype(np.int64), nothing, nothing, no_ends, no_ends)


def label_axes(rows: Rows, spacing_mm: tuple[float, float], convention: Convention) -> Axes:
    """Return the axes of each label.

    Parameters
    ----------
    rows : Rows
        Of at least one label.
    spacing_mm : tuple of float
        Distance of neighbouring rows, and of neighbouring columns.
    convention : Convention
        Where a voxel ends.
    """
    half_mm = (spacing_mm[0] / 2, spacing_mm[1] / 2)
    rows = rows.chosen(planes_able_to_win(rows, half_mm, convention))
    outlines = mask_outlines(rows, convention)
    lines = longest_lines(outlines, rows.label, half_mm)
    chords = widest_chords(outlines, lines, half_mm)
    return _chosen_axes(rows, outlines, lines, chords)


def _chosen_axes(rows: Rows, outlines: Outlines, lines: Lines, chords: Chords) -> Axes:
    """Return the one line of each label that counts, with its chord."""
    label = rows.label[lines.outline]
    widest = best_of_each(label, chords.length_mm)[label]
    equal = np.flatnonzero(chords.length_mm >= widest - TOLERANCE_MM)
    start, end = lines.start[equal], lines.end[equal]
    keys = (outlines.column[end], outlines.row[end], outlines.column[start], outlines.row[start])
    outline = lines.outline[equal]
    ranked = equal[np.lexsort((*keys, outline))]  # outlines are in the order of label and slice
    best = ranked[first_of_each(label[ranked])]
    start, end = lines.start[best], lines.end[best]
    longest = [outlines.row[start], outlines.column[start], outlines.row[end], outlines.column[end]]
    return Axes(
        rows.slice_index[lines.outline[best]],
        lines.length_mm[best],
        # Of a square both are the same; the last bit must not make the short one the longer.
        np.minimum(chords.length_mm[best], lines.length_mm[best]),
        np.stack(longest, axis=1) / 2,
        chords.ends[best],
    )
