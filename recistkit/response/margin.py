"""The margin: how far a visit's sum is from another response."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from recistkit.criteria import Criteria
from recistkit.model.batch import Bools, Lengths
from recistkit.model.timelines import Timelines
from recistkit.response.codes import NE, PD, PR, SD
from recistkit.response.limits import UNREACHABLE
from recistkit.response.new_lesion import NewLesions
from recistkit.response.non_target import NonTargets
from recistkit.response.overall import Overall
from recistkit.response.target import Targets

__all__ = ["NO_MARGIN", "margins"]

NO_MARGIN = np.int64(np.iinfo(np.int64).min)
"""No change of the sum alters the response."""


def margins(
    reads: Timelines,
    targets: Targets,
    non_targets: NonTargets,
    new: NewLesions,
    overall: Overall,
    criteria: Criteria,
) -> Lengths:
    """Return the smallest change of each sum that alters the response, all else fixed (C22).

    The sums from 0 upwards fall into up to three stretches, each with one
    target response; the nearest stretch with another response of the visit
    gives the margin.

    Returns
    -------
    ndarray of int64, shape (n_rows, n_visits)
        Engine steps, negative for a decrease; `NO_MARGIN` where none does.
    """
    table = criteria.overall_table
    is_new = new.unequivocal.astype(np.int8)
    movable = (reads.facts.targets[:, None] > 0) & ~targets.settled & ~overall.after_complete
    best = np.full(overall.response.shape, UNREACHABLE)
    for stretch in _stretches(targets, overall):
        word, low, high = (np.asarray(part) for part in stretch)
        answer = table.response[table.row[word, non_targets.response, is_new]]
        other = movable & (answer != overall.response) & (low <= high) & (low < UNREACHABLE)
        change = np.clip(reads.cells.measured, low, high) - reads.cells.measured
        nearer = (np.abs(change) < np.abs(best)) | ((change > 0) & (change == -best))
        best = np.where(other & nearer, change, best)
    return np.where(best == UNREACHABLE, NO_MARGIN, best)


def _stretches(
    targets: Targets, overall: Overall
) -> Iterator[tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike]]:
    """Return target response, lowest and highest sum of each stretch."""
    judged: Bools = targets.complete & (targets.baseline >= 0)
    partial = np.where(judged, targets.partial_response_limit, -1)
    below = targets.progression_limit - 1
    stable = np.where(judged, np.where(overall.may_sustain, PR, SD), NE)
    yield PR, 0, np.minimum(partial, below)
    yield stable, partial + 1, below
    yield PD, targets.progression_limit, UNREACHABLE
