"""Numbers as a radiologist sees them: rounded, but never to the other side of a limit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from recistkit.criteria import Criteria

__all__ = ["date_text", "limits_percent", "percent_text", "sum_text"]

GONE_PERCENT: Final = -100.0
_MOST_DIGITS: Final = 9
_NOISE: Final = 1e-10
"""Percentages nearer to a limit than this are the limit; a true difference is larger."""


def limits_percent(criteria: Criteria) -> tuple[float, float]:
    """Return the changes at which a rule set calls a response and a progression."""
    decrease = float(criteria.partial_response.decrease_percent)
    return -decrease, float(criteria.progression.increase_percent)


def percent_text(change_percent: float | None, limits_percent: Iterable[float]) -> str:
    """Return a change with one decimal, with more where one would tell another story.

    Parameters
    ----------
    change_percent : float or None
        Change of a sum; None where there is none.
    limits_percent : iterable of float
        Limits of the criteria, such as -30 and +20. The text stands on the
        same side of each of them, and of -100 (everything gone), as the number.

    Examples
    --------
    >>> percent_text(-38.94, [-30, 20]), percent_text(-29.96, [-30, 20])
    ('-38.9', '-29.96')
    """
    if change_percent is None:
        return ""
    limits = (GONE_PERCENT, *limits_percent)
    for digits in range(1, _MOST_DIGITS):
        rounded = round(change_percent, digits)
        if all(_side(rounded, limit) == _side(change_percent, limit) for limit in limits):
            break
    return f"{rounded:+.{digits}f}" if rounded else "0.0"


def _side(value: float, limit: float) -> int:
    """Return -1 below a limit, 0 at it, 1 above it."""
    return 0 if abs(value - limit) < _NOISE else (1 if value > limit else -1)


def sum_text(length: float | None) -> str:
    """Return a sum with at least one decimal.

    Examples
    --------
    >>> sum_text(57.4), sum_text(57.0), sum_text(57.125), sum_text(None)
    ('57.4', '57.0', '57.125', '')
    """
    return "" if length is None else str(float(length))


def date_text(day: date | None) -> str:
    """Return an ISO date, or nothing."""
    return "" if day is None else day.isoformat()
