"""The organ by type-ahead: a few letters and Return."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from qtpy.QtCore import QEvent, QObject, Qt, Signal
from qtpy.QtGui import QKeyEvent, QKeySequence
from qtpy.QtWidgets import QLabel, QLineEdit, QListWidget, QVBoxLayout, QWidget

from napari_recistkit.widgets.focus import FOCUS_STYLE
from napari_recistkit.widgets.plain_keys import TypedKeys
from recistkit.reading.organs import suggestions

__all__ = ["OrganField", "nodes_first", "organs_first"]

MOST_SHOWN: Final = 8

Suggest = Callable[[str], Sequence[str]]
"""From what is typed to names of organs, the best first."""


class OrganField(QWidget):
    """A line and the organs that it may mean; Return takes the one that is marked.

    Signals
    -------
    closed
        An organ was chosen, or the field was left.
    """

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("recistkit-organ")
        self._suggest: Suggest = _nothing
        self._lesion: str | None = None
        self._on_chosen: Callable[[str], bool] | None = None
        self._title = QLabel(self)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self.line = QLineEdit(self)
        self.line.setPlaceholderText("organ: a few letters, then Return")
        self.line.textEdited.connect(self._show)
        self._list = QListWidget(self)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.itemClicked.connect(lambda _item: self._take())
        layout = QVBoxLayout(self)
        for widget in (self._title, self.line, self._list):
            layout.addWidget(widget)
        keys = {
            Qt.Key.Key_Return: self._take,
            Qt.Key.Key_Enter: self._take,
            Qt.Key.Key_Escape: self.leave,
            Qt.Key.Key_Up: lambda: self._mark(-1),
            Qt.Key.Key_Down: lambda: self._mark(1),
        }
        TypedKeys(self, keys).keep(self.line)
        self.line.installEventFilter(self)
        self.setStyleSheet(FOCUS_STYLE)

    @property
    def lesion(self) -> str | None:
        """Whose organ is asked; None where none is."""
        return None if self._on_chosen is None else self._lesion

    def ask(
        self,
        lesion: str,
        organ: str | None,
        suggest: Suggest,
        on_chosen: Callable[[str], bool],
    ) -> None:
        """Ask for the organ of a lesion and take the keyboard.

        `on_chosen` tells whether the organ was taken; it is asked for until one is.
        """
        self._lesion, self._on_chosen, self._suggest = lesion, on_chosen, suggest
        self._title.setText(f"organ of {lesion}")
        self.line.setText(organ or "")
        self.line.selectAll()
        self._show("")
        self.take_keyboard()

    def take_keyboard(self) -> None:
        """Give the keyboard to the line."""
        self.line.setFocus()

    def eventFilter(self, _line: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        """Leave undo to the read while nothing was typed: the question came by itself."""
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        is_undo = event.matches(QKeySequence.StandardKey.Undo)
        if not is_undo or self.line.isUndoAvailable():
            return False
        event.ignore()
        return True

    def _mark(self, step: int) -> None:
        """Mark another organ of the list."""
        row = self._list.currentRow() + step
        self._list.setCurrentRow(max(0, min(row, self._list.count() - 1)))

    def _show(self, typed: str) -> None:
        self._list.clear()
        self._list.addItems(list(self._suggest(typed))[:MOST_SHOWN])
        self._list.setCurrentRow(0 if typed.strip() else -1)

    def _take(self) -> None:
        """Hand over the organ that is marked, else the words as they were typed."""
        marked = self._list.selectedItems()
        organ = marked[0].text() if marked else self.line.text().strip()
        if not organ:
            return
        on_chosen = self._on_chosen
        if on_chosen is not None and on_chosen(organ) and self._on_chosen is on_chosen:
            self.leave()

    def leave(self) -> None:
        """Close the field without an answer."""
        if self._on_chosen is not None:
            self._on_chosen = None
            self.closed.emit()


def organs_first(typed: str) -> list[str]:
    """Return the organs that fit."""
    return [organ.name for organ in suggestions(typed)]


def nodes_first(typed: str) -> list[str]:
    """Return the organs that fit, lymph nodes first."""
    nodes = [organ.name for organ in suggestions(typed, nodal=True)]
    return [*nodes, *(name for name in organs_first(typed) if name not in nodes)]


def _nothing(_typed: str) -> Sequence[str]:
    return ()
