"""Where the reading room's parts are in napari's window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QDockWidget, QMainWindow, QWidget

from napari_recistkit.widgets.key_bindings import take_keys_of

__all__ = ["Arranged"]

_NAPARI_DOCKS: Final = frozenset({"layer controls", "layer list"})
_BOTTOM_SHARE: Final = 0.34
_TALLEST_PX: Final = 440


class Arranged:
    """Second canvas beside the first, the room below both, napari's own panels and keys away.

    Parameters
    ----------
    viewer : napari.Viewer
    room : QWidget
        In a dock of the viewer's window; it also hears of the window's events.
    beside : QWidget
        The second canvas.
    """

    def __init__(self, viewer: Any, room: QWidget, beside: QWidget) -> None:  # noqa: ANN401  napari ships no types
        window = room.window()
        self._shown: list[QDockWidget] = []
        self._beside_dock: QDockWidget | None = None
        if isinstance(window, QMainWindow):
            self._put_panels_away(window)
            self._beside_dock = _put_beside(viewer, window, beside)
            _set_height(window, room)
        window.installEventFilter(room)
        self._undo: list[Callable[[], object]] = [
            take_keys_of(window),
            lambda: window.removeEventFilter(room),
        ]

    def give_keys_back(self) -> None:
        """Leave the window's keys and events as they were."""
        while self._undo:  # each of them holds the window
            self._undo.pop()()

    def bring_panels_back(self) -> None:
        """Put the second canvas away and show napari's panels again."""
        if self._beside_dock is not None:
            self._beside_dock.hide()  # it goes with its window
        for dock in self._shown:
            dock.show()

    def _put_panels_away(self, window: QMainWindow) -> None:
        docks = window.findChildren(QDockWidget)
        self._shown = [
            one for one in docks if one.objectName() in _NAPARI_DOCKS and one.isVisible()
        ]
        for dock in self._shown:
            dock.hide()


def _put_beside(viewer: Any, window: QMainWindow, beside: QWidget) -> QDockWidget:  # noqa: ANN401  napari ships no types
    """Put the second canvas to the right of the first, each on half of the window."""
    dock: QDockWidget = viewer.window.add_dock_widget(
        beside, name="compared", area="right", add_vertical_stretch=False
    )
    _fix(dock)
    for corner in (Qt.Corner.BottomLeftCorner, Qt.Corner.BottomRightCorner):
        window.setCorner(corner, Qt.DockWidgetArea.BottomDockWidgetArea)
    window.resizeDocks([dock], [window.width() // 2], Qt.Orientation.Horizontal)
    return dock


def _set_height(window: QMainWindow, room: QWidget) -> None:
    """Give the room its share of the window's height."""
    dock = room.parentWidget()
    if isinstance(dock, QDockWidget):
        height = min(int(window.height() * _BOTTOM_SHARE), _TALLEST_PX)
        window.resizeDocks([dock], [height], Qt.Orientation.Vertical)


def _fix(dock: QDockWidget) -> None:
    """Leave a dock where it is, without the title bar that could close it."""
    dock.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
    dock.setTitleBarWidget(QWidget(dock))
