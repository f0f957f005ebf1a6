"""The bidirectional ruler: proposed, corrected, pulled; lengths follow from end points."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from recistkit.errors import GeometryError
from recistkit.measure.bidirectional import Axes, Axis, End, corrected, ordered, proposed, pulled
from recistkit.measure.ruler import off_perpendicular_degrees, ruler_length_mm
from recistkit.model.mark import Ruler
from recistkit.model.series import Vector

HEAD: Vector = (0.0, 0.0, 1.0)
LONG = Ruler(start_mm=(0.0, 0.0, 5.0), end_mm=(20.0, 0.0, 5.0))


def line(start: tuple[float, float], end: tuple[float, float]) -> Ruler:
    return Ruler(start_mm=(*start, 5.0), end_mm=(*end, 5.0))


def crosses(axes: Axes) -> bool:
    """Tell whether the short axis meets the long one."""
    origin = np.array(axes.longest.start_mm)
    step = np.array(axes.longest.end_mm) - origin
    ends = [np.array(end) - origin for end in (axes.short.start_mm, axes.short.end_mm)]
    along = [float(end @ step / (step @ step)) for end in ends]
    across = [end - share * step for end, share in zip(ends, along, strict=True)]
    return -1e-6 <= along[0] <= 1 + 1e-6 and float(across[0] @ across[1]) <= 1e-6


def test_the_proposed_short_axis_halves_the_long_one_at_a_right_angle() -> None:
    axes = proposed(LONG, HEAD)
    assert axes.longest == LONG
    assert axes.short == line((10.0, -5.0), (10.0, 5.0))


def test_a_second_drag_counts_for_its_perpendicular_part() -> None:
    axes = corrected(LONG, line((4.0, -3.0), (8.0, 6.0)), HEAD)
    assert axes.short == line((6.0, -3.0), (6.0, 6.0))


def test_a_second_drag_keeps_its_direction() -> None:
    assert corrected(LONG, line((6.0, 6.0), (6.0, -3.0)), HEAD).short == line(
        (6.0, 6.0), (6.0, -3.0)
    )


def test_a_drag_beside_the_long_axis_meets_it_with_the_length_it_was_drawn() -> None:
    assert corrected(LONG, line((6.0, 2.0), (6.0, 9.0)), HEAD).short == line((6.0, 0.0), (6.0, 7.0))
    assert corrected(LONG, line((6.0, -9.0), (6.0, -2.0)), HEAD).short == line(
        (6.0, -7.0), (6.0, 0.0)
    )


def test_a_drag_beyond_an_end_crosses_at_that_end() -> None:
    assert corrected(LONG, line((31.0, -3.0), (33.0, 3.0)), HEAD).short == line(
        (20.0, -3.0), (20.0, 3.0)
    )


def test_a_pulled_long_axis_carries_the_short_one_along() -> None:
    axes = Axes(LONG, line((5.0, -2.0), (5.0, 4.0)))
    moved = pulled(axes, "longest", "end", (0.0, 40.0, 5.0), HEAD)
    assert moved.longest == line((0.0, 0.0), (0.0, 40.0))
    assert moved.short == line((2.0, 10.0), (-4.0, 10.0))


def test_the_other_end_of_a_pulled_ruler_stays() -> None:
    axes = Axes(LONG, line((5.0, -2.0), (5.0, 4.0)))
    moved = pulled(axes, "longest", "start", (-10.0, 0.0, 5.0), HEAD)
    assert moved.longest == line((-10.0, 0.0), (20.0, 0.0))
    assert pulled(axes, "short", "end", (9.0, 7.0, 5.0), HEAD).short == line(
        (5.0, -2.0), (5.0, 7.0)
    )
    assert pulled(axes, "short", "start", (9.0, -7.0, 5.0), HEAD).short == line(
        (5.0, -7.0), (5.0, 4.0)
    )


@pytest.mark.parametrize("end", ["start", "end"])
def test_an_end_of_the_short_axis_stops_at_the_long_one(end: End) -> None:
    axes = Axes(LONG, line((5.0, -2.0), (5.0, 4.0)))
    beyond = 9.0 if end == "start" else -9.0
    short = pulled(axes, "short", end, (5.0, beyond, 5.0), HEAD).short
    fixed = (5.0, 4.0) if end == "start" else (5.0, -2.0)
    expected = line((5.0, 0.0), fixed) if end == "start" else line(fixed, (5.0, 0.0))
    assert short == expected


def test_a_short_axis_that_ends_on_the_long_one_is_pulled_on_its_own_side() -> None:
    axes = Axes(LONG, line((5.0, 0.0), (5.0, 4.0)))
    assert pulled(axes, "short", "end", (5.0, 6.0, 5.0), HEAD).short == line((5.0, 0.0), (5.0, 6.0))
    assert pulled(axes, "short", "start", (5.0, -3.0, 5.0), HEAD).short == line(
        (5.0, -3.0), (5.0, 4.0)
    )


def test_a_pull_stays_in_the_plane_of_the_rulers() -> None:
    axes = proposed(LONG, HEAD)
    moved = pulled(axes, "longest", "end", (30.0, 0.0, 99.0), HEAD)
    assert moved.longest == line((0.0, 0.0), (30.0, 0.0))


def test_the_longer_one_is_the_long_axis() -> None:
    axes = Axes(LONG, line((5.0, -15.0), (5.0, 15.0)))
    assert ordered(axes) == Axes(axes.short, axes.longest)
    assert ordered(proposed(LONG, HEAD)) == proposed(LONG, HEAD)


def test_equal_axes_are_left_as_they_were_drawn() -> None:
    axes = Axes(LONG, line((5.0, -10.0), (5.0, 10.0)))
    assert ordered(axes) == axes


def test_a_ruler_without_length_has_no_short_axis() -> None:
    point = line((1.0, 1.0), (1.0, 1.0))
    with pytest.raises(GeometryError, match=r"^a ruler whose ends coincide has no direction$"):
        proposed(point, HEAD)
    with pytest.raises(GeometryError, match=r"^a ruler whose ends coincide has no direction$"):
        pulled(proposed(LONG, HEAD), "longest", "end", LONG.start_mm, HEAD)


COORDINATE = st.floats(-300, 300)
PLACE = st.tuples(COORDINATE, COORDINATE)
ANGLE = st.floats(0, 2 * math.pi)


def in_plane(first: float, second: float, places: list[tuple[float, float]]) -> list[Vector]:
    """Return places of an oblique plane through the origin."""
    right = (math.cos(first), math.sin(first), 0.0)
    down = (
        -math.sin(first) * math.cos(second),
        math.cos(first) * math.cos(second),
        math.sin(second),
    )
    return [
        (a * right[0] + b * down[0], a * right[1] + b * down[1], a * right[2] + b * down[2])
        for a, b in places
    ]


@given(
    angles=st.tuples(ANGLE, ANGLE),
    places=st.lists(PLACE, min_size=5, max_size=5),
    axis=st.sampled_from(["longest", "short"]),
    end=st.sampled_from(["start", "end"]),
)
def test_whatever_is_done_the_axes_cross_at_a_right_angle(
    angles: tuple[float, float], places: list[tuple[float, float]], axis: Axis, end: End
) -> None:
    start, stop, first, second, to = in_plane(*angles, places)
    assume(min(math.dist(start, stop), math.dist(start, to), math.dist(stop, to)) > 1.0)
    right, down = in_plane(*angles, [(1.0, 0.0), (0.0, 1.0)])
    crossed = np.cross(right, down)
    normal = (float(crossed[0]), float(crossed[1]), float(crossed[2]))
    axes = proposed(Ruler(start_mm=start, end_mm=stop), normal)
    assert ruler_length_mm(axes.short) == pytest.approx(math.dist(start, stop) / 2)
    axes = corrected(axes.longest, Ruler(start_mm=first, end_mm=second), normal)
    moved = pulled(axes, axis, end, to, normal)
    for one in (axes, moved):
        assert crosses(one)
        if ruler_length_mm(one.short) > 1e-3:
            assert off_perpendicular_degrees(one.longest, one.short) < 1e-3
    if axis == "longest":
        assert ruler_length_mm(moved.short) == pytest.approx(ruler_length_mm(axes.short), abs=1e-6)
    assert ruler_length_mm(ordered(moved).longest) >= ruler_length_mm(ordered(moved).short)
