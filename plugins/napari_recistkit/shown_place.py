"""Where one canvas looks: to be kept, and shown again at another sitting; no Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from napari_recistkit.canvas import Canvas
    from recistkit.model.series import Vector
    from recistkit.reading.grid import ViewGrid

__all__ = ["is_at", "show_again", "shown_now"]

_SAME_PLACE_MM: Final = 0.01


def shown_now(canvas: Canvas) -> dict[str, Any]:
    """Return series, place, zoom and grey values of a canvas that shows a scan.

    Keyed as in `recistkit.reading.place`; a zoom of None shows the whole slice.
    """
    grid, window = canvas.grid, canvas.window
    return {
        "series": None if grid is None else grid.series.uid,
        "point_mm": canvas.centre_mm,
        "zoom": None if canvas.is_fitted else canvas.zoom,
        "window": None if window is None else (window.level, window.width),
    }


def show_again(canvas: Canvas, point_mm: Vector | None, zoom: float | None) -> bool:
    """Look where a canvas has looked; False where that is nowhere near its scan."""
    if point_mm is None or canvas.grid is None or not _is_near(canvas.grid, point_mm):
        return False
    if zoom is None:
        canvas.fit()
    else:
        canvas.set_zoom(zoom)
    canvas.show_point(point_mm, centred=zoom is not None)
    return True


def is_at(canvas: Canvas, point_mm: Vector | None) -> bool:
    """Tell whether a canvas still looks at a place (LPS, mm)."""
    centre = canvas.centre_mm
    if centre is None or point_mm is None:
        return False
    return bool(np.allclose(centre, point_mm, rtol=0.0, atol=_SAME_PLACE_MM))


def _is_near(grid: ViewGrid, point_mm: Vector) -> bool:
    """Tell whether a place is in a volume, or beside it by no more than the volume is long."""
    pairs = zip(grid.display_index(point_mm), grid.shape, strict=True)
    return all(-count <= at <= 2 * count for at, count in pairs)
