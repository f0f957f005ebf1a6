"""The response panel: what the visit comes to, or what it still lacks."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

__all__ = ["ResponsePanel"]


class ResponsePanel(QScrollArea):
    """What a visit comes to, and below it the findings, as text that never scrolls sideways."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("recistkit-responses")
        page = QWidget(self)
        rows = QVBoxLayout(page)
        rows.setContentsMargins(4, 4, 4, 4)
        rows.setSpacing(0)
        self._visit, self._findings = (_text_label(page) for _ in range(2))
        rows.addWidget(self._visit)
        rows.addWidget(self._findings)
        rows.addStretch(1)
        self.setWidget(page)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    @property
    def text(self) -> str:
        """What is shown, as HTML."""
        return self._visit.text() + self._findings.text()

    def show_visit(self, html: str) -> None:
        """Show what another visit comes to; outside words are escaped by whoever made the text."""
        _show(self._visit, html)

    def show_findings(self, html: str) -> None:
        """Show other findings; as `show_visit`."""
        _show(self._findings, html)

    def clear(self) -> None:
        """Show nothing."""
        self.show_visit("")
        self.show_findings("")


def _text_label(parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignTop)
    return label


def _show(label: QLabel, html: str) -> None:
    if html != label.text():
        label.setText(html)
