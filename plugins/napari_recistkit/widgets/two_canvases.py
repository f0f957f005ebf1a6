"""The two canvases: napari's own for the visit that is read, and one of ours to compare with."""

from __future__ import annotations

from typing import Any

from napari.components import ViewerModel

from napari_recistkit import compat
from napari_recistkit.canvas import Canvas
from napari_recistkit.link import Link

__all__ = ["TwoCanvases"]


class TwoCanvases:
    """Two canvases that are linked.

    Parameters
    ----------
    viewer : napari.Viewer
        Its canvas is the first.

    Attributes
    ----------
    present, compared : Canvas
    link : Link
        Of the two.
    beside : QtViewer
        The widget that shows the second.
    """

    def __init__(self, viewer: Any) -> None:  # noqa: ANN401  napari ships no types
        self._model = ViewerModel()
        self.present = Canvas(viewer)
        self.compared = Canvas(self._model)
        self.link = Link(self.present, self.compared)
        self.beside: Any = compat.embedded_viewer(self._model)

    def clear(self) -> None:
        """Show nothing."""
        for canvas in (self.present, self.compared):
            canvas.clear()
            canvas.caption.show("")

    def close(self) -> None:
        """Take everything off the viewer, and let go of the second canvas."""
        self.link.close()
        self.present.close()
        self.compared.close()
        self.beside.close()
        self.beside.deleteLater()
        self.beside = None
