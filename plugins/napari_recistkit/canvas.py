"""Canvas: one napari viewer that shows one volume in a body plane, with rulers drawn on it.

What is shown is given: the grid, the plane, the rulers. Whatever is done to
the viewer by napari's own means (a layer removed, an axis swapped, the image
moved) is put right from what was given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from napari_recistkit import aim, compat
from napari_recistkit.drawings import Drawings
from napari_recistkit.gestures import Gestures
from napari_recistkit.layer_stack import LayerStack, Lines
from napari_recistkit.lesion_layer import ShownRuler
from napari_recistkit.letters import Caption, remove_letters, show_letters
from napari_recistkit.topics import Topic, Topics
from napari_recistkit.windows import Window, first_window, preset_window
from recistkit.model.series import Vector
from recistkit.reading.grid import BODY_PLANES, BodyPlane, ViewGrid

__all__ = ["Canvas", "Topic"]

_REDRAW_RATIO: Final = 1.3
_OUTSIDE: Final = "outside this scan"


class Canvas:
    """One viewer and what it shows.

    Parameters
    ----------
    viewer : napari.components.ViewerModel
        A viewer's model; `napari.Viewer` is one.
    soon : callable, optional
        Calls a function when napari has finished what it is doing.
    """

    def __init__(
        self,
        viewer: Any,  # noqa: ANN401  napari ships no types
        *,
        soon: Callable[[Callable[[], None]], None] = compat.soon,
    ) -> None:
        self.viewer = viewer
        self.held = False
        """Set while a ruler is being drawn: the wheel then does nothing."""
        self._soon = soon
        self._grid: ViewGrid | None = None
        self._plane: BodyPlane = "axial"
        self._window: Window | None = None
        self._drawings = Drawings(self._redraw)
        self.drawn_once = self._drawings.once
        """Draws what is given meanwhile at the end, each layer once."""
        self._measuring = False
        self._drawn_zoom = 1.0
        self._seen: tuple[Vector, float] = ((0.0, 0.0, 0.0), 1.0)
        self._fitted = True
        self._busy = 0
        self._restore_due = False
        self._closed = False
        self._topics = Topics()
        self.listen = self._topics.listen
        self._connections = compat.Connections()
        self._layers = LayerStack(viewer, self._on_foreign_change, self._on_contrast_limits)
        self.mask = self._layers.mask
        """The mask that is painted, if there is one."""
        show_letters(viewer, None)
        self.caption = Caption(viewer)
        compat.prepare_scale_bar(viewer)
        self._connect()
        self._gestures = Gestures(self)

    # What is shown

    @property
    def grid(self) -> ViewGrid | None:
        """The volume that is shown."""
        return self._grid

    @property
    def plane(self) -> BodyPlane:
        """The body plane that is shown."""
        return self._plane

    @property
    def slice_number(self) -> int:
        """The slice that is shown, as the display counts."""
        if self._grid is None:
            return 0
        return aim.slice_shown(self.viewer, self._grid, self._plane)

    @property
    def window(self) -> Window | None:
        """The grey values that are shown."""
        return self._window

    @property
    def zoom(self) -> float:
        """Canvas pixels (logical) per mm."""
        return float(compat.camera(self.viewer).zoom)

    @property
    def is_fitted(self) -> bool:
        """Whether the whole slice is shown, however large the canvas is or becomes."""
        return self._fitted

    @property
    def centre_mm(self) -> Vector | None:
        """The place (LPS, mm) in the middle of the canvas, on the slice that is shown."""
        if self._grid is None:
            return None
        return self._grid.patient_mm(aim.centre_index(self.viewer, self._grid, self._plane))

    @property
    def rulers(self) -> tuple[ShownRuler, ...]:
        """The rulers that were given."""
        return self._drawings.of("lesions")

    def index_at(self, position: Sequence[float]) -> Vector:
        """Return the display index of a mouse event's position, on the slice that is shown.

        Held within the centres of the outermost voxels.

        Raises
        ------
        ValueError
            If no volume is shown.
        """
        if self._grid is None:
            raise ValueError("no volume is shown")
        return aim.index_at(self.viewer, self._grid, self._plane, position)

    # What to show

    def show(self, grid: ViewGrid, *, window: Window | None = None) -> None:
        """Show a volume, fitted to the canvas, without rulers.

        The grey values are the usual ones of its modality where no window is given.
        """
        with self._own_doing():
            self._grid = grid
            self._drawings.forget()
            self._window = window or first_window(grid)
            self._layers.show_image(grid, self._window)
            self._layers.prepare(grid, self._plane)
            self._layers.activate_image()
            compat.set_scale_bar(self.viewer, shown=True)
            self._apply_plane()
            compat.set_pointer(self.viewer, measuring=self._measuring)
            aim.look_at(self.viewer, self._grid, self._plane, aim.middle_mm(grid))
            self._fit()
            self._draw()
        self.caption.note("")
        self._tell("grid", "plane", "window", "slice", "view")
        self._tell_of_others()

    def clear(self) -> None:
        """Show nothing."""
        with self._own_doing():
            self._layers.clear()
            self._grid = self._window = None
            self._drawings.forget()
            self.caption.note("")
            show_letters(self.viewer, None)
            compat.set_scale_bar(self.viewer, shown=False)
        self._tell("grid")

    def set_plane(self, plane: BodyPlane) -> None:
        """Show another plane through the place in the middle of the canvas."""
        if self._grid is None or plane == self._plane:
            return
        centre, zoom = self.centre_mm, self.zoom
        with self._own_doing():
            self._plane = plane
            self._layers.prepare(self._grid, plane)
            self._apply_plane()  # napari shows the whole slice when its axes change
            if centre is not None:
                aim.look_at(self.viewer, self._grid, self._plane, centre)
            if self._fitted:
                self._fit()
            else:
                self.set_zoom(zoom)
            self._draw()
        self._tell("plane", "slice", "view")

    def next_plane(self) -> None:
        """Show the plane after this one: axial, coronal, sagittal."""
        self.set_plane(BODY_PLANES[(BODY_PLANES.index(self._plane) + 1) % len(BODY_PLANES)])

    def set_slice(self, number: int) -> None:
        """Show a slice; the first or last where there is no such slice."""
        if self._grid is None:
            return
        number = min(max(number, 0), self._grid.slice_count(self._plane) - 1)
        if number != self.slice_number:
            aim.set_slice(self.viewer, self._grid, self._plane, number)

    def show_point(self, patient_mm: Vector, *, centred: bool = True) -> None:
        """Go to the slice nearest to a place (LPS, mm), and centre on it; zoom is kept.

        Where the scan ends before that place, the caption says so.
        """
        if self._grid is None:
            return
        self.set_slice(self._grid.slice_of(self._plane, patient_mm))
        if centred:
            self.centre_on(patient_mm)
        self.caption.note(_OUTSIDE if aim.is_beyond(self._grid, self._plane, patient_mm) else "")

    def centre_on(self, patient_mm: Vector) -> None:
        """Move a place (LPS, mm) to the middle of the canvas; the slice is kept."""
        if self._grid is not None:
            aim.centre_on(self.viewer, self._grid, self._plane, patient_mm)

    def set_zoom(self, zoom: float) -> None:
        """Show so many canvas pixels per mm."""
        if zoom != self.zoom:
            compat.camera(self.viewer).zoom = zoom

    def zoom_about(self, display_index: Vector, factor: float) -> None:
        """Zoom by a factor and leave one place where it is on the canvas."""
        if self._grid is not None:
            aim.zoom_about(self.viewer, self._grid, self._plane, display_index, factor)

    def fit(self) -> None:
        """Show the whole slice."""
        if self._grid is not None:
            with self._own_doing():
                self._fit()
                self._draw()
            self._tell("view")

    def set_window(self, window: Window) -> None:
        """Show other grey values."""
        if self._grid is None or window == self._window:
            return
        self._window = window
        with self._own_doing():
            self._layers.set_window(window)
        self._tell("window")

    def preset(self, name: str) -> None:
        """Show the grey values of a preset.

        Raises
        ------
        KeyError
            If there is no such preset.
        """
        if self._grid is not None:
            self.set_window(preset_window(self._grid, name))

    def set_rulers(self, rulers: Sequence[ShownRuler]) -> None:
        """Show these rulers in place of the ones before."""
        self._drawings.set("lesions", rulers)

    def set_draft(self, rulers: Sequence[ShownRuler]) -> None:
        """Show what is being drawn; none to show nothing."""
        self._drawings.set("ruler", rulers)

    def set_measuring(self, measuring: bool) -> None:  # noqa: FBT001  it says what it is
        """Let a left drag measure, or move the view."""
        self._measuring = measuring or self.mask.is_shown  # a brush does not move the view
        compat.set_pointer(self.viewer, measuring=self._measuring)

    # Telling others

    def close(self) -> None:
        """Take off everything that was put onto the viewer."""
        if self._closed:
            return
        self._closed = True
        self._topics.clear()
        self._connections.close()
        self._gestures.close()
        self._layers.remove()
        self.caption.close()
        remove_letters(self.viewer)
        compat.remove_scale_bar(self.viewer)
        self._grid = None

    def _tell(self, *topics: Topic) -> None:
        if self.is_as_shown and (centre := self.centre_mm) is not None:
            self._seen = (centre, self.zoom)
        self._topics.tell(*topics)

    # Layers

    def restore(self) -> None:
        """Put right whatever was changed by napari's own means."""
        self._restore_due = False
        if self._closed or self._grid is None:
            return
        with self._own_doing():
            place_mm, zoom = self._seen
            compat.make_view_plain(self.viewer)
            self._layers.put_right(self._grid, self._window or first_window(self._grid))
            self._layers.prepare(self._grid, self._plane)
            self._apply_plane()
            compat.set_pointer(self.viewer, measuring=self._measuring)
            aim.look_at(self.viewer, self._grid, self._plane, place_mm)
            self.set_zoom(zoom)
            self._draw()
        self._tell_of_others()

    @property
    def is_as_shown(self) -> bool:
        """Whether slice and view of the viewer are those of our plane and volume, and no more."""
        if self._grid is None or not self._layers.shows(self._grid):
            return False
        return compat.view_is_plain(self.viewer) and aim.is_turned(self.viewer, self._plane)

    def _tell_of_others(self) -> None:
        if self._layers.has_hidden_others:
            self._layers.has_hidden_others = False
            self._tell("others")

    def _apply_plane(self) -> None:
        if self._grid is not None:
            aim.turn_to(self.viewer, self._plane)
            show_letters(self.viewer, self._grid.letters(self._plane))

    def _fit(self) -> None:
        if self._grid is not None:
            aim.fit(self.viewer, self._grid, self._plane)
            self._fitted = True

    def _draw(self) -> None:
        """Draw everything that was given."""
        self._drawn_zoom = self.zoom
        self._drawings.draw_all()

    def _redraw(self, name: Lines) -> None:
        if self._grid is not None:
            with self._own_doing():
                rulers = self._drawings.of(name)
                self._layers.show_slice(self.slice_number)
                self._layers.draw(name, self._grid, self._plane, rulers, self._drawn_zoom)

    # What napari tells

    @contextmanager
    def _own_doing(self) -> Iterator[None]:
        """Mark what follows as ours, so that it is not put right."""
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1

    def _connect(self) -> None:
        viewer, watch = self.viewer, self._connections.connect
        watch(viewer.dims.events.point, self._on_point)
        watch(viewer.canvas.events.size, self._on_canvas_size)
        camera = compat.camera(viewer).events
        for emitter in (camera.zoom, camera.center):
            watch(emitter, self._on_view)
        layers, dims = viewer.layers.events, viewer.dims.events
        foreign = [dims.order, dims.ndisplay, viewer.canvas.grid.events.enabled, camera.orientation]
        foreign += [layers.removed, layers.reordered, layers.inserted]
        foreign += compat.slab_events(viewer)
        for emitter in (*foreign, viewer.layers.selection.events.active):
            watch(emitter, self._on_foreign_change)

    def _on_foreign_change(self, _: Any = None) -> None:  # noqa: ANN401  napari ships no types
        if not self._busy and self._grid is not None and not self._restore_due:
            self._restore_due = True
            self._soon(self.restore)

    def _on_point(self, _: Any) -> None:  # noqa: ANN401  napari ships no types
        if not self._busy and self.is_as_shown:
            with self._own_doing():
                self._layers.show_slice(self.slice_number)
            self.caption.note("")
            self._tell("slice")

    def _on_view(self, _: Any) -> None:  # noqa: ANN401  napari ships no types
        if self._busy or not self.is_as_shown:
            return
        self._fitted = False
        ratio = self.zoom / self._drawn_zoom
        if not 1 / _REDRAW_RATIO < ratio < _REDRAW_RATIO:
            self._draw()
        self._tell("view")

    def _on_canvas_size(self, _: Any) -> None:  # noqa: ANN401  napari ships no types
        if self._fitted and self.is_as_shown:
            self.fit()

    def _on_contrast_limits(self, _: Any) -> None:  # noqa: ANN401  napari ships no types
        if not self._busy:
            self._window = self._layers.window
            self._tell("window")
