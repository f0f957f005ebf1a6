"""Series: a grid in the patient."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recistkit.errors import GeometryError
from recistkit.model.series import Series, Vector


def series_with(**changes: object) -> Series:
    grid = Series(
        uid="1.2.3",
        columns=10,
        rows=20,
        slices=30,
        column_spacing_mm=0.5,
        row_spacing_mm=0.8,
        slice_spacing_mm=5.0,
        origin_mm=(-10.0, 20.0, -300.0),
        row_direction=(1.0, 0.0, 0.0),
        column_direction=(0.0, 1.0, 0.0),
        slice_direction=(0.0, 0.0, 1.0),
    )
    return dataclasses.replace(grid, **changes)  # type: ignore[arg-type]


def tilted(degrees: float) -> Series:
    """Return an axial grid that is turned about the left-right axis."""
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    return series_with(column_direction=(0.0, cosine, sine), slice_direction=(0.0, -sine, cosine))


def test_size_spacing_and_direction_have_the_order_of_an_image() -> None:
    grid = tilted(90.0)
    assert grid.size == (10, 20, 30)
    assert grid.spacing_mm == (0.5, 0.8, 5.0)
    assert grid.direction == pytest.approx((1, 0, 0, 0, 0, -1, 0, 1, 0))


def test_an_index_steps_by_the_spacing_of_its_own_axis() -> None:
    assert series_with().point_mm((2.0, 3.0, 4.0)) == pytest.approx((-9.0, 22.4, -280.0))


@given(
    degrees=st.floats(-180, 180),
    index=st.tuples(*[st.floats(-1000, 1000)] * 3),
    spacing=st.tuples(*[st.floats(0.1, 10)] * 3),
    flipped=st.booleans(),
)
def test_an_index_comes_back_from_its_place(
    degrees: float, index: Vector, spacing: Vector, flipped: bool
) -> None:
    grid = dataclasses.replace(
        tilted(degrees),
        column_spacing_mm=spacing[0],
        row_spacing_mm=spacing[1],
        slice_spacing_mm=spacing[2],
    )
    if flipped:
        x, y, z = grid.slice_direction
        grid = dataclasses.replace(grid, slice_direction=(-x, -y, -z))
    assert grid.index(grid.point_mm(index)) == pytest.approx(index, abs=1e-8)


@pytest.mark.parametrize(
    ("row", "column", "plane"),
    [
        ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), "axial"),
        ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0), "coronal"),
        ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0), "sagittal"),
    ],
)
def test_the_plane_follows_from_the_normal(row: Vector, column: Vector, plane: str) -> None:
    normal = (
        row[1] * column[2] - row[2] * column[1],
        row[2] * column[0] - row[0] * column[2],
        row[0] * column[1] - row[1] * column[0],
    )
    grid = series_with(row_direction=row, column_direction=column, slice_direction=normal)
    assert grid.plane == plane
    assert grid.normal == pytest.approx(normal)


@pytest.mark.parametrize(
    ("degrees", "plane"),
    [(9.9, "axial"), (10.1, "oblique"), (45.0, "oblique"), (79.9, "oblique"), (80.1, "coronal")],
)
def test_more_than_ten_degrees_off_every_plane_is_oblique(degrees: float, plane: str) -> None:
    assert tilted(degrees).plane == plane


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"origin_mm": (math.nan, 0.0, 0.0)}, "the geometry holds something that is no number"),
        ({"slices": 0}, "the image has no voxels"),
        ({"row_spacing_mm": 0.0}, "the spacing of the voxels is not above zero"),
        (
            {"slice_direction": (0.0, 1.0, 0.0)},
            "the directions of the image lie in one plane",
        ),
    ],
)
def test_what_is_no_grid_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(GeometryError) as raised:
        series_with(**changes)
    assert str(raised.value) == message
