"""Canvases on viewers without a window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from napari.components import ViewerModel

from napari_recistkit.canvas import Canvas
from napari_recistkit.lesion_layer import ShownRuler
from recistkit.model.mark import Ruler
from recistkit.model.series import Vector
from recistkit.reading.grid import ViewGrid

__all__ = ["Later", "bare_canvas", "between", "shown"]


class Later:
    """What is to be done when napari has finished: done when the test says so."""

    def __init__(self) -> None:
        self._work: list[Callable[[], None]] = []

    def __call__(self, work: Callable[[], None]) -> None:
        self._work.append(work)

    def come(self) -> int:
        """Do what was put off; return how many things that were."""
        work, self._work = self._work, []
        for one in work:
            one()
        return len(work)


def bare_canvas(grid: ViewGrid | None = None, later: Later | None = None) -> Canvas:
    """Return a canvas on a viewer model alone."""
    viewer: Any = ViewerModel()
    canvas = Canvas(viewer, soon=later or Later())
    if grid is not None:
        canvas.show(grid)
    return canvas


def between(grid: ViewGrid, start: Vector, end: Vector) -> Ruler:
    """Return the ruler between two display indices."""
    return Ruler(start_mm=grid.patient_mm(start), end_mm=grid.patient_mm(end))


def shown(grid: ViewGrid, start: Vector, end: Vector, **changes: object) -> ShownRuler:
    """Return a long axis of T1 between two display indices."""
    given: dict[str, Any] = {"key": "T1", "axis": "longest", "label": "T1"} | changes
    return ShownRuler(ruler=between(grid, start, end), **given)
