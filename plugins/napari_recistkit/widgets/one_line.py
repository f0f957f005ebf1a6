"""One line of text that is cut where the window ends, and never widens it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel, QSizePolicy, QWidget

if TYPE_CHECKING:
    from qtpy.QtGui import QResizeEvent

__all__ = ["OneLine", "plain_tip"]


class OneLine(QLabel):
    """Plain text on one line; what does not fit is in its tool tip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def whole_text(self) -> str:
        """The text, also where it is cut."""
        return self._whole

    def show_text(self, text: str) -> None:
        """Show other text; its line breaks become spaces."""
        self._whole = " ".join(text.split())
        self.setToolTip(plain_tip(self._whole))
        self._cut()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  Qt's name
        """Cut the text anew."""
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        metrics, width = self.fontMetrics(), self.contentsRect().width()
        self.setText(metrics.elidedText(self._whole, Qt.TextElideMode.ElideRight, width))


def plain_tip(text: str) -> str:
    """Return a tool tip that shows words as they are, also where they look like HTML."""
    return f"<qt>{escape(text)}</qt>" if text else ""
