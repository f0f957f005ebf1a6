"""A seat at a real window with the reading room in it, for a whole module of tests."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import napari
from napari._qt.qt_viewer import QtViewer
from qtpy.QtTest import QTest

from napari_recistkit.launch import open_room
from tests.napari_recistkit.driving import settle
from tests.napari_recistkit.reader import Reader

__all__ = ["open_case", "seat"]


@contextmanager
def seat(folder: Path, reader: str = "A", size: tuple[int, int] = (1280, 800)) -> Iterator[Reader]:
    """Open a window on a study; at the end nothing of it is left."""
    before = len(QtViewer._instances)
    # napari registers its plugins once a process, and its own fixture does so again.
    with patch("napari.plugins._initialize_plugins"):
        viewer = napari.Viewer(show=True)
    viewer.window.resize(*size)
    sitting = Reader(open_room(viewer, folder, reader), viewer)
    settle(300)
    sitting.room.window().activateWindow()
    assert QTest.qWaitForWindowActive(sitting.room.window(), 3000)
    try:
        yield sitting
    finally:
        sitting.room.shut()
        viewer.close()
        sitting.viewer = viewer = None
        settle(100)
        gc.collect()
    assert len(QtViewer._instances) == before


def open_case(reader: Reader, subject: str = "S1") -> None:
    """Open a case and wait until its scans are there."""
    reader.room.open_case(subject)
    reader.wait_for_scans()
