"""Place: where the reader is, and was when the program stopped. No part of the read itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import Field, ValidationError

from recistkit.model.fields import DocumentPart, Point

__all__ = ["Beside", "Place", "saved_place"]

Zoom = Annotated[float, Field(ge=0.001, le=10_000.0, allow_inf_nan=False)]
"""Pixels of the screen per mm."""

Grey = Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)]
Breadth = Annotated[float, Field(gt=0.0, le=1e9, allow_inf_nan=False)]
GreyWindow = tuple[Grey, Breadth]


class Beside(DocumentPart):
    """What the view beside the visit that is read shows; see `Place`."""

    series: str
    point_mm: Point
    zoom: Zoom | None = None
    window: GreyWindow | None = None


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
    zoom : float or None
        Pixels of the screen per mm; None where the whole slice is shown.
    window : tuple of float or None
        Level and width.
    link_offset_mm : tuple of float or None
        What is added to a place of this visit to find it at the compared one.
    is_linked : bool or None
        Whether the views move together.
    comparison : str or None
        ``baseline``, ``nadir`` or ``prior``.
    plane : str or None
        ``axial``, ``coronal`` or ``sagittal``.
    beside : Beside or None
        The other view.
    """

    visit: str | None = None
    lesion: str | None = None
    series: str | None = None
    slice: int | None = Field(default=None, ge=0)
    point_mm: Point | None = None
    zoom: Zoom | None = None
    window: GreyWindow | None = None
    link_offset_mm: Point | None = None
    is_linked: bool | None = None
    comparison: str | None = None
    plane: str | None = None
    beside: Beside | None = None

    def of_another_visit(self, visit: str | None) -> Place:
        """Return what holds for another visit too: none of it is a place in a scan."""
        return Place(visit=visit, comparison=self.comparison, plane=self.plane)


_NOWHERE: Final = Place()


def saved_place(body: Mapping[str, Any] | None) -> Place:
    """Return a place as it was saved; what cannot be understood of it is left out.

    Nothing that stands there keeps a case from opening.
    """
    said = dict(body or {})
    for _ in range(len(said) + 1):  # each time at least one thing less
        try:
            return Place.model_validate_json(json.dumps(said))
        except ValidationError as error:
            faulty = {fault["loc"][0] for fault in error.errors() if fault["loc"]}
            if not faulty & said.keys():
                return _NOWHERE
            said = {name: value for name, value in said.items() if name not in faulty}
        except ValueError:
            return _NOWHERE
    return _NOWHERE
