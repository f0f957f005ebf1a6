"""The ruler: what is drawn is what is measured, at any speed, in every plane."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from qtpy.QtCore import Qt

from napari_recistkit.canvas import Canvas
from napari_recistkit.link import Link
from napari_recistkit.ruler_tool import Click, RulerTool, Stroke
from recistkit.measure.ruler import off_perpendicular_degrees, ruler_length_mm
from recistkit.model.mark import Ruler
from recistkit.model.series import Vector
from recistkit.reading.grid import BODY_PLANES, PLANE_AXES, BodyPlane, ViewGrid
from tests.napari_recistkit.canvases import bare_canvas, between, shown
from tests.napari_recistkit.conftest import Pair
from tests.napari_recistkit.driving import (
    MIDDLE,
    RIGHT,
    ModelMouse,
    double_press_drag,
    drag,
    key,
    let_go,
    patient_at,
    settle,
    wheel,
)
from tests.reading.grids import oblique_grid, straight_grid

LEFT_BUTTON, RIGHT_BUTTON = 1, 2


class Bench:
    """A ruler on a canvas, and what it told."""

    def __init__(self, canvas: Canvas) -> None:
        self.strokes: list[Stroke] = []
        self.clicks: list[Click] = []
        self.lives: list[Stroke | None] = []
        self.canvas = canvas
        self.mouse = ModelMouse(canvas)
        self.tool = RulerTool(
            canvas, done=self.strokes.append, live=self.lives.append, clicked=self.clicks.append
        )

    @property
    def grid(self) -> ViewGrid:
        assert self.canvas.grid is not None
        return self.canvas.grid

    @property
    def stroke(self) -> Stroke:
        (stroke,) = self.strokes
        return stroke

    def longest(self) -> Ruler:
        assert self.stroke.longest is not None
        return self.stroke.longest


def bench(grid: ViewGrid | None = None) -> Bench:
    return Bench(bare_canvas(grid or straight_grid()))


def in_plane(canvas: Canvas, row: float, column: float) -> Vector:
    """Return the display index of a row and column of the slice that is shown."""
    axis, rows, columns = PLANE_AXES[canvas.plane]
    index = [0.0, 0.0, 0.0]
    index[axis], index[rows], index[columns] = canvas.slice_number, row, column
    return (index[0], index[1], index[2])


def test_an_unarmed_drag_moves_the_view_and_measures_nothing() -> None:
    given = bench()
    assert given.mouse.press(in_plane(given.canvas, 5, 5))
    given.mouse.release(in_plane(given.canvas, 9, 9))
    assert given.strokes == []
    assert given.canvas.viewer.scene.camera.mouse_pan


@pytest.mark.parametrize("plane", BODY_PLANES)
@pytest.mark.parametrize("make", [straight_grid, oblique_grid])
def test_a_drag_is_a_ruler_in_the_patient(plane: BodyPlane, make: object) -> None:
    given = bench(straight_grid() if make is straight_grid else oblique_grid())
    given.canvas.set_plane(plane)
    given.tool.arm()
    start, end = in_plane(given.canvas, 1.25, 3.5), in_plane(given.canvas, 8.5, 31.75)
    given.mouse.drag(start, in_plane(given.canvas, 4, 9), end)
    assert given.longest() == between(given.grid, start, end)
    assert given.stroke.action == "longest"
    assert given.stroke.place == given.grid.image_place(plane, given.canvas.slice_number)
    assert given.stroke.short is not None
    assert off_perpendicular_degrees(given.longest(), given.stroke.short) < 1e-3


def test_the_ruler_lies_in_the_middle_of_the_slice_wherever_napari_says_the_pointer_is() -> None:
    given = bench()
    given.tool.arm()
    given.mouse.drag((99.0, 5.0, 5.0), (-99.0, 5.0, 25.0))
    number = given.canvas.slice_number
    assert given.longest() == between(given.grid, (number, 5.0, 5.0), (number, 5.0, 25.0))


def test_a_ruler_ends_at_the_edge_of_the_image() -> None:
    given = bench()
    given.tool.arm()
    number = given.canvas.slice_number
    given.mouse.drag((number, 5.0, 5.0), (number, -40.0, 5.0))
    assert given.longest() == between(given.grid, (number, 5.0, 5.0), (number, 0.0, 5.0))


def test_the_ruler_is_shown_while_it_is_drawn_and_gone_after() -> None:
    given = bench()
    given.tool.arm()
    given.mouse.press(in_plane(given.canvas, 5, 5))
    given.mouse.move(in_plane(given.canvas, 5, 25))
    live = given.lives[-1]
    assert live is not None
    assert live.longest is not None
    assert ruler_length_mm(live.longest) == pytest.approx(14.0)
    layer = given.canvas.viewer.layers["ruler"]
    assert [text for text in layer.features["label"] if text] == ["14.0 mm", "7.0 mm"]
    assert given.strokes == []
    given.mouse.release(in_plane(given.canvas, 5, 35))
    assert given.lives[-1] is None
    assert layer.nshapes == 0
    assert ruler_length_mm(given.longest()) == pytest.approx(21.0)


def test_a_very_short_drag_is_a_click() -> None:
    given = bench()
    given.tool.arm()
    start, end = in_plane(given.canvas, 5, 5), in_plane(given.canvas, 5, 6.4)
    given.mouse.drag(start, end)
    assert given.strokes == []
    place = given.grid.image_place("axial", given.canvas.slice_number)
    assert given.clicks == [Click(given.grid.patient_mm(end), place)]


def test_a_drag_of_one_millimetre_is_no_click() -> None:
    given = bench()
    given.tool.arm()
    given.mouse.drag(in_plane(given.canvas, 5, 5), in_plane(given.canvas, 5, 6.5))
    assert len(given.strokes) == 1
    assert given.clicks == []


def test_a_second_drag_is_the_short_axis() -> None:
    given = bench()
    long = between(given.grid, in_plane(given.canvas, 20, 10), in_plane(given.canvas, 20, 50))
    given.tool.arm_short(long)
    given.mouse.drag(in_plane(given.canvas, 15, 20), in_plane(given.canvas, 25, 30))
    assert given.stroke.action == "short"
    assert given.stroke.longest == long
    expected = between(given.grid, in_plane(given.canvas, 15, 25), in_plane(given.canvas, 25, 25))
    assert given.stroke.short is not None
    assert given.stroke.short.start_mm == pytest.approx(expected.start_mm)
    assert given.stroke.short.end_mm == pytest.approx(expected.end_mm)


def test_a_click_for_the_short_axis_is_nothing() -> None:
    given = bench()
    long = between(given.grid, in_plane(given.canvas, 20, 10), in_plane(given.canvas, 20, 50))
    given.tool.arm_short(long)
    given.mouse.drag(in_plane(given.canvas, 15, 20), in_plane(given.canvas, 15, 20))
    assert (given.strokes, given.clicks) == ([], [])


def test_a_short_axis_that_is_longer_becomes_the_long_one() -> None:
    given = bench()
    long = between(given.grid, in_plane(given.canvas, 20, 20), in_plane(given.canvas, 20, 30))
    given.tool.arm_short(long)
    given.mouse.drag(in_plane(given.canvas, 5, 25), in_plane(given.canvas, 35, 25))
    assert given.stroke.short == long
    assert ruler_length_mm(given.longest()) == pytest.approx(27.0)


def with_lesion(*, pullable: bool = True) -> Bench:
    """Return a ruler on a canvas that shows both axes of T1 in its slice."""
    given = bench()
    long = (in_plane(given.canvas, 20, 10), in_plane(given.canvas, 20, 50))
    short = (in_plane(given.canvas, 15, 30), in_plane(given.canvas, 25, 30))
    given.canvas.set_rulers(
        [
            shown(given.grid, *long, pullable=pullable),
            shown(given.grid, *short, axis="short", pullable=pullable),
        ]
    )
    return given


def test_a_drag_on_an_end_pulls_it() -> None:
    given = with_lesion()
    given.mouse.drag(in_plane(given.canvas, 20, 50), in_plane(given.canvas, 20, 40))
    assert (given.stroke.action, given.stroke.key) == ("pull", "T1")
    expected = between(given.grid, in_plane(given.canvas, 20, 10), in_plane(given.canvas, 20, 40))
    assert given.longest() == expected
    assert given.stroke.short is not None
    assert ruler_length_mm(given.stroke.short) == pytest.approx(9.0)


def test_an_end_does_not_jump_to_a_pointer_that_took_it_beside() -> None:
    given = with_lesion()
    given.canvas.set_zoom(4.0)
    given.mouse.drag(in_plane(given.canvas, 20, 51), in_plane(given.canvas, 20, 56))
    expected = between(given.grid, in_plane(given.canvas, 20, 10), in_plane(given.canvas, 20, 55))
    assert given.longest().end_mm == pytest.approx(expected.end_mm)


def test_an_end_of_the_short_axis_is_pulled_across_the_long_one_only() -> None:
    given = with_lesion()
    given.mouse.drag(in_plane(given.canvas, 25, 30), in_plane(given.canvas, 31, 38))
    expected = between(given.grid, in_plane(given.canvas, 15, 30), in_plane(given.canvas, 31, 30))
    assert given.stroke.short is not None
    assert given.stroke.short.end_mm == pytest.approx(expected.end_mm)
    assert given.stroke.short.start_mm == pytest.approx(expected.start_mm)


def test_an_end_that_is_only_clicked_stays() -> None:
    given = with_lesion()
    end = in_plane(given.canvas, 20, 50)
    given.mouse.drag(end, end)
    assert given.strokes == []


def test_what_may_not_be_pulled_is_not_pulled() -> None:
    given = with_lesion(pullable=False)
    assert given.mouse.press(in_plane(given.canvas, 20, 50))
    given.mouse.release(in_plane(given.canvas, 20, 40))
    assert given.strokes == []


def test_an_end_on_another_slice_is_not_pulled() -> None:
    given = with_lesion()
    given.canvas.set_slice(given.canvas.slice_number + 1)
    given.mouse.drag(in_plane(given.canvas, 20, 50), in_plane(given.canvas, 20, 40))
    assert given.strokes == []


def test_an_armed_ruler_may_begin_on_another_lesion() -> None:
    given = with_lesion()
    given.tool.arm()
    given.mouse.drag(in_plane(given.canvas, 20, 50), in_plane(given.canvas, 40, 50))
    assert given.stroke.action == "longest"


def test_a_ruler_without_a_short_axis_is_pulled_freely() -> None:
    given = bench()
    start, end = in_plane(given.canvas, 20, 10), in_plane(given.canvas, 20, 50)
    given.canvas.set_rulers([shown(given.grid, start, end)])
    to = in_plane(given.canvas, 30, 20)
    given.mouse.drag(start, to)
    assert given.longest().start_mm == pytest.approx(given.grid.patient_mm(to))
    assert given.longest().end_mm == pytest.approx(given.grid.patient_mm(end))
    assert given.stroke.short is None


def test_a_cancelled_drag_measures_nothing() -> None:
    given = bench()
    given.tool.arm()
    given.mouse.press(in_plane(given.canvas, 5, 5))
    given.mouse.move(in_plane(given.canvas, 5, 25))
    assert given.tool.drawing
    assert given.tool.cancel()
    assert given.canvas.viewer.layers["ruler"].nshapes == 0
    given.mouse.move(in_plane(given.canvas, 5, 30))
    given.mouse.release(in_plane(given.canvas, 5, 35))
    assert given.strokes == []
    assert given.lives[-1] is None
    assert given.tool.armed == "longest"
    assert not given.tool.cancel()


def test_a_drag_goes_on_measuring_after_a_cancelled_one() -> None:
    given = bench()
    given.tool.arm()
    given.mouse.press(in_plane(given.canvas, 5, 5))
    given.tool.cancel()
    given.mouse.release(in_plane(given.canvas, 5, 35))
    given.mouse.drag(in_plane(given.canvas, 5, 5), in_plane(given.canvas, 5, 25))
    assert ruler_length_mm(given.longest()) == pytest.approx(14.0)


def test_disarming_gives_up_the_drag() -> None:
    given = bench()
    given.tool.arm()
    given.mouse.press(in_plane(given.canvas, 5, 5))
    given.tool.disarm()
    given.mouse.release(in_plane(given.canvas, 5, 35))
    assert given.strokes == []
    assert given.tool.armed is None


def test_no_ruler_spans_two_slices() -> None:
    given = bench()
    given.tool.arm()
    given.mouse.press(in_plane(given.canvas, 5, 5))
    given.mouse.turn(1.0)
    assert given.canvas.slice_number == 6
    given.canvas.set_slice(3)
    given.mouse.move(in_plane(given.canvas, 5, 20))
    given.mouse.release(in_plane(given.canvas, 5, 35))
    assert given.strokes == []


def test_another_button_let_go_ends_the_drag_without_a_ruler() -> None:
    given = bench()
    given.tool.arm()
    given.mouse.press(in_plane(given.canvas, 5, 5))
    given.mouse.release(in_plane(given.canvas, 5, 35), RIGHT_BUTTON)
    assert given.strokes == []
    assert not given.tool.drawing


def test_a_press_without_the_release_before_begins_anew() -> None:
    given = bench()
    given.tool.arm()
    given.mouse.press(in_plane(given.canvas, 5, 5))
    given.mouse.press(in_plane(given.canvas, 9, 9))
    given.mouse.release(in_plane(given.canvas, 9, 29))
    assert given.longest() == between(
        given.grid, in_plane(given.canvas, 9, 9), in_plane(given.canvas, 9, 29)
    )
    assert not given.tool.drawing


def test_a_closed_tool_measures_nothing() -> None:
    given = bench()
    given.tool.arm()
    given.tool.close()
    given.mouse.drag(in_plane(given.canvas, 5, 5), in_plane(given.canvas, 5, 25))
    assert given.strokes == []


# In a real window


def windowed(pair: Pair, grid: ViewGrid, plane: BodyPlane = "axial") -> Bench:
    pair.first.show(grid)
    pair.first.set_plane(plane)
    settle(100)
    given = Bench(pair.first)
    given.tool.arm()
    return given


def way(pair: Pair, start: tuple[int, int], end: tuple[int, int]) -> list[tuple[float, float]]:
    """Return pixels of a straight drag about the middle of the first canvas."""
    width, height = pair.first_native.width() // 2, pair.first_native.height() // 2
    return [
        (
            round(width + start[0] + (end[0] - start[0]) * step / 8),
            round(height + start[1] + (end[1] - start[1]) * step / 8),
        )
        for step in range(9)
    ]


@pytest.mark.parametrize("wait_ms", [25, 0], ids=["slow", "burst"])
@pytest.mark.parametrize("make", [straight_grid, oblique_grid])
def test_a_drag_in_a_window_has_the_drawn_length_in_every_plane(
    pair: Pair, wait_ms: int, make: object
) -> None:
    given = windowed(pair, straight_grid() if make is straight_grid else oblique_grid())
    for plane in BODY_PLANES:
        given.canvas.set_plane(plane)
        given.canvas.fit()
        settle(60)
        pixels = way(pair, (-31, 17), (43, -29))
        drag(pair.first_native, pixels, wait_ms=wait_ms)
        stroke = given.strokes.pop()
        assert stroke.longest is not None
        drawn_mm = math.dist(pixels[0], pixels[-1]) / given.canvas.zoom
        assert ruler_length_mm(stroke.longest) == pytest.approx(drawn_mm, abs=0.01)
        for end_mm, pixel in (
            (stroke.longest.start_mm, pixels[0]),
            (stroke.longest.end_mm, pixels[-1]),
        ):
            expected_mm = patient_at(given.canvas, pair.first_native, pixel)
            assert end_mm == pytest.approx(expected_mm, abs=0.01)


def test_a_drag_leaves_the_view_where_it_is(pair: Pair) -> None:
    given = windowed(pair, straight_grid())
    before = (given.canvas.centre_mm, given.canvas.zoom)
    drag(pair.first_native, way(pair, (-40, 0), (40, 30)))
    assert (given.canvas.centre_mm, given.canvas.zoom) == before
    assert len(given.strokes) == 1


def test_quick_drags_from_one_place_are_all_measured(pair: Pair) -> None:
    given = windowed(pair, straight_grid())
    pixels = way(pair, (-40, 0), (40, 30))
    drag(pair.first_native, pixels, wait_ms=0)
    double_press_drag(pair.first_native, pixels)
    drag(pair.first_native, pixels, wait_ms=0)
    lengths = [ruler_length_mm(one.longest) for one in given.strokes if one.longest]
    assert len(lengths) == 3
    assert all(first == pytest.approx(second) for first, second in pairwise(lengths))


def test_the_wheel_does_nothing_while_a_ruler_is_drawn(pair: Pair) -> None:
    given = windowed(pair, straight_grid())
    pixels = way(pair, (-40, 0), (40, 30))
    drag(pair.first_native, pixels, release=False)
    before = given.canvas.slice_number
    wheel(pair.first_native, pixels[-1], 1)
    assert given.canvas.slice_number == before
    let_go(pair.first_native, pixels[-1])
    assert len(given.strokes) == 1
    wheel(pair.first_native, pixels[-1], 1)
    assert given.canvas.slice_number == before + 1


def test_other_buttons_do_not_measure(pair: Pair) -> None:
    given = windowed(pair, straight_grid())
    drag(pair.first_native, way(pair, (-40, 0), (40, 30)), button=RIGHT)
    drag(pair.first_native, way(pair, (-40, 0), (40, 30)), button=MIDDLE)
    assert given.strokes == []


def test_keys_of_napari_change_no_ruler(pair: Pair) -> None:
    given = windowed(pair, straight_grid())
    drag(pair.first_native, way(pair, (-40, 0), (40, 30)))
    stroke = given.strokes.pop()
    assert stroke.longest is not None
    number = given.canvas.slice_number
    given.canvas.set_rulers([shown(given.grid, (number, 5, 5), (number, 9, 30))])
    lesions = given.canvas.viewer.layers["lesions"]
    before = [line.copy() for line in lesions.data]
    for name in ("scan", "lesions"):
        given.canvas.viewer.layers.selection.active = given.canvas.viewer.layers[name]
        for code in (
            Qt.Key.Key_1,
            Qt.Key.Key_2,
            Qt.Key.Key_3,
            Qt.Key.Key_Delete,
            Qt.Key.Key_Backspace,
            Qt.Key.Key_A,
        ):
            key(pair.first_native, code)
        settle(60)
        lesions = given.canvas.viewer.layers["lesions"]
        assert [line.tolist() for line in lesions.data] == [line.tolist() for line in before]
    assert given.canvas.viewer.layers.selection.active.name == "scan"
    assert given.canvas.viewer.layers["scan"].mode == "pan_zoom"


def test_rulers_are_drawn_on_both_canvases_of_a_linked_pair(pair: Pair) -> None:
    pair.first.show(straight_grid())
    pair.second.show(oblique_grid())
    link = Link(pair.first, pair.second)
    settle(100)
    benches = [Bench(canvas) for canvas in (pair.first, pair.second)]
    pixels = way(pair, (-30, 0), (30, 20))
    for one, native in zip(benches, (pair.first_native, pair.second_native), strict=True):
        one.tool.arm()
        drag(native, pixels, wait_ms=0)
        drawn_mm = math.dist(pixels[0], pixels[-1]) / one.canvas.zoom
        assert ruler_length_mm(one.longest()) == pytest.approx(drawn_mm, abs=0.01)
    link.close()
