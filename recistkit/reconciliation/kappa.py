"""Cohen's kappa of a square table, with its 95 % interval; not estimable is said, not guessed."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Kappa", "cohens_kappa"]

_DIGITS = 6
_QUANTILE = NormalDist().inv_cdf(0.975)
# Above any rounding error, far below the variance of one differing pair.
_NO_VARIANCE = 1e-12


@dataclass(frozen=True, slots=True)
class Kappa:
    """A kappa with the ends of its interval; None is what cannot be estimated."""

    value: float | None = None
    lower: float | None = None
    upper: float | None = None

    @property
    def status(self) -> str:
        """``estimated``, ``interval not estimable`` or ``not estimable``."""
        if self.value is None:
            return "not estimable"
        return "interval not estimable" if self.lower is None else "estimated"


def cohens_kappa(counts: npt.NDArray[np.int64], *, weighted: bool = False) -> Kappa:
    """Return Cohen's kappa of two readers.

    Parameters
    ----------
    counts : ndarray of int64, shape (categories, categories)
        How often the first reader chose the row's and the second the column's
        category.
    weighted : bool
        With weights linear in the distance of the categories
        (Cicchetti & Allison 1971), for ordered ones.

    Returns
    -------
    Kappa
        Rounded to six decimals, interval from the asymptotic standard error
        (Fleiss, Cohen & Everitt 1969), cut off at -1 and 1. Not estimable
        where there is nothing to compare, or both readers chose one and the
        same category throughout: chance alone then agrees always. A standard
        error of zero (perfect agreement, or one reader who chose the same
        category throughout) makes no interval.
    """
    occurring = (counts.sum(axis=0) + counts.sum(axis=1)) > 0
    if np.count_nonzero(occurring) < 2:  # noqa: PLR2004  one category, or none
        return Kappa()
    from statsmodels.stats.inter_rater import cohens_kappa as estimate

    # A variance of zero is divided by for a test that is not used here.
    with np.errstate(divide="ignore", invalid="ignore"):
        result: Any = estimate(counts, wt="linear" if weighted else None)
    value, variance = float(result.kappa), float(result.var_kappa)
    if variance * counts.sum() < _NO_VARIANCE:
        return Kappa(round(value, _DIGITS))
    reach = _QUANTILE * sqrt(variance)
    ends = (max(value - reach, -1.0), min(value + reach, 1.0))
    return Kappa(*(round(one, _DIGITS) for one in (value, *ends)))
