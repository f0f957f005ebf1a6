"""The outline of a lesion: from its rulers to a file in the patient, and back."""

from __future__ import annotations

import datetime as dt
import gzip
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
import SimpleITK

from recistkit.errors import MaskError, ReadingError
from recistkit.measure import diameters
from recistkit.model.mark import ImagePlace, Mark, Ruler
from recistkit.reading.grid import BODY_PLANES, PLANE_AXES, BodyPlane, ViewGrid
from recistkit.reading.lesion_mask import LesionMask, drafted, from_file, to_file, volume_mm3
from tests.reading.grids import grid_of, oblique_grid, series_of, straight_grid, turned

MIRRORED = ((-1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, -1.0))
SAGITTAL = ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0), (-1.0, 0.0, 0.0))
GRIDS: dict[str, Callable[[], ViewGrid]] = {
    "straight": straight_grid,
    "oblique": oblique_grid,
    "mirrored": lambda: grid_of(series_of((60, 50, 12), axes=MIRRORED)),
    "sagittal": lambda: grid_of(series_of((60, 50, 30), (0.7, 0.9, 2.0), SAGITTAL)),
}


def drawn(grid: ViewGrid, plane: BodyPlane, **said: object) -> Mark:
    """Return a mark with two axes of 16 and 10 mm in the middle of a displayed plane."""
    middle = [float(count // 2) for count in grid.shape]
    _, rows, columns = PLANE_AXES[plane]

    def ruler(axis: int, half_mm: float) -> Ruler:
        ends = []
        for side in (-1, 1):
            place = list(middle)
            place[axis] += side * half_mm / grid.spacing_mm[axis]
            ends.append(grid.patient_mm((place[0], place[1], place[2])))
        return Ruler(start_mm=ends[0], end_mm=ends[1])

    fields: dict[str, Any] = {
        "lesion": "T1",
        "timepoint": "baseline",
        "date": dt.date(2011, 3, 1),
        "state": "measured",
        "longest": ruler(columns, 8.0),
        "short": ruler(rows, 5.0),
        "longest_mm": "16.0",
        "short_mm": "10.0",
        "image": grid.image_place(plane, int(middle[PLANE_AXES[plane][0]])),
    }
    return Mark(**(fields | said))


@pytest.mark.parametrize("plane", BODY_PLANES)
@pytest.mark.parametrize("name", GRIDS)
def test_a_draft_is_the_ellipse_of_its_rulers_in_their_plane(name: str, plane: BodyPlane) -> None:
    grid = replace_voxels(GRIDS[name]())
    mask = drafted(grid, drawn(grid, plane))
    scrolled, rows, columns = PLANE_AXES[plane]
    key = mask.voxels.take(grid.shape[scrolled] // 2 - mask.start[scrolled], axis=scrolled)
    kept = [axis for axis in range(3) if axis != scrolled]
    across, along = (
        (np.arange(mask.voxels.shape[axis]) + mask.start[axis] - grid.shape[axis] // 2)
        * grid.spacing_mm[axis]
        for axis in (rows, columns)
    )
    inside = (across[:, None] / 5.0) ** 2 + (along[None, :] / 8.0) ** 2 <= 1
    assert np.array_equal(key if kept == [rows, columns] else key.T, inside)


def replace_voxels(grid: ViewGrid) -> ViewGrid:
    """Return a grid whose image tells nothing."""
    return replace(grid, voxels=np.zeros(grid.shape, dtype=np.int16))


@pytest.mark.parametrize("name", GRIDS)
def test_a_mask_comes_back_from_its_file_as_it_was(name: str) -> None:
    grid = GRIDS[name]()
    mask = drafted(grid, drawn(grid, "axial"))
    data = to_file(grid, mask)
    assert data == to_file(grid, mask)
    again = from_file(grid, data)
    assert again.start == mask.start
    assert np.array_equal(again.voxels, mask.voxels)


@pytest.mark.parametrize("name", GRIDS)
def test_a_file_says_where_each_voxel_lies_in_the_patient(name: str) -> None:
    grid = GRIDS[name]()
    voxels = np.zeros((3, 4, 5), dtype=np.bool_)
    voxels[1, 2, 3] = True
    image: Any = nibabel.Nifti1Image.from_bytes(
        gzip.decompress(to_file(grid, LesionMask((2, 6, 7), voxels)))
    )
    (index,) = np.argwhere(np.asarray(image.dataobj) == 1)
    right, front, head = image.affine[:3, :3] @ index + image.affine[:3, 3]
    assert (-right, -front, head) == pytest.approx(grid.patient_mm((3.0, 8.0, 10.0)), abs=1e-3)


@pytest.mark.parametrize("name", GRIDS)
def test_the_volume_is_the_one_that_measuring_the_file_gives(name: str, tmp_path: Path) -> None:
    grid = GRIDS[name]()
    mask = drafted(grid, drawn(grid, "axial"))
    path = tmp_path / "mask.nii.gz"
    path.write_bytes(to_file(grid, mask))
    measured = diameters(SimpleITK.ReadImage(str(path))).row(0, named=True)
    assert measured["label"] == 1
    assert float(volume_mm3(grid, mask.voxels)) == pytest.approx(measured["volume_mm3"], rel=1e-5)


def test_a_volume_has_three_decimals() -> None:
    grid = grid_of(series_of((5, 6, 7), (0.7, 0.9, 0.3333)))
    one = np.zeros(grid.shape, dtype=np.bool_)
    one[0, 0, 0] = True
    assert volume_mm3(grid, one) == Decimal("0.210")


def test_a_mask_of_nothing_is_refused() -> None:
    grid = straight_grid()
    with pytest.raises(ReadingError) as raised:
        volume_mm3(grid, np.zeros((2, 2, 2), dtype=np.bool_))
    assert str(raised.value) == "a mask of 0.000 mm3 is none of a lesion"


def test_a_draft_needs_both_axes() -> None:
    grid = straight_grid()
    with pytest.raises(ReadingError) as raised:
        drafted(grid, drawn(grid, "axial", short=None, short_mm=None))
    assert str(raised.value) == "draw both axes of T1 first: a draft is made from them"


def test_a_draft_is_made_on_the_series_of_the_rulers() -> None:
    grid = straight_grid()
    with pytest.raises(ReadingError) as raised:
        drafted(grid, drawn(grid, "axial", image=ImagePlace(series="1.9")))
    assert str(raised.value) == "T1 was measured on another series; go to that one (R)"
    assert drafted(grid, drawn(grid, "axial", image=None)).voxels.any()


def test_the_mask_of_another_scan_is_refused() -> None:
    grid = straight_grid()
    data = to_file(grid, drafted(grid, drawn(grid, "axial")))
    others = [
        grid_of(series_of((60, 50, 12), axes=turned(14.0, 7.0))),
        grid_of(series_of(origin_mm=(-20.3, -30.0, 100.0))),
        grid_of(series_of((30, 50, 12))),
        grid_of(series_of(origin_mm=(20.0, -30.0, 100.0))),
    ]
    for other in others:
        with pytest.raises(MaskError, match=r"^the mask is one of another scan$"):
            from_file(other, data)


@pytest.mark.parametrize("data", [b"", b"no gzip", to_file])
def test_what_is_no_mask_is_refused(data: Any) -> None:  # noqa: ANN401
    grid = straight_grid()
    if callable(data):
        data = data(grid, drafted(grid, drawn(grid, "axial")))[:60]
    with pytest.raises(MaskError, match=r"^the mask cannot be understood$"):
        from_file(grid, data)
