"""What an adjudicator can do, and the same in a real window of any size."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

from napari_recistkit.adjudication_room import AdjudicationRoom
from napari_recistkit.lesion_layer import COLOURS
from recistkit.reading.adjudication import AdjudicationSession
from recistkit.study.assigning import assign
from recistkit.study.folder import StudyFolder
from tests.napari_recistkit.driving import native_of, pixel_of, settle
from tests.napari_recistkit.fake_window import FakeSight, FakeWindow
from tests.napari_recistkit.pictures import shows
from tests.napari_recistkit.reader import Reader
from tests.napari_recistkit.seats import open_case, seat
from tests.napari_recistkit.small_study import LESIONS
from tests.napari_recistkit.two_reads import COMPARTMENTS, Drawn, begin_study, read_case
from tests.study.small_trial import acting_as

if TYPE_CHECKING:
    from qtpy.QtWidgets import QWidget

    from recistkit.study.adjudicating import Choice

SEEN_BY_A: Final = {
    "T1": Drawn("T1", (1.0, 0.6)),
    "T2": Drawn("T2", (1.0, 1.0)),
    "T3": Drawn("T4", (1.0, 1.0)),
    "NT1": Drawn("NT1", (1.0, 1.0), role="non-target"),
}
SEEN_BY_B: Final = {
    "T1": Drawn("T1", (1.0, 1.0), shift_mm=(0.6, 1.0, 0.0)),
    "T2": Drawn("T2", (1.0, 1.0), shift_mm=(0.0, 0.5, 0.0)),
    "T3": Drawn("T3", (1.0, 1.0)),
    "NT1": Drawn("NT1", (1.0, 1.0), role="non-target"),
}


@pytest.fixture(scope="module")
def read_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """S1 is read by both, and S2 by none; S2 is not given to reader A."""
    study = begin_study(tmp_path_factory.mktemp("study"), COMPARTMENTS)
    with acting_as("M"), StudyFolder.opened(study) as opened:
        assign(opened, ["A"], ["S2"], withdrawn=True)
    read_case(study, "A", "S1", SEEN_BY_A)
    read_case(study, "B", "S1", SEEN_BY_B)
    return study


@pytest.fixture
def study(read_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(read_once, tmp_path / "trial"))


@pytest.fixture
def session(study: Path) -> Iterator[AdjudicationSession]:
    with acting_as("J"):
        yield AdjudicationSession.open(study, "S1", "J")


class Desk:
    """An adjudicator without a window."""

    def __init__(self, session: AdjudicationSession) -> None:
        self.session, self.window = session, FakeWindow()
        self.room = AdjudicationRoom(session, self.window, FakeSight())


@pytest.fixture
def desk(session: AdjudicationSession) -> Desk:
    return Desk(session)


def test_a_reason_then_a_summary_then_the_record(desk: Desk) -> None:
    desk.room.accept_read("A")
    form = desk.window.form
    assert form is not None
    assert (form.title, form.accept, form.is_shown_first) == ("S1: accept read A", "Go on", False)
    assert [one.is_required for one in form.questions] == [True]
    desk.window.answer(reason="the edge of T1")
    assert desk.session.decision == ""
    summary = desk.window.form
    assert summary is not None
    assert (summary.title, summary.accept, summary.is_shown_first) == ("sign: read A", "Sign", True)
    assert summary.text.startswith("S1: read A is accepted\nreason: the edge of T1\n")
    desk.window.answer()
    assert (desk.session.decision, desk.window.said) == ("A", "S1: A is on record")


def test_a_second_decision_says_which_one_it_takes_the_place_of(desk: Desk) -> None:
    choices: tuple[Choice, Choice] = ("A", "neither")
    texts = []
    for choice in choices:
        desk.room.accept_read(choice)
        desk.window.answer(reason="seen anew")
        assert desk.window.form is not None
        texts.append(desk.window.form.text.splitlines())
        desk.window.answer()
    line = "this takes the place of the decision for A"
    assert [line in text for text in texts] == [False, True]
    assert desk.session.decision == "neither"


def test_rows_and_visits_are_gone_through(desk: Desk) -> None:
    assert (desk.session.visit, desk.session.lesion) == ("week-8", "T1/T1")
    desk.room.next_lesion(-1)
    assert (desk.session.lesion, desk.window.said) in {("T3/–", ""), ("–/T3", "")}
    desk.room.next_lesion(1)
    assert desk.window.said.startswith("measurement · week-8: T1 of A and T1 of B: ")
    desk.room.next_visit(1)
    assert desk.window.said == "this is the last visit"
    desk.room.next_visit(-1)
    assert (desk.session.visit, desk.window.said) == ("baseline", "")
    desk.room.next_visit(-1)
    assert desk.window.said == "this is the first visit"


@pytest.fixture(params=[(1280, 800), (3840, 2160)], ids=["1280", "3840"])
def judge(study: Path, request: pytest.FixtureRequest) -> Iterator[Reader]:
    with acting_as("J"), seat(study, "J", request.param) as sitting:
        open_case(sitting)
        yield sitting


@pytest.mark.e2e
def test_both_reads_are_told_apart_at_any_size(judge: Reader) -> None:
    """And rows lead to their places: by a click, or by keys."""
    width, page = judge.room.window().width(), judge.room._pages.adjudication
    picture = judge.shoot(f"adjudication-{width}")
    for native, canvas in (
        (native_of(judge.viewer), judge.room.present),
        (native_of(judge.room._canvases.beside), judge.room.compared),
    ):
        labels = [one.label for one in canvas.rulers if one.label]
        assert [label[:5] for label in labels[:1]] == ["A: T1"]
        across, down = pixel_of(canvas, native, LESIONS["T1"][1])
        left, top = _in_window(native, judge.room.window())
        box = tuple(round(at) for at in (left + across - 150, top + down - 60))
        for kind in ("read-a", "read-b"):
            assert shows(picture, COLOURS[kind], (*box, box[0] + 300, box[1] + 120))
    assert page.values.rows[0][:2] == ("primary", "best response")
    assert {row[4] for row in page.values.rows[2:]} == {"agreed"}
    assert {row[0] for row in page.pairs.rows} == {"T1/T1", "T2/T2", "T3/–", "–/T3", "NT1/NT1"}
    settle(100)
    place = page.pairs.visualRect(page.pairs.model().index(1, 0)).center()
    QTest.mouseClick(page.pairs.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert judge.session.lesion == "T2/T2"
    assert (judge.room.present.slice_number, judge.room.compared.slice_number) == (7, 7)
    judge.press("Tab")
    assert (page.values.current_row, judge.session.lesion) != (0, "T1/T1")
    judge.press("Shift+N")
    judge.press("Esc")
    assert (judge.room._situation, judge.session.decision) == (None, "")
    judge.press("F3")
    assert page.line.whole_text == "no other case is to be adjudicated now"
    judge.room.open_case("S2")
    cases = judge.room._pages.cases
    assert cases.isVisible()
    assert cases.line.whole_text == "S2 waits: its two reads are not both complete"


def _in_window(widget: QWidget, window: QWidget) -> tuple[float, float]:
    corner = widget.mapTo(window, widget.rect().topLeft())
    return corner.x(), corner.y()


@pytest.mark.e2e
def test_a_reader_finds_the_assigned_cases_only_and_no_key_of_an_adjudicator(study: Path) -> None:
    with acting_as("A"), seat(study, "A") as reader:
        assert [(one.subject, one.state) for one in reader.room.cases] == [("S1", "signed")]
        open_case(reader)
        reader.press("Shift+A")
        line = reader.room._pages.read.line
        assert line.whole_text == "this key is for an adjudicator"
        labels = [one.label for one in reader.room.present.rulers if one.label]
        assert not [label for label in labels if label.startswith(("A:", "B:"))]
