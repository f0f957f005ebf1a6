"""The ruler: a drag on a canvas becomes end points in the patient.

Our own drag, not napari's line tool, which drops moves and ignores where the
button was let go. A length follows from the places of press and release alone,
however many moves lie between them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from napari_recistkit import compat
from napari_recistkit.canvas import Canvas
from napari_recistkit.lesion_layer import ShownRuler, placed
from recistkit.errors import GeometryError
from recistkit.measure.bidirectional import Axes, Axis, End, corrected, ordered, proposed, pulled
from recistkit.measure.ruler import commit_ruler
from recistkit.model.mark import ImagePlace, Ruler
from recistkit.model.series import Vector
from recistkit.reading.grid import PLANE_AXES, BodyPlane, ViewGrid

__all__ = ["CLICK_MM", "Click", "RulerTool", "Stroke"]

CLICK_MM: Final = 1.0
"""A drag shorter than this is a click."""

_GRIP_PX: Final = 7.0
_STILL_PX: Final = 1.5

Action = Literal["longest", "short", "pull"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """What a drag means.

    Parameters
    ----------
    action : str
        A new long axis (with a proposed short one), a short axis, or a pull.
    longest, short : Ruler or None
        The rulers after it (LPS, mm); None only where a pulled lesion has no such ruler.
    key : hashable
        The lesion that was pulled, as given in `ShownRuler`; None for a new stroke.
    place : ImagePlace
        Series and slice that it was drawn on.
    """

    action: Action
    longest: Ruler | None
    short: Ruler | None
    key: Hashable
    place: ImagePlace


@dataclass(frozen=True, slots=True)
class Click:
    """A place (LPS, mm) that was clicked while the ruler was armed, and on which image."""

    point_mm: Vector
    place: ImagePlace


@dataclass(frozen=True, slots=True)
class _View:
    """What the canvas showed when the drag began."""

    grid: ViewGrid
    plane: BodyPlane
    slice_number: int

    @property
    def normal(self) -> Vector:
        return self.grid.normal(self.plane)

    @property
    def place(self) -> ImagePlace:
        return self.grid.image_place(self.plane, self.slice_number)


@dataclass(frozen=True, slots=True)
class _Grip:
    """An end of a shown ruler, taken with the pointer."""

    key: Hashable
    axis: Axis
    end: End
    longest: Ruler | None
    short: Ruler | None


class RulerTool:
    """Measures on one canvas.

    Parameters
    ----------
    canvas : Canvas
        Where to draw.
    done : callable
        Called with each finished `Stroke`.
    live : callable, optional
        Called with the stroke so far at each move, and with None at its end.
    clicked : callable, optional
        Called with a `Click` where a drag was too short, while armed for a long axis.
    resolution_mm : Decimal
        To which lengths are rounded beside the ruler while it is drawn.
    """

    def __init__(
        self,
        canvas: Canvas,
        *,
        done: Callable[[Stroke], None],
        live: Callable[[Stroke | None], None] | None = None,
        clicked: Callable[[Click], None] | None = None,
        resolution_mm: Decimal = Decimal("0.1"),
    ) -> None:
        self._canvas = canvas
        self._done = done
        self._live = live
        self._clicked = clicked
        self._resolution_mm = resolution_mm
        self._armed: Axis | None = None
        self._longest: Ruler | None = None
        self._running = 0
        self._count = 0
        viewer = canvas.viewer
        viewer.mouse_drag_callbacks.append(self._drag)
        viewer.mouse_double_click_callbacks.append(self._second_press)

    @property
    def armed(self) -> Axis | None:
        """Which axis a drag draws; None where it moves the view."""
        return self._armed

    @property
    def drawing(self) -> bool:
        """Whether a drag is under way."""
        return bool(self._running)

    def arm(self) -> None:
        """Let the next drag draw a long axis."""
        self._set_armed("longest", None)

    def arm_short(self, longest: Ruler) -> None:
        """Let the next drag draw the short axis that belongs to a long one (LPS, mm)."""
        self._set_armed("short", longest)

    def disarm(self) -> None:
        """Let drags move the view; a drag under way is given up."""
        self.cancel()
        self._set_armed(None, None)

    def cancel(self) -> bool:
        """Give up the drag under way; tell whether there was one."""
        was_drawing = self.drawing
        if was_drawing:
            self._end()
        return was_drawing

    def close(self) -> None:
        """Take the tool off the canvas."""
        self.disarm()
        viewer = self._canvas.viewer
        for callbacks, own in (
            (viewer.mouse_drag_callbacks, self._drag),
            (viewer.mouse_double_click_callbacks, self._second_press),
        ):
            if own in callbacks:
                callbacks.remove(own)

    def _set_armed(self, axis: Axis | None, longest: Ruler | None) -> None:
        self._armed, self._longest = axis, longest
        self._canvas.set_measuring(axis is not None)

    # The drag

    def _drag(self, _: Any, event: Any) -> Iterator[None]:  # noqa: ANN401  napari ships no types
        """Follow the pointer from press to release; commit where it was let go."""
        view = self._view()
        if event.button != compat.LEFT_BUTTON or view is None:
            return
        start = self._canvas.index_at(event.position)
        grip = self._grip_at(view, start)
        if grip is None and self._armed is None:
            return
        event.handled = True
        own = self._begin()
        yield
        while event.type == "mouse_move":
            event.handled = True
            if own == self._running and self._view() != view:
                self._end()
            if own == self._running:
                self._show(self._stroke(view, grip, start, self._canvas.index_at(event.position)))
            yield
        finished = own == self._running and self._view() == view
        if own == self._running:
            self._end()
        if finished and event.type == "mouse_release" and event.button == compat.LEFT_BUTTON:
            self._finish(view, grip, start, self._canvas.index_at(event.position))

    def _second_press(self, viewer: Any, event: Any) -> None:  # noqa: ANN401  napari ships no types
        """Take the press of a double click as the press that it is: drags may follow quickly."""
        compat.press(viewer, event)

    def _begin(self) -> int:
        self._count += 1
        self._running = self._count
        self._canvas.held = True
        return self._running

    def _end(self) -> None:
        self._running = 0
        self._canvas.held = False
        self._canvas.set_draft(())
        if self._live is not None:
            self._live(None)

    def _view(self) -> _View | None:
        canvas = self._canvas
        if canvas.grid is None:
            return None
        return _View(canvas.grid, canvas.plane, canvas.slice_number)

    def _finish(self, view: _View, grip: _Grip | None, start: Vector, stop: Vector) -> None:
        """Hand on what was drawn."""
        length_mm = math.dist(view.grid.patient_mm(start), view.grid.patient_mm(stop))
        if grip is None and length_mm < CLICK_MM:
            if self._clicked is not None and self._armed == "longest":
                self._clicked(Click(view.grid.patient_mm(stop), view.place))
            return
        if grip is not None and length_mm * self._canvas.zoom < _STILL_PX:
            return
        stroke = self._stroke(view, grip, start, stop)
        if stroke is not None:
            self._done(_in_order(stroke))

    def _stroke(
        self, view: _View, grip: _Grip | None, start: Vector, stop: Vector
    ) -> Stroke | None:
        """Return what a drag between two display indices means; None while it has no length."""
        start_mm, stop_mm = view.grid.patient_mm(start), view.grid.patient_mm(stop)
        try:
            if grip is not None:
                return _pull(view, grip, start_mm, stop_mm)
            drawn = Ruler(start_mm=start_mm, end_mm=stop_mm)
            if self._armed == "short" and self._longest is not None:
                axes = corrected(self._longest, drawn, view.normal)
                return _stroke_of(view, "short", axes)
            return _stroke_of(view, "longest", proposed(drawn, view.normal))
        except GeometryError:
            return None

    def _show(self, stroke: Stroke | None) -> None:
        """Draw what a drag means so far."""
        rulers = () if stroke is None else ((stroke.longest, "longest"), (stroke.short, "short"))
        shown: list[ShownRuler] = [
            ShownRuler(
                key=None,
                axis="longest" if axis == "longest" else "short",
                ruler=ruler,
                kind="draft",
                current=True,
                label=f"{commit_ruler(ruler, self._resolution_mm)} mm",
                pullable=False,
            )
            for ruler, axis in rulers
            if ruler is not None
        ]
        self._canvas.set_draft(shown)
        if self._live is not None:
            self._live(stroke)

    # Ends of shown rulers

    def _grip_at(self, view: _View, index: Vector) -> _Grip | None:
        """Return the end of a shown ruler under the pointer; armed, of the current lesion only."""
        found: list[tuple[bool, float, ShownRuler, End]] = []
        for shown in self._canvas.rulers:
            if not shown.pullable or (self._armed is not None and not shown.current):
                continue
            place = placed(view.grid, view.plane, shown.ruler)
            if place is None or not place.lies_in_slice or place.slice_number != view.slice_number:
                continue
            ends: tuple[End, End] = ("start", "end")
            for end, (first, second, third) in zip(ends, place.ends, strict=True):
                distance_px = self._distance_px(view, index, (first, second, third))
                if distance_px <= _GRIP_PX:
                    found.append((not shown.current, distance_px, shown, end))
        if not found:
            return None
        _, _, shown, end = min(found, key=lambda one: one[:2])
        rulers = {one.axis: one.ruler for one in self._canvas.rulers if one.key == shown.key}
        return _Grip(shown.key, shown.axis, end, rulers.get("longest"), rulers.get("short"))

    def _distance_px(self, view: _View, first: Vector, second: Vector) -> float:
        """Return how far two display indices lie apart on the canvas, in pixels."""
        _, rows, columns = PLANE_AXES[view.plane]
        spacing = view.grid.spacing_mm
        steps = ((first[axis] - second[axis]) * spacing[axis] for axis in (rows, columns))
        return math.hypot(*steps) * self._canvas.zoom


def _stroke_of(view: _View, action: Action, axes: Axes, key: Hashable = None) -> Stroke:
    """Return axes as a stroke on the image that is shown."""
    return Stroke(action=action, longest=axes.longest, short=axes.short, key=key, place=view.place)


def _pull(view: _View, grip: _Grip, start_mm: Vector, stop_mm: Vector) -> Stroke:
    """Return the rulers after an end was pulled by as much as the pointer moved."""
    ruler = grip.longest if grip.axis == "longest" else grip.short
    if ruler is None:
        raise GeometryError("there is no such ruler")
    end_mm = ruler.start_mm if grip.end == "start" else ruler.end_mm
    x, y, z = (at + to - since for at, to, since in zip(end_mm, stop_mm, start_mm, strict=True))
    if grip.longest is not None and grip.short is not None:
        axes = Axes(grip.longest, grip.short)
        moved = pulled(axes, grip.axis, grip.end, (x, y, z), view.normal)
        return _stroke_of(view, "pull", moved, grip.key)
    alone = ruler.model_copy(update={f"{grip.end}_mm": (x, y, z)})
    return Stroke(
        action="pull",
        longest=alone if grip.axis == "longest" else None,
        short=alone if grip.axis == "short" else None,
        key=grip.key,
        place=view.place,
    )


def _in_order(stroke: Stroke) -> Stroke:
    """Return a stroke whose longer ruler is the long axis."""
    if stroke.longest is None or stroke.short is None:
        return stroke
    axes = ordered(Axes(stroke.longest, stroke.short))
    return Stroke(
        action=stroke.action,
        longest=axes.longest,
        short=axes.short,
        key=stroke.key,
        place=stroke.place,
    )
