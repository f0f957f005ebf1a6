"""On which image a mark was drawn; no Qt."""

from __future__ import annotations

from recistkit.model.mark import ImagePlace, Mark

__all__ = ["is_on_image", "is_on_series"]


def is_on_series(mark: Mark, series: str | None) -> bool:
    """Tell whether a mark was drawn on a series; one without an image was drawn on none."""
    return mark.image is not None and series is not None and mark.image.series == series


def is_on_image(mark: Mark, place: ImagePlace) -> bool:
    """Tell whether a mark was drawn on one image: the rulers of a lesion share it."""
    return is_on_series(mark, place.series) and _image(mark.image) == _image(place)


def _image(place: ImagePlace | None) -> tuple[str | None, int | None, str | None] | None:
    return None if place is None else (place.series, place.slice, place.plane)
