"""Limits of agreement of paired lengths, with their intervals (Bland & Altman 1986, 1999)."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

__all__ = ["Limits", "limits_of_agreement"]

_DIGITS = 6
_NORMAL = NormalDist().inv_cdf(0.975)
_INTERVAL = 0.975

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Limits:
    """Mean difference and limits of agreement, each with its 95 % interval.

    None is what cannot be estimated: without a pair everything, with one pair
    all but the mean.
    """

    mean: float | None = None
    deviation: float | None = None
    lower: float | None = None
    upper: float | None = None
    mean_interval: Interval | None = None
    lower_interval: Interval | None = None
    upper_interval: Interval | None = None

    @property
    def status(self) -> str:
        """``estimated``, ``limits not estimable`` or ``not estimable``."""
        if self.mean is None:
            return "not estimable"
        return "limits not estimable" if self.deviation is None else "estimated"


def limits_of_agreement(differences: npt.NDArray[np.float64]) -> Limits:
    """Return within which limits 95 % of differences are expected to lie.

    Parameters
    ----------
    differences : ndarray of float64, shape (pairs,)
        The first reader's value minus the second's.

    Returns
    -------
    Limits
        Rounded to six decimals. Limits are mean -/+ 1.96 standard deviations.
        The standard error of the mean is s / sqrt(n), that of a limit
        s * sqrt(1/n + 1.96**2 / (2 * (n - 1))) (Bland & Altman 1999, section
        2); the quantile is that of t with n - 1 degrees of freedom.

    Examples
    --------
    >>> limits_of_agreement(np.array([1.0, 2.0, 3.0])).mean
    2.0
    """
    count = len(differences)
    if count == 0:
        return Limits()
    mean = float(np.mean(differences))
    if count == 1:
        return Limits(mean=round(mean, _DIGITS))
    from scipy.special import stdtrit

    deviation = float(np.std(differences, ddof=1))
    quantile = float(stdtrit(count - 1, _INTERVAL))
    of_mean = quantile * deviation / sqrt(count)
    of_limit = quantile * deviation * sqrt(1 / count + _NORMAL**2 / (2 * (count - 1)))
    lower, upper = mean - _NORMAL * deviation, mean + _NORMAL * deviation
    return Limits(
        mean=round(mean, _DIGITS),
        deviation=round(deviation, _DIGITS),
        lower=round(lower, _DIGITS),
        upper=round(upper, _DIGITS),
        mean_interval=_around(mean, of_mean),
        lower_interval=_around(lower, of_limit),
        upper_interval=_around(upper, of_limit),
    )


def _around(value: float, reach: float) -> Interval:
    return round(value - reach, _DIGITS), round(value + reach, _DIGITS)
