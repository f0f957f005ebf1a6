"""The four letters at the edges of a canvas, drawn as one text.

napari draws every text on a canvas by itself, and each takes as long as an image of a scan.
Beside `compat` the only module that knows how napari draws.
"""

from __future__ import annotations

from typing import Any, Final

from napari._vispy.overlays.base import ViewerOverlayMixin, VispyCanvasOverlay
from napari._vispy.utils.text import get_text_metrics
from napari._vispy.utils.visual import overlay_to_visual
from napari._vispy.visuals.text import Text
from napari.components.overlays import CanvasOverlay
from napari.utils.color import ColorValue  # noqa: TC002  pydantic looks it up

__all__ = ["BLANK", "EdgeLettersOverlay"]

BLANK: Final = (" ", " ", " ", " ")
"""Drawn as well as letters, so that the first letters do not wait for their text to be made."""


class EdgeLettersOverlay(CanvasOverlay):  # type: ignore[misc]  # napari ships no types
    """Letters in the middles of the four edges of a canvas.

    Attributes
    ----------
    letters : tuple of str
        Those of the upper, the lower, the left and the right edge.
    color : ColorValue
        Of all four.
    font_size : float
        In points.
    """

    letters: tuple[str, str, str, str] = BLANK
    color: ColorValue
    font_size: float
    position: Any = "edges"  # not one of napari's places, so that it is not tiled
    box: bool = False


class _DrawnLetters(ViewerOverlayMixin, VispyCanvasOverlay):  # type: ignore[misc]
    """The letters as napari has them drawn."""

    def __init__(self, *, font_info: Any, **given: Any) -> None:  # noqa: ANN401  napari's arguments
        node = Text(pos=(0, 0), anchor_x="center", anchor_y="center", font_info=font_info)
        super().__init__(node=node, font_info=font_info, **given)
        self.node.color = self.overlay.color
        self.overlay.events.letters.connect(self._place)
        self.overlay.events.font_size.connect(self._place)
        self.viewer.canvas.events.size.connect(self._place)
        self.reset()
        self._place()

    def close(self) -> None:
        """Follow the overlay no longer, and be drawn no more."""
        self.overlay.events.letters.disconnect(self._place)
        self.overlay.events.font_size.disconnect(self._place)
        super().close()

    def _place(self, _: object = None) -> None:
        """Let each letter stand at its edge, whole and in the middle."""
        letters = self.overlay.letters
        self.node.text = list(letters)
        self.node.font_size = self.overlay.font_size
        height, width = self.viewer.canvas.size
        ratio = self.node._vispy_dpi_ratio  # noqa: SLF001  as napari's own texts do
        metrics = get_text_metrics(self.node)
        x_gap, y_gap = self.viewer.canvas.overlay_tiling.padding
        left, right = (metrics.horizontalAdvance(one) * ratio / 2 for one in letters[2:])
        half = metrics.height() * ratio / 2
        self.node.pos = [
            (width / 2, y_gap + half),
            (width / 2, height - y_gap - half),
            (x_gap + left, height / 2),
            (width - x_gap - right, height / 2),
        ]


overlay_to_visual[EdgeLettersOverlay] = _DrawnLetters
