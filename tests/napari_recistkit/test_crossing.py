"""When a drag is the short axis of a long one."""

from __future__ import annotations

import math

import pytest

from napari_recistkit.crossing import crosses, meets, plane_normal
from recistkit.model.mark import Ruler
from recistkit.model.series import Vector

LONG = Ruler(start_mm=(0.0, 0.0, 0.0), end_mm=(20.0, 0.0, 0.0))


def across(at: float, length: float, degrees: float = 0.0, depth: float = 0.0) -> Ruler:
    """Return a ruler through a place on the long axis, off the perpendicular by some degrees."""
    lean, half = math.radians(degrees), length / 2
    x, y = half * math.sin(lean), half * math.cos(lean)
    return Ruler(start_mm=(at - x, -y, depth), end_mm=(at + x, y, depth))


@pytest.mark.parametrize(
    ("drawn", "is_short"),
    [
        (across(10, 12), True),
        (across(10, 12, 29), True),
        (across(10, 12, 31), False),
        (across(10, 20), True),
        (across(10, 20.1), False),
        (across(0.5, 12), True),
        (across(-0.5, 12), False),
        (across(20.5, 12), False),
        (across(10, 12, depth=0.4), True),
        (across(10, 12, depth=2), False),
    ],
)
def test_a_short_axis_is_no_longer_and_meets_the_long_one_nearly_upright(
    drawn: Ruler, *, is_short: bool
) -> None:
    assert crosses(drawn, LONG) is is_short


@pytest.mark.parametrize(
    ("drawn", "is_short"),
    [
        (across(10, 12, 44), True),
        (across(10, 12, 46), False),
        (across(10, 32), True),
        (across(-0.5, 12), False),
        (across(10, 12, depth=2), False),
    ],
)
def test_a_short_axis_that_is_expected_may_be_longer_and_lean_more(
    drawn: Ruler, *, is_short: bool
) -> None:
    assert meets(drawn, LONG) is is_short


@pytest.mark.parametrize("offset", [1.0, 5.0])
def test_a_drag_beside_the_long_axis_is_none(offset: float) -> None:
    beside = Ruler(start_mm=(10.0, offset, 0.0), end_mm=(10.0, offset + 12, 0.0))
    assert not crosses(beside, LONG)


def test_a_ruler_without_length_crosses_nothing() -> None:
    point = Ruler.model_construct(start_mm=(10.0, 0.0, 0.0), end_mm=(10.0, 0.0, 0.0))
    assert not crosses(point, LONG)
    assert not crosses(across(10, 12), point)
    assert not meets(point, LONG)
    assert not meets(across(10, 12), point)


@pytest.mark.parametrize("turn", [0.0, 0.3, 1.2])
def test_it_is_the_same_in_every_plane(turn: float) -> None:
    def turned(ruler: Ruler) -> Ruler:
        ends: list[Vector] = []
        for x, y, z in (ruler.start_mm, ruler.end_mm):
            ends.append(
                (
                    x,
                    y * math.cos(turn) - z * math.sin(turn),
                    y * math.sin(turn) + z * math.cos(turn),
                )
            )
        return Ruler(start_mm=ends[0], end_mm=ends[1])

    drawn, long = turned(across(8, 10)), turned(LONG)
    assert crosses(drawn, long)
    normal = plane_normal(drawn, long)
    assert normal == pytest.approx((0.0, -math.sin(turn), math.cos(turn)))
