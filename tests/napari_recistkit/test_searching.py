"""A folder is searched for cases in the background, and nothing is lost meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QPushButton

from napari_recistkit import open_folder
from napari_recistkit.widgets.case_list import CaseList
from napari_recistkit.widgets.help_panel import HelpPanel
from recistkit.reading.paths import journal_path
from tests.napari_recistkit.driving import settle
from tests.napari_recistkit.gate import SearchGate, threads
from tests.napari_recistkit.reader import Reader
from tests.napari_recistkit.seats import open_case, seat
from tests.napari_recistkit.small_study import axes_of, opened, read_baseline, write_study

pytestmark = pytest.mark.e2e

SEARCHING = "a folder is being searched for cases; Ctrl+. stops it"
CANCELLED = "the search was cancelled; nothing has changed"
FILES = 24
"""Of a subject: two scans and their sidecars at three visits, for two subjects."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = write_study(tmp_path_factory.mktemp("first"), subjects=("S1", "S2"))
    with opened(made) as session:
        read_baseline(session)
    return made


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_study(tmp_path_factory.mktemp("other"), subjects=("S7", "S8"))


@pytest.fixture(scope="module")
def sitting(folder: Path) -> Iterator[Reader]:
    with seat(folder) as reader:
        yield reader


@pytest.fixture
def at_first(sitting: Reader, folder: Path) -> Reader:
    """The reader with the cases of the first folder on the screen."""
    sitting.room.open_folder(folder, "A")
    sitting.wait_for_cases()
    return sitting


@pytest.fixture
def gate(at_first: Reader, other: Path, monkeypatch: pytest.MonkeyPatch) -> SearchGate:
    del at_first  # its own search is over when the gate is shut
    return SearchGate(monkeypatch, other)


def case_list(reader: Reader) -> CaseList:
    found = reader.room.findChild(CaseList)
    assert isinstance(found, CaseList)
    return found


def shown(reader: Reader) -> tuple[str, list[str], int]:
    """Return what stands above the list, in it, and which row is marked."""
    cases = case_list(reader)
    subjects = [case.subject for case in cases.cases]
    return cases._title.whole_text, subjects, cases.table.currentIndex().row()


def search(reader: Reader, gate: SearchGate, folder: Path) -> None:
    """Begin a search, and wait until it is held at its first file."""
    reader.room.open_folder(folder, "A")
    reader.wait_until(lambda: bool(gate.held), "the search came to a file")


def finish(reader: Reader, gate: SearchGate) -> None:
    gate.may.release(200)
    reader.wait_for_cases()


def test_the_window_is_alive_while_a_folder_is_searched(
    at_first: Reader, gate: SearchGate, other: Path
) -> None:
    search(at_first, gate, other)
    ticks: list[int] = []
    timer = QTimer(at_first.room, interval=5)
    timer.timeout.connect(lambda: ticks.append(1))
    timer.start()
    at_first.wait_until(lambda: len(ticks) > 20, "the window's clock goes on")
    timer.stop()
    panel = at_first.room.findChild(HelpPanel)
    assert isinstance(panel, HelpPanel)
    at_first.press("F1")
    assert panel.isVisible()
    at_first.press("F1")
    assert len(gate.held) == 1
    progress = case_list(at_first).progress
    assert progress.text == f"looking for cases in {other.name}"
    gate.may.release(4)  # one visit
    at_first.wait_until(lambda: len(gate.held) == 5, "the search came to the next visit")
    settle()
    assert progress.text == f"looking for cases in {other.name}: 1 of 6 visits"
    finish(at_first, gate)
    assert progress.text == ""
    assert shown(at_first) == (f"{other.name}, reader A", ["S7", "S8"], 0)
    assert len(gate.held) == FILES


@pytest.mark.parametrize("how", ["key", "button"])
def test_a_cancelled_search_leaves_the_list_as_it_was_and_stops_at_the_next_file(
    at_first: Reader, gate: SearchGate, other: Path, how: str
) -> None:
    case_list(at_first).table.selectRow(1)
    before = shown(at_first)
    assert before[1:] == (["S1", "S2"], 1)
    search(at_first, gate, other)
    if how == "key":
        at_first.press("Ctrl+.")
    else:
        button = case_list(at_first).progress.findChild(QPushButton)
        assert isinstance(button, QPushButton)
        button.click()
    assert not at_first.room.is_searching
    assert shown(at_first) == before
    assert case_list(at_first).progress.text == ""
    assert case_list(at_first).line.whole_text == CANCELLED
    gate.may.release(200)
    at_first.wait_until(lambda: not threads("recistkit-search"), "the thread has ended")
    settle(100)
    assert len(gate.held) == 1
    assert shown(at_first) == before
    open_case(at_first, "S2")
    assert at_first.session.subject == "S2"


def test_the_folder_that_was_chosen_last_wins(
    at_first: Reader, gate: SearchGate, other: Path, tmp_path: Path
) -> None:
    last = write_study(tmp_path, subjects=("S9",))
    search(at_first, gate, other)
    at_first.room.open_folder(last, "B")
    at_first.wait_for_cases()
    assert threads("recistkit-search") == ["recistkit-search"]  # the first is still at its file
    assert shown(at_first) == (f"{last.name}, reader B", ["S9"], 0)
    gate.may.release(200)
    at_first.wait_until(lambda: not threads("recistkit-search"), "the first thread has ended")
    settle(100)
    assert shown(at_first) == (f"{last.name}, reader B", ["S9"], 0)
    assert len(gate.held) == 1


def test_a_search_that_is_at_its_end_when_another_folder_is_chosen_comes_too_late(
    at_first: Reader, gate: SearchGate, other: Path, folder: Path
) -> None:
    search(at_first, gate, other)
    gate.may.release(200)
    for thread in threading.enumerate():
        if thread.name == "recistkit-search":
            thread.join(20)  # what it found waits for the window
    at_first.room.open_folder(folder, "A")
    at_first.wait_for_cases()
    settle(100)
    assert shown(at_first)[:2] == (f"{folder.name}, reader A", ["S1", "S2"])


def test_an_open_case_stays_as_it_is_while_another_folder_is_searched(
    at_first: Reader, gate: SearchGate, other: Path
) -> None:
    open_case(at_first, "S1")
    at_first.press("T")
    session, line = at_first.session, case_list(at_first).line
    before = session.draft
    search(at_first, gate, other)
    for keys in ("Ctrl+Z", "Ctrl+Return", "Esc", "F2", "F3", "Return"):
        at_first.room.say("")
        at_first.press(keys)
        assert line.whole_text == SEARCHING, keys
    at_first.type("X]")  # letters are the list's
    at_first.room.say("")
    ruler = axes_of("T1", 0.5)[0]
    at_first.draw((ruler.start_mm, ruler.end_mm))
    assert session.draft is before
    assert at_first.room.present.rulers == ()
    assert case_list(at_first).isVisible()
    at_first.press("Ctrl+.")
    at_first.press("Esc")
    at_first.press("X")
    assert at_first.session is session
    assert session.draft is not before
    at_first.press("Ctrl+Z")
    gate.may.release(200)


def test_the_scans_of_an_open_case_go_on_loading_while_another_folder_is_searched(
    at_first: Reader, gate: SearchGate, other: Path
) -> None:
    at_first.room.open_case("S1")
    search(at_first, gate, other)
    at_first.wait_until(lambda: not at_first.room.is_loading, "the scans are loaded")
    assert at_first.room.present.grid is not None
    assert at_first.room.is_searching
    finish(at_first, gate)
    assert at_first.room.open_case_ is None
    assert at_first.room.present.grid is None


def test_what_stops_a_search_is_said_and_the_cases_stay(
    at_first: Reader, other: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases, before = case_list(at_first), shown(at_first)
    at_first.room.open_folder(other, "A/B")
    at_first.wait_for_cases()
    refused = "the name of this reader cannot be part of a file name on every system"
    assert cases.line.whole_text == refused
    for path in (journal_path(folder, "C"), journal_path(other, "D")):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"no journal at all, and long enough to be looked at" * 20)
        at_first.room.open_folder(path.parent.parent, path.stem)
        at_first.wait_for_cases()
        assert cases.line.whole_text.startswith(f"{path.name}: ")
        path.unlink()

    def broken(*_given: object, **_named: object) -> None:
        raise KeyError("the name of a patient")

    monkeypatch.setattr(open_folder, "find_cases", broken)
    at_first.room.open_folder(other, "A")
    at_first.wait_for_cases()
    assert cases.line.whole_text == "an unexpected fault: KeyError"
    assert (shown(at_first), cases.progress.text) == (before, "")


def test_a_journal_that_cannot_be_opened_is_said_and_the_cases_stay(
    at_first: Reader, tmp_path: Path
) -> None:
    before = shown(at_first)
    study = write_study(tmp_path, subjects=("S9",))
    (study / "readers").write_text("", encoding="utf-8")
    at_first.room.open_folder(study, "A")
    at_first.wait_for_cases()
    assert case_list(at_first).line.whole_text.startswith("A.db: cannot be opened as a journal")
    assert shown(at_first) == before
    open_case(at_first, "S2")  # their own journal is still open


def test_the_case_that_was_asked_for_is_opened_when_it_is_found(
    sitting: Reader, folder: Path, other: Path
) -> None:
    room = sitting.room
    room.open_folder(folder, "A", "S2")
    sitting.wait_for_cases()
    sitting.wait_for_scans()
    assert sitting.session.subject == "S2"
    room.open_folder(other, "A", "S2")
    sitting.wait_for_cases()
    assert case_list(sitting).line.whole_text == "there is no case S2"
    assert shown(sitting)[1] == ["S7", "S8"]


def test_a_list_shows_what_became_of_the_cases_that_were_opened(at_first: Reader) -> None:
    open_case(at_first, "S2")
    at_first.press(",")
    at_first.press("F2")
    states = {case.subject: case.state for case in case_list(at_first).cases}
    assert states == {"S1": "draft", "S2": "draft"}


def test_a_room_without_a_folder_asks_for_one(sitting: Reader) -> None:
    sitting.room._close_folder()
    sitting.room.open_case("S1")
    assert case_list(sitting).line.whole_text == "choose a folder first"
    sitting.room.say("")
    sitting.press("F3")
    assert case_list(sitting).line.whole_text == "choose a folder first"
    sitting.press("F2")
    assert shown(sitting) == ("no folder", [], -1)
