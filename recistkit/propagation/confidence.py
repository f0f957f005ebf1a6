"""When a proposed place is sure: each rule with its limit, all of them in one table."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from recistkit.propagation.lesion_box import Change

if TYPE_CHECKING:
    from recistkit.model.series import Vector
    from recistkit.propagation.local_step import LocalMatch

__all__ = ["reasons_against", "reasons_against_return"]

LEAST_SIMILARITY: Final = 0.75
LEAST_CORE_SIMILARITY: Final = 0.5
MOST_CHANGE: Final = Change(spreads=2.5, share=0.12)
LEAST_LEAD: Final = 0.02
LEAST_SEEN: Final = 0.7
MOST_MOVED_MM: Final = 15.0
MOST_RETURN_MM: Final = 2.0
"""Set by hand on phantoms (`tests/propagation/study.py`), and tried on others of them: where the
lesion is there, none that is sure is further off than 10 mm; where it is not, none is sure."""

_RULES: Final[tuple[tuple[str, Callable[[LocalMatch], bool]], ...]] = (
    (
        "too near to the end of a scan",
        lambda match: match.seen < LEAST_SEEN,
    ),
    (
        "what is around it is not found again",
        lambda match: match.similarity < LEAST_SIMILARITY,
    ),
    (
        "the lesion itself looks otherwise, or is gone",
        lambda match: match.core_similarity < LEAST_CORE_SIMILARITY or _is_changed(match.change),
    ),
    (
        "another place looks as much like it",
        lambda match: match.similarity - match.second < LEAST_LEAD,
    ),
    (
        "far from where the whole scan says",
        lambda match: match.is_at_end or match.moved_mm > MOST_MOVED_MM,
    ),
)


def reasons_against(match: LocalMatch) -> tuple[str, ...]:
    """Return all that speaks against a place on the way to it."""
    return tuple(reason for reason, speaks_against in _RULES if speaks_against(match))


def reasons_against_return(back: LocalMatch | None, lesion_mm: Vector) -> tuple[str, ...]:
    """Return what speaks against a place on the way back from it.

    Parameters
    ----------
    back : LocalMatch or None
        Begun from the global step alone; None where nothing was found.
    lesion_mm : Vector
        Where it should lead to.
    """
    if back is not None and math.dist(back.point_mm, lesion_mm) <= MOST_RETURN_MM:
        return ()
    return ("the way back does not lead to it",)


def _is_changed(change: Change) -> bool:
    """Tell whether a lesion differs more than noise does, and by some of its contrast."""
    return all(value > most for value, most in zip(change, MOST_CHANGE, strict=True))
