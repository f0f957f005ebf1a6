"""Two reads' rulers on one canvas: neither hides the other, no label covers another."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from napari_recistkit.lesion_layer import COLOURS, ShownRuler
from recistkit.reading.grid import PLANE_AXES, BodyPlane
from tests.napari_recistkit.canvases import bare_canvas, shown
from tests.reading.grids import straight_grid


def of_read(
    side: str, start: tuple[float, float, float], lesion: str = "T1", step: float = 0.0
) -> ShownRuler:
    """Return a ruler of a read, 10 columns long and a step of rows further down."""
    grid, (slice_number, row, column) = straight_grid(), start
    return shown(
        grid,
        (slice_number, row + step, column),
        (slice_number, row + step, column + 10.0),
        key=(side, lesion, None),
        kind=f"read-{side.lower()}",
        label=f"{side}: {lesion}",
        pullable=False,
    )


def labels(canvas: Any) -> list[tuple[str, np.ndarray]]:  # noqa: ANN401  napari ships no types
    """Return each label with its place in display indices."""
    layer, grid = canvas.viewer.layers["lesions"], straight_grid()
    scale = np.array(layer.scale) / np.array(grid.spacing_mm)
    texts = layer.features["label"]
    return [(text, line[0] * scale) for line, text in zip(layer.data, texts, strict=True) if text]


def test_where_both_lie_at_one_place_a_is_seen_on_both_sides_of_b() -> None:
    canvas = bare_canvas(straight_grid())
    canvas.set_rulers([of_read("A", (4.0, 10.0, 20.0)), of_read("B", (4.0, 10.0, 20.0))])
    layer = canvas.viewer.layers["lesions"]
    broad, narrow = layer.edge_width[:2]
    assert broad / narrow == pytest.approx(2.4)
    assert layer.z_index[0] <= layer.z_index[1]
    drawn = [
        "#" + "".join(f"{round(255 * one):02X}" for one in row[:3]) for row in layer.edge_color
    ]
    assert drawn[:2] == [COLOURS["read-a"], COLOURS["read-b"]]


@pytest.mark.parametrize("plane", ["axial", "coronal"])
def test_labels_of_rulers_that_nearly_coincide_stand_below_each_other(plane: BodyPlane) -> None:
    canvas = bare_canvas(straight_grid())
    canvas.set_plane(plane)
    canvas.set_rulers([of_read("A", (4.0, 10.0, 20.0)), of_read("B", (4.0, 10.0, 20.0))])
    (first, above), (second, below) = labels(canvas)
    assert (first, second) == ("A: T1", "B: T1")
    rows = PLANE_AXES[plane][1]
    apart = (below - above)[rows] * straight_grid().spacing_mm[rows] * canvas.zoom
    assert apart == pytest.approx(19.0 if plane == "axial" else -19.0, abs=0.5)


def test_labels_stand_right_of_the_longer_of_two_rulers_and_no_further() -> None:
    grid, canvas = straight_grid(), bare_canvas(straight_grid())
    canvas.set_zoom(20.0)
    longer = of_read("B", (4.0, 10.0, 24.0))
    far = of_read("A", (4.0, 40.0, 2.0), "T2")
    canvas.set_rulers([of_read("A", (4.0, 10.0, 20.0)), far, longer])
    columns = {text: place[2] for text, place in labels(canvas)}
    gap = 6.0 / canvas.zoom / grid.spacing_mm[2]
    assert columns["A: T1"] == pytest.approx(34.0 + gap, abs=1e-3)
    assert columns["A: T2"] == pytest.approx(12.0 + gap, abs=1e-3)


def test_three_labels_at_one_place_are_all_readable() -> None:
    canvas = bare_canvas(straight_grid())
    rulers = [of_read("A", (4.0, 10.0, 20.0), f"T{one}", step=0.1 * one) for one in range(3)]
    canvas.set_rulers(rulers)
    rows = sorted(place[1] for _, place in labels(canvas))
    near = 19.0 / canvas.zoom / straight_grid().spacing_mm[1]
    assert all(later - earlier > near - 1e-3 for earlier, later in pairwise(rows))
