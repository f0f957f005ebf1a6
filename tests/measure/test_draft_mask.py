"""A draft of an outline: the ellipse in its slice, the image elsewhere, and the bare ellipsoid."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import SimpleITK

from recistkit.errors import GeometryError
from recistkit.measure import diameters
from recistkit.measure.draft_mask import MAX_BOX_VOXELS, DraftMask, IndexLine, draft_mask

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SPACING = (3.0, 0.8, 0.7)
SHAPE = (30, 90, 100)
CENTRE = (15.0, 45.0, 50.0)


def line(half_mm: float, degrees: float, *, at: tuple[float, float, float] = CENTRE) -> IndexLine:
    """Return an axis through a place, in its slice; 0 degrees runs along the columns."""
    row = half_mm * math.sin(math.radians(degrees)) / SPACING[1]
    column = half_mm * math.cos(math.radians(degrees)) / SPACING[2]
    return (
        (at[0], at[1] - row, at[2] - column),
        (at[0], at[1] + row, at[2] + column),
    )


def out_of(
    radii_mm: tuple[float, float, float], shape: tuple[int, int, int] = SHAPE
) -> NDArray[np.float64]:
    """Return how far out each voxel lies of an upright ellipsoid; 1 is on it."""
    steps = [
        ((np.arange(count) - middle) * step / radius) ** 2
        for count, middle, step, radius in zip(shape, CENTRE, SPACING, radii_mm, strict=True)
    ]
    deep, down, right = steps
    out: NDArray[np.float64] = np.sqrt(deep[:, None, None] + down[:, None] + right)
    return out


def lesion(
    radii_mm: tuple[float, float, float], *, inside: float = 100.0, noise: float = 10.0
) -> NDArray[np.float32]:
    """Return a bright ellipsoid on a dark ground, with noise."""
    rough = np.random.default_rng(7).normal(0.0, noise, SHAPE)
    grey: NDArray[np.float32] = (rough + inside * (out_of(radii_mm) <= 1)).astype(np.float32)
    return grey


def whole(draft: DraftMask, shape: tuple[int, ...] = SHAPE) -> NDArray[np.bool_]:
    """Return a draft as a mask of its whole volume."""
    mask = np.zeros(shape, dtype=np.bool_)
    ends = zip(draft.start, draft.voxels.shape, strict=True)
    mask[tuple(slice(start, start + count) for start, count in ends)] = draft.voxels
    return mask


def dice(mask: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    """Return twice the common part over both."""
    return float(2 * (mask & truth).sum() / (mask.sum() + truth.sum()))


@pytest.mark.parametrize("degrees", [0.0, 30.0, 90.0, 200.0])
@pytest.mark.parametrize("level", [-1000, 0])
def test_an_image_that_tells_nothing_gives_the_ellipsoid(degrees: float, level: int) -> None:
    flat = np.full(SHAPE, level, dtype=np.int16)
    draft = draft_mask(flat, SPACING, line(13.9, degrees), line(8.9, degrees + 90))
    index = np.indices(SHAPE, dtype=float)
    deep, down, right = ((index[k] - CENTRE[k]) * SPACING[k] for k in range(3))
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    along, across = down * sine + right * cosine, down * cosine - right * sine
    squares = (along / 13.9) ** 2 + (across / 8.9) ** 2 + (deep / 11.4) ** 2
    assert np.array_equal(whole(draft), squares < 1)


def test_the_slice_of_the_axes_is_their_ellipse_whatever_the_image_shows() -> None:
    grey = lesion((10.0, 20.0, 20.0))
    key = whole(draft_mask(grey, SPACING, line(14.0, 0), line(9.0, 90)))[15]
    ellipse = out_of((1.0, 9.0, 14.0)) <= 1
    assert np.array_equal(key, ellipse[15])


@pytest.mark.parametrize("deep_mm", [7.0, 12.0, 16.0])
def test_the_image_says_how_deep_a_lesion_is(deep_mm: float) -> None:
    radii_mm = (deep_mm, 9.0, 14.0)
    grey, truth = lesion(radii_mm), out_of(radii_mm) <= 1
    axes = line(14.0, 0), line(9.0, 90)
    drafted = dice(whole(draft_mask(grey, SPACING, *axes)), truth)
    bare = dice(whole(draft_mask(np.zeros_like(grey), SPACING, *axes)), truth)
    assert drafted > 0.95
    assert drafted >= bare - 0.01


def test_a_dark_lesion_is_drafted_like_a_bright_one() -> None:
    radii_mm = (7.0, 9.0, 14.0)
    axes = line(14.0, 0), line(9.0, 90)
    bright, dark = (
        draft_mask(lesion(radii_mm, inside=inside, noise=0.0), SPACING, *axes)
        for inside in (100.0, -100.0)
    )
    assert np.array_equal(bright.voxels, dark.voxels)


def test_no_slice_is_wider_than_the_long_axis() -> None:
    grey = lesion((20.0, 28.0, 28.0))
    grey[15] = lesion((20.0, 9.0, 14.0))[15]
    mask = whole(draft_mask(grey, SPACING, line(14.0, 0), line(9.0, 90)))
    assert mask[14].sum() > mask[15].sum()
    widest = diameters(mask, SPACING, convention="centres")["longest_mm"][0]
    assert widest <= 28.0


def test_a_draft_is_one_piece_without_holes() -> None:
    grey = lesion((12.0, 9.0, 14.0))
    grey[12:19, 43:48, 47:54] = 0
    grey[15, 10, 10] = grey[22, 36, 40] = 100
    mask = whole(draft_mask(grey, SPACING, line(14.0, 0), line(9.0, 90)))
    assert mask[13:18, 45, 50].all()
    assert diameters(mask, SPACING)["components"].to_list() == [1]


def test_axes_need_not_halve_each_other() -> None:
    across = line(9.0, 90, at=(CENTRE[0], CENTRE[1] + 4 / SPACING[1], CENTRE[2] + 6 / SPACING[2]))
    draft = draft_mask(np.zeros(SHAPE), SPACING, line(14.0, 0), across)
    key = whole(draft)[15]
    rows, columns = np.nonzero(key)
    assert (rows.min() + rows.max()) / 2 == pytest.approx(CENTRE[1] + 5, abs=0.5)
    assert (columns.min() + columns.max()) / 2 == pytest.approx(CENTRE[2], abs=0.5)


def test_a_lesion_at_the_edge_of_the_volume_is_drafted_within_it() -> None:
    at = (0.0, 2.0, 1.0)
    draft = draft_mask(np.zeros(SHAPE), SPACING, line(9.0, 0, at=at), line(9.0, 90, at=at))
    assert draft.start == (0, 0, 0)
    assert [bool(one.any()) for one in draft.voxels[:3]] == [True] * 3


def test_a_lesion_between_voxels_is_the_nearest_one() -> None:
    at = (15.0, 45.4, 50.4)
    draft = draft_mask(np.zeros(SHAPE), SPACING, line(0.1, 0, at=at), line(0.1, 90, at=at))
    assert np.argwhere(whole(draft)).tolist() == [[15, 45, 50]]


def test_the_last_half_voxel_of_a_volume_belongs_to_its_last_slice() -> None:
    at = (29.5, 45.0, 50.0)
    draft = draft_mask(np.zeros(SHAPE), SPACING, line(4.0, 0, at=at), line(4.0, 90, at=at))
    assert draft.start[0] + draft.voxels.shape[0] == SHAPE[0]
    assert draft.voxels[-1].any()


def test_what_is_no_grey_value_is_taken_for_the_lowest() -> None:
    grey = lesion((7.0, 9.0, 14.0), noise=0.0)
    axes = line(14.0, 0), line(9.0, 90)
    expected = draft_mask(grey, SPACING, *axes)
    grey[grey == 0] = np.nan
    with_nothing = np.full(SHAPE, np.nan)
    zeros = np.zeros(SHAPE)
    assert np.array_equal(
        draft_mask(with_nothing, SPACING, *axes).voxels, draft_mask(zeros, SPACING, *axes).voxels
    )
    grey[0, 0, 0] = 0
    assert draft_mask(grey, SPACING, *axes).start == expected.start


@pytest.mark.parametrize("flat", ["longest", "short"])
def test_an_axis_without_a_length_is_refused(flat: str) -> None:
    axes = {"longest": line(14.0, 0), "short": line(9.0, 90)} | {flat: line(0.0, 0)}
    with pytest.raises(GeometryError) as raised:
        draft_mask(np.zeros(SHAPE), SPACING, **axes)
    assert str(raised.value) == "an axis without a length spans no lesion"


@pytest.mark.parametrize("at", [(-0.6, 45.0, 50.0), (15.0, 89.6, 50.0), (15.0, 45.0, -3.0)])
def test_axes_outside_of_the_volume_are_refused(at: tuple[float, float, float]) -> None:
    with pytest.raises(GeometryError) as raised:
        draft_mask(np.zeros(SHAPE), SPACING, line(14.0, 0, at=at), line(9.0, 90, at=at))
    assert str(raised.value) == "the axes do not lie in the volume"


def test_too_much_to_look_at_is_refused_before_memory_is_taken() -> None:
    vast = np.broadcast_to(np.int16(0), (2000, 2000, 2000))
    longest = ((1000.0, 1000.0, 500.0), (1000.0, 1000.0, 1500.0))
    short = ((1000.0, 500.0, 1000.0), (1000.0, 1500.0, 1000.0))
    with pytest.raises(GeometryError) as raised:
        draft_mask(vast, (1.0, 1.0, 1.0), longest, short)
    assert str(raised.value) == (
        f"the lesion has 8000000000 voxels around it; a draft is made of {MAX_BOX_VOXELS}"
    )


REAL = {
    **{name: f"pyradiomics/{name}_{{}}.nrrd" for name in ("brain1", "breast1", "lung1")},
    **{
        name: f"sts/{name}_{{}}.nii.gz"
        for name in ("STS_008_CT", "STS_008_MR_T1", "STS_019_CT", "STS_019_MR_T1")
    },
}


def real_case(folder: Path, name: str) -> tuple[NDArray[Any], NDArray[np.bool_], Any]:
    """Return image, mask and spacing of a published lesion."""
    image = SimpleITK.ReadImage(str(folder / REAL[name].format("image")))
    kind = "label" if name in {"brain1", "breast1", "lung1"} else "mask"
    mask = SimpleITK.ReadImage(str(folder / REAL[name].format(kind)))
    spacing: Any = image.GetSpacing()
    truth = SimpleITK.GetArrayFromImage(mask) == 1
    return SimpleITK.GetArrayFromImage(image), truth, spacing[::-1]


@pytest.mark.real_scans
def test_real_lesions_are_drafted_no_worse_than_by_the_bare_ellipsoid(scans_folder: Path) -> None:
    found: dict[str, tuple[float, ...]] = {}
    for name in REAL:
        grey, truth, spacing = real_case(scans_folder, name)
        row = diameters(truth, spacing).row(0, named=True)
        ends = {
            end: (row["slice"], row[f"{end}_row"], row[f"{end}_column"])
            for end in ("longest_start", "longest_end", "short_start", "short_end")
        }
        longest = ends["longest_start"], ends["longest_end"]
        short = ends["short_start"], ends["short_end"]
        masks = [
            whole(draft_mask(voxels, spacing, longest, short), truth.shape)
            for voxels in (grey, np.zeros_like(grey))
        ]
        volumes = [abs(int(mask.sum()) / int(truth.sum()) - 1) for mask in masks]
        found[name] = (*(dice(mask, truth) for mask in masks), *volumes)
    drafted, bare, drafted_error, bare_error = np.median(list(found.values()), axis=0)
    print(found, drafted, bare, drafted_error, bare_error)
    assert drafted >= bare
    assert drafted_error <= bare_error
