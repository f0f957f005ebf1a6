"""The reading room in a real window: loading, cases, layout, and what cannot hurt a read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from napari_recistkit.widgets.case_list import CaseList
from napari_recistkit.widgets.form_panel import FormPanel
from napari_recistkit.widgets.organ_field import OrganField
from napari_recistkit.widgets.read_page import ReadPage
from tests.napari_recistkit.driving import native_of, settle
from tests.napari_recistkit.gate import Gate, threads
from tests.napari_recistkit.reader import Reader
from tests.napari_recistkit.seats import open_case, seat
from tests.napari_recistkit.small_study import axes_of, opened, read_baseline, write_study

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = write_study(tmp_path_factory.mktemp("study"), subjects=("S1", "S2", "S3", "S4"))
    scan = made / "S4" / "baseline" / "ct.nii.gz"
    scan.write_bytes(scan.read_bytes()[:2000])
    for subject in ("S1", "S3"):
        with opened(made, subject) as session:
            read_baseline(session)
    return made


@pytest.fixture(scope="module")
def sitting(folder: Path) -> Iterator[Reader]:
    with seat(folder) as reader:
        open_case(reader)
        yield reader


def page(reader: Reader) -> ReadPage:
    found = reader.room.findChild(ReadPage)
    assert isinstance(found, ReadPage)
    return found


def line_of(reader: Reader) -> str:
    return page(reader).line.whole_text


def release(reader: Reader, lesion: str, share: float) -> None:
    ruler = axes_of(lesion, share)[0]
    reader.draw((ruler.start_mm, ruler.end_mm))


# Nothing but a command alters a lesion


def test_no_key_on_a_canvas_alters_a_lesion_but_delete_and_undo_brings_it_back(
    sitting: Reader,
) -> None:
    open_case(sitting, "S3")
    release(sitting, "T1", 0.5)
    session = sitting.session
    session.go_to_lesion("T1")
    before, rulers = session.draft, sitting.room.present.rulers
    canvases = (native_of(sitting.viewer), native_of(sitting.room._canvases.beside))
    for native in canvases:
        native.setFocus()
        for keys in ("1", "3", "2", "4", "Backspace", "Ctrl+A", "Ctrl+C", "Ctrl+V"):
            sitting.press(keys)
        assert session.draft is before
        assert sitting.room.present.rulers == rulers


def test_an_unsigned_lesion_that_is_deleted_comes_back(sitting: Reader) -> None:
    open_case(sitting, "S2")
    sitting.press("T")
    release(sitting, "T1", 0.5)
    sitting.type("liv")
    sitting.press("Return")
    before, rulers = sitting.session.draft, sitting.room.present.rulers
    assert len(rulers) == 1
    sitting.press("Delete")
    assert sitting.session.rows() == ()
    assert not sitting.room.present.rulers
    sitting.press("Ctrl+Z")
    assert sitting.session.draft == before
    assert sitting.room.present.rulers == rulers
    sitting.press("Esc")


def test_removed_layers_come_back_with_the_rulers(sitting: Reader) -> None:
    open_case(sitting, "S2")
    before, rulers = sitting.session.draft, sitting.room.present.rulers
    viewer = sitting.viewer
    for layer in list(viewer.layers):
        viewer.layers.remove(layer)
        settle(100)
        assert [one.name for one in viewer.layers] == ["scan", "lesions", "ruler"]
    viewer.layers.select_all()
    viewer.layers.remove_selected()
    settle(100)
    assert sitting.session.draft is before
    assert sitting.room.present.rulers == rulers
    drawn = next(layer for layer in viewer.layers if layer.name == "lesions")
    assert drawn.nshapes >= len(rulers)


# Cases


def test_a_key_for_the_read_brings_the_read_back(sitting: Reader) -> None:
    open_case(sitting, "S1")
    sitting.press("F2")
    cases = sitting.room.findChild(CaseList)
    assert isinstance(cases, CaseList)
    assert cases.isVisible()
    sitting.press("Ctrl+Z")
    assert page(sitting).isVisible()
    assert sitting.session.lesion == "T1"


def test_the_next_case_is_the_next_that_is_not_signed(sitting: Reader) -> None:
    open_case(sitting, "S1")
    seen = []
    for _ in range(4):
        sitting.press("F3")
        sitting.wait_for_scans()
        seen.append(sitting.session.subject)
    assert seen == ["S2", "S3", "S4", "S1"]


def test_a_form_goes_with_its_case(sitting: Reader) -> None:
    open_case(sitting, "S1")
    sitting.press("E")
    form = page(sitting).form
    assert isinstance(form, FormPanel)
    assert form.isVisible()
    sitting.press("F3")
    sitting.wait_for_scans()
    assert form.form is None
    assert page(sitting).panel.isVisible()


def test_escape_leaves_the_form_first_and_then_the_tool(sitting: Reader) -> None:
    open_case(sitting, "S2")
    sitting.press("T")
    sitting.press("D")
    sitting.room.setFocus()
    sitting.press("Esc")
    form = page(sitting).form
    assert isinstance(form, FormPanel)
    assert form.form is None
    assert "drag: target" in page(sitting).title.whole_text
    sitting.press("Esc")
    assert "drag: target" not in page(sitting).title.whole_text
    assert line_of(sitting) == ""


def test_what_happened_is_said_below_the_table(sitting: Reader) -> None:
    open_case(sitting, "S1")
    sitting.session.go_to_lesion("T3")
    release(sitting, "T3", 0.5)
    size = next(row.present for row in sitting.session.rows() if row.lesion.id == "T3")
    assert line_of(sitting) == f"T3 spleen: measured {size} mm"
    sitting.press("Ctrl+Z")
    assert line_of(sitting) == "undone; T3 spleen: what is its state?"


def test_nodes_are_offered_first_for_a_node(sitting: Reader) -> None:
    open_case(sitting, "S1")
    sitting.room.ask_organ("T4", None, lambda _: True)
    organ = sitting.room.findChild(OrganField)
    assert isinstance(organ, OrganField)
    sitting.type("med")
    assert organ._list.item(0).text() == "mediastinal lymph node"
    organ.leave()


def test_a_folder_that_cannot_be_read_is_said_and_the_case_stays(
    sitting: Reader, tmp_path: Path
) -> None:
    open_case(sitting, "S1")
    sitting.room.open_folder(tmp_path / "nowhere", "A")
    sitting.wait_for_cases()
    cases = sitting.room.findChild(CaseList)
    assert isinstance(cases, CaseList)
    assert cases.line.whole_text == "nowhere: there is no such folder"
    assert sitting.session.subject == "S1"
    assert [case.subject for case in sitting.room.cases] == ["S1", "S2", "S3", "S4"]
    sitting.room.open_case("S9")
    assert cases.line.whole_text == "there is no case S9"


# Loading


def test_loading_is_cancelled_by_key_and_what_is_there_stays(
    sitting: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch)
    sitting.room.open_case("S1")
    gate.may.release()
    sitting.wait_until(lambda: sitting.room.present.grid is not None, "the first scan is shown")
    assert len(threads()) == 1
    sitting.press("Ctrl+.")
    assert not sitting.room.is_loading
    assert line_of(sitting) == "loading was cancelled; open the case again to load the rest"
    gate.may.release(20)
    sitting.wait_until(lambda: not threads(), "the thread has ended")
    settle(100)
    assert gate.loaded == ["1.2.2.1", "1.2.2.2"]  # the one under way was not handed over
    assert sitting.room.compared.grid is None


def test_the_visit_being_read_is_loaded_first_then_the_one_beside_it(
    sitting: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch)
    gate.may.release(20)
    open_case(sitting, "S1")
    assert gate.loaded == ["1.2.2.1", "1.2.2.2", "1.2.1.1", "1.2.1.2", "1.2.3.1", "1.2.3.2"]


def test_another_case_takes_nothing_of_the_one_before(
    sitting: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch)
    sitting.room.open_case("S1")
    sitting.room.open_case("S2")
    gate.may.release(20)
    sitting.wait_for_scans()
    sitting.wait_until(lambda: not threads(), "both threads have ended")
    assert sitting.session.subject == "S2"
    assert sitting.room.present.grid is not None


def test_a_broken_scan_is_named_and_hinders_no_other(sitting: Reader) -> None:
    open_case(sitting, "S4")
    scan = "baseline, CT, 2011-01-03, axial"
    assert line_of(sitting).startswith(f"{scan}: cannot be loaded: ")
    assert "nii" not in line_of(sitting)
    caption = sitting.viewer.canvas.overlays["recistkit_caption"].text
    assert caption == "baseline\nCT, 2011-01-03, axial, cannot be loaded"
    sitting.press("R")
    assert sitting.room.present.grid is not None
    assert sitting.room.present.grid.series.uid == "1.2.1.2"
