"""The best one-to-one assignment; of equally good ones always the same."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["best_assignment"]

Weights = npt.NDArray[np.int64]


def best_assignment(weights: Weights) -> list[tuple[int, int]]:
    """Return the pairs of rows and columns with the largest sum of weights.

    Parameters
    ----------
    weights : ndarray of int64, shape (rows, columns)
        Above zero where the two may be a pair, else zero. Their sum stays
        below 2**53, so that it is exact as a float too.

    Returns
    -------
    list of (int, int)
        By row; no row and no column twice. Of assignments with equal sums the
        one in which the first row has the first column that it can have, then
        the second row, and so on; a row without a partner comes last.

    Notes
    -----
    The sum is that of the rectangular assignment problem (Crouse 2016, as
    `scipy.optimize.linear_sum_assignment` has it). Which of several best
    assignments an algorithm gives is an accident of its steps; so each row is
    tried with each column, and the first that keeps the sum is taken.

    Examples
    --------
    >>> best_assignment(np.array([[5, 4], [4, 0]]))
    [(0, 1), (1, 0)]
    """
    weights = weights.copy()
    pairs = []
    left = _largest_sum(weights)
    for row in range(len(weights)):
        line = weights[row].copy()
        weights[row] = 0
        for column in np.flatnonzero(line):
            others = weights.copy()
            others[:, column] = 0
            if line[column] + _largest_sum(others) == left:
                pairs.append((row, int(column)))
                weights, left = others, left - int(line[column])
                break
    return pairs


def _largest_sum(weights: Weights) -> int:
    """Return the largest sum of weights that an assignment has."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(weights, maximize=True)
    return int(weights[rows, columns].sum())
