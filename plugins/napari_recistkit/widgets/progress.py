"""How far work in the background is, and the button that stops it."""

from __future__ import annotations

from typing import Final

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from napari_recistkit.shortcuts import keys_of
from napari_recistkit.widgets.one_line import plain_tip

__all__ = ["Progress"]

_WIDEST_PX: Final = 480
"""The name of a folder may be long, and must not widen the window."""


class Progress(QWidget):
    """A text and a button; nothing is there while nothing is done.

    Signals
    -------
    cancelled
        The work is to stop.
    """

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        self._label = QLabel(self)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._cancel = QPushButton(f"Cancel ({keys_of('cancel_loading')})", self)
        self._cancel.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._cancel.clicked.connect(self.cancelled)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._label)
        layout.addWidget(self._cancel)
        self.hide()

    @property
    def text(self) -> str:
        """What it says, also where it is cut; empty while it is not there."""
        return "" if self.isHidden() else self._whole

    def show_text(self, text: str) -> None:
        """Say how far the work is."""
        self._whole = text
        metrics, middle = self._label.fontMetrics(), Qt.TextElideMode.ElideMiddle
        self._label.setText(metrics.elidedText(text, middle, _WIDEST_PX))
        self._label.setToolTip(plain_tip(text))
        self.show()
