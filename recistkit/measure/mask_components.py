"""Components of each label: the pieces that its runs form.

Voxels that touch by a face, an edge or a corner are one piece (26 neighbours):
a thin lesion that runs aslant is one to the eye, and splitting it would shorten
the largest component of it without a word.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from recistkit.measure.mask_runs import Indices, Runs, first_of_each
from recistkit.measure.ragged import spans

__all__ = ["component_counts", "largest_components", "run_components"]

_STEPS: Final = (((0, 1), (1, 0)), ((1, -1), (1, 1)))
"""Slice and row of those neighbouring lines that come later; the earlier ones see this one.

The second pair is looked at only where the first leaves a label in pieces.
"""


def run_components(runs: Runs) -> Indices:
    """Return for each run the first run of its component, by number."""
    root = np.arange(len(runs.label))
    for steps in _STEPS:
        if (component_counts(runs, root) > 1).any():
            root = _joined(root, *_touching(runs, steps))
    return root


def component_counts(runs: Runs, component: Indices) -> Indices:
    """Return the number of components of each label, in the order of labels."""
    is_root = component == np.arange(len(component))
    return np.add.reduceat(is_root.astype(np.int64), first_of_each(runs.label))


def largest_components(runs: Runs, component: Indices) -> Runs:
    """Return the runs of each label's component of most voxels, of equals the first."""
    size = np.bincount(component, runs.last - runs.first + 1, minlength=len(component))
    best = np.lexsort((-size, runs.label_number))[first_of_each(runs.label)]
    is_kept = np.zeros(len(size), dtype=bool)
    is_kept[best] = True
    return runs.chosen(is_kept[component])


def _joined(root: Indices, first: Indices, second: Indices) -> Indices:
    """Return the first run of each component after some pairs of runs are joined."""
    root = root.copy()
    while len(first):
        first, second = root[first], root[second]
        apart = first != second
        low, high = np.minimum(first, second)[apart], np.maximum(first, second)[apart]
        np.minimum.at(root, high, low)
        while (root[root] != root).any():
            root = root[root]
        first, second = low, high
    return root


def _touching(runs: Runs, steps: tuple[tuple[int, int], ...]) -> tuple[Indices, Indices]:
    """Return the pairs of runs of one label that touch from line to line, in two columns."""
    slices, rows, columns = runs.shape
    # One empty slice, row and column more, so that no run touches one beyond the border.
    line = (runs.label_number * (slices + 1) + runs.slice_index) * (rows + 1) + runs.row
    width = columns + 2
    firsts, lasts = line * width + runs.first, line * width + runs.last
    found = []
    for slice_step, row_step in steps:
        further = (slice_step * (rows + 1) + row_step) * width
        low = np.searchsorted(lasts, firsts + (further - 1), side="left")
        high = np.searchsorted(firsts, lasts + (further + 1), side="right")
        second, first = spans(low, np.maximum(high - low, 0))
        found.append((first, second))
    first, second = (np.concatenate(column) for column in zip(*found, strict=True))
    return first, second
