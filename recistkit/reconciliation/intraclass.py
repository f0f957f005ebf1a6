"""Intraclass correlation of single readings: how much of the variance is not the readers'."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Intraclass", "absolute_agreement", "consistency"]

_DIGITS = 6
_INTERVAL = 0.975
# Of the total sum of squares: above any rounding error, below one step of a ruler.
_NO_VARIANCE = 1e-12

Table = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Intraclass:
    """A correlation with the ends of its 95 % interval; None is what cannot be estimated."""

    value: float | None = None
    lower: float | None = None
    upper: float | None = None

    @property
    def status(self) -> str:
        """``estimated``, ``interval not estimable`` or ``not estimable``."""
        if self.value is None:
            return "not estimable"
        return "interval not estimable" if self.lower is None else "estimated"


@dataclass(frozen=True, slots=True)
class _Variances:
    """Mean squares of a table without replication, and its size."""

    targets: float
    readers: float
    rest: float
    n: int
    k: int


def absolute_agreement(table: Table) -> Intraclass:
    """Return ICC(2,1): readers as a sample of readers, a constant difference counts against them.

    Parameters
    ----------
    table : ndarray of float64, shape (targets, readers)
        One value of each reader for each target.

    Returns
    -------
    Intraclass
        Rounded to six decimals (Shrout & Fleiss 1979; the interval is theirs,
        by Satterthwaite's degrees of freedom). Not estimable with fewer than
        two targets or readers, or where there is no variance to share out;
        where the targets do not differ, or readers differ by a constant or not
        at all, there is no interval.
    """
    v = _variances(table)
    if v is None:
        return Intraclass()
    total = v.targets + (v.k - 1) * v.rest + v.k * (v.readers - v.rest) / v.n
    if total == 0:
        return Intraclass()
    value = (v.targets - v.rest) / total
    if 0 in (v.targets, v.rest):
        return Intraclass(round(value, _DIGITS))
    share = v.k * value * v.readers / v.rest
    other = v.n * (1 + (v.k - 1) * value) - v.k * value
    spread = (v.n - 1) * share**2 + other**2
    freedom = (v.k - 1) * (v.n - 1) * (share + other) ** 2 / spread
    high, low = _quantile(v.n - 1, freedom), _quantile(freedom, v.n - 1)
    readers = v.k * v.readers + (v.k * v.n - v.k - v.n) * v.rest
    lower = v.n * (v.targets - high * v.rest) / (high * readers + v.n * v.targets)
    upper = v.n * (low * v.targets - v.rest) / (readers + v.n * low * v.targets)
    return _rounded(value, lower, upper)


def consistency(table: Table) -> Intraclass:
    """Return ICC(3,1): these readers and no others; a constant difference does not count.

    Parameters and result are those of `absolute_agreement`.
    """
    v = _variances(table)
    if v is None or v.targets + v.rest == 0:
        return Intraclass()
    value = (v.targets - v.rest) / (v.targets + (v.k - 1) * v.rest)
    if 0 in (v.targets, v.rest):
        return Intraclass(round(value, _DIGITS))
    ratio, freedom = v.targets / v.rest, (v.n - 1) * (v.k - 1)
    low = ratio / _quantile(v.n - 1, freedom)
    high = ratio * _quantile(freedom, v.n - 1)
    return _rounded(value, (low - 1) / (low + v.k - 1), (high - 1) / (high + v.k - 1))


def _variances(table: Table) -> _Variances | None:
    """Return the mean squares of a two-way analysis of variance, None where there are none."""
    n, k = table.shape
    if n < 2 or k < 2:  # noqa: PLR2004  one value has no variance
        return None
    centred = table - table.mean()
    total = float((centred**2).sum())
    if total <= _NO_VARIANCE * float((table**2).sum()):
        return None
    targets = k * float((centred.mean(axis=1) ** 2).sum())
    readers = n * float((centred.mean(axis=0) ** 2).sum())
    rest = total - targets - readers
    squares = (targets, readers, rest)
    freedom = (n - 1, k - 1, (n - 1) * (k - 1))
    none = _NO_VARIANCE * total
    of_targets, of_readers, of_rest = (
        square / degrees if square > none else 0.0
        for square, degrees in zip(squares, freedom, strict=True)
    )
    return _Variances(of_targets, of_readers, of_rest, n, k)


def _quantile(above: float, below: float) -> float:
    """Return the 97.5 % quantile of F."""
    from scipy.special import fdtri

    return float(fdtri(above, below, _INTERVAL))


def _rounded(value: float, lower: float, upper: float) -> Intraclass:
    return Intraclass(*(round(one, _DIGITS) for one in (value, lower, upper)))
