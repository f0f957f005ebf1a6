"""Real mouse and key events for canvases in a window, and plain ones for a viewer without one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, Final

import numpy as np
from napari.utils._proxies import ReadOnlyWrapper
from napari.utils.interactions import (
    mouse_double_click_callbacks,
    mouse_move_callbacks,
    mouse_press_callbacks,
    mouse_release_callbacks,
    mouse_wheel_callbacks,
)
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QMouseEvent, QWheelEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QWidget

from napari_recistkit import compat
from napari_recistkit.canvas import Canvas
from recistkit.model.series import Vector
from recistkit.reading.grid import PLANE_AXES

__all__ = [
    "CONTROL",
    "LEFT",
    "MIDDLE",
    "RIGHT",
    "ModelMouse",
    "double_click",
    "double_press_drag",
    "drag",
    "key",
    "let_go",
    "native_of",
    "patient_at",
    "pixel_of",
    "settle",
    "wheel",
]

Pixel = tuple[float, float]

LEFT: Final = Qt.MouseButton.LeftButton
RIGHT: Final = Qt.MouseButton.RightButton
MIDDLE: Final = Qt.MouseButton.MiddleButton
NO_KEY: Final = Qt.KeyboardModifier.NoModifier
CONTROL: Final = Qt.KeyboardModifier.ControlModifier

NOTCH: Final = 120
"""What Qt calls one notch of a wheel."""


def native_of(shown: Any) -> QWidget:  # noqa: ANN401  napari ships no types
    """Return the widget that draws: of a `napari.Viewer`, or of an embedded `QtViewer`."""
    qt_viewer: Any = shown if isinstance(shown, QWidget) else shown.window._qt_viewer
    widget: QWidget = qt_viewer.canvas.native
    return widget


def settle(milliseconds: int = 50) -> None:
    """Let the window do what it has to do."""
    QTest.qWait(milliseconds)


def pixel_of(canvas: Canvas, native: QWidget, point_mm: Vector) -> Pixel:
    """Return the pixel (right, down) of a widget at which a canvas shows a place (LPS, mm)."""
    assert canvas.grid is not None
    _, rows, columns = PLANE_AXES[canvas.plane]
    index, spacing = canvas.grid.display_index(point_mm), canvas.grid.spacing_mm
    centre = compat.camera(canvas.viewer).center
    right = (index[columns] * spacing[columns] - centre[-1]) * canvas.zoom
    down = (index[rows] * spacing[rows] - centre[-2]) * canvas.zoom
    sign = 1 if canvas.plane == "axial" else -1
    return (native.width() / 2 + right, native.height() / 2 + sign * down)


def patient_at(canvas: Canvas, native: QWidget, pixel: Pixel) -> Vector:
    """Return the place (LPS, mm) that a canvas shows at a pixel."""
    assert canvas.grid is not None
    axis, rows, columns = PLANE_AXES[canvas.plane]
    spacing, centre = canvas.grid.spacing_mm, compat.camera(canvas.viewer).center
    sign = 1 if canvas.plane == "axial" else -1
    index = [0.0, 0.0, 0.0]
    index[axis] = canvas.slice_number
    right, down = pixel[0] - native.width() / 2, sign * (pixel[1] - native.height() / 2)
    index[columns] = (centre[-1] + right / canvas.zoom) / spacing[columns]
    index[rows] = (centre[-2] + down / canvas.zoom) / spacing[rows]
    return canvas.grid.patient_mm((index[0], index[1], index[2]))


def _send(
    widget: QWidget,
    kind: QEvent.Type,
    pixel: Pixel,
    button: Qt.MouseButton,
    buttons: Qt.MouseButton,
) -> None:
    local = QPointF(*pixel)
    place = QPointF(widget.mapToGlobal(QPoint(round(pixel[0]), round(pixel[1]))))
    QApplication.sendEvent(widget, QMouseEvent(kind, local, place, button, buttons, NO_KEY))


def drag(
    widget: QWidget,
    way: Sequence[Pixel],
    *,
    button: Qt.MouseButton = LEFT,
    wait_ms: int = 25,
    release: bool = True,
) -> None:
    """Press at the first pixel, move through the others, let go at the last.

    Parameters
    ----------
    widget : QWidget
        From `native_of`.
    way : sequence of pixels
        Right and down, in logical pixels of the widget.
    button : Qt.MouseButton
        Which one.
    wait_ms : int
        Between two events; 0 sends them in a burst.
    release : bool
        False leaves the button down.
    """
    none = Qt.MouseButton.NoButton
    _send(widget, QEvent.Type.MouseButtonPress, way[0], button, button)
    for pixel in way[1:]:
        if wait_ms:
            settle(wait_ms)
        _send(widget, QEvent.Type.MouseMove, pixel, none, button)
    if wait_ms:
        settle(wait_ms)
    if release:
        _send(widget, QEvent.Type.MouseButtonRelease, way[-1], button, none)
        settle(20)


def let_go(
    widget: QWidget, pixel: Pixel, button: Qt.MouseButton = LEFT, *, settle_ms: int = 20
) -> None:
    """Let a button go."""
    _send(widget, QEvent.Type.MouseButtonRelease, pixel, button, Qt.MouseButton.NoButton)
    if settle_ms:
        settle(settle_ms)


def double_click(widget: QWidget, pixel: Pixel) -> None:
    """Click twice at one pixel, as Qt tells it: the second press is a double click."""
    _send(widget, QEvent.Type.MouseButtonPress, pixel, LEFT, LEFT)
    let_go(widget, pixel, settle_ms=0)
    _send(widget, QEvent.Type.MouseButtonDblClick, pixel, LEFT, LEFT)
    let_go(widget, pixel, settle_ms=60)


def double_press_drag(widget: QWidget, way: Sequence[Pixel]) -> None:
    """Drag so soon after another press at the same pixel that Qt calls it a double click."""
    _send(widget, QEvent.Type.MouseButtonDblClick, way[0], LEFT, LEFT)
    for pixel in way[1:]:
        _send(widget, QEvent.Type.MouseMove, pixel, Qt.MouseButton.NoButton, LEFT)
    let_go(widget, way[-1])


def wheel(
    widget: QWidget, pixel: Pixel, notches: float, modifiers: Qt.KeyboardModifier = NO_KEY
) -> None:
    """Turn the wheel; above zero is away from oneself."""
    local = QPointF(*pixel)
    event = QWheelEvent(
        local,
        QPointF(widget.mapToGlobal(QPoint(round(pixel[0]), round(pixel[1])))),
        QPoint(0, 0),
        QPoint(0, round(notches * NOTCH)),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    settle(20)


def key(widget: QWidget, code: Qt.Key, modifiers: Qt.KeyboardModifier = NO_KEY) -> None:
    """Press and let go a key with the focus in a widget."""
    widget.setFocus()
    QTest.keyClick(widget, code, modifiers)
    settle(20)


class ModelMouse:
    """A mouse for a viewer without a window; positions are display indices [S, P, L]."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas

    def press(self, index: Vector, button: int = compat.LEFT_BUTTON) -> bool:
        """Press a button; return whether napari may still use the event itself."""
        return self._send(mouse_press_callbacks, "mouse_press", index, button)

    def move(self, index: Vector, button: int = compat.LEFT_BUTTON) -> bool:
        return self._send(mouse_move_callbacks, "mouse_move", index, button)

    def release(self, index: Vector, button: int = compat.LEFT_BUTTON) -> bool:
        return self._send(mouse_release_callbacks, "mouse_release", index, button)

    def double_click(self, index: Vector) -> bool:
        return self._send(mouse_double_click_callbacks, "mouse_double_click", index, 1)

    def drag(self, *way: Vector, button: int = compat.LEFT_BUTTON) -> None:
        """Press at the first place, move through the others, let go at the last."""
        self.press(way[0], button)
        for index in way[1:]:
            self.move(index, button)
        self.release(way[-1], button)

    def turn(self, notches: float, *modifiers: str, index: Vector = (0.0, 0.0, 0.0)) -> None:
        """Turn the wheel; above zero is away from oneself."""
        self._send(mouse_wheel_callbacks, "mouse_wheel", index, 0, notches, modifiers)

    def _send(
        self,
        callbacks: Callable[[Any, Any], None],
        kind: str,
        index: Vector,
        button: int,
        notches: float = 0.0,
        modifiers: Sequence[str] = (),
    ) -> bool:
        grid = self._canvas.grid
        assert grid is not None
        world = np.asarray(index) * np.asarray(grid.spacing_mm)
        _, rows, columns = PLANE_AXES[self._canvas.plane]
        sign = 1 if self._canvas.plane == "axial" else -1
        event = SimpleNamespace(
            type=kind,
            position=tuple(world),
            pos=(world[columns] * self._canvas.zoom, sign * world[rows] * self._canvas.zoom),
            button=button,
            modifiers=tuple(modifiers),
            delta=(0.0, notches),
            handled=False,
            is_dragging=True,
        )
        callbacks(self._canvas.viewer, ReadOnlyWrapper(event, exceptions=("handled",)))
        return not event.handled
