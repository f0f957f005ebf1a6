"""Keys and drags do what the reader sees them do: nothing by a held key, nothing behind a page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from qtpy.QtCore import QEvent, Qt
from qtpy.QtGui import QKeyEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QWidget

from napari_recistkit.widgets.read_page import ReadPage
from recistkit.errors import JournalError, ReadingError
from recistkit.model.series import Vector
from tests.napari_recistkit.driving import native_of, settle
from tests.napari_recistkit.gate import Gate, threads
from tests.napari_recistkit.reader import Reader
from tests.napari_recistkit.seats import open_case, seat
from tests.napari_recistkit.small_study import axes_of, opened, read_baseline, write_study

pytestmark = pytest.mark.e2e

NO_KEY = Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
ANSWER_FIRST = "answer or leave (Esc) the question first"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    subjects = ("S1", "S3", "S4", "S5", "S6", "X9")
    made = write_study(tmp_path_factory.mktemp("study"), subjects=subjects)
    for subject in ("S1", "S3", "S4", "S5", "X9"):
        with opened(made, subject) as session:
            read_baseline(session, ("T1", "T2", "T3", "T4"))
    return made


@pytest.fixture(scope="module")
def sitting(folder: Path) -> Iterator[Reader]:
    with seat(folder) as reader:
        yield reader


def page(reader: Reader) -> ReadPage:
    found = reader.room.findChild(ReadPage)
    assert isinstance(found, ReadPage)
    return found


def said(reader: Reader) -> str:
    return page(reader).line.whole_text


def states(reader: Reader) -> list[str | None]:
    return [row.state for row in reader.session.rows()]


def focused(reader: Reader) -> QWidget:
    return QApplication.focusWidget() or reader.room


def hold(
    reader: Reader, key: Qt.Key, text: str, times: int, modifiers: Qt.KeyboardModifier = NO_KEY
) -> None:
    """Press a key once and hold it, as the window system tells the window."""
    for number in range(times):
        window = focused(reader).window().windowHandle()
        event = QKeyEvent(QEvent.Type.KeyPress, key, modifiers, text, number > 0)
        QApplication.sendEvent(window, event)
        settle(15)


def ends(lesion: str, share: float = 0.5) -> tuple[Vector, Vector]:
    ruler = axes_of(lesion, share)[0]
    return (ruler.start_mm, ruler.end_mm)


# A key that is held


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [(Qt.Key.Key_X, "x", "absent"), (Qt.Key.Key_S, "s", "too-small")],
)
def test_a_held_key_states_one_lesion_only(
    sitting: Reader, key: Qt.Key, text: str, expected: str
) -> None:
    open_case(sitting, "S1")
    hold(sitting, key, text, 4)
    assert states(sitting) == [expected, None, None, None]
    sitting.press("Ctrl+Z")
    assert states(sitting) == [None] * 4


def test_a_held_undo_takes_back_one_command(sitting: Reader) -> None:
    open_case(sitting, "S1")
    for _ in range(3):
        sitting.press("X")
    hold(sitting, Qt.Key.Key_Z, "\x1a", 4, CONTROL)
    assert states(sitting) == ["absent", "absent", None, None]
    sitting.press("Ctrl+Z")
    sitting.press("Ctrl+Z")


def test_slices_and_lesions_are_gone_through_by_a_held_key(sitting: Reader) -> None:
    open_case(sitting, "S1")
    before = sitting.room.present.slice_number
    hold(sitting, Qt.Key.Key_Up, "", 4)
    assert sitting.room.present.slice_number == before + 4
    hold(sitting, Qt.Key.Key_Tab, "\t", 3)
    assert sitting.session.lesion == "T4"


def test_a_held_return_never_signs(sitting: Reader) -> None:
    open_case(sitting, "S1")
    for keys in (*"XXXX", ".", ","):
        sitting.press(keys)
    hold(sitting, Qt.Key.Key_Return, "\r", 3, CONTROL)
    form = page(sitting).form
    assert form.isVisible()
    window = focused(sitting).window().windowHandle()
    for _ in range(3):  # Ctrl was let go first
        held = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, NO_KEY, "\r", True)
        QApplication.sendEvent(window, held)
        settle(15)
    assert (form.isVisible(), list(sitting.session.draft.signed)) == (True, ["baseline"])
    sitting.press("Return")
    assert list(sitting.session.draft.signed) == ["baseline", "week-8"]


# The case list


def test_letters_typed_in_the_case_list_look_for_a_subject(sitting: Reader) -> None:
    open_case(sitting, "S3")
    before = sitting.session.draft
    sitting.press("F2")
    cases = sitting.room._pages.cases
    sitting.type("X9")
    assert cases.isVisible()
    assert cases.cases[cases.table.currentIndex().row()].subject == "X9"
    assert sitting.session.draft is before
    sitting.press("Esc")
    assert (page(sitting).isVisible(), sitting.session.subject) == (True, "S3")


def test_a_key_for_the_read_only_shows_a_read_that_was_not_seen(sitting: Reader) -> None:
    open_case(sitting, "S3")
    sitting.press("X")
    before = sitting.session.draft
    sitting.press("F2")
    sitting.press("Ctrl+Z")
    assert page(sitting).isVisible()
    assert sitting.session.draft is before
    sitting.press("Ctrl+Z")
    assert states(sitting) == [None] * 4


def test_no_drag_reaches_a_case_that_is_not_seen(sitting: Reader) -> None:
    open_case(sitting, "S3")
    before = sitting.session.draft
    sitting.press("F2")
    sitting.draw(ends("T1"))
    assert sitting.session.draft is before
    assert sitting.room._pages.cases.isVisible()
    sitting.press("Esc")
    sitting.draw(ends("T1"))
    assert states(sitting) == ["measured", None, None, None]
    sitting.press("Ctrl+Z")


# A question that is open


def test_words_meant_for_the_organ_say_nothing_else(sitting: Reader) -> None:
    open_case(sitting, "S4")
    sitting.press("W")
    sitting.draw(((62.0, 30.0, 12.0), (78.0, 30.0, 12.0)))
    organ = page(sitting).organ
    QTest.mouseClick(native_of(sitting.viewer), Qt.MouseButton.MiddleButton)
    settle(50)
    assert not organ.line.hasFocus()
    before, is_linked = sitting.session.draft, sitting.room.present
    sitting.type("c")
    assert said(sitting) == ANSWER_FIRST
    assert organ.line.hasFocus()
    sitting.type("col")
    sitting.press("Return")
    assert sitting.session.draft.lesions["N1"].organ == "colon"
    assert states(sitting)[:4] == [None] * 4
    assert (before.marks, is_linked) == (sitting.session.draft.marks, sitting.room.present)
    assert sitting.room._canvases.link.enabled
    sitting.press("Esc")


def test_slices_are_looked_at_while_a_question_is_open(sitting: Reader) -> None:
    open_case(sitting, "S4")
    sitting.press("E")
    native_of(sitting.viewer).setFocus()
    before = sitting.room.present.slice_number
    sitting.press("Up")
    assert sitting.room.present.slice_number == before + 1
    sitting.press("]")
    assert (said(sitting), sitting.session.visit) == (ANSWER_FIRST, "week-8")
    sitting.press("Esc")
    assert not page(sitting).is_asking


def test_undo_right_after_a_drag_takes_the_lesion_back_and_asks_no_more(sitting: Reader) -> None:
    open_case(sitting, "S6")
    sitting.press("T")
    sitting.draw(ends("T1", 1.0))
    assert page(sitting).organ.line.hasFocus()
    sitting.type("li")
    sitting.press("Ctrl+Z")  # of the letters
    assert [row.lesion.id for row in sitting.session.rows()] == ["T1"]
    page(sitting).organ.line.setText("")
    sitting.press("Ctrl+Z")
    assert sitting.session.rows() == ()
    assert not page(sitting).is_asking
    sitting.press("Esc")


def test_an_answer_that_is_not_saved_stays_in_its_form(
    sitting: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_said: object) -> None:
        raise JournalError("NOT saved: the disk is full")

    open_case(sitting, "S4")
    sitting.press("D")
    answers = page(sitting).form._answers
    answers["comment"]._line.setText("words that took a minute")
    with monkeypatch.context() as patch:
        patch.setattr(sitting.session, "state_visit", full)
        sitting.press("Return")
    assert said(sitting) == "NOT saved: the disk is full"
    assert page(sitting).form.isVisible()
    sitting.press("Return")
    assert sitting.session.draft.timepoints["week-8"].comment == "words that took a minute"
    assert not page(sitting).is_asking


# Cases that cannot be opened, and scans that are not there


def test_nothing_stays_of_a_case_when_the_next_cannot_be_opened(
    sitting: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: object, **_named: object) -> None:
        raise ReadingError("other rules than it was begun under")

    open_case(sitting, "S5")
    with monkeypatch.context() as patch:
        patch.setattr("napari_recistkit.open_case.open_session", refuse)
        sitting.room.open_case("S4")
    settle(50)
    shown = page(sitting)
    assert (shown.title.whole_text, shown.table.model().rowCount()) == ("", 0)
    cases = sitting.room._pages.cases
    assert cases.isVisible()
    assert cases.line.whole_text == "other rules than it was begun under"
    open_case(sitting, "S5")
    assert shown.table.model().rowCount() == 4


def test_what_is_to_be_seen_is_not_stated_before_the_scans_are_there(
    sitting: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch)
    sitting.room.open_case("S5")
    settle(50)
    sitting.room.setFocus()
    before = sitting.session.draft
    for keys in ("X", "S", ".", ","):
        sitting.room.say("")
        sitting.press(keys)
        assert said(sitting) == "the scans of week-8 are still being loaded", keys
    assert sitting.session.draft is before
    sitting.press("E")
    sitting.press("1")
    assert states(sitting) == ["not-evaluable", None, None, None]
    sitting.press("Ctrl+.")
    sitting.press("X")
    assert said(sitting) == "not all scans of week-8 are loaded; open the case again"
    gate.may.release(20)
    open_case(sitting, "S5")
    sitting.press("X")
    assert states(sitting)[1] == "absent"
    sitting.press("Ctrl+Z")


def test_the_summary_names_a_scan_that_was_never_looked_at(sitting: Reader) -> None:
    open_case(sitting, "X9")
    for _ in range(4):
        sitting.press("X")
    sitting.press(".")
    sitting.press(",")
    sitting.press("Ctrl+Return")
    form = page(sitting).form.form
    assert form is not None
    unseen = "Not on the screen since the case was opened: MR, 2011-03-07, axial\n\n"
    assert form.text == unseen + sitting.session.summary()
    sitting.press("Esc")
    sitting.press("R")
    sitting.press("Ctrl+Return")
    form = page(sitting).form.form
    assert form is not None
    assert form.text == sitting.session.summary()
    sitting.press("Esc")


def test_closing_waits_for_no_scan(sitting: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    # the last test of its module: nothing is open after it
    gate = Gate(monkeypatch)
    sitting.room.open_case("X9")
    settle(50)
    sitting.room.shut()
    assert len(threads()) == 1  # it is still at its scan
    gate.may.release(20)
    sitting.wait_until(lambda: not threads(), "the thread has ended")
