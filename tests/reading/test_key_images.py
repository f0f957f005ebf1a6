"""Key images: the right slice, turned the right way, its rulers where they were drawn."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK
from PIL import Image

from recistkit.errors import GeometryError, OutputError
from recistkit.model.mark import ImagePlace, Mark, Ruler
from recistkit.model.series import Series, Vector
from recistkit.reading.grid import PLANE_AXES, BodyPlane, ViewGrid
from recistkit.reading.key_images import (
    LONG_COLOUR,
    MARK_TEXT,
    SHORT_COLOUR,
    drawing_plane,
    key_image,
    mark_hash,
    save_key_image,
)
from recistkit.reading.paths import key_image_folder, key_image_name
from tests.reading.grids import oblique_grid, series_of, straight_grid

WINDOW = (100.0, 200.0)
PLANES: tuple[BodyPlane, ...] = ("axial", "coronal", "sagittal")


def mark_on(grid: ViewGrid, plane: BodyPlane, **said: object) -> Mark:
    """Return a mark with crossing rulers of 12 and 8 mm near the middle of a grid."""
    scrolled, rows, columns = PLANE_AXES[plane]
    middle = [count // 2 for count in grid.shape]

    def ruler(axis: int, length_mm: float) -> Ruler:
        half = length_mm / 2 / grid.spacing_mm[axis]
        ends = []
        for way in (-half, half):
            index = [float(place) for place in middle]
            index[axis] += way
            ends.append(grid.patient_mm((index[0], index[1], index[2])))
        return Ruler(start_mm=ends[0], end_mm=ends[1])

    fields: dict[str, object] = {
        "lesion": "T1",
        "timepoint": "month-2",
        "date": dt.date(2011, 3, 16),
        "state": "measured",
        "longest": ruler(columns, 12.0),
        "short": ruler(rows, 8.0),
        "longest_mm": Decimal("12.0"),
        "short_mm": Decimal("8.0"),
        "image": grid.image_place(plane, middle[scrolled]),
    }
    return Mark.model_validate(fields | said)


def picture(grid: ViewGrid, mark: Mark) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return the pixels of a key image, shape (rows, columns, 3)."""
    return np.asarray(Image.open(io.BytesIO(key_image(grid, mark, WINDOW))).convert("RGB"))


def extent(pixels: np.ndarray[Any, np.dtype[np.uint8]], colour: tuple[int, int, int]) -> list[int]:
    """Return first and last row and column of a colour."""
    rows, columns = np.nonzero((pixels == np.array(colour)).all(axis=2))
    return [rows.min(), rows.max(), columns.min(), columns.max()]


def bright_grid(point_mm: Vector) -> ViewGrid:
    """Return a CT that is dark but for one bright voxel at a place."""
    series = series_of()
    image = SimpleITK.Image(*series.size, SimpleITK.sitkInt16)
    index = [round(place) for place in series.index(point_mm)]
    image[index[0], index[1], index[2]] = 1000
    return ViewGrid.of(series, image)


@pytest.mark.parametrize("plane", PLANES)
@pytest.mark.parametrize("make", [straight_grid, oblique_grid])
def test_the_rulers_have_their_length_in_every_plane(
    make: Callable[[], ViewGrid], plane: BodyPlane
) -> None:
    grid = make()
    mark = mark_on(grid, plane)
    assert drawing_plane(grid, mark) == plane
    pixels = picture(grid, mark)
    _, rows, columns = PLANE_AXES[plane]
    sides_mm = [grid.shape[axis] * grid.spacing_mm[axis] for axis in (rows, columns)]
    caption = pixels.shape[0] - round(pixels.shape[1] * sides_mm[0] / sides_mm[1])
    assert 30 < caption < 200
    assert min(pixels.shape[1], pixels.shape[0] - caption) >= 512
    per_mm = pixels.shape[1] / sides_mm[1]
    _, _, left, right = extent(pixels, LONG_COLOUR)
    top, bottom, _, _ = extent(pixels, SHORT_COLOUR)
    assert right - left == pytest.approx(12 * per_mm, abs=5)
    assert bottom - top == pytest.approx(8 * per_mm, abs=5)


@pytest.mark.parametrize("plane", PLANES)
def test_the_rulers_cross_on_the_voxel_that_they_were_drawn_on(plane: BodyPlane) -> None:
    grid = straight_grid()
    place = grid.patient_mm((4.0, 20.0, 40.0))
    bright = bright_grid(place)
    pixels = picture(
        bright,
        Mark(
            lesion="T1",
            timepoint="month-2",
            date=dt.date(2011, 3, 16),
            state="present",
            position_mm=place,
            image=ImagePlace(plane=plane),
        ),
    )
    top, bottom, left, right = extent(pixels, LONG_COLOUR)
    inside = pixels[top + 4 : bottom - 3, left + 4 : right - 3, 0]
    rows, columns = np.nonzero(inside > 200)
    assert rows.mean() == pytest.approx(inside.shape[0] / 2, abs=3)
    assert columns.mean() == pytest.approx(inside.shape[1] / 2, abs=3)


def test_the_head_is_above_and_the_patients_left_is_on_the_right() -> None:
    series = series_of()
    head_left = series.point_mm((55.0, 25.0, 10.0))
    mark = Mark(
        lesion="T1",
        timepoint="month-2",
        date=dt.date(2011, 3, 16),
        state="present",
        position_mm=head_left,
        image=ImagePlace(plane="coronal"),
    )
    pixels = picture(bright_grid(head_left), mark)
    top, bottom, left, right = extent(pixels, LONG_COLOUR)
    assert (top + bottom) / 2 < pixels.shape[0] / 4
    assert (left + right) / 2 > pixels.shape[1] * 3 / 4


def test_a_ruler_that_lies_in_two_planes_is_drawn_in_the_one_that_the_mark_states() -> None:
    grid = straight_grid()
    coronal = mark_on(grid, "coronal", short=None, short_mm=None)
    assert coronal.image is not None
    assert coronal.image.slice is None
    assert drawing_plane(grid, coronal) == "coronal"
    assert drawing_plane(grid, coronal.model_copy(update={"image": None})) == "axial"


def test_the_same_mark_gives_the_same_bytes_whose_only_text_is_a_hash_of_the_mark() -> None:
    grid = straight_grid()
    mark = mark_on(grid, "axial")
    png = key_image(grid, mark, WINDOW)
    assert png == key_image(straight_grid(), mark, WINDOW)
    assert png.startswith(b"\x89PNG")
    assert not any(chunk in png for chunk in (b"iTXt", b"zTXt", b"eXIf", b"tIME"))
    assert png.count(b"tEXt") == 1
    text = Image.open(io.BytesIO(png)).info
    assert text == {MARK_TEXT: mark_hash(mark)}
    moved = mark.model_copy(update={"date": dt.date(2011, 3, 17)})
    assert mark_hash(moved) != mark_hash(mark)


def test_the_caption_says_lesion_visit_date_and_lengths() -> None:
    grid = straight_grid()
    plain = picture(grid, mark_on(grid, "axial"))
    changed = {
        "lesion": "T2",
        "timepoint": "month-3",
        "date": dt.date(2011, 3, 17),
        "fragment": "a",
        "longest_mm": Decimal("12.1"),
        "short_mm": Decimal("8.1"),
    }
    for field, value in changed.items():
        other = picture(grid, mark_on(grid, "axial", **{field: value}))
        rows = np.nonzero((other != plain).any(axis=(1, 2)))[0]
        assert len(rows) > 0, field
        assert rows.min() > 512, field


def test_a_narrower_window_makes_more_of_the_slice_black_or_white() -> None:
    grid = straight_grid()
    mark = mark_on(grid, "axial")
    wide = np.asarray(Image.open(io.BytesIO(key_image(grid, mark, (1000.0, 4000.0)))))
    narrow = np.asarray(Image.open(io.BytesIO(key_image(grid, mark, (1000.0, 10.0)))))
    extreme = [float(np.isin(one[:500], (0, 255)).all(axis=2).mean()) for one in (wide, narrow)]
    assert extreme[0] < 0.1
    assert extreme[1] > 0.5


def test_a_voxel_that_is_no_number_is_black() -> None:
    series = Series(
        uid="1.2.3",
        columns=4,
        rows=4,
        slices=4,
        column_spacing_mm=1.0,
        row_spacing_mm=1.0,
        slice_spacing_mm=1.0,
        origin_mm=(0.0, 0.0, 0.0),
        row_direction=(1.0, 0.0, 0.0),
        column_direction=(0.0, 1.0, 0.0),
        slice_direction=(0.0, 0.0, 1.0),
    )
    image = SimpleITK.GetImageFromArray(np.full((4, 4, 4), np.nan, np.float32))
    mark = Mark(
        lesion="N1",
        timepoint="month-2",
        date=dt.date(2011, 3, 16),
        state="present",
        position_mm=(1.0, 1.0, 1.0),
    )
    pixels = picture(ViewGrid.of(series, image), mark)
    assert (pixels[400:420, 400:420] == 0).all()


def test_a_mark_without_a_place_on_this_series_is_refused() -> None:
    grid = straight_grid()
    nowhere = mark_on(grid, "axial", longest=None, short=None, state="absent")
    with pytest.raises(GeometryError, match=r"^T1 has no place on an image at month-2$"):
        key_image(grid, nowhere, WINDOW)
    elsewhere = mark_on(grid, "axial", image=ImagePlace(series="1.9"))
    with pytest.raises(GeometryError, match=r"^T1 stands on another series at month-2$"):
        key_image(grid, elsewhere, WINDOW)
    far = mark_on(grid, "axial", longest=None, short=None, position_mm=(900.0, 0.0, 0.0))
    with pytest.raises(GeometryError, match=r"^T1 lies outside of the image at month-2$"):
        key_image(grid, far, WINDOW)


def test_a_key_image_is_saved_beside_the_document_and_replaces_an_earlier_one(
    tmp_path: Path,
) -> None:
    path = key_image_folder(tmp_path, "S1", "A") / key_image_name("month-2", "T1")
    save_key_image(b"first", path)
    save_key_image(b"second", path)
    assert [one.relative_to(tmp_path).as_posix() for one in tmp_path.rglob("*.png")] == [
        "reads/key-images/S1_reader-A/month-2_T1.png"
    ]
    assert path.read_bytes() == b"second"
    assert list(path.parent.iterdir()) == [path]


def test_a_key_image_that_cannot_be_written_leaves_the_earlier_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "month-2_T1.png"
    save_key_image(b"first", path)

    def full(_self: Path, _content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    message = r"^month-2_T1\.png: cannot be written: No space left on device$"
    with pytest.raises(OutputError, match=message):
        save_key_image(b"second", path)
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]
