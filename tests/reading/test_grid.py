"""The display of a volume: whole axes turned, places and lengths those of the series."""

from __future__ import annotations

import gc
import itertools
import math
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
import SimpleITK
from hypothesis import given
from hypothesis import strategies as st

from recistkit.errors import GeometryError
from recistkit.model.series import Vector
from recistkit.reading.grid import BODY_PLANES, PLANE_AXES, BodyPlane, EdgeLetters, ViewGrid
from tests.reading.grids import (
    STRAIGHT,
    Axes,
    grid_of,
    image_of,
    oblique_grid,
    series_of,
    straight_grid,
    turned,
)


def permuted(order: tuple[int, ...], signs: tuple[int, ...]) -> Axes:
    """Return straight axes in another order and direction."""
    first, second, third = (
        tuple(sign * part for part in STRAIGHT[axis])
        for axis, sign in zip(order, signs, strict=True)
    )
    return (
        (first[0], first[1], first[2]),
        (second[0], second[1], second[2]),
        (third[0], third[1], third[2]),
    )


EVERY_ORIENTATION = [
    permuted(order, signs)
    for order in itertools.permutations((0, 1, 2))
    for signs in itertools.product((1, -1), repeat=3)
]


@pytest.mark.parametrize("axes", EVERY_ORIENTATION)
def test_the_display_is_that_of_the_volume_turned_by_another_library(axes: Axes) -> None:
    series = series_of((5, 6, 7), axes=axes)
    image = image_of(series)
    turned_image = SimpleITK.DICOMOrient(image, "LPS")
    expected = SimpleITK.GetArrayFromImage(turned_image)
    grid = ViewGrid.of(series, image)
    assert np.array_equal(grid.voxels, expected)
    assert grid.spacing_mm == pytest.approx(turned_image.GetSpacing()[::-1])
    assert grid.shape == expected.shape
    for index in ((0, 0, 0), (1, 2, 3)):
        place = turned_image.TransformIndexToPhysicalPoint(index[::-1])
        assert grid.patient_mm((index[0], index[1], index[2])) == pytest.approx(place)


def test_an_oblique_volume_is_turned_to_the_nearest_axes() -> None:
    series = series_of((5, 6, 7), axes=turned(30.0, 25.0))
    image = image_of(series)
    grid = ViewGrid.of(series, image)
    assert np.array_equal(
        grid.voxels, SimpleITK.GetArrayFromImage(SimpleITK.DICOMOrient(image, "LPS"))
    )


@pytest.mark.parametrize("axes", [STRAIGHT, EVERY_ORIENTATION[-1]])
def test_the_voxels_are_not_copied_and_outlive_the_image(axes: Axes) -> None:
    series = series_of((5, 6, 7), axes=axes)
    image = image_of(series)
    expected = SimpleITK.GetArrayFromImage(image)
    memory = SimpleITK.GetArrayViewFromImage(image)
    voxels = ViewGrid.of(series, image).voxels
    assert np.shares_memory(voxels, memory)
    assert not voxels.flags.writeable
    del image, memory
    gc.collect()
    assert sorted(voxels.ravel()) == sorted(expected.ravel())


def test_an_image_of_another_size_is_refused() -> None:
    with pytest.raises(GeometryError, match=r"^the image does not have the size of its series$"):
        ViewGrid.of(series_of((5, 6, 8)), image_of(series_of((5, 6, 7))))


FRACTION = st.floats(0.0, 1.0)


@given(
    degrees=st.tuples(st.floats(-60, 60), st.floats(-60, 60)),
    spacing=st.tuples(*[st.floats(0.3, 6.0)] * 3),
    plane=st.sampled_from(BODY_PLANES),
    ends=st.tuples(FRACTION, FRACTION, FRACTION, FRACTION),
    at=FRACTION,
    order=st.permutations((0, 1, 2)),
)
def test_a_line_has_one_length_on_the_display_and_in_the_patient(
    degrees: tuple[float, float],
    spacing: Vector,
    plane: BodyPlane,
    ends: tuple[float, float, float, float],
    at: float,
    order: list[int],
) -> None:
    oblique = turned(*degrees)
    axes = (oblique[order[0]], oblique[order[1]], oblique[order[2]])
    grid = grid_of(series_of((7, 6, 5), spacing, axes))
    axis, rows, columns = PLANE_AXES[plane]
    lines = np.empty((2, 3))
    lines[:, axis] = round(at * (grid.shape[axis] - 1))
    lines[:, rows] = np.array(ends[:2]) * (grid.shape[rows] - 1)
    lines[:, columns] = np.array(ends[2:]) * (grid.shape[columns] - 1)
    start, stop = ((one[0], one[1], one[2]) for one in lines.tolist())
    displayed_mm = math.hypot(*((lines[1] - lines[0]) * np.array(grid.spacing_mm)))
    patient_mm = math.dist(grid.patient_mm(start), grid.patient_mm(stop))
    assert patient_mm == pytest.approx(displayed_mm, abs=1e-6)
    assert grid.display_index(grid.patient_mm(start)) == pytest.approx(start, abs=1e-9)


@pytest.mark.parametrize("plane", BODY_PLANES)
def test_the_normal_stands_upright_on_the_displayed_plane(plane: BodyPlane) -> None:
    grid = oblique_grid()
    normal = np.array(grid.normal(plane))
    _, rows, columns = PLANE_AXES[plane]
    assert normal @ np.array(grid.direction(rows)) == pytest.approx(0.0, abs=1e-12)
    assert normal @ np.array(grid.direction(columns)) == pytest.approx(0.0, abs=1e-12)
    assert np.linalg.norm(normal) == pytest.approx(1.0)


def test_the_letters_of_a_straight_volume() -> None:
    grid = straight_grid()
    assert grid.letters("axial") == EdgeLetters("A", "P", "R", "L")
    assert grid.letters("coronal") == EdgeLetters("H", "F", "R", "L")
    assert grid.letters("sagittal") == EdgeLetters("H", "F", "A", "P")


@pytest.mark.parametrize("axes", EVERY_ORIENTATION)
def test_left_is_on_the_right_however_the_volume_is_stored(axes: Axes) -> None:
    grid = grid_of(series_of((5, 6, 7), axes=axes))
    assert grid.letters("axial") == EdgeLetters("A", "P", "R", "L")
    assert grid.letters("sagittal") == EdgeLetters("H", "F", "A", "P")


@pytest.mark.parametrize(
    ("degrees", "bottom"), [(9.9, "P"), (10.1, "PH"), (44.0, "PH"), (-30.0, "PF")]
)
def test_a_second_letter_says_that_a_plane_is_clearly_oblique(degrees: float, bottom: str) -> None:
    letters = grid_of(series_of((5, 6, 7), axes=turned(degrees, 0.0))).letters("axial")
    assert letters.bottom == bottom
    assert (letters.left, letters.right) == ("R", "L")


def test_the_nearest_slice_of_a_place() -> None:
    grid = straight_grid()
    place = grid.patient_mm((3.4, 20.6, 10.2))
    assert [grid.slice_of(plane, place) for plane in BODY_PLANES] == [3, 21, 10]
    assert grid.slice_of("axial", grid.patient_mm((-9.0, 0.0, 0.0))) == 0
    assert grid.slice_of("axial", grid.patient_mm((90.0, 0.0, 0.0))) == 11


def test_a_volume_ends_half_a_voxel_beyond_the_last_centre() -> None:
    grid = straight_grid()
    assert grid.contains(grid.patient_mm((11.49, -0.49, 59.49)))
    assert not grid.contains(grid.patient_mm((11.51, 0.0, 0.0)))
    assert not grid.contains(grid.patient_mm((0.0, -0.51, 0.0)))


def test_the_image_place_on_the_acquired_plane_names_the_stored_slice() -> None:
    grid = straight_grid()
    place = grid.image_place("axial", 3)
    assert place.slice == 3
    assert (place.series, place.modality, place.plane) == ("1.2.3", "CT", "axial")
    assert place.frame_of_reference == "1.2.4"
    assert place.slice_thickness_mm == Decimal("5.0")


def test_the_image_place_says_what_the_header_says_of_a_contrast_agent() -> None:
    series = replace(series_of(), contrast="given")
    assert grid_of(series).image_place("axial", 3).contrast == "given"
    assert straight_grid().image_place("axial", 3).contrast is None


def test_the_stored_slice_counts_as_the_series_is_stored() -> None:
    upside_down = permuted((0, 1, 2), (1, -1, -1))
    grid = grid_of(series_of((60, 50, 12), axes=upside_down))
    assert grid.image_place("axial", 3).slice == 8
    assert grid.series.index(grid.patient_mm((3.0, 0.0, 0.0)))[2] == pytest.approx(8.0)


def test_a_sagittal_series_has_its_own_slices_in_the_sagittal_plane() -> None:
    sagittal = permuted((1, 2, 0), (1, -1, 1))
    grid = grid_of(series_of((40, 30, 9), (0.5, 0.5, 4.0), sagittal, modality="MR"))
    assert grid.acquired_plane() == "sagittal"
    assert grid.image_place("sagittal", 2).slice == 2
    assert grid.image_place("axial", 2).slice is None


def test_a_plane_across_the_slices_names_no_slice() -> None:
    place = straight_grid().image_place("coronal", 20)
    assert place.slice is None
    assert place.plane == "coronal"


def test_every_plane_of_an_oblique_series_is_oblique() -> None:
    grid = oblique_grid()
    assert [grid.image_place(plane, 1).plane for plane in BODY_PLANES] == ["oblique"] * 3


@pytest.mark.parametrize(
    ("thickness", "stated"), [(0.625, "0.625"), (3.0, "3.0"), (10.0, "10.0"), (1e-5, None)]
)
def test_a_slice_thickness_is_stated_with_at_most_three_decimals(
    thickness: float, stated: str | None
) -> None:
    grid = grid_of(series_of((5, 6, 7), (1.0, 1.0, thickness)))
    found = grid.image_place("axial", 1).slice_thickness_mm
    assert (None if found is None else str(found)) == stated
