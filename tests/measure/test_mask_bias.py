"""How far each convention misses the diameter of a shape: as the page on measuring says."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from recistkit.measure import diameters
from tests.test_readme import ROOT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recistkit.measure.mask_outline import Convention

ORDER: Final[tuple[Convention, ...]] = ("centres", "contour", "corners")
"""The columns of the page's table."""
PIXEL_MM: Final = (0.75, 0.75)
ROW: Final = re.compile(
    r"^\| (?:disc|ellipse) of (?P<long>\d+)(?: x (?P<short>\d+))? mm"
    r"(?:, pixels of (?P<row>[\d.]+) x (?P<column>[\d.]+) mm)? "
    r"\| (?P<errors>[-+.\d |]+) \|$",
    flags=re.MULTILINE,
)
"""A row of the page: shape, pixels unless they are those of most, one error a convention."""
TABLE: Final = tuple(ROW.finditer((ROOT / "docs" / "measuring.md").read_text(encoding="utf-8")))


def ellipses(
    count: int, axes_mm: tuple[float, float], spacing_mm: tuple[float, float]
) -> NDArray[np.int64]:
    """Return slices with one ellipse each, anywhere on the grid, numbered from 1."""
    generator = np.random.default_rng(1)
    angle = generator.uniform(0, math.pi, count)[:, None, None]
    shift = generator.uniform(-0.5, 0.5, (2, count))[:, :, None, None]
    sides = [int(axes_mm[0] / step) + 5 for step in spacing_mm]
    down, along = np.meshgrid(*(np.arange(side) - side // 2 for side in sides), indexing="ij")
    down, along = (down - shift[0]) * spacing_mm[0], (along - shift[1]) * spacing_mm[1]
    first = (along * np.cos(angle) + down * np.sin(angle)) / (axes_mm[0] / 2)
    second = (down * np.cos(angle) - along * np.sin(angle)) / (axes_mm[1] / 2)
    numbers: NDArray[np.int64] = (first**2 + second**2 <= 1) * np.arange(1, count + 1)[
        :, None, None
    ]
    return numbers


def test_the_page_has_every_shape() -> None:
    assert len(TABLE) == 7


@pytest.mark.parametrize("row", TABLE, ids=[row[0].split("|")[1].strip() for row in TABLE])
def test_the_mean_error_of_a_convention_is_what_the_page_says(row: re.Match[str]) -> None:
    axes = (float(row["long"]), float(row["short"] or row["long"]))
    spacing = (float(row["row"]), float(row["column"])) if row["row"] else PIXEL_MM
    shapes = ellipses(500 if axes[0] > 20 else 2000, axes, spacing)
    tables = [diameters(shapes, (1.0, *spacing), convention=name) for name in ORDER]
    errors = [float(np.mean(table["longest_mm"].to_numpy())) - axes[0] for table in tables]
    said = [float(error) for error in row["errors"].split("|")]
    assert said == pytest.approx(errors, abs=0.0101)
