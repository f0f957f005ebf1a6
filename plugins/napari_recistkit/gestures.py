"""What the mouse does on a canvas besides measuring: scroll, zoom, pan, window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from napari_recistkit import compat
from napari_recistkit.windows import dragged, narrowest_width

if TYPE_CHECKING:
    from napari_recistkit.canvas import Canvas

__all__ = ["Gestures"]

_ZOOM_STEP: Final = 1.15

# Turning the wheel towards oneself goes to the feet, to the back, to the left.
_WHEEL_DOWN: Final = {"axial": -1, "coronal": 1, "sagittal": 1}


class Gestures:
    """The callbacks of one canvas, in place of napari's own while it is open."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._turned = 0.0
        self._before = [list(callbacks) for callbacks in self._lists]
        self._ours: list[list[Any]] = [[self._wheel], [self._window_drag, self._pan_drag], []]
        for callbacks, ours in zip(self._lists, self._ours, strict=True):
            callbacks[:] = ours

    def close(self) -> None:
        """Give napari its own callbacks back; what others put there meanwhile stays."""
        for callbacks, before, ours in zip(self._lists, self._before, self._ours, strict=True):
            others = [one for one in callbacks if one not in ours and one not in before]
            callbacks[:] = [*before, *others]
        self._before, self._ours = [[], [], []], [[], [], []]

    @property
    def _lists(self) -> tuple[list[Any], ...]:
        """What napari calls for the wheel, a drag, and a double click."""
        viewer = self._canvas.viewer
        return (
            viewer.mouse_wheel_callbacks,
            viewer.mouse_drag_callbacks,
            viewer.mouse_double_click_callbacks,
        )

    def _wheel(self, _: Any, event: Any) -> None:  # noqa: ANN401  napari ships no types
        """Scroll the slices; with Ctrl zoom about the pointer."""
        canvas = self._canvas
        event.handled = True
        if canvas.grid is None or canvas.held:
            return
        notches = float(event.delta[1])
        if "Control" in event.modifiers:
            canvas.zoom_about(canvas.index_at(event.position), _ZOOM_STEP**notches)
        elif not event.modifiers:
            self._turned -= notches * _WHEEL_DOWN[canvas.plane]
            whole = int(self._turned)  # a trackpad turns by fractions of a notch
            self._turned -= whole
            if whole:
                canvas.set_slice(canvas.slice_number + whole)

    def _window_drag(self, _: Any, event: Any) -> Iterator[None]:  # noqa: ANN401  napari ships no types
        """Right drag: width to the right, level upwards."""
        canvas = self._canvas
        grid = canvas.grid
        if event.button != compat.RIGHT_BUTTON or canvas.window is None or grid is None:
            return
        event.handled = True
        before, start, narrowest = canvas.window, tuple(event.pos), narrowest_width(grid)
        yield
        while event.type == "mouse_move":
            event.handled = True
            right, down = event.pos[0] - start[0], event.pos[1] - start[1]
            canvas.set_window(dragged(before, right, down, narrowest))
            yield

    def _pan_drag(self, _: Any, event: Any) -> Iterator[None]:  # noqa: ANN401  napari ships no types
        """Middle drag: move the view, also while a ruler is armed."""
        canvas = self._canvas
        if event.button != compat.MIDDLE_BUTTON or canvas.grid is None:
            return
        event.handled = True
        camera = compat.camera(canvas.viewer)
        before, start, zoom = tuple(camera.center), tuple(event.pos), camera.zoom
        sign = -1.0 if canvas.plane == "axial" else 1.0
        yield
        while event.type == "mouse_move":
            event.handled = True
            right, down = event.pos[0] - start[0], event.pos[1] - start[1]
            rows, columns = before[-2] + sign * down / zoom, before[-1] - right / zoom
            camera.center = (before[0], rows, columns)
            yield
