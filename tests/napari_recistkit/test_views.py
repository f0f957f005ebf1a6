"""Which scan each view shows, where, and with which rulers; on viewers without a window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from napari_recistkit.canvas import Canvas
from napari_recistkit.link import Link
from napari_recistkit.loading import load_one
from napari_recistkit.open_case import OpenCase
from napari_recistkit.open_folder import FoundFolder, OpenFolder
from napari_recistkit.ruler_tool import Stroke
from napari_recistkit.windows import PRESETS
from recistkit.measure.bidirectional import proposed
from recistkit.model.mark import ImagePlace
from recistkit.reading.cases import find_cases
from recistkit.reading.grid import ViewGrid
from recistkit.reading.settings import load_settings
from tests.napari_recistkit.canvases import Later, bare_canvas
from tests.napari_recistkit.driving import ModelMouse
from tests.napari_recistkit.fake_window import FakeWindow
from tests.napari_recistkit.small_study import LESIONS, axes_of, opened, read_baseline, write_study


class Sitting:
    """A case that is open on two viewers without a window."""

    def __init__(self, folder: Path, subject: str = "S1") -> None:
        cases = {case.subject: case for case in find_cases(folder, "A")}
        self.case = cases[subject]
        settings, found = load_settings(folder), tuple(cases.values())
        self.folder = OpenFolder(
            FoundFolder(path=folder, reader="A", settings=settings, cases=found)
        )
        self.window = FakeWindow()
        self.present, self.compared = bare_canvas(), bare_canvas()
        self.link = Link(self.present, self.compared)
        self.opened = OpenCase(
            self.folder,
            self.case,
            present=self.present,
            compared=self.compared,
            link=self.link,
            window=self.window,
            is_free=lambda: True,
        )
        self.window.refresh = self.opened.refresh  # type: ignore[method-assign]
        self.views, self.session, self.room = (
            self.opened.views,
            self.opened.session,
            self.opened.room,
        )
        self.opened.refresh()

    def load(self, *names: str) -> None:
        """Load the series of some visits, such as ``week-8 CT``; all if none is named."""
        for visit in self.case.visits:
            for found in visit.series:
                assert found.series is not None
                if not names or f"{visit.label} {found.series.modality}" in names:
                    grid, fault = load_one(found)
                    assert fault == ""
                    assert isinstance(grid, ViewGrid)
                    self.opened.add_grid(grid)

    def draw(self, lesion: str, share: float) -> None:
        """Measure a lesion on what is shown."""
        longest = axes_of(lesion, share)[0]
        place = self.place(lesion)
        short = proposed(longest, (0.0, 0.0, 1.0)).short
        self.room.take_stroke(
            Stroke(action="longest", longest=longest, short=short, key=None, place=place)
        )

    def place(self, lesion: str) -> ImagePlace:
        grid = self.present.grid
        assert grid is not None
        return grid.image_place("axial", grid.slice_of("axial", LESIONS[lesion][1]))

    @property
    def shown(self) -> tuple[str | None, str | None]:
        """UIDs of the series of both views."""
        return (_uid(self.present), _uid(self.compared))

    @property
    def depths(self) -> tuple[float, float]:
        """Where both views are along the body, in mm."""
        first, second = self.present.centre_mm, self.compared.centre_mm
        assert first is not None
        assert second is not None
        return (round(first[2], 3), round(second[2], 3))

    @property
    def draws(self) -> str:
        """What the next drag is."""
        return str(self.opened._tool.armed)

    def is_drawing(self) -> bool:
        return self.opened._tool.drawing

    def close(self) -> None:
        self.opened.close()
        self.link.close()
        self.present.close()
        self.compared.close()
        self.folder.close()


def _uid(canvas: Canvas) -> str | None:
    return None if canvas.grid is None else canvas.grid.series.uid


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_study(tmp_path, subjects=("S1",))
    with opened(tmp_path) as session:
        read_baseline(session)
    return tmp_path


@pytest.fixture
def sitting(folder: Path) -> Iterator[Sitting]:
    made = Sitting(folder)
    made.load()
    yield made
    made.close()


def caption(canvas: Canvas) -> str:
    return str(canvas.viewer.canvas.overlays["recistkit_caption"].text).strip()


def test_the_follow_up_is_shown_beside_the_baseline_at_the_first_lesion(sitting: Sitting) -> None:
    assert (sitting.session.visit, sitting.session.lesion) == ("week-8", "T1")
    assert sitting.shown == ("1.2.2.1", "1.2.1.1")
    assert sitting.depths == (12.0, 12.0)
    assert caption(sitting.present) == "week-8, CT, 2011-03-07, axial"
    assert caption(sitting.compared) == "baseline, CT, 2011-01-03, axial"


def test_a_row_jumps_both_views(sitting: Sitting) -> None:
    for name in ("T4", "NT2"):
        sitting.room.choose_lesion(name)
        depth = LESIONS[name][1][2]
        assert sitting.depths == (depth, depth)


def test_captions_say_what_is_loading_and_what_never_will(folder: Path) -> None:
    sitting = Sitting(folder)
    assert caption(sitting.present) == "week-8, CT, 2011-03-07, axial, loading"
    sitting.load("week-8 CT")
    assert caption(sitting.present) == "week-8, CT, 2011-03-07, axial"
    sitting.views.end_loading()
    assert caption(sitting.compared) == "baseline, CT, 2011-01-03, axial, not loaded"
    sitting.views.add_fault("1.2.1.1")
    assert caption(sitting.compared) == "baseline, CT, 2011-01-03, axial, cannot be loaded"
    sitting.close()


def test_a_scan_that_comes_later_does_not_move_the_reader(folder: Path) -> None:
    sitting = Sitting(folder)
    sitting.load("week-8 CT")
    sitting.views.next_slice(3)
    at = sitting.present.slice_number
    sitting.load("baseline CT", "baseline MR", "week-16 CT")
    assert sitting.present.slice_number == at
    assert sitting.shown == ("1.2.2.1", "1.2.1.1")
    sitting.close()


def test_the_next_series_is_shown_with_its_like_until_another_lesion(sitting: Sitting) -> None:
    sitting.views.next_series()
    assert sitting.shown == ("1.2.2.2", "1.2.1.2")
    sitting.views.refresh()
    assert sitting.shown == ("1.2.2.2", "1.2.1.2")
    sitting.room.next_lesion(1)
    assert sitting.shown == ("1.2.2.1", "1.2.1.1")


def test_a_lesion_is_shown_on_the_series_on_which_it_was_measured(sitting: Sitting) -> None:
    sitting.views.next_series()
    sitting.draw("T1", 0.5)
    assert (sitting.session.lesion, sitting.shown) == ("T2", ("1.2.2.1", "1.2.1.1"))
    sitting.room.choose_lesion("T1")
    assert sitting.shown == ("1.2.2.2", "1.2.1.1")
    assert [ruler.label for ruler in sitting.present.rulers] == ["T1  12.0 mm"]


def test_without_a_lesion_the_series_stays(sitting: Sitting) -> None:
    sitting.views.next_series()
    sitting.session.go_to_lesion(None)
    sitting.opened.refresh()
    assert sitting.shown[0] == "1.2.2.2"


def test_the_comparison_goes_round(sitting: Sitting) -> None:
    for name, share in (("T1", 0.5), ("T2", 0.5), ("T3", 0.5), ("T4", 0.9), ("T5", 0.9)):
        sitting.room.choose_lesion(name)
        sitting.draw(name, share)
        if sitting.room.lacks_short is not None:
            sitting.session.set_short(axes_of(name, share)[1])
    for name in ("NT1", "NT2", "NT3"):
        sitting.room.choose_lesion(name)
        sitting.room.set_state("present")
    sitting.room.no_new_lesions()
    sitting.room.complete_and_adequate()
    sitting.session.sign("Reader A", "read")
    sitting.room.next_visit(1)
    seen = []
    for _ in range(4):
        seen.append((sitting.views.comparison, sitting.views.compared_visit, sitting.shown[1]))
        sitting.views.next_comparison()
    assert seen == [
        ("baseline", "baseline", "1.2.1.1"),
        ("nadir", "week-8", "1.2.2.1"),
        ("prior", "week-8", "1.2.2.1"),
        ("baseline", "baseline", "1.2.1.1"),
    ]


def test_nothing_stands_beside_the_baseline(sitting: Sitting) -> None:
    sitting.room.next_visit(-1)
    assert sitting.shown == ("1.2.1.1", None)
    assert (sitting.views.compared_visit, caption(sitting.compared)) == (None, "")


def test_rulers_are_pulled_only_in_the_open_visit(sitting: Sitting) -> None:
    sitting.draw("T1", 0.5)
    assert [ruler.pullable for ruler in sitting.present.rulers] == [True]
    assert {ruler.pullable for ruler in sitting.compared.rulers} == {False}
    sitting.room.next_visit(-1)
    assert {ruler.pullable for ruler in sitting.present.rulers} == {False}


def test_a_proposed_short_axis_is_shown_and_goes_with_its_lesion(sitting: Sitting) -> None:
    sitting.room.choose_lesion("T4")
    sitting.draw("T4", 0.5)
    assert [ruler.label for ruler in sitting.present._draft] == ["drag"]
    assert sitting.draws == "short"
    sitting.room.choose_lesion("T1")
    assert sitting.present._draft == ()
    assert sitting.draws == "longest"


def test_a_drag_under_way_is_given_up_when_another_lesion_is_chosen(sitting: Sitting) -> None:
    mouse = ModelMouse(sitting.present)
    slice_number = float(sitting.present.slice_number)
    mouse.press((slice_number, 20.0, 20.0))
    mouse.move((slice_number, 20.0, 30.0))
    assert sitting.is_drawing()
    sitting.session.go_to_lesion("T2")
    assert not sitting.is_drawing()
    mouse.release((slice_number, 20.0, 35.0))
    assert all(row.state is None for row in sitting.session.rows())


def test_aligned_views_stay_aligned_for_this_pair_of_scans_only(sitting: Sitting) -> None:
    sitting.views.toggle_link()
    sitting.compared.set_slice(sitting.compared.slice_number + 3)
    sitting.views.align_here()
    assert sitting.link.offset_mm == (0.0, 0.0, 12.0)
    sitting.views.next_slice(2)
    assert sitting.depths == (20.0, 32.0)
    sitting.views.next_series()
    assert sitting.link.offset_mm == (0.0, 0.0, 0.0)
    sitting.views.next_series()
    assert sitting.link.offset_mm == (0.0, 0.0, 12.0)


def test_a_case_opens_as_it_was_left(folder: Path) -> None:
    sitting = Sitting(folder)
    sitting.load()
    sitting.room.choose_lesion("T3")
    sitting.views.next_plane()
    sitting.views.show_window("lung")
    sitting.views.toggle_link()
    sitting.compared.set_slice(sitting.compared.slice_number + 2)
    sitting.views.align_here()
    sitting.views.next_slice(4)
    offset, at, place = sitting.link.offset_mm, sitting.present.slice_number, sitting.views.place()
    sitting.close()

    again = Sitting(folder)
    assert again.views.place() == place  # nothing is lost before the scans are there
    again.load()
    assert (again.session.visit, again.session.lesion) == ("week-8", "T3")
    assert (again.present.plane, again.compared.plane) == ("coronal", "coronal")
    assert again.present.window == again.compared.window == PRESETS["lung"]
    assert (again.present.slice_number, again.link.offset_mm) == (at, offset)
    again.close()


def test_another_case_opens_in_its_own_way(tmp_path: Path) -> None:
    write_study(tmp_path)
    first = Sitting(tmp_path, "S1")
    first.load("baseline CT")
    first.views.next_plane()
    first.link.set_offset((0.0, 0.0, 30.0))
    first.opened.close()
    first.present.clear()
    first.folder.close()
    second = Sitting(tmp_path, "S2")
    second.present.close()
    second.present, second.link = first.present, first.link
    second.opened.close()
    reopened = OpenCase(
        second.folder,
        second.case,
        present=first.present,
        compared=first.compared,
        link=first.link,
        window=second.window,
        is_free=lambda: True,
    )
    reopened.refresh()
    grid, _ = load_one(second.case.visits[0].series[0])
    assert grid is not None
    reopened.add_grid(grid)
    assert (first.present.plane, first.link.offset_mm) == ("axial", (0.0, 0.0, 0.0))
    reopened.close()
    second.close()


def test_key_images_that_cannot_be_made_are_named(folder: Path) -> None:
    sitting = Sitting(folder)
    sitting.opened.save_key_images("baseline")
    assert sitting.window.said == (
        "baseline is signed; these key images are not written: "
        + "; ".join(f"{name}: its scan is not loaded" for name in ("T1", "T2", "T3", "T4", "T5"))
    )
    sitting.load("baseline CT")
    sitting.window.said = ""
    sitting.opened.save_key_images("baseline")
    assert sitting.window.said == ""
    written = sorted(path.name for path in folder.rglob("key-images/**/*.png"))
    assert written == [f"baseline_T{number}.png" for number in range(1, 6)]
    sitting.close()


def test_what_others_do_to_the_layers_changes_no_mark(folder: Path) -> None:
    later = Later()
    sitting = Sitting(folder)
    sitting.load()
    sitting.draw("T1", 0.5)
    sitting.room.choose_lesion("T1")
    before = sitting.session.draft
    rulers = sitting.present.rulers
    sitting.present._soon = later
    sitting.present.viewer.layers.clear()
    later.come()
    assert sitting.session.draft is before
    assert sitting.present.rulers == rulers
    assert len(sitting.present.viewer.layers) == 3
    sitting.close()
