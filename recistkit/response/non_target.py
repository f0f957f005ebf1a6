"""The non-target response: the reader's judgement, never derived from sizes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recistkit.criteria import Criteria
from recistkit.model.batch import Bools, Codes
from recistkit.model.timelines import Timelines
from recistkit.response.codes import CR, ELEVATED, NA, NE, NORMAL, PD, PERSISTS

__all__ = ["NonTargets", "assess_non_targets"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NonTargets:
    """Non-target responses; arrays ``[row, visit]``.

    Attributes
    ----------
    response : ndarray of int8
    marker_not_normal : ndarray of bool
        The tumour marker, not the lesions, stands against CR.
    """

    response: Codes
    marker_not_normal: Bools


def assess_non_targets(reads: Timelines, criteria: Criteria) -> NonTargets:
    """Return the non-target response of every visit.

    References
    ----------
    Eisenhauer 2009, 4.3.3; convention C15 for the tumour marker.
    """
    lesions = _by_lesions(reads, criteria)
    concerned, marker = _by_marker(reads, criteria)
    stands_in = (lesions == NA) & reads.is_overall[:, None] & (reads.facts.targets[:, None] > 0)
    judged = concerned & ((lesions == CR) | stands_in)
    return NonTargets(
        response=np.where(judged, marker, lesions),
        marker_not_normal=judged & (marker != CR),
    )


def _by_lesions(reads: Timelines, criteria: Criteria) -> Codes:
    cells = reads.cells
    followed = reads.facts.non_targets[:, None]
    unevaluated = cells.non_target_evaluable < followed
    persists = cells.non_target_persisting > 0
    if criteria.non_target.not_all_evaluated == "NON-CR/NON-PD":
        unevaluated = unevaluated & ~persists
    return np.select(
        [followed == 0, cells.non_target_progressed > 0, unevaluated, persists],
        [np.int8(NA), np.int8(PD), np.int8(NE), np.int8(PERSISTS)],
        np.int8(CR),
    )


def _by_marker(reads: Timelines, criteria: Criteria) -> tuple[Bools, Codes]:
    """Return where the marker must normalise, and what it says at each visit."""
    concerned = reads.marker[:, :1] == ELEVATED
    if not criteria.tumour_marker.must_normalise:
        concerned = np.zeros_like(concerned)
    word = np.select(
        [reads.marker == NORMAL, reads.marker == ELEVATED],
        [np.int8(CR), np.int8(PERSISTS)],
        np.int8(NE),
    )
    return concerned, word
