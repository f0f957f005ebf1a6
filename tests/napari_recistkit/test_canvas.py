"""A canvas shows what it was given, and nothing that napari is made to do changes that."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from qtpy.QtGui import QImage

from napari_recistkit import compat
from napari_recistkit.canvas import Canvas, Topic
from napari_recistkit.lesion_layer import COLOURS, layer_scale, placed
from napari_recistkit.windows import Window
from recistkit.model.series import Vector
from recistkit.reading.grid import BODY_PLANES, PLANE_AXES, BodyPlane, ViewGrid
from tests.napari_recistkit.canvases import Later, bare_canvas, between, shown
from tests.napari_recistkit.conftest import Pair
from tests.napari_recistkit.driving import CONTROL, RIGHT, ModelMouse, drag, pixel_of, settle, wheel
from tests.napari_recistkit.test_letters import EDGES, texts
from tests.reading.grids import grid_of, oblique_grid, series_of, straight_grid

if TYPE_CHECKING:
    from qtpy.QtWidgets import QWidget

GRIDS = {"straight": straight_grid, "oblique": oblique_grid}


def lines(canvas: Canvas, layer: str = "lesions") -> list[list[list[float]]]:
    """Return the lines of a layer as display indices, without the labels' dots."""
    assert canvas.grid is not None
    factor = np.array(layer_scale(canvas.grid, canvas.plane)) / np.array(canvas.grid.spacing_mm)
    drawn = canvas.viewer.layers[layer]
    return [
        (line * factor).round(3).tolist()
        for line, label in zip(drawn.data, drawn.features["label"], strict=True)
        if not label
    ]


def test_a_volume_is_shown_fitted_in_its_middle_with_its_window() -> None:
    canvas = bare_canvas(straight_grid())
    viewer = canvas.viewer
    assert [layer.name for layer in viewer.layers] == ["scan", "lesions", "ruler"]
    assert viewer.layers.selection.active.name == "scan"
    assert tuple(viewer.layers["scan"].contrast_limits) == (-160.0, 240.0)
    assert (canvas.plane, canvas.slice_number) == ("axial", 6)
    height, width = compat.canvas_size(viewer)
    assert canvas.zoom == pytest.approx(0.98 * min(height / 45.0, width / 42.0))
    assert compat.overlays(viewer)["scale_bar"].opacity == 1.0


def test_the_image_is_the_memory_of_the_volume() -> None:
    grid = straight_grid()
    canvas = bare_canvas(grid)
    assert np.shares_memory(canvas.viewer.layers["scan"].data, grid.voxels)


def test_every_layer_is_in_millimetres() -> None:
    canvas = bare_canvas(straight_grid())
    units = [{str(unit) for unit in layer.units} for layer in canvas.viewer.layers]
    assert units == [{"millimeter"}] * 3


@pytest.mark.parametrize("plane", BODY_PLANES)
@pytest.mark.parametrize("name", GRIDS)
def test_the_slider_steps_through_the_slices_of_the_volume(plane: BodyPlane, name: str) -> None:
    grid = GRIDS[name]()
    canvas = bare_canvas(grid)
    last = [count - 1.0 for count in grid.shape]
    canvas.set_rulers([shown(grid, (0.0, 0.0, 0.0), (last[0], last[1], last[2]))])
    canvas.set_plane(plane)
    axis = PLANE_AXES[plane][0]
    extent = canvas.viewer.dims.range[axis]
    assert extent.start == 0.0
    assert extent.step == pytest.approx(grid.spacing_mm[axis])
    assert extent.stop == pytest.approx((grid.shape[axis] - 1) * grid.spacing_mm[axis])


@pytest.mark.parametrize("plane", BODY_PLANES)
def test_a_plane_is_shown_head_up_and_left_on_the_right(plane: BodyPlane) -> None:
    canvas = bare_canvas(straight_grid())
    canvas.set_plane(plane)
    assert tuple(canvas.viewer.dims.order) == PLANE_AXES[plane]
    vertical = "down" if plane == "axial" else "up"
    orientation = [str(one) for one in canvas.viewer.scene.camera.orientation2d]
    assert orientation == [vertical, "right"]
    expected = {
        "axial": ("A", "P", "R", "L"),
        "coronal": ("H", "F", "R", "L"),
        "sagittal": ("H", "F", "A", "P"),
    }[plane]
    assert texts(canvas.viewer) == dict(zip(EDGES, expected, strict=True))


def test_planes_go_round() -> None:
    canvas = bare_canvas(straight_grid())
    seen = []
    for _ in range(3):
        canvas.next_plane()
        seen.append(canvas.plane)
    assert seen == ["coronal", "sagittal", "axial"]


@pytest.mark.parametrize("name", GRIDS)
@pytest.mark.parametrize("plane", BODY_PLANES)
def test_a_place_is_shown_in_the_middle_of_its_slice(name: str, plane: BodyPlane) -> None:
    grid = GRIDS[name]()
    canvas = bare_canvas(grid)
    canvas.set_plane(plane)
    canvas.set_zoom(6.0)
    place = grid.patient_mm((4.2, 11.4, 33.3))
    canvas.show_point(place)
    assert canvas.slice_number == grid.slice_of(plane, place)
    assert canvas.zoom == 6.0
    index = [4.2, 11.4, 33.3]
    index[PLANE_AXES[plane][0]] = canvas.slice_number
    assert canvas.centre_mm == pytest.approx(grid.patient_mm((index[0], index[1], index[2])))


def test_another_plane_cuts_through_the_same_place() -> None:
    grid = straight_grid()
    canvas = bare_canvas(grid)
    canvas.show_point(grid.patient_mm((3.0, 20.0, 40.0)))
    canvas.set_plane("coronal")
    assert canvas.slice_number == 20
    canvas.set_plane("sagittal")
    assert canvas.slice_number == 40
    canvas.set_plane("axial")
    assert canvas.slice_number == 3


def test_another_plane_has_the_same_zoom() -> None:
    canvas = bare_canvas(straight_grid())
    canvas.set_zoom(6.0)
    for plane in ("coronal", "sagittal", "axial"):
        canvas.set_plane(plane)
        assert canvas.zoom == 6.0


def test_slices_end_at_the_first_and_the_last() -> None:
    canvas = bare_canvas(straight_grid())
    canvas.set_slice(-5)
    assert canvas.slice_number == 0
    canvas.set_slice(500)
    assert canvas.slice_number == 11


def test_another_volume_is_shown_in_its_middle() -> None:
    canvas = bare_canvas(straight_grid())
    other = oblique_grid()
    canvas.show(other)
    assert canvas.grid is other
    assert [layer.name for layer in canvas.viewer.layers] == ["scan", "lesions", "ruler"]
    assert abs(canvas.slice_number - (other.slice_count("axial") - 1) / 2) <= 0.5


def test_a_volume_of_one_slice_is_shown_in_every_plane() -> None:
    grid = grid_of(series_of((60, 50, 1)))
    canvas = bare_canvas(grid)
    canvas.set_rulers([shown(grid, (0.0, 10.0, 20.0), (0.0, 30.0, 40.0))])
    assert (canvas.slice_number, len(lines(canvas))) == (0, 1)
    for plane in ("coronal", "sagittal", "axial"):
        canvas.set_plane(plane)
        assert len(lines(canvas)) == 1
    assert canvas.slice_number == 0


def test_a_cleared_canvas_shows_nothing() -> None:
    canvas = bare_canvas(straight_grid())
    canvas.clear()
    assert [layer.visible for layer in canvas.viewer.layers] == [False, False]
    assert texts(canvas.viewer) == {}
    assert (canvas.grid, canvas.centre_mm, canvas.slice_number) == (None, None, 0)
    canvas.set_slice(3)
    canvas.show_point((0.0, 0.0, 0.0))
    canvas.set_plane("coronal")
    canvas.preset("lung")
    canvas.fit()
    with pytest.raises(ValueError, match=r"^no volume is shown$"):
        canvas.index_at((0.0, 0.0, 0.0))


# Windows


def test_a_window_wider_than_all_grey_values_is_not_cut() -> None:
    canvas = bare_canvas(straight_grid())
    canvas.set_window(Window(0.0, 90_000.0))
    assert tuple(canvas.viewer.layers["scan"].contrast_limits) == (-45_000.0, 45_000.0)


def test_a_window_set_by_napari_is_noticed() -> None:
    canvas = bare_canvas(straight_grid())
    told: list[Window | None] = []
    canvas.listen("window", lambda: told.append(canvas.window))
    canvas.viewer.layers["scan"].contrast_limits = (0.0, 100.0)
    assert told == [Window(50.0, 100.0)]


# Mouse


def test_the_wheel_scrolls_towards_the_feet() -> None:
    canvas = bare_canvas(straight_grid())
    ModelMouse(canvas).turn(-2.0)
    assert canvas.slice_number == 4
    ModelMouse(canvas).turn(1.0)
    assert canvas.slice_number == 5


@pytest.mark.parametrize(("plane", "number"), [("coronal", 25), ("sagittal", 31)])
def test_the_wheel_scrolls_to_the_back_and_to_the_left(plane: BodyPlane, number: int) -> None:
    canvas = bare_canvas(straight_grid())
    canvas.set_plane(plane)
    before = canvas.slice_number
    ModelMouse(canvas).turn(-1.0)
    assert (canvas.slice_number, before) == (number, number - 1)


def test_fractions_of_a_notch_add_up() -> None:
    canvas = bare_canvas(straight_grid())
    for _ in range(3):
        ModelMouse(canvas).turn(0.4)
    assert canvas.slice_number == 7


def test_control_and_wheel_zoom_about_the_pointer() -> None:
    grid = straight_grid()
    canvas = bare_canvas(grid)
    zoom, centre = canvas.zoom, canvas.centre_mm
    pointer = (6.0, 10.0, 20.0)
    ModelMouse(canvas).turn(2.0, "Control", index=pointer)
    assert canvas.zoom == pytest.approx(zoom * 1.15**2)
    assert canvas.slice_number == 6
    place = np.array(grid.patient_mm(pointer))
    before = (place - np.array(centre)) * zoom
    after = (place - np.array(canvas.centre_mm)) * canvas.zoom
    assert after == pytest.approx(before)


def test_a_right_drag_sets_the_window_and_leaves_the_zoom() -> None:
    canvas = bare_canvas(straight_grid())
    zoom = canvas.zoom
    start = (6.0, 10.0, 10.0)
    mouse = ModelMouse(canvas)
    assert not mouse.press(start, 2)
    mouse.move((6.0, 10.0, 10.0 + 30.0 / (0.7 * zoom)), 2)
    mouse.release(start, 2)
    assert canvas.window is not None
    assert canvas.window.width == pytest.approx(440.0)
    assert canvas.zoom == zoom


@pytest.mark.parametrize("plane", BODY_PLANES)
def test_a_middle_drag_moves_the_image_with_the_pointer(plane: BodyPlane) -> None:
    grid = straight_grid()
    canvas = bare_canvas(grid)
    canvas.set_plane(plane)
    canvas.set_measuring(True)
    centre = canvas.centre_mm
    assert centre is not None
    start = grid.display_index(centre)
    _, rows, columns = PLANE_AXES[plane]
    end = list(start)
    end[rows] += 3.0
    end[columns] += 5.0
    ModelMouse(canvas).drag(start, (end[0], end[1], end[2]), button=3)
    assert canvas.centre_mm is not None
    moved = np.array(grid.display_index(canvas.centre_mm)) - np.array(start)
    assert moved == pytest.approx(np.array(start) - np.array(end))


# Rulers


@pytest.mark.parametrize("name", GRIDS)
@pytest.mark.parametrize("plane", BODY_PLANES)
def test_a_ruler_is_drawn_between_its_ends_in_its_slice(name: str, plane: BodyPlane) -> None:
    grid = GRIDS[name]()
    canvas = bare_canvas(grid)
    canvas.set_plane(plane)
    axis = PLANE_AXES[plane][0]
    start, end = [3.0, 12.5, 20.25], [7.5, 30.0, 40.0]
    start[axis] = end[axis] = 5.0
    ends: tuple[Vector, Vector] = ((start[0], start[1], start[2]), (end[0], end[1], end[2]))
    canvas.set_rulers([shown(grid, *ends)])
    (drawn,) = lines(canvas)
    assert np.array(drawn) == pytest.approx(np.array(ends), abs=2e-3)
    place = placed(grid, plane, between(grid, *ends))
    assert place is not None
    assert (place.slice_number, place.lies_in_slice) == (5, True)


def test_a_ruler_of_another_plane_is_projected_onto_the_slice_of_its_middle() -> None:
    grid = straight_grid()
    canvas = bare_canvas(grid)
    canvas.set_rulers([shown(grid, (4.0, 10.0, 20.0), (4.0, 30.0, 40.0))])
    canvas.set_plane("coronal")
    assert lines(canvas) == [[[4.0, 20.0, 20.0], [4.0, 20.0, 40.0]]]
    opacity = canvas.viewer.layers["lesions"].edge_color[0][3]
    assert opacity == pytest.approx(0.45)


def test_a_ruler_outside_the_volume_is_not_drawn() -> None:
    grid = straight_grid()
    canvas = bare_canvas(grid)
    canvas.set_rulers([shown(grid, (40.0, 10.0, 20.0), (40.0, 30.0, 40.0))])
    assert lines(canvas) == []


def test_a_ruler_is_cut_where_it_leaves_the_volume() -> None:
    grid = straight_grid()
    canvas = bare_canvas(grid)
    canvas.set_rulers([shown(grid, (4.0, 10.0, -20.0), (4.0, 30.0, 40.0))])
    (drawn,) = lines(canvas)
    assert np.array(drawn) == pytest.approx(
        np.array([[4.0, 10.0 + 20.0 / 3, 0.0], [4.0, 30.0, 40.0]]), abs=2e-3
    )


def test_colours_and_breadths_tell_what_counts() -> None:
    grid = straight_grid()
    canvas = bare_canvas(grid)
    canvas.set_zoom(4.0)
    line = ((4.0, 10.0, 20.0), (4.0, 30.0, 40.0))
    canvas.set_rulers(
        [
            shown(grid, *line, key="T1", kind="target", label=""),
            shown(grid, *line, key="T1", kind="target", counted=False, label=""),
            shown(grid, *line, key="T2", kind="node", current=True, label=""),
        ]
    )
    layer = canvas.viewer.layers["lesions"]
    colours = [
        "#" + "".join(f"{round(255 * part):02X}" for part in c[:3]) for c in layer.edge_color
    ]
    assert colours == [COLOURS["target"], COLOURS["target"], COLOURS["node"]]
    pixels = np.array(layer.edge_width) * max(grid.spacing_mm) * 4.0
    assert pixels == pytest.approx([1.5, 0.9, 2.5])


@pytest.mark.parametrize(("height_px", "larger"), [(600, 1.0), (1200, 1.5), (1600, 2.0)])
def test_lines_and_labels_grow_with_a_large_canvas(height_px: int, larger: float) -> None:
    grid = straight_grid()
    canvas = bare_canvas()
    canvas.viewer.canvas.size = (height_px, 900)
    canvas.show(grid)
    canvas.set_rulers([shown(grid, (4.0, 10.0, 20.0), (4.0, 30.0, 40.0), current=True)])
    layer = canvas.viewer.layers["lesions"]
    pixels = layer.edge_width[0] * max(grid.spacing_mm) * canvas.zoom
    assert (pixels, layer.text.size) == (pytest.approx(2.5 * larger), 11 * larger)


def test_lines_keep_their_breadth_on_the_screen() -> None:
    grid = straight_grid()
    canvas = bare_canvas(grid)
    canvas.set_rulers([shown(grid, (4.0, 10.0, 20.0), (4.0, 30.0, 40.0))])
    canvas.set_zoom(40.0)
    width = canvas.viewer.layers["lesions"].edge_width[0]
    assert width * max(grid.spacing_mm) * 40.0 == pytest.approx(1.5)


def test_a_label_stands_to_the_right_of_both_axes() -> None:
    grid = straight_grid()
    canvas = bare_canvas(grid)
    canvas.set_rulers(
        [
            shown(grid, (4.0, 10.0, 20.0), (4.0, 10.0, 30.0), label="T1 7.0"),
            shown(grid, (4.0, 5.0, 35.0), (4.0, 15.0, 25.0), axis="short", label=""),
        ]
    )
    layer = canvas.viewer.layers["lesions"]
    assert list(layer.features["label"]) == ["", "", "T1 7.0"]
    dot = layer.data[2][0] * np.array(layer.scale) / np.array(grid.spacing_mm)
    assert dot == pytest.approx([4.0, 5.0, 35.0 + 6.0 / canvas.zoom / 0.7], abs=1e-3)


def test_rulers_come_and_go() -> None:
    grid = straight_grid()
    canvas = bare_canvas(grid)
    first = shown(grid, (4.0, 10.0, 20.0), (4.0, 30.0, 40.0))
    second = shown(grid, (5.0, 10.0, 20.0), (5.0, 30.0, 40.0), key="T2")
    for rulers in ([first], [first, second], [second], []):
        canvas.set_rulers(rulers)
        assert len(lines(canvas)) == len(rulers)
        assert canvas.rulers == tuple(rulers)


def test_a_ruler_without_length_is_drawn_too() -> None:
    grid = straight_grid()
    canvas = bare_canvas(grid)
    canvas.set_rulers([shown(grid, (4.0, 10.0, 20.0), (4.0, 10.0, 20.0))])
    assert len(lines(canvas)) == 1


def test_lines_are_visible_only_on_slices_that_have_some() -> None:
    grid = straight_grid()
    canvas = bare_canvas(grid)
    layer = canvas.viewer.layers["lesions"]
    line = ((4.0, 10.0, 20.0), (4.0, 30.0, 40.0))
    canvas.set_rulers([shown(grid, *line)])
    seen = []
    for number in (3, 4, 5):
        canvas.set_slice(number)
        seen.append((layer.visible, list(layer._view_indices) if layer.visible else []))
    assert seen == [(False, []), (True, [0, 1]), (False, [])]
    canvas.set_plane("coronal")
    canvas.set_slice(20)
    assert layer.visible
    canvas.set_rulers([])
    assert not layer.visible


# What others do to the viewer

Deed = Callable[[Any], object]


def remove_all(viewer: Any) -> None:  # noqa: ANN401
    viewer.layers.clear()


def remove_selected(viewer: Any) -> None:  # noqa: ANN401
    viewer.layers.select_all()
    viewer.layers.remove_selected()


def show_foreign_twice(viewer: Any) -> None:  # noqa: ANN401
    viewer.add_image(np.full((9, 40, 40), 900), visible=False).visible = True


DEEDS: dict[str, Deed] = {
    "layer of lesions removed": lambda viewer: viewer.layers.remove("lesions"),
    "image removed": lambda viewer: viewer.layers.remove("scan"),
    "all layers removed": remove_all,
    "selected layers removed": remove_selected,
    "a shape removed": lambda viewer: viewer.layers["lesions"].remove([0]),
    "all shapes removed": lambda viewer: setattr(viewer.layers["lesions"], "data", []),
    "selected shapes removed": lambda viewer: (
        viewer.layers["lesions"].selected_data.add(0),
        viewer.layers["lesions"].remove_selected(),
    ),
    "a shape added": lambda viewer: viewer.layers["lesions"].add_lines(np.zeros((2, 3))),
    "a shape moved": lambda viewer: setattr(
        viewer.layers["lesions"], "data", [line + 1 for line in viewer.layers["lesions"].data]
    ),
    "lesions hidden": lambda viewer: setattr(viewer.layers["lesions"], "visible", False),
    "image moved": lambda viewer: setattr(viewer.layers["scan"], "translate", (0, 9, 9)),
    "image stretched": lambda viewer: setattr(viewer.layers["scan"], "scale", (1, 1, 1)),
    "image turned": lambda viewer: setattr(viewer.layers["scan"], "rotate", (0, 0, 30)),
    "image sheared": lambda viewer: setattr(viewer.layers["scan"], "shear", (0, 0, 1)),
    "image bent": lambda viewer: setattr(viewer.layers["scan"], "affine", np.diag([1, 2, 2, 1])),
    "lesions moved": lambda viewer: setattr(viewer.layers["lesions"], "translate", (0, 9, 9)),
    "lesions turned": lambda viewer: setattr(viewer.layers["lesions"], "rotate", (0, 0, 30)),
    "image in transform mode": lambda viewer: setattr(viewer.layers["scan"], "mode", "transform"),
    "shapes in select mode": lambda viewer: setattr(viewer.layers["lesions"], "mode", "select"),
    "axes rolled": lambda viewer: viewer.dims.roll(),
    "axes transposed": lambda viewer: viewer.dims.transpose(),
    "three dimensions": lambda viewer: setattr(viewer.dims, "ndisplay", 3),
    "grid": lambda viewer: setattr(viewer.canvas.grid, "enabled", True),
    "upside down": lambda viewer: setattr(viewer.scene.camera, "orientation2d", ("down", "left")),
    "lesions made active": lambda viewer: setattr(
        viewer.layers.selection, "active", viewer.layers["lesions"]
    ),
    "layers reordered": lambda viewer: viewer.layers.reverse(),
    "image inverted": lambda viewer: setattr(viewer.layers["scan"], "colormap", "gray_r"),
    "image faint": lambda viewer: setattr(viewer.layers["scan"], "opacity", 0.1),
    "image gamma": lambda viewer: setattr(viewer.layers["scan"], "gamma", 2.0),
    "image added up": lambda viewer: setattr(viewer.layers["scan"], "blending", "additive"),
    "image projected": lambda viewer: setattr(viewer.layers["scan"], "projection_mode", "max"),
    "image in blocks": lambda viewer: setattr(viewer.layers["scan"], "interpolation2d", "nearest"),
    "thick slab": lambda viewer: setattr(viewer.dims, "thickness", (60.0, 1.0, 1.0)),
    "lesions faint": lambda viewer: setattr(viewer.layers["lesions"], "opacity", 0.0),
    "foreign image": lambda viewer: viewer.add_image(np.full((9, 40, 40), 900)),
    "foreign image shown again": show_foreign_twice,
    "foreign image with time": lambda viewer: viewer.add_image(np.zeros((4, 12, 50, 60))),
}


OURS = ("scan", "lesions", "ruler")


def state(canvas: Canvas) -> dict[str, object]:
    """Return everything that a reader sees."""
    viewer = canvas.viewer
    image, lesions = viewer.layers["scan"], viewer.layers["lesions"]
    ours = [layer for layer in viewer.layers if layer.visible or layer.name in OURS]
    return {
        "layers": [layer.name for layer in ours],
        "active": viewer.layers.selection.active.name,
        "lines": [line.round(3).tolist() for line in lesions.data],
        "scale": np.round(lesions.scale, 9).tolist(),
        "matrix": np.round(image._transforms.simplified.affine_matrix, 9).tolist(),
        "lesion matrix": np.round(lesions._transforms.simplified.affine_matrix, 9).tolist(),
        "modes": [str(layer.mode) for layer in ours],
        "visible": [layer.visible for layer in ours],
        "looks": [
            (layer.opacity, str(layer.blending), str(layer.projection_mode)) for layer in ours
        ],
        "grey": (image.colormap.name, image.gamma, str(image.interpolation2d)),
        "thickness": tuple(viewer.dims.thickness[-3:]),
        "order": tuple(axis - viewer.dims.ndim for axis in viewer.dims.order[-3:]),
        "point": round(viewer.dims.point[PLANE_AXES[canvas.plane][0] - 3], 6),
        "plain": compat.view_is_plain(viewer),
        "orientation": [str(one) for one in viewer.scene.camera.orientation2d],
        "slice": canvas.slice_number,
        "centre": np.round(canvas.centre_mm or (0.0, 0.0, 0.0), 6).tolist(),
        "zoom": round(canvas.zoom, 6),
        "window": tuple(image.contrast_limits),
    }


@pytest.mark.parametrize("plane", ["axial", "coronal"])
@pytest.mark.parametrize("deed", DEEDS)
def test_what_napari_is_made_to_do_is_put_right(deed: str, plane: BodyPlane) -> None:
    later, grid = Later(), straight_grid()
    canvas = bare_canvas(grid, later)
    canvas.set_plane(plane)
    canvas.show_point(grid.patient_mm((4.0, 20.0, 30.0)))
    canvas.set_zoom(5.0)
    canvas.preset("lung")
    canvas.set_rulers([shown(grid, (4.0, 10.0, 20.0), (4.0, 30.0, 40.0))])
    later.come()
    before = state(canvas)
    DEEDS[deed](canvas.viewer)
    assert later.come() == 1
    assert state(canvas) == before
    later.come()
    assert state(canvas) == before


def test_our_own_doing_is_not_put_right() -> None:
    later, grid = Later(), straight_grid()
    canvas = bare_canvas(grid, later)
    canvas.set_rulers([shown(grid, (4.0, 10.0, 20.0), (4.0, 30.0, 40.0))])
    canvas.set_plane("sagittal")
    canvas.set_slice(7)
    canvas.set_zoom(9.0)
    canvas.preset("bone")
    canvas.show(oblique_grid())
    canvas.fit()
    assert later.come() == 0


def test_a_canvas_is_fitted_anew_until_the_reader_zooms() -> None:
    canvas = bare_canvas(straight_grid())
    canvas.viewer.canvas.size = (1600, 1600)
    assert canvas.zoom == pytest.approx(0.98 * 1600 / 45.0)
    canvas.set_zoom(5.0)
    canvas.viewer.canvas.size = (800, 800)
    assert canvas.zoom == 5.0


# Listeners and closing


def test_each_change_is_told_once() -> None:
    canvas = bare_canvas(straight_grid())
    told: list[Topic] = []
    topics: tuple[Topic, ...] = ("slice", "view", "window", "plane", "grid")
    for topic in topics:
        canvas.listen(topic, partial(told.append, topic))
    canvas.set_slice(3)
    assert told == ["slice"]
    canvas.set_zoom(5.0)
    assert told[1:] == ["view"]
    canvas.preset("lung")
    assert told[2:] == ["window"]
    canvas.set_plane("coronal")
    assert told[3:] == ["plane", "slice", "view"]


def test_a_listener_is_taken_off() -> None:
    canvas = bare_canvas(straight_grid())
    told: list[int] = []
    stop = canvas.listen("slice", lambda: told.append(canvas.slice_number))
    stop()
    stop()
    canvas.set_slice(3)
    assert told == []


def listener_count(canvas: Canvas) -> int:
    viewer = canvas.viewer
    emitters = (
        viewer.dims.events.point,
        viewer.dims.events.order,
        viewer.dims.events.ndisplay,
        viewer.scene.camera.events.zoom,
        viewer.scene.camera.events.center,
        viewer.layers.events.removed,
        viewer.layers.events.inserted,
    )
    return sum(len(emitter.callbacks) for emitter in emitters)


def test_a_closed_canvas_leaves_the_viewer_as_it_was() -> None:
    empty = bare_canvas()
    viewer = empty.viewer
    empty.close()
    before = (
        listener_count(empty),
        list(viewer.mouse_wheel_callbacks),
        list(viewer.mouse_drag_callbacks),
        list(viewer.mouse_double_click_callbacks),
    )
    later = Later()
    canvas = Canvas(viewer, soon=later)
    canvas.show(straight_grid())
    canvas.viewer.layers.remove("lesions")
    canvas.close()
    canvas.close()
    later.come()
    after = (
        listener_count(canvas),
        list(viewer.mouse_wheel_callbacks),
        list(viewer.mouse_drag_callbacks),
        list(viewer.mouse_double_click_callbacks),
    )
    assert after == before
    assert len(viewer.layers) == 0
    assert texts(viewer) == {}


# In a real window


def picture(native: QWidget) -> np.ndarray:
    """Return what a canvas shows, shape (rows, columns, red green blue)."""
    window = native.window()
    corner = native.mapTo(window, native.rect().topLeft())
    image = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    ratio = image.devicePixelRatio()
    buffer = np.frombuffer(image.constBits(), np.uint8)
    rows = buffer.reshape(image.height(), image.bytesPerLine())[:, : image.width() * 3]
    top, left = round(corner.y() * ratio), round(corner.x() * ratio)
    bottom, right = top + round(native.height() * ratio), left + round(native.width() * ratio)
    return rows.reshape(image.height(), image.width(), 3)[top:bottom, left:right].copy()


def marked_grid() -> ViewGrid:
    """Return an axial CT with one bright block towards head, front and right of the patient."""
    series = series_of((60, 50, 12))
    grid = grid_of(series)
    voxels = np.full(grid.shape, -1000, dtype=np.int16)
    voxels[8:11, 5:15, 5:15] = 1000
    return ViewGrid(series, voxels, grid.stored_axes, grid.mirrored)


@pytest.mark.parametrize(
    ("plane", "half_down", "half_right"),
    [("axial", False, False), ("coronal", False, False), ("sagittal", False, False)],
)
def test_head_front_and_right_are_where_they_belong(
    pair: Pair, plane: BodyPlane, half_down: bool, half_right: bool
) -> None:
    grid = marked_grid()
    pair.first.show(grid)
    pair.first.set_plane(plane)
    pair.first.show_point(grid.patient_mm((9.0, 10.0, 10.0)), centred=False)
    pair.first.fit()
    settle(150)
    bright = picture(pair.first_native).min(axis=2) > 200
    expected = pixel_of(pair.first, pair.first_native, grid.patient_mm((9.0, 9.5, 9.5)))
    assert bright[round(expected[1]), round(expected[0])]
    assert (expected[1] > bright.shape[0] / 2) == half_down
    assert (expected[0] > bright.shape[1] / 2) == half_right


@pytest.mark.parametrize("size", [(1400, 900), (1000, 600)])
def test_letters_stand_whole_in_the_middles_of_the_edges(pair: Pair, size: tuple[int, int]) -> None:
    pair.first.show(straight_grid())
    pair.first.caption.show("")
    pair.first.viewer.canvas.overlays["scale_bar"].visible = False
    compat.camera(pair.first.viewer).zoom = 0.5
    pair.window.resize(*size)
    settle(300)
    seen = picture(pair.first_native).astype(int)
    height, width = seen.shape[:2]
    blue = seen[..., 2] - seen[..., 0] > 100
    middles = {
        "top": (slice(2, 50), slice(width // 2 - 12, width // 2 + 12)),
        "bottom": (slice(height - 50, height - 2), slice(width // 2 - 12, width // 2 + 12)),
        "left": (slice(height // 2 - 20, height // 2 + 20), slice(2, 50)),
        "right": (slice(height // 2 - 20, height // 2 + 20), slice(width - 50, width - 2)),
    }
    counts = {edge: int(blue[place].sum()) for edge, place in middles.items()}
    assert min(counts.values()) > 20
    assert sum(counts.values()) == blue.sum()


def test_a_ruler_is_seen_where_it_lies_in_its_colour(pair: Pair) -> None:
    grid = oblique_grid()
    pair.first.show(grid)
    pair.first.set_slice(5)
    line = ((5.0, 10.0, 15.0), (5.0, 30.0, 45.0))
    pair.first.set_rulers([shown(grid, *line, current=True, label="T1 28.4")])
    settle(200)
    seen = picture(pair.first_native).astype(int)
    right, down = pixel_of(pair.first, pair.first_native, grid.patient_mm((5.0, 20.0, 30.0)))
    near = seen[round(down) - 2 : round(down) + 3, round(right) - 2 : round(right) + 3]
    yellow = np.array([0xF0, 0xE4, 0x42])
    assert np.abs(near - yellow).sum(axis=2).min() < 60


def test_wheel_and_right_drag_in_a_window(pair: Pair) -> None:
    pair.first.show(straight_grid())
    settle(100)
    middle = (pair.first_native.width() / 2, pair.first_native.height() / 2)
    zoom, number = pair.first.zoom, pair.first.slice_number
    wheel(pair.first_native, middle, -1)
    assert (pair.first.slice_number, pair.first.zoom) == (number - 1, zoom)
    wheel(pair.first_native, middle, 1, CONTROL)
    assert pair.first.slice_number == number - 1
    assert pair.first.zoom == pytest.approx(zoom * 1.15)
    zoom = pair.first.zoom
    drag(pair.first_native, [middle, (middle[0] + 30, middle[1])], button=RIGHT)
    assert pair.first.window is not None
    assert pair.first.window.level == 40.0
    assert pair.first.window.width == pytest.approx(440.0, abs=15.0)
    assert pair.first.zoom == zoom


def test_removed_layers_come_back_in_a_window(pair: Pair) -> None:
    grid = straight_grid()
    pair.first.show(grid)
    pair.first.set_slice(4)
    pair.first.set_rulers([shown(grid, (4.0, 10.0, 20.0), (4.0, 30.0, 40.0))])
    before = state(pair.first)
    for deed in ("all layers removed", "selected layers removed", "a shape removed"):
        DEEDS[deed](pair.first.viewer)
        settle(100)
        assert state(pair.first) == before
