"""The ruler: what is drawn is what is measured, at any speed, in every plane."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from itertools import pairwise

import pytest
from qtpy.QtCore import Qt

from napari_recistkit.canvas import Canvas
from napari_recistkit.link import Link
from napari_recistkit.next_drag import NOTHING, Draws, NextDrag
from napari_recistkit.ruler_tool import Click, Pull, RulerTool, Stroke
from recistkit.measure.ruler import commit_ruler, ruler_length_mm
from recistkit.model.mark import Mark, Ruler
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
        self.pulls: list[Pull] = []
        self.clicks: list[Click] = []
        self.canvas = canvas
        self.mouse = ModelMouse(canvas)
        self.tool = RulerTool(
            canvas,
            drawn=self.strokes.append,
            pulled=self.pulls.append,
            clicked=self.clicks.append,
        )

    @property
    def grid(self) -> ViewGrid:
        assert self.canvas.grid is not None
        return self.canvas.grid

    @property
    def stroke(self) -> Stroke:
        (stroke,) = self.strokes
        return stroke

    @property
    def pull(self) -> Pull:
        (pull,) = self.pulls
        return pull

    def arm(self, draws: Draws = "target") -> None:
        """Let the next drag be of a kind that needs nothing else."""
        self.tool.arm(NextDrag(draws=draws, lesion="T1"))

    def arm_short(self, longest: Ruler) -> None:
        """Let the next drag be the short axis of T1, whose long axis lies on this image."""
        place = self.grid.image_place(self.canvas.plane, self.canvas.slice_number)
        mark = Mark(
            lesion="T1",
            timepoint="baseline",
            date=dt.date(2011, 1, 3),
            state="measured",
            longest=longest,
            longest_mm=commit_ruler(longest, Decimal("0.1")),
            image=place,
        )
        self.tool.arm(NextDrag(draws="short", lesion="T1", crossable=(mark,)))

    def longest(self) -> Ruler:
        """Return what was drawn."""
        return self.stroke.ruler

    @property
    def labels(self) -> list[str]:
        """What stands beside the rulers that are no measurements yet."""
        layer = self.canvas.viewer.layers["ruler"]
        return [text for text in layer.features["label"] if text]


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
    given.arm()
    start, end = in_plane(given.canvas, 1.25, 3.5), in_plane(given.canvas, 8.5, 31.75)
    given.mouse.drag(start, in_plane(given.canvas, 4, 9), end)
    assert given.longest() == between(given.grid, start, end)
    assert given.stroke.drag == given.tool.next_drag
    assert given.stroke.place == given.grid.image_place(plane, given.canvas.slice_number)


def test_the_ruler_lies_in_the_middle_of_the_slice_wherever_napari_says_the_pointer_is() -> None:
    given = bench()
    given.arm()
    given.mouse.drag((99.0, 5.0, 5.0), (-99.0, 5.0, 25.0))
    number = given.canvas.slice_number
    assert given.longest() == between(given.grid, (number, 5.0, 5.0), (number, 5.0, 25.0))


def test_a_ruler_ends_at_the_edge_of_the_image() -> None:
    given = bench()
    given.arm()
    number = given.canvas.slice_number
    given.mouse.drag((number, 5.0, 5.0), (number, -40.0, 5.0))
    assert given.longest() == between(given.grid, (number, 5.0, 5.0), (number, 0.0, 5.0))


def test_the_ruler_is_shown_while_it_is_drawn_and_gone_after() -> None:
    given = bench()
    given.arm()
    given.mouse.press(in_plane(given.canvas, 5, 5))
    given.mouse.move(in_plane(given.canvas, 5, 25))
    assert given.labels == ["14.0 mm"]
    assert given.strokes == []
    given.mouse.release(in_plane(given.canvas, 5, 35))
    assert given.canvas.viewer.layers["ruler"].nshapes == 0
    assert ruler_length_mm(given.longest()) == pytest.approx(21.0)


def test_a_very_short_drag_is_a_click() -> None:
    given = bench()
    given.arm()
    start, end = in_plane(given.canvas, 5, 5), in_plane(given.canvas, 5, 6.4)
    given.mouse.drag(start, end)
    assert given.strokes == []
    place = given.grid.image_place("axial", given.canvas.slice_number)
    assert given.clicks == [Click(given.grid.patient_mm(end), place)]


def test_a_drag_of_one_millimetre_is_no_click() -> None:
    given = bench()
    given.arm()
    given.mouse.drag(in_plane(given.canvas, 5, 5), in_plane(given.canvas, 5, 6.5))
    assert len(given.strokes) == 1
    assert given.clicks == []


def test_a_short_axis_is_proposed_and_shown_upright_while_it_is_drawn() -> None:
    given = bench()
    long = between(given.grid, in_plane(given.canvas, 20, 10), in_plane(given.canvas, 20, 50))
    given.arm_short(long)
    assert given.labels == ["drag"]
    given.mouse.press(in_plane(given.canvas, 15, 24))
    given.mouse.move(in_plane(given.canvas, 25, 27))
    assert given.labels == ["28.0 mm", "9.0 mm"]
    given.mouse.release(in_plane(given.canvas, 25, 27))
    assert given.labels == ["drag"]
    found = given.stroke.drag.short_axis(given.stroke.ruler, given.stroke.place)
    assert found is not None
    expected = between(
        given.grid, in_plane(given.canvas, 15, 25.5), in_plane(given.canvas, 25, 25.5)
    )
    assert found[1].longest == long
    assert found[1].short.start_mm == pytest.approx(expected.start_mm)
    assert found[1].short.end_mm == pytest.approx(expected.end_mm)


def test_a_drag_that_does_not_meet_the_long_axis_is_not_carried_there() -> None:
    given = bench()
    long = between(given.grid, in_plane(given.canvas, 20, 10), in_plane(given.canvas, 20, 50))
    given.arm_short(long)
    given.mouse.press(in_plane(given.canvas, 30, 24))
    given.mouse.move(in_plane(given.canvas, 40, 24))
    assert given.labels == ["9.0 mm"]
    given.mouse.release(in_plane(given.canvas, 40, 24))
    assert given.stroke.drag.short_axis(given.stroke.ruler, given.stroke.place) is None


def test_the_proposed_short_axis_stays_after_a_drag_that_came_to_nothing() -> None:
    given = bench()
    given.arm_short(
        between(given.grid, in_plane(given.canvas, 20, 10), in_plane(given.canvas, 20, 50))
    )
    given.mouse.drag(in_plane(given.canvas, 15, 20), in_plane(given.canvas, 15, 20))
    assert (given.strokes, given.clicks, given.labels) == ([], [], ["drag"])
    given.canvas.set_plane("coronal")
    given.tool.arm(given.tool.next_drag)
    assert given.labels == ["drag"]
    given.arm("measure")
    assert given.labels == []


def test_no_short_axis_is_proposed_where_the_long_one_is_a_point() -> None:
    given = bench()
    given.canvas.set_plane("coronal")
    grid, number = given.grid, 6
    given.arm_short(between(grid, (number, 10, 20), (number, 40, 20)))
    assert given.labels == []


def test_a_short_axis_that_is_longer_becomes_the_long_one() -> None:
    given = bench()
    long = between(given.grid, in_plane(given.canvas, 20, 20), in_plane(given.canvas, 20, 30))
    given.arm_short(long)
    given.mouse.drag(in_plane(given.canvas, 5, 25), in_plane(given.canvas, 35, 25))
    found = given.stroke.drag.short_axis(given.stroke.ruler, given.stroke.place)
    assert found is not None
    assert found[1].short == long
    assert ruler_length_mm(found[1].longest) == pytest.approx(27.0)


def with_lesion(*, pullable: bool = True, current: bool = True) -> Bench:
    """Return a ruler on a canvas that shows both axes of T1 in its slice."""
    given = bench()
    long = (in_plane(given.canvas, 20, 10), in_plane(given.canvas, 20, 50))
    short = (in_plane(given.canvas, 15, 30), in_plane(given.canvas, 25, 30))
    given.canvas.set_rulers(
        [
            shown(given.grid, *long, pullable=pullable, current=current),
            shown(given.grid, *short, axis="short", pullable=pullable, current=current),
        ]
    )
    given.arm("measure")
    return given


def test_a_drag_on_an_end_pulls_it() -> None:
    given = with_lesion()
    given.mouse.drag(in_plane(given.canvas, 20, 50), in_plane(given.canvas, 20, 40))
    assert given.strokes == []
    assert given.pull.key == "T1"
    expected = between(given.grid, in_plane(given.canvas, 20, 10), in_plane(given.canvas, 20, 40))
    assert given.pull.longest == expected
    assert given.pull.short is not None
    assert ruler_length_mm(given.pull.short) == pytest.approx(9.0)


def test_a_pull_is_shown_while_it_is_made() -> None:
    given = with_lesion()
    given.mouse.press(in_plane(given.canvas, 20, 50))
    given.mouse.move(in_plane(given.canvas, 20, 40))
    assert given.labels == ["21.0 mm", "9.0 mm"]
    given.tool.cancel()
    assert given.labels == []


def test_an_end_does_not_jump_to_a_pointer_that_took_it_beside() -> None:
    given = with_lesion()
    given.canvas.set_zoom(4.0)
    given.mouse.drag(in_plane(given.canvas, 20, 51), in_plane(given.canvas, 20, 56))
    expected = between(given.grid, in_plane(given.canvas, 20, 10), in_plane(given.canvas, 20, 55))
    assert given.pull.longest is not None
    assert given.pull.longest.end_mm == pytest.approx(expected.end_mm)


def test_an_end_of_the_short_axis_is_pulled_across_the_long_one_only() -> None:
    given = with_lesion()
    given.mouse.drag(in_plane(given.canvas, 25, 30), in_plane(given.canvas, 31, 38))
    expected = between(given.grid, in_plane(given.canvas, 15, 30), in_plane(given.canvas, 31, 30))
    assert given.pull.short is not None
    assert given.pull.short.end_mm == pytest.approx(expected.end_mm)
    assert given.pull.short.start_mm == pytest.approx(expected.start_mm)


def test_an_end_that_is_only_clicked_stays() -> None:
    given = with_lesion()
    end = in_plane(given.canvas, 20, 50)
    given.mouse.drag(end, end)
    assert (given.strokes, given.pulls, given.clicks) == ([], [], [])


def test_what_may_not_be_pulled_is_not_pulled() -> None:
    given = with_lesion(pullable=False)
    given.mouse.drag(in_plane(given.canvas, 20, 50), in_plane(given.canvas, 20, 40))
    assert (len(given.strokes), given.pulls) == (1, [])


def test_an_end_of_another_lesion_is_not_pulled() -> None:
    given = with_lesion(current=False)
    given.mouse.drag(in_plane(given.canvas, 20, 50), in_plane(given.canvas, 40, 50))
    assert (len(given.strokes), given.pulls) == (1, [])


def test_an_end_on_another_slice_is_not_pulled() -> None:
    given = with_lesion()
    given.canvas.set_slice(given.canvas.slice_number + 1)
    given.mouse.drag(in_plane(given.canvas, 20, 50), in_plane(given.canvas, 20, 40))
    assert (len(given.strokes), given.pulls) == (1, [])


@pytest.mark.parametrize("draws", ["target", "node", "non-target", "new", "split"])
def test_a_drag_for_something_new_may_begin_at_an_end_of_the_current_lesion(draws: Draws) -> None:
    given = with_lesion()
    given.arm(draws)
    given.mouse.drag(in_plane(given.canvas, 20, 50), in_plane(given.canvas, 40, 50))
    assert (given.stroke.drag.draws, given.pulls) == (draws, [])


def test_a_ruler_without_a_short_axis_is_pulled_freely() -> None:
    given = bench()
    start, end = in_plane(given.canvas, 20, 10), in_plane(given.canvas, 20, 50)
    given.canvas.set_rulers([shown(given.grid, start, end, current=True)])
    given.arm("measure")
    to = in_plane(given.canvas, 30, 20)
    given.mouse.drag(start, to)
    assert given.pull.longest is not None
    assert given.pull.longest.start_mm == pytest.approx(given.grid.patient_mm(to))
    assert given.pull.longest.end_mm == pytest.approx(given.grid.patient_mm(end))
    assert given.pull.short is None


def test_a_second_press_is_no_second_click_but_may_begin_a_drag() -> None:
    given = bench()
    given.arm("non-target")
    place, other = in_plane(given.canvas, 20, 10), in_plane(given.canvas, 20, 40)
    given.mouse.drag(place, place)
    given.mouse.double_click(place)
    given.mouse.release(place)
    assert (len(given.clicks), given.strokes) == (1, [])
    given.mouse.double_click(place)
    given.mouse.move(other)
    given.mouse.release(other)
    assert (len(given.clicks), len(given.strokes)) == (1, 1)


def test_nothing_is_measured_while_the_viewer_shows_something_else() -> None:
    given = bench()
    given.arm()
    given.canvas.viewer.canvas.grid.enabled = True
    given.mouse.drag(in_plane(given.canvas, 5, 5), in_plane(given.canvas, 5, 25))
    given.canvas.restore()
    given.mouse.press(in_plane(given.canvas, 5, 5))
    given.canvas.viewer.dims.ndisplay = 3
    given.mouse.release(in_plane(given.canvas, 5, 25))
    assert given.strokes == []
    given.canvas.restore()
    given.mouse.drag(in_plane(given.canvas, 5, 5), in_plane(given.canvas, 5, 25))
    assert len(given.strokes) == 1


def test_a_cancelled_drag_measures_nothing() -> None:
    given = bench()
    given.arm()
    given.mouse.press(in_plane(given.canvas, 5, 5))
    given.mouse.move(in_plane(given.canvas, 5, 25))
    assert given.tool.drawing
    assert given.tool.cancel()
    assert given.canvas.viewer.layers["ruler"].nshapes == 0
    given.mouse.move(in_plane(given.canvas, 5, 30))
    given.mouse.release(in_plane(given.canvas, 5, 35))
    assert given.strokes == []
    assert given.tool.next_drag.draws == "target"
    assert not given.tool.cancel()


def test_a_drag_goes_on_measuring_after_a_cancelled_one() -> None:
    given = bench()
    given.arm()
    given.mouse.press(in_plane(given.canvas, 5, 5))
    given.tool.cancel()
    given.mouse.release(in_plane(given.canvas, 5, 35))
    given.mouse.drag(in_plane(given.canvas, 5, 5), in_plane(given.canvas, 5, 25))
    assert ruler_length_mm(given.longest()) == pytest.approx(14.0)


def test_a_drag_is_given_up_when_the_next_one_is_something_else() -> None:
    given = bench()
    given.arm()
    given.mouse.press(in_plane(given.canvas, 5, 5))
    given.tool.arm(given.tool.next_drag)
    assert given.tool.drawing
    given.arm("measure")
    given.mouse.release(in_plane(given.canvas, 5, 35))
    given.tool.arm(NOTHING)
    given.mouse.drag(in_plane(given.canvas, 5, 5), in_plane(given.canvas, 5, 25))
    assert given.strokes == []


def test_no_ruler_spans_two_slices() -> None:
    given = bench()
    given.arm()
    given.mouse.press(in_plane(given.canvas, 5, 5))
    given.mouse.turn(1.0)
    assert given.canvas.slice_number == 6
    given.canvas.set_slice(3)
    given.mouse.move(in_plane(given.canvas, 5, 20))
    given.mouse.release(in_plane(given.canvas, 5, 35))
    assert given.strokes == []


def test_another_button_let_go_ends_the_drag_without_a_ruler() -> None:
    given = bench()
    given.arm()
    given.mouse.press(in_plane(given.canvas, 5, 5))
    given.mouse.release(in_plane(given.canvas, 5, 35), RIGHT_BUTTON)
    assert given.strokes == []
    assert not given.tool.drawing


def test_a_press_without_the_release_before_begins_anew() -> None:
    given = bench()
    given.arm()
    given.mouse.press(in_plane(given.canvas, 5, 5))
    given.mouse.press(in_plane(given.canvas, 9, 9))
    given.mouse.release(in_plane(given.canvas, 9, 29))
    assert given.longest() == between(
        given.grid, in_plane(given.canvas, 9, 9), in_plane(given.canvas, 9, 29)
    )
    assert not given.tool.drawing


def test_a_closed_tool_measures_nothing() -> None:
    given = bench()
    given.arm()
    given.tool.close()
    given.mouse.drag(in_plane(given.canvas, 5, 5), in_plane(given.canvas, 5, 25))
    assert given.strokes == []


# In a real window


def windowed(pair: Pair, grid: ViewGrid, plane: BodyPlane = "axial") -> Bench:
    pair.first.show(grid)
    pair.first.set_plane(plane)
    settle(100)
    given = Bench(pair.first)
    given.arm()
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
        drawn_mm = math.dist(pixels[0], pixels[-1]) / given.canvas.zoom
        assert ruler_length_mm(stroke.ruler) == pytest.approx(drawn_mm, abs=0.01)
        for end_mm, pixel in (
            (stroke.ruler.start_mm, pixels[0]),
            (stroke.ruler.end_mm, pixels[-1]),
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
    lengths = [ruler_length_mm(one.ruler) for one in given.strokes]
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
    assert len(given.strokes) == 1
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
        one.arm()
        drag(native, pixels, wait_ms=0)
        drawn_mm = math.dist(pixels[0], pixels[-1]) / one.canvas.zoom
        assert ruler_length_mm(one.longest()) == pytest.approx(drawn_mm, abs=0.01)
    link.close()
