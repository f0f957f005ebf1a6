"""The page of an open case: lesion table, response panel or form, and what happened last."""

from __future__ import annotations

from typing import Final

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from napari_recistkit.shortcuts import keys_of
from napari_recistkit.widgets.form_panel import FormPanel
from napari_recistkit.widgets.lesion_table import LesionTable
from napari_recistkit.widgets.one_line import OneLine
from napari_recistkit.widgets.organ_field import OrganField
from napari_recistkit.widgets.response_panel import ResponsePanel

__all__ = ["ReadPage"]

_SIDE_WIDTH_PX: Final = 330


class ReadPage(QWidget):
    """Shows one case; what it holds is public, what is in it is given by the room.

    Signals
    -------
    cancelled
        Loading is to stop.
    side_closed
        A form or the organ was answered or left.
    """

    cancelled = Signal()
    side_closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self.line = OneLine(self), OneLine(self)
        self.table, self.panel = LesionTable(self), ResponsePanel(self)
        self.form, self.organ = FormPanel(self), OrganField(self)
        self._side = QStackedWidget(self)
        self._side.setFixedWidth(_SIDE_WIDTH_PX)
        for widget in (self.panel, self.form, self.organ):
            self._side.addWidget(widget)
        for closed in (self.form.closed, self.organ.closed):
            closed.connect(self._close_side)
        self._progress = QLabel(self)
        self._cancel = QPushButton(f"Cancel ({keys_of('cancel_loading')})", self)
        self._cancel.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._cancel.clicked.connect(self.cancelled)
        self._arrange()
        self.hide_progress()

    def show_form(self) -> None:
        """Show the form in the place of the panel."""
        self.organ.leave()
        self._side.setCurrentWidget(self.form)

    def show_organ(self) -> None:
        """Show the organ field in the place of the panel."""
        self.form.leave()
        self._side.setCurrentWidget(self.organ)

    def leave_side(self) -> bool:
        """Leave form and organ field without an answer; tell whether one was there."""
        was_there = self._side.currentWidget() is not self.panel
        self.form.leave()
        self.organ.leave()
        return was_there

    def show_progress(self, done: int, total: int) -> None:
        """Show how far loading is."""
        self._progress.setText(f"loading {done} of {total}")
        self._progress.show()
        self._cancel.show()

    def hide_progress(self) -> None:
        """Loading has ended."""
        self._progress.hide()
        self._cancel.hide()

    def _close_side(self) -> None:
        self._side.setCurrentWidget(self.panel)
        self.side_closed.emit()

    def _arrange(self) -> None:
        above, middle = QHBoxLayout(), QHBoxLayout()
        above.addWidget(self.title, 1)
        above.addWidget(self._progress)
        above.addWidget(self._cancel)
        middle.addWidget(self.table, 1)
        middle.addWidget(self._side)
        page = QVBoxLayout(self)
        page.setContentsMargins(4, 0, 4, 2)
        page.addLayout(above)
        page.addLayout(middle, 1)
        page.addWidget(self.line)
