"""Lengths of rulers, and the one rounding that makes a committed length of them.

A ruler is two places in the patient, so that its length does not depend on
pixel spacing, slice order or obliquity.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Final

from recistkit.errors import GeometryError
from recistkit.model.mark import Ruler

__all__ = ["commit_length", "commit_ruler", "off_perpendicular_degrees", "ruler_length_mm"]

_GRAIN_MM: Final = Decimal("0.000001")


def ruler_length_mm(ruler: Ruler) -> float:
    """Return the length of a ruler in mm.

    Examples
    --------
    >>> ruler_length_mm(Ruler(start_mm=(1.0, 2.0, 3.0), end_mm=(4.0, 6.0, 3.0)))
    5.0
    """
    return math.dist(ruler.start_mm, ruler.end_mm)


def commit_length(length_mm: float, resolution_mm: Decimal) -> Decimal:
    """Return a length as the decimal that is shown, stored and classified.

    Rounded half away from zero to a multiple of `resolution_mm`. The length
    is first taken to 1e-6 mm: below that a float of a length is noise, and
    10.35 mm between two end points must not become 10.3 because its float
    lies a hair below.

    Parameters
    ----------
    length_mm : float
        In mm, not negative.
    resolution_mm : Decimal
        In mm, above zero; the result has as many decimals.

    Raises
    ------
    GeometryError
        If the length is negative or no number, or the resolution not above zero.

    Examples
    --------
    >>> commit_length(10.35, Decimal("0.1"))
    Decimal('10.4')
    >>> commit_length(10.2, Decimal("0.5"))
    Decimal('10.0')
    """
    if not math.isfinite(length_mm) or length_mm < 0:
        raise GeometryError(f"a length of {length_mm} mm cannot be committed")
    if not resolution_mm > 0:
        raise GeometryError(f"a length cannot be rounded to {resolution_mm} mm")
    exact = Decimal(length_mm).quantize(_GRAIN_MM, ROUND_HALF_EVEN)
    steps = (exact / resolution_mm).quantize(Decimal(1), ROUND_HALF_UP)
    return (steps * resolution_mm).quantize(resolution_mm)


def commit_ruler(ruler: Ruler, resolution_mm: Decimal) -> Decimal:
    """Return the committed length of a ruler; see `commit_length`.

    Raises
    ------
    GeometryError
        If the resolution is not above zero.
    """
    return commit_length(ruler_length_mm(ruler), resolution_mm)


def off_perpendicular_degrees(first: Ruler, second: Ruler) -> float:
    """Return by how many degrees the angle between two rulers misses a right angle.

    The short axis is the longest line perpendicular to the long one
    (Eisenhauer 2009, 3.1; Miller 1981).

    Returns
    -------
    float
        From 0 (perpendicular) to 90 (parallel).

    Raises
    ------
    GeometryError
        If one of them has no length, and so no direction.
    """
    lengths = ruler_length_mm(first) * ruler_length_mm(second)
    if not lengths > 0:
        raise GeometryError("a ruler whose ends coincide has no direction")
    steps = (
        [b - a for a, b in zip(ruler.start_mm, ruler.end_mm, strict=True)]
        for ruler in (first, second)
    )
    product = sum(a * b for a, b in zip(*steps, strict=True))
    return math.degrees(math.asin(min(1.0, abs(product) / lengths)))
