"""A widget in a dock of napari's window: it hears when either of them is closed or left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent, QObject, QTimer
from qtpy.QtWidgets import QWidget

if TYPE_CHECKING:
    from qtpy.QtGui import QCloseEvent

__all__ = ["Docked"]


class Docked(QWidget):
    """What Qt tells of a dock and its window, as three things that happen to the widget."""

    def window_closes(self) -> None:
        """The window is about to be closed, which is napari's to do."""
        raise NotImplementedError

    def leave_the_window(self) -> None:
        """It was taken out of its dock."""
        raise NotImplementedError

    def shut(self) -> None:
        """Its own end."""
        raise NotImplementedError

    def eventFilter(self, _window: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        """Hear that the window is closed."""
        if event.type() == QEvent.Type.Close:
            self.window_closes()
        return False

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802  Qt's name
        """Hear that it is taken out of its dock."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ParentChange and self.parent() is None:
            QTimer.singleShot(0, self.leave_the_window)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802  Qt's name
        """Shut with it."""
        self.shut()
        super().closeEvent(event)
