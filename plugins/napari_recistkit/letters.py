"""Orientation letters at the edges of a canvas, and the caption in its corner."""

from __future__ import annotations

from typing import Any, Final

from napari_recistkit import compat
from recistkit.reading.grid import EdgeLetters

__all__ = ["remove_letters", "show_caption", "show_letters"]

_PLACES: Final = {
    "top": "top_center",
    "bottom": "bottom_center",
    "left": "middle_left",
    "right": "middle_right",
}
_CAPTION: Final = "recistkit_caption"
_BLANK: Final = " "
_LETTER_POINTS: Final = 14.0
_CAPTION_POINTS: Final = 10.0


def show_letters(viewer: Any, letters: EdgeLetters | None) -> None:  # noqa: ANN401  napari ships no types
    """Show the letters of the four edges; None shows none.

    A space is drawn too, so that the first letters do not wait for napari to make their texts.
    """
    for edge, place in _PLACES.items():
        text = getattr(letters, edge) if letters else _BLANK
        compat.set_text(viewer, _key(edge), text, place, _LETTER_POINTS)


def show_caption(viewer: Any, text: str) -> None:  # noqa: ANN401  napari ships no types
    """Show what the canvas shows in its upper left corner."""
    compat.set_text(viewer, _CAPTION, text or _BLANK, "top_left", _CAPTION_POINTS)


def remove_letters(viewer: Any) -> None:  # noqa: ANN401  napari ships no types
    """Take letters and caption off a viewer."""
    for edge in _PLACES:
        compat.remove_text(viewer, _key(edge))
    compat.remove_text(viewer, _CAPTION)


def _key(edge: str) -> str:
    """Return the name of an edge's text among the overlays."""
    return f"recistkit_{edge}"
