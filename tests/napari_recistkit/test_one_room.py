"""There is one reading room in a process: no key ever goes to another patient."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import napari
import pytest
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QDockWidget, QMainWindow

from napari_recistkit import sample
from napari_recistkit.canvas import Canvas
from napari_recistkit.launch import open_room
from napari_recistkit.widgets.reading_room import ReadingRoom
from recistkit.errors import ReadingError
from tests.napari_recistkit.driving import settle
from tests.napari_recistkit.reader import Reader
from tests.napari_recistkit.seats import open_case, seat
from tests.napari_recistkit.small_study import opened, read_baseline, write_study

pytestmark = pytest.mark.e2e

REFUSED = "the reading room is open already; close it before another is opened"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = write_study(tmp_path_factory.mktemp("study"), subjects=("S1",))
    with opened(made) as session:
        read_baseline(session, ("T1", "T2"))
    return made


@pytest.fixture(scope="module")
def sitting(folder: Path) -> Iterator[Reader]:
    with seat(folder) as reader:
        open_case(reader)
        yield reader


def states(reader: Reader) -> list[str | None]:
    return [row.state for row in reader.session.rows()]


def test_a_second_room_is_refused_whoever_makes_it(sitting: Reader) -> None:
    layers = list(sitting.viewer.layers)
    with pytest.raises(ReadingError, match=f"^{REFUSED}$"):
        ReadingRoom(sitting.viewer)
    other = napari.components.ViewerModel()
    with pytest.raises(ReadingError, match=f"^{REFUSED}$"):
        open_room(other, None, None)
    assert list(sitting.viewer.layers) == layers


def test_the_example_is_not_opened_beside_a_room_in_another_viewer(
    sitting: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    del sitting
    monkeypatch.setattr(napari, "current_viewer", lambda: None)
    monkeypatch.setattr(sample, "copy_example_study", lambda _folder: pytest.fail("was copied"))
    with pytest.raises(ReadingError, match=f"^{REFUSED}$"):
        sample.open_example_study()


def test_the_room_of_the_viewer_takes_the_other_folder(sitting: Reader, tmp_path: Path) -> None:
    other = write_study(tmp_path, subjects=("S7",))
    assert open_room(sitting.viewer, other, "B") is sitting.room
    sitting.wait_for_cases()
    assert [case.subject for case in sitting.room.cases] == ["S7"]


def test_keys_work_wherever_the_room_is_put(sitting: Reader, folder: Path) -> None:
    sitting.room.open_folder(folder, "A", "S1")
    sitting.wait_for_cases()
    sitting.wait_for_scans()
    dock = sitting.room.parentWidget()
    assert isinstance(dock, QDockWidget)
    dock.setFloating(True)
    settle(200)
    try:
        for window in (sitting.viewer.window._qt_window, dock):
            window.activateWindow()
            assert QTest.qWaitForWindowActive(window, 3000)
            sitting.press("X")
            assert states(sitting) == ["absent", None]
            sitting.press("Ctrl+Z")
            assert states(sitting) == [None, None]
    finally:
        dock.setFloating(False)
        settle(200)


def test_keys_in_another_window_say_nothing_of_the_read(sitting: Reader, folder: Path) -> None:
    sitting.room.open_folder(folder, "A", "S1")
    sitting.wait_for_cases()
    sitting.wait_for_scans()
    window = QMainWindow()
    window.show()
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window, 3000)
    for _ in range(2):
        sitting.press("X")
    assert states(sitting) == [None, None]
    window.close()
    sitting.room.window().activateWindow()
    assert QTest.qWaitForWindowActive(sitting.room.window(), 3000)
    sitting.room.setFocus()
    settle()
    sitting.press("X")
    assert states(sitting) == ["absent", None]
    sitting.press("Ctrl+Z")


def test_a_canvas_that_closes_takes_only_its_own_callbacks_along() -> None:
    viewer = napari.components.ViewerModel()
    before = list(viewer.mouse_drag_callbacks)
    canvas = Canvas(viewer)

    def other(_viewer: object, _event: object) -> None: ...

    viewer.mouse_drag_callbacks.append(other)
    canvas.close()
    assert viewer.mouse_drag_callbacks == [*before, other]
    canvas.close()
    assert viewer.mouse_drag_callbacks == [*before, other]
