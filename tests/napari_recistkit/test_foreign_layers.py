"""What others put into the viewer is not seen, and not measured on, while a scan is shown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from napari.components import ViewerModel

from napari_recistkit.canvas import Canvas
from recistkit.reading.grid import BODY_PLANES, PLANE_AXES, BodyPlane
from tests.napari_recistkit.canvases import Later, bare_canvas, between
from tests.napari_recistkit.driving import ModelMouse
from tests.napari_recistkit.test_ruler_tool import Bench, in_plane
from tests.reading.grids import straight_grid


def foreign(viewer: Any, **given: Any) -> Any:  # noqa: ANN401  napari ships no types
    """Put an image that would cover everything into a viewer."""
    return viewer.add_image(np.full((20, 64, 64), 900, np.int16), **given)


def test_a_layer_that_was_there_before_is_hidden_until_the_scan_goes() -> None:
    viewer: Any = ViewerModel()
    seen, unseen = foreign(viewer), foreign(viewer, visible=False)
    canvas = Canvas(viewer, soon=Later())
    assert seen.visible
    canvas.show(straight_grid())
    assert (seen.visible, unseen.visible) == (False, False)
    assert canvas.is_as_shown
    canvas.clear()
    assert (seen.visible, unseen.visible) == (True, False)
    canvas.show(straight_grid())
    canvas.close()
    assert (seen.visible, unseen.visible) == (True, False)
    assert list(viewer.layers) == [seen, unseen]


def test_a_layer_that_is_dropped_on_the_scan_is_hidden_and_said_once() -> None:
    later = Later()
    canvas = bare_canvas(straight_grid(), later)
    told: list[str] = []
    canvas.listen("others", lambda: told.append("others"))
    dropped = foreign(canvas.viewer)
    assert not canvas.is_as_shown
    later.come()
    assert (dropped.visible, canvas.is_as_shown, told) == (False, True, ["others"])
    dropped.visible = True
    later.come()
    assert (dropped.visible, told) == (False, ["others"])
    canvas.viewer.layers.remove(dropped)
    later.come()
    canvas.clear()
    assert told == ["others"]


def test_nothing_is_measured_on_a_layer_that_was_just_dropped() -> None:
    later = Later()
    given = Bench(bare_canvas(straight_grid(), later))
    given.arm()
    foreign(given.canvas.viewer)
    given.mouse.drag(in_plane(given.canvas, 5, 5), in_plane(given.canvas, 5, 25))
    assert given.strokes == []
    later.come()
    given.mouse.drag(in_plane(given.canvas, 5, 5), in_plane(given.canvas, 5, 25))
    assert len(given.strokes) == 1


@pytest.mark.parametrize("plane", BODY_PLANES)
def test_beside_a_layer_with_time_the_slice_that_is_seen_is_measured(plane: BodyPlane) -> None:
    later, grid = Later(), straight_grid()
    given = Bench(bare_canvas(grid, later))
    canvas = given.canvas
    canvas.set_plane(plane)
    canvas.set_slice(3)
    given.arm()
    canvas.viewer.add_image(np.zeros((4, *grid.shape), np.int16), scale=(1, *grid.spacing_mm))
    later.come()
    axis = PLANE_AXES[plane][0]
    assert canvas.slice_number == 3
    canvas.set_slice(5)
    assert canvas.viewer.dims.point[1 + axis] == pytest.approx(5 * grid.spacing_mm[axis])
    image = canvas.viewer.layers["scan"]
    assert round(image._slice_input.world_slice.point[axis - 3] / grid.spacing_mm[axis]) == 5
    ModelMouse(canvas).turn(1.0)
    number = canvas.slice_number
    assert number != 5
    start, end = in_plane(canvas, 2, 3), in_plane(canvas, 8, 9)
    given.mouse.drag(start, end)
    assert given.stroke.ruler == between(grid, start, end)
    assert given.stroke.place == grid.image_place(plane, number)
    canvas.set_plane("coronal" if plane == "axial" else "axial")
    assert canvas.is_as_shown
