"""What the tests of the reading room share: canvases in a real window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from napari.components import ViewerModel
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QDockWidget, QWidget

from napari_recistkit import compat
from napari_recistkit.canvas import Canvas
from napari_recistkit.proposed_places import ProposedPlaces
from tests.napari_recistkit.driving import native_of, settle

__all__ = ["Pair"]


@dataclass
class Pair:
    """Two canvases in one window, and the widgets that draw them."""

    window: QWidget
    first: Canvas
    second: Canvas
    first_native: QWidget
    second_native: QWidget


@pytest.fixture(autouse=True, scope="session")
def _nothing_is_proposed() -> Iterator[None]:
    """No search runs beside a test that is about something else; see `test_proposed_places`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ProposedPlaces, "is_on", False)
        yield


@pytest.fixture
def pair(make_napari_viewer: Callable[..., Any]) -> Iterator[Pair]:
    """A window with two canvases side by side, as the reading room has them."""
    viewer = make_napari_viewer(show=True)
    model: Any = ViewerModel()
    embedded = compat.embedded_viewer(model)
    embedded.setMinimumSize(400, 300)
    window = viewer.window._qt_window
    dock = viewer.window.add_dock_widget(embedded, area="right", add_vertical_stretch=False)
    window.resize(1400, 900)
    for panel in window.findChildren(QDockWidget):
        if panel.objectName() in {"layer controls", "layer list"}:
            panel.hide()
    window.resizeDocks([dock], [window.width() // 2], Qt.Orientation.Horizontal)
    settle(200)
    first, second = Canvas(viewer), Canvas(model)
    made = Pair(window, first, second, native_of(viewer), native_of(embedded))
    yield made
    first.close()
    second.close()
    embedded.close()
    # The test still holds the pair, and napari asks that nobody holds its window.
    vars(made).clear()
