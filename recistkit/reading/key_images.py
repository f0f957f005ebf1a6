"""Key images: the slice that a lesion was measured on, with its rulers drawn, as PNG."""

from __future__ import annotations

import contextlib
import hashlib
import io
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from recistkit.errors import GeometryError, OutputError
from recistkit.model.mark import Mark, Ruler
from recistkit.model.series import Vector
from recistkit.reading.grid import BODY_PLANES, PLANE_AXES, BodyPlane, ViewGrid

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image, ImageDraw

__all__ = [
    "MARK_TEXT",
    "SHORTEST_SIDE",
    "drawing_plane",
    "key_image",
    "mark_hash",
    "save_key_image",
]

MARK_TEXT: Final = "recistkit-mark"
"""The name under which a PNG file states which mark it is of."""

SHORTEST_SIDE: Final = 512
"""What the shorter side of the slice has at least, in pixels."""

LONGEST_SIDE: Final = 4096
"""A slice of a few thin rows is not enlarged beyond this."""

LONG_COLOUR: Final = (240, 228, 66)
SHORT_COLOUR: Final = (86, 180, 233)
_EDGE_COLOUR: Final = (0, 0, 0)
_TEXT_COLOUR: Final = (255, 255, 255)
_DASH_PX: Final = 4.0
_SAME_MM: Final = 0.01
"""Rulers whose ends differ by less lie in one plane."""

Pixel = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _View:
    """A slice as it is drawn: where it is, and how many pixels a mm has."""

    grid: ViewGrid
    plane: BodyPlane
    pixels_per_mm: float

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, of square pixels."""
        _, rows, columns = PLANE_AXES[self.plane]
        width, height = (self.grid.shape[axis] * self._step(axis) for axis in (columns, rows))
        return (max(1, round(width)), max(1, round(height)))

    @property
    def head_first(self) -> bool:
        """Whether the rows count upwards, and so have to be turned over."""
        return self.plane != "axial"

    def pixel(self, point_mm: Vector) -> Pixel:
        """Return where a place (LPS, mm) is drawn: x to the right, y downwards."""
        _, rows, columns = PLANE_AXES[self.plane]
        index = self.grid.display_index(point_mm)
        down = index[rows]
        if self.head_first:
            down = self.grid.shape[rows] - 1 - down
        return ((index[columns] + 0.5) * self._step(columns), (down + 0.5) * self._step(rows))

    def _step(self, axis: int) -> float:
        return self.grid.spacing_mm[axis] * self.pixels_per_mm


def key_image(grid: ViewGrid, mark: Mark, window: tuple[float, float]) -> bytes:
    """Return the slice of a mark with what was drawn on it.

    The long axis is a solid line, the short one dashed; below the slice stand
    lesion, visit, date and committed lengths, and nothing of the patient.

    Parameters
    ----------
    grid : ViewGrid
        The volume of the series that the mark stands on.
    mark : Mark
        With a ruler or a position.
    window : tuple of float
        Level and width of the grey values shown.

    Returns
    -------
    bytes
        A PNG file; the same mark gives the same bytes. It states which mark
        it is of, as `mark_hash` gives it.

    Raises
    ------
    GeometryError
        If the mark has no place, or none on this series.
    """
    from PIL.PngImagePlugin import PngInfo

    place = mark.place_mm()
    if place is None:
        raise GeometryError(f"{mark.lesion} has no place on an image at {mark.timepoint}")
    if mark.image is not None and mark.image.series not in {None, grid.series.uid}:
        raise GeometryError(f"{mark.lesion} stands on another series at {mark.timepoint}")
    if not grid.contains(place):
        raise GeometryError(f"{mark.lesion} lies outside of the image at {mark.timepoint}")
    plane = drawing_plane(grid, mark)
    view = _View(grid, plane, _pixels_per_mm(grid, plane))
    picture = _slice_picture(view, grid.slice_of(plane, place), window)
    _draw_mark(picture, view, mark, place)
    _draw_letters(picture, view)
    content = io.BytesIO()
    whole = _with_caption(picture, _caption(mark))
    stated = PngInfo()
    stated.add_text(MARK_TEXT, mark_hash(mark))
    whole.save(content, format="PNG", optimize=False, pnginfo=stated)
    return content.getvalue()


def mark_hash(mark: Mark) -> str:
    """Return what a key image states of its mark: a SHA-256 of all that the mark says."""
    return hashlib.sha256(mark.model_dump_json(exclude_none=True).encode("utf-8")).hexdigest()


def save_key_image(png: bytes, path: Path) -> None:
    """Save a key image, whole or not at all, in the place of an earlier one.

    Raises
    ------
    OutputError
        If it cannot be written; one that was there is untouched.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(png)
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        message = f"{path.name}: cannot be written: {error.strerror or type(error).__name__}"
        raise OutputError(message) from error


def drawing_plane(grid: ViewGrid, mark: Mark) -> BodyPlane:
    """Return the displayed plane that a mark was drawn in.

    The one in which all ends of its rulers lie; of several such planes that
    which the mark states, then that of the stored slices.
    """
    stated = mark.image.plane if mark.image is not None else None
    acquired = grid.acquired_plane()
    if mark.image is not None and mark.image.slice is not None:
        stated = acquired
    return min(
        BODY_PLANES,
        key=lambda plane: (_span_steps(grid, mark, plane), plane != stated, plane != acquired),
    )


def _span_steps(grid: ViewGrid, mark: Mark, plane: BodyPlane) -> int:
    """Return how far apart a mark's ends lie across a plane, in steps that count as none."""
    axis = PLANE_AXES[plane][0]
    places = [grid.display_index(end)[axis] for ruler in _rulers(mark) for end in _ends(ruler)]
    if not places:
        return 0
    return int((max(places) - min(places)) * grid.spacing_mm[axis] / _SAME_MM)


def _rulers(mark: Mark) -> list[Ruler]:
    """Return the rulers of a mark, the long one first."""
    return [ruler for ruler in (mark.longest, mark.short) if ruler is not None]


def _ends(ruler: Ruler) -> tuple[Vector, Vector]:
    return ruler.start_mm, ruler.end_mm


def _pixels_per_mm(grid: ViewGrid, plane: BodyPlane) -> float:
    """Return the scale at which no stored pixel is lost and the short side is long enough."""
    _, *axes = PLANE_AXES[plane]
    sides_mm = [grid.shape[axis] * grid.spacing_mm[axis] for axis in axes]
    finest = 1 / min(grid.spacing_mm[axis] for axis in axes)
    return min(max(finest, SHORTEST_SIDE / min(sides_mm)), LONGEST_SIDE / max(sides_mm))


def _slice_picture(view: _View, number: int, window: tuple[float, float]) -> Image.Image:
    """Return a slice in grey, with square pixels and the head above."""
    from PIL import Image

    axis, _, _ = PLANE_AXES[view.plane]
    grey = _grey(np.take(view.grid.voxels, number, axis=axis), window)
    if view.head_first:
        grey = grey[::-1]
    stored = Image.fromarray(np.ascontiguousarray(grey))
    return stored.resize(view.size, Image.Resampling.BILINEAR).convert("RGB")


def _grey(values: NDArray[np.generic], window: tuple[float, float]) -> NDArray[np.uint8]:
    """Return grey values from 0 to 255 through a window; what is no number is black."""
    level, width = window
    share = (np.nan_to_num(values.astype(np.float32)) - (level - width / 2)) / max(width, 1e-6)
    return (share.clip(0, 1) * 255).round().astype(np.uint8)


def _draw_mark(picture: Image.Image, view: _View, mark: Mark, place: Vector) -> None:
    """Draw the rulers of a mark, or a ring where there is none."""
    from PIL import ImageDraw

    draw = ImageDraw.Draw(picture)
    width = max(2, min(picture.size) // 256)
    if not _rulers(mark):
        x, y = view.pixel(place)
        radius = 8 * width
        box = (x - radius, y - radius, x + radius, y + radius)
        draw.ellipse(box, outline=LONG_COLOUR, width=width)
    if mark.short is not None:
        start, end = map(view.pixel, _ends(mark.short))
        _draw_line(draw, list(_dashes(start, end, _DASH_PX * width)), SHORT_COLOUR, width)
        _draw_ends(draw, start, end, SHORT_COLOUR, width)
    if mark.longest is not None:
        start, end = map(view.pixel, _ends(mark.longest))
        _draw_line(draw, [(start, end)], LONG_COLOUR, width)
        _draw_ends(draw, start, end, LONG_COLOUR, width)


def _draw_line(
    draw: ImageDraw.ImageDraw,
    parts: list[tuple[Pixel, Pixel]],
    colour: tuple[int, int, int],
    width: int,
) -> None:
    """Draw the parts of a line on a dark edge, so that it is seen on white too."""
    for part in parts:
        draw.line(part, fill=_EDGE_COLOUR, width=width + 2)
    for part in parts:
        draw.line(part, fill=colour, width=width)


def _draw_ends(
    draw: ImageDraw.ImageDraw, start: Pixel, end: Pixel, colour: tuple[int, int, int], width: int
) -> None:
    """Mark both ends of a ruler by a short line across it."""
    x, y = end[0] - start[0], end[1] - start[1]
    length = max(float(np.hypot(x, y)), 1e-6)
    across_x, across_y = -y / length * 3 * width, x / length * 3 * width
    ticks = [
        ((point[0] - across_x, point[1] - across_y), (point[0] + across_x, point[1] + across_y))
        for point in (start, end)
    ]
    _draw_line(draw, ticks, colour, width)


def _dashes(start: Pixel, end: Pixel, dash_px: float) -> Iterator[tuple[Pixel, Pixel]]:
    """Yield the dashes of a line; both ends lie on a dash."""
    length = float(np.hypot(end[0] - start[0], end[1] - start[1]))
    count = 2 * max(1, round(length / (2 * dash_px))) + 1
    points = [
        (
            start[0] + (end[0] - start[0]) * place / count,
            start[1] + (end[1] - start[1]) * place / count,
        )
        for place in range(count + 1)
    ]
    yield from zip(points[::2], points[1::2], strict=True)


def _draw_letters(picture: Image.Image, view: _View) -> None:
    """Write the orientation letters at the four edges."""
    from PIL import ImageDraw, ImageFont

    letters = view.grid.letters(view.plane)
    width, height = picture.size
    gap = min(width, height) // 100 + 2
    places = {
        "mt": ((width / 2, gap), letters.top),
        "mb": ((width / 2, height - gap), letters.bottom),
        "lm": ((gap, height / 2), letters.left),
        "rm": ((width - gap, height / 2), letters.right),
    }
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(_text_size(picture))
    for anchor, (place, letter) in places.items():
        draw.text(
            place, letter, fill=_TEXT_COLOUR, font=font, anchor=anchor,
            stroke_width=2, stroke_fill=_EDGE_COLOUR,
        )  # fmt: skip


def _caption(mark: Mark) -> list[str]:
    """Return what is written below the slice."""
    name = mark.lesion if mark.fragment is None else f"{mark.lesion} {mark.fragment}"
    lengths = [
        f"{word} {length} mm"
        for word, length in (("long", mark.longest_mm), ("short", mark.short_mm))
        if length is not None
    ]
    said = ", ".join(lengths) or mark.state
    return [f"{name}  {mark.timepoint}  {mark.date.isoformat()}", said]


def _with_caption(picture: Image.Image, lines: list[str]) -> Image.Image:
    """Return a picture with lines of text on black below it."""
    from PIL import Image, ImageDraw, ImageFont

    size = _text_size(picture)
    step = round(size * 1.4)
    whole = Image.new(
        "RGB", (picture.width, picture.height + step * len(lines) + size // 2), _EDGE_COLOUR
    )
    whole.paste(picture)
    draw, font = ImageDraw.Draw(whole), ImageFont.load_default(size)
    for number, line in enumerate(lines):
        place = (size // 2, picture.height + size // 4 + number * step)
        draw.text(place, line, fill=_TEXT_COLOUR, font=font)
    return whole


def _text_size(picture: Image.Image) -> int:
    """Return the height of text in pixels."""
    return max(14, min(picture.size) // 28)
