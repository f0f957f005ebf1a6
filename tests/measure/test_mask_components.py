"""Components: voxels that touch by a face, an edge or a corner are one piece."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import ndimage

from recistkit.measure import diameters

if TYPE_CHECKING:
    from numpy.typing import NDArray

LABELS = arrays.arrays(
    np.uint8,
    st.tuples(st.integers(1, 4), st.integers(1, 7), st.integers(1, 9)),
    elements=st.sampled_from([0, 0, 0, 1, 2]),
)
NEIGHBOURS = np.ones((3, 3, 3))


@given(LABELS)
def test_pieces_are_counted_as_scipy_counts_them(labels: NDArray[np.uint8]) -> None:
    table = diameters(labels, (1.0, 1.0, 1.0))
    for label, count in table.select("label", "components").iter_rows():
        assert count == ndimage.label(labels == label, NEIGHBOURS)[1]


@given(LABELS)
def test_the_largest_piece_is_measured_as_if_it_were_alone(labels: NDArray[np.uint8]) -> None:
    table = diameters(labels, (2.0, 0.7, 1.1), largest_component=True)
    for row in table.rows(named=True):
        pieces, count = ndimage.label(labels == row["label"], NEIGHBOURS)
        sizes = np.bincount(pieces.ravel())[1:]
        # ndimage numbers the pieces in the order of their first voxels, as we do.
        alone = diameters(pieces == 1 + sizes.argmax(), (2.0, 0.7, 1.1)).rows(named=True)[0]
        assert row == alone | {"label": row["label"], "components": count}


def test_the_whole_label_is_measured_unless_the_largest_piece_is_asked_for() -> None:
    mask = np.zeros((1, 3, 12), dtype=bool)
    mask[0, 1, 1:4] = mask[0, 1, 10] = True
    whole = diameters(mask, (1.0, 1.0, 1.0)).row(0, named=True)
    largest = diameters(mask, (1.0, 1.0, 1.0), largest_component=True).row(0, named=True)
    assert (whole["longest_mm"], whole["volume_mm3"], whole["components"]) == (10.0, 4.0, 2)
    assert (largest["longest_mm"], largest["volume_mm3"], largest["components"]) == (3.0, 3.0, 2)


@pytest.mark.parametrize(
    "step", [(0, 0, 1), (0, 1, 1), (0, 1, -1), (1, 0, 0), (1, 1, 1), (1, -1, 1)]
)
def test_two_voxels_that_touch_are_one_piece_and_apart_they_are_two(
    step: tuple[int, int, int],
) -> None:
    for distance, count in ((1, 1), (2, 2)):
        mask = np.zeros((5, 5, 5), dtype=bool)
        mask[2, 2, 2] = mask[tuple(2 + distance * one for one in step)] = True
        assert diameters(mask, (1.0, 1.0, 1.0))["components"].to_list() == [count]


def test_the_ends_of_neighbouring_lines_do_not_touch_around_the_border() -> None:
    mask = np.zeros((3, 3, 3), dtype=bool)
    mask[0, 0, 2] = mask[0, 2, 0] = mask[2, 0, 0] = True
    assert diameters(mask, (1.0, 1.0, 1.0))["components"].to_list() == [3]
