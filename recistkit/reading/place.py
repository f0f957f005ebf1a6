"""Place: where the reader is, and was when the program stopped. No part of the read itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import Field, ValidationError

from recistkit.model.fields import DocumentPart, Point

__all__ = ["Place", "saved_place"]


class Place(DocumentPart):
    """What is on the screen; None where nothing was said.

    Attributes
    ----------
    visit, lesion : str or None
        Timepoint being read and current lesion.
    series : str or None
        UID of the series shown.
    slice : int or None
        Along the axis of the plane shown, from 0.
    point_mm : tuple of float or None
        Middle of the view (LPS, mm).
    window : tuple of float or None
        Level and width.
    link_offset_mm : tuple of float or None
        What is added to a place of this visit to find it at the compared one.
    comparison : str or None
        ``baseline``, ``nadir`` or ``prior``.
    plane : str or None
        ``axial``, ``coronal`` or ``sagittal``.
    """

    visit: str | None = None
    lesion: str | None = None
    series: str | None = None
    slice: int | None = Field(default=None, ge=0)
    point_mm: Point | None = None
    window: tuple[float, float] | None = None
    link_offset_mm: Point | None = None
    comparison: str | None = None
    plane: str | None = None


def saved_place(body: Mapping[str, Any] | None) -> Place:
    """Return a place as it was saved; none that cannot be understood keeps a case from opening."""
    try:
        return Place.model_validate_json(json.dumps(body or {}))
    except ValidationError:
        return Place()
