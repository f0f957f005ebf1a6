"""Where rulers lie on a grid."""

from __future__ import annotations

import pytest

from recistkit.measure.placement import off_slice_mm, outside_mm, slice_span_mm
from recistkit.model.mark import Ruler
from recistkit.model.series import Series, Vector
from tests.model.test_series import tilted


def between(grid: Series, start: Vector, end: Vector) -> Ruler:
    return Ruler(start_mm=grid.point_mm(start), end_mm=grid.point_mm(end))


@pytest.mark.parametrize(
    ("end", "outside"),
    [
        ((9.0, 19.0, 29.0), 0.0),
        ((9.5, 19.5, 29.5), 0.0),
        ((-0.5, -0.5, -0.5), 0.0),
        ((11.5, 3.0, 3.0), 1.0),
        ((3.0, -1.5, 3.0), 0.8),
        ((3.0, 3.0, 30.5), 5.0),
        ((11.5, 3.0, 30.5), 5.0),
    ],
)
def test_an_image_ends_half_a_voxel_beyond_the_last_centre(end: Vector, outside: float) -> None:
    grid = tilted(30.0)
    assert outside_mm(grid, between(grid, (2.0, 2.0, 2.0), end)) == pytest.approx(outside, abs=1e-9)
    assert outside_mm(grid, between(grid, end, (2.0, 2.0, 2.0))) == pytest.approx(outside, abs=1e-9)


def test_a_ruler_within_rounding_of_the_edge_is_inside() -> None:
    grid = tilted(30.0)
    assert outside_mm(grid, between(grid, (0.0, 0.0, 0.0), (9.5 + 1e-8, 0.0, 0.0))) == 0.0


def test_distances_across_slices_are_in_millimetres() -> None:
    grid = tilted(30.0)
    ruler = between(grid, (1.0, 1.0, 7.0), (5.0, 9.0, 7.6))
    assert off_slice_mm(grid, ruler, 7) == pytest.approx(3.0)
    assert off_slice_mm(grid, ruler, 8) == pytest.approx(5.0)
    assert slice_span_mm(grid, ruler) == pytest.approx(3.0)
