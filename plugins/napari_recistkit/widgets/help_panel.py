"""The table of shortcuts, as F1 shows it."""

from __future__ import annotations

from html import escape

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QDialog, QTextBrowser, QVBoxLayout, QWidget

from napari_recistkit.shortcuts import GROUPS
from napari_recistkit.widgets.plain_keys import MOVING, KeepsKeys

__all__ = ["HelpPanel", "help_text"]


class HelpPanel(QDialog):
    """A window of its own that can stay open beside the reading room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("recistkit-help")
        self.setWindowTitle("Keys of the reading room")
        self.setWindowFlag(Qt.WindowType.Tool)
        text = QTextBrowser(self)
        text.setHtml(help_text())
        QVBoxLayout(self).addWidget(text)
        closing = {Qt.Key.Key_Escape: self.hide, Qt.Key.Key_F1: self.hide}
        KeepsKeys(self, closing, left=MOVING).keep(text)
        self.resize(760, 640)


def help_text() -> str:
    """Return the table as HTML, in two columns."""
    groups = [_group(name) for name in GROUPS]
    half = (len(groups) + 1) // 2
    columns = "".join(
        f'<td valign="top" width="50%">{"".join(part)}</td>'
        for part in (groups[:half], groups[half:])
    )
    return f'<table width="100%" cellspacing="8"><tr>{columns}</tr></table>'


def _group(name: str) -> str:
    rows = "".join(
        f"<tr><td><b>{escape(' or '.join(shortcut.keys))}</b>&nbsp;&nbsp;</td>"
        f"<td>{escape(shortcut.text)}</td></tr>"
        for shortcut in GROUPS[name]
    )
    return f"<h3>{escape(name)}</h3><table>{rows}</table>"
