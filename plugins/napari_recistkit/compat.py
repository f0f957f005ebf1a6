"""Every name of napari that moves from one minor release to the next, in one place.

`tests/napari_recistkit/test_compat.py` holds each of them; written for napari 0.9.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from napari.components.overlays import TextOverlay

from napari_recistkit.edge_letters import BLANK, EdgeLettersOverlay

__all__ = [
    "LEFT_BUTTON",
    "MIDDLE_BUTTON",
    "RIGHT_BUTTON",
    "Connections",
    "camera",
    "canvas_size",
    "embedded_viewer",
    "label_layer",
    "look_again",
    "look_names",
    "looks",
    "make_view_plain",
    "overlays",
    "prepare_scale_bar",
    "press",
    "remove_scale_bar",
    "remove_text",
    "set_edge_letters",
    "set_orientation",
    "set_pointer",
    "set_scale_bar",
    "set_text",
    "set_text_size",
    "silence_keys",
    "slab_events",
    "soon",
    "straighten",
    "text_width",
    "view_is_plain",
]

# napari ships no types: a viewer is Any here and nowhere else without a word.
Viewer = Any

LEFT_BUTTON: Final = 1
RIGHT_BUTTON: Final = 2
MIDDLE_BUTTON: Final = 3

_STRAIGHT: Final = {"translate": np.zeros(3), "shear": np.zeros(3), "rotate": np.eye(3)}

_LOOKS: Final = ("opacity", "blending", "projection_mode", "colormap", "gamma", "interpolation2d")

# How much larger a point of the canvas is than one of the window (vispy's are 1/72 inch).
_LARGER: Final = 96 / 72
_USUAL_LETTER: Final = 0.6

# Read on air and on bone.
_TEXT_COLOUR: Final = "#2FA8E8"

_MASK_COLOUR: Final = "#E69F00"
_MASK_OPACITY: Final = 0.35


def camera(viewer: Viewer) -> Any:  # noqa: ANN401  napari ships no types
    """Return the camera (`viewer.camera` until 0.8)."""
    return viewer.scene.camera


def overlays(viewer: Viewer) -> Any:  # noqa: ANN401  napari ships no types
    """Return the dictionary of overlays that lie on the canvas (`viewer.text_overlay` before)."""
    return viewer.canvas.overlays


def canvas_size(viewer: Viewer) -> tuple[int, int]:
    """Return height and width of the canvas in logical pixels."""
    height, width = viewer.canvas.size
    return int(height), int(width)


def embedded_viewer(model: Viewer) -> Any:  # noqa: ANN401  napari ships no types
    """Return a widget that shows a viewer model of its own inside another window."""
    from napari.qt import QtViewer

    return QtViewer(model)


def set_orientation(viewer: Viewer, vertical: str) -> None:
    """Let the rows of the display count ``"up"`` or ``"down"``, the columns to the right."""
    if tuple(str(one) for one in camera(viewer).orientation2d) != (vertical, "right"):
        camera(viewer).orientation2d = (vertical, "right")


def set_text(viewer: Viewer, key: str, text: str, position: str, font_size: float) -> None:
    """Show a text on the canvas, such as at ``"middle_left"``; an empty one hides it."""
    shown = overlays(viewer)
    if key not in shown:
        shown[key] = TextOverlay(
            text=text,
            position=position,
            font_size=font_size,
            color=_TEXT_COLOUR,
            box=False,  # costs as much to draw as an image
        )
    if shown[key].text != text:
        shown[key].text = text
    set_text_size(viewer, key, font_size)
    if shown[key].visible != bool(text):
        shown[key].visible = bool(text)


def set_edge_letters(
    viewer: Viewer, key: str, letters: tuple[str, str, str, str] | None, font_size: float
) -> None:
    """Show letters at the upper, lower, left and right edge of the canvas; None shows none."""
    shown = overlays(viewer)
    if key not in shown:
        shown[key] = EdgeLettersOverlay(font_size=font_size, color=_TEXT_COLOUR, visible=True)
    if shown[key].letters != (letters or BLANK):
        shown[key].letters = letters or BLANK
    set_text_size(viewer, key, font_size)


def set_text_size(viewer: Viewer, key: str, font_size: float) -> None:
    """Let a text on the canvas, or the scale bar, be so large, in points."""
    shown = overlays(viewer)
    if key in shown and shown[key].font_size != font_size:
        shown[key].font_size = font_size


def remove_text(viewer: Viewer, key: str) -> None:
    """Take a text off the canvas."""
    overlays(viewer).pop(key, None)


def text_width(text: str, font_size: float) -> float:
    """Return how broad `set_text` draws a text, in logical pixels; nearly so without a screen."""
    from qtpy.QtGui import QFontMetricsF, QGuiApplication

    if QGuiApplication.instance() is None:
        return len(text) * font_size * _USUAL_LETTER * _LARGER**2
    font = QGuiApplication.font()
    font.setPointSizeF(font_size)
    return QFontMetricsF(font).horizontalAdvance(text) * _LARGER


def prepare_scale_bar(viewer: Viewer) -> None:
    """Let napari make the scale bar, unseen: its unit is that of the layers."""
    bar = overlays(viewer)["scale_bar"]
    bar.box = False  # costs as much to draw as an image
    bar.colored, bar.color = True, _TEXT_COLOUR
    set_scale_bar(viewer, shown=False)
    bar.visible = True


def set_scale_bar(viewer: Viewer, *, shown: bool) -> None:
    """Let the scale bar be seen or not; it is drawn in either case, and quickly shown so."""
    overlays(viewer)["scale_bar"].opacity = 1.0 if shown else 0.0


def remove_scale_bar(viewer: Viewer) -> None:
    """Leave the scale bar as napari has it at first."""
    bar = overlays(viewer)["scale_bar"]
    bar.visible, bar.opacity, bar.box, bar.colored = False, 1.0, True, False


def view_is_plain(viewer: Viewer) -> bool:
    """Tell whether the viewer shows one view in two dimensions, of one slice."""
    is_flat = viewer.dims.ndisplay == 2  # noqa: PLR2004  a plane
    return is_flat and not viewer.canvas.grid.enabled and not any(viewer.dims.thickness)


def make_view_plain(viewer: Viewer) -> None:
    """Leave the three-dimensional view, the grid of views, and slabs of several slices."""
    viewer.dims.ndisplay = 2
    viewer.canvas.grid.enabled = False
    if any(viewer.dims.thickness):
        viewer.dims.margin_left = viewer.dims.margin_right = (0.0,) * viewer.dims.ndim


def slab_events(viewer: Viewer) -> tuple[Any, ...]:
    """Return what tells that more or fewer slices are shown as one."""
    return (viewer.dims.events.margin_left, viewer.dims.events.margin_right)


def looks(layer: Any) -> dict[str, Any]:  # noqa: ANN401  napari ships no types
    """Return how a layer looks, but for its grey values: what `look_again` sets."""
    return {name: getattr(layer, name) for name in look_names(layer)}


def look_names(layer: Any) -> tuple[str, ...]:  # noqa: ANN401  napari ships no types
    """Return the names of what makes the looks of a layer; each has an event."""
    return tuple(name for name in _LOOKS if hasattr(layer, name))


def look_again(layer: Any, looked: dict[str, Any]) -> None:  # noqa: ANN401  napari ships no types
    """Let a layer look as it did."""
    for name, value in looked.items():
        if getattr(layer, name) != value:
            setattr(layer, name, value)


def label_layer(voxels: Any, name: str, scale: Any, translate: Any) -> Any:  # noqa: ANN401  napari ships no types
    """Return a layer of one label that napari's brush works on, slice by slice."""
    from napari.layers import Labels
    from napari.utils.colormaps import DirectLabelColormap

    layer = Labels(
        np.asarray(voxels, dtype=np.uint8),
        name=name,
        scale=scale,
        translate=translate,
        units=("mm", "mm", "mm"),
        axis_labels=("head", "back", "left"),
        colormap=DirectLabelColormap(
            color_dict={None: "transparent", 0: "transparent", 1: _MASK_COLOUR}
        ),
        opacity=_MASK_OPACITY,
    )
    layer.selected_label = 1
    layer.n_edit_dimensions = 2
    return layer


def silence_keys(layer: Any, keys: tuple[str, ...]) -> None:  # noqa: ANN401  napari ships no types
    """Let keys do nothing on a layer."""
    for key in keys:
        layer.bind_key(key, _nothing, overwrite=True)


def straighten(layer: Any) -> None:  # noqa: ANN401  napari ships no types
    """Take away whatever moved or turned a layer of three axes; its scale stays."""
    if layer.mode != "pan_zoom":
        hidden = not layer.visible
        if hidden:  # a hidden layer keeps its mode
            layer.visible = True
        layer.mode = "pan_zoom"
        if hidden:
            layer.visible = False
    for name, straight in _STRAIGHT.items():
        if not np.array_equal(getattr(layer, name), straight):
            setattr(layer, name, straight)
    if not np.array_equal(layer.affine.affine_matrix, np.eye(4)):
        layer.affine = np.eye(4)


def _nothing(_: Any) -> None:  # noqa: ANN401  napari ships no types
    """Do nothing."""


def set_pointer(viewer: Viewer, *, measuring: bool) -> None:
    """Let a left drag measure, under a cross as the pointer, or move the view; none zooms."""
    camera(viewer).mouse_zoom = False
    camera(viewer).mouse_pan = not measuring
    viewer.cursor.style = "cross" if measuring else "standard"


def press(viewer: Viewer, event: Any) -> None:  # noqa: ANN401  napari ships no types
    """Begin drags at an event as at a press."""
    from napari.utils.interactions import mouse_press_callbacks

    mouse_press_callbacks(viewer, event)


def soon(work: Callable[[], None]) -> None:
    """Call a function once napari has finished what it is doing: the next turn of the event loop.

    Without an application there is no user, and nothing is called.
    """
    from qtpy.QtCore import QCoreApplication, QTimer

    if QCoreApplication.instance() is not None:
        QTimer.singleShot(0, work)


class Connections:
    """Listeners at napari's events, each of them taken off again on closing."""

    def __init__(self) -> None:
        self._made: list[tuple[Any, Callable[[Any], None]]] = []

    def connect(self, emitter: Any, listener: Callable[[Any], None]) -> None:  # noqa: ANN401  napari ships no types
        """Call a listener whenever something happens."""
        emitter.connect(listener)
        self._made.append((emitter, listener))

    def close(self) -> None:
        """Take every listener off."""
        while self._made:
            emitter, listener = self._made.pop()
            emitter.disconnect(listener)
