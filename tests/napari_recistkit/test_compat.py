"""Each name of napari that moves is where `compat` looks for it, and does what it says."""

from __future__ import annotations

import warnings
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Image, Shapes
from napari.utils._proxies import ReadOnlyWrapper

from napari_recistkit import compat
from tests.napari_recistkit.driving import settle

Viewer = Any  # napari ships no types


@pytest.fixture
def viewer() -> Viewer:
    return ViewerModel()


def test_the_camera_centres_and_zooms_without_a_warning(viewer: Viewer) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        camera = compat.camera(viewer)
        camera.center = (0.0, 3.0, 4.0)
        camera.zoom = 2.5
    assert tuple(viewer.scene.camera.center) == (0.0, 3.0, 4.0)
    assert viewer.scene.camera.zoom == 2.5


def test_a_camera_tells_of_what_we_follow(viewer: Viewer) -> None:
    told: list[str] = []
    camera = compat.camera(viewer)
    connections = compat.Connections()
    for name in ("center", "zoom", "orientation"):
        connections.connect(getattr(camera.events, name), lambda event: told.append(event.type))
    camera.center = (0.0, 1.0, 1.0)
    camera.zoom = 3.0
    compat.set_orientation(viewer, "up")
    assert told == ["center", "zoom", "orientation"]
    connections.close()
    camera.zoom = 4.0
    assert len(told) == 3


def test_the_canvas_has_a_size(viewer: Viewer) -> None:
    viewer.canvas.size = (300, 500)
    assert compat.canvas_size(viewer) == (300, 500)


@pytest.mark.parametrize("vertical", ["up", "down"])
def test_the_rows_count_as_they_are_told(viewer: Viewer, vertical: str) -> None:
    compat.set_orientation(viewer, vertical)
    assert [str(one) for one in viewer.scene.camera.orientation2d] == [vertical, "right"]


def test_a_text_is_shown_changed_and_taken_off(viewer: Viewer) -> None:
    compat.set_text(viewer, "recistkit_test", "R", "middle_left", 12.0)
    overlay = compat.overlays(viewer)["recistkit_test"]
    assert (overlay.text, overlay.visible, str(overlay.position)) == ("R", True, "middle_left")
    compat.set_text(viewer, "recistkit_test", "", "middle_left", 12.0)
    assert not overlay.visible
    compat.remove_text(viewer, "recistkit_test")
    compat.remove_text(viewer, "recistkit_test")
    assert "recistkit_test" not in compat.overlays(viewer)


def test_the_scale_bar_is_prepared_unseen_then_seen_then_as_it_was(viewer: Viewer) -> None:
    bar = compat.overlays(viewer)["scale_bar"]
    at_first = bar.model_dump()
    compat.prepare_scale_bar(viewer)
    assert (bar.visible, bar.opacity, bar.box, bar.colored) == (True, 0.0, False, True)
    compat.set_scale_bar(viewer, shown=True)
    assert (bar.visible, bar.opacity, bar.box, bar.colored) == (True, 1.0, False, True)
    compat.remove_scale_bar(viewer)
    assert {**bar.model_dump(), "color": None} == {**at_first, "color": None}


def test_a_view_in_three_dimensions_or_a_grid_is_not_plain(viewer: Viewer) -> None:
    assert compat.view_is_plain(viewer)
    viewer.dims.ndisplay = 3
    assert not compat.view_is_plain(viewer)
    compat.make_view_plain(viewer)
    viewer.canvas.grid.enabled = True
    assert not compat.view_is_plain(viewer)
    compat.make_view_plain(viewer)
    assert compat.view_is_plain(viewer)


def test_a_slab_of_several_slices_is_not_plain(viewer: Viewer) -> None:
    viewer.add_layer(Image(np.zeros((3, 4, 5))))
    told: list[str] = []
    connections = compat.Connections()
    for emitter in compat.slab_events(viewer):
        connections.connect(emitter, lambda event: told.append(event.type))
    viewer.dims.thickness = (2.0, 0.0, 0.0)
    assert not compat.view_is_plain(viewer)
    assert set(told) == {"margin_left", "margin_right"}
    compat.make_view_plain(viewer)
    assert compat.view_is_plain(viewer)
    assert viewer.dims.thickness == (0.0, 0.0, 0.0)
    connections.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("opacity", 0.3),
        ("gamma", 2.0),
        ("colormap", "gray_r"),
        ("blending", "additive"),
        ("projection_mode", "max"),
        ("interpolation2d", "nearest"),
    ],
)
def test_a_layer_looks_again_as_it_did_and_tells_when_it_does_not(name: str, value: object) -> None:
    layer = Image(np.zeros((3, 4, 5)), interpolation2d="linear")
    assert name in compat.look_names(layer)
    looked = compat.looks(layer)
    told: list[object] = []
    getattr(layer.events, name).connect(told.append)
    setattr(layer, name, value)
    assert told
    assert compat.looks(layer) != looked
    compat.look_again(layer, looked)
    assert compat.looks(layer) == looked


def test_lines_have_no_colours_of_grey_values() -> None:
    names = compat.look_names(Shapes(None, ndim=3))
    assert names == ("opacity", "blending", "projection_mode")


def test_the_pointer_is_a_cross_while_measuring(viewer: Viewer) -> None:
    compat.set_pointer(viewer, measuring=True)
    assert str(viewer.cursor.style) == "cross"
    compat.set_pointer(viewer, measuring=False)
    assert str(viewer.cursor.style) == "standard"


def test_a_silenced_key_does_nothing_on_that_layer_alone() -> None:
    silent, other = Shapes(ndim=3), Shapes(ndim=3)
    compat.silence_keys(silent, ("3", "Delete"))
    assert sorted(map(str, silent.keymap)) == ["3", "Delete"]
    assert other.keymap == {}
    for handler in silent.keymap.values():
        handler(silent)


def test_a_layer_is_straightened() -> None:
    layer: Any = Shapes(ndim=3, scale=(2, 3, 4))
    layer.mode, layer.visible = "select", False
    layer.translate, layer.shear = (1, 2, 3), (1, 2, 3)
    layer.rotate = (10, 20, 30)
    layer.affine = [[2, 0, 0, 5], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    compat.straighten(layer)
    assert (layer.mode, layer.visible) == ("pan_zoom", False)
    assert layer._transforms.simplified.affine_matrix.tolist() == [
        [2, 0, 0, 0],
        [0, 3, 0, 0],
        [0, 0, 4, 0],
        [0, 0, 0, 1],
    ]


def test_a_press_begins_a_drag(viewer: Viewer) -> None:
    begun: list[str] = []

    def follow(_: Any, event: Any) -> Any:  # noqa: ANN401
        begun.append(event.type)
        yield

    viewer.mouse_drag_callbacks[:] = [follow]
    event = SimpleNamespace(type="mouse_double_click", handled=False)
    compat.press(viewer, ReadOnlyWrapper(event, exceptions=("handled",)))
    assert begun == ["mouse_double_click"]


def test_connections_are_taken_off(viewer: Viewer) -> None:
    told: list[Any] = []
    connections = compat.Connections()
    connections.connect(viewer.layers.events.removed, told.append)
    connections.connect(viewer.layers.selection.events.active, told.append)
    connections.connect(viewer.dims.events.point, told.append)
    connections.close()
    viewer.add_layer(Shapes(ndim=3))
    viewer.layers.clear()
    assert told == []


@pytest.mark.usefixtures("qapp")
def test_soon_is_the_next_turn_of_the_event_loop() -> None:
    done: list[int] = []
    compat.soon(lambda: done.append(1))
    assert done == []
    settle(20)
    assert done == [1]


def test_an_embedded_viewer_shows_a_model_of_its_own(make_napari_viewer: Viewer) -> None:
    make_napari_viewer()
    model = ViewerModel()
    embedded: Any = compat.embedded_viewer(model)
    assert embedded.viewer is model
    embedded.close()


def test_a_layer_of_a_label_is_painted_slice_by_slice_in_mm(viewer: Viewer) -> None:
    voxels = np.zeros((3, 8, 8), dtype=np.bool_)
    voxels[1, 4, 4] = True
    layer = viewer.add_layer(
        compat.label_layer(voxels, "mask", np.array([4.0, 2.0, 2.0]), np.array([8.0, 2.0, 0.0]))
    )
    assert (layer.data.dtype, layer.data.sum()) == (np.uint8, 1)
    assert (tuple(layer.scale), tuple(layer.translate)) == ((4.0, 2.0, 2.0), (8.0, 2.0, 0.0))
    assert [str(unit) for unit in layer.units] == ["millimeter"] * 3
    assert (layer.n_edit_dimensions, layer.selected_label) == (2, 1)
    layer.brush_size = 1
    layer.mode = "paint"
    layer.paint((0, 2, 2), layer.selected_label)
    assert layer.data.sum() == 2
    layer.undo()
    assert layer.data.sum() == 1
