"""Grey values go straight into the memory of the image, in as few bytes as they need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from recistkit.errors import OptionError
from recistkit.model.series import Series
from recistkit.scans.voxels import Volume
from tests.scans.loading import ITK, voxels_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

SERIES = Series(
    uid="1.2.3",
    columns=4,
    rows=3,
    slices=3,
    column_spacing_mm=0.7,
    row_spacing_mm=0.9,
    slice_spacing_mm=5.0,
    origin_mm=(1.0, 2.0, 3.0),
    row_direction=(1.0, 0.0, 0.0),
    column_direction=(0.0, 1.0, 0.0),
    slice_direction=(0.0, 0.0, 1.0),
)
PLANE = np.arange(12).reshape(3, 4)


def filled(
    planes: list[NDArray[Any]], rescales: list[tuple[float, float]], *, whole: bool = True
) -> Any:  # noqa: ANN401  SimpleITK has no types
    """Return the image of planes, each with its slope and intercept."""
    volume = Volume(SERIES, whole=whole, require_room=lambda _: None)
    for index, (plane, rescale) in enumerate(zip(planes, rescales, strict=True)):
        volume.put(index, plane, *rescale)
    return volume.image()


@pytest.mark.parametrize("kind", ["u1", "i1", "<i2", ">i2", "<u2", ">u2", "<i4", ">u4", "<i8"])
@pytest.mark.parametrize("rescale", [(1, 0), (1, -1024), (-3, 7), (1, 32_000)])
def test_whole_values_that_fit_are_int16(kind: str, rescale: tuple[float, float]) -> None:
    image = filled([PLANE.astype(kind)] * 3, [rescale] * 3)
    assert image.GetPixelID() == ITK.sitkInt16
    assert np.array_equal(voxels_of(image)[2], PLANE * rescale[0] + rescale[1])
    assert image.GetSpacing() == (0.7, 0.9, 5.0)
    assert image.GetOrigin() == (1.0, 2.0, 3.0)


@pytest.mark.parametrize(
    ("stored", "rescale"),
    [
        (np.full((3, 4), 32_767, np.int16), (1, 1)),
        (np.full((3, 4), -32_768, np.int16), (1, -1)),
        (np.full((3, 4), 65_535, np.uint16), (1, 0)),
        (PLANE.astype(np.int16), (0.5, 0)),
        (PLANE.astype(np.int16), (1, 0.25)),
        (PLANE.astype(np.float32), (1, 0)),
    ],
)
def test_a_slice_that_does_not_fit_makes_the_whole_volume_float32(
    stored: NDArray[Any], rescale: tuple[float, float]
) -> None:
    first = PLANE.astype(np.int16)
    image = filled([first, stored, first], [(1, -1024), rescale, (1, -1024)])
    assert image.GetPixelID() == ITK.sitkFloat32
    voxels = voxels_of(image)
    assert np.array_equal(voxels[0], PLANE - 1024)
    assert np.array_equal(voxels[1], stored * float(rescale[0]) + rescale[1])
    assert np.array_equal(voxels[2], PLANE - 1024)


@pytest.mark.parametrize("ends", [(-32_768, 0), (32_767, 0), (0, 32_767), (31_743, 1024)])
def test_values_at_the_ends_of_int16_stay_int16(ends: tuple[int, int]) -> None:
    stored, intercept = ends
    image = filled([np.full((3, 4), stored, np.int16)] * 3, [(1, intercept)] * 3)
    assert image.GetPixelID() == ITK.sitkInt16
    assert image.GetPixel(0, 0, 0) == stored + intercept


def test_the_image_outlives_what_filled_it() -> None:
    images = [filled([PLANE.astype(np.int16) + k] * 3, [(1, 0)] * 3) for k in range(5)]
    for k, image in enumerate(images):
        assert np.array_equal(voxels_of(image)[1], PLANE + k)
        copy = ITK.Image(image)
        copy.SetPixel(0, 0, 0, 99)
        assert image.GetPixel(0, 0, 0) == k


def test_room_is_asked_for_before_memory_is_taken() -> None:
    asked: list[int] = []

    def refuse(voxel_bytes: int) -> None:
        asked.append(voxel_bytes)
        if voxel_bytes > 2:
            raise OptionError("too large")

    with pytest.raises(OptionError, match=r"^too large$"):
        Volume(SERIES, whole=False, require_room=refuse)
    volume = Volume(SERIES, whole=True, require_room=refuse)
    volume.put(0, PLANE.astype(np.int16), 1, 0)
    with pytest.raises(OptionError, match=r"^too large$"):
        volume.put(1, PLANE.astype(np.int16), 0.5, 0)
    assert asked == [4, 2, 4]
