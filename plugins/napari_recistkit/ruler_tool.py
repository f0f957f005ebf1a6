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
from typing import Any, Final

from napari_recistkit import compat
from napari_recistkit.canvas import Canvas
from napari_recistkit.lesion_layer import ShownRuler, placed
from napari_recistkit.next_drag import NOTHING, NextDrag
from recistkit.errors import GeometryError
from recistkit.measure.bidirectional import Axes, Axis, End, ordered, proposed, pulled
from recistkit.measure.ruler import commit_ruler, ruler_length_mm
from recistkit.model.mark import ImagePlace, Ruler
from recistkit.model.series import Vector
from recistkit.reading.grid import PLANE_AXES, BodyPlane, ViewGrid

__all__ = ["CLICK_MM", "Click", "Pull", "RulerTool", "Stroke"]

CLICK_MM: Final = 1.0
"""A drag shorter than this is a click."""

_GRIP_PX: Final = 7.0
_STILL_PX: Final = 1.5

_SECOND_PRESS: Final = "mouse_double_click"
_PROPOSAL: Final = "drag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """A ruler that was drawn.

    Parameters
    ----------
    drag : NextDrag
        What it is, as it was decided before it began.
    ruler : Ruler
        From press to release (LPS, mm).
    place : ImagePlace
        Series and slice that it was drawn on.
    """

    drag: NextDrag
    ruler: Ruler
    place: ImagePlace


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """A lesion whose ruler was pulled at an end.

    Parameters
    ----------
    longest, short : Ruler or None
        The rulers after it (LPS, mm), the longer one first; None where it has no such ruler.
    key : hashable
        Which lesion, as given in `ShownRuler`.
    place : ImagePlace
        Series and slice that is shown.
    """

    longest: Ruler | None
    short: Ruler | None
    key: Hashable
    place: ImagePlace


@dataclass(frozen=True, slots=True)
class Click:
    """A place (LPS, mm) that was clicked where a long axis could be drawn, and on which image."""

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
    drawn : callable
        Called with each finished `Stroke`.
    pulled : callable
        Called with each finished `Pull`.
    clicked : callable
        Called with a `Click` where a drag was too short, unless a short axis is expected.
    resolution_mm : Decimal
        To which lengths are rounded beside the ruler while it is drawn.
    """

    def __init__(
        self,
        canvas: Canvas,
        *,
        drawn: Callable[[Stroke], None],
        pulled: Callable[[Pull], None],
        clicked: Callable[[Click], None],
        resolution_mm: Decimal = Decimal("0.1"),
    ) -> None:
        self._canvas = canvas
        self._drawn, self._pulled, self._clicked = drawn, pulled, clicked
        self._resolution_mm = resolution_mm
        self._next: NextDrag = NOTHING
        self._running = 0
        self._count = 0
        viewer = canvas.viewer
        viewer.mouse_drag_callbacks.append(self._drag)
        viewer.mouse_double_click_callbacks.append(self._second_press)

    @property
    def next_drag(self) -> NextDrag:
        """What the next drag is."""
        return self._next

    @property
    def drawing(self) -> bool:
        """Whether a drag is under way."""
        return bool(self._running)

    def arm(self, drag: NextDrag) -> None:
        """Let the next drag be something; one under way that is something else is given up."""
        if drag != self._next:
            self.cancel()
            self._next = drag
            self._canvas.set_measuring(drag.draws != "nothing")
        if not self.drawing:
            self._propose()

    def cancel(self) -> bool:
        """Give up the drag under way; tell whether there was one."""
        was_drawing = self.drawing
        if was_drawing:
            self._end()
        return was_drawing

    def close(self) -> None:
        """Take the tool off the canvas."""
        self.arm(NOTHING)
        viewer = self._canvas.viewer
        for callbacks, own in (
            (viewer.mouse_drag_callbacks, self._drag),
            (viewer.mouse_double_click_callbacks, self._second_press),
        ):
            if own in callbacks:
                callbacks.remove(own)

    # The drag

    def _drag(self, _: Any, event: Any) -> Iterator[None]:  # noqa: ANN401  napari ships no types
        """Follow the pointer from press to release; commit where it was let go."""
        view = self._view()
        if event.button != compat.LEFT_BUTTON or view is None or self._next.draws == "nothing":
            return
        start = self._canvas.index_at(event.position)
        grip = self._grip_at(view, start) if self._next.may_pull else None
        may_be_click = event.type != _SECOND_PRESS
        event.handled = True
        own = self._begin()
        yield
        while event.type == "mouse_move":
            event.handled = True
            if own == self._running and self._view() != view:
                self._end()
            if own == self._running:
                self._show(view, grip, start, self._canvas.index_at(event.position))
            yield
        if own != self._running:
            return
        is_done = event.type == "mouse_release" and event.button == compat.LEFT_BUTTON
        is_done = is_done and self._view() == view
        with self._canvas.drawn_once():
            self._end()
            if not is_done:
                return
            stop = self._canvas.index_at(event.position)
            if grip is not None:
                self._finish_pull(view, grip, start, stop)
            else:
                self._finish(view, start, stop, may_be_click=may_be_click)

    def _second_press(self, viewer: Any, event: Any) -> None:  # noqa: ANN401  napari ships no types
        """Take the press of a double click as one that may begin a drag: they may follow quickly.

        It is never a second click: that would be a second lesion at one place.
        """
        compat.press(viewer, event)

    def _begin(self) -> int:
        self._count += 1
        self._running = self._count
        self._canvas.held = True
        return self._running

    def _end(self) -> None:
        self._running = 0
        self._canvas.held = False
        self._propose()

    def _view(self) -> _View | None:
        """Return what is shown; None where the viewer does not show it, or shows it otherwise."""
        canvas = self._canvas
        if canvas.grid is None or not canvas.is_as_shown:
            return None
        return _View(canvas.grid, canvas.plane, canvas.slice_number)

    def _finish(self, view: _View, start: Vector, stop: Vector, *, may_be_click: bool) -> None:
        """Hand on what was drawn."""
        ruler = _ruler(view, start, stop)
        if ruler_length_mm(ruler) >= CLICK_MM:
            self._drawn(Stroke(drag=self._next, ruler=ruler, place=view.place))
        elif may_be_click and self._next.draws != "short":
            self._clicked(Click(ruler.end_mm, view.place))

    def _finish_pull(self, view: _View, grip: _Grip, start: Vector, stop: Vector) -> None:
        """Hand on what was pulled, if it was moved at all."""
        moved = _ruler(view, start, stop)
        if ruler_length_mm(moved) * self._canvas.zoom < _STILL_PX:
            return
        longest, short = _pulled(view, grip, moved)
        if longest is not None and short is not None:
            axes = ordered(Axes(longest, short))
            longest, short = axes.longest, axes.short
        if longest is not None or short is not None:
            self._pulled(Pull(longest=longest, short=short, key=grip.key, place=view.place))

    def _show(self, view: _View, grip: _Grip | None, start: Vector, stop: Vector) -> None:
        """Draw what a drag is so far."""
        drawn = _ruler(view, start, stop)
        longest, short = _pulled(view, grip, drawn) if grip is not None else (drawn, None)
        if grip is None and (found := self._next.short_axis(drawn, view.place)) is not None:
            longest, short = found[1].longest, found[1].short
        both: tuple[tuple[Axis, Ruler | None], ...] = (("longest", longest), ("short", short))
        self._canvas.set_draft(
            [
                _draft(axis, ruler, f"{commit_ruler(ruler, self._resolution_mm)} mm")
                for axis, ruler in both
                if ruler is not None and ruler_length_mm(ruler) > 0
            ]
        )

    def _propose(self) -> None:
        """Show the short axis that is expected next; nothing else is drawn between two drags."""
        self._canvas.set_draft([_draft("short", one, _PROPOSAL) for one in self._proposed()])

    def _proposed(self) -> list[Ruler]:
        grid = self._canvas.grid
        longest = self._next.crossable[0].longest if self._next.draws == "short" else None
        if grid is None or longest is None:
            return []
        try:
            return [proposed(longest, grid.normal(self._canvas.plane)).short]
        except GeometryError:  # in this plane the long axis is a point
            return []

    # Ends of shown rulers

    def _grip_at(self, view: _View, index: Vector) -> _Grip | None:
        """Return the end of a ruler of the current lesion under the pointer."""
        found: list[tuple[float, ShownRuler, End]] = []
        for shown in self._canvas.rulers:
            if not (shown.pullable and shown.current):
                continue
            place = placed(view.grid, view.plane, shown.ruler)
            if place is None or not place.lies_in_slice or place.slice_number != view.slice_number:
                continue
            ends: tuple[End, End] = ("start", "end")
            for end, (first, second, third) in zip(ends, place.ends, strict=True):
                distance_px = self._distance_px(view, index, (first, second, third))
                if distance_px <= _GRIP_PX:
                    found.append((distance_px, shown, end))
        if not found:
            return None
        _, shown, end = min(found, key=lambda one: one[0])
        rulers = {one.axis: one.ruler for one in self._canvas.rulers if one.key == shown.key}
        return _Grip(shown.key, shown.axis, end, rulers.get("longest"), rulers.get("short"))

    def _distance_px(self, view: _View, first: Vector, second: Vector) -> float:
        """Return how far two display indices lie apart on the canvas, in pixels."""
        _, rows, columns = PLANE_AXES[view.plane]
        spacing = view.grid.spacing_mm
        steps = ((first[axis] - second[axis]) * spacing[axis] for axis in (rows, columns))
        return math.hypot(*steps) * self._canvas.zoom


def _draft(axis: Axis, ruler: Ruler, label: str) -> ShownRuler:
    """Return a ruler that is no measurement yet."""
    return ShownRuler(
        key=None,
        axis=axis,
        ruler=ruler,
        kind="draft",
        current=label != _PROPOSAL,
        label=label,
        pullable=False,
    )


def _ruler(view: _View, start: Vector, stop: Vector) -> Ruler:
    """Return the ruler between two display indices."""
    return Ruler(start_mm=view.grid.patient_mm(start), end_mm=view.grid.patient_mm(stop))


def _pulled(view: _View, grip: _Grip, drawn: Ruler) -> tuple[Ruler | None, Ruler | None]:
    """Return long and short axis after an end was pulled by as much as the pointer moved.

    None for both where the long axis would have no length.
    """
    ruler = grip.longest if grip.axis == "longest" else grip.short
    if ruler is None:
        return None, None
    end_mm = ruler.start_mm if grip.end == "start" else ruler.end_mm
    ends = zip(end_mm, drawn.end_mm, drawn.start_mm, strict=True)
    x, y, z = (at + to - since for at, to, since in ends)
    if grip.longest is None or grip.short is None:
        alone = ruler.model_copy(update={f"{grip.end}_mm": (x, y, z)})
        return (alone, None) if grip.axis == "longest" else (None, alone)
    try:
        axes = pulled(Axes(grip.longest, grip.short), grip.axis, grip.end, (x, y, z), view.normal)
    except GeometryError:
        return None, None
    return axes.longest, axes.short
