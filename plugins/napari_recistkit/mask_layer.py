"""The layer of a mask under napari's own brush: the one layer that is read, when it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from napari_recistkit import compat

if TYPE_CHECKING:
    from recistkit.reading.grid import ViewGrid
    from recistkit.reading.lesion_mask import LesionMask

__all__ = ["Brush", "MaskLayer"]

Brush = Literal["paint", "erase"]

_NAME: Final = "mask"
_ABOVE_THE_SCAN: Final = 1
_FIRST_SIZE: Final = 4
_LARGEST_SIZE: Final = 40
_SILENT_KEYS: Final = (*"1234567", *"MNXPLE-=[]", "Delete", "Backspace", "Control-Z")


class MaskLayer:
    """At most one mask in a viewer, in the box in which it can be painted.

    Parameters
    ----------
    viewer : napari.components.ViewerModel
    """

    def __init__(self, viewer: Any) -> None:  # noqa: ANN401  napari ships no types
        self._viewer = viewer
        self._layer: Any = None
        self._brush: Brush = "paint"

    @property
    def layers(self) -> tuple[Any, ...]:
        """The layer; none where no mask is shown."""
        return () if self._layer is None else (self._layer,)

    @property
    def is_shown(self) -> bool:
        """Whether there is a mask."""
        return self._layer is not None

    @property
    def brush(self) -> Brush:
        """What a drag does."""
        return self._brush

    @property
    def brush_size(self) -> int:
        """How broad the brush is, in voxels."""
        return int(self._layer.brush_size) if self._layer is not None else _FIRST_SIZE

    def show(self, grid: ViewGrid, mask: LesionMask) -> None:
        """Show a mask above the scan, in place of one before, to be painted on."""
        self.hide()
        spacing = np.array(grid.spacing_mm)
        self._layer = compat.label_layer(mask.voxels, _NAME, spacing, mask.start * spacing)
        compat.silence_keys(self._layer, _SILENT_KEYS)
        self._layer.brush_size = _FIRST_SIZE
        self._brush = "paint"
        self.put_right()

    def hide(self) -> None:
        """Take the mask away; what was painted is gone."""
        layer, self._layer = self._layer, None
        if layer is not None and layer in self._viewer.layers:
            self._viewer.layers.remove(layer)

    def put_right(self) -> None:
        """Put the mask back where it belongs, with the brush on it."""
        if self._layer is None:
            return
        if self._layer not in self._viewer.layers:
            self._viewer.layers.insert(_ABOVE_THE_SCAN, self._layer)
        self._layer.visible = True
        if self._viewer.layers.selection.active is not self._layer:
            self._viewer.layers.selection.active = self._layer
        self._apply_brush()

    def voxels(self) -> Any:  # noqa: ANN401  an array of bool, of a layer that is Any
        """Return what is painted now: the one time that a layer of ours is read.

        Raises
        ------
        ValueError
            If no mask is shown.
        """
        if self._layer is None:
            raise ValueError("no mask is shown")
        return np.asarray(self._layer.data) != 0

    def take_brush(self, brush: Brush) -> None:
        """Let a drag paint, or erase."""
        self._brush = brush
        self._apply_brush()

    def resize_brush(self, step: int) -> None:
        """Let the brush be broader or narrower."""
        if self._layer is not None:
            size = self.brush_size + step
            self._layer.brush_size = min(max(size, 1), _LARGEST_SIZE)

    def undo(self) -> None:
        """Take the last stroke back."""
        if self._layer is not None:
            self._layer.undo()

    def _apply_brush(self) -> None:
        if self._layer is not None and str(self._layer.mode) != self._brush:
            self._layer.mode = self._brush
