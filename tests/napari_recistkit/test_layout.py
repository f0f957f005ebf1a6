"""Opening and closing the window of the reading room, and how it fits screens."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from qtpy.QtCore import QEvent
from qtpy.QtGui import QKeySequence
from qtpy.QtWidgets import QDockWidget, QWidget

from tests.napari_recistkit.driving import native_of, settle
from tests.napari_recistkit.gate import Gate, SearchGate, threads
from tests.napari_recistkit.reader import Reader
from tests.napari_recistkit.seats import open_case, seat
from tests.napari_recistkit.small_study import opened, read_baseline, write_study

pytestmark = pytest.mark.e2e

LONG_NAME = "month 2 - second scan after the end of treatment, repeated"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_study(tmp_path, subjects=("S1",))


def test_keys_of_napari_are_given_back(folder: Path) -> None:
    with seat(folder) as reader:
        window = reader.room.window()
        actions = [one for widget in window.findChildren(QWidget) for one in widget.actions()]
        save = [one for one in actions if one.text().startswith("Save Selected Layers")]
        assert save
        assert not any(QKeySequence("Ctrl+S") in one.shortcuts() for one in save)
        reader.room.shut()
        assert any(QKeySequence("Ctrl+S") in one.shortcuts() for one in save)
        del window, actions, save


def test_a_room_that_is_taken_out_of_the_window_leaves_it_as_it_was(folder: Path) -> None:
    with seat(folder) as reader:
        open_case(reader)
        reader.press("T")
        window, viewer = reader.room.window(), reader.viewer
        viewer.window.remove_dock_widget(reader.room)
        settle(200)
        assert list(viewer.layers) == []
        panels = [one for one in window.findChildren(QDockWidget) if one.isVisible()]
        assert {one.objectName() for one in panels} == {"layer controls", "layer list"}
        del window, viewer, panels


def test_closing_the_window_remembers_where_the_reader_is(folder: Path) -> None:
    with seat(folder) as reader:
        open_case(reader)
        reader.press("A")
        reader.room.eventFilter(reader.room, QEvent(QEvent.Type.Close))
        assert reader.session.place.plane == "coronal"


def test_closing_while_loading_leaves_no_thread_and_no_canvas(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch)
    with seat(folder) as reader:
        reader.room.open_case("S1")
        gate.may.release(20)
    assert threads() == []


def test_closing_while_a_folder_is_searched_ends_the_search_at_its_next_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with seat(folder) as reader:
        gate = SearchGate(monkeypatch, folder)
        reader.room.open_folder(folder, "B")
        reader.wait_until(lambda: bool(gate.held), "the search came to a file")
        threading.Timer(0.2, gate.may.release, (200,)).start()
    assert threads("recistkit-search") == []
    assert len(gate.held) == 1
    assert [path.name for path in (folder / "readers").iterdir()] == ["A.db"]


def texts_fit(reader: Reader) -> bool:
    """Tell whether everything of the room is inside the window."""
    window, room = reader.room.window(), reader.room
    corner = room.mapTo(window, room.rect().bottomRight())
    return window.rect().contains(corner)


@pytest.mark.parametrize("size", [(1280, 800), (3840, 2160)])
def test_the_room_fits_small_and_large_screens(tmp_path: Path, size: tuple[int, int]) -> None:
    settings = 'image_quality = ["adequate <b>and</b> more words than anyone needs & wants"]\n'
    folder = write_study(tmp_path, subjects=("S1",), settings=settings)
    (folder / "S1" / "week-8").rename(folder / "S1" / LONG_NAME)
    with opened(folder) as session:
        read_baseline(session)
    with seat(folder, size=size) as reader:
        open_case(reader)
        window = reader.room.window()
        reader.press(",")
        reader.press("Ctrl+Return")  # says a long list of what is missing
        settle(100)
        assert (window.width(), window.height()) == size
        assert texts_fit(reader)
        native = native_of(reader.viewer)
        other = native_of(reader.room._canvases.beside)
        assert abs(native.width() - other.width()) < 60
        assert native.height() > size[1] * 0.4
        picture = reader.shoot(f"layout-{size[0]}")
        assert picture.exists()
        reader.press("D")
        settle(100)
        assert (window.width(), window.height()) == size
        reader.shoot(f"layout-{size[0]}-form")
        del window, native, other
