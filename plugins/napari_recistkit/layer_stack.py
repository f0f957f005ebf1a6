"""The layers of one canvas: the scan, and above it the lesions' lines and the ruler being drawn.

The two layers of lines are made once and kept: making one takes napari longer
than showing a volume. They are visible only on slices that have lines, because
napari draws even an empty one at the price of an image.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal

from napari_recistkit import compat
from napari_recistkit.foreign_layers import ForeignLayers
from napari_recistkit.lesion_layer import (
    Drawing,
    ShownRuler,
    draw,
    drawing_of,
    enlarge_labels,
    new_ruler_layer,
)
from napari_recistkit.letters import enlargement
from napari_recistkit.mask_layer import MaskLayer
from napari_recistkit.windows import Window
from recistkit.reading.grid import BodyPlane, ViewGrid

__all__ = ["LINES", "LayerStack", "Lines"]

Lines = Literal["lesions", "ruler"]

_SCAN: Final = "scan"
LINES: Final[tuple[Lines, ...]] = ("lesions", "ruler")
_SILENT_KEYS: Final = (
    *"1234567",
    *("Delete", "Backspace", "Enter", "Escape", "Control-C", "Control-V", "Control-A"),
    *"ABFZV",
)
_WATCHED: Final = ("mode", "scale", "translate", "rotate", "shear", "affine", "visible")


class LayerStack:
    """Our layers in a viewer.

    Parameters
    ----------
    viewer : napari.components.ViewerModel
        Whose layers they are.
    changed : callable
        Called when a layer changes, whoever did it.
    window_changed : callable
        Called when the grey values of the image change, whoever did it.
    """

    def __init__(
        self,
        viewer: Any,  # noqa: ANN401  napari ships no types
        changed: Callable[[Any], None],
        window_changed: Callable[[Any], None],
    ) -> None:
        self._viewer = viewer
        self._changed = changed
        self._window_changed = window_changed
        self._layers: dict[str, Any] = {}
        self._slices: dict[Lines, frozenset[int]] = dict.fromkeys(LINES, frozenset())
        self._slice_number = 0
        self._connections: dict[str, compat.Connections] = {}
        self._looks: dict[str, dict[str, Any]] = {}
        self._drawn: dict[Lines, Drawing] = {}
        self._foreign = ForeignLayers(viewer, changed)
        self.mask = MaskLayer(viewer)
        self.has_hidden_others = False
        """Whether somebody's layer was hidden since this was last set to False."""
        self._make_lines()

    def shows(self, grid: ViewGrid) -> bool:
        """Tell whether the viewer has the image of a volume, in its own size, and nothing else."""
        image = self._layers.get(_SCAN)
        if image is None or image not in self._viewer.layers or not image.visible:
            return False
        if self._foreign.are_seen(self._ours):
            return False
        return tuple(image.scale) == grid.spacing_mm

    @property
    def window(self) -> Window:
        """The grey values that napari shows."""
        black, white = self._layers[_SCAN].contrast_limits
        return Window.between(float(black), float(white))

    def show_image(self, grid: ViewGrid, window: Window) -> None:
        """Show a volume in place of the one before, below the lines."""
        from napari.layers import Image

        self._make_lines()
        before = self._layers.get(_SCAN)
        image = Image(
            grid.voxels,
            scale=grid.spacing_mm,
            units=("mm", "mm", "mm"),
            axis_labels=("head", "back", "left"),
            colormap="gray",
            contrast_limits=window.limits,
            interpolation2d="linear",
        )
        self._viewer.layers.insert(0, image)
        if before is not None and before in self._viewer.layers:
            self._viewer.layers.remove(before)
        self._own(_SCAN, image)
        self._connections[_SCAN].connect(image.events.contrast_limits, self._window_changed)
        self.set_window(window)
        self._hide_others()

    def set_window(self, window: Window) -> None:
        """Show other grey values."""
        image = self._layers[_SCAN]
        low, high = window.limits
        least, most = image.contrast_limits_range
        if low < least or high > most:
            image.contrast_limits_range = (min(low, least), max(high, most))
        image.contrast_limits = (low, high)

    def prepare(self, grid: ViewGrid, plane: BodyPlane) -> None:
        """Empty the lines and give them the scale of a plane.

        To be done before a slice is chosen: napari chooses another one when
        the steps of its slider change.
        """
        for name in LINES:
            self._drawn.pop(name, None)
            self.draw(name, grid, plane, (), 1.0)

    def draw(
        self,
        name: Lines,
        grid: ViewGrid,
        plane: BodyPlane,
        rulers: Sequence[ShownRuler],
        zoom: float,
    ) -> None:
        """Draw rulers in place of those before: only what differs from what is drawn."""
        layer = self._layers[name]
        if layer in self._viewer.layers:
            larger = enlargement(self._viewer)
            enlarge_labels(layer, larger)
            wanted = drawing_of(grid, plane, rulers, zoom / larger)
            draw(layer, wanted, self._drawn.get(name))
            self._drawn[name] = wanted
            self._slices[name] = wanted.slices
            self._set_visible(name)

    def show_slice(self, number: int) -> None:
        """Show the layers of lines that have some on a slice."""
        self._slice_number = number
        for name in LINES:
            self._set_visible(name)

    def put_right(self, grid: ViewGrid, window: Window) -> None:
        """Put back what was removed, straighten what was moved, turned, hidden or coloured.

        Whatever others show is hidden.
        """
        ours = [self._layers.get(name) for name in (_SCAN, *LINES)]
        places = [
            self._viewer.layers.index(layer) for layer in ours if layer in self._viewer.layers
        ]
        if len(places) < len(ours) or places != sorted(places):
            self.show_image(grid, window)
        for name, layer in self._layers.items():
            compat.straighten(layer)
            compat.look_again(layer, self._looks[name])
        self._hide_others()
        image = self._layers[_SCAN]
        image.visible = True
        if tuple(image.scale) != grid.spacing_mm:
            image.scale = grid.spacing_mm
        self.activate_image()

    def activate_image(self) -> None:
        """Let the image be the active layer, or the mask: then no key of napari acts on a line."""
        if self.mask.is_shown:
            self.mask.put_right()
            return
        image = self._layers.get(_SCAN)
        if image not in self._viewer.layers:
            image = None
        if self._viewer.layers.selection.active is not image:
            self._viewer.layers.selection.active = image

    def clear(self) -> None:
        """Take the image away and hide the lines."""
        self.mask.hide()
        image = self._layers.pop(_SCAN, None)
        if image is not None:
            self._connections.pop(_SCAN).close()
        if image in self._viewer.layers:
            self._viewer.layers.remove(image)
        self._slices = dict.fromkeys(LINES, frozenset())
        self.show_slice(0)
        self._foreign.bring_back()
        self.activate_image()

    def remove(self) -> None:
        """Take all of our layers out of the viewer."""
        self.mask.hide()
        for connections in self._connections.values():
            connections.close()
        for layer in self._layers.values():
            if layer in self._viewer.layers:
                self._viewer.layers.remove(layer)
        self._layers.clear()
        self._foreign.bring_back()

    @property
    def _ours(self) -> tuple[Any, ...]:
        return (*self._layers.values(), *self.mask.layers)

    def _hide_others(self) -> None:
        if self._foreign.hide(self._ours):
            self.has_hidden_others = True

    def _make_lines(self) -> None:
        """Put layers of lines where there are none, or not above all others of ours."""
        for name in LINES:
            layer = self._layers.get(name)
            if layer is None or layer not in self._viewer.layers:
                made = self._viewer.add_layer(new_ruler_layer(name))
                made.visible = False
                self._drawn.pop(name, None)
                self._own(name, made)
                self._connections[name].connect(made.events.data, self._changed)
        first, second = (self._viewer.layers.index(self._layers[name]) for name in LINES)
        if first > second:
            self._viewer.layers.move(first, second)
        self.activate_image()

    def _own(self, name: str, layer: Any) -> None:  # noqa: ANN401  napari ships no types
        """Take a layer as ours: named, deaf to napari's keys, and watched."""
        if name in self._connections:
            self._connections[name].close()
        self._layers[name] = layer
        layer.name = name
        compat.silence_keys(layer, _SILENT_KEYS)
        connections = compat.Connections()
        self._looks[name] = compat.looks(layer)
        for event in (*_WATCHED, *compat.look_names(layer)):
            connections.connect(getattr(layer.events, event), self._changed)
        self._connections[name] = connections

    def _set_visible(self, name: Lines) -> None:
        layer, visible = self._layers[name], self._slice_number in self._slices[name]
        if layer.visible != visible:
            layer.visible = visible
