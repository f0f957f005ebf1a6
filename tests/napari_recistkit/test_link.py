"""Two canvases show the same place of the patient."""

from __future__ import annotations

import pytest

from napari_recistkit.canvas import Canvas
from napari_recistkit.link import Link
from napari_recistkit.windows import Window
from recistkit.model.series import Vector
from recistkit.reading.grid import ViewGrid
from tests.napari_recistkit.canvases import bare_canvas
from tests.napari_recistkit.driving import ModelMouse
from tests.reading.grids import grid_of, oblique_grid, series_of, straight_grid


def thin_grid(origin_mm: Vector = (-20.0, -30.0, 100.0)) -> ViewGrid:
    """Return a CT of the same region in slices of 1 mm."""
    return grid_of(series_of((60, 50, 60), (0.7, 0.9, 1.0), origin_mm=origin_mm))


def linked(first: ViewGrid, second: ViewGrid) -> tuple[Canvas, Canvas, Link]:
    one, other = bare_canvas(first), bare_canvas(second)
    link = Link(one, other)
    link.bring(one)
    return one, other, link


def below_the_caption(canvas: Canvas) -> str:
    return str(canvas.viewer.canvas.overlays["recistkit_caption"].text).strip()


def height_mm(canvas: Canvas) -> float:
    assert canvas.centre_mm is not None
    return canvas.centre_mm[2]


def test_slices_follow_in_millimetres_both_ways() -> None:
    thick, thin, _ = linked(straight_grid(), thin_grid())
    thick.set_slice(7)
    assert thin.slice_number == 35
    thin.set_slice(41)
    assert thick.slice_number == 8
    assert thin.slice_number == 41


def test_a_slice_beyond_the_other_volume_shows_its_last_one() -> None:
    low, high, _ = linked(thin_grid(), thin_grid((-20.0, -30.0, 130.0)))
    low.set_slice(5)
    assert (high.slice_number, below_the_caption(high)) == (0, "outside this scan")
    assert below_the_caption(low) == ""
    low.set_slice(59)
    assert (high.slice_number, below_the_caption(high)) == (29, "")


def test_the_caption_says_no_more_than_is_so() -> None:
    low, high, link = linked(thin_grid(), thin_grid((-20.0, -30.0, 130.0)))
    low.set_slice(5)
    high.set_slice(1)
    assert (low.slice_number, below_the_caption(high)) == (31, "")
    low.set_slice(5)
    assert below_the_caption(high) == "outside this scan"
    link.unlink()
    assert below_the_caption(high) == ""
    low.set_slice(7)
    assert below_the_caption(high) == ""
    link.relink()
    assert below_the_caption(high) == "outside this scan"
    high.show(thin_grid())
    assert below_the_caption(high) == ""


def test_zoom_and_pan_follow() -> None:
    first, second, _ = linked(straight_grid(), thin_grid())
    place = first.grid.patient_mm((4.0, 10.0, 12.0)) if first.grid else (0.0, 0.0, 0.0)
    first.set_zoom(7.5)
    first.centre_on(place)
    assert second.zoom == 7.5
    assert second.centre_mm is not None
    assert second.centre_mm[:2] == pytest.approx(place[:2])


def test_moving_the_view_does_not_make_slices_jump() -> None:
    thick, thin, _ = linked(straight_grid(), thin_grid())
    thin.set_slice(22)
    assert thick.slice_number == 4
    assert thick.grid is not None
    thick.centre_on(thick.grid.patient_mm((0.0, 10.0, 12.0)))
    assert thin.slice_number == 22


def test_an_oblique_stack_follows_its_own_slant() -> None:
    straight, oblique, _ = linked(straight_grid(), oblique_grid())
    assert straight.grid is not None
    assert oblique.grid is not None
    place = oblique.grid.patient_mm((10.0, 25.0, 30.0))
    straight.show_point(place)
    assert oblique.centre_mm is not None
    expected = oblique.grid.display_index(straight.centre_mm or place)
    assert oblique.slice_number == round(expected[0])
    found = oblique.grid.display_index(oblique.centre_mm)
    assert found[1:] == pytest.approx(expected[1:])


def test_the_window_follows_between_scans_of_one_modality() -> None:
    first, second, _ = linked(straight_grid(), thin_grid())
    first.preset("lung")
    assert second.window == Window(-600.0, 1500.0)
    ct, mri, _ = linked(straight_grid(), oblique_grid())
    before = mri.window
    ct.preset("lung")
    assert mri.window == before


def test_the_plane_follows() -> None:
    first, second, _ = linked(straight_grid(), thin_grid())
    second.set_plane("sagittal")
    assert first.plane == "sagittal"
    assert first.centre_mm is not None
    assert first.centre_mm == pytest.approx(second.centre_mm, abs=5.0)
    assert first.slice_number == second.slice_number


def test_align_here_keeps_what_both_show_as_one_place() -> None:
    first, second, link = linked(straight_grid(), thin_grid((-20.0, -30.0, 220.0)))
    link.unlink()
    first.set_slice(2)
    second.set_slice(17)
    assert link.align_here() == pytest.approx((0.0, 0.0, 127.0))
    assert link.enabled
    first.set_slice(4)
    assert second.slice_number == 27
    second.set_slice(37)
    assert first.slice_number == 6


def test_a_known_offset_is_taken_up_again() -> None:
    first, second, link = linked(straight_grid(), thin_grid((-20.0, -30.0, 220.0)))
    first.set_slice(4)
    link.set_offset((0.0, 0.0, 127.0))
    assert second.slice_number == 27
    assert link.offset_mm == (0.0, 0.0, 127.0)


def test_corresponding_places_are_each_others() -> None:
    first, second, link = linked(straight_grid(), thin_grid())
    link.set_offset((1.0, 2.0, 3.0))
    assert link.corresponding(first, (10.0, 10.0, 10.0)) == (11.0, 12.0, 13.0)
    assert link.corresponding(second, (11.0, 12.0, 13.0)) == (10.0, 10.0, 10.0)


def test_unlinked_canvases_go_their_own_ways_until_linked_again() -> None:
    first, second, link = linked(straight_grid(), thin_grid())
    before = second.slice_number
    assert not link.toggle()
    first.set_slice(2)
    first.set_zoom(9.0)
    assert (second.slice_number, second.zoom == 9.0) == (before, False)
    assert link.toggle()
    assert (second.slice_number, second.zoom) == (10, 9.0)


def test_a_closed_link_leaves_no_listener() -> None:
    first, second, link = linked(straight_grid(), thin_grid())
    link.close()
    first.set_slice(2)
    assert second.slice_number != 10
    second.set_plane("coronal")
    assert first.plane == "axial"


def test_the_wheel_moves_both() -> None:
    first, second, _ = linked(straight_grid(), thin_grid())
    first.set_slice(5)
    ModelMouse(first).turn(1.0)
    assert (first.slice_number, second.slice_number) == (6, 30)


def test_a_canvas_without_a_volume_is_left_alone() -> None:
    empty, full = bare_canvas(), bare_canvas(straight_grid())
    link = Link(empty, full)
    before = full.slice_number
    link.relink()
    link.align_here()
    full.set_slice(2)
    full.set_plane("coronal")
    assert empty.grid is None
    assert before == 6
