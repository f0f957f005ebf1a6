"""The two limits of a sum, exact in whole engine steps."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import numpy as np

from recistkit.criteria import Criteria
from recistkit.model.batch import Lengths

__all__ = ["UNREACHABLE", "partial_response_limit", "progression_limit"]

UNREACHABLE: Final = np.int64(2**53)
"""Above every possible sum; also the smallest earlier sum where there is none."""


def partial_response_limit(baseline: Lengths, criteria: Criteria) -> Lengths:
    """Return the largest sum that is PR: ``10 s <= 7 B`` for -30 %.

    Parameters
    ----------
    baseline : ndarray of int64
        Baseline sums in engine steps.
    """
    return _share_rounded_down(baseline, criteria.partial_response_factor)


def progression_limit(smallest: Lengths, criteria: Criteria) -> Lengths:
    """Return the smallest sum that is PD over the smallest earlier one.

    Both conditions are met from there on: ``5 s >= 6 N`` for +20 %, and the
    smallest increase, which is one step where the criteria name none, so that
    0 after 0 is no progression (C10). `UNREACHABLE` stays unreachable.
    """
    relative = -_share_rounded_down(-smallest, criteria.progression_factor)
    limit = np.maximum(relative, smallest + criteria.minimum_increase_steps)
    return np.where(smallest >= UNREACHABLE, UNREACHABLE, limit)


def _share_rounded_down(sums: Lengths, share: Fraction) -> Lengths:
    """Return the share of each sum, in two parts so that no product overflows."""
    whole, rest = np.divmod(sums, share.denominator)
    down: Lengths = whole * share.numerator + rest * share.numerator // share.denominator
    return down
