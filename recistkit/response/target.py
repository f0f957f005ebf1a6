"""The target response: CR, PD, NE, PR, SD, tested in this order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recistkit.criteria import Criteria
from recistkit.model.batch import Bools, Codes, Lengths
from recistkit.model.timelines import Timelines
from recistkit.response.codes import CR, NA, NE, PD, PR, SD
from recistkit.response.limits import UNREACHABLE, partial_response_limit, progression_limit

__all__ = ["Targets", "assess_targets"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """Target responses and what they were judged by; arrays ``[row, visit]``.

    Attributes
    ----------
    response : ndarray of int8
    complete : ndarray of bool
        Every target has a size.
    smallest : ndarray of int64
        Smallest complete sum before the visit, `UNREACHABLE` without one.
    baseline : ndarray of int64, shape (n_rows, 1)
        Baseline sum, -1 where incomplete.
    progression_limit, partial_response_limit : ndarray of int64
        A sum from the one on is PD; a sum up to the other is PR.
    by_imputed_size, by_partial_sum : ndarray of bool
        How a PD came about.
    settled : ndarray of bool
        The response follows from single lesions, whatever the sum.
    """

    response: Codes
    complete: Bools
    smallest: Lengths
    baseline: Lengths
    progression_limit: Lengths
    partial_response_limit: Lengths
    by_imputed_size: Bools
    by_partial_sum: Bools
    settled: Bools


def assess_targets(reads: Timelines, criteria: Criteria) -> Targets:
    """Return the target response of every visit.

    References
    ----------
    Eisenhauer 2009, 4.3.1 and 4.4.2 (partial sums); conventions C10 to C12.
    """
    cells = reads.cells
    has_targets = reads.facts.targets[:, None] > 0
    complete = has_targets & (cells.evaluable == reads.facts.targets[:, None])
    smallest = smallest_complete_before(np.where(complete, cells.measured, UNREACHABLE))
    baseline = np.where(complete[:, :1], cells.measured[:, :1], -1)
    at_most = partial_response_limit(baseline, criteria)
    at_least = progression_limit(smallest, criteria)
    plainly = cells.measured - cells.imputed >= at_least
    if not criteria.imputed_progression.imputed_can_progress:
        at_least = at_least + cells.imputed
    if criteria.progression.per == "lesion":
        at_least = np.full_like(smallest, UNREACHABLE)
        progressed, plainly = _lesion_progression(reads, criteria)
    else:
        progressed = cells.measured >= at_least
    complete_response = complete & ~cells.target_seen
    response = np.select(
        [
            ~has_targets,
            complete_response,
            progressed,
            ~complete | (baseline < 0),
            cells.measured <= at_most,
        ],
        [np.int8(NA), np.int8(CR), np.int8(PD), np.int8(NE), np.int8(PR)],
        np.int8(SD),
    )
    is_pd = response == PD
    return Targets(
        response=response,
        complete=complete,
        smallest=smallest,
        baseline=baseline,
        progression_limit=at_least,
        partial_response_limit=np.broadcast_to(at_most, response.shape),
        by_imputed_size=is_pd & ~plainly,
        by_partial_sum=is_pd & ~complete,
        settled=complete_response | (is_pd & (criteria.progression.per == "lesion")),
    )


def smallest_complete_before(sums: Lengths) -> Lengths:
    """Return the smallest of the earlier sums at each visit, `UNREACHABLE` at the first."""
    before = np.full_like(sums, UNREACHABLE)
    np.minimum.accumulate(sums[:, :-1], axis=1, out=before[:, 1:])
    return before


def _lesion_progression(reads: Timelines, criteria: Criteria) -> tuple[Bools, Bools]:
    plainly = reads.cells.lesion_progressed_unimputed
    if criteria.imputed_progression.imputed_can_progress:
        return reads.cells.lesion_progressed, plainly
    return plainly, plainly
