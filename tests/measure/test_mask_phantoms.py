"""Masks of known bodies, wherever they lie in the patient: sizes and places are right."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import SimpleITK
from numpy.typing import NDArray

from recistkit.errors import GeometryError, MaskError, OptionError
from recistkit.measure import diameters
from recistkit.measure.mask_outline import Convention
from recistkit.measure.mask_place import MaskGrid
from recistkit.measure.ruler import off_perpendicular_degrees, ruler_length_mm
from recistkit.model.mark import Ruler
from recistkit.model.series import Series

Vectors = NDArray[np.float64]

# How far a diameter may miss that of the body, in pixels. Above: what a voxel reaches beyond its
# centre at both ends. Below: the largest mean bias of docs/measuring.md, and one pixel more for
# a single position and angle.
BIAS_PIXELS: dict[Convention, tuple[float, float]] = {
    "centres": (-1.8, 0.0),
    "contour": (-0.8, 1.0),
    "corners": (-0.4, math.sqrt(2)),
}


def turned(generator: np.random.Generator) -> Vectors:
    """Return a rotation in any direction."""
    axes, _ = np.linalg.qr(generator.normal(size=(3, 3)))
    axes[:, 0] *= np.sign(np.linalg.det(axes))
    rotation: Vectors = axes
    return rotation


def ellipsoid(
    size: tuple[int, int, int], spacing: Vectors, radii: Vectors, axes: Vectors, centre: Vectors
) -> NDArray[np.uint8]:
    """Return voxels (slice, row, column) whose centres lie in an ellipsoid (mm, on the grid)."""
    places = np.stack(np.meshgrid(*map(np.arange, size), indexing="ij"), axis=-1) * spacing
    mask: NDArray[np.uint8] = ((((places - centre) @ axes / radii) ** 2).sum(axis=-1) <= 1).astype(
        np.uint8
    )
    return mask


def section_mm(radii: Vectors, axes: Vectors) -> tuple[float, float]:
    """Return both axes of the largest section of an ellipsoid parallel to the slices.

    All parallel sections are alike, and that through the centre is the largest.
    """
    shape = axes @ np.diag(radii**-2) @ axes.T
    least, most = np.linalg.eigvalsh(shape[1:, 1:])
    return 2 / math.sqrt(least), 2 / math.sqrt(most)


@pytest.mark.parametrize("convention", BIAS_PIXELS)
@pytest.mark.parametrize("seed", range(12))
def test_an_ellipsoid_in_any_direction_is_measured_within_the_bias_of_the_convention(
    seed: int, convention: Convention
) -> None:
    generator = np.random.default_rng(seed)
    spacing = np.array([generator.uniform(1, 5), *generator.uniform(0.5, 1.5, 2)])
    radii, axes = generator.uniform(8, 20, 3), turned(generator)
    size = tuple(int(60 / step) for step in spacing)
    centre = np.array(size) * spacing / 2
    centre[0] = (size[0] // 2) * spacing[0]  # a slice goes through the middle
    mask = ellipsoid((size[0], size[1], size[2]), spacing, radii, axes, centre)
    (row,) = diameters(mask, tuple(spacing), convention=convention).rows(named=True)
    longest, short = section_mm(radii, axes)
    pixel = max(spacing[1:])
    low, high = BIAS_PIXELS[convention]
    assert low * pixel <= row["longest_mm"] - longest <= high * pixel
    # The short axis of a disc follows whatever pair of points happens to be the longest.
    assert (low - 1) * pixel <= row["short_mm"] - short <= (high + 1) * pixel
    truth = 4 / 3 * math.pi * float(np.prod(radii))
    assert row["volume_mm3"] == pytest.approx(truth, rel=0.08)


def placed(voxels: NDArray[Any], spacing: Vectors, axes: Vectors, origin: Vectors) -> Any:  # noqa: ANN401  SimpleITK has no types
    """Return an image; spacing, axes (as columns) and origin in the order of SimpleITK."""
    image: Any = SimpleITK.GetImageFromArray(voxels)
    image.SetSpacing(spacing.tolist())
    image.SetDirection(axes.ravel().tolist())
    image.SetOrigin(origin.tolist())
    return image


def ends_of(row: dict[str, Any], axis: str) -> Vectors:
    """Return both end points of a line in patient mm, shape (2, 3)."""
    return np.array([[row[f"{axis}_{end}_{way}_mm"] for way in "xyz"] for end in ("start", "end")])


@pytest.mark.parametrize("seed", range(6))
def test_an_oblique_image_is_measured_on_its_own_slices_and_placed_in_the_patient(
    seed: int,
) -> None:
    generator = np.random.default_rng(seed)
    voxels = generator.integers(0, 3, size=(4, 9, 7), dtype=np.uint8)
    spacing, origin = generator.uniform(0.5, 3.0, 3), generator.uniform(-200, 200, 3)
    image = placed(voxels, spacing, turned(generator), origin)
    table = diameters(image)
    upright = diameters(voxels, (spacing[2], spacing[1], spacing[0]))
    sizes = upright.columns[:8]
    for ours, plain in zip(table.rows(named=True), upright.rows(named=True), strict=True):
        assert [ours[name] for name in sizes] == pytest.approx([plain[name] for name in sizes])
        for axis in ("longest", "short"):
            expected = [
                image.TransformContinuousIndexToPhysicalPoint(
                    (plain[f"{axis}_{end}_column"], plain[f"{axis}_{end}_row"], plain["slice"])
                )
                for end in ("start", "end")
            ]
            assert ends_of(ours, axis) == pytest.approx(np.array(expected), abs=1e-9)
            assert math.dist(*ends_of(ours, axis)) == pytest.approx(ours[f"{axis}_mm"], abs=1e-9)


def oblique_series(generator: np.random.Generator) -> Series:
    """Return an anisotropic grid in any direction, of 120 x 110 x 40 voxels."""
    spacing, axes = generator.uniform([0.4, 0.4, 2.0], [1.0, 1.5, 6.0]), turned(generator)
    row_direction, column_direction, slice_direction = (
        (float(x), float(y), float(z)) for x, y, z in axes.T
    )
    x, y, z = generator.uniform(-300, 300, 3).tolist()
    return Series(
        uid="1.2.3",
        columns=120,
        rows=110,
        slices=40,
        column_spacing_mm=float(spacing[0]),
        row_spacing_mm=float(spacing[1]),
        slice_spacing_mm=float(spacing[2]),
        origin_mm=(x, y, z),
        row_direction=row_direction,
        column_direction=column_direction,
        slice_direction=slice_direction,
    )


@pytest.mark.parametrize("seed", range(10))
def test_rulers_on_an_ellipsoid_in_an_oblique_image_have_the_length_of_its_axes(seed: int) -> None:
    generator = np.random.default_rng(seed)
    series = oblique_series(generator)
    spacing = np.array(series.spacing_mm[::-1])
    radii, axes = generator.uniform(8, 20, 3), turned(generator)
    middle = np.array([20.0, 55.0, 60.0])
    shape = (axes @ np.diag(radii**-2) @ axes.T)[1:, 1:]
    squares, directions = np.linalg.eigh(shape)
    rulers = []
    for square, direction in zip(squares, directions.T, strict=True):
        reach = direction / math.sqrt(square) / spacing[1:]
        ends = [
            series.point_mm((middle[2] + side * reach[1], middle[1] + side * reach[0], middle[0]))
            for side in (-1.0, 1.0)
        ]
        rulers.append(Ruler(start_mm=ends[0], end_mm=ends[1]))
    expected = section_mm(radii, axes)
    assert [ruler_length_mm(ruler) for ruler in rulers] == pytest.approx(expected, abs=1e-6, rel=0)
    assert off_perpendicular_degrees(*rulers) < 1e-6
    # The mask of the same ellipsoid lies where the rulers do, and is measured within its bias.
    mask = ellipsoid((40, 110, 120), spacing, radii, axes, middle * spacing)
    directions_xyz = np.array(series.direction).reshape(3, 3)
    image = placed(mask, spacing[::-1], directions_xyz, np.array(series.origin_mm))
    for convention, (low, high) in BIAS_PIXELS.items():
        row = diameters(image, convention=convention).row(0, named=True)
        pixel = max(spacing[1:])
        assert row["slice"] == 20
        assert low * pixel <= row["longest_mm"] - expected[0] <= high * pixel
        between = (ends_of(row, "longest").mean(axis=0) - series.point_mm((60.0, 55.0, 20.0))) @ (
            np.array(series.slice_direction)
        )
        assert between == pytest.approx(0.0, abs=1e-9)


def test_slices_aslant_to_their_rows_keep_lengths_and_lose_volume() -> None:
    tilt = math.radians(20)
    axes = np.array([[1, 0, 0], [0, 1, math.sin(tilt)], [0, 0, math.cos(tilt)]])
    image = placed(np.ones((3, 4, 5), np.uint8), np.ones(3), axes, np.zeros(3))
    row = diameters(image, convention="corners").row(0, named=True)
    assert row["longest_mm"] == pytest.approx(math.hypot(4, 5), abs=1e-12)
    assert row["volume_mm3"] == pytest.approx(60 * math.cos(tilt), abs=1e-12)


@pytest.mark.parametrize(
    ("spacing_mm", "is_noted"),
    [
        ((5.0, 0.7, 0.7), False),
        ((0.6, 0.9, 0.9), False),  # thin overlapping slices have square pixels
        ((0.9, 0.9, 0.9), False),
        ((3.0, 1.5, 0.75), False),
        ((0.7, 3.0, 0.7), True),
        ((0.7, 0.7, 3.0), True),
        ((1.0, 0.9, 1.005), False),
        ((1.0, 0.9, 1.02), True),
    ],
)
def test_slices_that_may_not_be_those_acquired_are_noted(
    spacing_mm: tuple[float, float, float], is_noted: bool
) -> None:
    assert bool(MaskGrid.upright(spacing_mm).notes) == is_noted


SHEARED = np.array([[1, 0.1, 0], [0, math.sqrt(0.99), 0], [0, 0, 1]])


@pytest.mark.parametrize(
    ("image", "kind", "message"),
    [
        (SimpleITK.Image([4, 4], SimpleITK.sitkUInt8), MaskError, "has 2 axes; expected three"),
        (
            SimpleITK.Image([4, 4, 4], SimpleITK.sitkVectorUInt8, 2),
            MaskError,
            "holds 2 values a voxel; expected one label",
        ),
        (
            SimpleITK.Image([4, 4, 4], SimpleITK.sitkFloat32),
            MaskError,
            "holds values of type float32; expected whole numbers or bool",
        ),
        (
            placed(np.ones((2, 2, 2), np.uint8), np.ones(3), SHEARED, np.zeros(3)),
            GeometryError,
            "has rows and columns that are not at right angles (sheared)",
        ),
    ],
)
def test_an_image_that_is_no_label_volume_is_refused(
    image: SimpleITK.Image, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind) as refusal:
        diameters(image)
    assert str(refusal.value) == message


def test_an_image_takes_no_other_spacing_than_its_own() -> None:
    with pytest.raises(OptionError) as refusal:
        diameters(SimpleITK.Image([4, 4, 4], SimpleITK.sitkUInt8), (1.0, 1.0, 1.0))
    assert str(refusal.value) == "an image has its own spacing; expected no spacing_mm"
