"""Cohen's kappa of a square table, with its 95 % interval; not estimable is said, not guessed."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["Kappa", "cohens_kappa"]

_DIGITS = 6
_QUANTILE = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Kappa:
    """A kappa with the ends of its interval; all None where it is not estimable."""

    value: float | None = None
    lower: float | None = None
    upper: float | None = None

    @property
    def status(self) -> str:
        """``estimated`` or ``not estimable``."""
        return "not estimable" if self.value is None else "estimated"


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
        same category throughout: chance alone then agrees always.
    """
    occupied = (counts.sum(axis=0) + counts.sum(axis=1)) > 0
    if occupied.sum() < 2:  # noqa: PLR2004  fewer than two categories occur
        return Kappa()
    from statsmodels.stats.inter_rater import cohens_kappa as estimate

    result: Any = estimate(counts, wt="linear" if weighted else None)
    # A variance of zero may come out as a negative rounding error.
    reach = _QUANTILE * sqrt(max(float(result.var_kappa), 0.0))
    value = float(result.kappa)
    ends = (max(value - reach, -1.0), min(value + reach, 1.0))
    return Kappa(*(round(one, _DIGITS) for one in (value, *ends)))
