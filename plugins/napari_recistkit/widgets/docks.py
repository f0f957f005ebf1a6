"""Where the reading room's parts are in napari's window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QDockWidget, QMainWindow, QWidget

__all__ = ["arrange"]

_NAPARI_DOCKS: Final = frozenset({"layer controls", "layer list"})
_BOTTOM_SHARE: Final = 0.34
_TALLEST_PX: Final = 440


def arrange(viewer: Any, room: QWidget, beside: QWidget) -> Callable[[], None]:  # noqa: ANN401  napari ships no types
    """Put the second canvas beside the first, the room below both, napari's own panels away.

    Parameters
    ----------
    viewer : napari.Viewer
    room : QWidget
        In a dock of the viewer's window.
    beside : QWidget
        The second canvas.

    Returns
    -------
    callable
        Puts the second canvas away and brings napari's panels back.
    """
    window = room.window()
    if not isinstance(window, QMainWindow):
        return _nothing
    docks = window.findChildren(QDockWidget)
    hidden = [one for one in docks if one.objectName() in _NAPARI_DOCKS and one.isVisible()]
    for dock in hidden:
        dock.hide()
    beside_dock = viewer.window.add_dock_widget(
        beside, name="compared", area="right", add_vertical_stretch=False
    )
    _fix(beside_dock)
    for corner in (Qt.Corner.BottomLeftCorner, Qt.Corner.BottomRightCorner):
        window.setCorner(corner, Qt.DockWidgetArea.BottomDockWidgetArea)
    window.resizeDocks([beside_dock], [window.width() // 2], Qt.Orientation.Horizontal)
    own_dock = room.parentWidget()
    if isinstance(own_dock, QDockWidget):
        height = min(int(window.height() * _BOTTOM_SHARE), _TALLEST_PX)
        window.resizeDocks([own_dock], [height], Qt.Orientation.Vertical)

    def undo() -> None:
        beside_dock.hide()  # it goes with its window
        for dock in hidden:
            dock.show()

    return undo


def _nothing() -> None:
    """Nothing was arranged."""


def _fix(dock: QDockWidget) -> None:
    """Leave a dock where it is, without the title bar that could close it."""
    dock.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
    dock.setTitleBarWidget(QWidget(dock))
