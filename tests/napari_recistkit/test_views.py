"""Which scan each view shows, where, and with which rulers; on viewers without a window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from napari_recistkit.canvas import Canvas
from napari_recistkit.lesion_layer import ShownRuler
from napari_recistkit.link import Link
from napari_recistkit.loading import load_one
from napari_recistkit.open_case import OpenCase
from napari_recistkit.open_folder import FoundFolder, ReadersFolder
from napari_recistkit.ruler_tool import Stroke
from napari_recistkit.windows import PRESETS
from recistkit.model.mark import ImagePlace
from recistkit.reading.cases import find_cases
from recistkit.reading.grid import ViewGrid
from recistkit.reading.place import Beside
from recistkit.study.settings import load_settings
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
        self.folder = ReadersFolder(
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
        place = self.place(lesion)
        drag = self.room.next_drag(place.series)
        self.room.take_stroke(Stroke(drag=drag, ruler=axes_of(lesion, share)[0], place=place))

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
        return self.opened._tool.next_drag.draws

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
    text = str(canvas.viewer.canvas.overlays["recistkit_caption"].text).strip()
    return ", ".join(text.splitlines())


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
        if sitting.draws == "short":
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


def drafts(sitting: Sitting) -> tuple[ShownRuler, ...]:
    return sitting.present._drawings.of("ruler")


def test_a_proposed_short_axis_is_shown_and_goes_with_its_lesion(sitting: Sitting) -> None:
    sitting.room.choose_lesion("T4")
    sitting.draw("T4", 0.5)
    assert [ruler.label for ruler in drafts(sitting)] == ["drag"]
    assert sitting.draws == "short"
    sitting.room.choose_lesion("T1")
    assert drafts(sitting) == ()
    assert sitting.draws == "measure"


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


def look_of(canvas: Canvas) -> tuple[object, ...]:
    """Return where a canvas looks: place, zoom, grey values."""
    assert canvas.centre_mm is not None
    place = tuple(round(at, 4) for at in canvas.centre_mm)
    return (place, round(canvas.zoom, 6), canvas.window, canvas.slice_number)


def leave_and_return(sitting: Sitting, folder: Path) -> Sitting:
    """Close a case and open it again with all its scans."""
    sitting.close()
    again = Sitting(folder)
    again.load()
    return again


def test_both_views_come_back_with_zoom_and_place(folder: Path) -> None:
    sitting = Sitting(folder)
    sitting.load()
    sitting.room.choose_lesion("T3")
    sitting.present.set_zoom(6.5)
    sitting.present.centre_on((70.0, 95.0, 40.0))
    sitting.views.next_slice(1)
    before = [look_of(one) for one in (sitting.present, sitting.compared)]
    again = leave_and_return(sitting, folder)
    assert [look_of(one) for one in (again.present, again.compared)] == before
    assert before[0][1] == before[1][1] == 6.5
    assert again.link.enabled
    again.close()


def test_views_that_went_their_own_ways_come_back_so(folder: Path) -> None:
    sitting = Sitting(folder)
    sitting.load()
    sitting.room.choose_lesion("T3")
    sitting.views.toggle_link()
    sitting.present.set_zoom(6.5)
    sitting.compared.set_zoom(2.25)
    sitting.compared.show_point((50.0, 60.0, 72.0))
    sitting.compared.preset("bone")
    before = [look_of(one) for one in (sitting.present, sitting.compared)]
    again = leave_and_return(sitting, folder)
    assert [look_of(one) for one in (again.present, again.compared)] == before
    assert not again.link.enabled
    again.views.toggle_link()
    assert again.depths == (40.0, 40.0)
    again.close()


def test_a_lesion_that_both_views_show_at_its_own_place_comes_back_so(folder: Path) -> None:
    sitting = Sitting(folder)
    sitting.load()
    sitting.link.set_offset((0.0, 0.0, 8.0))
    sitting.room.choose_lesion("T3")
    with sitting.link.paused():
        sitting.compared.show_point(LESIONS["T5"][1])
    before = [look_of(one) for one in (sitting.present, sitting.compared)]
    again = leave_and_return(sitting, folder)
    assert [look_of(one) for one in (again.present, again.compared)] == before
    again.close()


def test_a_reader_who_goes_on_while_scans_load_is_not_called_back(folder: Path) -> None:
    sitting = Sitting(folder)
    sitting.load()
    sitting.room.choose_lesion("T3")
    sitting.present.set_zoom(6.5)
    sitting.close()
    again = Sitting(folder)
    again.load("week-8 CT")
    again.room.choose_lesion("T5")
    again.load("baseline CT")
    assert again.depths == (72.0, 72.0)
    again.close()


def test_the_whole_slice_stays_whole_on_another_screen(folder: Path) -> None:
    sitting = Sitting(folder)
    sitting.load()
    sitting.views.fit()
    sitting.views.next_slice(2)
    at = sitting.present.slice_number
    sitting.views.fit()
    sitting.close()
    again = Sitting(folder)
    again.load()
    assert (again.present.slice_number, again.present.is_fitted) == (at, True)
    again.present.viewer.canvas.size = (1200, 1600)
    whole = bare_canvas(again.present.grid)
    whole.viewer.canvas.size = (1200, 1600)
    whole.fit()
    assert again.present.zoom == whole.zoom
    again.close()


def test_a_place_of_an_older_journal_shows_the_slice_that_was_read(folder: Path) -> None:
    sitting = Sitting(folder)
    sitting.load()
    sitting.room.choose_lesion("T3")
    sitting.views.next_slice(3)
    at = sitting.present.slice_number
    new = {"zoom": None, "beside": None, "is_linked": None}
    old = sitting.views.place().model_copy(update=new)
    sitting.session.remember(old)
    sitting.views.place = lambda: old  # type: ignore[method-assign]
    again = leave_and_return(sitting, folder)
    assert (again.present.slice_number, again.compared.slice_number) == (at, at)
    assert again.link.enabled
    again.close()


@pytest.mark.parametrize(
    "nonsense",
    [
        {"point_mm": (9e4, 9e4, 9e4)},
        {"zoom": 1e300},
        {"window": (0.0, -5.0)},
        {"plane": "oblique"},
        {"comparison": "nobody"},
        {"link_offset_mm": (9e4, 0.0, 0.0)},
        {"beside": Beside(series="1.2.1.1", point_mm=(9e4, 9e4, 9e4), zoom=0.001)},
    ],
)
def test_no_place_keeps_a_case_from_opening_with_its_lesion_in_sight(
    folder: Path, nonsense: dict[str, object]
) -> None:
    sitting = Sitting(folder)
    sitting.load()
    sitting.room.choose_lesion("T3")
    odd = sitting.views.place().model_copy(update=nonsense)
    sitting.session.remember(odd)
    sitting.views.place = lambda: odd  # type: ignore[method-assign]
    again = leave_and_return(sitting, folder)
    assert (again.session.visit, again.session.lesion) == ("week-8", "T3")
    assert again.depths[0] == 40.0
    again.close()


def test_a_signed_visit_is_left_behind_for_the_next_one(folder: Path) -> None:
    sitting = Sitting(folder)
    sitting.load()
    sitting.link.set_offset((0.0, 0.0, 8.0))
    sitting.room.next_visit(-1)
    assert sitting.session.visit == "baseline"
    again = leave_and_return(sitting, folder)
    assert (again.session.visit, again.session.lesion) == ("week-8", "T1")
    assert (again.shown, again.depths) == (("1.2.2.1", "1.2.1.1"), (12.0, 12.0))
    assert again.link.offset_mm == (0.0, 0.0, 0.0)
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
    second.window.refresh = reopened.refresh  # type: ignore[method-assign]
    reopened.refresh()
    grid, _ = load_one(second.case.visits[0].series[0])
    assert grid is not None
    reopened.add_grid(grid)
    assert (first.present.plane, first.link.offset_mm) == ("axial", (0.0, 0.0, 0.0))
    reopened.close()
    second.close()


def test_key_images_that_cannot_be_made_are_named(folder: Path) -> None:
    sitting = Sitting(folder)
    missing = [f"baseline T{number}: its scan is not loaded" for number in range(1, 6)]
    assert sitting.opened.save_key_images() == [
        f"these key images are not written: {'; '.join(missing)}"
    ]
    sitting.load("baseline CT")
    assert sitting.opened.save_key_images() == []
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
