"""Rulers: their lengths, and the one rounding."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recistkit.errors import GeometryError
from recistkit.measure.ruler import (
    commit_length,
    commit_ruler,
    off_perpendicular_degrees,
    ruler_length_mm,
)
from recistkit.model.mark import Ruler
from recistkit.model.series import Vector
from tests.model.test_series import tilted

TENTH = Decimal("0.1")


def ruler(start_mm: Vector, end_mm: Vector) -> Ruler:
    return Ruler(start_mm=start_mm, end_mm=end_mm)


@pytest.mark.parametrize("degrees", [0.0, 12.5, 37.0, 90.0, 141.3])
@pytest.mark.parametrize("flip", [1.0, -1.0])
def test_a_ruler_is_right_on_an_oblique_anisotropic_grid(degrees: float, flip: float) -> None:
    grid = tilted(degrees)
    start, end = (1.25, 3.5, 7.0), (8.75, 17.25, 7.0)
    length = ruler_length_mm(ruler(grid.point_mm(start), grid.point_mm(end)))
    assert length == pytest.approx(math.hypot(7.5 * 0.5, 13.75 * 0.8 * flip), abs=1e-9)


@pytest.mark.parametrize(
    ("length_mm", "resolution", "committed"),
    [
        (10.0, "0.1", "10.0"),
        (10.04, "0.1", "10.0"),
        (10.05, "0.1", "10.1"),
        (10.15, "0.1", "10.2"),
        (10.25, "0.1", "10.3"),
        (10.35, "0.1", "10.4"),
        (10.349999999999, "0.1", "10.4"),
        (10.349998, "0.1", "10.3"),
        (0.04, "0.1", "0.0"),
        (12.5, "1", "13"),
        (13.5, "1", "14"),
        (12.25, "0.5", "12.5"),
        (12.2, "0.5", "12.0"),
        (12.0005, "0.001", "12.001"),
    ],
)
def test_a_committed_length_is_rounded_half_away_from_zero(
    length_mm: float, resolution: str, committed: str
) -> None:
    assert str(commit_length(length_mm, Decimal(resolution))) == committed


@given(length_mm=st.floats(0, 1000), steps=st.integers(1, 2000))
def test_a_committed_length_is_the_nearest_step(length_mm: float, steps: int) -> None:
    resolution = Decimal(steps).scaleb(-3)
    committed = commit_length(length_mm, resolution)
    assert committed % resolution == 0
    assert abs(Fraction(committed) - Fraction(length_mm)) <= Fraction(resolution) / 2 + Fraction(
        1, 10**6
    )


def test_a_ruler_commits_its_length() -> None:
    assert commit_ruler(ruler((0.0, 0.0, 0.0), (3.0, 4.0, 12.0)), TENTH) == Decimal("13.0")


@pytest.mark.parametrize("length_mm", [-0.1, math.nan, math.inf])
def test_what_is_no_length_is_not_committed(length_mm: float) -> None:
    with pytest.raises(GeometryError, match=f"^a length of {length_mm} mm cannot be committed$"):
        commit_length(length_mm, TENTH)


def test_a_length_is_not_rounded_to_zero() -> None:
    with pytest.raises(GeometryError, match=r"^a length cannot be rounded to 0\.0 mm$"):
        commit_length(10.0, Decimal("0.0"))


@pytest.mark.parametrize("degrees", [0.0, 5.0, 60.0, 90.0])
def test_the_angle_off_the_perpendicular(degrees: float) -> None:
    radians = math.radians(90.0 - degrees)
    first = ruler((0.0, 0.0, 0.0), (10.0, 0.0, 0.0))
    second = ruler((0.0, 0.0, 0.0), (3 * math.cos(radians), 3 * math.sin(radians), 0.0))
    assert off_perpendicular_degrees(first, second) == pytest.approx(degrees, abs=1e-6)


def test_a_ruler_without_length_has_no_direction() -> None:
    point = ruler((1.0, 1.0, 1.0), (1.0, 1.0, 1.0))
    with pytest.raises(GeometryError, match=r"^a ruler whose ends coincide has no direction$"):
        off_perpendicular_degrees(point, ruler((0.0, 0.0, 0.0), (1.0, 0.0, 0.0)))
