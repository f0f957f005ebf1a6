"""A seat at a real window with the reading room in it, for a whole module of tests."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import napari
from napari._app_model._app import NapariApplication, _napari_names
from napari._qt._qapp_model.qactions import init_qactions
from napari._qt.qt_viewer import QtViewer
from qtpy.QtTest import QTest

from napari_recistkit.launch import open_room
from tests.napari_recistkit.driving import settle
from tests.napari_recistkit.reader import Reader

__all__ = ["open_case", "seat"]


@contextmanager
def seat(folder: Path, reader: str = "A", size: tuple[int, int] = (1280, 800)) -> Iterator[Reader]:
    """Open a window on a study; at the end nothing of it is left."""
    with _own_application():
        yield from _sitting(folder, reader, size)


def _sitting(folder: Path, reader: str, size: tuple[int, int]) -> Iterator[Reader]:
    before = len(QtViewer._instances)
    viewer = napari.Viewer(show=True)
    viewer.window.resize(*size)
    sitting = Reader(open_room(viewer, folder, reader), viewer)
    settle(300)
    sitting.wait_for_cases()
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


@contextmanager
def _own_application() -> Iterator[None]:
    """Let napari register its actions anew, as its own fixture does for one test."""
    application = NapariApplication("seat")
    application.injection_store.namespace = _napari_names
    init_qactions.cache_clear()
    try:
        with (
            patch.object(NapariApplication, "get_app_model", return_value=application),
            patch("napari.plugins._initialize_plugins"),
        ):
            yield
    finally:
        NapariApplication.destroy("seat")
        init_qactions.cache_clear()


def open_case(reader: Reader, subject: str = "S1") -> None:
    """Open a case and wait until its scans are there."""
    reader.room.open_case(subject)
    reader.wait_for_scans()
