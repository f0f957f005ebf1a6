"""What goes in and what comes out: a lesion's place, and where it is looked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from recistkit.model.mark import Confidence

if TYPE_CHECKING:
    from recistkit.model.series import Vector

__all__ = ["Confidence", "LesionPlace", "Proposal", "SearchBox"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionPlace:
    """Where a lesion is in the baseline.

    Parameters
    ----------
    point_mm : Vector
        Its middle (LPS, mm).
    longest_mm : float or None
        How large it is there: how far around its middle it is compared. None
        where no ruler says it.
    """

    point_mm: Vector
    longest_mm: float | None = None


@dataclass(frozen=True, slots=True)
class SearchBox:
    """A box along the axes of the patient, in which the lesion is to be looked for.

    Parameters
    ----------
    lowest_mm, highest_mm : Vector
        Two opposite corners (LPS, mm).
    """

    lowest_mm: Vector
    highest_mm: Vector

    @classmethod
    def about(cls, point_mm: Vector, half_mm: float) -> SearchBox:
        """Return the box that reaches so far to every side of a place."""
        x, y, z = point_mm
        return cls((x - half_mm, y - half_mm, z - half_mm), (x + half_mm, y + half_mm, z + half_mm))

    def contains(self, point_mm: Vector) -> bool:
        """Tell whether a place lies in the box."""
        corners = zip(self.lowest_mm, point_mm, self.highest_mm, strict=True)
        return all(low <= value <= high for low, value, high in corners)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Where a lesion is to be looked for in the follow-up; no measurement, and no mark.

    Parameters
    ----------
    point_mm : Vector
        LPS, mm, in the follow-up, to 0.1 mm; where confidence is low, the best guess.
    box : SearchBox
        Larger where confidence is low.
    confidence : str
        ``high`` or ``low``.
    reasons : tuple of str
        Why it is low, in a radiologist's words; empty where it is high.
    similarity : float
        Correlation of what is around the lesion in both scans, -1 to 1; 0
        where nothing could be compared.
    """

    point_mm: Vector
    box: SearchBox
    confidence: Confidence
    reasons: tuple[str, ...]
    similarity: float
