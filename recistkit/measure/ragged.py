"""Pairs within groups of different sizes, in portions that fit into memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from recistkit.measure.mask_runs import Indices

__all__ = ["PAIRS_AT_ONCE", "portions", "spans"]

PAIRS_AT_ONCE: Final = 1_000_000
"""How many pairs are made in one portion, unless one group alone has more."""


def spans(begin: Indices, count: Indices) -> tuple[Indices, Indices]:
    """Return the numbers of several spans one after the other, and which span each is of.

    Examples
    --------
    >>> numbers, span = spans(np.array([5, 0]), np.array([2, 3]))
    >>> numbers.tolist(), span.tolist()
    ([5, 6, 0, 1, 2], [0, 0, 1, 1, 1])
    """
    span = np.repeat(np.arange(len(count)), count)
    ended = np.cumsum(count)
    return np.arange(len(span)) + (begin - ended + count)[span], span


def portions(cost: Indices, most: int = PAIRS_AT_ONCE) -> Iterator[slice]:
    """Yield groups in portions whose cost is at most `most`, or one group.

    Examples
    --------
    >>> [(part.start, part.stop) for part in portions(np.array([3, 3, 9, 1]), most=6)]
    [(0, 2), (2, 3), (3, 4)]
    """
    total = np.append(0, np.cumsum(cost))
    begin = 0
    while begin < len(cost):
        end = int(np.searchsorted(total, total[begin] + most, side="right")) - 1
        end = max(end, begin + 1)
        yield slice(begin, end)
        begin = end
