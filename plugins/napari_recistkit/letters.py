"""Orientation letters at the edges of a canvas, and the caption in its corner."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from napari_recistkit import compat
from recistkit.reading.grid import EdgeLetters

__all__ = ["Caption", "enlargement", "remove_letters", "show_letters"]

_LETTERS: Final = "recistkit_letters"
_CAPTION: Final = "recistkit_caption"
_BLANK: Final = " "
_LETTER_POINTS: Final = 14.0
_CAPTION_POINTS: Final = 10.0
_SCALE_BAR_POINTS: Final = 10.0
_USUAL_HEIGHT_PX: Final = 800.0
_LARGEST: Final = 2.0
_CAPTION_GAP_PX: Final = 40.0
"""Left of the caption, and between it and the letter of the upper edge."""


def show_letters(viewer: Any, letters: EdgeLetters | None) -> None:  # noqa: ANN401  napari ships no types
    """Show the letters of the four edges; None shows none."""
    shown = (letters.top, letters.bottom, letters.left, letters.right) if letters else None
    compat.set_edge_letters(viewer, _LETTERS, shown, _LETTER_POINTS * enlargement(viewer))


def enlargement(viewer: Any) -> float:  # noqa: ANN401  napari ships no types
    """Return how much larger than usual lines and texts are drawn: a canvas of 4K is seen whole."""
    height = compat.canvas_size(viewer)[0]
    return min(max(height / _USUAL_HEIGHT_PX, 1.0), _LARGEST)


def _enlarge(viewer: Any) -> None:  # noqa: ANN401  napari ships no types
    """Let letters and scale bar be as large as the canvas asks for."""
    compat.set_text_size(viewer, _LETTERS, _LETTER_POINTS * enlargement(viewer))
    compat.set_text_size(viewer, "scale_bar", _SCALE_BAR_POINTS * enlargement(viewer))


class Caption:
    """What a canvas shows, in its upper left corner, beside the letter of the upper edge.

    Parameters
    ----------
    viewer : napari.components.ViewerModel
        On whose canvas it stands, as broad as that is.
    """

    def __init__(self, viewer: Any) -> None:  # noqa: ANN401  napari ships no types
        self._viewer = viewer
        self._label = self._rest = self._note = ""
        self._connections = compat.Connections()
        self._connections.connect(viewer.canvas.events.size, self._follow)
        self._write()

    def show(self, label: str, rest: str = "") -> None:
        """Show a label and below it the rest; where there is no room, the label is cut inside."""
        if (label, rest) != (self._label, self._rest):
            self._label, self._rest = label, rest
            self._write()

    def note(self, note: str) -> None:
        """Show below it what is not as it seems; empty for nothing."""
        if note != self._note:
            self._note = note
            self._write()

    def close(self) -> None:
        """Take the caption off, and follow the canvas no longer."""
        self._connections.close()
        compat.remove_text(self._viewer, _CAPTION)

    def _follow(self, _: Any) -> None:  # noqa: ANN401  napari ships no types
        """Fit all texts to another size of the canvas."""
        _enlarge(self._viewer)
        self._write()

    def _write(self) -> None:
        room = compat.canvas_size(self._viewer)[1] / 2 - _CAPTION_GAP_PX
        points = _CAPTION_POINTS * enlargement(self._viewer)
        label = ""
        for label in _ever_shorter(self._label):
            if compat.text_width(label, points) <= room:
                break
        text = "\n".join(filter(None, (label, self._rest, self._note)))
        compat.set_text(self._viewer, _CAPTION, text or _BLANK, "top_left", points)


def remove_letters(viewer: Any) -> None:  # noqa: ANN401  napari ships no types
    """Take the letters off a viewer."""
    compat.remove_text(viewer, _LETTERS)


def _ever_shorter(text: str) -> Iterator[str]:
    """Yield a text, and then ever less of it: both its ends stay."""
    yield text
    for kept in range(len(text) - 2, 1, -1):
        first, last = text[: (kept + 1) // 2], text[-(kept // 2) :]
        yield f"{first.rstrip()}\N{HORIZONTAL ELLIPSIS}{last.lstrip()}"
