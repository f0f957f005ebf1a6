"""The response panel: what the visit comes to, or what it still lacks."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel, QScrollArea, QWidget

__all__ = ["ResponsePanel"]


class ResponsePanel(QScrollArea):
    """Statement, findings and responses of the visit, as text that never scrolls sideways."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("recistkit-responses")
        self._label = QLabel(self)
        self._label.setTextFormat(Qt.TextFormat.RichText)
        self._label.setWordWrap(True)
        self._label.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._label.setMargin(4)
        self.setWidget(self._label)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    @property
    def text(self) -> str:
        """What is shown, as HTML."""
        return self._label.text()

    def show_html(self, html: str) -> None:
        """Show other text; outside words in it are escaped by whoever made it."""
        if html != self._label.text():
            self._label.setText(html)
