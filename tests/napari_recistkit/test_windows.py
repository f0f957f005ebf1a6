"""Windows of grey values: presets for CT, the volume's own grey values for MRI, drags."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from napari_recistkit.windows import (
    PRESETS,
    Window,
    dragged,
    first_window,
    narrowest_width,
    preset_window,
    spread_window,
)
from recistkit.reading.grid import ViewGrid
from tests.reading.grids import oblique_grid, straight_grid


def with_voxels(grid: ViewGrid, voxels: np.ndarray) -> ViewGrid:
    return dataclasses.replace(grid, voxels=voxels)


def test_a_window_has_its_level_in_the_middle() -> None:
    assert Window(40.0, 400.0).limits == (-160.0, 240.0)
    assert Window.between(-160.0, 240.0) == Window(40.0, 400.0)


def test_a_window_is_never_empty() -> None:
    assert Window.between(5.0, 5.0) == Window(5.0, 1.0)


def test_the_presets_stand_in_the_order_of_their_keys() -> None:
    assert list(PRESETS) == ["soft tissue", "lung", "liver", "bone", "brain", "mediastinum"]


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_meant_for_ct(name: str) -> None:
    assert preset_window(straight_grid(), name) == PRESETS[name]
    mri = oblique_grid()
    assert preset_window(mri, name) == spread_window(mri)


def test_there_is_no_other_preset() -> None:
    with pytest.raises(KeyError):
        preset_window(straight_grid(), "nothing")


def test_ct_is_first_shown_as_soft_tissue() -> None:
    assert first_window(straight_grid()) == Window(40.0, 400.0)


def test_nearly_all_grey_values_of_an_mri_are_between_black_and_white() -> None:
    ramp = np.linspace(0, 1000, 60 * 50 * 16).reshape(16, 50, 60)
    assert spread_window(with_voxels(oblique_grid(), ramp)).limits == pytest.approx(
        (10.0, 995.0), abs=0.1
    )


def test_what_is_no_number_has_no_part_in_a_window() -> None:
    voxels = np.full((16, 50, 60), np.nan, dtype=np.float32)
    assert spread_window(with_voxels(oblique_grid(), voxels)) == Window(0.0, 1.0)
    voxels[3] = 7.0
    assert spread_window(with_voxels(oblique_grid(), voxels)) == Window(7.0, 1.0)


def test_a_drag_to_the_right_is_wider_and_upwards_is_brighter() -> None:
    window = Window(40.0, 300.0)
    assert dragged(window, 10, 0, 1.0) == Window(40.0, 310.0)
    assert dragged(window, 0, -10, 1.0) == Window(30.0, 300.0)


def test_a_drag_never_closes_a_window() -> None:
    assert dragged(Window(40.0, 300.0), -1000, 0, 1.0) == Window(40.0, 1.0)


def test_small_grey_values_are_windowed_as_finely_as_large_ones() -> None:
    diffusion = np.linspace(0, 0.003, 60 * 50 * 16).reshape(16, 50, 60)
    grid = with_voxels(oblique_grid(), diffusion)
    window = spread_window(grid)
    assert window.limits == pytest.approx((0.00003, 0.002985), abs=1e-6)
    narrowest = narrowest_width(grid)
    assert narrowest == pytest.approx(window.width / 1000)
    assert dragged(window, -150, 0, narrowest).width == pytest.approx(window.width / 2)
    assert dragged(window, -1000, 0, narrowest).width == narrowest
    assert narrowest_width(straight_grid()) == 1.0
