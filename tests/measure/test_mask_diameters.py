"""Diameters of masks are what the definition says, on every shape."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from recistkit.errors import GeometryError, MaskError, OptionError
from recistkit.measure import diameters
from recistkit.measure.mask_outline import CONVENTIONS, Convention
from recistkit.measure.ragged import portions
from tests.benchmarks.masks import ellipsoids
from tests.measure.mask_oracle import Expected, expected, longest_mm, outline_points, short_mm

Masks = NDArray[np.bool_]
SPACINGS = ((1.0, 1.0), (0.75, 0.75), (1.5, 0.75), (0.3, 1.1))

masks = arrays.arrays(
    bool, st.tuples(st.integers(1, 3), st.integers(1, 8), st.integers(1, 9))
).filter(lambda mask: bool(mask.any()))


def drawn(*slices: str) -> Masks:
    """Return a mask from drawings, one text a slice, ``#`` for a voxel."""
    lines = [[line.strip() for line in text.split()] for text in slices]
    return np.array([[[cell == "#" for cell in line] for line in plane] for plane in lines])


SHAPES = {
    "single voxel": drawn("... .#. ..."),
    "line along a row": drawn("..... .###. ....."),
    "line along a column": drawn("#.. #.. #.. #.."),
    "diagonal line": drawn("#.... .#... ..#.. ...#. ....#"),
    "steep line": drawn("#.. #.. .#. .#. ..#"),
    "square": drawn("#### #### #### ####"),
    "touching the border": drawn("##### ##### #####"),
    "concave": drawn("##....## ##....## ##....## ######## ########"),
    "ring": drawn("..####.. .#....#. #......# #......# .#....#. ..####.."),
    "split": drawn("##.....# ##...... ........ ......## .....###"),
    "cross": drawn("..#.. ..#.. ##### ..#.. ..#.."),
    "crescent": drawn("..###. .##... ##.... ##.... .##... ..###."),
    "equal slices, the second wider": drawn("##### ..... .....", "##### ##### ....."),
    "equal slices, all the same": drawn("... ### ...", "... ### ...", "... ### ..."),
}


def measured(mask: NDArray[Any], spacing: tuple[float, float], convention: Convention) -> Expected:
    """Return what the package says of the one label of a mask."""
    (row,) = diameters(mask, (2.0, *spacing), convention=convention).rows(named=True)
    return Expected(
        row["slice"],
        row["longest_mm"],
        row["short_mm"],
        (row["longest_start_row"], row["longest_start_column"]),
        (row["longest_end_row"], row["longest_end_column"]),
    )


def assert_as_defined(mask: Masks, spacing: tuple[float, float], convention: Convention) -> None:
    ours, theirs = measured(mask, spacing, convention), expected(mask, spacing, convention)
    assert ours.longest_mm == pytest.approx(theirs.longest_mm, abs=1e-9, rel=0)
    assert ours.short_mm == pytest.approx(theirs.short_mm, abs=1e-9, rel=0)
    assert (ours.slice_index, ours.start, ours.end) == (
        theirs.slice_index,
        theirs.start,
        theirs.end,
    )


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_has_the_axes_of_the_definition(
    shape: str, spacing: tuple[float, float], convention: Convention
) -> None:
    assert_as_defined(SHAPES[shape], spacing, convention)


@given(masks, st.sampled_from(SPACINGS), st.sampled_from(CONVENTIONS))
def test_any_mask_has_the_axes_of_the_definition(
    mask: Masks, spacing: tuple[float, float], convention: Convention
) -> None:
    assert_as_defined(mask, spacing, convention)


@given(masks, st.sampled_from(SPACINGS), st.sampled_from(CONVENTIONS))
def test_end_points_are_as_far_apart_as_is_said_and_cross_at_a_right_angle(
    mask: Masks, spacing: tuple[float, float], convention: Convention
) -> None:
    (row,) = diameters(mask, (2.0, *spacing), convention=convention).rows(named=True)
    longest, short = (
        np.array(
            [row[f"{axis}_end_{way}"] - row[f"{axis}_start_{way}"] for way in ("row", "column")]
        )
        * spacing
        for axis in ("longest", "short")
    )
    assert np.hypot(*longest) == pytest.approx(row["longest_mm"], abs=1e-9)
    assert np.hypot(*short) == pytest.approx(row["short_mm"], abs=1e-9)
    assert longest @ short == pytest.approx(0.0, abs=1e-7)
    assert row["short_mm"] <= row["longest_mm"]
    assert row["product_mm2"] == row["longest_mm"] * row["short_mm"]


@given(masks, st.sampled_from(CONVENTIONS))
def test_sizes_do_not_depend_on_how_the_volume_is_turned(
    mask: Masks, convention: Convention
) -> None:
    sizes = ("longest_mm", "short_mm", "volume_mm3", "components")
    expected_row = diameters(mask, (2.0, 0.7, 1.1), convention=convention).select(sizes).row(0)
    turned = {
        "slices the other way": (mask[::-1], (2.0, 0.7, 1.1)),
        "rows the other way": (mask[:, ::-1], (2.0, 0.7, 1.1)),
        "columns the other way": (mask[:, :, ::-1], (2.0, 0.7, 1.1)),
        "rows for columns": (mask.transpose(0, 2, 1), (2.0, 1.1, 0.7)),
        "a border around": (np.pad(mask, 3), (2.0, 0.7, 1.1)),
    }
    for name, (array, spacing) in turned.items():
        row = diameters(array, spacing, convention=convention).select(sizes).row(0)
        assert row == pytest.approx(expected_row, abs=1e-9), name


@given(masks)
def test_the_conventions_are_in_order(mask: Masks) -> None:
    centres, contour, corners = (
        measured(mask, (0.7, 1.1), convention).longest_mm
        for convention in ("centres", "contour", "corners")
    )
    assert centres < contour < corners


LABELS = arrays.arrays(
    np.uint8,
    st.tuples(st.integers(1, 3), st.integers(1, 9), st.integers(1, 19)),
    elements=st.integers(0, 3),
)


@given(LABELS)
def test_each_label_is_measured_as_if_it_were_alone(labels: NDArray[np.uint8]) -> None:
    together = diameters(labels, (2.0, 0.7, 1.1))
    assert together["label"].to_list() == sorted(set(labels.ravel().tolist()) - {0})
    alone = [
        diameters(labels == label, (2.0, 0.7, 1.1)).drop("label").row(0)
        for label in together["label"]
    ]
    assert together.drop("label").rows() == alone


TYPES = (
    "uint8",
    "int8",
    "uint16",
    "int16",
    ">i2",
    "uint32",
    "int32",
    ">u4",
    "uint64",
    "int64",
    ">i8",
)


def _unaligned(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array that begins at an odd place in memory."""
    store = np.zeros(array.nbytes + 1, dtype=np.uint8)
    moved = store[1:].view(array.dtype).reshape(array.shape)
    moved[...] = array
    return moved


ORDERS: dict[str, Callable[[NDArray[Any]], NDArray[Any]]] = {
    "C": np.ascontiguousarray,
    "Fortran": np.asfortranarray,
    "strided": lambda array: np.repeat(array, 2, axis=2)[:, :, ::2],
    "reversed": lambda array: np.ascontiguousarray(array[::-1, ::-1, ::-1])[::-1, ::-1, ::-1],
    "off its alignment": _unaligned,
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("kind", TYPES)
def test_any_whole_type_in_any_order_in_memory_gives_the_same(kind: str, order: str) -> None:
    generator = np.random.default_rng(4)
    labels = generator.choice(np.array([0, 0, 0, 1, 2, 100]), size=(3, 11, 13)).astype(kind)
    expected_table = diameters(labels.astype(np.uint8), (2.0, 0.7, 1.1))
    assert diameters(ORDERS[order](labels), (2.0, 0.7, 1.1)).equals(expected_table)


def test_a_volume_of_many_blocks_is_measured_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    labels = np.random.default_rng(5).integers(0, 4, size=(9, 10, 11), dtype=np.uint8)
    expected_table = diameters(labels, (2.0, 0.7, 1.1))
    monkeypatch.setattr("recistkit.measure.mask_runs._BLOCK_BYTES", 250)
    for module in ("mask_lines", "mask_chords"):
        monkeypatch.setattr(f"recistkit.measure.{module}.portions", partial(portions, most=40))
    assert diameters(labels, (2.0, 0.7, 1.1)).equals(expected_table)


def test_a_label_that_fills_the_volume_is_cut_at_the_ends_of_rows() -> None:
    (row,) = diameters(np.ones((2, 3, 4), bool), (5.0, 1.0, 1.0), convention="corners").rows(
        named=True
    )
    assert (row["slice"], row["longest_mm"], row["volume_mm3"]) == (0, 5.0, 120.0)


def test_a_scan_is_no_label_volume() -> None:
    noise = np.random.default_rng(1).integers(1, 300, size=(2, 200, 200), dtype=np.int16)
    with pytest.raises(MaskError) as refusal:
        diameters(noise, (1.0, 1.0, 1.0))
    assert str(refusal.value) == (
        "looks like a scan and not like a mask: 299 values in some of its slices, "
        "that change from voxel to voxel"
    )


def test_specks_of_few_labels_are_a_mask() -> None:
    specks = np.random.default_rng(1).integers(0, 101, size=(2, 200, 200), dtype=np.int16)
    assert diameters(specks, (1.0, 1.0, 1.0))["label"].to_list() == list(range(1, 101))


def test_a_mask_has_no_more_runs_than_memory_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    specks = np.tile(np.array([0, 1], np.uint8), (2, 10, 10))
    monkeypatch.setattr("recistkit.measure.mask_runs._MOST_RUNS", 200)
    assert diameters(specks, (1.0, 1.0, 1.0))["volume_mm3"].to_list() == [200.0]
    monkeypatch.setattr("recistkit.measure.mask_runs._MOST_RUNS", 199)
    with pytest.raises(MaskError) as refusal:
        diameters(specks, (1.0, 1.0, 1.0))
    assert str(refusal.value) == "is too ragged for a mask: more than 199 runs of voxels"


def test_large_labels_keep_their_number() -> None:
    labels = np.zeros((1, 2, 5), dtype=np.uint64)
    labels[0, 0, 1], labels[0, 1, 3] = 2**63 - 1, 2**40
    assert diameters(labels, (1.0, 1.0, 1.0))["label"].to_list() == [2**40, 2**63 - 1]


def test_a_volume_without_labels_gives_a_table_without_rows() -> None:
    table = diameters(np.zeros((2, 3, 4), dtype=np.int16), (1.0, 1.0, 1.0))
    assert table.schema == diameters(np.ones((2, 3, 4), dtype=np.int16), (1.0, 1.0, 1.0)).schema
    assert table.is_empty()
    assert diameters(np.zeros((0, 3, 4), dtype=np.int16), (1.0, 1.0, 1.0)).is_empty()


def test_holes_change_no_diameter() -> None:
    ring = SHAPES["ring"]
    full = (
        np.logical_or.accumulate(ring, axis=2)
        & np.logical_or.accumulate(ring[..., ::-1], axis=2)[..., ::-1]
    )
    both = [diameters(mask, (1.0, 0.7, 0.7)).drop("volume_mm3") for mask in (ring, full)]
    assert both[0].equals(both[1])


WRONG: list[tuple[NDArray[Any], object, str, type[Exception], str]] = [
    (
        np.zeros((2, 3)),
        (1.0, 1.0, 1.0),
        "contour",
        MaskError,
        "has 2 axes; expected slices, rows and columns",
    ),
    (
        np.zeros((2, 3, 4)),
        (1.0, 1.0, 1.0),
        "contour",
        MaskError,
        "holds values of type float64; expected whole numbers or bool",
    ),
    (
        np.full((2, 3, 4), -2),
        (1.0, 1.0, 1.0),
        "contour",
        MaskError,
        "holds the label -2; expected 0 for background, or 1 to 2^63-1",
    ),
    (
        np.full((1, 1, 1), 2**63, dtype=np.uint64),
        (1.0, 1.0, 1.0),
        "contour",
        MaskError,
        "holds the label 9223372036854775808; expected 0 for background, or 1 to 2^63-1",
    ),
    (
        np.ones((2, 3, 4), bool),
        (1.0, 1.0, 1.0),
        "center",
        OptionError,
        "convention is 'center'; expected one of contour, centres, corners",
    ),
    (
        np.ones((2, 3, 4), bool),
        None,
        "contour",
        OptionError,
        "an array has no spacing; expected spacing_mm=(slice, row, column)",
    ),
    (
        np.ones((2, 3, 4), bool),
        (1.0, 0.0, 1.0),
        "contour",
        GeometryError,
        "spacing_mm is (1.0, 0.0, 1.0); expected slice, row, column above zero",
    ),
    (
        np.ones((2, 3, 4), bool),
        (1.0, 1.0),
        "contour",
        GeometryError,
        "spacing_mm is (1.0, 1.0); expected slice, row, column above zero",
    ),
    (
        np.ones((2, 3, 4), bool),
        (1.0, 1.0, float("nan")),
        "contour",
        GeometryError,
        "spacing_mm is (1.0, 1.0, nan); expected slice, row, column above zero",
    ),
    (
        np.ones((2, 3, 4), bool),
        (1.0, 1.0, float("inf")),
        "contour",
        GeometryError,
        "the geometry holds something that is no number",
    ),
]


@pytest.mark.parametrize(("array", "spacing", "convention", "kind", "message"), WRONG)
def test_what_cannot_be_measured_is_refused(
    array: NDArray[Any],
    spacing: tuple[float, float, float] | None,
    convention: Convention,
    kind: type[Exception],
    message: str,
) -> None:
    with pytest.raises(kind) as refusal:
        diameters(array, spacing, convention=convention)
    assert str(refusal.value) == message


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_lesions_of_usual_size_have_the_axes_of_a_search_over_all_points(
    convention: Convention,
) -> None:
    volume = ellipsoids(count=4, shape=(68, 90, 90), seed=3)
    spacing = (0.8, 0.7)
    for row in diameters(volume, (1.0, *spacing), convention=convention).rows(named=True):
        planes = {
            index: outline_points(plane == row["label"], convention)
            for index, plane in enumerate(volume)
            if (plane == row["label"]).any()
        }
        longest = max(float(longest_mm(points, spacing).max()) for points in planes.values())
        assert row["longest_mm"] == pytest.approx(longest, abs=1e-9, rel=0)
        start, end = (
            (row[f"longest_{end}_row"], row[f"longest_{end}_column"]) for end in ("start", "end")
        )
        assert {start, end} <= set(planes[row["slice"]])
        short = short_mm(planes[row["slice"]], start, end, spacing)
        assert row["short_mm"] == pytest.approx(short, abs=1e-9, rel=0)
